"""The words that the engine's signatures share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
ArrayLike = npt.ArrayLike
DType = np.dtype[Any]
Shape = tuple[int, ...]
Weights = tuple[Array, ...]
State = tuple[Array, ...]
Generator = np.random.Generator


def read_only(array: Array) -> Array:
    """The same array, which can no longer be written to."""
    array.setflags(False)  # type: ignore[call-arg]  # write=False: by name it takes twice as long
    return array
