"""What the recurrent layers have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.activations import minus_size, ratio_of_decay, scale_by
from engine.initializers import Initializer, Orthogonal, RecurrentInitializer, require_recurrent_initializer
from engine.layers.layer import Layer, require_size
from engine.sums import sum_over_rows
from engine.types import Array, Shape

CACHED = 2**17  # numbers; one megabyte of them in float64


@dataclass(frozen=True)
class Recurrent(Layer):
    """A cell of `units`, used again at every timestep; it hands up every state, or the last one only."""

    units: int
    return_sequences: bool = False
    recurrent_initializer: RecurrentInitializer = field(default=Orthogonal(), kw_only=True, repr=False)

    def __post_init__(self) -> None:
        require_size("units", self.units)
        require_recurrent_initializer(self.recurrent_initializer)

    @property
    def width(self) -> int:
        """units."""
        return self.units

    @property
    def keeps_timesteps(self) -> bool:
        """return_sequences."""
        return self.return_sequences

    def weight_shapes(self, features: int) -> tuple[Shape, ...]:
        """kernel, recurrent_kernel, bias: one group of columns per gate."""
        columns = len(self.gates) * self.units
        return (features, columns), (self.units, columns), (columns,)

    def initializer(self, name: str) -> Initializer:
        """The recurrent kernel begins as the layer was told."""
        return self.recurrent_initializer if name == "recurrent_kernel" else super().initializer(name)

    def outgoing(self, h: Array) -> Array:
        """(1 + timesteps, batch, units) -> what the layer above receives."""
        return h[1:] if self.return_sequences else h[-1:]


def window_starts(steps: int, window: int | None) -> range:
    """The rows at which a window begins, backwards: nothing goes from there to the row before. Windows are counted from the end; the
    first of them, which may be shorter, still hears of the initial state."""
    return range(steps - window + 1, 1, -window) if window else range(0)


def side_by_side(block: Array) -> Array:
    """(quantities, rows, batch, units), still without meaning -> the same memory as (rows, batch, quantities * units), for one product."""
    quantities, rows, batch, units = block.shape
    return block.reshape(rows, batch, quantities * units)


def apart(array: Array, quantities: int) -> Array:
    """(rows, batch, quantities * units) -> a view (quantities, rows, batch, units)."""
    rows, batch, columns = array.shape
    return array.reshape(rows, batch, quantities, columns // quantities).transpose(2, 0, 1, 3)


def forwards(*rows: Array) -> Iterator[tuple[Any, ...]]:
    """t = 1, 2, ... and what each array, (1 + timesteps, ...), holds at t: to iterate is quicker than to index."""
    timesteps = zip(range(len(rows[0])), *rows, strict=False)  # the range ends it: an array would end with an IndexError, which costs
    next(timesteps)
    return timesteps


def backwards(*rows: Array) -> Iterator[tuple[Any, ...]]:
    """The same from the last timestep to t = 1."""
    return zip(range(len(rows[0]) - 1, 0, -1), *[array[:0:-1] for array in rows], strict=False)


def over_batch(constants: Array, batch: int) -> Array:
    """(columns,) -> (batch, columns): on two arrays of one shape NumPy needs a third of the time."""
    rows = np.empty((batch, len(constants)), constants.dtype)
    rows[...] = constants
    return rows


def project(x: Array, kernel: Array, bias: Array, a: Array) -> None:
    """x (timesteps, batch, features) -> x @ kernel + bias in a[1:], as many timesteps at once as stay in the cache for their bias."""
    rows, inputs = a[1:].reshape(-1, a.shape[-1]), x.reshape(-1, x.shape[-1])
    at_once = max(1, CACHED // a.shape[-1])
    for start in range(0, len(rows), at_once):
        part = inputs[start : start + at_once].dot(kernel, rows[start : start + at_once])
        part += bias


def pull_projection(x: Array, kernel: Array, d_a: Array) -> tuple[Array, Array, Array]:
    """dL/da[1:] -> dL/d kernel, bias and x: sums over batch and timesteps, one product each."""
    rows = d_a[1:].reshape(-1, d_a.shape[-1])
    return over_time(x, d_a[1:]), sum_over_rows(rows), rows.dot(kernel.T).reshape(x.shape)


def over_time(left: Array, d_right: Array) -> Array:
    """(timesteps, batch, rows) and (timesteps, batch, columns) -> the sum of left^T d_right over batch and timesteps, as one product."""
    product: Array = left.reshape(-1, left.shape[-1]).T.dot(d_right.reshape(-1, d_right.shape[-1]))
    return product


def gate_slopes(a: Sequence[Array], candidate: int, out: Array) -> Array:
    """The slopes of gates, σ', and of the one candidate among them, sech², from their pre-activations (rows, batch, units) each; out
    (rows, batch, gates * units), for all of them at once."""
    minus_size(np.concatenate(a, axis=2, out=out), out)
    candidates = apart(out, len(a))[candidate]
    scale_by(2, candidates)
    ratio_of_decay(out)
    scale_by(4, candidates)
    return out


def silence(padded: Array | None, value: float, *rows: Array) -> None:
    """The value wherever a timestep is padding; padded (timesteps, batch, 1) or None, rows (1 + timesteps, batch, ...)."""
    if padded is not None:
        for array in rows:
            np.copyto(array[1:], value, where=padded)
