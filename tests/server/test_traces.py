from __future__ import annotations

import hashlib
import json
import math
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load

import engine
from app.computing import compute, json_answer
from app.counting import count_numbers
from app.errors import Problem
from app.layout import encoded
from app.scene_fields import Layer
from app.scenes import Scene, default_scene
from app.services import Services
from app.traces import run
from engine import GRU, LSTM, SGD, Adagrad, Adam, Dense, Embedding, Gradients, OneHot, RMSprop, Sequential, SimpleRNN, Trace
from engine.initializers import RECURRENT_INITIALIZERS
from tests.server.asking import changed, header_of, layout_of, quantity, require_problem

ROOT = Path(__file__).parents[2]


def scene_of(**changes: Any) -> Scene:
    return Scene.model_validate({**default_scene().document(), **changes})


def stack(*units: int, sequences: bool = False) -> list[dict[str, Any]]:
    layers = [{"type": "SimpleRNN", "units": n, "return_sequences": True} for n in units[:-1]]
    layers[-1]["return_sequences"] = sequences
    return [*layers, {"type": "Dense", "units": units[-1], "activation": "sigmoid"}]


OPTIMIZERS = {rule.__name__: rule for rule in (SGD, RMSprop, Adam, Adagrad)}
LAYERS = {layer.__name__: layer for layer in (Embedding, SimpleRNN, LSTM, GRU, Dense)}
WORD_VECTORS = {"type": "Embedding", "input_dim": 6, "output_dim": 4}


def gated(*layers: dict[str, Any], sequences: bool = False, units: int = 1, activation: str = "sigmoid") -> list[dict[str, Any]]:
    stack = [layer | {"return_sequences": True} for layer in layers]
    stack[-1]["return_sequences"] = sequences
    return [*stack, {"type": "Dense", "units": units, "activation": activation}]


SCENES = {
    "the toy": default_scene(),
    "one of each": scene_of(vocabulary=["a"], sentence=["a"], layers=stack(1, 1)),
    "an output at every timestep": scene_of(layers=stack(3, 2, 2, sequences=True), label=[1, 0, 1]),
    "one label for every output": scene_of(layers=stack(2, 3, sequences=True), label=0),
    "an initial state": scene_of(initial_state=[[0.5, -0.25, 1e6], [-1, 0]]),
    "deep LSTM with a past": scene_of(
        layers=gated({"type": "LSTM", "units": 3}, {"type": "LSTM", "units": 2}),
        initial_state=[{"h": [0.5, -0.25, 0], "c": [2, 0, -1]}, {"h": [0, 0], "c": [0, 1e6]}],
    ),
    "GRU, both ways": scene_of(layers=gated({"type": "GRU", "units": 3}, {"type": "GRU", "units": 2, "reset_after": False})),
    "mixed, over word vectors": scene_of(
        sentence=["rat", "cat", "rat"],
        layers=[WORD_VECTORS, *gated({"type": "LSTM", "units": 3}, {"type": "GRU", "units": 2}, {"type": "SimpleRNN", "units": 4})],
        initial_state=[{"h": [1, 0, 0], "c": [0, 0, 0.5]}, [0, 0.25], [0, 0, 0, 0]],
    ),
    "classes at every timestep": scene_of(
        loss="categorical_crossentropy",
        label=[2, 0, 1],
        layers=gated({"type": "SimpleRNN", "units": 2, "activation": "relu"}, sequences=True, units=3, activation="softmax"),
    ),
    "Adam, clipped, with L2": scene_of(optimizer={"type": "Adam", "learning_rate": 0.01, "global_clipnorm": 0.05}, l2=0.01),
    "a window, and kernels that begin otherwise": scene_of(
        window=2,
        layers=gated(
            {"type": "LSTM", "units": 2, "recurrent_initializer": {"type": "identity"}},
            {"type": "GRU", "units": 2, "recurrent_initializer": {"type": "orthogonal", "gain": 0.5}},
            {"type": "SimpleRNN", "units": 3, "recurrent_initializer": {"type": "scaled_orthogonal", "spectral_radius": 1.5}},
        ),
    ),
    "a number": scene_of(loss="mse", label=0.5, layers=gated({"type": "GRU", "units": 2}, units=2, activation="linear")),
    "deep and long": scene_of(sentence=["rat", "cat"] * 20, layers=stack(*range(2, 10), 3)),
}


@pytest.fixture(params=SCENES, ids=str)
def scene(request: pytest.FixtureRequest) -> Scene:
    return SCENES[request.param]


