"""What the engine's tests draw: stacks of every kind and size, with the inputs, states and targets that fit them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from engine import GRU, LSTM, Bidirectional, Dense, Embedding, Gradients, Sequential, SimpleRNN, Trace

LOSSES = {"binary_crossentropy": "sigmoid", "categorical_crossentropy": "softmax", "mse": "linear"}
CELLS: dict[str, Callable[..., Any]] = {
    "SimpleRNN": SimpleRNN,
    "LSTM": LSTM,
    "GRU": GRU,
    "GRU, reset before": partial(GRU, reset_after=False),
}


def both_ways(cell: str, units: int, **options: Any) -> Bidirectional:
    """A layer that reads with a cell in both directions."""
    return Bidirectional(CELLS[cell](units, **options))


LAYERS = (
    CELLS
    | {f"Bidirectional {cell}": partial(both_ways, cell) for cell in CELLS}
    | {f"SimpleRNN, {activation}": partial(SimpleRNN, activation=activation) for activation in ("relu", "sigmoid", "linear")}
)
STRICT = {"divide": "raise", "over": "raise", "invalid": "raise"}

sizes = st.integers(min_value=1, max_value=4)
seeds = st.integers(min_value=0, max_value=2**32 - 1)
losses = st.sampled_from(sorted(LOSSES))
every_cell = pytest.mark.parametrize("cell", CELLS)

Entry = np.ndarray | tuple[np.ndarray, ...]  # of an initial state


@dataclass(frozen=True)
class Task:
    """A model, and one thing to compute with it."""

    model: Sequential
    x: np.ndarray
    y: np.ndarray
    loss: str
    initial_state: list[Entry]
    dropout_seed: int | None = None

    @property
    def recurrent(self) -> list[Any]:
        """The recurrent layers."""
        return [layer for layer in self.model.layers if layer.states]

    def forward(self, **changed: Any) -> Trace:
        """The trace, of this or of changed arguments."""
        return self.model.forward(**{"x": self.x, "initial_state": self.initial_state, "dropout_seed": self.dropout_seed} | changed)

    def run(self, **options: Any) -> tuple[Trace, Gradients]:
        """Forward and backward; options of backward."""
        trace = self.forward()
        return trace, self.model.backward(trace, self.y, self.loss, **options)


def make_task(
    seed: int = 0,
    *,
    cells: str | Sequence[str] = "SimpleRNN",
    batch: int = 2,
    timesteps: int = 3,
    features: int = 4,
    units: tuple[int, ...] = (3, 2),
    outputs: int = 1,
    sequences: bool = False,
    loss: str = "binary_crossentropy",
    dtype: str = "float64",
    scale: float = 0.5,
) -> Task:
    """A stack of recurrent layers under a Dense one, all weights and states away from zero; cells: one for all layers, or one for each."""
    rng = np.random.default_rng(seed)
    names = [cells] * len(units) if isinstance(cells, str) else cells
    recurrent = [
        LAYERS[name](width, return_sequences=sequences or place < len(units) - 1)
        for place, (name, width) in enumerate(zip(names, units, strict=False))
    ]
    model = Sequential([*recurrent, Dense(outputs, activation=LOSSES[loss])], seed=seed % 2**32, features=features, dtype=dtype)
    model.set_weights([np.clip(rng.normal(size=weight.shape), -2, 2) * scale for weight in model.get_weights()])
    shape = (batch, timesteps, outputs) if sequences else (batch, outputs)
    y = rng.integers(0, 2, shape).astype(float) if loss == "binary_crossentropy" else rng.normal(size=shape)
    if loss == "categorical_crossentropy":
        y = np.eye(outputs)[rng.integers(0, outputs, shape[:-1])]
    states = packed(recurrent, (rng.normal(size=(batch, layer.state_width)) * 0.5 for layer in recurrent for _ in layer.states))
    return Task(model, rng.normal(size=(batch, timesteps, features)), y, loss, states)


@st.composite
def tasks(draw: st.DrawFn, *, timesteps: st.SearchStrategy[int] = sizes, **fixed: Any) -> Task:
    """Any small task; what is fixed stays as given."""
    drawn = {
        "batch": draw(sizes),
        "timesteps": draw(timesteps),
        "features": draw(sizes),
        "cells": tuple(draw(st.lists(st.sampled_from(list(CELLS)), min_size=3, max_size=3))),
        "units": tuple(draw(st.lists(sizes, min_size=1, max_size=3))),
        "outputs": draw(sizes),
        "sequences": draw(st.booleans()),
        "loss": draw(losses),
    }
    return make_task(draw(seeds), **drawn | fixed)


def gentle(seed: int, **sizes_of: Any) -> Task:
    """Under the conditions of NUMERICS N8: orthogonal recurrent kernels, kernels to 0.5 in size."""
    task = make_task(seed, **sizes_of)
    rng = np.random.default_rng(seed)
    weights = []
    for layer in task.model.layers:
        for name, weight in zip(layer.initializers, layer.weights, strict=True):
            is_recurrent = name.endswith("recurrent_kernel")
            weights.append(np.linalg.qr(weight.T)[0].T if is_recurrent else rng.uniform(-0.5, 0.5, weight.shape))
    task.model.set_weights(weights)
    return task


def flat(entries: Iterable[Entry]) -> list[np.ndarray]:
    """The arrays of initial states, one after the other."""
    return [part for entry in entries for part in (entry if isinstance(entry, tuple) else (entry,))]


def packed(recurrent: Iterable[Any], parts: Iterable[np.ndarray]) -> list[Entry]:
    """The same arrays as initial states of these layers: one, or a tuple of as many as the layer has."""
    rest = iter(parts)
    states = [tuple(next(rest) for _ in layer.states) for layer in recurrent]
    return [state[0] if len(state) == 1 else state for state in states]


def carried(task: Task, trace: Trace, timestep: int = -1) -> list[Entry]:
    """The states at a timestep, to begin another run with."""
    pairs = zip(task.model.layers, trace.layers, strict=True)
    return packed(task.recurrent, (record[name][:, timestep] for layer, record in pairs for name in layer.states))


def worded(cell: str, *, mask_zero: bool, padding: str = "within", sequences: bool = False) -> Task:
    """Tokens under two layers of this cell: in every row of the batch 3 words, and 2 zeros before, after or within them."""
    rng = np.random.default_rng(8)
    words = rng.integers(1, 6, (3, 3))
    places = {"before": (2, 3, 4), "after": (0, 1, 2), "within": (0, 2, 3)}[padding]
    x = np.zeros((3, 5), int)
    x[:, places] = words
    recurrent = [LAYERS[cell](3, return_sequences=True), LAYERS[cell](2, return_sequences=sequences)]
    model = Sequential([Embedding(6, 4, mask_zero=mask_zero), *recurrent, Dense(2)])
    model.set_weights([rng.normal(size=weight.shape) * 0.6 for weight in model.get_weights()])
    states = packed(recurrent, (rng.normal(size=(3, layer.state_width)) for layer in recurrent for _ in layer.states))
    return Task(model, x, rng.normal(size=(3, 5, 2) if sequences else (3, 2)), "mse", states)


def arrays(trace: Trace, gradients: Gradients) -> dict[str, np.ndarray]:
    """Every array that a run returns, under a name of its own."""
    found = {"output": trace.output, "inputs": trace.inputs, "d_inputs": gradients.inputs, "loss": np.array(gradients.loss)}
    for layer, (values, d_values) in enumerate(zip(trace.layers, gradients.layers, strict=True)):
        found |= {f"{layer}/{name}": values[name] for name in values}
        found |= {f"{layer}/d_{name}": d_values[name] for name in d_values}
    found |= {f"d_weight/{place}": weight for place, weight in enumerate(gradients.weights)}
    return found | {f"d_state/{place}": state for place, state in enumerate(flat(gradients.initial_state))}
