"""How each number follows from others: per layer class and quantity, forward, backward, and for the weights' gradients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.activations import ELEMENTWISE, softplus
from engine.explanation import Factor, QuantityAddress, Term, constant
from engine.layers import Dense, Layer, OneHot, SimpleRNN
from engine.losses import log_softmax
from engine.reader import Reader, products

Terms = tuple[Term, ...]
Recipe = Callable[[Reader, QuantityAddress], tuple[str, Terms]]


def recorded(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """A number that was given, not computed."""
    return "constant", (Term.of(constant(read.one(at.layer, at.timestep, at.quantity, at.unit, at.batch).value)),)


def dense_a(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """a = x W + b."""
    x = read.vector(at.layer - 1, at.timestep, read.input_of(at.layer), at.batch)
    bias = Term.of(read.single(at.layer, "bias", at.unit))
    return "sum", (*products(x, read.column(at.layer, "kernel", at.unit)), bias)


def simple_rnn_a(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """a_t = x_t W + h_{t-1} U + b."""
    _, (*depth, bias) = dense_a(read, at)
    past = read.vector(at.layer, at.timestep - 1, "h", at.batch)
    return "sum", (*depth, *products(past, read.column(at.layer, "recurrent_kernel", at.unit)), bias)


def simple_rnn_h(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """h_t = f(a_t), or the state that the run began with."""
    return recorded(read, at) if at.timestep < 0 else activated(read, at)


def activated(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """f(a)."""
    name = read.activation(at.layer)
    a = read.one(at.layer, at.timestep, "a", at.unit, at.batch)
    result = read.one(at.layer, at.timestep, at.quantity, at.unit, at.batch).value
    return name, (Term.of(Factor(a.value, a.address, name, result)),)


def slope(read: Reader, at: QuantityAddress) -> Factor:
    """f'(a), written in f(a) itself."""
    activation = ELEMENTWISE[read.activation(at.layer)]
    quantity = read.layer(at.layer).output
    y = read.one(at.layer, at.timestep, quantity, at.unit, at.batch)
    return Factor(y.value, y.address, activation.slope.format(quantity), activation.derivative(np.array(y.value), np.empty(())).item())


def from_above(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """What the layer above, or the loss, sends down to an output; nothing where nothing leaves the layer."""
    above = at.layer + 1
    if at.layer == read.last:
        return "sum", error(read, at) if at.timestep in read.output_timesteps else ()
    if at.timestep not in read.trace.layers[above].timesteps:
        return "sum", ()
    return "sum", products(read.vector(above, at.timestep, "a", at.batch, gradient=True), read.row(above, "kernel", at.unit))


def from_time(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """dL/da_{t+1} U^T; nothing after the last timestep."""
    after = at.timestep + 1
    if after == read.trace.layers[at.layer].timesteps.stop:
        return "sum", ()
    return "sum", products(read.vector(at.layer, after, "a", at.batch, gradient=True), read.row(at.layer, "recurrent_kernel", at.unit))


def simple_rnn_d_h(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """The sum of the two parts; an initial state is reached through time alone."""
    if at.timestep < 0:
        return from_time(read, at)
    parts = (read.one(at.layer, at.timestep, name, at.unit, at.batch, gradient=True) for name in ("h_from_depth", "h_from_time"))
    return "sum", tuple(map(Term.of, parts))


def activated_d_a(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """dL/da = dL/d output * f'(a)."""
    d_output = read.one(at.layer, at.timestep, read.layer(at.layer).output, at.unit, at.batch, gradient=True)
    return "product", (Term.of(d_output, slope(read, at)),)


def dense_d_a(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """The loss's own gradient where it enters at a; else through the activation."""
    if at.layer == read.last and read.require_gradients().rule.activation:
        return "sum", error(read, at)
    if read.activation(at.layer) == "softmax":
        return "sum", softmax_d_a(read, at)
    return activated_d_a(read, at)


def softmax_d_a(read: Reader, at: QuantityAddress) -> Terms:
    """y_j dL/dy_j - sum_k y_j y_k dL/dy_k."""
    y = read.vector(at.layer, at.timestep, "y", at.batch)
    d_y = read.vector(at.layer, at.timestep, "y", at.batch, gradient=True)
    own = y[at.unit]
    return (Term.of(own, d_y[at.unit]), *(Term.of(negative(own), other, d_other) for other, d_other in zip(y, d_y, strict=True)))


def error(read: Reader, at: QuantityAddress) -> Terms:
    """(y - target) times the loss's own constant, as two terms."""
    gradients = read.require_gradients()
    y = read.one(at.layer, at.timestep, read.layer(at.layer).output, at.unit, at.batch)
    scale = constant(gradients.rule.scale(gradients.target))
    return Term.of(y, scale), Term.of(negative(read.target(at.timestep, at.unit, at.batch)), scale)


def negative(factor: Factor) -> Factor:
    """The same number with its sign turned."""
    return Factor(factor.value, factor.address, "negative", -factor.value)


LossFactors = tuple[tuple[Factor, ...], ...]


def binary_terms(read: Reader, timestep: int, unit: int, batch: int) -> LossFactors:
    """target * -log y, (1 - target) * -log(1 - y), both from a."""
    target = read.target(timestep, unit, batch)
    a = read.one(read.last, timestep, "a", unit, batch)
    missed = Factor(a.value, a.address, "-log sigmoid", softplus(np.array(-a.value)).item())
    false_alarm = Factor(a.value, a.address, "-log(1 - sigmoid)", softplus(np.array(a.value)).item())
    return (target, missed), (Factor(target.value, target.address, "1 - target", 1 - target.value), false_alarm)


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
    """The terms of L, over every output of the batch."""
    gradients = read.require_gradients()
    terms = LOSS_TERMS[gradients.rule.name]
    scale = constant(1 / gradients.rule.count(gradients.target))
    _, batch, units = gradients.target.shape
    places = ((b, t, u) for b in range(batch) for t in read.output_timesteps for u in range(units))
    return tuple(Term.of(*factors, scale) for b, t, u in places for factors in terms(read, t, u, b))


def weight_terms(read: Reader, layer: int, name: str, index: tuple[int, ...]) -> Terms:
    """dL/dW = sum x^T dL/da, dL/dU = sum h_{t-1}^T dL/da, dL/db = sum dL/da: over every row of the batch and every timestep."""
    timesteps = read.trace.layers[layer].timesteps
    places = [(batch, timestep) for batch in range(read.trace.output.shape[0]) for timestep in timesteps]
    arriving = (read.one(layer, timestep, "a", index[-1], batch, gradient=True) for batch, timestep in places)
    if name == "bias":
        return tuple(map(Term.of, arriving))
    source, quantity, back = (layer - 1, read.input_of(layer), 0) if name == "kernel" else (layer, "h", 1)
    return products((read.one(source, timestep - back, quantity, index[0], batch) for batch, timestep in places), arriving)


FORWARD: dict[tuple[type[Layer], str], Recipe] = {
    (OneHot, "x"): recorded,
    (SimpleRNN, "a"): simple_rnn_a,
    (SimpleRNN, "h"): simple_rnn_h,
    (Dense, "a"): dense_a,
    (Dense, "y"): activated,
}

BACKWARD: dict[tuple[type[Layer], str], Recipe] = {
    (OneHot, "x"): from_above,
    (SimpleRNN, "h"): simple_rnn_d_h,
    (SimpleRNN, "h_from_depth"): from_above,
    (SimpleRNN, "h_from_time"): from_time,
    (SimpleRNN, "a"): activated_d_a,
    (Dense, "y"): from_above,
    (Dense, "a"): dense_d_a,
}
