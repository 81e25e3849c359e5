"""Words as learnt vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.initializers import uniform
from engine.layers.layer import Layer, Pulled, require_size, require_tokens
from engine.quantities import forward_quantities
from engine.trace import LayerTrace
from engine.types import Array, Shape, State


@dataclass(frozen=True)
class Embedding(Layer):
    """Token k -> row k of embeddings (input_dim, output_dim). mask_zero: token 0 is padding, at which states stand still."""

    quantities: ClassVar = forward_quantities("Embedding")
    output: ClassVar = "x"
    initializers: ClassVar = {"embeddings": uniform}
    encodes: ClassVar = True

    input_dim: int
    output_dim: int
    mask_zero: bool = False

    def __post_init__(self) -> None:
        require_size("input_dim", self.input_dim)
        require_size("output_dim", self.output_dim)

    @property
    def width(self) -> int:
        """output_dim."""
        return self.output_dim

    def weight_shapes(self, features: int) -> tuple[Shape, ...]:
        """embeddings."""
        return ((self.input_dim, self.output_dim),)

    def padded(self, x: Array) -> Array | None:
        """Where the token is 0, if that is padding: (timesteps, batch, 1)."""
        return (x == 0)[:, :, None] if self.mask_zero and x.ndim == 2 else None

    def forward(self, x: Array, timesteps: range, state: State, padded: Array | None = None) -> tuple[LayerTrace, Array]:
        """x: tokens (timesteps, batch), or vectors (timesteps, batch, output_dim), which pass as they are -> x."""
        if x.ndim == 2:
            require_tokens(x, self.input_dim)
        vectors = x.copy() if x.ndim == 3 else self.weights[0][x]
        record = LayerTrace(vectors[None], self.quantities, timesteps)
        return record, record.rows("x")

    def backward(self, x: Array, record: LayerTrace, d_output: Array, window: int | None = None) -> Pulled:
        """d_output is dL/dx itself; every row gathers it from wherever its token stood."""
        d_embeddings = np.zeros_like(self.weights[0])
        if x.ndim == 2:
            np.add.at(d_embeddings, x, d_output)
        return LayerTrace(d_output[None], self.quantities, record.timesteps), (d_embeddings,), d_output
