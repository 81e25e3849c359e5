"""What the engine's tests draw: stacks of every kind and size, with the inputs, states and targets that fit them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from engine import Dense, Gradients, Sequential, SimpleRNN, Trace

LOSSES = {"binary_crossentropy": "sigmoid", "categorical_crossentropy": "softmax", "mse": "linear"}
STRICT = {"divide": "raise", "over": "raise", "invalid": "raise"}

sizes = st.integers(min_value=1, max_value=4)
seeds = st.integers(min_value=0, max_value=2**32 - 1)
losses = st.sampled_from(sorted(LOSSES))


@dataclass(frozen=True)
class Task:
    """A model, and one thing to compute with it."""

    model: Sequential
    x: np.ndarray
    y: np.ndarray
    loss: str
    initial_state: list[np.ndarray]

    def forward(self, **changed: Any) -> Trace:
        """The trace, of this or of changed arguments."""
        return self.model.forward(**{"x": self.x, "initial_state": self.initial_state} | changed)

    def run(self) -> tuple[Trace, Gradients]:
        """Forward and backward."""
        trace = self.forward()
        return trace, self.model.backward(trace, self.y, self.loss)


def make_task(
    seed: int = 0,
    *,
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
    """A stack of SimpleRNN layers under a Dense one, all weights and states away from zero."""
    rng = np.random.default_rng(seed)
    recurrent = [SimpleRNN(width, return_sequences=sequences or width_index < len(units) - 1) for width_index, width in enumerate(units)]
    model = Sequential([*recurrent, Dense(outputs, activation=LOSSES[loss])], seed=seed % 2**32, features=features, dtype=dtype)
    model.set_weights([np.clip(rng.normal(size=weight.shape), -2, 2) * scale for weight in model.get_weights()])
    shape = (batch, timesteps, outputs) if sequences else (batch, outputs)
    y = rng.integers(0, 2, shape).astype(float) if loss == "binary_crossentropy" else rng.normal(size=shape)
    if loss == "categorical_crossentropy":
        y = np.eye(outputs)[rng.integers(0, outputs, shape[:-1])]
    states = [rng.normal(size=(batch, width)) * 0.5 for width in units]
    return Task(model, rng.normal(size=(batch, timesteps, features)), y, loss, states)


@st.composite
def tasks(draw: st.DrawFn, *, timesteps: st.SearchStrategy[int] = sizes, **fixed: Any) -> Task:
    """Any small task; what is fixed stays as given."""
    drawn = {
        "batch": draw(sizes),
        "timesteps": draw(timesteps),
        "features": draw(sizes),
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
    weights = task.model.get_weights()
    for place, weight in enumerate(weights):
        recurrent = weight.ndim == 2 and place % 3 == 1 and place < len(weights) - 2
        weights[place] = np.linalg.qr(weight)[0] if recurrent else rng.uniform(-0.5, 0.5, weight.shape)
    task.model.set_weights(weights)
    return task


def arrays(trace: Trace, gradients: Gradients) -> dict[str, np.ndarray]:
    """Every array that a run returns, under a name of its own."""
    found = {"output": trace.output, "inputs": trace.inputs, "d_inputs": gradients.inputs, "loss": np.array(gradients.loss)}
    for layer, (values, d_values) in enumerate(zip(trace.layers, gradients.layers, strict=True)):
        found |= {f"{layer}/{name}": values[name] for name in values}
        found |= {f"{layer}/d_{name}": d_values[name] for name in d_values}
    found |= {f"d_weight/{place}": weight for place, weight in enumerate(gradients.weights)}
    return found | {f"d_state/{place}": np.asarray(state) for place, state in enumerate(gradients.initial_state)}
