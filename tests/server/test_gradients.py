"""The gradient laboratory: what a scene answers without being stored, and the studies of one unit."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from jsonschema import Draft202012Validator
from safetensors.numpy import load

from app.gradient_documents import (
    BifurcationDocument,
    DescentDocument,
    GradientsDocument,
    KindsDocument,
    LinearDocument,
    MemoryDocument,
    PathDocument,
    RemedyDocument,
    StrongestPathDocument,
)
from app.limits import most
from app.remedies import REMEDIES
from app.scenes import Scene
from app.traces import run
from engine.classics import descend, error
from tests.server.asking import layout_of, quantity, require_problem

GATED = [
    {"type": "LSTM", "units": 3, "return_sequences": True},
    {"type": "GRU", "units": 2, "return_sequences": True},
    {"type": "SimpleRNN", "units": 4, "activation": "sigmoid"},
    {"type": "Dense", "units": 1, "activation": "sigmoid"},
]


@pytest.fixture
def mixed(toy: dict[str, Any]) -> dict[str, Any]:
    return toy | {"layers": GATED, "sentence": ["cat", "mat", "rat", "rat", "mat"]}


@pytest.fixture
def radius(toy: dict[str, Any]) -> dict[str, Any]:
    """Three layers of 32 units over 50 words."""
    start = {"type": "scaled_orthogonal", "spectral_radius": 0.9}
    recurrent = [{"type": "SimpleRNN", "units": 32, "return_sequences": up, "recurrent_initializer": start} for up in (True, True, False)]
    return toy | {"layers": [*recurrent, toy["layers"][-1]], "sentence": (["cat", "mat", "rat", "mat", "mat"] * 10)}


def told(response: Response, model: Any) -> dict[str, Any]:
    """The document of an answer, which keeps what the OpenAPI document says of it."""
    assert response.status_code == 200, response.text
    document: dict[str, Any] = response.json()
    Draft202012Validator(model.model_json_schema()).validate(document)
    return document


def asked(client: TestClient, path: str, scene: dict[str, Any], model: Any, **query: Any) -> dict[str, Any]:
    return told(client.post(f"/api/gradients{path}", json=scene, params=query), model)


def test_the_norms_are_those_of_the_trace_of_the_same_scene(client: TestClient, mixed: dict[str, Any]) -> None:
    found = asked(client, "", mixed, GradientsDocument)
    body = client.post("/api/traces", json=mixed).content
    layout, tensors = layout_of(body), load(body)

    assert found["scene"] == layout["scene"]
    assert found["loss"] == tensors["loss"][0]
    assert [(layer["layer"], layer["type"], layer["units"]) for layer in found["layers"]] == [
        ("1", "LSTM", 3),
        ("2", "GRU", 2),
        ("3", "SimpleRNN", 4),
    ]
    for layer in found["layers"]:
        for field, name in (("norms", "h"), ("from_depth", "h_from_depth"), ("from_time", "h_from_time")):
            rows = [quantity(tensors[f"backward/{t}"], layout["backward"], layer["layer"], name) for t in range(1, 6)]
            np.testing.assert_allclose(layer[field], np.linalg.norm(rows, axis=1), rtol=1e-13)


def test_the_meters_name_each_gate_and_only_a_simple_layer_has_a_threshold(client: TestClient, mixed: dict[str, Any]) -> None:
    lstm, gru, simple = (layer["meters"] for layer in asked(client, "", mixed, GradientsDocument)["layers"])

    assert [meter["gate"] for meter in lstm] == ["a_i", "a_f", "a_g", "a_o"]
    assert {meter["verdict"] for meter in lstm + gru} == {"gated"}
    assert [(meter["gate"], meter["threshold"], meter["verdict"]) for meter in simple] == [("a", 4, "vanishes")]
    assert simple[0]["singular_value"] == pytest.approx(1)


def test_a_scene_that_is_measured_is_not_stored(client: TestClient, toy: dict[str, Any]) -> None:
    other = toy | {"weights": {"seed": 987}}
    scene_id = asked(client, "", other, GradientsDocument)["scene"]
    require_problem(client.get(f"/api/traces/{scene_id}"), 404, "unknown-scene")


def test_the_weights_tell_what_clipping_leaves_of_their_gradients(client: TestClient, toy: dict[str, Any]) -> None:
    short = toy | {"optimizer": toy["optimizer"] | {"clipnorm": 0.01}}
    free, clipped = (asked(client, "", scene, GradientsDocument)["weights"] for scene in (toy, short))

    assert [(weight["layer"], weight["name"]) for weight in free[-2:]] == [("output", "kernel"), ("output", "bias")]
    assert all(weight["norm"] == weight["clipped"] for weight in free)
    assert [weight["norm"] for weight in clipped] == [weight["norm"] for weight in free]
    assert max(weight["clipped"] for weight in clipped) == pytest.approx(0.01)


def test_a_scene_whose_gradient_explodes_beyond_all_numbers_is_a_problem(client: TestClient, toy: dict[str, Any]) -> None:
    start = {"type": "identity", "gain": 100}
    layer = {"type": "SimpleRNN", "units": 2, "activation": "linear", "recurrent_initializer": start}
    scene = toy | {"layers": [layer, toy["layers"][-1]], "sentence": ["cat"] * 256}
    for path in ("", "/kinds", "/strongest?timestep=1", "/path?cells=1/1,1/2", "/memory?timestep=1&word=mat", "/remedy?name=clipping"):
        require_problem(client.post(f"/api/gradients{path}", json=scene), 422, "not-finite")


def test_along_the_only_path_of_one_layer_comes_the_whole_gradient(client: TestClient, toy: dict[str, Any]) -> None:
    scene = toy | {"layers": [{"type": "LSTM", "units": 3}, toy["layers"][-1]]}
    found = asked(client, "/path", scene, PathDocument, cells="1/1,1/2,1/3")

    assert found["cells"] == [[1, 1], [1, 2], [1, 3]]
    assert (len(found["gains"]), len(found["singular_values"])) == (2, 6)
    assert found["carried"] == pytest.approx(found["whole"], rel=1e-13)
    assert found["singular_values"][0] <= np.prod(found["gains"])


def test_the_strongest_path_leads_from_its_cell_to_the_loss_and_carries_no_less_than_another(
    client: TestClient, mixed: dict[str, Any]
) -> None:
    found = asked(client, "/strongest", mixed, StrongestPathDocument, timestep=2)
    other = asked(client, "/path", mixed, PathDocument, cells="1/2,2/2,3/2,3/3,3/4,3/5")
    along = asked(client, "/path", mixed, PathDocument, cells=",".join(f"{layer}/{t}" for layer, t in found["cells"]))

    assert found["exact"]
    assert (found["cells"][0], found["cells"][-1]) == ([1, 2], [3, 5])
    assert all(sorted((b[0] - a[0], b[1] - a[1])) == [0, 1] for a, b in pairwise(found["cells"]))
    assert found["carried"] == pytest.approx(along["carried"], rel=1e-13)
    assert found["carried"] >= other["carried"] * (1 - 1e-12)
    assert found["whole"] == along["whole"] == other["whole"]


def test_a_cell_of_an_upper_layer_has_its_strongest_path_too(client: TestClient, mixed: dict[str, Any]) -> None:
    found = asked(client, "/strongest", mixed, StrongestPathDocument, timestep=3, layer=3)
    assert found["cells"] == [[3, 3], [3, 4], [3, 5]]
    assert found["carried"] == pytest.approx(found["whole"], rel=1e-13)


@pytest.mark.parametrize("cells", ["", "1", "1/1,", "1/1;1/2", "a/b", "1/1,1/3", "2/1,1/1", "1/2,1/1", "1/1,2/2", "1/1 ,1/2", "1/1111"])
def test_a_path_that_is_none_is_refused(client: TestClient, toy: dict[str, Any], cells: str) -> None:
    require_problem(client.post("/api/gradients/path", params={"cells": cells}, json=toy), 422, "invalid-parameter")


@pytest.mark.parametrize("path", ["/path?cells=3/1", "/path?cells=1/4", "/path?cells=0/1", "/strongest?timestep=4",
                                  "/strongest?timestep=1&layer=3", "/memory?timestep=4&word=cat"])  # fmt: skip
def test_a_cell_that_the_scene_has_not_is_refused(client: TestClient, toy: dict[str, Any], path: str) -> None:
    require_problem(client.post(f"/api/gradients{path}", json=toy), 404, "unknown-number")


@pytest.mark.parametrize("path", ["/path", "/strongest", "/strongest?timestep=0", "/strongest?timestep=x", "/memory?timestep=1", "/remedy",
                                  "/remedy?name=hope", "/memory?timestep=2&word=dog", "/memory?timestep=2&word=mat"])  # fmt: skip
def test_a_parameter_that_is_missing_or_wrong_is_refused(client: TestClient, toy: dict[str, Any], path: str) -> None:
    require_problem(client.post(f"/api/gradients{path}", json=toy), 422, "invalid-parameter")


def test_paths_among_too_many_jacobians_are_refused(client: TestClient, toy: dict[str, Any]) -> None:
    scene = toy | {"layers": [{"type": "LSTM", "units": 128}, toy["layers"][-1]], "sentence": ["cat"] * 60}
    long = ",".join(f"1/{t}" for t in range(1, 61))
    for path in ("/strongest?timestep=1", f"/path?cells={long}"):
        document = require_problem(client.post(f"/api/gradients{path}", json=scene), 422, "too-expensive")
        assert f"{most('jacobian_numbers'):,}" in document["detail"]
    assert client.post("/api/gradients/strongest?timestep=59", json=scene).status_code == 200


def test_a_changed_word_is_remembered_from_its_timestep_on(client: TestClient, mixed: dict[str, Any]) -> None:
    found = asked(client, "/memory", mixed, MemoryDocument, timestep=2, word="rat")
    changed = mixed | {"sentence": ["cat", "rat", *mixed["sentence"][2:]]}
    before, after = (run(Scene.model_validate(scene)).forward for scene in (mixed, changed))

    assert (found["before"], found["word"]) == ("mat", "rat")
    for number, layer in enumerate(found["layers"], start=1):
        gaps = np.linalg.norm(after.layers[number]["h"][0] - before.layers[number]["h"][0], axis=1)[1:]
        assert layer["first"] == pytest.approx(gaps[0])
        np.testing.assert_allclose(layer["distances"], gaps / gaps[0], rtol=1e-12)


def test_a_network_that_has_learnt_keeps_its_weights_when_a_word_is_changed(client: TestClient, mixed: dict[str, Any]) -> None:
    """Else the steps would be learnt on the other sentence, and every timestep would differ."""
    learnt = mixed | {"weights": {"seed": 0, "steps": 3}}
    found = asked(client, "/memory", learnt, MemoryDocument, timestep=5, word="rat")
    model = run(Scene.model_validate(learnt)).model
    words = np.array([[0, 1, 2, 2, 1], [0, 1, 2, 2, 2]])
    before, after = model.forward(words).layers[1]["h"][:, -1]

    assert found["layers"][0]["first"] == pytest.approx(np.linalg.norm(after - before))


def test_three_kinds_of_cells_are_measured_side_by_side(client: TestClient, radius: dict[str, Any]) -> None:
    networks = asked(client, "/kinds", radius, KindsDocument)["networks"]
    assert [network["layers"][0]["type"] for network in networks] == ["SimpleRNN", "LSTM", "GRU"]
    for network, name in zip(networks, ("clipping", "LSTM", "GRU"), strict=True):
        other = asked(client, "/remedy", radius, RemedyDocument, name=name)
        assert network["layers"] == (other["before"] if name == "clipping" else other["after"])["layers"]


@pytest.mark.parametrize("name", REMEDIES)
def test_a_remedy_is_measured_before_and_after_on_the_same_seed(client: TestClient, radius: dict[str, Any], name: str) -> None:
    found = asked(client, "/remedy", radius, RemedyDocument, name=name)

    assert found["before"] == asked(client, "", radius, GradientsDocument)
    assert found["after"] == asked(client, "", found["scene"], GradientsDocument)
    assert found["before"]["scene"] != found["after"]["scene"]
    assert found["scene"]["weights"]["seed"] == radius["weights"]["seed"]


def test_remedies_are_compared_before_anything_is_learnt(client: TestClient, toy: dict[str, Any]) -> None:
    fresh, learnt = (toy | {"weights": {"seed": 5, "steps": steps}} for steps in (0, 4))
    found, other = (asked(client, "/remedy", scene, RemedyDocument, name="GRU") for scene in (fresh, learnt))

    assert found == other
    assert asked(client, "", fresh, GradientsDocument)["loss"] != asked(client, "", learnt, GradientsDocument)["loss"]


def first_over_last(document: dict[str, Any]) -> float:
    norms = document["layers"][-1]["norms"]
    return float(norms[0] / norms[-1])


@pytest.mark.parametrize("name", ["identity", "orthogonal", "every timestep", "shorter"])
def test_these_remedies_bring_more_of_the_gradient_to_the_first_word(client: TestClient, radius: dict[str, Any], name: str) -> None:
    found = asked(client, "/remedy", radius, RemedyDocument, name=name)
    assert first_over_last(found["after"]) > 5 * first_over_last(found["before"])


def test_clipping_shortens_the_gradients_of_weights_and_leaves_those_of_cells(client: TestClient, toy: dict[str, Any]) -> None:
    start = {"type": "identity", "gain": 3}
    layer = {"type": "SimpleRNN", "units": 2, "activation": "linear", "recurrent_initializer": start}
    scene = toy | {"layers": [layer, toy["layers"][-1]], "sentence": ["cat"] * 10, "label": 1}
    found = asked(client, "/remedy", scene, RemedyDocument, name="clipping")

    assert found["after"]["layers"] == found["before"]["layers"]
    assert np.linalg.norm([weight["norm"] for weight in found["after"]["weights"]]) > 100
    assert np.linalg.norm([weight["clipped"] for weight in found["after"]["weights"]]) == pytest.approx(1)


@pytest.mark.parametrize("name", REMEDIES)
def test_a_remedy_keeps_a_scene_whole_whatever_was_set_by_hand(client: TestClient, mixed: dict[str, Any], name: str) -> None:
    by_hand = copy.deepcopy(mixed) | {
        "weights": {"seed": 3, "edits": {"1/recurrent_kernel/3,12": 0.5, "2/bias/2,6": 0.1, "3/kernel/2,4": 1, "output/bias/1": 0.3}},
        "inputs": {"input/1/x/2": 0.5, "input/4/x/1": 0.25},
        "initial_state": [{"h": [0.1, 0, 0], "c": [0, 1, 0]}, [0.5, 0], [0, 0, 0, 1]],
        "optimizer": {"type": "SGD", "learning_rate": 0.1, "clipvalue": 0.5},
    }
    found = asked(client, "/remedy", by_hand, RemedyDocument, name=name)["scene"]

    assert found["weights"]["edits"]["output/bias/1"] == 0.3
    assert ("2/bias/2,6" in found["weights"]["edits"]) == (name not in ("LSTM", "GRU"))
    assert ("1/recurrent_kernel/3,12" in found["weights"]["edits"]) == (name in ("clipping", "every timestep", "shorter"))
    assert found["inputs"] == ({"input/2/x/1": 0.25} if name == "shorter" else by_hand["inputs"])


def test_half_a_sentence_keeps_its_own_labels_and_weights(client: TestClient, mixed: dict[str, Any]) -> None:
    *below, top, output = mixed["layers"]
    scene = mixed | {
        "layers": [*below, top | {"return_sequences": True}, output],
        "label": [0, 1, 0, 0, 1],
        "sample_weight": [1, 2, 3, 4, 5],
    }
    found = asked(client, "/remedy", scene, RemedyDocument, name="shorter")["scene"]

    assert (found["sentence"], found["label"], found["sample_weight"]) == (["rat", "rat", "mat"], [0, 0, 1], [3, 4, 5])


def test_a_remedy_that_would_be_too_expensive_is_refused(client: TestClient, toy: dict[str, Any]) -> None:
    layers = [{"type": "SimpleRNN", "units": 128, "return_sequences": True} for _ in range(8)]
    scene = toy | {"layers": [*layers, toy["layers"][-1]], "sentence": ["cat"] * 256, "label": 1}
    Scene.model_validate(scene)
    require_problem(client.post("/api/gradients/remedy?name=LSTM", json=scene), 422, "too-expensive")


@pytest.mark.parametrize(
    "path", ["", "/kinds", "/path?cells=1/1", "/strongest?timestep=1", "/memory?timestep=1&word=mat", "/remedy?name=LSTM"]
)
def test_a_scene_that_cannot_be_is_refused_as_everywhere(client: TestClient, toy: dict[str, Any], path: str) -> None:
    require_problem(client.post(f"/api/gradients{path}", json=toy | {"sentence": ["dog"]}), 422, "unknown-token")
    require_problem(client.post(f"/api/gradients{path}", json=toy, headers={"Sec-Fetch-Site": "cross-site"}), 403, "cross-site")


def test_the_surface_has_301_points_each_way_and_the_paper_s_errors(client: TestClient) -> None:
    response = client.get("/api/studies/cliff")
    found = load(response.content)

    assert response.headers["content-type"] == "application/vnd.safetensors"
    assert (found["error"].shape, found["error"].dtype) == ((301, 301), np.float32)
    for row, column in ((0, 0), (150, 150), (300, 7), (142, 151)):
        assert found["error"][row, column] == np.float32(error(found["w"][column], found["b"][row]))
    np.testing.assert_allclose(found["wall"][-1], [6.5, 0.5 - 6.5 / (1 + np.exp(-0.5))], rtol=1e-14)
    assert np.all(np.isfinite(found["wall"]))


def test_a_surface_of_another_window_is_another_surface(client: TestClient) -> None:
    found = load(client.get("/api/studies/cliff?w_from=-1&w_to=1&b_from=0&b_to=2&points=5").content)

    np.testing.assert_array_equal(found["w"], [-1, -0.5, 0, 0.5, 1])
    np.testing.assert_array_equal(found["b"], [0, 0.5, 1, 1.5, 2])
    assert found["wall"].shape == (0, 2)


def test_both_walks_begin_at_one_point_and_only_the_clipped_one_keeps_its_pace(client: TestClient) -> None:
    found = told(client.get("/api/studies/descent"), DescentDocument)
    free, clipped = (np.array(found[walk]["points"]) for walk in ("free", "clipped"))

    np.testing.assert_array_equal(free[0], clipped[0])
    np.testing.assert_array_equal(free, descend(5.0, -2.3, 0.05, 200).points)
    assert np.linalg.norm(np.diff(free, axis=0), axis=1).max() > 5
    assert np.linalg.norm(np.diff(clipped, axis=0), axis=1).max() <= 0.05 * (1 + 1e-9)


def test_a_walk_at_the_largest_rate_ends_early_and_says_so(client: TestClient) -> None:
    found = told(client.get("/api/studies/descent?w=5&b=-2.6123&rate=1000000&paces=50"), DescentDocument)
    assert found["free"]["left"]
    assert len(found["free"]["points"]) < 51


def test_the_diagram_has_its_folds_where_stable_and_unstable_states_meet(client: TestClient) -> None:
    found = told(client.get("/api/studies/bifurcation"), BifurcationDocument)

    assert [fold["b"] for fold in found["folds"]] == [pytest.approx(-2.3444, abs=1e-4), pytest.approx(-2.6556, abs=1e-4)]
    first, last = (fold["x"] for fold in found["folds"])
    assert all(stable == (not first < x < last) for x, stable in zip(found["x"], found["stable"], strict=True))
    assert told(client.get("/api/studies/bifurcation?w=3"), BifurcationDocument)["folds"] == []


def test_the_linear_case_is_a_power_up_to_the_largest_that_may_be_asked(client: TestClient) -> None:
    found = told(client.get("/api/studies/linear?w=2&x_0=1&timesteps=3"), LinearDocument)
    assert found == {"x": [1, 2, 4, 8], "slope": [0, 1, 4, 12], "curvature": [0, 0, 2, 12]}
    assert told(client.get("/api/studies/linear?w=-10&x_0=10&timesteps=256"), LinearDocument)["x"][-1] == pytest.approx(1e257)
    assert told(client.get("/api/studies/linear?w=0&x_0=1&timesteps=2"), LinearDocument)["curvature"] == [0, 0, 2]


@pytest.mark.parametrize("path", ["cliff?points=1", "cliff?points=302", "cliff?w_from=5&w_to=4", "cliff?b_from=0&b_to=0", "cliff?w_to=11",
                                  "descent?rate=-1", "descent?threshold=0", "descent?paces=1001", "descent?w=nan", "descent?b=x",
                                  "bifurcation?w=inf", "linear?timesteps=257", "linear?x_0=", "linear?engine=0.0.0"])  # fmt: skip
def test_a_study_beyond_its_limits_is_refused(client: TestClient, path: str) -> None:
    response = client.get(f"/api/studies/{path}")
    require_problem(response, response.status_code, "engine-differs" if "engine" in path else "invalid-parameter")


@pytest.mark.parametrize("study", ["cliff", "descent", "bifurcation", "linear"])
def test_a_study_of_one_version_of_the_engine_is_kept_for_ever(client: TestClient, study: str) -> None:
    version = client.get("/version").json()["engine"]
    asked_for = client.get(f"/api/studies/{study}?engine={version}")

    assert "immutable" in asked_for.headers["cache-control"]
    assert client.get(f"/api/studies/{study}", headers={"If-None-Match": asked_for.headers["etag"]}).status_code == 304
