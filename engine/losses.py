"""Losses: each value beside its gradient, and the place where that gradient enters. L is a mean, and so is its gradient."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.activations import softplus
from engine.errors import EngineError
from engine.layers import Dense, Layer
from engine.sums import sum_over_all
from engine.types import Array


@dataclass(frozen=True, slots=True)
class Loss:
    """L = total / N. activation: what the last Dense must have for a loss that is computed from its a; None: from any output.
    right: which outputs say what the target says; None: they are plain numbers, close or far."""

    name: str
    activation: str | None
    total: Callable[[Array, Array, Array | None], Any]
    count: Callable[[Array], int]
    power: int
    right: Callable[[Array, Array], Array] | None

    def entry(self, last: Layer) -> str:
        """The quantity of the last layer that the loss is computed from, where its gradient enters."""
        return "a" if self.activation else last.output

    def value(self, entering: Array, target: Array, weights: Array | None = None) -> Any:
        """The loss of a, or of the output, (timesteps, batch, units), with weights (timesteps, batch, 1), which N does not know of."""
        return self.total(entering, target, weights) / self.count(target)

    def scale(self, target: Array) -> float:
        """The constant of the gradient: 1/N, or 2/N for a square."""
        return self.power / self.count(target)

    def gradient(self, output: Array, target: Array, weights: Array | None = None) -> Array:
        """dL/d entry, (timesteps, batch, units): all these losses pull by (y - target), times the weight."""
        d_entry: Array = (output - target) * self.scale(target)
        if weights is not None:
            d_entry *= weights
        return d_entry

    def judge(self, output: Array, target: Array, weights: Array | None = None) -> tuple[float, float]:
        """(timesteps, batch, units) -> how many outputs are right, of how many that can be, each counted by its weight; accuracy is the
        one by the other."""
        if self.right is None:
            return 0.0, 0.0
        right = self.right(output, target)
        shares = np.ones_like(right, dtype=float) if weights is None else np.broadcast_to(weights, right.shape)
        return float(shares[right].sum()), float(shares.sum())


def log_softmax(a: Array) -> Array:
    """log of softmax over the last axis."""
    shifted = a - a.real.max(axis=-1, keepdims=True)
    logarithm: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logarithm


def binary_crossentropy(a: Array, target: Array, weights: Array | None) -> Any:
    """sum(-target log y - (1 - target) log(1 - y)) for y = sigmoid(a)."""
    return sum_over_all(softplus(a) - target * a, weights)


def categorical_crossentropy(a: Array, target: Array, weights: Array | None) -> Any:
    """-sum(target log y) for y = softmax(a)."""
    return -sum_over_all(target * log_softmax(a), weights)


def squared_error(y: Array, target: Array, weights: Array | None) -> Any:
    """sum (y - target)^2."""
    return sum_over_all(np.square(y - target), weights)


def outputs(target: Array) -> int:
    """N where every unit counts: batch x timesteps x units."""
    return int(target.size)


def vectors(target: Array) -> int:
    """N where a whole vector counts once: batch x timesteps."""
    return math.prod(target.shape[:-1])


def right_verdicts(output: Array, target: Array) -> Array:
    """Whether y says yes, above 0.5, where the target says 1, and no where it says 0."""
    right: Array = (output > 0.5) == target
    return right


def right_classes(output: Array, target: Array) -> Array:
    """Whether the likeliest class is the target's."""
    right: Array = output.argmax(axis=-1, keepdims=True) == target.argmax(axis=-1, keepdims=True)
    return right


LOSSES = {
    loss.name: loss
    for loss in (
        Loss("binary_crossentropy", "sigmoid", binary_crossentropy, outputs, power=1, right=right_verdicts),
        Loss("categorical_crossentropy", "softmax", categorical_crossentropy, vectors, power=1, right=right_classes),
        Loss("mse", None, squared_error, outputs, power=2, right=None),
    )
}


def require_distributions(target: Array) -> None:
    """An EngineError unless every vector adds up to 1: only then is (y - target) / N the gradient behind a softmax."""
    if abs(target.sum(axis=-1) - 1).max() > 1e-6:
        raise EngineError("y", "`y` must add up to 1 in every vector: it holds one probability per class.")


def find_loss(name: str, last: Layer) -> Loss:
    """The loss of this name; an EngineError if there is none, or if the last layer does not fit it."""
    rule = LOSSES.get(name)
    if rule is None:
        raise EngineError("loss", f"`loss` must be one of {', '.join(LOSSES)}. Received: {name!r}.")
    if rule.activation and not (isinstance(last, Dense) and last.activation == rule.activation):
        raise EngineError("loss", f"`{name}` needs a last Dense with activation {rule.activation!r}. Received: {last!r}.")
    return rule
