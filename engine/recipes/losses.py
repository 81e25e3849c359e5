"""The terms of the loss."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.activations import softplus
from engine.explanation import Factor, Term, constant
from engine.losses import log_softmax
from engine.reader import Reader
from engine.recipes.shared import Terms, one_minus

LossFactors = tuple[tuple[Factor, ...], ...]


def binary_terms(read: Reader, timestep: int, unit: int, batch: int) -> LossFactors:
    """target * -log y, (1 - target) * -log(1 - y), both from a."""
    target = read.target(timestep, unit, batch)
    a = read.one(read.last, timestep, "a", unit, batch)
    missed = Factor(a.value, a.address, "-log sigmoid", softplus(np.array(-a.value)).item())
    false_alarm = Factor(a.value, a.address, "-log(1 - sigmoid)", softplus(np.array(a.value)).item())
    return (target, missed), (one_minus(target, "target"), false_alarm)


def categorical_terms(read: Reader, timestep: int, unit: int, batch: int) -> LossFactors:
    """target * -log y, from a."""
    vector = read.vector(read.last, timestep, "a", batch)
    result = -log_softmax(np.array([factor.value for factor in vector]))[unit].item()
    return ((read.target(timestep, unit, batch), Factor(vector[unit].value, vector[unit].address, "-log softmax", result)),)


def squared_terms(read: Reader, timestep: int, unit: int, batch: int) -> LossFactors:
    """(y - target)^2 as y y - 2 y target + target target."""
    y = read.one(read.last, timestep, read.layer(read.last).output, unit, batch)
    target = read.target(timestep, unit, batch)
    return (y, y), (constant(-2.0), y, target), (target, target)


LOSS_TERMS: dict[str, Callable[[Reader, int, int, int], LossFactors]] = {
    "binary_crossentropy": binary_terms,
    "categorical_crossentropy": categorical_terms,
    "mse": squared_terms,
}


def loss_terms(read: Reader) -> Terms:
    """The terms of L, over every output of the batch that does not stand at padding."""
    gradients = read.require_gradients()
    terms = LOSS_TERMS[gradients.rule.name]
    scale = constant(1 / gradients.rule.count(gradients.target, read.trace.padded_outputs))
    _, batch, units = gradients.target.shape
    heard = ((b, t) for b in range(batch) for t in read.output_timesteps if not read.is_unheard(t, b))
    places = ((b, t, u) for b, t in heard for u in range(units))
    return tuple(Term.of(*factors, *read.sample_weight(t, b), scale) for b, t, u in places for factors in terms(read, t, u, b))
