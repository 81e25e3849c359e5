"""Training: every epoch is a scene, the same every time, followed live, stopped at once, and never in the way of a trace."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from safetensors.numpy import load
from starlette.responses import Response

import app.predictions
import engine
from app.clients import Seats
from app.datasets import DataSet
from app.histories import Histories, History, training_key
from app.learning import at, batches, examples_of, teach
from app.main import create_app
from app.predictions import predictions
from app.scenes import Scene
from app.settings import Settings
from app.shipped_datasets import LAG, shipped
from app.store import Store
from app.traces import run
from app.training_log import TrainingLog
from engine import GRU, LSTM, Adam, Dense, OneHot, Sequential, SimpleRNN
from tests.server.asking import HOME, require_problem
from tests.server.serving import ServerProcess, request, until_gone

Document = dict[str, Any]
CELLS = {"SimpleRNN": SimpleRNN, "LSTM": LSTM, "GRU": GRU}


def learning(name: str, toy: Document, **training: Any) -> Document:
    """The toy as it learns from a data set that comes with Unrolled."""
    dataset = shipped()[name]
    layers = [{**layer, "return_sequences": layer["units"] == 3 or name == "echo"} for layer in toy["layers"][:2]]
    example = dataset.examples[0].model_dump(mode="json")
    return {
        **toy,
        **example,
        "layers": [*layers, toy["layers"][2]],
        "vocabulary": list(dataset.vocabulary),
        "optimizer": {"type": "Adam", "learning_rate": 0.05},
        "weights": {"seed": 0, "training": {"dataset": dataset.id, "batch_size": 4, **training}},
    }


def after(scene: Document, updates: int) -> Document:
    """The same scene after so many updates."""
    weights = scene["weights"]
    return {**scene, "weights": {**weights, "training": {**weights["training"], "updates": updates}}}


def events_of(client: TestClient, training: str, last: int | None = None) -> list[tuple[str, Document]]:
    """Every event of a training, up to its end."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    with client.stream("GET", f"/api/trainings/{training}/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = "".join(answer.iter_text())
    blocks = [block for block in text.split("\n\n") if "event: " in block]
    return [(re.search("event: (.*)", block)[1], json.loads(re.search("data: (.*)", block)[1])) for block in blocks]  # type: ignore[index]


def train(client: TestClient, scene: Document, epochs: int) -> list[tuple[str, Document]]:
    """Starts a training and follows it to its end."""
    answer = client.post(f"/api/trainings?epochs={epochs}", json=scene)
    assert answer.status_code == 200, answer.text
    return events_of(client, answer.json()["id"])


def epochs_of(events: list[tuple[str, Document]]) -> list[Document]:
    return [data for kind, data in events if kind == "epoch"]


def without(document: Document, *names: str) -> Document:
    return {name: value for name, value in document.items() if name not in names}


@pytest.mark.parametrize("name", ["reviews", "order matters"])
def test_the_notes_sentences_are_learnt_within_a_hundred_epochs(client: TestClient, toy: Document, name: str) -> None:
    events = train(client, learning(name, toy), 100)
    assert [kind for kind, _ in events if kind != "progress"] == ["started", *["epoch"] * 100, "ended"]
    assert epochs_of(events)[-1]["accuracy"] == 1
    assert events[-1][1] == {"reason": "finished"}


def test_every_epoch_is_a_scene_whose_weights_are_those_of_keras_own_way_to_train(client: TestClient, toy: Document) -> None:
    scene = learning("order matters", toy)
    told = epochs_of(train(client, scene, 5))
    dataset = shipped()["order matters"]
    token = {word: place for place, word in enumerate(dataset.vocabulary)}
    x = np.array([[token[word] for word in example.sentence] for example in dataset.examples])
    y = np.array([[example.label] for example in dataset.examples])
    stack = [OneHot(3), SimpleRNN(3, return_sequences=True), SimpleRNN(2), Dense(1, activation="sigmoid")]
    fitted = Sequential(stack, seed=0).fit(x, y, optimizer=Adam(0.05), loss="binary_crossentropy", epochs=5, batch_size=4)
    for epoch, event in zip(fitted, told, strict=True):
        assert (event["loss"], event["accuracy"]) == (epoch.loss, epoch.accuracy)
        tensors = load(client.get(f"/api/traces/{event['scene']}").content)
        assert np.array_equal(tensors["weights/1/kernel"], epoch.weights[0])
        assert np.array_equal(tensors["weights/output/bias"], epoch.weights[-1])


