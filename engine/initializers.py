"""Initial weights, by Keras's definitions and with a NumPy Generator of our own."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.errors import EngineError
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


@dataclass(frozen=True, slots=True)
class Orthogonal:
    """Keras's: gain times a matrix that is orthonormal along its shorter side, for all gates together."""

    gain: float = 1.0

    def __post_init__(self) -> None:
        _require_finite("gain", self.gain)

    def __call__(self, shape: Shape, rng: Generator) -> Array:
        """(units, gates * units)."""
        return self.gain * orthogonal(shape, rng)


@dataclass(frozen=True, slots=True)
class ScaledOrthogonal:
    """For every gate an orthogonal matrix of its own, times the spectral radius: each of its eigenvalues is that large."""

    spectral_radius: float = 1.0

    def __post_init__(self) -> None:
        _require_finite("spectral_radius", self.spectral_radius)
        if self.spectral_radius < 0:
            raise EngineError("spectral_radius", f"`spectral_radius` must be 0 or more. Received: {self.spectral_radius!r}.")

    def __call__(self, shape: Shape, rng: Generator) -> Array:
        """(units, gates * units)."""
        units, columns = shape
        return self.spectral_radius * np.concatenate([orthogonal((units, units), rng) for _ in range(columns // units)], axis=1)


@dataclass(frozen=True, slots=True)
class Identity:
    """For every gate gain times the identity; draws nothing."""

    gain: float = 1.0

    def __post_init__(self) -> None:
        _require_finite("gain", self.gain)

    def __call__(self, shape: Shape, rng: Generator) -> Array:
        """(units, gates * units)."""
        units, columns = shape
        return self.gain * np.tile(np.eye(units), columns // units)


RecurrentInitializer = Orthogonal | ScaledOrthogonal | Identity
RECURRENT_INITIALIZERS: dict[str, type[RecurrentInitializer]] = {
    "orthogonal": Orthogonal,
    "scaled_orthogonal": ScaledOrthogonal,
    "identity": Identity,
}


def require_recurrent_initializer(value: object) -> None:
    """An EngineError unless it is one of the three."""
    if not isinstance(value, RecurrentInitializer):
        message = "`recurrent_initializer` must be Orthogonal(...), ScaledOrthogonal(...) or Identity(...)."
        raise EngineError("recurrent_initializer", f"{message} Received: {value!r}.")


def _require_finite(field: str, number: object) -> None:
    if not isinstance(number, int | float) or isinstance(number, bool) or not math.isfinite(number):
        raise EngineError(field, f"`{field}` must be a finite number. Received: {number!r}.")


def zeros(shape: Shape, rng: Generator) -> Array:
    """All zero; draws nothing."""
    return np.zeros(shape)


def forget_bias(shape: Shape, rng: Generator) -> Array:
    """An LSTM's bias, (4*units,): one for the forget gate, which keeps at first, and zero for the others."""
    return np.repeat([0.0, 1.0, 0.0, 0.0], shape[0] // 4)
