"""From pydantic's errors to ours: the same places, in sentences of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from app.errors import MOST_FAULTS, Fault
from app.problems import FAULTS

Path = tuple[str | int, ...]
Context = Mapping[str, Any]
Rule = tuple[str, Callable[[Context], Any]]


def _fixed(limit: str) -> Rule:
    return "wrong_type", lambda _: limit


def _context(code: str, name: str) -> Rule:
    return code, lambda context: context[name]


def _nothing(code: str) -> Rule:
    return code, lambda _: None


# What pydantic calls it -> our code, and where its limit stands.
RULES: dict[str, Rule] = {
    "missing": _nothing("missing"),
    "union_tag_not_found": _nothing("missing"),
    "extra_forbidden": _nothing("unknown_field"),
    "int_type": _fixed("a whole number"),
    "int_from_float": _fixed("a whole number"),
    "int_parsing": _fixed("a whole number"),
    "int_parsing_size": _fixed("a whole number"),
    "float_type": _fixed("a number"),
    "string_type": _fixed("a text"),
    "bool_type": _fixed("true or false"),
    "tuple_type": _fixed("a list"),
    "model_type": _fixed("an object"),
    "model_attributes_type": _fixed("an object"),
    "greater_than_equal": _context("too_small", "ge"),
    "less_than_equal": _context("too_large", "le"),
    "literal_error": _context("unknown_choice", "expected"),
    "union_tag_invalid": _context("unknown_choice", "expected_tags"),
    "string_too_short": _nothing("empty"),
    "too_short": _nothing("empty"),
    "too_long": _context("too_many", "max_length"),
}


def faults_of(errors: Iterable[Mapping[str, Any]], document: Any = None) -> list[Fault]:
    """The first errors as faults; document is what was validated, by which places are told from pydantic's own marks."""
    return [_fault(error, document) for error in islice(errors, MOST_FAULTS)]


def _fault(error: Mapping[str, Any], document: Any) -> Fault:
    context, received = error.get("ctx", {}), error["input"]
    path = tuple(_places(error["loc"], document))
    if error["type"] in FAULTS and "received" in context:  # one of our own rules, with its words
        return Fault.at(path, error["type"], **context)
    code, limit = RULES[error["type"]]
    if error["type"].startswith("union_tag"):
        path = (*path, "type")
        received = received.get("type")
    if code == "missing":
        received = None
    return Fault.at(path, code, _counted(code, received, context), limit(context))


def _counted(code: str, received: Any, context: Context) -> Any:
    return context["actual_length"] or len(received) if code == "too_many" else received


def _places(loc: Sequence[str | int], document: Any) -> Iterator[str | int]:
    """The parts of a location that are keys or indices of the document: pydantic also names the branches it took."""
    for index, part in enumerate(loc):
        inside = isinstance(document, dict) and part in document
        if inside or (isinstance(document, list) and isinstance(part, int)):
            document = document[part]
            yield part
        elif index == len(loc) - 1 and isinstance(document, dict):
            yield part
