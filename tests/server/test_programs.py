"""The programs of the tab "Code", as Keras and PyTorch ran them: stored numbers, to which the engine is held without a framework.

tests/js/programs.test.js holds the page's programs to the stored texts.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest

from app.networks import network, summary_in_keras
from app.scenes import Scene
from app.tables import page_tables
from app.traces import inputs, places, run
from engine import Sequential
from tests.contract.repository import ROOT

FOLDER = ROOT / "tests" / "reference"
ABOUT: dict[str, Any] = json.loads((FOLDER / "programs.json").read_text(encoding="utf-8"))
CASES: dict[str, Any] = ABOUT["cases"]
with np.load(FOLDER / "programs.npz") as stored:
    NUMBERS = dict(stored)
RUN = sorted({name.split("/")[0] for name in NUMBERS})
EXACT, CLIPPED_BY_NORM = 1e-12, 1e-6  # PyTorch adds 1e-6 to a norm
OTHER_EPSILON = {"Adam": 1e-5, "Adagrad": 1e-8, "RMSprop": 1e-3}  # and epsilon at another place

each = pytest.mark.parametrize("name", sorted(CASES))


def allowed(scene: Scene, source: str) -> float:
    """How far the framework's own definition of the update may lie from Keras's, as the program says."""
    if source == "keras":
        return EXACT
    if scene.optimizer.type != "SGD":
        return OTHER_EPSILON[scene.optimizer.type]
    return CLIPPED_BY_NORM if scene.optimizer.clipnorm or scene.optimizer.global_clipnorm else EXACT


@pytest.mark.parametrize("source", ["keras", "torch"])
@pytest.mark.parametrize("name", RUN)
def test_a_program_takes_the_step_that_the_page_shows(name: str, source: str) -> None:
    scene = Scene.model_validate(CASES[name]["scene"])
    trace = run(scene)
    found = {key.removeprefix(f"{name}/{source}/"): array for key, array in NUMBERS.items() if key.startswith(f"{name}/{source}/")}
    after = copy.copy(trace.model)
    after.set_weights(trace.updated)
    again = after.forward(places(trace.rows, inputs(scene, trace.words))[np.newaxis]).output

    np.testing.assert_allclose(found.pop("output"), trace.forward.output, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.pop("again"), again, rtol=0, atol=allowed(scene, source))
    sent = {f"updated/{layer}/{weight}": array for (layer, weight), array in trace.sent(trace.updated).items()}
    assert set(found) == set(sent)
    for key, array in sent.items():
        np.testing.assert_allclose(found[key], array, rtol=0, atol=allowed(scene, source), err_msg=key)


@pytest.mark.parametrize("name", RUN)
def test_the_step_moves_every_weight_farther_than_it_is_compared_to(name: str) -> None:
    scene = Scene.model_validate(CASES[name]["scene"])
    trace = run(scene)
    moved = max(np.abs(now - then).max() for now, then in zip(trace.updated, trace.forward.weights, strict=True))

    assert moved > 30 * allowed(scene, "torch")


def test_the_bias_of_the_notes_moves_as_far_in_pytorch_as_here() -> None:
    """With both of PyTorch's biases learning, it would move twice as far."""
    trace = run(Scene.model_validate(CASES["the notes' toy"]["scene"]))
    moved = NUMBERS["the notes' toy/torch/updated/2/bias"]

    assert np.abs(moved).max() > 1e-3
    np.testing.assert_allclose(moved, trace.updated[5], rtol=0, atol=1e-15)


@each
def test_the_summary_is_the_one_that_the_keras_program_prints(name: str) -> None:
    scene = Scene.model_validate(CASES[name]["scene"])

    assert summary_in_keras(scene, Sequential(network(scene)).layers) == CASES[name]["summary"]


@each
def test_the_stored_scenes_and_gates_are_those_of_today(name: str) -> None:
    assert Scene.model_validate(CASES[name]["scene"]).document() == CASES[name]["scene"]
    assert ABOUT["gates"] == page_tables()["gates"]
    assert set(ABOUT["versions"]) == {"keras", "torch", "numpy"}
