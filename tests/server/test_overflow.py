"""A scene whose numbers leave the finite ones is told where, when and why."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.server.asking import require_problem

Document = dict[str, Any]


def linear(words: int, recurrent: float, kernel: float = 1.0, **more: Any) -> Document:
    """h_t = kernel + recurrent h_{t-1} in unit 1, whose h is the output; label 1, squared error."""
    edits = {"1/kernel/1,1": kernel, "1/kernel/1,2": 0, "1/recurrent_kernel/1,1": recurrent, "output/kernel/1,1": 1, "output/kernel/2,1": 0}
    zeros = dict.fromkeys(("1/recurrent_kernel/1,2", "1/recurrent_kernel/2,1", "1/recurrent_kernel/2,2"), 0)
    scene = {
        "version": 1,
        "vocabulary": ["cat"],
        "sentence": ["cat"] * words,
        "label": 1,
        "layers": [{"type": "SimpleRNN", "units": 2, "activation": "linear"}, {"type": "Dense", "units": 1, "activation": "linear"}],
        "weights": {"seed": 0, "edits": edits | zeros},
        "loss": "mse",
        "optimizer": {"type": "SGD", "learning_rate": 0.1},
    }
    return scene | more


WEIGHT = "The largest weight is 1e+06, in recurrent_kernel of layer 1: take a smaller one."


@pytest.mark.parametrize(
    ("scene", "place", "advice"),
    [
        # 10⁶ⁿ is the size of h at timestep n + 1, and 10³¹² is no double
        pytest.param(linear(60, 1e6), "infinity in a of layer 1 at timestep 53, unit 1.", WEIGHT, id="forward"),
        # h stays 0; dL/dh of the last timestep is -2, -2 · 10¹⁵⁶ stands 26 timesteps before it, and its square is no double
        pytest.param(linear(60, 1e6, 0.0), "infinity in the norm of the gradient of h of layer 1 at timestep 34.", WEIGHT, id="backward"),
        pytest.param(
            linear(150, 500.0, 0.0, initial_state=[[1e6, 0]]),
            "of layer 1 at timestep ",
            "The largest number of the initial states is 1e+06: take smaller ones.",
            id="an initial state",
        ),
        pytest.param(
            linear(256, 20.0),
            "of layer 1 at timestep ",
            "in recurrent_kernel of layer 1, and it is multiplied once per timestep",
            id="many words",
        ),
    ],
)
def test_the_first_number_that_is_not_finite_is_named_with_its_cause(client: TestClient, scene: Document, place: str, advice: str) -> None:
    for path in ("/api/traces", "/api/gradients"):
        detail = require_problem(client.post(path, json=scene), 422, "not-finite")["detail"]
        assert place in detail
        assert advice in detail


def test_weights_that_learning_made_too_large_are_not_the_students_mistake(client: TestClient) -> None:
    scene = linear(20, 1.5, optimizer={"type": "SGD", "learning_rate": 1e3})
    scene["weights"]["steps"] = 5
    detail = require_problem(client.post("/api/traces", json=scene), 422, "not-finite")["detail"]
    assert "The steps of learning before made the weights so large: take fewer steps, or a smaller learning_rate." in detail
