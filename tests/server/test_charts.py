"""Charts: every number of a figure is the engine's, the table holds the same, and Plotly itself accepts what is drawn."""

from __future__ import annotations

import gzip
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from fastapi.testclient import TestClient

from app.charting import every_row
from app.charts.of_a_scene import principal
from app.charts.over_epochs import MOST_LINES, MOST_POINTS
from app.charts.table import CHARTS, OVER_EPOCHS
from app.learning import teach
from app.main import create_app
from app.scenes import Scene, default_scene
from app.settings import Settings
from app.shipped_datasets import shipped
from app.traces import model_of, run
from engine import Dense, OneHot, Sequential, SimpleRNN
from tests.server.asking import HOME, require_problem
from tests.server.test_trainings import after, epochs_of, learning, train

Document = dict[str, Any]
EPOCHS = 4


def stack(name: str, toy: Document) -> Document:
    """A scene that learns order, of several kinds of cells."""
    scene = learning("order matters", toy)
    layers: dict[str, list[Document]] = {
        "toy": scene["layers"],
        "LSTM": [{"type": "LSTM", "units": 4, "return_sequences": True}, {"type": "LSTM", "units": 3}, scene["layers"][-1]],
        "GRU": [{"type": "GRU", "units": 3}, scene["layers"][-1]],
        "Embedding": [
            {"type": "Embedding", "input_dim": 300, "output_dim": 4},
            {"type": "SimpleRNN", "units": 1, "return_sequences": True},
            {"type": "GRU", "units": 2, "return_sequences": False},
            scene["layers"][-1],
        ],
    }
    return {**scene, "layers": layers[name]}


@pytest.fixture(scope="module", params=["toy", "LSTM", "GRU", "Embedding"])
def trained(request: pytest.FixtureRequest, client: TestClient) -> Scene:
    """A scene after its last epoch."""
    scene = stack(request.param, default_scene().document())
    told = epochs_of(train(client, scene, EPOCHS))[-1]
    return Scene.model_validate(after(scene, told["updates"]))


def chart(client: TestClient, name: str, scene_id: str, **options: str) -> Document:
    answer = client.get(f"/api/charts/{name}", params={"scene": scene_id, **options})
    assert answer.status_code == 200, answer.text
    document: Document = answer.json()
    return document


def table(client: TestClient, name: str, scene_id: str) -> Document:
    answer = client.get(f"/api/charts/{name}/table", params={"scene": scene_id})
    assert answer.status_code == 200, answer.text
    document: Document = answer.json()
    return document


def drawn_numbers(trace: Document) -> list[float]:
    """Every number that a trace of a figure draws upwards, or as a colour."""
    values = trace["z"] if trace["type"] == "heatmap" else trace["y"]
    return [value for row in values for value in row] if trace["type"] == "heatmap" else values


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", CHARTS)
def test_plotly_accepts_every_figure_and_every_axis_has_a_title(client: TestClient, trained: Scene, name: str, theme: str) -> None:
    drawn = chart(client, name, trained.id, theme=theme)
    figure = go.Figure(drawn["figure"])  # raises for a property that it does not know
    layout = figure.layout.to_plotly_json()
    assert figure.data
    assert all(layout[axis]["title"]["text"] for axis in layout if re.fullmatch(r"[xy]axis\d*", axis))
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert all(trace.hovertemplate.endswith("<extra></extra>") for trace in figure.data)
    assert layout["title"]["text"] == drawn["title"]


@pytest.mark.parametrize("name", CHARTS)
def test_the_table_holds_the_numbers_of_the_figure(client: TestClient, trained: Scene, name: str) -> None:
    figure, twin = chart(client, name, trained.id)["figure"], table(client, name, trained.id)
    assert twin["rows"]
    assert all(len(row) == len(twin["header"]) for row in twin["rows"])
    drawn = sorted(number for trace in figure["data"] for number in drawn_numbers(trace))
    if name == "path":
        assert sorted(row[4] for row in twin["rows"]) == drawn
        assert sorted(row[3] for row in twin["rows"]) == sorted(number for trace in figure["data"] for number in trace["x"])
    elif name == "loss":
        assert sorted(number for row in twin["rows"] for number in row[1:]) == drawn
    else:
        assert sorted(row[-1] for row in twin["rows"]) == drawn


