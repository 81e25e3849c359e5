"""What a class answered, as a table for a spreadsheet: one line per answer of every question (RFC 4180)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from app.lectures.entries import Entry

HEAD = (
    "question",
    "opened",
    "kind",
    "text",
    "layer",
    "timestep",
    "unit",
    "gradient",
    "tolerance",
    "answer",
    "votes",
    "right",
    "right answer",
    "why",
)
BOM = "\ufeff"  # without it a spreadsheet takes UTF-8 for something else, and Hindi for noise
FORMULA = re.compile(r"'*[=+\-@\t\r\n]")  # begins what a spreadsheet would compute, or what looks escaped already
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)

Tally = Mapping[str, int]
Row = tuple[str, ...]


def results_csv(entries: Iterable[Entry], tallies: Mapping[str, Tally]) -> bytes:
    """Every poll that the log opens, with its tally: the answers that could be chosen, then those that were typed, most first."""
    entries = list(entries)
    revealed = {entry.body["poll"]: entry.body for entry in entries if entry.kind == "poll revealed"}
    opened = [entry for entry in entries if entry.kind == "poll opened"]
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(HEAD)
    for number, entry in enumerate(opened, start=1):
        poll = entry.body["poll"]
        for row in _rows(number, entry, tallies.get(poll, {}), revealed.get(poll, {})):
            writer.writerow(map(harmless, row))
    return (BOM + written.getvalue()).encode()


def harmless(text: str) -> str:
    """The text as a cell in which nothing is computed; a number stays one."""
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def is_right(body: Mapping[str, Any], choice: str, answer: str) -> bool:
    """Whether an answer is the right one: of numbers, within the tolerance."""
    if body["kind"] == "number" and NUMBER.fullmatch(answer):
        return abs(float(choice) - float(answer)) <= float(body.get("tolerance", 0)) * (1 + 1e-12)
    return choice == answer


def _rows(number: int, entry: Entry, tally: Tally, revealed: Mapping[str, Any]) -> Iterator[Row]:
    """One line per answer; a question that nobody answered has one that says so."""
    body, answer = entry.body, revealed.get("answer")
    cell = body.get("cell", {})
    opened = datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="seconds")
    place = (cell.get("layer"), cell.get("timestep"), cell.get("unit"), "gradient" if cell.get("gradient") else None, body.get("tolerance"))
    asked = (number, opened, body["kind"], body["text"], *place)
    told = (answer, revealed.get("why"))
    for choice, votes in _answers(body["choices"], tally) or [(None, 0)]:
        right = None if answer is None or choice is None else "yes" if is_right(body, choice, answer) else "no"
        yield tuple("" if value is None else str(value) for value in (*asked, choice, votes, right, *told))


def _answers(choices: Iterable[str], tally: Tally) -> list[tuple[str | None, int]]:
    typed = sorted(tally.keys() - set(choices), key=lambda choice: (-tally[choice], choice))
    return [(choice, tally.get(choice, 0)) for choice in (*choices, *typed)]
