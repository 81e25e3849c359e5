"""What is counted before it is computed bounds what is really allocated, and what is kept is counted in bytes."""

from __future__ import annotations

import gc
import itertools
import json
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.computing import OVERHEAD, array_bytes, compute, json_pieces
from app.counting import scene_cost
from app.datasets import DataSet
from app.errors import Problem
from app.explanations import weight
from app.learning import cost_of, lessons, numbers_of, require_room
from app.limits import most
from app.main import create_app
from app.scenes import Scene, default_scene
from app.settings import Settings
from app.traces import run
from tests.server.asking import HOME, require_problem

Document = dict[str, Any]
TABLE = {"type": "Embedding", "input_dim": 10_001, "output_dim": 128}
ADAM = {"type": "Adam", "learning_rate": 0.01}
MOST_MOVING = {**ADAM, "amsgrad": True, "global_clipnorm": 1.0}
OBJECTS = 40_000  # numbers: what Python's own objects take beside the arrays


def scene_of(cells: list[tuple[str, int]], timesteps: int = 3, *below: Document, **changes: Any) -> Document:
    """A scene of these recurrent layers."""
    toy = default_scene().document()
    layers = [{"type": cell, "units": units, "return_sequences": True} for cell, units in cells]
    layers[-1]["return_sequences"] = False
    sentence = list(itertools.islice(itertools.cycle(toy["sentence"]), timesteps))
    return {**toy, "layers": [*below, *layers, toy["layers"][-1]], "sentence": sentence, **changes}


LARGE = {
    "an embedding": scene_of([("SimpleRNN", 3)], 3, TABLE, optimizer=ADAM),
    "an embedding that learns": scene_of([("GRU", 8)], 12, TABLE, optimizer=MOST_MOVING, weights={"seed": 0, "steps": 2}),
    "many weights": scene_of([("LSTM", 128)] * 2, 3, optimizer=MOST_MOVING, l2=0.1),
    "many timesteps": scene_of([("LSTM", 48)] * 3, 120, optimizer=ADAM),
}


class Traced:
    """What was allocated while a block ran, in bytes: at its peak, and what is left of it."""

    peak = 0
    left = 0


@contextmanager
def allocated() -> Iterator[Traced]:
    traced = Traced()
    gc.collect()
    tracemalloc.start()
    try:
        yield traced
        gc.collect()
        traced.left, traced.peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", LARGE)
def test_a_scene_allocates_no_more_than_was_counted_and_the_cache_counts_what_it_keeps(name: str) -> None:
    scene = Scene.model_validate(LARGE[name])
    compute(scene)  # whatever is made once is made now
    with allocated() as found:
        computed = compute(scene)
    counted = scene_cost(scene).numbers
    assert counted / 4 < found.peak / 8 <= counted + OBJECTS
    assert computed.size - OVERHEAD <= found.left <= computed.size + 8 * OBJECTS


@pytest.mark.parametrize(
    "scene",
    [
        scene_of([("LSTM", 32)], 40, optimizer=MOST_MOVING, l2=0.1),
        scene_of([("SimpleRNN", 8)], 6, {**TABLE, "output_dim": 64}, optimizer=MOST_MOVING),
    ],
    ids=["states", "an embedding"],
)
def test_an_update_of_a_training_allocates_no_more_than_was_counted(scene: Document) -> None:
    dataset = DataSet.model_validate({"examples": [{"sentence": scene["sentence"], "label": 1}] * 32})
    scene = {**scene, "weights": {"seed": 0, "training": {"dataset": dataset.id, "batch_size": 16}}}
    learning = Scene.model_validate(scene)
    next(lessons(learning, dataset, 1))
    with allocated() as found:
        assert sum(1 for _ in lessons(learning, dataset, 1)) == 2
    counted = cost_of(learning, dataset, 1).numbers
    assert counted / 4 < found.peak / 8 <= counted + OBJECTS


def test_no_scene_and_no_training_within_the_other_limits_needs_more_numbers_than_may_be_held() -> None:
    """The most weights that a trace has room for, below the largest embedding, with the optimizer that remembers most."""
    cells = [("LSTM", 128)] * 7
    scene = scene_of(cells, 3, TABLE, optimizer=MOST_MOVING, l2=0.1, weights={"seed": 0, "steps": 3})
    assert scene_cost(Scene.model_validate(scene)).numbers < most("work_numbers")
    dataset = DataSet.model_validate({"examples": [{"sentence": ["cat"] * 256, "label": 1}] * 64})
    wide = scene_of([("LSTM", 128)] * 6, 1, TABLE, optimizer=MOST_MOVING, l2=0.1)
    learns = [
        Scene.model_validate({**wide, "weights": {"seed": 0, "training": {"dataset": dataset.id, "batch_size": batch}}})
        for batch in range(1, 65)
    ]
    largest = most("batch_numbers") // numbers_of(learns[0], dataset)
    assert 1 < largest < 64
    require_room(learns[largest - 1], dataset, 1)
    with pytest.raises(Problem, match="batch numbers"):
        require_room(learns[largest], dataset, 1)