def test_loss_and_gradient_norms_are_those_of_the_epochs(client: TestClient, toy: Document) -> None:
    scene = stack("toy", toy)
    told = epochs_of(train(client, scene, EPOCHS))
    last = told[-1]["scene"]
    losses, accuracies = chart(client, "loss", last)["figure"]["data"]
    assert losses["x"] == [1, 2, 3, 4]
    assert losses["y"] == [event["loss"] for event in told]
    assert accuracies["y"] == [100 * event["accuracy"] for event in told]
    norms = chart(client, "gradients", last)["figure"]
    assert [list(norm) for norm in zip(*(trace["y"] for trace in norms["data"]), strict=True)] == [
        event["gradient_norms"] for event in told
    ]
    assert norms["layout"]["yaxis"]["type"] == "log"
    assert chart(client, "loss", told[1]["scene"])["figure"]["data"][0]["x"] == [1, 2], "a chart ends with the epoch of its scene"


def test_weights_over_the_epochs_are_those_of_keras_own_way_to_train(client: TestClient, toy: Document) -> None:
    scene = stack("toy", toy)
    told = epochs_of(train(client, scene, EPOCHS))
    drawn = chart(client, "weights", told[-1]["scene"])
    begun = Sequential([OneHot(3), SimpleRNN(3, return_sequences=True), SimpleRNN(2), Dense(1, activation="sigmoid")], seed=0)
    moments = [begun.get_weights()] + [
        teach(Scene.model_validate(after(scene, event["updates"])), shipped()["order matters"]).weights for event in told
    ]
    flat = np.array([np.concatenate([weight.ravel() for weight in moment]) for moment in moments])
    assert np.array_equal(np.array([trace["y"] for trace in drawn["figure"]["data"]]), flat.T)
    assert "all 36 numbers" in drawn["title"]
    first = table(client, "weights", told[-1]["scene"])["rows"][:5]
    assert first == [["layer\u00a01", "kernel[1, 1]", epoch, flat[epoch, 0]] for epoch in range(5)]


def test_of_a_large_network_the_weights_that_moved_most_are_drawn(client: TestClient, toy: Document) -> None:
    scene = stack("Embedding", toy)
    told = epochs_of(train(client, scene, 2))[-1]
    drawn = chart(client, "weights", told["scene"])
    before = model_of(Scene.model_validate({**scene, "weights": {"seed": 0}})).get_weights()
    now = teach(Scene.model_validate(after(scene, told["updates"])), shipped()["order matters"]).weights
    moves = np.concatenate([np.abs(one - other).ravel() for one, other in zip(before, now, strict=True)])
    assert f"the {MOST_LINES} of {len(moves)} numbers that moved most" in drawn["title"]
    shown = [abs(trace["y"][-1] - trace["y"][0]) for trace in drawn["figure"]["data"]]
    assert sorted(shown) == sorted(moves)[-MOST_LINES:]


def test_states_and_their_path_are_the_trace_s(client: TestClient, trained: Scene) -> None:
    trace = run(trained, teach(trained, shipped()["order matters"]))
    states = [record["h"][0] for layer, record in zip(trace.model.layers, trace.forward.layers, strict=True) if layer.states]
    drawn = chart(client, "states", trained.id)["figure"]
    for h, image in zip(reversed(states), drawn["data"], strict=True):
        assert np.array_equal(np.array(image["z"]), h.T)
    assert drawn["layout"]["coloraxis"]["cmin"] == -drawn["layout"]["coloraxis"]["cmax"] == -1, "0 is the middle of the colours"
    for h, line in zip(states, chart(client, "path", trained.id)["figure"]["data"], strict=True):
        points = np.array([line["x"], line["y"]]).T
        assert line["text"] == [f"{timestep} {word}" for timestep, word in enumerate(trained.sentence, start=1)]
        between = np.linalg.norm(points[:, np.newaxis] - points, axis=2)
        if h.shape[1] <= 2:  # nothing is left out: distances stay
            np.testing.assert_allclose(between, np.linalg.norm(h[:, np.newaxis] - h, axis=2), rtol=0, atol=1e-12)
        np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-12)