def test_epoch_37_scrubbed_to_is_epoch_37_trained_to_bit_by_bit(client: TestClient, fresh: TestClient, toy: Document) -> None:
    scene = learning("order matters", toy)
    scrubbed = epochs_of(train(client, scene, 60))[36]
    trained = epochs_of(train(fresh, scene, 37))[-1]
    assert scrubbed == trained
    assert client.get(f"/api/traces/{scrubbed['scene']}").content == fresh.get(f"/api/traces/{trained['scene']}").content


def test_a_server_that_never_trained_computes_the_same_epoch(client: TestClient, fresh: TestClient, toy: Document) -> None:
    scene = learning("order matters", toy)
    told = epochs_of(train(client, scene, 9))[-1]
    computed = fresh.post("/api/traces", json=after(scene, told["updates"]))
    assert computed.headers["Scene-Id"] == told["scene"]
    assert computed.content == client.get(f"/api/traces/{told['scene']}").content


def test_to_pause_and_go_on_is_not_to_pause(client: TestClient, fresh: TestClient, toy: Document) -> None:
    scene = learning("order matters", toy)
    at_once = epochs_of(train(client, scene, 10))
    first = epochs_of(train(fresh, scene, 4))
    second = epochs_of(train(fresh, after(scene, first[-1]["updates"]), 6))
    assert [*first, *second] == at_once


def test_one_step_goes_on_inside_an_epoch(toy: Document) -> None:
    dataset = shipped()["order matters"]
    scene = Scene.model_validate(learning("order matters", toy))
    each = batches(scene, dataset)
    assert each == 2
    taught = [teach(at(scene, updates), dataset) for updates in range(2 * each + 1)]
    assert [one.state.updates for one in taught] == [0, 1, 2, 3, 4]
    assert len({one.weights[0].tobytes() for one in taught}) == 5
    history = History()
    fitted = Sequential([OneHot(3), SimpleRNN(3, return_sequences=True), SimpleRNN(2), Dense(1, activation="sigmoid")], seed=0)
    examples = examples_of(scene, dataset)
    rule = Adam(0.05)
    for epoch in fitted.fit(examples.x, examples.y, optimizer=rule, loss="binary_crossentropy", epochs=1, batch_size=4):
        history.epochs[1] = epoch
    resumed = teach(at(scene, 3), dataset, history.before(1))
    assert all(np.array_equal(one, other) for one, other in zip(resumed.weights, taught[3].weights, strict=True))


def test_an_edit_after_the_training_is_the_number_that_is_shown(client: TestClient, toy: Document) -> None:
    scene = after(learning("reviews", toy, edits={"1/kernel/1,2": 0.5}), 3)
    tensors = load(client.post("/api/traces", json=scene).content)
    plain = load(client.post("/api/traces", json=after(learning("reviews", toy), 3)).content)
    assert tensors["weights/1/kernel"][0, 1] == 0.5
    assert np.array_equal(np.delete(tensors["weights/1/kernel"], 1), np.delete(plain["weights/1/kernel"], 1))


def test_what_was_missed_is_told_to_whoever_comes_back(client: TestClient, toy: Document) -> None:
    answer = client.post("/api/trainings?epochs=8", json=learning("reviews", toy)).json()
    everything = events_of(client, answer["id"])
    assert events_of(client, answer["id"], last=5) == [event for event in everything if event[0] != "progress"][5:]
    require_problem(client.get("/api/trainings/none/events"), 404, "unknown-training")