def test_forty_scenes_with_a_large_embedding_keep_a_few_megabytes(settings: Settings) -> None:
    """They kept 69 MB each, which the cache counted as 106 KB."""
    with TestClient(create_app(settings), base_url=HOME) as client:
        scenes = [{**LARGE["an embedding"], "weights": {"seed": seed}} for seed in range(41)]
        client.post("/api/traces", json=scenes.pop())
        cache = client.app.state.services.cache  # type: ignore[attr-defined]
        before = cache.bytes
        with allocated() as found:
            for scene in scenes:
                assert client.post("/api/traces", json=scene).status_code == 200
        kept = cache.bytes - before
        assert 40 * OVERHEAD < kept < 40 * 256 * 2**10
        assert found.left < kept + 2**20
        assert found.peak < kept + 32 * 2**20


def test_numbers_of_rows_that_the_sentence_does_not_read_are_still_known(client: TestClient) -> None:
    """Of an embedding the trace keeps the rows that are read. The others are computed when somebody asks for them."""
    vocabulary = ["cat", "mat", "rat", "dog"]
    document = scene_of([("SimpleRNN", 3)], 3, {**TABLE, "input_dim": 50, "output_dim": 4}, optimizer=ADAM, vocabulary=vocabulary)
    trace = f"/api/traces/{client.post('/api/traces', json=document).headers['Scene-Id']}"
    scene = Scene.model_validate(document)
    whole = run(scene, also=range(50))
    assert run(scene).rows == [1, 2, 3]
    (gradient,) = client.get(f"{trace}/weights/embedding/embeddings?row=41&unit=2").json()["gradients"]
    assert gradient["address"]["index"] == [41, 2]
    assert (gradient["value"], gradient["terms"]) == (0, [])
    for row in (2, 41):
        update = client.get(f"{trace}/updates/embedding/embeddings?row={row}&unit=2").json()
        assert update["index"] == [row, 2]
        assert update["lines"][0]["values"]["g"] == whole.gradients.weights[0][row - 1, 1]
        assert update["lines"][-1]["value"] == whole.updated[0][row - 1, 1]
    assert client.get(f"{trace}/updates/embedding/embeddings").json()["index"] == [1, 1]
    require_problem(client.get(f"{trace}/updates/embedding/embeddings?row=51"), 404, "unknown-number")
    counts = client.get(f"/api/charts/histogram/table?scene={scene.id}").json()["rows"]
    assert sum(row[-1] for row in counts if row[1] == "embeddings") == 50 * 4
    assert "200" in client.get(f"{trace}/summary").text
    remembered = client.post("/api/gradients/memory?timestep=2&word=dog", json=document).json()
    assert remembered["before"] == "mat"
    assert np.array(remembered["layers"][0]["distances"])[1] > 0


def test_a_row_of_an_embedding_has_the_numbers_that_it_has_among_all_rows() -> None:
    scene = Scene.model_validate(
        scene_of([("LSTM", 3)], 6, {**TABLE, "input_dim": 30, "output_dim": 4}, optimizer=MOST_MOVING, weights={"seed": 3, "steps": 2})
    )
    few, all_rows = run(scene), run(scene, also=range(30))
    assert few.rows == [1, 2, 3]
    np.testing.assert_array_equal(few.updated[0], all_rows.updated[0][few.rows])
    for one, other in zip(few.updated[1:], all_rows.updated[1:], strict=True):
        np.testing.assert_array_equal(one, other)
    assert array_bytes(few) < array_bytes(all_rows)


def test_the_largest_explanation_is_written_in_small_pieces_and_never_stands_in_memory_as_objects() -> None:
    """23.5 MB of JSON held the interpreter for 2.7 s, and its objects took ten times as much memory."""
    scene = Scene.model_validate(scene_of([("LSTM", 8)] * 2, 6))
    trace = run(scene)
    whole = json.dumps(_listed(weight(trace, "1", "recurrent_kernel")), ensure_ascii=False, separators=(",", ":"))
    with allocated() as found:
        pieces = list(json_pieces(weight(trace, "1", "recurrent_kernel")))
    assert "".join(pieces) == whole
    assert max(map(len, pieces)) < 400 * len(scene.sentence)
    assert found.peak < 2 * len(whole)


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        {"a": [], "b": {}, "c": ()},
        {"rows": [[place, "é"] for place in range(1000)], "n": None, "t": True},
        {"figure": {"data": [{"x": list(range(200)), "y": [0.5]}, {}], "layout": {"title": {"text": '"'}}}},
        list(range(65)),
        "text",
    ],
)
def test_json_in_pieces_is_json(document: Any) -> None:
    pieces = list(json_pieces(document))
    assert "".join(pieces) == json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    assert max(map(len, pieces)) < 1000
    assert "".join(json_pieces(iter([]))) == "[]"


def _listed(document: Document) -> Document:
    return {name: value if isinstance(value, str) else list(value) for name, value in document.items()}
