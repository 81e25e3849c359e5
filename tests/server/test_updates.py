"""How an optimizer moves one number: every line is computed from the values beside it, and the last is the engine's weight."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from safetensors.numpy import load

from app.limits import most
from tests.server.asking import require_problem

RULES: list[dict[str, Any]] = [
    {"type": "SGD"},
    {"type": "SGD", "momentum": 0.9},
    {"type": "SGD", "momentum": 0.9, "nesterov": True},
    {"type": "RMSprop"},
    {"type": "RMSprop", "centered": True, "momentum": 0.5},
    {"type": "Adam"},
    {"type": "Adam", "amsgrad": True, "global_clipnorm": 0.1},
    {"type": "Adagrad"},
]


@pytest.mark.parametrize("steps", [0, 3])
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_every_line_follows_from_its_values_and_the_last_is_the_updated_weight(
    client: TestClient, toy: dict[str, Any], rule: dict[str, Any], steps: int
) -> None:
    scene = {**toy, "optimizer": {"learning_rate": 0.05, **rule}, "weights": {"seed": 0, "steps": steps}, "l2": 0.01}
    answer = client.post("/api/traces", json=scene)
    tensors = load(answer.content)
    told = client.get(f"/api/traces/{answer.headers['Scene-Id']}/updates/1/kernel?row=2&unit=3").json()
    for line in told["lines"]:
        functions = {"sqrt": math.sqrt, "max": max}
        value = eval(line["formula"], {"__builtins__": {}}, functions | line["values"])
        assert value == pytest.approx(line["value"], rel=1e-13, abs=1e-16)
    assert told["index"] == [2, 3]
    assert told["lines"][-1]["value"] == tensors["updated/1/kernel"][1, 2]
    assert told["gradient"] == tensors["gradients/1/kernel"][1, 2]
    assert told["penalised"] == pytest.approx(told["gradient"] + 2 * 0.01 * tensors["weights/1/kernel"][1, 2], rel=1e-13)
    assert (told["clipped"] == told["penalised"]) == ("global_clipnorm" not in rule)
    assert np.isfinite(told["clipped"])


def test_a_bias_has_no_rows_and_an_unknown_number_is_told(client: TestClient, toy_id: str) -> None:
    assert client.get(f"/api/traces/{toy_id}/updates/output/bias").json()["index"] == [1]
    require_problem(client.get(f"/api/traces/{toy_id}/updates/1/kernel?row=4"), 404, "unknown-number")
    require_problem(client.get(f"/api/traces/{toy_id}/updates/1/weights"), 404, "unknown-number")


@pytest.mark.parametrize("kind", ["updates", "weights"])
def test_every_column_of_the_gates_of_a_wide_layer_can_be_asked_for(client: TestClient, toy: dict[str, Any], kind: str) -> None:
    units = most("units")
    layers = [{"type": "LSTM", "units": units, "return_sequences": False}, toy["layers"][-1]]
    answer = client.post("/api/traces", json={**toy, "layers": layers})
    place = f"/api/traces/{answer.headers['Scene-Id']}/{kind}/1/kernel?row=1&unit="
    assert client.get(f"{place}{4 * units}").status_code == 200
    assert client.get(f"{place}{4 * units + 1}").status_code == 422
