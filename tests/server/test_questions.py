from __future__ import annotations

import json
import unicodedata
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Fault, Problem
from app.lectures.questions import CHOICES, Question, parse_question
from tests.server.asking import LIBRARY_WORDS

SIGN = {"poll": "p1", "kind": "sign", "text": "Will h be positive?"}


def asked(kind: str, **more: Any) -> Question:
    return parse_question({"poll": "p1", "kind": kind, "text": "What comes next?", **more})


def fault_of(body: Any) -> Fault:
    with pytest.raises(Problem) as caught:
        parse_question(body)
    assert caught.value.name == "invalid-command"
    detail = caught.value.faults[0].detail
    assert detail == caught.value.detail
    assert not any(word in detail for word in LIBRARY_WORDS)
    return caught.value.faults[0]


def refusal_of(question: Question, choice: str) -> str:
    """The sentence that a student gets."""
    with pytest.raises(Problem) as caught:
        question.normal(choice)
    assert (caught.value.name, caught.value.status) == ("invalid-vote", 422)
    assert caught.value.faults[0].pointer == "/choice"
    json.dumps(caught.value.document("", "")).encode()
    return caught.value.detail


def test_a_question_stands_in_the_log_with_its_choices_and_without_what_is_not_said() -> None:
    cell = {"layer": "2", "timestep": 3, "gradient": True}
    assert asked("sign", cell=cell).document() == {
        "poll": "p1",
        "kind": "sign",
        "text": "What comes next?",
        "choices": ["positive", "negative"],
        "cell": cell,
    }
    assert asked("number", tolerance=0.1).document() == {
        "poll": "p1",
        "kind": "number",
        "text": "What comes next?",
        "choices": [],
        "tolerance": 0.1,
    }


def test_a_question_that_was_read_back_from_the_log_is_the_same_question() -> None:
    question = asked("shape", choices=["3×2", "2×3"], cell={"layer": "output", "timestep": 3})
    assert parse_question(question.document()) == question
    assert parse_question(asked("edge").document()).document() == asked("edge").document()


def test_nothing_in_a_question_can_carry_its_answer() -> None:
    assert fault_of({**SIGN, "answer": "positive"}).pointer == "/body/answer"
    assert fault_of({**SIGN, "why": "because"}).pointer == "/body/why"


@pytest.mark.parametrize(
    ("change", "pointer", "says"),
    [
        ({"poll": ""}, "/body/poll", "must not be empty"),
        ({"poll": "a\nb"}, "/body/poll", "U+000A"),
        ({"poll": "p" * 65}, "/body/poll", "at most 64 characters"),
        ({"kind": "riddle"}, "/body/kind", "must be one of"),
        ({"text": "  "}, "/body/text", "The question must not be empty"),
        ({"text": "a\x00b"}, "/body/text", "U+0000"),
        ({"text": "x" * 501}, "/body/text", "at most 500 characters"),
        ({"text": 7}, "/body/text", "must be a text"),
        ({"choices": ["positive", "zero"]}, "/body/choices", 'Received: "zero"'),
        ({"choices": ["positive"]}, "/body/choices", "needs 2 choices or more"),
        ({"choices": "positive"}, "/body/choices", "must be a list"),
        ({"kind": "choice"}, "/body/choices", "needs 2 choices or more"),
        ({"kind": "shape", "choices": []}, "/body/choices", "needs 2 choices or more"),
        ({"kind": "choice", "choices": ["a", "b", "a"]}, "/body/choices", '"a" twice'),
        ({"kind": "choice", "choices": ["é", "e\u0301"]}, "/body/choices", "twice"),
        ({"kind": "choice", "choices": ["a", " "]}, "/body/choices/1", "Choice 2 of the question must not be empty"),
        ({"kind": "choice", "choices": ["a", "b" * 81]}, "/body/choices/1", "Choice 2 of the question may have at most 80 characters"),
        ({"kind": "choice", "choices": [str(i) for i in range(13)]}, "/body/choices", "at most 12"),
        ({"kind": "number", "choices": ["1", "2"]}, "/body/choices", "answered by typing"),
        ({"kind": "words", "choices": ["1", "2"]}, "/body/choices", "answered by typing"),
        ({"tolerance": 0.1}, "/body/tolerance", "Only a question for a number"),
        ({"kind": "number", "tolerance": -0.1}, "/body/tolerance", "must be 0 to 1,000,000"),
        ({"kind": "number", "tolerance": "0.1"}, "/body/tolerance", "must be a number"),
        ({"cell": {"layer": "9", "timestep": 1}}, "/body/cell/layer", "must be one of"),
        ({"cell": {"layer": 1, "timestep": 1}}, "/body/cell/layer", "must be"),
        ({"cell": {"layer": "1", "timestep": 0}}, "/body/cell/timestep", "must be 1 to 256"),
        ({"cell": {"layer": "1", "timestep": 1, "unit": 129}}, "/body/cell/unit", "must be 1 to 128"),
        ({"cell": {"layer": "1"}}, "/body/cell/timestep", "is missing"),
    ],
)
def test_a_question_that_breaks_a_rule_is_refused_with_its_place(change: dict[str, Any], pointer: str, says: str) -> None:
    fault = fault_of(SIGN | change)
    assert fault.pointer == pointer
    assert says in fault.detail