def test_the_bytes_open_in_the_official_reader_and_are_the_engines_numbers_bitwise(client: TestClient, scene: Scene) -> None:
    body = client.post("/api/traces", content=scene.canonical, headers={"Content-Type": "application/json"}).content
    tensors, layout = load(body), layout_of(body)
    model, words, forward = engine_run(scene)
    embedded = isinstance(model.layers[0], Embedding)
    gradients = model.backward(forward, expected_target(scene, forward.output.shape), loss=scene.loss, window=scene.window)
    updated = updated_by_hand(scene, model, gradients)

    def same(name: str, expected: Any) -> None:
        assert tensors.pop(name).tobytes() == np.ascontiguousarray(expected, dtype="<f8").tobytes(), name

    assert tensors.pop("words").tolist() == words
    assert layout.get("embedding_rows") == ([token + 1 for token in sorted(set(words))] if embedded else None)
    names = [(layer, name) for layer, shapes in layout["weights"].items() for name in shapes]
    for kind, weights in (("weights", model.get_weights()), ("gradients", gradients.weights), ("updated", updated)):
        for (layer, name), whole in zip(names, weights, strict=True):
            weight = whole[sorted(set(words))] if layer == "embedding" else whole
            assert layout["weights"][layer][name] == list(weight.shape)
            assert tensors[f"{kind}/{layer}/{name}"].shape == weight.shape
            same(f"{kind}/{layer}/{name}", weight)
    for kind, run_of in (("initial_state", forward), ("gradients/initial_state", gradients)):
        same(kind, np.concatenate([np.ravel(part) for part in run_of.initial_state]))
    same("loss", gradients.loss)
    same("output", np.concatenate([forward.layers[-1]["a"][0], forward.layers[-1]["y"][0]], axis=1))
    for t in range(len(scene.sentence)):
        row, back = tensors.pop(f"forward/{t + 1}"), tensors.pop(f"backward/{t + 1}")
        assert np.array_equal(quantity(row, layout["forward"], "input", "x"), forward.inputs[0, t])
        assert np.array_equal(quantity(back, layout["backward"], "input", "x"), gradients.inputs[0, t])
        for index in range(1, len(model.layers) - 1):
            for name, values in forward.layers[index].items():
                assert np.array_equal(quantity(row, layout["forward"], str(index), name), values[0, t])
            for name, values in gradients.layers[index].items():
                assert np.array_equal(quantity(back, layout["backward"], str(index), name), values[0, t])
            norm = np.sqrt(np.sum(np.square(gradients.layers[index]["h"][0, t])))
            assert quantity(back, layout["backward"], str(index), "h_norm") == pytest.approx(norm, rel=1e-15)
        require_output_gradient(layout, t + 1, back, gradients)
    assert tensors == {}


def updated_by_hand(scene: Scene, model: Sequential, gradients: Gradients) -> list[np.ndarray]:
    """The weights after the scene's optimizer has made its first step."""
    rule = OPTIMIZERS[scene.optimizer.type](**scene.optimizer.model_dump(exclude={"type"}))
    names = [name for layer in model.layers for name in layer.initializers]
    pulled = [
        gradient + 2 * scene.l2 * weight if scene.l2 and "kernel" in name else gradient
        for name, weight, gradient in zip(names, model.get_weights(), gradients.weights, strict=True)
    ]
    return rule.update(model.get_weights(), pulled, rule.start(model.get_weights()))[0]


def require_output_gradient(layout: dict[str, Any], timestep: int, back: np.ndarray, gradients: Gradients) -> None:
    """Where there is an output its gradient stands at the end, and nowhere else."""
    if timestep not in layout["output_timesteps"]:
        assert len(back) == sum(entry["units"] for entry in layout["backward"] if entry["layer"] != "output")
        return
    for name, values in gradients.layers[-1].items():
        entering = values[0][layout["output_timesteps"].index(timestep)]
        assert np.array_equal(quantity(back, layout["backward"], "output", name), entering)


def options_of(layer: Layer) -> dict[str, Any]:
    """A layer's fields as the engine's arguments."""
    options = layer.model_dump(exclude={"type"})
    if start := options.get("recurrent_initializer"):
        options["recurrent_initializer"] = RECURRENT_INITIALIZERS[start.pop("type")](**start)
    return {name: value for name, value in options.items() if value is not None}


