"""Sums as products with ones: for the few numbers of a lecture, NumPy's own sum takes twice as long."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from engine.types import Array, DType, read_only


def sum_over_rows(array: Array) -> Array:
    """(rows, units) -> (units,)."""
    total: Array = _ones(len(array), array.dtype).dot(array)
    return total


def sum_over_all(array: Array, weights: Array | None = None) -> Any:
    """The sum of every number, any shape; each times its weight, if there are some, which broadcast."""
    if weights is not None:
        array = array * weights
    return _ones(array.size, array.dtype).dot(array.ravel())


@lru_cache(maxsize=64)
def _ones(length: int, dtype: DType) -> Array:
    return read_only(np.ones(length, dtype))
