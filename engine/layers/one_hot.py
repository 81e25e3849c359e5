"""Words as one-hot vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.layers.layer import Layer, Pulled, require_size, require_tokens
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

    def forward(self, x: Array, timesteps: range, state: State, padded: Array | None = None) -> tuple[LayerTrace, Array]:
        """x: tokens (timesteps, batch), or vectors (timesteps, batch, input_dim) -> x."""
        vectors = x.copy() if x.ndim == 3 else self._look_up(x)
        return LayerTrace(vectors[None], self.quantities, timesteps), vectors

    def backward(self, x: Array, record: LayerTrace, d_output: Array, window: int | None = None) -> Pulled:
        """d_output is dL/dx itself; tokens have no gradient."""
        return LayerTrace(d_output[None], self.quantities, record.timesteps), (), d_output

    def _look_up(self, tokens: Array) -> Array:
        require_tokens(tokens, self.input_dim)
        vectors = np.zeros((*tokens.shape, self.input_dim), self.dtype)
        places = vectors.reshape(-1)
        for row, word in enumerate(tokens.ravel().tolist()):
            places[row * self.input_dim + word] = 1
        return vectors
