"""Losses: each value beside its gradient, and the place where that gradient enters. L is a mean, and so is its gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.activations import sigmoid, softplus_tail
from engine.errors import EngineError
from engine.layers import Dense, Layer
from engine.sums import sum_over_all
from engine.types import Array

LARGEST = float(np.finfo(np.float64).max)


@dataclass(frozen=True, slots=True)
class Loss:
    """L = total / N, over the outputs that no mask leaves out.

    activation: what the last Dense must have for a loss that is computed from its a; None: from any output.
    error: what the gradient at the entry is a multiple of, from entry, output and target: output - target, with all its digits.
    right: which outputs say what the target says; None: they are plain numbers, close or far.
    shares: whether a target is a share of 1."""

    name: str
    activation: str | None
    total: Callable[[Array, Array, Array | None], Any]
    error: Callable[[Array, Array, Array], Array]
    counted: Callable[[int, int], int]
    power: int
    right: Callable[[Array, Array], Array] | None
    shares: bool

    def entry(self, last: Layer) -> str:
        """The quantity of the last layer that the loss is computed from, where its gradient enters."""
        return "a" if self.activation else last.output

    def count(self, target: Array, padded: Array | None = None) -> int:
        """N of targets (timesteps, batch, units), of which those at padding (timesteps, batch, 1) do not count; 1 where none is left."""
        *_, units = target.shape
        places: int = target.size // units if padded is None else max(1, padded.size - int(np.count_nonzero(padded)))
        return self.counted(places, units)

    def value(self, entering: Array, target: Array, weights: Array | None = None, padded: Array | None = None) -> Any:
        """The loss of a, or of the output, (timesteps, batch, units), with weights (timesteps, batch, 1), which N does not know of."""
        return self.total(entering, target, heard(weights, padded, target)) / self.count(target, padded)

    def scale(self, target: Array, padded: Array | None = None) -> float:
        """The constant of the gradient: 1/N, or 2/N for a square."""
        return self.power / self.count(target, padded)

    def gradient(self, entering: Array, output: Array, target: Array, weights: Array | None = None, padded: Array | None = None) -> Array:
        """dL/d entry, (timesteps, batch, units): all these losses pull by (y - target), times the weight; nothing pulls at padding."""
        d_entry: Array = self.error(entering, output, target) * self.scale(target, padded)
        weights = heard(weights, padded, target)
        if weights is not None:
            d_entry *= weights
        return d_entry

    def judge(self, output: Array, target: Array, weights: Array | None = None, padded: Array | None = None) -> tuple[float, float]:
        """(timesteps, batch, units) -> how many outputs are right, of how many that can be, each counted by its weight; accuracy is the
        one by the other."""
        if self.right is None:
            return 0.0, 0.0
        right = self.right(output, target)
        weights = heard(weights, padded, target)
        shares = np.ones_like(right, dtype=float) if weights is None else np.broadcast_to(weights, right.shape)
        return float(shares[right].sum()), float(shares.sum())


def heard(weights: Array | None, padded: Array | None, target: Array) -> Array | None:
    """What the loss of each output is multiplied with, (timesteps, batch, 1): its weight, and 0 at padding; None: all count the same."""
    if padded is None:
        return weights
    return (~padded).astype(target.real.dtype) if weights is None else np.where(padded, 0, weights)


def log_softmax(a: Array) -> Array:
    """log of softmax over the last axis."""
    largest = a.real.argmax(axis=-1, keepdims=True)
    shifted = a - np.take_along_axis(a, largest, axis=-1)
    shares = np.exp(shifted)
    np.put_along_axis(shares, largest, 0, axis=-1)  # the largest has exp(0) = 1, and log1p(others) keeps the digits of small others
    logarithm: Array = shifted - np.log1p(shares.sum(axis=-1, keepdims=True))
    return logarithm


def binary_crossentropy(a: Array, target: Array, weights: Array | None) -> Any:
    """sum(-target log y - (1 - target) log(1 - y)) for y = sigmoid(a), as max(a, 0) - target a + log1p(e^-|a|)."""
    return sum_over_all(np.maximum(a, 0) - target * a + softplus_tail(a), weights)


def categorical_crossentropy(a: Array, target: Array, weights: Array | None) -> Any:
    """-sum(target log y) for y = softmax(a)."""
    return -sum_over_all(target * log_softmax(a), weights)


def squared_error(y: Array, target: Array, weights: Array | None) -> Any:
    """sum (y - target)^2."""
    return sum_over_all(np.square(y - target), weights)


def difference(entering: Array, output: Array, target: Array) -> Array:
    """y - target."""
    error: Array = output - target
    return error


def binary_error(a: Array, output: Array, target: Array) -> Array:
    """y - target = (1 - target) y - target (1 - y), where 1 - y = sigmoid(-a) has digits even if y rounds to 1."""
    error: Array = (1 - target) * output - target * sigmoid(-a, np.empty_like(a))
    return error


def categorical_error(a: Array, output: Array, target: Array) -> Array:
    """The same, where 1 - y of the largest y is the sum of the others."""
    largest = output.real.argmax(axis=-1, keepdims=True)
    others, rest = output.copy(), 1 - output
    np.put_along_axis(others, largest, 0, axis=-1)
    np.put_along_axis(rest, largest, others.sum(axis=-1, keepdims=True), axis=-1)
    error: Array = (1 - target) * output - target * rest
    return error


def outputs(places: int, units: int) -> int:
    """N where every unit counts: batch x timesteps x units."""
    return places * units


def vectors(places: int, units: int) -> int:
    """N where a whole vector counts once: batch x timesteps."""
    return places


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
        Loss("binary_crossentropy", "sigmoid", binary_crossentropy, binary_error, outputs, 1, right_verdicts, shares=True),
        Loss("categorical_crossentropy", "softmax", categorical_crossentropy, categorical_error, vectors, 1, right_classes, shares=True),
        Loss("mse", None, squared_error, difference, outputs, 2, None, shares=False),
    )
}


def require_targets(rule: Loss, target: Array, padded: Array | None = None) -> None:
    """Raises an EngineError unless the labels are finite, those of a cross-entropy from 0 to 1, and behind a softmax add up to 1 in every
    vector that counts: only then is (y - target) / N the gradient."""
    labels = target.real
    least, most = (0.0, 1.0) if rule.shares else (-LARGEST, LARGEST)
    for label in (np.minimum.reduce(labels, axis=None), np.maximum.reduce(labels, axis=None)):  # both are NaN where one label is
        if not least <= label <= most:
            kind = f"numbers from 0 to 1 for {rule.name}" if rule.shares else "finite numbers"
            raise EngineError("y", f"`y` must hold {kind}. Received: {label.item()!r}.")
    if rule.activation == "softmax":
        sums = labels.sum(axis=-1)
        off = abs(sums - 1) if padded is None else np.where(padded[:, :, 0], 0, abs(sums - 1))
        if off.max() > 1e-6:
            received = sums.flat[off.argmax()].item()
            message = f"`y` must add up to 1 in every vector: it holds one probability per class. Received a sum of {received!r}."
            raise EngineError("y", message)


def find_loss(name: str, last: Layer) -> Loss:
    """The loss of this name; an EngineError if there is none, or if the last layer does not fit it."""
    rule = LOSSES.get(name)
    if rule is None:
        raise EngineError("loss", f"`loss` must be one of {', '.join(LOSSES)}. Received: {name!r}.")
    if rule.activation and not (isinstance(last, Dense) and last.activation == rule.activation):
        raise EngineError("loss", f"`{name}` needs a last Dense with activation {rule.activation!r}. Received: {last!r}.")
    return rule
