"""The recurrent cell of the lecture, forward and backward through time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.activations import ELEMENTWISE, require_activation
from engine.initializers import glorot_uniform, orthogonal, zeros
from engine.layers.layer import Layer, Pulled, require_size
from engine.quantities import forward_quantities
from engine.trace import LayerTrace
from engine.types import Array, Shape, State


@dataclass(frozen=True)
class SimpleRNN(Layer):
    """h_t = f(x_t @ kernel + h_{t-1} @ recurrent_kernel + bias): kernel (features, units), recurrent (units, units), bias (units,)."""

    quantities: ClassVar = forward_quantities("SimpleRNN")
    output: ClassVar = "h"
    states: ClassVar = ("h",)
    initializers: ClassVar = {"kernel": glorot_uniform, "recurrent_kernel": orthogonal, "bias": zeros}

    units: int
    return_sequences: bool = False
    activation: str = "tanh"

    def __post_init__(self) -> None:
        require_size("units", self.units)
        require_activation(self.activation, tuple(ELEMENTWISE))

    @property
    def width(self) -> int:
        return self.units

    @property
    def keeps_timesteps(self) -> bool:
        return self.return_sequences

    def weight_shapes(self, features: int) -> tuple[Shape, ...]:
        return (features, self.units), (self.units, self.units), (self.units,)

    def outputs(self, record: LayerTrace) -> Array:
        return record.rows["h"][1:] if self.return_sequences else record.rows["h"][-1:]

    def forward(self, x: Array, timesteps: range, state: State) -> LayerTrace:
        """x (timesteps, batch, features), state (h_0,) -> a, h; h has h_0 as its first row, so h[t] is h_{t-1} of a[t]."""
        kernel, recurrent_kernel, bias = self.weights
        f = ELEMENTWISE[self.activation].function
        steps, batch, features = x.shape
        block = np.empty((2 * steps + 1, batch, self.units), self.dtype)
        a, h = block[:steps], block[steps:]

        h[0] = state[0]
        np.dot(x.reshape(-1, features), kernel, out=a.reshape(-1, self.units))
        a += bias
        from_past = np.empty((batch, self.units), self.dtype)
        for a_t, h_past, h_t in zip(a, h, h[1:], strict=False):
            np.dot(h_past, recurrent_kernel, out=from_past)
            a_t += from_past
            f(a_t, h_t)
        return LayerTrace(block, {"a": a, "h": h}, timesteps)

    def backward(self, x: Array, record: LayerTrace, d_output: Array) -> Pulled:
        """d_output, of the last or of all timesteps, enters as depth; d_h and time have dL/dh_0 as their first row."""
        kernel, recurrent_kernel, _ = self.weights
        h = record.rows["h"]
        slope = ELEMENTWISE[self.activation].derivative(h[1:])
        steps, batch, features = x.shape
        block = np.empty((4 * steps + 2, batch, self.units), self.dtype)
        d_a, depth, time, d_h = block[:steps], block[steps : 2 * steps], block[2 * steps : 3 * steps + 1], block[3 * steps + 1 :]

        depth[: -len(d_output)] = 0
        depth[-len(d_output) :] = d_output
        time[-1] = 0
        to_past = recurrent_kernel.T
        for t in range(steps - 1, -1, -1):
            np.add(depth[t], time[t + 1], out=d_h[t + 1])
            np.multiply(d_h[t + 1], slope[t], out=d_a[t])
            np.dot(d_a[t], to_past, out=time[t])
        d_h[0] = time[0]

        rows = d_a.reshape(-1, self.units)
        d_weights = x.reshape(-1, features).T @ rows, h[:-1].reshape(-1, self.units).T @ rows, rows.sum(axis=0)
        d_x = np.dot(rows, kernel.T).reshape(x.shape)
        return Pulled(LayerTrace(block, {"a": d_a, "h": d_h, "h_from_depth": depth, "h_from_time": time}, record.timesteps), d_weights, d_x)
