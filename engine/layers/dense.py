"""The fully connected layer, on the last vector or on every timestep's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.activations import ELEMENTWISE, require_activation, softmax, softmax_pull_back
from engine.initializers import glorot_uniform, zeros
from engine.layers.layer import Layer, Pulled, require_size
from engine.quantities import forward_quantities
from engine.sums import sum_over_rows
from engine.trace import LayerTrace
from engine.types import Array, Shape, State


@dataclass(frozen=True)
class Dense(Layer):
    """y = f(x @ kernel + bias): kernel (features, units), bias (units,)."""

    quantities: ClassVar = forward_quantities("Dense")
    output: ClassVar = "y"
    gates: ClassVar = ("a",)
    initializers: ClassVar = {"kernel": glorot_uniform, "bias": zeros}

    units: int
    activation: str = "linear"

    def __post_init__(self) -> None:
        require_size("units", self.units)
        require_activation(self.activation, (*ELEMENTWISE, "softmax"))

    @property
    def width(self) -> int:
        """units."""
        return self.units

    def weight_shapes(self, features: int) -> tuple[Shape, ...]:
        """kernel, bias."""
        return (features, self.units), (self.units,)

    def forward(self, x: Array, timesteps: range, state: State, padded: Array | None = None) -> tuple[LayerTrace, Array]:
        """x (timesteps, batch, features) -> a, y."""
        kernel, bias = self.weights
        f = softmax if self.activation == "softmax" else ELEMENTWISE[self.activation].function
        steps, batch, features = x.shape
        block = np.empty((2, steps, batch, self.units), self.dtype)
        a, y = block[0], block[1]

        rows = a.reshape(-1, self.units)
        rows[...] = bias
        rows += x.reshape(-1, features).dot(kernel)
        f(a, y)
        return LayerTrace(block, self.quantities, timesteps), y

    def backward(self, x: Array, record: LayerTrace, d_output: Array, window: int | None = None) -> Pulled:
        """d_output = dL/dy, (timesteps, batch, units) -> dL/d a, y, the weights and x."""
        a, y = record.rows("a"), record.rows("y")
        block = np.empty((2, *y.shape), self.dtype)
        d_a, d_y = block[0], block[1]

        d_y[...] = d_output
        if self.activation == "softmax":
            d_a[...] = softmax_pull_back(y, d_y)
        else:
            ELEMENTWISE[self.activation].derivative(a, d_a)
            d_a *= d_y
        return self._below(x, d_a, LayerTrace(block, self.quantities, record.timesteps))

    def backward_from_a(self, x: Array, record: LayerTrace, d_a: Array) -> Pulled:
        """The same for a loss that is computed from a, so that its gradient enters there and y has none."""
        return self._below(x, d_a, LayerTrace(d_a[None], ("a",), record.timesteps))

    def _below(self, x: Array, d_a: Array, record: LayerTrace) -> Pulled:
        rows = d_a.reshape(-1, self.units)
        d_weights = x.reshape(-1, x.shape[-1]).T.dot(rows), sum_over_rows(rows)
        return record, d_weights, rows.dot(self.weights[0].T).reshape(x.shape)
