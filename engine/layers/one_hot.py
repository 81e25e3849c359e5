"""Words as one-hot vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.errors import EngineError
from engine.layers.layer import Layer, Pulled, require_size
from engine.quantities import forward_quantities
from engine.trace import LayerTrace
from engine.types import Array, Shape, State


@dataclass(frozen=True)
class OneHot(Layer):
    """Token k -> a vector of input_dim numbers, 1 at place k, else 0. Vectors given in place of tokens pass as they are."""

    quantities: ClassVar = forward_quantities("OneHot")
    output: ClassVar = "x"
    encodes: ClassVar = True

    input_dim: int

    def __post_init__(self) -> None:
        require_size("input_dim", self.input_dim)

    @property
    def width(self) -> int:
        """input_dim."""
        return self.input_dim

    def weight_shapes(self, features: int) -> tuple[Shape, ...]:
        """None: nothing is learnt here."""
        return ()

    def forward(self, x: Array, timesteps: range, state: State) -> tuple[LayerTrace, Array]:
        """x: tokens (timesteps, batch), or vectors (timesteps, batch, input_dim) -> x."""
        vectors = x.copy() if x.ndim == 3 else self._look_up(x)
        return LayerTrace(vectors[None], self.quantities, timesteps), vectors

    def backward(self, x: Array, record: LayerTrace, d_output: Array) -> Pulled:
        """d_output is dL/dx itself; tokens have no gradient."""
        return LayerTrace(d_output[None], self.quantities, record.timesteps), (), d_output

    def _look_up(self, tokens: Array) -> Array:
        words = tokens.ravel().tolist()
        if min(words) < 0 or max(words) >= self.input_dim:
            stranger = next(word for word in words if not 0 <= word < self.input_dim)
            raise EngineError("x", f"`x` must hold tokens from 0 to {self.input_dim - 1}. Received: {stranger}.")
        vectors = np.zeros((*tokens.shape, self.input_dim), self.dtype)
        places = vectors.reshape(-1)
        for row, word in enumerate(words):
            places[row * self.input_dim + word] = 1
        return vectors
