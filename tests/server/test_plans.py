from __future__ import annotations

import copy
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Problem
from app.lectures.plans import Plan, parse_plan
from app.scenes import default_scene
from tests.server.asking import LIBRARY_WORDS

TOY = default_scene().document()
QUESTION = {
    "kind": "number",
    "text": "How large is h?",
    "tolerance": 0.1,
    "cell": {"layer": "2", "timestep": 3, "unit": 1},
    "answer": "0.50",
    "why": "tanh.",
}
PLAN: dict[str, Any] = {
    "unrolled": "plan",
    "version": 1,
    "title": "Tuesday",
    "steps": [
        {"title": "The toy", "scene": TOY, "view": {"step": "4"}, "notes": "Say hello.\n\tThen wait.", "question": None},
        {"title": "h", "scene": "a" * 64, "view": {}, "notes": "", "question": QUESTION},
    ],
}


def parsed(plan: Any) -> Plan:
    return parse_plan(json.dumps(plan).encode())


def at(plan: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The plan with another value at a JSON pointer."""
    changed = copy.deepcopy(plan)
    place: Any = changed
    *way, last = [int(part) if part.isdecimal() else part for part in path.split("/")[1:]]
    for part in way:
        place = place[part]
    place[last] = value
    return changed


def test_a_plan_comes_back_as_it_was_with_its_answers_in_their_one_form() -> None:
    document = parsed(PLAN).document()
    assert document == at(at(PLAN, "/steps/1/question/answer", "0.5"), "/steps/1/question/choices", [])
    assert parsed(document) == parse_plan(parsed(PLAN).text.encode()) == parsed(PLAN)


def test_an_empty_plan_is_a_plan_and_what_is_left_out_has_its_default() -> None:
    assert parsed({"unrolled": "plan", "version": 1}).document() == {"unrolled": "plan", "version": 1, "title": "", "steps": []}
    step = parsed({"unrolled": "plan", "version": 1, "steps": [{"scene": TOY}]}).document()["steps"][0]
    assert step == {"title": "", "scene": TOY, "view": {}, "notes": "", "question": None}


@pytest.mark.parametrize(
    ("path", "value", "name", "pointer", "says"),
    [
        ("/unrolled", "recording", "invalid-plan", "", "This is no plan of a lecture"),
        ("/version", 2, "newer-plan", "/version", "reads plans up to version 1. Received: version 2"),
        ("/version", 0, "invalid-plan", "/version", "must be one of 1"),
        ("/version", "1", "invalid-plan", "/version", "must be one of 1"),
        ("/title", "x" * 121, "invalid-plan", "/title", "at most 120 characters"),
        ("/colour", "red", "invalid-plan", "/colour", "is nothing that may stand there"),
        ("/steps", "none", "invalid-plan", "/steps", "The list of steps must be a list"),
        ("/steps", [PLAN["steps"][1]] * 201, "invalid-plan", "/steps", "The list of steps may have at most 200 entries"),
        ("/steps/0", 7, "invalid-plan", "/steps/0", "Step 1 must be an object"),
        ("/steps/0/title", "a\nb", "invalid-plan", "/steps/0/title", "U+000A"),
        ("/steps/0/notes", "x" * 4001, "invalid-plan", "/steps/0/notes", "`notes` of step 1 may have at most 4,000 characters"),
        ("/steps/0/notes", "a\x00b", "invalid-plan", "/steps/0/notes", "U+0000"),
        ("/steps/0/scene", None, "invalid-plan", "/steps/0/scene", "must be a scene, or the id of one"),
        ("/steps/0/scene", "A" * 64, "invalid-plan", "/steps/0/scene", "must be a scene, or the id of one"),
        (
            "/steps/0/scene/layers/0/units",
            0,
            "invalid-plan",
            "/steps/0/scene/layers/0/units",
            "Step 1: `units` of layer 1 must be 1 to 128",
        ),
        ("/steps/0/scene/version", 2, "invalid-plan", "/steps/0/scene/version", "Step 1: This server reads scenes up to version 1"),
        (
            "/steps/0/scene/layers/0/return_sequences",
            False,
            "invalid-plan",
            "/steps/0/scene/layers/0/return_sequences",
            "expected ndim=3, found ndim=2",
        ),
        ("/steps/0/view", {"step": 4}, "invalid-plan", "/steps/0/view/step", "must be a text"),
        ("/steps/0/view", {"step": "4\r\nid: 7"}, "invalid-plan", "/steps/0/view/step", "U+000D"),
        ("/steps/1/question/kind", "riddle", "invalid-plan", "/steps/1/question/kind", "`kind` of the question of step 2 must be one of"),
        ("/steps/1/question/answer", "much", "invalid-plan", "/steps/1/question/answer", "Step 2: The answer must be a number"),
        ("/steps/1/question/poll", "p1", "invalid-plan", "/steps/1/question/poll", "is nothing that may stand there"),
    ],
)
def test_a_plan_that_breaks_a_rule_is_refused_with_its_place(path: str, value: Any, name: str, pointer: str, says: str) -> None:
    with pytest.raises(Problem) as caught:
        parsed(at(PLAN, path, value))
    fault = caught.value.faults[0]
    assert (caught.value.name, fault.pointer) == (name, pointer)
    assert says in fault.detail
    assert caught.value.detail == fault.detail
    assert not any(word in fault.detail for word in LIBRARY_WORDS)
    json.dumps(caught.value.document("", "/"))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'"plan"', b"{}", b"\xff", b"PK\x03\x04", b'{"unrolled": "plan"}', b'{"unrolled": ["plan"]}']
)
def test_what_is_no_plan_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(Problem) as caught:
        parse_plan(body)
    assert caught.value.detail.endswith((".", "there."))


def test_older_plans_are_brought_up_one_version_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.lectures.plans.MIGRATIONS", {0: lambda plan: {**plan, "version": 1, "title": plan["title"] + "!"}})
    assert parsed(PLAN | {"version": 0}).title == "Tuesday!"


@given(st.sampled_from(["/title", "/steps/0/title", "/steps/0/notes", "/steps/1/question/why"]), st.text(st.characters(), max_size=50))
def test_any_text_is_kept_as_it_is_or_refused(path: str, text: str) -> None:
    with suppress(Problem):
        assert parsed(at(PLAN, path, text)).document() == at(parsed(PLAN).document(), path, text)
