"""A worksheet gives what is needed and no more, and its solution is the engine's."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.presets import PRESETS
from app.scenes import Scene
from app.traces import Array, SceneTrace, run
from app.worksheets import fixed, formula
from tests.server.asking import changed, require_problem

MINUS = "\u2212"


def sheet_of(client: TestClient, scene: dict[str, Any]) -> str:
    """The page as text."""
    scene_id = client.post("/api/traces", json=scene).headers["Scene-Id"]
    answer = client.get(f"/worksheet/{scene_id}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer.text


def rows_of(text: str, tables: str) -> dict[tuple[int, str], str]:
    """Each row of the tables of a class, by the table's place and the row's name."""
    found = re.findall(rf'<table class="{tables}">(.*?)</table>', text, flags=re.DOTALL)
    return {
        (place, unescape(name)): row
        for place, table in enumerate(found)
        for name, row in re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', table, flags=re.DOTALL)
    }


def numbers(row: str) -> list[float]:
    return [float(number.replace(MINUS, "-")) for number in re.findall(r"<b>(.*?)</b>", row)]


def wanted(trace: SceneTrace, place: int, name: str) -> list[float]:
    """What a row of the solution must hold: its first table is forward, its second backward."""
    index = trace.layer_names.index("output" if name == "Dense" else name.split()[-1])
    output, states = name == "Dense", trace.model.layers[index].states[::-1]
    quantities = (("y",) if output else states, ("a",) if output else ("h",))[place]
    layers: Any = (trace.forward, trace.gradients)[place].layers
    values: list[Array] = [layers[index][quantity][0] for quantity in quantities]
    return [float(number) for timestep in zip(*values, strict=True) for part in timestep for number in part]


@pytest.mark.parametrize("preset", ["the notes' toy", "the notes' Keras stack", "mixed"])
def test_the_solution_is_the_engines_and_the_first_pages_have_a_blank_for_each_of_its_numbers(client: TestClient, preset: str) -> None:
    trace = run(PRESETS[preset])
    sheet, _, solution = sheet_of(client, PRESETS[preset].document()).partition('id="solution"')
    rows = rows_of(solution, "grid")
    assert len(rows) == 2 * (len(trace.layer_names) - 1)
    for (place, name), row in rows.items():
        assert numbers(row) == pytest.approx(wanted(trace, place, name), abs=5.0001e-5), name
    assert f"<b>{fixed(trace.gradients.loss)}</b>" in solution
    assert sheet.count('class="blank"') == solution.count("<b>")
    assert "<b>" not in sheet


def test_the_weights_that_are_given_are_those_of_the_scene(client: TestClient, toy: dict[str, Any]) -> None:
    trace = run(Scene.model_validate(toy))
    tables = re.findall(r'<table class="matrix">(.*?)</table>', sheet_of(client, toy), flags=re.DOTALL)
    given = [[text.replace(MINUS, "-") for text in re.findall(r"<td>([^<]+)</td>", table)] for table in tables]
    assert [[float(number) for number in table] for table in given] == [
        pytest.approx(list(weight.ravel()), abs=5.0001e-5) for weight in trace.forward.weights
    ]


def test_whatever_changes_the_numbers_stands_on_the_sheet(client: TestClient, toy: dict[str, Any]) -> None:
    toy["layers"][1]["return_sequences"] = True
    toy |= {"label": [1, 0, 1], "window": 2, "sample_weight": [1, 0.5, 2], "initial_state": [[0.5, 0, 0], [0, -0.25]]}
    sheet = sheet_of(client, toy)
    for words in ("Label 1, 0, 1;", "BPTT window: 2", "in the loss: 1.0, 0.5, 2.0", "[1] = 0.5000", f"[2] = {MINUS}0.2500"):
        assert words in sheet
    assert "initial states are 0" not in sheet
    assert "initial states are 0" in sheet_of(client, changed("/weights/seed", 3))


def test_a_word_from_a_person_is_text_and_nothing_else(client: TestClient, toy: dict[str, Any]) -> None:
    word = "<img/src=x>"
    sheet = sheet_of(client, toy | {"vocabulary": [word], "sentence": [word]})
    assert "<img" not in sheet
    assert "&lt;img/src=x&gt;" in sheet


def test_a_long_sentence_is_cut_into_tables_that_paper_has_room_for(client: TestClient, toy: dict[str, Any]) -> None:
    sheet = sheet_of(client, toy | {"sentence": ["cat"] * 14})
    heads = [re.findall(r"t\s=\s(\d+)", table) for table in re.findall(r'<table class="grid">(.*?)</table>', sheet, flags=re.DOTALL)]
    assert [len(head) for head in heads] == [6, 6, 2] * 4


def test_what_nobody_computes_by_hand_is_refused_and_an_unknown_scene_too(client: TestClient, toy: dict[str, Any]) -> None:
    scene_id = client.post("/api/traces", json=toy | {"sentence": ["cat"] * 200}).headers["Scene-Id"]
    document = require_problem(client.get(f"/worksheet/{scene_id}"), 422, "worksheet-too-long")
    assert "2,036" in document["detail"]
    assert "1,200" in document["detail"]
    require_problem(client.get(f"/worksheet/{'0' * 64}"), 404, "unknown-scene")


def test_the_sheet_is_kept_and_not_sent_again_to_who_has_it(client: TestClient, toy_id: str) -> None:
    first = client.get(f"/worksheet/{toy_id}")
    assert client.get(f"/worksheet/{toy_id}", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(("value", "text"), [(0.03125, "0.0313"), (-0.03125, f"{MINUS}0.0313"), (-0.00001, "0.0000"), (-0.0, "0.0000")])
def test_numbers_are_rounded_as_the_page_rounds_them(value: float, text: str) -> None:
    assert fixed(value) == text


def test_formulas_of_the_table_are_cut_where_letters_stand_higher_or_lower() -> None:
    assert formula("dL/da_{t+1} U^T - 1") == [("∂L/∂a", ""), ("t+1", "sub"), (" U", ""), ("T", "sup"), (f" {MINUS} 1", "")]
    assert formula("h = f(a_t)") == [("h = f(a", ""), ("t", "sub"), (")", "")]