def engine_run(scene: Scene) -> tuple[Sequential, list[int], Trace]:
    """The scene's network, words and forward pass, asked of the engine itself."""
    layers: list[Any] = [LAYERS[layer.type](**options_of(layer)) for layer in scene.layers]
    embedded = layers[0].encodes
    model = Sequential(layers if embedded else [OneHot(len(scene.vocabulary)), *layers], seed=0)
    states = scene.document().get("initial_state")
    state = states and [np.array([row]) if isinstance(row, list) else (np.array([row["h"]]), np.array([row["c"]])) for row in states]
    words = [scene.vocabulary.index(word) + embedded for word in scene.sentence]
    return model, words, model.forward(np.array([words]), state)


def expected_target(scene: Scene, shape: tuple[int, ...]) -> np.ndarray:
    """One number for every output, by a loop."""
    target = np.zeros(shape)
    for place in np.ndindex(shape):
        label = scene.labels[place[1] if len(scene.labels) > 1 else 0]
        target[place] = label if scene.loss != "categorical_crossentropy" else place[-1] == label
    return target


def test_the_tensors_stand_in_the_order_in_which_information_flows(scene: Scene) -> None:
    header = header_of(encoded(run(scene)))
    timesteps = len(scene.sentence)
    weights = ["embedding/embeddings"] if scene.layers[0].type == "Embedding" else []
    weights += [f"{number}/{name}" for number, _ in enumerate(scene.recurrent, 1) for name in ("kernel", "recurrent_kernel", "bias")]
    weights += ["output/kernel", "output/bias"]
    assert list(header) == [
        "__metadata__",
        *(f"weights/{name}" for name in weights),
        "words",
        "initial_state",
        *(f"forward/{t}" for t in range(1, timesteps + 1)),
        "output",
        "loss",
        *(f"backward/{t}" for t in range(timesteps, 0, -1)),
        *(f"gradients/{name}" for name in weights),
        "gradients/initial_state",
        *(f"updated/{name}" for name in weights),
    ]


def test_the_header_is_padded_and_the_tensors_lie_without_gaps(scene: Scene) -> None:
    body = encoded(run(scene))
    header = header_of(body)
    length = int.from_bytes(body[:8], "little")
    end = 0
    for name, tensor in header.items():
        if name == "__metadata__":
            continue
        assert tensor["dtype"] == ("I64" if name == "words" else "F64")
        assert tensor["data_offsets"] == [end, end + 8 * math.prod(tensor["shape"])]
        end = tensor["data_offsets"][1]
    assert length % 8 == 0
    assert len(body) == 8 + length + end


def test_weights_have_their_shapes_and_all_other_rows_are_flat(scene: Scene) -> None:
    header, layout = header_of(encoded(run(scene))), layout_of(encoded(run(scene)))
    for name, tensor in header.items():
        kind, *address = name.split("/")
        if len(address) == 2:
            assert kind in ("weights", "gradients", "updated")
            assert tensor["shape"] == layout["weights"][address[0]][address[1]]
        elif name != "__metadata__":
            assert len(tensor["shape"]) == 1


def test_the_kernel_of_the_notes_is_a_matrix_to_whoever_opens_the_file(client: TestClient, toy: dict[str, Any]) -> None:
    tensors = load(client.post("/api/traces", json=toy).content)

    for kind in ("weights", "gradients", "updated"):
        assert tensors[f"{kind}/1/recurrent_kernel"].shape == (3, 3)
        assert tensors[f"{kind}/2/kernel"].shape == (3, 2)
        assert tensors[f"{kind}/output/bias"].shape == (1,)


def test_the_format_is_documented_as_it_is(client: TestClient, toy: dict[str, Any]) -> None:
    """The tables of docs/trace-format.md: the tensors of the notes' toy with their shapes, and every field of the layout."""
    body = client.post("/api/traces", json={**toy, "sentence": ["cat"]}).content
    text = (ROOT / "docs" / "trace-format.md").read_text(encoding="utf-8")
    tensors = re.findall(r"^\| `([\w/]+)` \| (\([^|]*\)) \|", text, flags=re.MULTILINE)
    assert tensors == [(name, str(tuple(tensor["shape"]))) for name, tensor in header_of(body).items() if name != "__metadata__"]
    fields = re.findall(r"^\| `(\w+)` \| [^(]", text, flags=re.MULTILINE)
    assert set(fields) == {*layout_of(body), "embedding_rows"}
    assert f"This is version {layout_of(body)['version']}." in text


def test_the_numbers_counted_beforehand_are_those_of_the_trace(scene: Scene) -> None:
    tensors = load(encoded(run(scene)))
    assert count_numbers(scene) == sum(tensor.size for name, tensor in tensors.items() if name != "words")


