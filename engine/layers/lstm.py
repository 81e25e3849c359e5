"""The cell with a memory of its own: three gates, a candidate, and a line for c through time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.initializers import Orthogonal, forget_bias, glorot_uniform
from engine.layers.layer import Pulled
from engine.layers.recurrent import Recurrent, blank, over_time, project, pull_projection, silence, squash, window_starts
from engine.quantities import forward_quantities
from engine.trace import LayerTrace
from engine.types import Array, State

_A, _GATES = ("a_i", "a_f", "a_g", "a_o"), ("i", "f", "g", "o")
_FORWARD = (_A, _GATES, ("c",), ("tanh_c",), ("h",))
_BACKWARD = (*_FORWARD, ("h_from_depth",), ("h_from_time",))


@dataclass(frozen=True)
class LSTM(Recurrent):
    """c_t = f c_{t-1} + i g, h_t = o tanh(c_t), columns i f g o: kernel (features, 4*units), recurrent (units, 4*units), bias (4*units)."""

    quantities: ClassVar = forward_quantities("LSTM")
    output: ClassVar = "h"
    states: ClassVar = ("h", "c")
    gates: ClassVar = _A
    initializers: ClassVar = {"kernel": glorot_uniform, "recurrent_kernel": Orthogonal(), "bias": forget_bias}

    def forward(self, x: Array, timesteps: range, state: State, padded: Array | None = None) -> tuple[LayerTrace, Array]:
        """x (timesteps, batch, features), state (h_0, c_0) or () for zeros -> every quantity; row 0 holds h_0 and c_0."""
        kernel, recurrent_kernel, bias = self.weights
        steps, batch, _ = x.shape
        (a, gates, c, tanh_c, h), q = blank(_FORWARD, (steps + 1, batch, self.units), self.dtype)
        i, f, g, o = (q[name] for name in _GATES)
        scale = np.repeat(np.array([0.5, 0.5, 1, 0.5], self.dtype), self.units)
        shift = 1 - scale

        project(x, kernel, bias, a)
        from_past, i_g = np.empty(a.shape[1:], self.dtype), np.empty(c.shape[1:], self.dtype)
        h_t, c_t = h[0], c[0]
        if state:
            h_t[...], c_t[...] = state
        for t in range(1, steps + 1):
            a_t = a[t]
            a_t += h_t.dot(recurrent_kernel, from_past)
            squash(a_t, scale, shift, gates[t])
            c_t = np.multiply(f[t], c_t, c[t])
            c_t += np.multiply(i[t], g[t], i_g)
            if padded is not None:
                np.copyto(c_t, c[t - 1], where=padded[t - 1])
            h_t = np.multiply(o[t], np.tanh(c_t, tanh_c[t]), h[t])
            if padded is not None:
                np.copyto(h_t, h[t - 1], where=padded[t - 1])
        return LayerTrace(tuple(q.values()), tuple(q), timesteps, self.states, padded), self.outgoing(h)

    def backward(self, x: Array, record: LayerTrace, d_output: Array, window: int | None = None) -> Pulled:
        """d_output = dL/dh of the last or of all timesteps, which enters as depth -> dL/d every quantity, the weights and x."""
        kernel, recurrent_kernel, _ = self.weights
        i, f, g, o, c, tanh_c, h = map(record.rows_from_initial, (*_GATES, "c", "tanh_c", "h"))
        (d_a, _, d_c, _, d_h, depth, time), d = blank(_BACKWARD, h.shape, self.dtype)
        c_slope = o * (1 - tanh_c * tanh_c)  # dh_t/dc_t
        slope, keep = np.zeros_like(d_a).reshape(*h.shape[:2], 4, self.units), f.copy()  # dc_t/da_i, dc_t/da_f, dc_t/da_g, dh_t/da_o
        np.multiply(g, i * (1 - i), slope[:, :, 0])
        np.multiply(c[:-1], (f * (1 - f))[1:], slope[1:, :, 1])
        np.multiply(i, 1 - g * g, slope[:, :, 2])
        np.multiply(tanh_c, o * (1 - o), slope[:, :, 3])
        silence(record.padded, 0, c_slope, slope.reshape(d_a.shape))
        silence(record.padded, 1, keep)

        depth[-len(d_output) :] = d_output
        d_gates, cuts = d_a.reshape(slope.shape), window_starts(len(x), window)
        to_past, time_t, c_from_time = recurrent_kernel.T, time[-1], d_c[0]
        for t in range(len(x), 0, -1):
            d_h_t = np.add(depth[t], time_t, d_h[t])
            d_c_t = np.multiply(d_h_t, c_slope[t], d_c[t])
            d_c_t += c_from_time
            np.multiply(d_c_t[:, None], slope[t, :, :3], d_gates[t, :, :3])
            np.multiply(d_h_t, slope[t, :, 3], d_gates[t, :, 3])
            time_t = d_a[t].dot(to_past, time[t - 1])
            np.multiply(d_c_t, keep[t], c_from_time)
            if record.padded is not None:
                np.copyto(time_t, d_h_t, where=record.padded[t - 1])
            if t in cuts:
                time_t.fill(0)
                c_from_time.fill(0)
        d_h[0] = time_t

        np.multiply(d_h, o, d["tanh_c"])
        np.multiply(d_h, tanh_c, d["o"])
        np.multiply(d_c, g, d["i"])
        np.multiply(d_c[1:], c[:-1], d["f"][1:])
        np.multiply(d_c, i, d["g"])
        silence(record.padded, 0, d["tanh_c"], *(d[name] for name in _GATES))
        d_kernel, d_bias, d_x = pull_projection(x, kernel, d_a)
        d_recurrent = over_time(h[:-1], d_a[1:])
        return LayerTrace(tuple(d.values()), tuple(d), record.timesteps, self.states), (d_kernel, d_recurrent, d_bias), d_x
