"""The recurrent cell of the lecture, forward and backward through time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.activations import ELEMENTWISE, require_activation
from engine.initializers import Orthogonal, glorot_uniform, zeros
from engine.layers.layer import Pulled
from engine.layers.recurrent import Recurrent, silence, window_starts
from engine.quantities import all_quantities, forward_quantities
from engine.sums import sum_over_rows
from engine.trace import LayerTrace
from engine.types import Array, State

_GRADIENTS = all_quantities("SimpleRNN")


@dataclass(frozen=True)
class SimpleRNN(Recurrent):
    """h_t = f(x_t @ kernel + h_{t-1} @ recurrent_kernel + bias): kernel (features, units), recurrent (units, units), bias (units,)."""

    quantities: ClassVar = forward_quantities("SimpleRNN")
    output: ClassVar = "h"
    states: ClassVar = ("h",)
    gates: ClassVar = ("a",)
    initializers: ClassVar = {"kernel": glorot_uniform, "recurrent_kernel": Orthogonal(), "bias": zeros}

    activation: str = "tanh"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_activation(self.activation, tuple(ELEMENTWISE))

    def forward(self, x: Array, timesteps: range, state: State, padded: Array | None = None) -> tuple[LayerTrace, Array]:
        """x (timesteps, batch, features), state (h_0,) or () for zeros -> a, h. Row 0 is h_0, so h[t] is what a[t + 1] looks back to."""
        kernel, recurrent_kernel, bias = self.weights
        f = ELEMENTWISE[self.activation].function
        steps, batch, features = x.shape
        block = np.zeros((2, steps + 1, batch, self.units), self.dtype)
        a, h = block[0], block[1]

        rows = a[1:].reshape(-1, self.units)
        rows[...] = bias
        rows += x.reshape(-1, features).dot(kernel)
        h_t, from_past = h[0], np.empty((batch, self.units), self.dtype)
        if state:
            h_t[...] = state[0]
        for t in range(1, steps + 1):
            a_t = a[t]
            a_t += h_t.dot(recurrent_kernel, from_past)
            h_t = f(a_t, h[t])
            if padded is not None:
                np.copyto(h_t, h[t - 1], where=padded[t - 1])
        return LayerTrace(block, self.quantities, timesteps, self.states, padded), self.outgoing(h)

    def backward(self, x: Array, record: LayerTrace, d_output: Array, window: int | None = None) -> Pulled:
        """d_output = dL/dh of the last or of all timesteps, which enters as depth -> dL/d a, h and its parts, the weights and x."""
        kernel, recurrent_kernel, _ = self.weights
        a, h = record.rows_from_initial("a"), record.rows_from_initial("h")
        steps, batch, features = x.shape
        block = np.zeros((4, steps + 1, batch, self.units), self.dtype)
        d_a, d_h, depth, time = block[0], block[1], block[2], block[3]

        ELEMENTWISE[self.activation].derivative(a[1:], d_a[1:])  # what dL/dh turns into dL/da, in place
        padded, cuts = record.padded, window_starts(steps, window)
        silence(padded, 0, d_a)
        depth[-len(d_output) :] = d_output
        to_past, time_t = recurrent_kernel.T, time[steps]
        for t in range(steps, 0, -1):
            d_a_t = d_a[t]
            d_a_t *= np.add(depth[t], time_t, d_h[t])
            time_t = d_a_t.dot(to_past, time[t - 1])
            if padded is not None:
                np.copyto(time_t, d_h[t], where=padded[t - 1])
            if t in cuts:
                time_t.fill(0)
        d_h[0] = time_t

        rows = d_a[1:].reshape(-1, self.units)
        d_kernel, d_recurrent = x.reshape(-1, features).T.dot(rows), h[:-1].reshape(-1, self.units).T.dot(rows)
        d_x = rows.dot(kernel.T).reshape(x.shape)
        return LayerTrace(block, _GRADIENTS, record.timesteps, self.states), (d_kernel, d_recurrent, sum_over_rows(rows)), d_x