def test_the_layout_says_which_scene_and_which_engine(scene: Scene) -> None:
    layout = layout_of(encoded(run(scene)))
    assert (layout["version"], layout["scene"], layout["engine"]) == (2, scene.id, engine.__version__)
    assert layout["timesteps"] == len(scene.sentence)


def test_the_same_scene_gives_the_same_bytes_a_hundred_times(scene: Scene) -> None:
    assert len({encoded(run(scene)) for _ in range(100 if len(scene.sentence) < 10 else 10)}) == 1


def test_two_processes_give_the_same_bytes() -> None:
    program = "from app.computing import compute; from app.scenes import default_scene; print(compute(default_scene()).sent.etag)"
    etag = compute(default_scene()).sent.etag
    for _ in range(2):
        other = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
        assert other.stdout.strip() == etag


def test_post_and_get_answer_the_same_bytes_under_their_hash(client: TestClient, toy: dict[str, Any]) -> None:
    posted = client.post("/api/traces", json=toy)
    got = client.get(f"/api/traces/{posted.headers['Scene-Id']}")
    assert posted.content == got.content
    assert posted.headers["ETag"] == got.headers["ETag"] == f'"{hashlib.sha256(posted.content).hexdigest()}"'
    assert posted.headers["Content-Type"] == got.headers["Content-Type"] == "application/vnd.safetensors"
    assert posted.headers["Scene-Id"] == got.headers["Scene-Id"] == default_scene().id


def test_an_answer_for_one_engine_is_kept_for_ever_and_any_other_is_asked_for_again(client: TestClient, toy_id: str) -> None:
    for path in (f"/api/traces/{toy_id}", f"/api/traces/{toy_id}/cells/1/1", f"/api/traces/{toy_id}/weights/1/bias"):
        assert client.get(path).headers["Cache-Control"] == "no-cache"
        kept = client.get(path, params={"engine": engine.__version__})
        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("version", ["0.0.9", "9", " ", "0.1.0 ", "x" * 5000])
def test_another_engine_than_ours_is_a_409(client: TestClient, toy_id: str, version: str) -> None:
    document = require_problem(client.get(f"/api/traces/{toy_id}", params={"engine": version}), 409, "engine-differs")
    assert engine.__version__ in document["detail"]
    assert len(document["detail"]) < 300


def test_an_engine_without_a_version_is_a_422_and_a_parameter_that_nobody_knows_is_nothing(client: TestClient, toy_id: str) -> None:
    document = require_problem(client.get(f"/api/traces/{toy_id}?engine="), 422, "invalid-parameter")
    assert document["detail"] == "`engine` must not be empty, but it is. Put something in."
    assert document["errors"][0]["pointer"] == "/engine"
    assert client.get(f"/api/traces/{toy_id}?colour=teal").status_code == 200