def test_principal_components_find_the_plane_in_which_points_lie() -> None:
    draw = np.random.default_rng(0)
    plane, _ = np.linalg.qr(draw.normal(size=(6, 2)))
    flat = draw.normal(size=(20, 2)) * [3, 1]
    points, share = principal(flat @ plane.T + 5)
    assert sum(share) == pytest.approx(1)
    np.testing.assert_allclose(np.cov(points.T)[0, 1], 0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), np.linalg.norm(flat - flat.mean(axis=0), axis=1), atol=1e-12)
    assert np.var(points[:, 0]) > np.var(points[:, 1])
    noisy = draw.normal(size=(20, 6))
    spectrum = np.sort(np.linalg.eigvalsh(np.cov(noisy.T)))[::-1]
    assert principal(noisy)[1] == pytest.approx(list(spectrum[:2] / spectrum.sum()))
    alone, share = principal(np.ones((1, 3)))
    assert (alone.tolist(), share) == ([[0, 0]], [1, 0])


def test_histograms_count_every_number_once(client: TestClient, trained: Scene) -> None:
    trace = run(trained, teach(trained, shipped()["order matters"]), every_row(trained))
    bars = chart(client, "histogram", trained.id)["figure"]["data"]
    assert sorted(sum(bar["y"]) for bar in bars) == sorted(weight.size for weight in trace.forward.weights)
    for weight in trace.forward.weights:
        held = [
            bar
            for bar in bars
            if math.isclose(bar["customdata"][0][0], weight.min()) and math.isclose(bar["customdata"][-1][1], weight.max())
        ]
        assert held or not np.ptp(weight)


def test_singular_values_are_those_of_every_gate(client: TestClient, trained: Scene) -> None:
    trace = run(trained, teach(trained, shipped()["order matters"]))
    rows = table(client, "singular", trained.id)["rows"]
    expected = []
    for number, layer in enumerate((layer for layer in trace.model.layers if layer.states), start=1):
        for gate, part in zip(layer.gates, np.split(layer.weight("recurrent_kernel"), len(layer.gates), axis=1), strict=True):
            values = np.sqrt(np.maximum(np.linalg.eigvalsh(part.T @ part)[::-1], 0))
            expected += [(f"layer\u00a0{number}", gate[2:] or "U", place, value) for place, value in enumerate(values, start=1)]
    assert [tuple(row[:3]) for row in rows] == [row[:3] for row in expected]
    np.testing.assert_allclose([row[3] for row in rows], [row[3] for row in expected], atol=1e-7)


@pytest.mark.parametrize("name", OVER_EPOCHS)
def test_before_any_training_a_chart_of_epochs_is_empty_and_no_fault(client: TestClient, toy: Document, toy_id: str, name: str) -> None:
    begun = client.post("/api/traces", json=stack("toy", toy)).headers["Scene-Id"]
    for scene_id in (toy_id, begun):
        assert chart(client, name, scene_id)["figure"] is None
        assert table(client, name, scene_id)["rows"] == []


def test_a_server_that_never_trained_draws_the_same_epochs(client: TestClient, fresh: TestClient, toy: Document) -> None:
    scene = stack("toy", toy)
    told = epochs_of(train(client, scene, EPOCHS))[-1]
    here = fresh.post("/api/traces", json=after(scene, told["updates"])).headers["Scene-Id"]
    assert here == told["scene"]
    for name in OVER_EPOCHS:
        assert chart(fresh, name, here) == chart(client, name, here)


