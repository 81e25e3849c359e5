"""Gradients kept short, by Keras's definitions. What is short enough stays as it is."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine.types import Array


def norm(array: Array) -> float:
    """The Euclidean norm of all numbers of an array, any shape."""
    flat = array.ravel()
    return math.sqrt(flat.dot(flat))


def clip_each_norm(gradients: Sequence[Array], limit: float) -> list[Array]:
    """Every gradient scaled down on its own to a norm of at most limit."""
    return [gradient * (limit / max(norm(gradient), limit)) for gradient in gradients]


def clip_global_norm(gradients: Sequence[Array], limit: float) -> list[Array]:
    """All gradients scaled down together, so that the norm of all their numbers is at most limit and their direction stays."""
    together = math.hypot(*map(norm, gradients))
    return [gradient * (limit / max(together, limit)) for gradient in gradients]


def clip_values(gradients: Sequence[Array], limit: float) -> list[Array]:
    """Every single number cut off at -limit and limit."""
    return [np.clip(gradient, -limit, limit) for gradient in gradients]
