from __future__ import annotations

import json
import math
from typing import Any

import pytest
from fastapi.testclient import TestClient
from safetensors.numpy import load

from app.main import create_app
from app.scenes import Scene, default_scene
from app.settings import Settings
from tests.server.asking import HOME, layout_of, quantity, require_problem


def deep(sequences: bool = False) -> Scene:
    layers = [{"type": "SimpleRNN", "units": units, "return_sequences": True} for units in (4, 2, 3)]
    layers[-1]["return_sequences"] = sequences
    document = default_scene().document() | {
        "sentence": ["mat", "cat", "cat", "rat"],
        "layers": [*layers, {"type": "Dense", "units": 2, "activation": "sigmoid"}],
        "weights": {"seed": 7},
        "initial_state": [[0.1, -0.2, 0.3, 0.9], [0.5, -0.5], [0.25, 0, -0.75]],
    }
    return Scene.model_validate(document)


def gated(**changes: Any) -> Scene:
    """An LSTM, both GRUs and a SimpleRNN without tanh, over word vectors, with a class at every timestep."""
    stack = [
        {"type": "Embedding", "input_dim": 5, "output_dim": 4},
        {"type": "LSTM", "units": 3},
        {"type": "GRU", "units": 2},
        {"type": "GRU", "units": 3, "reset_after": False},
        {"type": "SimpleRNN", "units": 2, "activation": "sigmoid"},
    ]
    layers = [layer if layer["type"] == "Embedding" else layer | {"return_sequences": True} for layer in stack]
    document = default_scene().document() | {
        "sentence": ["rat", "cat", "rat"],
        "label": [2, 0, 1],
        "layers": [*layers, {"type": "Dense", "units": 3, "activation": "softmax"}],
        "loss": "categorical_crossentropy",
        "initial_state": [{"h": [0.5, -0.25, 0], "c": [2, 0, -1]}, [0, 0.5], [1, 0, 0.25], [0.5, 0]],
    }
    return Scene.model_validate(document | changes)


def number() -> Scene:
    """A number to meet, by a sum without a function."""
    layers = [{"type": "LSTM", "units": 2, "return_sequences": False}, {"type": "Dense", "units": 1, "activation": "linear"}]
    return Scene.model_validate(default_scene().document() | {"layers": layers, "loss": "mse", "label": 0.25})


SCENES = {
    "the toy": default_scene(),
    "deep": deep(),
    "an output at every timestep": deep(sequences=True),
    "every cell": gated(),
    "a number": number(),
}


class Asked:
    """A scene, its trace, and every explanation that the API gives of it."""

    def __init__(self, client: TestClient, scene: Scene) -> None:
        self.client = client
        self.scene = scene
        self.body = client.post("/api/traces", content=scene.canonical, headers={"Content-Type": "application/json"}).content
        self.tensors = load(self.body)
        self.layout = layout_of(self.body)

    def get(self, path: str) -> Any:
        response = self.client.get(f"/api/traces/{self.scene.id}/{path}")
        assert response.status_code == 200, response.text
        return response.json()

    def cells(self) -> list[dict[str, Any]]:
        timesteps = range(1, len(self.scene.sentence) + 1)
        inner = [self.get(f"cells/{layer}/{t}") for layer, _ in enumerate(self.scene.recurrent, 1) for t in timesteps]
        return inner + [self.get(f"cells/output/{t}") for t in self.layout["output_timesteps"]]

    def weights(self) -> list[dict[str, Any]]:
        return [self.get(f"weights/{layer}/{name}") for layer, shapes in self.layout["weights"].items() for name in shapes]

    def explanations(self) -> list[dict[str, Any]]:
        cells = [each for cell in self.cells() for each in cell["forward"] + cell["backward"]]
        return cells + [each for weight in self.weights() for each in weight["gradients"]]

    def number_at(self, address: dict[str, Any]) -> float:
        """The number of the trace at an address, as the page finds it."""
        layer, gradient = address["layer"], address["gradient"]
        if "weight" in address:
            kind = "gradients" if gradient else "weights"
            index = list(address["index"])
            if layer == "embedding":
                index[0] = self.layout["embedding_rows"].index(index[0]) + 1
            return float(self.tensors[f"{kind}/{layer}/{address['weight']}"][tuple(at - 1 for at in index)])
        timestep, name, unit = address["timestep"], address["quantity"], address["unit"] - 1
        if name == "target":
            label = self.scene.labels[timestep - 1 if len(self.scene.labels) > 1 else 0]
            return float(label == unit) if self.scene.loss == "categorical_crossentropy" else label
        if name == "loss":
            return float(self.tensors["loss"][0])
        if timestep == 0:
            row = self.tensors["gradients/initial_state" if gradient else "initial_state"]
            return float(quantity(row, self.layout["initial_state"], layer, name)[unit])
        if gradient:
            return float(quantity(self.tensors[f"backward/{timestep}"], self.layout["backward"], layer, name)[unit])
        if layer == "output":
            rows = self.tensors["output"].reshape(len(self.layout["output_timesteps"]), -1)
            return float(quantity(rows[self.layout["output_timesteps"].index(timestep)], self.layout["output"], layer, name)[unit])
        return float(quantity(self.tensors[f"forward/{timestep}"], self.layout["forward"], layer, name)[unit])


