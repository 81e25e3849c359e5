from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.lectures.entries import Entry
from app.lectures.results import HEAD, harmless, results_csv


def logged(kind: str, body: dict[str, Any]) -> Entry:
    return Entry("epoch", 1, kind, body, 1_800_000_000.25)


def read(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def opened(kind: str, *choices: str, poll: str = "p1", **more: Any) -> Entry:
    return logged("poll opened", {"poll": poll, "kind": kind, "text": "Why?", "choices": list(choices), **more})


def test_every_choice_has_a_line_with_its_votes_also_one_that_nobody_took() -> None:
    entries = [opened("sign", "positive", "negative", cell={"layer": "2", "timestep": 3, "unit": 1, "gradient": True})]
    rows = read(results_csv(entries, {"p1": {"negative": 3}}))
    assert [(row["answer"], row["votes"], row["right"]) for row in rows] == [("positive", "0", ""), ("negative", "3", "")]
    assert {name: rows[0][name] for name in HEAD[:9]} == {
        "question": "1",
        "opened": "2027-01-15T08:00:00+00:00",
        "kind": "sign",
        "text": "Why?",
        "layer": "2",
        "timestep": "3",
        "unit": "1",
        "gradient": "gradient",
        "tolerance": "",
    }


def test_once_an_answer_is_revealed_each_line_says_whether_it_is_right() -> None:
    revealed = logged("poll revealed", {"poll": "p1", "answer": "0.5", "why": "It is tanh.", "tally": {}, "votes": 0})
    rows = read(results_csv([opened("number", tolerance=0.1), revealed], {"p1": {"0.4": 1, "0.61": 2, "-3": 2, "0.5": 1}}))
    assert [(row["answer"], row["votes"], row["right"]) for row in rows] == [
        ("-3", "2", "no"),
        ("0.61", "2", "no"),
        ("0.4", "1", "yes"),
        ("0.5", "1", "yes"),
    ]
    assert {(row["right answer"], row["why"], row["tolerance"]) for row in rows} == {("0.5", "It is tanh.", "0.1")}


def test_a_question_that_nobody_answered_has_a_line_and_questions_are_counted() -> None:
    rows = read(results_csv([opened("words"), logged("poll closed", {"poll": "p1"}), opened("words", poll="p2")], {"p2": {"gate": 1}}))
    assert [(row["question"], row["answer"], row["votes"]) for row in rows] == [("1", "", "0"), ("2", "gate", "1")]
    assert read(results_csv([], {})) == []


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-", "--1", "-1;=2"])
def test_a_cell_that_a_spreadsheet_would_compute_is_escaped(text: str) -> None:
    rows = read(results_csv([opened("words", text=text)], {"p1": {text: 1}}))
    assert rows[0]["answer"] == rows[0]["text"] == f"'{text}"


@pytest.mark.parametrize("number", ["-0.5", "3", "1e-7", "-1.5e+20"])
def test_a_number_stays_a_number(number: str) -> None:
    assert harmless(number) == number


@example({"=": 1, "'=": 2, "''=": 3})
@given(st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1), st.integers(1, 1000), max_size=5))
def test_whatever_was_answered_can_be_read_back(tally: dict[str, int]) -> None:
    answers = {row["answer"]: int(row["votes"]) for row in read(results_csv([opened("words")], {"p1": tally})) if int(row["votes"])}
    assert {text[1:] if harmless(text[1:]) == text else text: votes for text, votes in answers.items()} == tally
