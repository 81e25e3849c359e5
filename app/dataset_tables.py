"""Data sets as people have them: a table with a sentence in every row, and its label in the last column."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import ValidationError

from app import strict_json
from app.datasets import DataSet
from app.errors import Fault, Faulty
from app.scene_fields import Part
from app.validation import faults_of

QUOTED = re.compile(r'"[^"]*"')
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
DELIMITERS = ",;\t"


class Table(Part):
    """Comma, semicolon or tab separated rows, in quotes where they need to be; a first row whose label is no number is a heading."""

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
        return Read(DataSet.model_validate({"examples": examples}).known(), heading)
    except csv.Error:
        raise Faulty([Fault.at(("text",), "no_table")], "invalid-dataset") from None
    except ValidationError as error:
        raise Faulty(faults_of(error.errors(include_url=False)), "invalid-dataset") from None


def _examples(text: str) -> tuple[list[dict[str, Any]], str | None]:
    examples, heading = [], None
    rows = [(number, row) for number, row in enumerate(_rows(text), start=1) if any(cell.strip() for cell in row)]
    for place, (number, row) in enumerate(rows):
        *sentence, label = row
        numbers = _numbers(label)
        if infinite := next((text for text, number in zip(label.split(), numbers, strict=False) if math.isinf(number)), None):
            raise Faulty([Fault.at(("examples", len(examples), "label"), "number_too_large", infinite)], "invalid-dataset")
        if numbers and sentence:
            examples.append({"sentence": " ".join(sentence).split(), "label": numbers if len(numbers) > 1 else numbers[0]})
        elif place or len(rows) == 1 or not sentence:
            raise Faulty([Fault.at(("examples", place), "no_label", ", ".join(row), row=number)], "invalid-dataset")
        else:
            heading = ", ".join(row)
    return examples, heading


def _rows(text: str) -> Iterator[list[str]]:
    """By whichever delimiter the first row has."""
    first = QUOTED.sub("", text.lstrip().partition("\n")[0])
    delimiter = max(DELIMITERS, key=first.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)


def _numbers(cell: str) -> list[float]:
    parts = cell.split()
    return [float(part) for part in parts] if all(map(NUMBER.fullmatch, parts)) else []
