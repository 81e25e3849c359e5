from __future__ import annotations

import copy
import json
from contextlib import suppress
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Problem
from app.languages import ENGLISH, LANGUAGES, Language
from app.lectures.plans import Plan, Prepared, parse_plan
from app.lectures.shipped_plans import KERAS_ERROR, shipped_plan
from app.scenes import Scene, default_scene, parse_scene
from app.traces import model_of, run
from app.worksheets import fixed
from tests.server.asking import LIBRARY_WORDS, require_problem

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


SHIPPED_NOTES = shipped_plan("notes", ENGLISH)


def asked_in(kind: str) -> list[Prepared]:
    return [step.question for step in SHIPPED_NOTES.steps if step.question and step.question.kind == kind]


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda language: language.code)
def test_the_plan_that_comes_with_unrolled_is_a_plan_in_every_language(language: Language) -> None:
    plan = shipped_plan("notes", language)
    assert parse_plan(plan.text.encode()).document() == plan.document()
    assert len(plan.steps) == 20
    assert all(step.title and step.notes for step in plan.steps)


def test_it_asks_every_kind_of_question_and_knows_the_answers() -> None:
    assert {step.question.kind for step in SHIPPED_NOTES.steps if step.question} == {
        "choice",
        "shape",
        "sign",
        "number",
        "edge",
        "count",
        "words",
    }
    assert all(question.answer is not None for step in SHIPPED_NOTES.steps if (question := step.question) and question.kind != "words")


def test_its_answers_are_the_engine_s() -> None:
    toy = run(default_scene())
    (sign,), (number,), (shape,) = asked_in("sign"), asked_in("number"), asked_in("shape")
    state = float(toy.forward.layers[2]["h"][0, 1, 0])
    assert (sign.answer, sign.why.split()[2]) == ("positive" if state > 0 else "negative", f"{fixed(state)}.")
    assert number.answer == fixed(float(toy.forward.output[0, 0]))
    assert shape.answer == "×".join(map(str, toy.forward.weights[3].shape))
    table, *keras = model_of(Scene.model_validate(SHIPPED_NOTES.steps[12].scene)).get_weights()
    gru = run(Scene.model_validate(SHIPPED_NOTES.steps[17].scene)).model.get_weights()
    counts = [sum(weight.size for weight in weights) for weights in ([table], keras[:3], gru[:3])]
    assert [question.answer for question in asked_in("count")] == list(map(str, counts)) == ["320000", "190", "72"]


def test_it_covers_what_the_notes_contain() -> None:
    kinds = [[layer["type"] for layer in step.scene["layers"]] for step in SHIPPED_NOTES.steps]
    for stack in (
        ["SimpleRNN", "SimpleRNN", "Dense"],
        ["Embedding", "SimpleRNN", "SimpleRNN", "Dense"],
        ["LSTM", "LSTM", "Dense"],
        ["GRU", "GRU", "Dense"],
        ["LSTM", "GRU", "SimpleRNN", "Dense"],
    ):
        assert stack in kinds
    said = " ".join(step.notes for step in SHIPPED_NOTES.steps)
    for words in (
        "rat rat mat",
        "0 1 0",
        "3×3",
        "2×2",
        "zero",
        "32000",
        "190",
        "185",
        "55",
        "320,251",
        "return_sequences",
        "cat is in the review",
    ):
        assert words in said


def test_its_broken_stack_is_refused_with_the_words_that_it_quotes() -> None:
    (step,) = [step for step in SHIPPED_NOTES.steps if "draft" in step.view]
    with pytest.raises(Problem) as caught:
        parse_scene(step.view["draft"].encode())
    assert KERAS_ERROR in caught.value.detail


def test_plans_are_listed_and_given_in_the_language_that_is_asked_for(client: TestClient) -> None:
    assert client.get("/api/plans").json() == {"plans": [{"name": "notes", "title": "The notes' lecture", "steps": 20}]}
    hindi = client.get("/api/plans/notes", headers={"Accept-Language": "hi"})
    assert hindi.json() == shipped_plan("notes", LANGUAGES["hi"]).document()
    assert hindi.headers["Vary"].startswith("Accept-Language")
    assert client.get("/api/plans/notes?language=en", headers={"Accept-Language": "hi"}).json() == SHIPPED_NOTES.document()
    assert "There are: notes." in require_problem(client.get("/api/plans/nothing"), 404)["detail"]


def started(client: TestClient) -> str:
    """A lecture that this client presents."""
    answer = client.post("/api/lectures", json={"title": "Tuesday"})
    assert answer.status_code == 201
    code: str = answer.json()["code"]
    return code


def test_a_lecture_keeps_its_plan_for_whoever_presents_it(fresh: TestClient) -> None:
    code = started(fresh)
    assert fresh.get(f"/api/lectures/{code}/plan").json()["steps"] == []
    assert fresh.put(f"/api/lectures/{code}/plan", json=PLAN).json() == {"code": code}
    assert fresh.get(f"/api/lectures/{code}/plan").json() == parsed(PLAN).document()
    assert require_problem(fresh.put(f"/api/lectures/{code}/plan", json=at(PLAN, "/version", 2)), 422)["type"].endswith("newer-plan")
    assert fresh.get(f"/api/lectures/{code}/plan").json() == parsed(PLAN).document()
    fresh.cookies.clear()
    for refused in (
        fresh.get(f"/api/lectures/{code}/plan"),
        fresh.put(f"/api/lectures/{code}/plan", json=PLAN),
        fresh.get(f"/api/lectures/{code}/results"),
    ):
        assert require_problem(refused, 403)["type"].endswith("not-presenter")


def test_the_answers_of_a_class_can_be_taken_home(fresh: TestClient) -> None:
    code = started(fresh)
    commands = f"/api/lectures/{code}/commands"
    question = {"poll": "p1", "kind": "words", "text": "One word?"}
    assert fresh.post(commands, json={"id": "1", "fence": 1, "kind": "poll opened", "body": question}).status_code == 200
    assert fresh.put(f"/api/lectures/{code}/participant", json={}).status_code == 200
    assert fresh.put(f"/api/lectures/{code}/polls/p1/vote", json={"choice": "  =Gate "}).json() == {"poll": "p1", "choice": "=gate"}
    results = fresh.get(f"/api/lectures/{code}/results")
    assert results.headers["Content-Type"].startswith("text/csv")
    assert results.headers["Content-Disposition"] == f'attachment; filename="lecture-{code}-results.csv"'
    assert "'=gate,1" in results.content.decode("utf-8-sig")


def test_a_recording_holds_every_scene_that_it_shows_and_what_an_edit_is_compared_with(fresh: TestClient) -> None:
    code = started(fresh)
    ids = [fresh.post("/api/traces", json=TOY | {"weights": {"seed": seed}}).headers["Scene-Id"] for seed in (1, 2, 3)]
    body = {"scene": ids[1], "view": {"step": "3", "base": ids[0]}}
    assert fresh.post(f"/api/lectures/{code}/commands", json={"id": "1", "fence": 1, "kind": "scene", "body": body}).status_code == 200
    scenes = fresh.get(f"/api/lectures/{code}/recording").json()["scenes"]
    assert {name: scene["weights"]["seed"] for name, scene in scenes.items()} == {ids[0]: 1, ids[1]: 2}