@pytest.fixture(params=SCENES, ids=str)
def asked(request: pytest.FixtureRequest, client: TestClient) -> Asked:
    return Asked(client, SCENES[request.param])


def test_every_explained_number_is_the_traces_number_bitwise(asked: Asked) -> None:
    for explanation in asked.explanations():
        assert explanation["value"] == asked.number_at(explanation["address"]), explanation["address"]


def test_the_terms_of_every_number_add_up_to_it(asked: Asked) -> None:
    for explanation in asked.explanations():
        terms = [term["value"] for term in explanation["terms"]]
        assert math.fsum(terms) == pytest.approx(explanation["value"], abs=1e-13), explanation["address"]
        for term in explanation["terms"]:
            assert math.prod(factor["result"] for factor in term["factors"]) == pytest.approx(term["value"], abs=1e-13)


def test_every_factor_stands_where_its_address_says(asked: Asked) -> None:
    for explanation in asked.explanations():
        for factor in (factor for term in explanation["terms"] for factor in term["factors"]):
            if factor["address"] is not None:
                assert factor["value"] == asked.number_at(factor["address"]), factor
            if factor["function"] is None:
                assert factor["result"] == factor["value"]


def test_the_cells_hold_every_number_of_the_grid_once(asked: Asked) -> None:
    told = [
        json.dumps(each["address"])
        for cell in asked.cells()
        for each in cell["forward"] + cell["backward"]
        if each["address"]["quantity"] != "loss"
    ]
    assert len(told) == len(set(told))
    layout, timesteps, outputs = asked.layout, len(asked.scene.sentence), len(asked.layout["output_timesteps"])
    count = {key: sum(entry["units"] for entry in layout[key]) for key in ("initial_state", "forward", "output", "backward")}
    words, norms = layout["forward"][0]["units"], len(asked.scene.recurrent)
    last = sum(entry["units"] for entry in layout["backward"] if entry["layer"] == "output")
    forward = timesteps * (count["forward"] - words) + outputs * count["output"]
    backward = timesteps * (count["backward"] - norms - last) + outputs * last
    assert len(told) == forward + backward + count["initial_state"]


def test_a_cell_answers_in_the_shape_agreed_on(client: TestClient, toy_id: str) -> None:
    cell = client.get(f"/api/traces/{toy_id}/cells/2/2").json()
    assert list(cell) == ["scene", "layer", "timestep", "forward", "backward"]
    assert (cell["scene"], cell["layer"], cell["timestep"]) == (toy_id, "2", 2)
    first = cell["forward"][0]
    assert first["address"] == {"layer": "2", "timestep": 2, "quantity": "a", "unit": 1, "gradient": False}
    assert first["operation"] == "sum"
    h, kernel = first["terms"][0]["factors"]
    assert h["address"] == {"layer": "1", "timestep": 2, "quantity": "h", "unit": 1, "gradient": False}
    assert kernel["address"] == {"layer": "2", "weight": "kernel", "index": [1, 1], "gradient": False}


