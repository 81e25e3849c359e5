"""Data sets as people have them: a table with a sentence in every row, and its label in the last column."""

from __future__ import annotations

import csv
import io
import math
import re
from itertools import islice
from typing import Any, NamedTuple

from pydantic import ValidationError

from app import strict_json
from app.datasets import DataSet
from app.errors import MOST_FAULTS, Fault, Faulty
from app.imported_words import cleaned, odd_words, words_of
from app.scene_fields import Part
from app.validation import faults_of

SEPARATOR_LINE = re.compile(r'"?sep=(?P<separator>[,;\t|])"?\r?\n', re.IGNORECASE)  # a first line that Excel writes and heeds
NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)  # 1,234 is 1234 in some countries and 1.234 in others
UNNAMED = re.compile(r"(unnamed: \d+)?", re.IGNORECASE)  # what pandas calls the column of its index
SEPARATORS = "\t;,"  # in the order of how seldom they stand in sentences and numbers

Row = tuple[int, list[str]]


class Table(Part):
    """Rows separated by commas, semicolons or tabs, quoted where they need to be, with decimal points or decimal commas.

    A first row whose label is no number is a heading; a first column that only counts the rows is left out.
    """

    text: str


class Read(NamedTuple):
    """What a table came to: a data set, and the row that was taken for the names of its columns."""

    dataset: DataSet
    heading: str | None


def dataset_of_table(body: bytes) -> Read:
    """The data set of a table that was sent as JSON, or a problem that names the row."""
    try:
        table = Table.model_validate(strict_json.parse(body))
        examples, heading = _examples(table.text.removeprefix("\ufeff"))
        if faults := list(islice(odd_words([each["sentence"] for each in examples]), MOST_FAULTS)):
            raise Faulty(faults, "invalid-dataset")
        return Read(DataSet.model_validate({"examples": examples}).known(), heading)
    except csv.Error:
        raise Faulty([Fault.at(("text",), "no_table")], "invalid-dataset") from None
    except ValidationError as error:
        raise Faulty(faults_of(error.errors(include_url=False)), "invalid-dataset") from None


def _examples(text: str) -> tuple[list[dict[str, Any]], str | None]:
    if "\0" in text:
        raise Faulty([Fault.at(("text",), "two_byte_table")], "invalid-dataset")
    rows, separator = _rows(text)
    examples: list[dict[str, Any]] = []
    heading = None
    for place, (number, row) in enumerate(rows):
        *sentence, label = row
        numbers = _numbers(label)
        if numbers and sentence:
            _require_plain(numbers, label, len(examples), number, separator)
            examples.append({"sentence": words_of(" ".join(sentence)), "label": numbers if len(numbers) > 1 else numbers[0]})
        elif place or len(rows) == 1 or not sentence:
            raise Faulty([Fault.at(("examples", place), "no_label", ", ".join(row), row=number)], "invalid-dataset")
        else:
            heading = ", ".join(row)
    return examples, heading


def _rows(text: str) -> tuple[list[Row], str]:
    """Returns the rows that are not empty, by their numbers, and the separator: the one by which most rows end with a label."""
    if found := SEPARATOR_LINE.match(text):
        return _cut(_read(text[found.end() :], found["separator"], 2)), found["separator"]
    tables = {separator: _cut(_read(text, separator, 1)) for separator in SEPARATORS if separator in text or separator == ","}
    separator = max(tables, key=lambda each: sum(len(row) > 1 and bool(_numbers(row[-1])) for _, row in tables[each]))
    return tables[separator], separator


def _read(text: str, separator: str, first: int) -> list[Row]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    return [(number, row) for number, row in enumerate(rows, start=first) if any(map(cleaned, row))]


def _cut(rows: list[Row]) -> list[Row]:
    """Returns the rows without columns that are empty everywhere at the end, and without the column of an index."""
    while rows and all(len(row) > 2 and not cleaned(row[-1]) for _, row in rows):
        rows = [(number, row[:-1]) for number, row in rows]
    return [(number, row[1:]) for number, row in rows] if _has_index([row for _, row in rows]) else rows


def _has_index(rows: list[list[str]]) -> bool:
    """Returns whether the first of three columns or more only counts: it has no name, or a sentence of several words follows it."""
    if len(rows) < 2 or any(len(row) < 3 for row in rows):
        return False
    heading, *rest = rows
    if not _numbers(heading[-1]) and [bool(UNNAMED.fullmatch(cleaned(name))) for name in heading[:2]] == [True, False]:
        return True
    counted = rest if not _numbers(heading[-1]) else rows
    first = [row[0].strip() for row in counted]
    counts = any(first == [str(number) for number in range(start, start + len(first))] for start in (0, 1))
    return counts and all(len(row) == 3 for row in counted) and any(len(words_of(row[1])) > 1 for row in counted)


def _numbers(cell: str) -> list[float]:
    parts = _parts(cell)
    return [float(part.replace(",", ".")) for part in parts] if all(map(NUMBER.fullmatch, parts)) else []


def _parts(cell: str) -> list[str]:
    return cleaned(cell).replace("\u2212", "-").split()


def _require_plain(numbers: list[float], label: str, example: int, row: int, separator: str) -> None:
    """A problem for a label that is infinite, or that two countries read as two numbers; semicolons say that commas are decimal."""
    path = ("examples", example, "label")
    for number, part in zip(numbers, _parts(label), strict=True):
        if math.isinf(number):
            raise Faulty([Fault.at(path, "number_too_large", part)], "invalid-dataset")
        if separator != ";" and GROUPED.fullmatch(part):
            raise Faulty([Fault.at(path, "grouped_label", part, row=row)], "invalid-dataset")