def test_what_another_engine_learnt_is_not_gone_on_from(toy: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene.model_validate(learning("reviews", toy))
    ours = training_key(scene)
    monkeypatch.setattr(engine, "__version__", "0.1.0")

    assert training_key(scene) != ours


@pytest.mark.parametrize("cell", CELLS)
def test_sentences_of_different_lengths_are_learnt_as_if_each_stood_alone(toy: Document, cell: str) -> None:
    """The gradient of a batch is the mean of its sentences' gradients, padded or not."""
    reviews = [{"sentence": ["cat"], "label": 1}, {"sentence": ["rat", "mat", "cat", "rat"], "label": 0}]
    dataset = DataSet.model_validate({"examples": reviews})
    layers = [{"type": cell, "units": 3, "return_sequences": True}, {"type": cell, "units": 2}, toy["layers"][2]]
    training = {"dataset": dataset.id, "batch_size": 2, "updates": 1}
    scene = Scene.model_validate({**toy, "layers": layers, "weights": {"seed": 0, "training": training}})
    together = teach(scene, dataset)
    model = Sequential([OneHot(3), CELLS[cell](3, return_sequences=True), CELLS[cell](2), Dense(1, activation="sigmoid")], seed=0)
    start, steps = model.get_weights(), []
    for words, label in (([0], 1.0), ([2, 1, 0, 2], 0.0)):
        gradients = model.backward(model.forward(np.array([words])), np.array([[label]]), "binary_crossentropy")
        steps.append(gradients.weights)
    for weight, one, other, now in zip(start, *steps, together.weights, strict=True):
        np.testing.assert_allclose(weight - 0.1 * (one + other) / 2, now, rtol=0, atol=1e-15)


def test_labels_at_every_timestep_of_sentences_of_different_lengths_are_learnt_from_as_in_keras() -> None:
    examples = [{"sentence": ["cat", "mat"], "label": [1, 0]}, {"sentence": ["cat"] * 10, "label": [0] * 10}]
    dataset = DataSet.model_validate({"examples": examples})
    layers = [
        {"type": "Embedding", "input_dim": 4, "output_dim": 2},
        {"type": "SimpleRNN", "units": 3, "return_sequences": True},
        {"type": "Dense", "units": 1, "activation": "sigmoid"},
    ]
    training = {"dataset": dataset.id, "batch_size": 2, "updates": 1}
    optimizer = {"type": "SGD", "learning_rate": 0.5}
    words = {"version": 1, "vocabulary": ["cat", "mat"], "sentence": ["cat", "mat"], "label": [1, 0], "loss": "binary_crossentropy"}
    scene = Scene.model_validate({**words, "layers": layers, "weights": {"seed": 0, "training": training}, "optimizer": optimizer})
    taught = teach(scene, dataset)

    assert taught.weights[-1].item() == pytest.approx(-0.20730, abs=5e-6)
    *_, said = predictions(run(scene, taught), dataset)
    outputs = np.concatenate([prediction["output"] for prediction in said["predictions"]])[:, 0]
    labels = np.array([1.0] + [0.0] * 11)
    assert said["loss"] == pytest.approx(-np.log(np.where(labels == 1, outputs, 1 - outputs)).mean(), rel=1e-13)
    assert said["accuracy"] == np.mean((outputs > 0.5) == (labels == 1))


def test_classes_at_every_timestep_are_learnt_from_sentences_of_different_lengths(toy: Document) -> None:
    dataset = DataSet.model_validate({"examples": [{"sentence": ["cat", "mat"], "label": [2, 0]}, {"sentence": ["rat"], "label": [1]}]})
    layers = [{"type": "GRU", "units": 3, "return_sequences": True}, {"type": "Dense", "units": 3, "activation": "softmax"}]
    training = {"dataset": dataset.id, "batch_size": 2, "updates": 30}
    optimizer = {"type": "Adam", "learning_rate": 0.1}
    learnt = {"loss": "categorical_crossentropy", "optimizer": optimizer, "weights": {"seed": 0, "training": training}}
    scene = Scene.model_validate({**toy, "sentence": ["cat", "mat"], "label": [2, 0], "layers": layers, **learnt})

    *_, said = predictions(run(scene, teach(scene, dataset)), dataset)
    assert said
    assert said["accuracy"] == 1


def test_a_label_per_timestep_is_learnt_from_at_every_timestep(client: TestClient, toy: Document) -> None:
    scene = learning("echo", toy)
    scene["layers"][0]["units"] = scene["layers"][1]["units"] = 8
    told = epochs_of(train(client, scene, 60))
    assert told[-1]["accuracy"] > 0.9
    bits = [example.sentence for example in shipped()["echo"].examples]
    late = [example.label for example in shipped()["echo"].examples]
    assert all(label[LAG:] == tuple(map(float, words[:-LAG])) for words, label in zip(bits, late, strict=True))  # type: ignore[index]
    said = client.get(f"/api/traces/{told[-1]['scene']}/predictions").json()
    assert len(said["predictions"]) == said["examples"] == 24
    assert np.array(said["predictions"][0]["output"]).shape == (8, 1)


def test_predictions_are_what_each_sentence_says_by_itself(client: TestClient, toy: Document) -> None:
    scene = learning("reviews", toy)
    told = epochs_of(train(client, scene, 20))[-1]
    said = client.get(f"/api/traces/{told['scene']}/predictions").json()
    for prediction in said["predictions"]:
        alone = {**after(scene, told["updates"]), "sentence": prediction["sentence"], "label": prediction["label"]}
        output = load(client.post("/api/traces", json=alone).content)["output"]
        np.testing.assert_allclose(prediction["output"], output[-1:], rtol=0, atol=1e-15)
        assert prediction["right"] == ((prediction["output"][0] > 0.5) == (prediction["label"] == 1))
    assert said["accuracy"] == np.mean([prediction["right"] for prediction in said["predictions"]])


def test_a_data_set_of_ones_own_is_known_by_its_id(client: TestClient, toy: Document) -> None:
    mine = {"examples": [{"sentence": ["cat"], "label": 1}, {"sentence": ["rat", "mat"], "label": 0}]}
    stored = client.post("/api/datasets", json=mine).json()
    assert stored["vocabulary"] == ["cat", "rat", "mat"]
    assert client.get(f"/api/datasets/{stored['id']}/examples").json() == mine
    assert client.get(f"/api/datasets/{stored['id']}").json() == stored
    told = epochs_of(train(client, {**toy, "weights": {"seed": 0, "training": {"dataset": stored["id"], "batch_size": 2}}}, 2))
    assert len(told) == 2
    require_problem(client.get(f"/api/datasets/{'0' * 64}"), 404, "unknown-dataset")


@pytest.mark.parametrize(
    ("examples", "pointer", "words"),
    [
        ([], "/examples", "must not be empty"),
        ([{"sentence": [], "label": 1}], "/examples/0/sentence", "must not be empty"),
        ([{"sentence": ["cat"]}], "/examples/0/label", "is missing"),
        ([{"sentence": ["cat"], "label": "1"}], "/examples/0/label", "must be a number"),
        ([{"sentence": ["cat"], "label": 1, "more": 2}], "/examples/0/more", "Received"),
    ],
)
def test_a_broken_data_set_is_told_where_it_is_broken(client: TestClient, examples: list[Document], pointer: str, words: str) -> None:
    problem = require_problem(client.post("/api/datasets", json={"examples": examples}), 422, "invalid-dataset")
    assert problem["errors"][0]["pointer"] == pointer
    assert words in problem["detail"]


@pytest.mark.parametrize(
    ("example", "pointer"),
    [
        ({"sentence": ["dog"], "label": 1}, "/examples/1/sentence/0"),
        ({"sentence": ["cat"], "label": 2}, "/examples/1/label"),
        ({"sentence": ["cat"], "label": [1]}, "/examples/1/label"),
    ],
)
def test_a_data_set_that_does_not_fit_the_scene_is_told_which_example(
    client: TestClient, toy: Document, example: Document, pointer: str
) -> None:
    mine = {"examples": [{"sentence": ["cat"], "label": 1}, example]}
    stored = client.post("/api/datasets", json=mine).json()
    scene = {**toy, "weights": {"seed": 0, "training": {"dataset": stored["id"], "batch_size": 2}}}
    for answer in (client.post("/api/trainings?epochs=1", json=scene), client.post("/api/traces", json=scene)):
        assert require_problem(answer, 422, "invalid-dataset")["errors"][0]["pointer"] == pointer


def test_more_updates_than_a_scene_can_have_are_refused(client: TestClient, toy: Document) -> None:
    many = {"examples": [{"sentence": ["cat"], "label": 1}] * 10_000}
    stored = client.post("/api/datasets", json=many).json()
    scene = {**toy, "weights": {"seed": 0, "training": {"dataset": stored["id"], "batch_size": 1}}}
    problem = require_problem(client.post("/api/trainings?epochs=2000", json=scene), 422, "too-expensive")
    assert "The updates may be at most 1,000,000" in problem["detail"]


def test_gradients_that_leave_the_finite_numbers_end_a_training_in_words(client: TestClient, toy: Document) -> None:
    dataset = client.post("/api/datasets", json={"examples": [{"sentence": ["cat"] * 256, "label": 1}]}).json()
    start = {"type": "identity", "gain": 20.0}
    recurrent = {"type": "SimpleRNN", "units": 2, "activation": "linear", "recurrent_initializer": start}
    scene = {
        **toy,
        "loss": "mse",
        "layers": [recurrent, {"type": "Dense", "units": 1, "activation": "linear"}],
        "optimizer": {"type": "SGD", "learning_rate": 1e-6, "clipvalue": 1.0},
        "weights": {"seed": 0, "training": {"dataset": dataset["id"], "batch_size": 1}},
    }
    assert train(client, scene, 3)[-1] == ("ended", {"reason": "diverged"})


def test_predictions_in_pieces_are_those_at_once(client: TestClient, toy: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = learning("temporal order", toy)
    told = [client.post("/api/traces", json={**scene, "label": label}).headers["Scene-Id"] for label in (0, 1)]
    at_once = client.get(f"/api/traces/{told[0]}/predictions").json()
    monkeypatch.setattr(app.predictions, "AT_ONCE", 10_000)
    pieces = client.get(f"/api/traces/{told[1]}/predictions").json()
    assert at_once["accuracy"] == pieces["accuracy"]
    assert at_once["loss"] == pytest.approx(pieces["loss"], rel=1e-14)
    outputs = [np.array([each["output"] for each in said["predictions"]]) for said in (at_once, pieces)]
    np.testing.assert_allclose(*outputs, rtol=0, atol=1e-14)


def test_a_scene_without_a_training_cannot_be_trained(client: TestClient, toy: Document) -> None:
    require_problem(client.post("/api/trainings?epochs=1", json=toy), 422, "no-training")
    unknown = {**toy, "weights": {"seed": 0, "training": {"dataset": "0" * 64, "batch_size": 2}}}
    require_problem(client.post("/api/trainings?epochs=1", json=unknown), 404, "unknown-dataset")
    malformed = {**toy, "weights": {"seed": 0, "training": {"dataset": "reviews", "batch_size": 2}}}
    problem = require_problem(client.post("/api/trainings?epochs=1", json=malformed), 422, "invalid-scene")
    assert "64 hexadecimal digits" in problem["detail"]
    require_problem(client.post("/api/trainings?epochs=0", json=learning("reviews", toy)), 422, "invalid-parameter")


def test_a_training_beyond_the_limit_is_refused_before_anything_is_computed(client: TestClient, toy: Document) -> None:
    long = {"examples": [{"sentence": ["cat"] * 250, "label": 1}] * 1000}
    stored = client.post("/api/datasets", json=long).json()
    layers = [{"type": "LSTM", "units": 128, "return_sequences": True}, {"type": "LSTM", "units": 128}, toy["layers"][2]]
    scene = {**toy, "layers": layers, "weights": {"seed": 0, "training": {"dataset": stored["id"], "batch_size": 2}}}
    problem = require_problem(client.post("/api/trainings?epochs=2000", json=scene), 422, "too-expensive")
    assert "training numbers" in problem["detail"]


def test_a_training_that_diverges_says_so_and_keeps_its_last_finite_epoch(client: TestClient, toy: Document) -> None:
    scene = {**learning("reviews", toy), "optimizer": {"type": "SGD", "learning_rate": 10}, "loss": "mse", "label": 1}
    scene["layers"] = [
        {"type": "SimpleRNN", "units": 3, "return_sequences": True, "activation": "relu"},
        {"type": "SimpleRNN", "units": 2, "activation": "relu"},
        {"type": "Dense", "units": 1, "activation": "linear"},
    ]
    events = train(client, scene, 100)
    (diverged,) = [data for kind, data in events if kind == "diverged"]
    assert "learning_rate" in diverged["detail"]
    assert events[-1] == ("ended", {"reason": "diverged"})
    last = epochs_of(events)[-1]
    numbers = load(client.get(f"/api/traces/{last['scene']}").content)
    assert all(np.isfinite(each).all() for each in numbers.values() if each.dtype == float)
    require_problem(client.post("/api/traces", json=after(scene, last["updates"] + 200)), 422, "not-finite")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path, training_processes="1", training_patience="1") as process:
        yield process


def ask(server: ServerProcess, path: str, body: Document | None = None, method: str = "GET") -> Document:
    """One request, answered with JSON."""
    sent = b"" if body is None else json.dumps(body).encode()
    kind = () if body is None else ("Content-Type: application/json",)
    head, _, answer = server.ask(request(path, sent, *kind, method=method if body is None else "POST")).partition(b"\r\n\r\n")
    assert b"200 OK" in head, (head, answer)
    document: Document = json.loads(answer)
    return document


def children(server: ServerProcess) -> set[str]:
    """The processes that the server has started and that still run."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(server.pid)], capture_output=True, text=True)
    return set(listed.stdout.split())


def until(told: Iterator[bytes], kind: str) -> bytes:
    """Reads on until an event of this kind."""
    return next(line for line in told if line.startswith(f"event: {kind}".encode()))


@contextmanager
def listening(server: ServerProcess, training: str) -> Iterator[Iterator[bytes]]:
    """What a listener hears, line by line, until the block ends and the connection with it."""
    with server.connect() as connection, connection.makefile("rb") as heard:
        connection.sendall(request(f"/api/trainings/{training}/events"))
        yield iter(heard)


def endless(toy: Document) -> Document:
    """A training that nobody would wait for."""
    scene = learning("temporal order", toy)
    scene["layers"][0]["units"] = 64
    return scene


def test_stop_ends_the_process_within_a_second(server: ServerProcess, toy: Document) -> None:
    training = ask(server, "/api/trainings?epochs=2000", endless(toy))["id"]
    with listening(server, training) as told:
        until(told, "epoch")
        assert len(children(server)) == 1
        begun = time.monotonic()
        ask(server, f"/api/trainings/{training}", method="DELETE")
        until(told, "ended")
        assert b'"stopped"' in next(told)
        assert time.monotonic() - begun < 1
    assert not children(server)


def test_whoever_stops_twice_or_before_the_first_step_is_told_the_end(fresh: TestClient, toy: Document) -> None:
    for stops in (1, 2):
        training = fresh.post("/api/trainings?epochs=2000", json=endless(toy)).json()["id"]
        for _ in range(stops):
            assert fresh.delete(f"/api/trainings/{training}").status_code == 200
        assert events_of(fresh, training)[-1] == ("ended", {"reason": "stopped"})
    again = train(fresh, learning("reviews", toy), 2)
    assert again[-1] == ("ended", {"reason": "finished"}), "no process is lost to those that were stopped"


def test_a_training_that_tells_faster_than_is_stored_can_be_stopped(tmp_path: Path, toy: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(store: Store, *given: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Store, "put", never)
    with TestClient(create_app(Settings(data=tmp_path)), base_url=HOME) as client:
        training = client.post("/api/trainings?epochs=2000", json=learning("reviews", toy)).json()["id"]
        threading.Timer(1.5, lambda: client.delete(f"/api/trainings/{training}")).start()
        assert events_of(client, training)[-1] == ("ended", {"reason": "stopped"})


def test_ctrl_c_ends_server_and_training_without_a_stack(tmp_path: Path, toy: Document) -> None:
    with ServerProcess(tmp_path) as server:
        training = ask(server, "/api/trainings?epochs=2000", endless(toy))["id"]
        with listening(server, training) as told:
            until(told, "epoch")
            server.tell(signal.SIGINT)
            server.ends()
    assert "Traceback" not in server.said


def test_a_training_that_nobody_listens_to_ends(server: ServerProcess, toy: Document) -> None:
    training = ask(server, "/api/trainings?epochs=2000", endless(toy))["id"]
    with listening(server, training) as told:
        until(told, "epoch")
    for child in children(server):
        until_gone(int(child))
    with listening(server, training) as told:
        until(told, "ended")
        assert b'"deserted"' in next(told)


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server for those who take their time to listen."""
    with ServerProcess(tmp_path, training_processes="1", training_patience="600", training_slice="600") as process:
        yield process


def test_twenty_trainings_queue_and_are_told_their_place_and_a_trace_does_not_wait_for_them(patient: ServerProcess, toy: Document) -> None:
    server = patient
    trainings = [ask(server, "/api/trainings?epochs=2000", endless(toy))["id"] for _ in range(20)]
    with listening(server, trainings[-1]) as told:
        until(told, "queued")
        assert json.loads(next(told)[6:])["place"] == 19
        assert len(children(server)) == 1
        for seed in range(20):
            sent = json.dumps({**toy, "weights": {"seed": seed}}).encode()
            assert b"200 OK" in server.ask(request("/api/traces", sent, "Content-Type: application/json", method="POST"))
        for training in trainings[:19]:
            ask(server, f"/api/trainings/{training}", method="DELETE")
        until(told, "started")


def test_a_server_that_is_killed_leaves_no_process_behind(server: ServerProcess, toy: Document) -> None:
    training = ask(server, "/api/trainings?epochs=2000", endless(toy))["id"]
    with listening(server, training) as told:
        until(told, "epoch")
        (child,) = children(server)
        server.kill()
    until_gone(int(child))


def test_too_many_trainings_are_refused_with_a_time_to_come_back(tmp_path: Path, toy: Document) -> None:
    settings = Settings(data=tmp_path, training_processes=1, training_waiting=1)
    with TestClient(create_app(settings), base_url=HOME) as client:
        started = [client.post("/api/trainings?epochs=2000", json=endless(toy)).json()["id"] for _ in range(2)]
        refused = client.post("/api/trainings?epochs=1", json=endless(toy))
        assert require_problem(refused, 429, "busy")
        assert refused.headers["Retry-After"] == "1"
        for training in started:
            client.delete(f"/api/trainings/{training}")


def seat(settings: Settings, name: str) -> Document:
    """The headers of a participant's request."""
    given = Response()
    Seats(settings).give(given, name)
    return {"Cookie": given.headers["set-cookie"].partition(";")[0]}


def test_one_client_leaves_places_for_others(tmp_path: Path, toy: Document) -> None:
    patient = {"training_patience": 600, "training_slice": 600}
    settings = Settings(data=tmp_path, training_processes=1, training_waiting=5, cookie_key=SecretStr("key"), **patient)
    with TestClient(create_app(settings), base_url=HOME) as client:
        given: dict[str, list[int]] = {}
        started: list[str] = []
        for name in ("a", "b", "c"):
            answers = [client.post("/api/trainings?epochs=2000", json=endless(toy), headers=seat(settings, name)) for _ in range(5)]
            given[name] = [answer.status_code for answer in answers]
            started += [answer.json()["id"] for answer in answers if answer.status_code == 200]
        assert given == {"a": [200] * 4 + [429], "b": [200] * 2 + [429] * 3, "c": [429] * 5}
        refused = client.post("/api/trainings?epochs=1", json=endless(toy), headers=seat(settings, "b"))
        assert "2 of them yours" in require_problem(refused, 429, "busy")["detail"]
        for training in reversed(started):
            client.delete(f"/api/trainings/{training}")
            assert events_of(client, training)[-1] == ("ended", {"reason": "stopped"})


def test_a_training_lets_others_go_first_that_wait_and_goes_on_without_a_gap(tmp_path: Path, toy: Document) -> None:
    settings = Settings(data=tmp_path, training_processes=1, training_slice=0.1, training_patience=60)
    with TestClient(create_app(settings), base_url=HOME) as client:
        long = client.post("/api/trainings?epochs=2000", json=endless(toy)).json()["id"]
        assert train(client, learning("reviews", toy), 2)[-1] == ("ended", {"reason": "finished"})
        client.delete(f"/api/trainings/{long}")
        events = events_of(client, long)
    kinds = [kind for kind, _ in events if kind in ("started", "queued")]
    assert kinds[:2] == ["started", "queued"]
    epochs = [data["epoch"] for data in epochs_of(events)]
    assert epochs == list(range(1, len(epochs) + 1))


def test_histories_forget_what_there_is_no_room_for_and_numbers_stay_the_same(client: TestClient, tmp_path: Path, toy: Document) -> None:
    scene = learning("order matters", toy)
    with TestClient(create_app(Settings(data=tmp_path, history_bytes=100_000)), base_url=HOME) as small:
        told = epochs_of(train(small, scene, 40))
        assert told == epochs_of(train(client, scene, 40))
        histories: Histories = small.app.state.services.histories  # type: ignore[attr-defined]
        assert 0 < histories.bytes <= 100_000
        assert histories.at(training_key(Scene.model_validate(scene))).before(40).epoch == 40  # type: ignore[union-attr]
        assert small.get(f"/api/traces/{told[20]['scene']}").content == client.get(f"/api/traces/{told[20]['scene']}").content


def test_moments_of_one_training_share_a_history_and_other_trainings_do_not(toy: Document) -> None:
    scene = learning("reviews", toy)
    keys = [training_key(Scene.model_validate(each)) for each in (scene, after(scene, 9), {**scene, "sentence": ["mat"], "label": 0})]
    assert len(set(keys)) == 1
    others = [learning("reviews", toy, seed=1), learning("order matters", toy), {**scene, "optimizer": toy["optimizer"]}]
    assert len({training_key(Scene.model_validate(each)) for each in (scene, *others)}) == 4


def test_a_listener_that_is_slow_loses_nothing_and_holds_nobody_up() -> None:
    async def follow() -> tuple[list[bytes], list[bytes]]:
        log = TrainingLog(10, lambda: None)
        slow, quick = log.follow(0), log.follow(0)
        for number in range(3):
            await log.tell("epoch", epoch=number)
        first = [await anext(quick)]
        log.close("finished")
        return first + [block async for block in quick], [block async for block in slow]

    quick, slow = asyncio.run(follow())
    assert b"".join(quick) == b"".join(slow)
    assert b"".join(slow).count(b"event: ") == 4


def table(client: TestClient, text: str) -> Any:
    return client.post("/api/datasets/table", json={"text": text})


@pytest.mark.parametrize(
    "text",
    [
        "cat mat rat, 1\nrat rat mat, 0\n",
        "cat mat rat;1\r\nrat rat mat;0",
        "cat mat rat\t1\nrat rat mat\t0",
        'sentence,label\n"cat mat rat",1\n\n"rat rat mat",0\n',
        "cat,mat,rat,1\nrat,rat,mat,0",
        "\ufeffcat mat rat;1\nrat rat mat;0",
    ],
)
def test_a_table_is_read_whatever_it_is_separated_by(client: TestClient, text: str) -> None:
    stored = table(client, text).json()
    examples = client.get(f"/api/datasets/{stored['id']}/examples").json()["examples"]
    assert examples == [{"sentence": ["cat", "mat", "rat"], "label": 1}, {"sentence": ["rat", "rat", "mat"], "label": 0}]


def test_a_first_row_that_was_taken_for_a_heading_is_told(client: TestClient) -> None:
    assert table(client, "good film, yes\nbad film, 0").json()["heading"] == "good film, yes"
    assert table(client, "good film, 1\nbad film, 0").json()["heading"] is None


def test_a_table_may_have_a_label_per_word(client: TestClient) -> None:
    stored = table(client, "a b, 0 1\nb a, 1 0").json()
    assert stored["label_per_timestep"]
    assert stored["first"] == {"sentence": ["a", "b"], "label": [0, 1]}


def test_a_quotation_mark_that_is_never_closed_is_told_so(client: TestClient) -> None:
    problem = require_problem(table(client, 'cat, 1\n"' + "mat " * 40_000), 422, "invalid-dataset")
    assert "never closed" in problem["detail"]


@pytest.mark.parametrize(
    ("text", "row"), [("cat mat, 1\nrat mat\n", 2), ("cat mat, yes", 1), ("cat, 1_0", 1), ("cat, 1\n, 0", 0), ("1\n0", 1)]
)
def test_a_row_without_its_label_or_its_words_is_named(client: TestClient, text: str, row: int) -> None:
    problem = require_problem(table(client, text), 422, "invalid-dataset")
    assert (f"Row {row} " in problem["detail"]) if row else "sentence of example 2" in problem["detail"].lower()


def test_a_table_of_nothing_is_told_so(client: TestClient) -> None:
    assert "examples must not be empty" in require_problem(table(client, " \n"), 422, "invalid-dataset")["detail"]