def test_what_was_forgotten_is_computed_again(tmp_path: Path, toy: Document) -> None:
    settings = Settings(data=tmp_path, history_bytes=0)
    with TestClient(create_app(settings), base_url=HOME) as client:
        told = epochs_of(train(client, stack("toy", toy), EPOCHS))
        drawn = chart(client, "loss", told[-1]["scene"])["figure"]["data"][0]
        assert drawn["y"] == [event["loss"] for event in told]
        weights = chart(client, "weights", told[-1]["scene"])["figure"]
        assert "after 1 of 4" in weights["layout"]["xaxis"]["title"]["text"]
        now = teach(Scene.model_validate(after(stack("toy", toy), told[-1]["updates"])), shipped()["order matters"]).weights
        assert [line["x"] for line in weights["data"]] == [[0, 4]] * 36
        assert [line["y"][-1] for line in weights["data"]] == np.concatenate([weight.ravel() for weight in now]).tolist()


def test_a_long_training_is_drawn_at_a_bounded_number_of_epochs(client: TestClient, toy: Document) -> None:
    told = epochs_of(train(client, stack("toy", toy), MOST_POINTS + 50))
    drawn = chart(client, "weights", told[-1]["scene"])["figure"]["data"][0]["x"]
    assert drawn[0] == 0
    assert drawn[-1] == MOST_POINTS + 50
    assert len(drawn) <= MOST_POINTS + 1
    assert len(chart(client, "loss", told[-1]["scene"])["figure"]["data"][0]["x"]) == MOST_POINTS + 50


def test_problems_say_what_there_is_instead(client: TestClient, toy_id: str) -> None:
    problem = require_problem(client.get("/api/charts/pie", params={"scene": toy_id}), 404, "unknown-chart")
    assert all(name in problem["detail"] for name in CHARTS)
    require_problem(client.get("/api/charts/loss", params={"scene": "0" * 64}), 404, "unknown-scene")
    require_problem(client.get("/api/charts/states", params={"scene": "0" * 64}), 404, "unknown-scene")
    require_problem(client.get("/api/charts/loss"), 422, "invalid-parameter")
    require_problem(client.get("/api/charts/loss", params={"scene": toy_id, "theme": "pink"}), 422, "invalid-parameter")


def test_a_person_s_words_are_no_markup(client: TestClient, toy: Document) -> None:
    scene = {**toy, "vocabulary": ["<b>cat</b>", "&amp;"], "sentence": ["<b>cat</b>", "&amp;"]}
    known = client.post("/api/traces", json=scene).headers["Scene-Id"]
    line = chart(client, "path", known)["figure"]["data"][0]
    assert line["text"] == ["1 &lt;b&gt;cat&lt;/b&gt;", "2 &amp;amp;"]
    assert [row[2] for row in table(client, "path", known)["rows"]][:2] == scene["sentence"]


def test_charts_speak_the_language_and_wear_the_theme(client: TestClient, toy_id: str) -> None:
    english, hindi = (client.get("/api/charts", params={"language": code}).json() for code in ("en", "hi"))
    assert [each["name"] for each in english["charts"]] == [each["name"] for each in hindi["charts"]] == list(CHARTS)
    assert all(re.search(r"[\u0900-\u097f]", each["title"]) for each in hindi["charts"])
    assert chart(client, "states", toy_id, language="hi")["title"] == hindi["charts"][3]["title"]
    light, dark = (json.dumps(chart(client, "path", toy_id, theme=theme)["figure"]) for theme in ("light", "dark"))
    assert "#0a7d74" in light
    assert "#0a7d74" not in dark
    assert "#3ecfc0" in dark


def test_the_library_is_the_package_s_own_compressed_and_kept_for_ever(client: TestClient) -> None:
    address = "/" + client.get("/api/charts").json()["script"]
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.text.startswith("/**\n* plotly.js v")
    assert len(gzip.compress(answer.content, 6)) < 2_000_000
    require_problem(client.get("/charts/charts-0.0.js"), 404, "not-found")
    require_problem(client.get("/charts/widgetbundle.js"), 404, "not-found")


def test_the_server_starts_and_draws_without_importing_plotly() -> None:
    """The package takes up to a second to import, and the figures need none of it."""
    program = "import sys, app.main, app.charts.table; sys.exit('plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
