"""The cell that mixes its old state with a candidate: two gates, in both of the forms that are in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.activations import constant, decay, largest_power, one_by_one_plus
from engine.initializers import Orthogonal, glorot_uniform, zeros
from engine.layers.layer import Pulled
from engine.layers.recurrent import (
    Recurrent,
    apart,
    backwards,
    forwards,
    gate_slopes,
    over_batch,
    over_time,
    project,
    pull_projection,
    side_by_side,
    silence,
    window_starts,
)
from engine.quantities import all_quantities, forward_quantities
from engine.sums import sum_over_rows
from engine.trace import LayerTrace
from engine.types import Array, Shape, State

_QUANTITIES, _GRADIENTS = forward_quantities("GRU"), all_quantities("GRU")


@dataclass(frozen=True)
class GRU(Recurrent):
    """h_t = z h_{t-1} + (1 - z) n, columns z r n: kernel (features, 3*units), recurrent_kernel (units, 3*units), bias (2, 3*units).

    reset_after: n = tanh(x W_n + r m), m = h_{t-1} U_n + b'_n; else n = tanh(x W_n + m U_n), m = r h_{t-1}, and bias (3*units,).
    """

    quantities: ClassVar = _QUANTITIES
    output: ClassVar = "h"
    states: ClassVar = ("h",)
    gates: ClassVar = ("a_z", "a_r", "a_n")
    initializers: ClassVar = {"kernel": glorot_uniform, "recurrent_kernel": Orthogonal(), "bias": zeros}

    reset_after: bool = True

    def weight_shapes(self, features: int) -> tuple[Shape, ...]:
        """kernel, recurrent_kernel, bias: with reset_after two rows, of the input and of the recurrent side."""
        kernel, recurrent_kernel, bias = super().weight_shapes(features)
        return kernel, recurrent_kernel, (2, *bias) if self.reset_after else bias

    def forward(self, x: Array, timesteps: range, state: State, padded: Array | None = None) -> tuple[LayerTrace, Array]:
        """x (timesteps, batch, features), state (h_0,) or () for zeros -> every quantity; row 0 holds h_0."""
        kernel, U_zr, U_n, bias, b_n = self._parts()
        steps, batch, _ = x.shape
        block = np.zeros((8, steps + 1, batch, self.units), self.dtype)
        a, z_r, (m, n, h) = side_by_side(block[:3]), side_by_side(block[3:5]), block[5:]
        (a_z, a_r, a_n), a_zr, (z, r) = apart(a, 3), a[..., : 2 * self.units], apart(z_r, 2)
        b_n, largest, one = over_batch(b_n, batch), largest_power(self.dtype), constant(1, self.dtype)

        project(x, kernel, bias, a)
        from_past, product = np.empty(a_zr.shape[1:], self.dtype), np.empty(h.shape[1:], self.dtype)
        decayed = np.empty_like(from_past)
        decayed_z = decayed[:, : self.units]
        h_past = h[0]
        if state:
            h_past[...] = state[0]
        for t, a_zr_t, a_n_t, z_r_t, z_t, r_t, m_t, n_t, h_t in forwards(a_zr, a_n, z_r, z, r, m, n, h):
            a_zr_t += h_past.dot(U_zr, from_past)
            one_by_one_plus(decay(a_zr_t, largest, decayed), one, z_r_t)
            if self.reset_after:
                np.add(h_past.dot(U_n, m_t), b_n, m_t)
                a_n_t += np.multiply(r_t, m_t, product)
            else:
                a_n_t += np.multiply(r_t, h_past, m_t).dot(U_n, product)
            np.tanh(a_n_t, n_t)
            np.multiply(np.multiply(decayed_z, z_t, h_t), n_t, h_t)  # 1 - z = e^-a z, which keeps its digits where z nears 1
            h_t += np.multiply(z_t, h_past, product)
            if padded is not None:
                np.copyto(h_t, h_past, where=padded[t - 1])
            h_past = h_t
        rows = (a_z, a_r, z, r, m, a_n, n, h)
        return LayerTrace(rows, _QUANTITIES, timesteps, self.states, padded), self.outgoing(h)

    def backward(self, x: Array, record: LayerTrace, d_output: Array, window: int | None = None) -> Pulled:
        """d_output = dL/dh of the last or of all timesteps, which enters as depth -> dL/d every quantity, the weights and x."""
        kernel, U_zr, U_n, _, _ = self._parts()
        a_z, a_r, a_n = map(record.rows_from_initial, self.gates)
        z, r, m, n, h = map(record.rows_from_initial, ("z", "r", "m", "n", "h"))
        block = np.zeros((10, *h.shape), self.dtype)
        d_a, d_zr, (d_m, d_n, d_h, depth, time) = side_by_side(block[:3]), side_by_side(block[3:5]), block[5:]
        (d_a_z, d_a_r, d_a_n), d_a_zr, (d_z, d_r) = apart(d_a, 3), d_a[..., : 2 * self.units], apart(d_zr, 2)
        past = np.concatenate([h[:1], h[:-1]])  # h_{t-1} in row t
        keep, reset = z, m if self.reset_after else past  # reset: what r is multiplied with

        z_slope, n_slope = past - n, decay(a_z, largest_power(self.dtype), np.empty_like(n))  # dh_t/dz; dh_t/dn = 1 - z = e^-a z
        n_slope *= z
        if record.padded is not None:
            keep = z.copy()
            silence(record.padded, 0, z_slope, n_slope)
            silence(record.padded, 1, keep)
        own_z, own_r, own_n = apart(gate_slopes((a_z, a_r, a_n), 2, np.empty_like(d_a)), 3)
        a_z_slope, a_r_slope, a_n_slope = z_slope * own_z, reset * own_r, n_slope * own_n

        depth[-len(d_output) :] = d_output
        time_t, product, cuts = time[-1], np.empty(h.shape[1:], self.dtype), window_starts(len(x), window)
        slopes, found = (a_z_slope, a_r_slope, a_n_slope, r, keep), (depth, d_h, d_a_zr, d_a_z, d_a_r, d_a_n, d_m)
        for t, a_z_slope_t, a_r_slope_t, a_n_slope_t, r_t, keep_t, depth_t, d_h_t, d_a_zr_t, d_a_z_t, d_a_r_t, d_a_n_t, d_m_t in backwards(
            *slopes, *found
        ):
            np.add(depth_t, time_t, d_h_t)
            np.multiply(d_h_t, a_z_slope_t, d_a_z_t)
            np.multiply(d_h_t, a_n_slope_t, d_a_n_t)
            if self.reset_after:
                np.multiply(d_a_n_t, a_r_slope_t, d_a_r_t)
                time_t = np.multiply(d_a_n_t, r_t, d_m_t).dot(U_n.T, time[t - 1])
            else:
                np.multiply(d_a_n_t.dot(U_n.T, d_m_t), a_r_slope_t, d_a_r_t)
                time_t = np.multiply(d_m_t, r_t, time[t - 1])
            time_t += d_a_zr_t.dot(U_zr.T, product)
            time_t += np.multiply(d_h_t, keep_t, product)
            if t in cuts:
                time_t.fill(0)
        d_h[0] = time_t

        np.multiply(d_h, z_slope, d_z)
        np.multiply(d_h, n_slope, d_n)
        np.multiply(d_a_n if self.reset_after else d_m, reset, d_r)
        d_kernel, d_bias, d_x = pull_projection(x, kernel, d_a)
        d_n_side, source = (d_m, past) if self.reset_after else (d_a_n, m)
        d_recurrent = np.concatenate([over_time(past[1:], d_a_zr[1:]), over_time(source[1:], d_n_side[1:])], axis=1)
        if self.reset_after:
            d_bias = np.stack([d_bias, np.concatenate([d_bias[: 2 * self.units], sum_over_rows(d_m[1:].reshape(-1, self.units))])])
        rows = (d_a_z, d_a_r, d_z, d_r, d_m, d_a_n, d_n, d_h, depth, time)
        return LayerTrace(rows, _GRADIENTS, record.timesteps, self.states), (d_kernel, d_recurrent, d_bias), d_x

    def _parts(self) -> tuple[Array, Array, Array, Array, Array]:
        """kernel, the recurrent kernel's columns z r and n, the bias of x @ kernel (with what z and r get from the past), and b'_n."""
        kernel, recurrent_kernel, bias = self.weights
        cut = 2 * self.units
        U_zr, U_n = (np.ascontiguousarray(part) for part in (recurrent_kernel[:, :cut], recurrent_kernel[:, cut:]))
        if not self.reset_after:
            return kernel, U_zr, U_n, bias, bias[cut:]
        joined = bias[0].copy()
        joined[:cut] += bias[1, :cut]
        return kernel, U_zr, U_n, joined, bias[1, cut:]
