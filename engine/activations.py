"""Activations: each function beside its derivative, which is written in the function's own result y."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.errors import EngineError
from engine.types import Array


@dataclass(frozen=True, slots=True)
class Activation:
    """y = function(a, out); dL/da = dL/dy * derivative(y, out), which `slope` spells with the letter of y in place of {0}."""

    name: str
    function: Callable[[Array, Array], Array]
    derivative: Callable[[Array, Array], Array]
    slope: str


def linear(a: Array, out: Array) -> Array:
    """a, any shape -> the same numbers in out."""
    out[...] = a
    return out


def linear_slope(y: Array, out: Array) -> Array:
    """1."""
    out.fill(1)
    return out


def tanh_slope(y: Array, out: Array) -> Array:
    """1 - y^2."""
    out.fill(1)
    out -= y * y
    return out


def relu(a: Array, out: Array) -> Array:
    """max(a, 0), by the sign of the real part."""
    return np.multiply(a, a.real > 0, out=out)


def relu_slope(y: Array, out: Array) -> Array:
    """1 where y > 0, else 0."""
    out[...] = y.real > 0
    return out


def sigmoid(a: Array, out: Array) -> Array:
    """1 / (1 + exp(-a)), by way of its logarithm, which does not overflow."""
    return np.exp(-softplus(-a), out)


def sigmoid_slope(y: Array, out: Array) -> Array:
    """y (1 - y)."""
    out.fill(1)
    out -= y
    out *= y
    return out


def softplus(a: Array) -> Array:
    """log(exp(0) + exp(a)), shifted by the larger of 0 and a, so that nothing overflows."""
    if a.dtype.kind != "c":
        return np.logaddexp(np.zeros((), a.dtype), a)
    larger = np.maximum(a.real, 0)  # logaddexp knows no complex numbers
    logarithm: Array = larger + np.log(np.exp(-larger) + np.exp(a - larger))
    return logarithm


def softmax(a: Array, out: Array) -> Array:
    """exp(a) / sum(exp(a)) over the last axis; the shift by the largest a changes nothing but the range."""
    np.exp(a - a.real.max(axis=-1, keepdims=True), out=out)
    out /= out.sum(axis=-1, keepdims=True)
    return out


def softmax_pull_back(y: Array, d_y: Array) -> Array:
    """dL/da_j = y_j (dL/dy_j - sum_k dL/dy_k y_k): the one activation whose units depend on one another."""
    d_a: Array = y * (d_y - (d_y * y).sum(axis=-1, keepdims=True))
    return d_a


ELEMENTWISE = {
    activation.name: activation
    for activation in (
        Activation("tanh", np.tanh, tanh_slope, "1 - {0}^2"),
        Activation("sigmoid", sigmoid, sigmoid_slope, "{0} (1 - {0})"),
        Activation("relu", relu, relu_slope, "{0} > 0"),
        Activation("linear", linear, linear_slope, "1"),
    )
}


def require_activation(name: str, known: tuple[str, ...]) -> None:
    """An EngineError unless the layer knows an activation of this name."""
    if name not in known:
        raise EngineError("activation", f"`activation` must be one of {', '.join(known)}. Received: {name!r}.")