def test_who_has_the_bytes_does_not_get_them_again(client: TestClient, toy_id: str) -> None:
    etag = client.get(f"/api/traces/{toy_id}").headers["ETag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        unchanged = client.get(f"/api/traces/{toy_id}", headers={"If-None-Match": known})
        assert (unchanged.status_code, unchanged.content, unchanged.headers["ETag"]) == (304, b"", etag)
    assert client.get(f"/api/traces/{toy_id}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_post_is_always_answered_in_full(client: TestClient, toy: dict[str, Any]) -> None:
    assert client.post("/api/traces", json=toy, headers={"If-None-Match": "*"}).status_code == 200


@pytest.mark.parametrize("scene_id", ["0" * 64, "x", "1FDC", "..%2f..", "%00", "é", "a" * 5000])
def test_an_id_that_is_not_known_is_a_404(client: TestClient, scene_id: str) -> None:
    for path in (f"/api/traces/{scene_id}", f"/api/traces/{scene_id}/cells/1/1", f"/api/scenes/{scene_id}"):
        require_problem(client.get(path), 404)


def test_a_scene_is_kept_by_its_id_in_its_canonical_form(client: TestClient, toy_id: str) -> None:
    response = client.get(f"/api/scenes/{toy_id}")
    assert response.content == default_scene().canonical
    assert hashlib.sha256(response.content).hexdigest() == toy_id


def test_head_has_the_headers_of_get_and_no_body(client: TestClient, toy_id: str) -> None:
    got, head = client.get(f"/api/traces/{toy_id}"), client.head(f"/api/traces/{toy_id}")
    assert head.content == b""
    for answer in (got, head):
        assert answer.headers.pop("x-request-id"), "each request has a name of its own"
    assert head.headers == got.headers


def test_a_scene_with_numbers_that_are_not_finite_is_a_problem_and_is_not_kept(
    fresh: TestClient, toy: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    step = SGD.step
    monkeypatch.setattr(SGD, "step", lambda *args: (step(*args)[0] * np.inf, {}))
    detail = require_problem(fresh.post("/api/traces", json=toy), 422, "not-finite")["detail"]
    assert "in kernel of layer 1 after the step. Take a smaller learning_rate, or clip the gradients." in detail
    require_problem(fresh.get(f"/api/scenes/{default_scene().id}"), 404, "unknown-scene")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_not_finite_cannot_become_json(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_answer({"value": number})


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_survive_json_bitwise(number: float) -> None:
    back = json.loads(json_answer([number]).body)[0]
    assert np.float64(back).tobytes() == np.float64(number).tobytes()


numbers = st.floats(-1e6, 1e6)


OUTPUTS = {
    "binary_crossentropy": ["sigmoid"],
    "categorical_crossentropy": ["softmax"],
    "mse": ["sigmoid", "softmax", "linear", "tanh", "relu"],
}


def recurrent_layers(units: int) -> st.SearchStrategy[dict[str, Any]]:
    """Any cell, with any of its options."""
    options: dict[str, dict[str, Any]] = {
        "SimpleRNN": {"activation": st.sampled_from(["tanh", "relu", "sigmoid", "linear"])},
        "LSTM": {},
        "GRU": {"reset_after": st.booleans()},
    }
    kinds = [st.fixed_dictionaries({"type": st.just(kind), "units": st.just(units)} | more) for kind, more in options.items()]
    return st.one_of(kinds)


@st.composite
def accepted_scenes(draw: st.DrawFn) -> Scene:
    layers = [draw(recurrent_layers(units)) for units in draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))]
    vocabulary = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True))
    sentence = draw(st.lists(st.sampled_from(vocabulary), min_size=1, max_size=8))
    sequences, loss, outputs = draw(st.booleans()), draw(st.sampled_from(sorted(OUTPUTS))), draw(st.integers(2, 3))
    label = numbers if loss == "mse" else st.integers(0, 1)
    states = [st.lists(numbers, min_size=layer["units"], max_size=layer["units"]) for layer in layers]
    embedding = [WORD_VECTORS] if draw(st.booleans()) else []
    stack = gated(*layers, sequences=sequences, units=outputs, activation=draw(st.sampled_from(OUTPUTS[loss])))
    return scene_of(
        vocabulary=vocabulary,
        sentence=sentence,
        label=draw(st.lists(label, min_size=len(sentence), max_size=len(sentence))) if sequences else draw(label),
        layers=[*embedding, *stack],
        loss=loss,
        weights={"seed": draw(st.integers(0, 2**32 - 1))},
        optimizer=draw(st.sampled_from(sorted(OPTIMIZERS)).map(lambda name: {"type": name})) | {"learning_rate": draw(st.floats(0, 1e6))},
        l2=draw(st.sampled_from([0, 0.1, 1000])),
        initial_state=[
            {"h": draw(state), "c": draw(state)} if layer["type"] == "LSTM" else draw(state)
            for layer, state in zip(layers, states, strict=True)
        ],
    )


@settings(deadline=None, max_examples=150)
@given(accepted_scenes())
def test_every_accepted_scene_gives_finite_numbers_or_a_problem(scene: Scene) -> None:
    with suppress(Problem):
        tensors = load(encoded(run(scene)))
        assert all(np.isfinite(tensor).all() for tensor in tensors.values())


def test_a_step_of_a_drag_is_answered_and_not_stored_until_it_is_sent_as_a_scene(fresh: TestClient, toy: dict[str, Any]) -> None:
    services: Services = fresh.app.state.services  # type: ignore[attr-defined]

    def stored() -> float:
        assert fresh.portal
        return fresh.portal.call(services.store.size, "scenes")

    steps = [changed("/weights/seed", seed) for seed in range(10)]
    answers = [fresh.post("/api/traces?transient=1", json=step) for step in steps]
    assert [answer.status_code for answer in answers] == [200] * 10
    last = answers[-1].headers["Scene-Id"]
    assert stored() == 0
    require_problem(fresh.get(f"/api/scenes/{last}"), 404, "unknown-scene")
    assert fresh.post("/api/traces", json=steps[-1]).content == answers[-1].content
    assert fresh.get(f"/api/scenes/{last}").status_code == 200
    assert 0 < stored() < 1000
    require_problem(fresh.post("/api/traces?transient=perhaps", json=toy), 422, "invalid-parameter")
