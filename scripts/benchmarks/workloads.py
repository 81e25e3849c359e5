"""What the engine and its peers are given to compute: a stack of recurrent layers under one sigmoid unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import GRU, LSTM, Dense, Embedding, OneHot, Sequential, SimpleRNN
from engine.layers import Layer

Array = np.ndarray[Any, np.dtype[Any]]
CELLS = {"SimpleRNN": SimpleRNN, "LSTM": LSTM, "GRU": GRU}


@dataclass(frozen=True)
class Workload:
    """Layers of these units over one-hot vectors or an embedding of a vocabulary, or else over vectors; one timestep more looks back
    from each to the next."""

    name: str
    units: tuple[int, ...]
    timesteps: int
    batch: int
    features: int
    encoder: str = ""
    vocabulary: int = 0
    targets: tuple[float, float, float] = (1, 1, 1)  # of CELLS, float64, forward and backward: how many times as fast as PyTorch

    def model(self, cell: str, dtype: str) -> Sequential:
        """The engine's stack, with biases that are not zero, so that peers that mix them up do not agree."""
        encoders: dict[str, list[Layer]] = {
            "OneHot": [OneHot(self.features)],
            "Embedding": [Embedding(self.vocabulary or 1, self.features)],
        }
        last = len(self.units) - 1
        layers = [CELLS[cell](units, return_sequences=place < last) for place, units in enumerate(self.units)]
        stack = [*encoders.get(self.encoder, []), *layers, Dense(1, activation="sigmoid")]
        model = Sequential(stack, seed=0, dtype=dtype, features=None if self.encoder else self.features)
        rng = np.random.default_rng(1)
        model.set_weights([weight + 0.1 * rng.standard_normal(weight.shape) for weight in model.get_weights()])
        return model

    def data(self, dtype: str) -> tuple[Array, Array]:
        """Tokens (batch, timesteps) or vectors (batch, timesteps, features), and labels (batch, 1)."""
        rng = np.random.default_rng(2)
        shape = (self.batch, self.timesteps)
        x = rng.integers(0, self.vocabulary, shape) if self.encoder else rng.standard_normal((*shape, self.features)).astype(dtype)
        return x, rng.integers(0, 2, (self.batch, 1)).astype(dtype)


WORKLOADS = (
    Workload("the toy: 3, 2 units, T = 3", (3, 2), 3, 1, 3, "OneHot", 3, targets=(18, 11, 9)),
    Workload("embedding 10,000 x 32, 5, 5 units, T = 3", (5, 5), 3, 1, 32, "Embedding", 10_000),
    Workload("3 x 32 units, T = 50", (32,) * 3, 50, 1, 32),
    Workload("8 x 64 units, T = 200", (64,) * 8, 200, 1, 64, targets=(8, 7, 8)),
    Workload("5, 5 units, T = 100, batch 32", (5, 5), 100, 32, 5, targets=(6, 3, 4)),
    Workload("64, 64 units, T = 200, batch 128", (64, 64), 200, 128, 64, targets=(1.1, 1, 1)),
)
