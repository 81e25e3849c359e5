"""The stored numbers of Keras and PyTorch, as scripts/reference.py and scripts/reference_optimizers.py made them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "reference"


def about(name: str) -> dict[str, Any]:
    """Returns the description of the vectors: cases and versions."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def vectors(name: str, prefix: str) -> dict[str, np.ndarray]:
    """Returns the arrays under a prefix, which their keys lose. Nobody can write to them: each is read from the file once."""
    return {key.removeprefix(prefix): array for key, array in _arrays(name).items() if key.startswith(prefix)}


@cache
def _arrays(name: str) -> dict[str, np.ndarray]:
    with np.load(FOLDER / f"{name}.npz") as stored:
        arrays = dict(stored)
    for array in arrays.values():
        array.flags.writeable = False
    return arrays
