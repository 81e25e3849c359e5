"""What a scene needs, counted from its shape alone, before anything is allocated."""

from __future__ import annotations

import math
from typing import NamedTuple

from app.limits import most
from app.networks import network, optimizer
from app.scene_fields import CLIPPING, EmbeddingLayer, SceneFields
from engine.losses import LOSSES
from engine.quantities import all_quantities

STEP = 2_000  # work of one cell at one timestep, forward and backward, beside its numbers
BYTE = 30  # work of a byte of JSON
TERM = 2_700  # work of one term of an explanation
RUN = 30_000  # work of one run or update, beside its cells


class Cost(NamedTuple):
    """What a job takes: work in steps of about 10 ns (one number that is computed), and the numbers that it holds at its peak."""

    work: int
    numbers: int = 0


SMALL = Cost(3_000_000)  # 30 ms: a job of so much work may also run in a place that large jobs do not get


def weight_shapes(scene: SceneFields) -> dict[tuple[str, str], tuple[int, ...]]:
    """The shape of every weight by (layer, name), in the order of Sequential.get_weights."""
    words, *recurrent, dense = network(scene)
    named = [("embedding", words), *((str(number), layer) for number, layer in enumerate(recurrent, start=1)), ("output", dense)]
    features = [0, words.width, *(layer.width for layer in recurrent)]
    return {
        (name, weight): shape
        for (name, layer), below in zip(named, features, strict=True)
        for weight, shape in zip(layer.initializers, layer.weight_shapes(below), strict=True)
    }


def count_numbers(scene: SceneFields) -> int:
    """How many numbers the trace of this scene will hold, from its shape alone."""
    timesteps, outputs = len(scene.sentence), len(scene.output_timesteps)
    words, *recurrent, dense = network(scene)
    sizes = {name: math.prod(shape) for name, shape in weight_shapes(scene).items()}
    if ("embedding", "embeddings") in sizes:
        sizes["embedding", "embeddings"] = len(set(scene.sentence)) * words.width  # only the rows that are used
    weights = sum(sizes.values())
    states = sum(len(layer.states) * layer.width for layer in recurrent)
    forward = words.width + sum(len(layer.quantities) * layer.width for layer in recurrent)
    backward = words.width + sum(len(all_quantities(type(layer).__name__)) * layer.width + 1 for layer in recurrent)
    entering = 1 if LOSSES[scene.loss].activation else len(dense.quantities)
    loss = 1
    return 3 * weights + 2 * states + timesteps * (forward + backward) + outputs * (len(dense.quantities) + entering) * dense.width + loss


def reading_bytes(size: int) -> Cost:
    """What it takes to read or write so many bytes of JSON, and to check them."""
    return Cost(size * BYTE)


def scene_cost(scene: SceneFields, also: int = 0) -> Cost:
    """What its trace takes, its training left aside; also: rows of the embedding that are read beside those of the sentence.

    The whole table of an embedding is drawn, copied and edited; what moves are the rows that are read. Every number of the trace stands
    in an array, and twice while its bytes are written.
    """
    table, width = _table(scene)
    copies = _copies(scene)
    moving = _size(scene) - table + (len(set(scene.sentence)) + also) * width
    count = count_numbers(scene)
    runs = 1 + scene.weights.steps
    held = copies * (2 if scene.weights.steps else 1)  # those of one step are there while the next is computed
    numbers = 4 * table + held * moving + 2 * (count - 3 * moving) + 3 * count
    return Cost(RUN + 3 * table + runs * (2 * count + copies * moving + _cells(scene) * STEP) + 4 * count, numbers)


def reading_cost(scene: SceneFields) -> Cost:
    """What an answer about a trace takes that is computed already: a term of a sum is an object, and then text."""
    return Cost(TERM * min(count_numbers(scene), most("terms")))


def update_cost(scene: SceneFields, timesteps: int, examples: int) -> Cost:
    """What one update of a training takes, with a batch of so many examples of so many timesteps."""
    weights = _size(scene)
    values = examples * _values(scene, timesteps)
    copies = 6 + _copies(scene)
    return Cost(RUN + values + copies * weights + _cells(scene, timesteps) * STEP, copies * weights + values * 5 // 4)


def _values(scene: SceneFields, timesteps: int) -> int:
    """The values and gradients of one example."""
    words, *recurrent, dense = network(scene)
    forward = words.width + sum(len(layer.quantities) * layer.width for layer in recurrent)
    backward = words.width + sum(len(all_quantities(type(layer).__name__)) * layer.width + 1 for layer in recurrent)
    return timesteps * (forward + backward + 4 * dense.width)


def _copies(scene: SceneFields) -> int:
    """How many arrays as large as all weights a step has at once: weights, gradients, penalised, clipped, moved, and twice the state."""
    clips = any(getattr(scene.optimizer, name) is not None for name in CLIPPING)
    return 3 + bool(scene.l2) + clips + 2 * len(optimizer(scene).remembered)


def _size(scene: SceneFields) -> int:
    """The numbers of all weights."""
    return sum(math.prod(shape) for shape in weight_shapes(scene).values())


def _table(scene: SceneFields) -> tuple[int, int]:
    """The numbers of the embedding, and of one row of it; nothing where there is none."""
    lowest = scene.layers[0]
    return (lowest.input_dim * lowest.output_dim, lowest.output_dim) if isinstance(lowest, EmbeddingLayer) else (0, 0)


def _cells(scene: SceneFields, timesteps: int | None = None) -> int:
    return len(scene.recurrent) * (timesteps or len(scene.sentence))
