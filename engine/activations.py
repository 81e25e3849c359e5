"""Activations: each function beside its derivative, both computed from the pre-activation a.

The derivative is not written in the function's result: 1 - tanh² loses its digits as tanh nears 1, and is 0 from |a| = 19 on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.errors import EngineError
from engine.types import Array, DType, read_only


@dataclass(frozen=True, slots=True)
class Activation:
    """y = function(a, out); dL/da = dL/dy * derivative(a, out), which `slope` names, with the letter of a in place of {0}."""

    name: str
    function: Callable[[Array, Array], Array]
    derivative: Callable[[Array, Array], Array]
    slope: str


def linear(a: Array, out: Array) -> Array:
    """a, any shape -> the same numbers in out."""
    out[...] = a
    return out


def linear_slope(a: Array, out: Array) -> Array:
    """1."""
    out.fill(1)
    return out


def tanh_slope(a: Array, out: Array) -> Array:
    """sech² a = 4 e^(-2|a|) / (1 + e^(-2|a|))², with |a| by the real part."""
    scale_by(2, minus_size(a, out))
    return scale_by(4, ratio_of_decay(out))


def relu(a: Array, out: Array) -> Array:
    """max(a, 0), by the sign of the real part."""
    return np.multiply(a, a.real > 0, out=out)


def relu_slope(a: Array, out: Array) -> Array:
    """1 where a > 0, else 0."""
    out[...] = a.real > 0
    return out


def sigmoid(a: Array, out: Array) -> Array:
    """1 / (1 + e^-a), exact to a few units in the last place."""
    return one_by_one_plus(decay(a, largest_power(out.dtype), out), constant(1, out.dtype), out)


def sigmoid_slope(a: Array, out: Array) -> Array:
    """e^-|a| / (1 + e^-|a|)², with |a| by the real part."""
    return ratio_of_decay(minus_size(a, out))


def decay(a: Array, largest: Array, out: Array) -> Array:
    """e^-a, or e^largest where that is smaller, by the real part, by which NumPy orders complex numbers."""
    np.negative(a, out)
    return np.exp(np.minimum(out, largest, out=out), out)


def one_by_one_plus(decayed: Array, one: Array, out: Array) -> Array:
    """1 / (1 + e^-a) of e^-a."""
    return np.divide(one, np.add(decayed, one, out), out)


def minus_size(a: Array, out: Array) -> Array:
    """-|a|: of a and -a the one with the smaller real part. out may be a itself."""
    if a.dtype.kind == "c":
        return np.minimum(a, -a, out=out)
    return np.negative(np.abs(a, out), out)


def ratio_of_decay(minus_a: Array) -> Array:
    """e^-a / (1 + e^-a)² of -a, in place."""
    decayed = np.exp(minus_a, minus_a)
    shifted = decayed + constant(1, decayed.dtype)
    decayed /= shifted
    decayed /= shifted
    return decayed


def scale_by(factor: int, array: Array) -> Array:
    """The same array, each number times the factor."""
    array *= constant(factor, array.dtype)
    return array


def softplus(a: Array) -> Array:
    """log(1 + e^a) = max(a, 0) + log1p(e^-|a|), exact to a few units in the last place, by the real part."""
    logarithm: Array = np.maximum(a, 0) + softplus_tail(a)
    return logarithm


def softplus_tail(a: Array) -> Array:
    """log1p(e^-|a|): what log(1 + e^a) is more than max(a, 0)."""
    logarithm: Array = np.log1p(np.exp(minus_size(a, np.empty_like(a))))
    return logarithm


@lru_cache(maxsize=32)
def constant(value: float, dtype: DType) -> Array:
    """A number as an array, because a Python number would be converted at every call."""
    return read_only(np.array(value, dtype))


@lru_cache(maxsize=8)
def largest_power(dtype: DType) -> Array:
    """The largest b whose e^b is used: 0.4 below the limit of what can be held, so that a complex quotient may form sums √2 times as
    large. What is smaller than e^-b is a subnormal number, within 1e-308 of it."""
    return read_only(np.array(np.log(np.finfo(dtype).max) - 0.4, dtype))


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
        Activation("tanh", np.tanh, tanh_slope, "sech^2"),
        Activation("sigmoid", sigmoid, sigmoid_slope, "sigmoid'"),
        Activation("relu", relu, relu_slope, "{0} > 0"),
        Activation("linear", linear, linear_slope, "1"),
    )
}


def require_activation(name: str, known: tuple[str, ...]) -> None:
    """An EngineError unless the layer knows an activation of this name."""
    if name not in known:
        raise EngineError("activation", f"`activation` must be one of {', '.join(known)}. Received: {name!r}.")
