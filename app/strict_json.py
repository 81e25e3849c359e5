"""JSON as RFC 8259 and RFC 8785 have it, and nothing else: what `json` lets through is refused here, with its place."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from app.errors import MOST_FAULTS, Fault, Faulty
from app.limits import most

LONGEST_INTEGER = 17  # a sign and the digits of 2^53: beyond it a number is not the same in every program
STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
SURROGATE = re.compile("[\ud800-\udfff]")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Stands in the document where something was that may not be there."""

    code: str
    received: str


def parse(body: bytes) -> Any:
    """The document, or a problem that names every place that is wrong."""
    text = _decode(body)
    _check_depth(text)
    try:
        document = json.loads(
            text,
            parse_constant=lambda name: Refused("not_a_number", name),
            parse_int=_integer,
            parse_float=_float,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise Faulty([Fault.at((), "not_json", line=error.lineno, column=error.colno)]) from None
    if faults := list(islice(_faults(document, ()), MOST_FAULTS)):
        raise Faulty(faults)
    return document


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Faulty([Fault.at((), "not_utf8", position=error.start + 1)]) from None


def _check_depth(text: str) -> None:
    """Before parsing: the parser's own depth is the interpreter's stack."""
    depth = 0
    for match in STRING_OR_BRACKET.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if depth > most("json_depth"):
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            raise Faulty([Fault.at((), "too_deep", limit=most("json_depth"), line=line, column=column)])


def _integer(text: str) -> int | Refused:
    return int(text) if len(text) <= LONGEST_INTEGER else Refused("number_too_large", text)


def _float(text: str) -> float | Refused:
    number = float(text)
    return number if math.isfinite(number) else Refused("number_too_large", text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; a key that stands twice gets a value that says so."""
    document: dict[str, Any] = {}
    for key, value in pairs:
        document[key] = Refused("repeated_key", key) if key in document else value
    return document


def _faults(value: Any, path: Path) -> Iterator[Fault]:
    match value:
        case Refused():
            yield Fault.at(path, value.code, value.received)
        case str() if SURROGATE.search(value):
            yield Fault.at(path, "lone_surrogate", value)
        case dict():
            for key, item in value.items():
                yield from _faults(key, (*path, key))
                yield from _faults(item, (*path, key))
        case list():
            for index, item in enumerate(value):
                yield from _faults(item, (*path, index))