@pytest.mark.parametrize("body", [None, [], "sign", 3, {}])
def test_what_is_no_question_at_all_is_refused(body: Any) -> None:
    fault_of(body)


@pytest.mark.parametrize(
    ("kind", "typed", "normal"),
    [
        ("number", "0.50", "0.5"),
        ("number", " -0.5 ", "-0.5"),
        ("number", "\u22120.5", "-0.5"),
        ("number", "+.5", "0.5"),
        ("number", "0,5", "0.5"),
        ("number", "-,25", "-0.25"),
        ("number", "0,125", "0.125"),
        ("number", "12,50", "12.5"),
        ("number", "-0", "0"),
        ("number", "5.", "5"),
        ("number", "1e-3", "0.001"),
        ("number", "1e-7", "1e-7"),
        ("number", "-0.0000", "0"),
        ("number", "1000000", "1000000"),
        ("count", "36", "36"),
        ("count", "+0036", "36"),
        ("count", "320251\n", "320251"),
        ("words", "  Vanishing   Gradient ", "vanishing gradient"),
        ("words", "MEMORY", "memory"),
        ("words", "Straße", "strasse"),
        ("words", "e\u0301tat", "état"),
        ("words", "स्मृति", "स्मृति"),
        ("words", "<b>=1+1</b>", "<b>=1+1</b>"),
        ("words", "👩\u200d🏫", "👩\u200d🏫"),
        ("words", "ß" * 40, "ss" * 40),
    ],
)
def test_equal_answers_have_one_form(kind: str, typed: str, normal: str) -> None:
    assert asked(kind).normal(typed) == normal


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        ("number", "", "The answer must be a number, such as 0.37"),
        ("number", "half", "The answer must be a number, such as 0.37"),
        ("number", "1,000", "must be a number"),
        ("number", "1,5,5", "must be a number"),
        ("number", "1.000,5", "must be a number"),
        ("number", "NaN", "must be a number"),
        ("number", "Infinity", "must be a number"),
        ("number", "1e999", "Choose a smaller number"),
        ("number", "-1e999", "Choose a larger number"),
        ("number", "1000000.1", "\u22121,000,000 to 1,000,000"),
        ("number", "1" * 5000, "must be a number"),
        ("number", "٣", "must be a number"),
        ("number", "0x10", "must be a number"),
        ("number", "1_000", "must be a number"),
        ("count", "3.5", "must be a whole number"),
        ("count", "-3", "must be a whole number"),
        ("count", "1000000001", "0 to 1,000,000,000"),
        ("count", "9" * 39, "0 to 1,000,000,000"),
        ("count", "9" * 5000, "must be a whole number"),
        ("words", "", "must not be empty"),
        ("words", " \t ", "must not be empty"),
        ("words", "\u200b\u2060", "must not be empty"),
        ("words", "\u0301", "must not be empty"),
        ("words", "x" * 41, "at most 40 characters. Received: 41 characters"),
        ("words", "e" + "\u0301" * 10_000, "at most 40 characters"),
        ("words", "a\x00b", "U+0000"),
        ("words", "a\nb", "U+000A"),
        ("words", "a\x1b[31m", "U+001B"),
        ("words", "\ud800", "half a character"),
        ("sign", "999", 'one of positive, negative. Received: "999"'),
        ("sign", "", "one of positive, negative"),
        ("sign", "p" * 100_000, "one of positive, negative"),
        ("edge", "\udfff", "half a character"),
    ],
)
def test_what_is_no_answer_is_refused_with_what_one_looks_like(kind: str, typed: str, says: str) -> None:
    sentence = refusal_of(asked(kind), typed)
    assert says in sentence
    assert len(sentence) < 300


def test_a_choice_is_one_of_the_question_s_own_however_its_accents_are_written() -> None:
    question = asked("choice", choices=["café", "=1+1"])
    assert question.normal("cafe\u0301 ") == "café"
    assert question.normal("=1+1") == "=1+1"
    assert "café, =1+1" in refusal_of(question, "Café")


def test_a_count_with_choices_is_chosen() -> None:
    question = asked("count", choices=["9", "15", "18"])
    assert question.normal("15") == "15"
    assert "9, 15, 18" in refusal_of(question, "16")


def test_every_kind_that_has_choices_of_its_own_takes_each_of_them() -> None:
    for kind, choices in CHOICES.items():
        assert [asked(kind).normal(choice) for choice in choices] == list(choices)


@given(st.sampled_from(["number", "count", "words", "sign"]), st.text(st.characters(), max_size=60))
def test_any_text_is_an_answer_in_its_one_form_or_is_refused_in_our_words(kind: str, typed: str) -> None:
    question = asked(kind)
    with suppress(Problem):
        normal = question.normal(typed)
        normal.encode()
        assert normal == unicodedata.normalize("NFC", normal) == normal.strip()
        if len(normal) <= 40:
            assert question.normal(normal) == normal


@given(st.floats(-1e6, 1e6))
def test_every_number_of_a_page_is_read_as_the_same_number(number: float) -> None:
    assert float(asked("number").normal(repr(number))) == number
