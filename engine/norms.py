"""How large the gradient is in every cell, and how much of it came by depth and how much by time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.layers.recurrent import Recurrent
from engine.trace import Gradients
from engine.types import Array


class CellNorms(NamedTuple):
    """Of one layer, each (timesteps,): |dL/dh_t|, and the norms of its two parts, of which it is the norm of the sum."""

    whole: Array
    from_depth: Array
    from_time: Array


def cell_norms(gradients: Gradients, example: int = 0) -> list[CellNorms]:
    """The norms of every recurrent layer, from the bottom up, of one example of a run."""
    records = [record for layer, record in zip(gradients.trace.stack, gradients.layers, strict=True) if isinstance(layer, Recurrent)]
    return [CellNorms(*(norms(record[name][example]) for name in ("h", "h_from_depth", "h_from_time"))) for record in records]


def norms(rows: Array) -> Array:
    """(rows, units) -> (rows,): Euclidean norms, also of numbers whose squares are too small or too large for a float."""
    largest = np.abs(rows).max(axis=1)
    scale = np.where((largest > 0) & np.isfinite(largest), largest, 1)
    scaled = rows / scale[:, np.newaxis]
    lengths: Array = scale * np.sqrt(np.einsum("tu,tu->t", scaled, scaled))
    return lengths
