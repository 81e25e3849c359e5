"""The cell with a memory of its own: three gates, a candidate, and a line for c through time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.activations import constant, decay, largest_power, one_by_one_plus, tanh_slope
from engine.initializers import Orthogonal, forget_bias, glorot_uniform
from engine.layers.layer import Pulled
from engine.layers.recurrent import (
    Recurrent,
    apart,
    backwards,
    forwards,
    gate_slopes,
    over_time,
    project,
    pull_projection,
    side_by_side,
    silence,
    window_starts,
)
from engine.quantities import all_quantities, forward_quantities
from engine.trace import LayerTrace
from engine.types import Array, State

_QUANTITIES, _GRADIENTS = forward_quantities("LSTM"), all_quantities("LSTM")


@dataclass(frozen=True)
class LSTM(Recurrent):
    """c_t = f c_{t-1} + i g, h_t = o tanh(c_t), columns i f g o: kernel (features, 4*units), recurrent (units, 4*units), bias (4*units)."""

    quantities: ClassVar = _QUANTITIES
    output: ClassVar = "h"
    states: ClassVar = ("h", "c")
    gates: ClassVar = ("a_i", "a_f", "a_g", "a_o")
    initializers: ClassVar = {"kernel": glorot_uniform, "recurrent_kernel": Orthogonal(), "bias": forget_bias}

    def forward(self, x: Array, timesteps: range, state: State, padded: Array | None = None) -> tuple[LayerTrace, Array]:
        """x (timesteps, batch, features), state (h_0, c_0) or () for zeros -> every quantity; row 0 holds h_0 and c_0."""
        kernel, recurrent_kernel, bias = self.weights
        steps, batch, _ = x.shape
        block = np.zeros((11, steps + 1, batch, self.units), self.dtype)
        a, gates, (c, tanh_c, h) = side_by_side(block[:4]), side_by_side(block[4:8]), block[8:]
        (a_i, a_f, a_g, a_o), (i, f, g, o) = apart(a, 4), apart(gates, 4)
        largest, one = largest_power(self.dtype), constant(1, self.dtype)

        project(x, kernel, bias, a)
        from_past, i_g = np.empty(a.shape[1:], self.dtype), np.empty(c.shape[1:], self.dtype)
        h_past, c_past = h[0], c[0]
        if state:
            h_past[...], c_past[...] = state
        for t, a_t, a_g_t, gates_t, i_t, f_t, g_t, o_t, c_t, tanh_c_t, h_t in forwards(a, a_g, gates, i, f, g, o, c, tanh_c, h):
            a_t += h_past.dot(recurrent_kernel, from_past)
            one_by_one_plus(
                decay(a_t, largest, gates_t), one, gates_t
            )  # of all four at once: it costs less than two calls for three of them
            np.tanh(a_g_t, g_t)
            np.multiply(f_t, c_past, c_t)
            c_t += np.multiply(i_t, g_t, i_g)
            if padded is not None:
                np.copyto(c_t, c_past, where=padded[t - 1])
            np.multiply(o_t, np.tanh(c_t, tanh_c_t), h_t)
            if padded is not None:
                np.copyto(h_t, h_past, where=padded[t - 1])
            h_past, c_past = h_t, c_t
        rows = (a_i, a_f, a_g, a_o, i, f, g, o, c, tanh_c, h)
        return LayerTrace(rows, _QUANTITIES, timesteps, self.states, padded), self.outgoing(h)

    def backward(self, x: Array, record: LayerTrace, d_output: Array, window: int | None = None) -> Pulled:
        """d_output = dL/dh of the last or of all timesteps, which enters as depth -> dL/d every quantity, the weights and x."""
        kernel, recurrent_kernel, _ = self.weights
        i, f, g, o, c, tanh_c, h = map(record.rows_from_initial, ("i", "f", "g", "o", "c", "tanh_c", "h"))
        block = np.zeros((13, *h.shape), self.dtype)
        d_a, d_gates, (d_c, d_tanh_c, d_h, depth, time) = side_by_side(block[:4]), side_by_side(block[4:8]), block[8:]
        d_a_i, d_a_f, d_a_g, d_a_o = apart(d_a, 4)
        d_i, d_f, d_g, d_o = apart(d_gates, 4)
        keep, cuts = f, window_starts(len(x), window)

        gate_slopes([*map(record.rows_from_initial, self.gates)], 2, d_a)  # slopes at first, which the loop turns into gradients:
        d_a_i *= g  # dc_t/da_i,
        d_a_f[1:] *= c[:-1]  # dc_t/da_f,
        d_a_g *= i  # dc_t/da_g,
        d_a_o *= tanh_c  # dh_t/da_o,
        tanh_slope(c, d_c)
        d_c *= o  # dh_t/dc_t
        if record.padded is not None:
            keep = f.copy()
            silence(record.padded, 0, d_c, d_a)
            silence(record.padded, 1, keep)

        depth[-len(d_output) :] = d_output
        to_past, time_t, c_from_time = recurrent_kernel.T, time[-1], d_c[0]
        d_a_ifg = d_a.reshape(*h.shape[:2], 4, -1)[:, :, :3]
        for t, depth_t, d_h_t, d_c_t, d_a_t, d_a_ifg_t, d_a_o_t, keep_t in backwards(depth, d_h, d_c, d_a, d_a_ifg, d_a_o, keep):
            np.add(depth_t, time_t, d_h_t)
            d_c_t *= d_h_t
            d_c_t += c_from_time
            d_a_ifg_t *= d_c_t[:, None]
            d_a_o_t *= d_h_t
            time_t = d_a_t.dot(to_past, time[t - 1])
            np.multiply(d_c_t, keep_t, c_from_time)
            if record.padded is not None:
                np.copyto(time_t, d_h_t, where=record.padded[t - 1])
            if t in cuts:
                time_t.fill(0)
                c_from_time.fill(0)
        d_h[0] = time_t

        np.multiply(d_h, o, d_tanh_c)
        np.multiply(d_h, tanh_c, d_o)
        np.multiply(d_c, g, d_i)
        np.multiply(d_c[1:], c[:-1], d_f[1:])
        np.multiply(d_c, i, d_g)
        silence(record.padded, 0, d_gates, d_tanh_c)
        d_kernel, d_bias, d_x = pull_projection(x, kernel, d_a)
        d_recurrent = over_time(h[:-1], d_a[1:])
        rows = (d_a_i, d_a_f, d_a_g, d_a_o, d_i, d_f, d_g, d_o, d_c, d_tanh_c, d_h, depth, time)
        return LayerTrace(rows, _GRADIENTS, record.timesteps, self.states), (d_kernel, d_recurrent, d_bias), d_x
