"""Numbers left out at random, so that no unit can rely on another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np

from engine.errors import EngineError
from engine.layers.layer import Layer, Pulled
from engine.quantities import forward_quantities
from engine.trace import LayerTrace
from engine.types import Array, DType, Generator, Shape, State


@dataclass(frozen=True)
class Dropout(Layer):
    """y = m x: m is 1 where a run only looks; in training 0 with probability `rate`, else 1 / (1 - rate), so that the mean stays."""

    quantities: ClassVar = forward_quantities("Dropout")
    output: ClassVar = "y"

    rate: float
    features: int = field(default=0, kw_only=True, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.rate, int | float) or isinstance(self.rate, bool) or not 0 <= self.rate < 1:
            raise EngineError("rate", f"`rate` must be a number from 0 up to, but not including, 1. Received: {self.rate!r}.")

    @property
    def width(self) -> int:
        """As many as enter."""
        return self.features

    def weight_shapes(self, features: int) -> tuple[Shape, ...]:
        """None: nothing is learnt here."""
        return ()

    def build(self, features: int, rng: Generator, dtype: DType) -> Self:
        """The same layer for inputs of this many features."""
        return replace(super().build(features, rng, dtype), features=features)

    def forward(self, x: Array, timesteps: range, state: State, padded: Array | None = None) -> tuple[LayerTrace, Array]:
        """x (timesteps, batch, features) -> the same numbers: here nothing is dropped."""
        return LayerTrace((np.broadcast_to(np.ones((), self.dtype), x.shape), x), self.quantities, timesteps), x

    def drop(self, x: Array, timesteps: range, rng: Generator) -> tuple[LayerTrace, Array]:
        """x (timesteps, batch, features) -> m, y. The draws do not depend on the precision."""
        block = np.empty((2, *x.shape), self.dtype)
        m, y = block[0], block[1]
        np.divide(rng.random(x.shape) >= self.rate, 1 - self.rate, out=m, casting="same_kind")
        np.multiply(m, x, y)
        return LayerTrace(block, self.quantities, timesteps), y

    def backward(self, x: Array, record: LayerTrace, d_output: Array, window: int | None = None) -> Pulled:
        """d_output = dL/dy, (timesteps, batch, features) -> dL/d y and x; m was drawn and has none."""
        return LayerTrace(d_output[None], ("y",), record.timesteps), (), record.rows("m") * d_output
