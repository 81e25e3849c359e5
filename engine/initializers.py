"""Initial weights, by Keras's definitions and with a NumPy Generator of our own."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from engine.types import Array, Generator, Shape

Initializer = Callable[[Shape, Generator], Array]


def glorot_uniform(shape: Shape, rng: Generator) -> Array:
    """(fan_in, fan_out), uniform in +-sqrt(6 / (fan_in + fan_out))."""
    limit = math.sqrt(6 / sum(shape))
    return rng.uniform(-limit, limit, shape)


def uniform(shape: Shape, rng: Generator) -> Array:
    """Uniform in +-0.05, as embeddings begin."""
    return rng.uniform(-0.05, 0.05, shape)


def orthogonal(shape: Shape, rng: Generator) -> Array:
    """(rows, columns), orthonormal along its shorter side: the Q of a normal matrix, with signs that make it unique."""
    rows, columns = shape
    q, r = np.linalg.qr(rng.normal(size=(max(shape), min(shape))))
    q = q * np.sign(np.diag(r))
    return q if rows >= columns else q.T


def zeros(shape: Shape, rng: Generator) -> Array:
    """All zero; draws nothing."""
    return np.zeros(shape)


def forget_bias(shape: Shape, rng: Generator) -> Array:
    """An LSTM's bias, (4*units,): one for the forget gate, which keeps at first, and zero for the others."""
    return np.repeat([0.0, 1.0, 0.0, 0.0], shape[0] // 4)
