"""Problems as RFC 9457 has them, made from the tables of problem types and faults."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Scope

from app.problems import ELSEWHERE, FAULTS, PLACES, PROBLEMS

PROBLEM_TYPE = "application/problem+json"

SHOWN = 64  # of what was received, that much is shown: a sentence must stay one
MOST_FAULTS = 20  # a scene that is wrong in more places is told the first of them


@dataclass(frozen=True, slots=True)
class Fault:
    """One place that is wrong: an entry of a problem's `errors`."""

    pointer: str
    code: str
    limit: float | str | None
    received: float | str | None
    detail: str

    @classmethod
    def at(cls, path: Sequence[str | int], code: str, received: Any = None, limit: float | str | None = None, **words: Any) -> Fault:
        """The fault of this kind, with its sentence; words are what the sentence needs beside the usual, or calls in another way."""
        usual = {"field": path[-1] if path else "scene", "place": spoken(path), "received": spelled(received), "limit": counted(limit)}
        detail = FAULTS[code].sentence.format(**usual | words)
        return cls(json_pointer(path), code, limit, summary(received), detail[0].upper() + detail[1:])


class Problem(Exception):
    """An answer other than the one hoped for: a type of the table, a sentence for a student, and the places that are wrong."""

    def __init__(self, name: str, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None) -> None:
        super().__init__(name, detail)
        self.name = name
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        """The HTTP status of its type."""
        return PROBLEMS[self.name].status

    def document(self, root_path: str, instance: str) -> dict[str, Any]:
        """The body of the answer. `type` leads to the documentation, wherever the server is mounted."""
        return {
            "type": f"{root_path}/problems/{self.name}",
            "title": PROBLEMS[self.name].title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "errors": [asdict(fault) for fault in self.faults],
        }


class Faulty(Problem):
    """A problem made of faults: the first says which type it is, and its sentence is the detail."""

    def __init__(self, faults: Sequence[Fault], name: str | None = None) -> None:
        super().__init__(name or FAULTS[faults[0].code].problem, faults[0].detail, faults)


def json_pointer(path: Sequence[str | int]) -> str:
    """RFC 6901."""
    return "".join("/" + shortened(str(part)).replace("~", "~0").replace("/", "~1") for part in path)


def spoken(path: Sequence[str | int]) -> str:
    """What a student calls the place."""
    told = [shortened(part) if isinstance(part, str) else part + 1 for part in path]
    for pattern, words in PLACES.items():
        if len(pattern) == len(path) and all(known in (part, type(part)) for known, part in zip(pattern, path, strict=True)):
            return words.format(*told)
    return ELSEWHERE[type(path[-1])].format(told[-1])


def counted(limit: float | str | None) -> str:
    """A limit as a sentence has it: 1,000,000."""
    if not isinstance(limit, int | float):
        return str(limit)
    return f"{limit:,.0f}" if limit == int(limit) else f"{limit:g}"


def shortened(text: str) -> str:
    """At most SHOWN code points of it, none of them half a character."""
    whole = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return whole.encode("utf-8", "replace").decode("utf-8")


def summary(value: Any) -> float | str | None:
    """What was received, for a field of an answer: numbers as they are, long texts shortened, lists and objects by their kind."""
    match value:
        case str():
            return shortened(value)
        case list() | tuple():
            return f"a list of {len(value)}"
        case dict():
            return "an object"
        case float() if not math.isfinite(value):  # which JSON has not
            return "not a number" if math.isnan(value) else f"{'minus ' if value < 0 else ''}infinity"
        case None | bool() | int() | float():
            return value
        case _:
            return shortened(str(value))


def spelled(value: Any) -> str:
    """What was received, for a sentence: as it would stand in JSON."""
    short = summary(value)
    if isinstance(value, list | tuple | dict) or (isinstance(value, float) and isinstance(short, str)):
        return str(short)
    return json.dumps(short, ensure_ascii=False)


def problem_answer(problem: Problem, scope: Scope) -> Response:
    """The problem as an answer to this request."""
    document = problem.document(scope.get("root_path", ""), quote(scope["path"]))
    body = json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    return Response(body, problem.status, {"Cache-Control": "no-store", **problem.headers}, PROBLEM_TYPE)