def test_a_unit_or_a_row_can_be_asked_for_alone(client: TestClient, toy_id: str) -> None:
    cell = client.get(f"/api/traces/{toy_id}/cells/1/2?unit=3").json()
    assert {each["address"]["unit"] for each in cell["forward"] + cell["backward"]} == {3}
    weight = client.get(f"/api/traces/{toy_id}/weights/2/kernel?row=3&unit=2").json()
    assert [each["address"]["index"] for each in weight["gradients"]] == [[3, 2]]


@pytest.mark.parametrize(
    "path",
    [
        "cells/0/1",
        "cells/3/1",
        "cells/9/1",
        "cells/1/0",
        "cells/1/4",
        "cells/1/257",
        "cells/-1/1",
        "cells/x/1",
        "cells/1/1.5",
        "cells/1/99999999999999999999",
        "cells/output/1",
        "cells/output/4",
        "cells/output/x",
        "cells/input/1",
        "cells/1/1?unit=4",
        "weights/3/kernel",
        "weights/0/kernel",
        "weights/output/recurrent_kernel",
        "weights/1/weights",
        "weights/1/%00",
        "weights/1/kernel?row=4",
        "weights/1/kernel?unit=4",
    ],
)
def test_a_place_that_this_scene_has_not_is_a_404_that_says_which_there_are(client: TestClient, toy_id: str, path: str) -> None:
    require_problem(client.get(f"/api/traces/{toy_id}/{path}"), 404, "unknown-number")


def test_where_the_outputs_are_is_said_of_one_and_of_many(client: TestClient, toy_id: str) -> None:
    every = Asked(client, SCENES["an output at every timestep"]).scene.id
    for scene_id, sentence in (
        (toy_id, "The one output of this scene stands at timestep 3. Received: 9."),
        (every, "The outputs of this scene stand at the timesteps 1 to 4. Received: 9."),
    ):
        answer = client.get(f"/api/traces/{scene_id}/cells/output/9")
        assert require_problem(answer, 404, "unknown-number")["detail"] == sentence


def test_a_zero_in_a_term_has_no_sign(client: TestClient) -> None:
    explained = Asked(client, SCENES["deep"]).explanations()
    terms = [term for each in explained for term in each["terms"]]
    numbers = [term["value"] for term in terms]
    numbers += [number for term in terms for factor in term["factors"] for number in (factor["value"], factor["result"])]
    zeros = [number for number in numbers if number == 0]
    assert zeros
    assert all(math.copysign(1, zero) == 1 for zero in zeros)


def test_a_row_has_its_limits_too(client: TestClient, toy_id: str) -> None:
    document = require_problem(client.get(f"/api/traces/{toy_id}/weights/1/kernel?row=0"), 422, "invalid-parameter")
    assert document["detail"] == '`row` must be 1 to 10,001. Received: "0". Choose a larger number.'


@pytest.mark.parametrize("query", ["unit=0", "unit=x", "unit=", "unit=129", "unit=1e3"])
def test_a_parameter_that_breaks_its_rule_is_a_422(client: TestClient, toy_id: str, query: str) -> None:
    document = require_problem(client.get(f"/api/traces/{toy_id}/cells/1/1?{query}"), 422, "invalid-parameter")
    assert document["errors"][0]["pointer"] == "/unit"


def test_an_answer_of_too_many_terms_is_refused_with_the_way_round(client: TestClient, toy: dict[str, Any]) -> None:
    wide = {**toy, "vocabulary": [f"{i:x}" for i in range(1500)], "sentence": ["0"] * 80}
    wide["layers"][0]["units"] = 100
    response = client.post("/api/traces", json=wide)
    trace = f"/api/traces/{response.headers['Scene-Id']}"
    for path, narrower in (("cells/1/1", "unit=1"), ("weights/1/kernel", "row=1"), ("weights/1/kernel", "unit=1&row=1")):
        require_problem(client.get(f"{trace}/{path}"), 422, "too-many-terms")
        assert client.get(f"{trace}/{path}?{narrower}").status_code == 200


def test_any_process_computes_a_known_scene_again(fresh: TestClient, settings: Settings, toy: dict[str, Any]) -> None:
    toy_id = fresh.post("/api/traces", json=toy).headers["Scene-Id"]
    before = fresh.get(f"/api/traces/{toy_id}/cells/2/3").content
    with TestClient(create_app(settings), base_url=HOME) as another:
        assert another.get(f"/api/traces/{toy_id}/cells/2/3").content == before
