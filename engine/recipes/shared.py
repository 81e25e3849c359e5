"""How numbers follow from others in every kind of layer, forward and backward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.activations import ELEMENTWISE, sigmoid
from engine.explanation import Factor, QuantityAddress, Term, constant
from engine.layers import Dropout, Layer
from engine.reader import Reader, products

Terms = tuple[Term, ...]
Recipe = Callable[[Reader, QuantityAddress], tuple[str, Terms]]
Table = dict[tuple[type[Layer], str], Recipe]


def recorded(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """A number that was given, not computed."""
    return "constant", (Term.of(constant(read.at(at).value)),)


def state(computed: Recipe) -> Recipe:
    """A state as its cell computes it, as the run began with it, or, where the timestep is padding, as it was before."""

    def recipe(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
        if at.timestep < 0:
            return recorded(read, at)
        if read.is_padded(at.layer, at.timestep, at.batch):
            return "carried", (Term.of(read.beside(at, at.quantity, back=1)),)
        return computed(read, at)

    return recipe


def silent(computed: Recipe) -> Recipe:
    """A gradient as its cell computes it, or nothing where the timestep is padding: nothing depends on what was computed there."""

    def recipe(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
        return ("sum", ()) if read.is_padded(at.layer, at.timestep, at.batch) else computed(read, at)

    return recipe


def projected(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """a = x W + b."""
    x = read.vector(at.layer - 1, at.timestep, read.input_of(at.layer), at.batch)
    column = read.column_of(at)
    return "sum", (*products(x, read.column(at.layer, "kernel", column)), *map(Term.of, read.biases(at.layer, column)[:1]))


def recurrent_a(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """a_t = x_t W + h_{t-1} U + b."""
    _, (*depth, bias) = projected(read, at)
    past = read.vector(at.layer, at.timestep - 1, "h", at.batch)
    column = read.column_of(at)
    second = map(Term.of, read.biases(at.layer, column)[1:])
    return "sum", (*depth, *products(past, read.column(at.layer, "recurrent_kernel", column)), bias, *second)


def function_of(source: str, name: str) -> Recipe:
    """A number that is a named function of another one of its unit."""

    def recipe(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
        a = read.beside(at, source)
        return name, (Term.of(Factor(a.value, a.address, name, read.at(at).value)),)

    return recipe


def activated(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """f(a), with the layer's own f."""
    return function_of("a", read.activation(at.layer))(read, at)


def product_of(*quantities: str) -> Recipe:
    """A product of numbers of this unit and timestep."""

    def recipe(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
        return "product", (Term.of(*(read.beside(at, quantity) for quantity in quantities)),)

    return recipe


def d_product_of(quantity: str, other: str) -> Recipe:
    """The gradient of a product with respect to one factor: the product's own gradient times the other factor."""

    def recipe(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
        return "product", (Term.of(read.d(at, quantity), read.beside(at, other)),)

    return recipe


def slope(read: Reader, at: QuantityAddress, source: str, name: str) -> Factor:
    """f'(a) of a = source."""
    activation = ELEMENTWISE[name]
    a = read.beside(at, source)
    return Factor(a.value, a.address, activation.slope.format(source), activation.derivative(np.array(a.value), np.empty(())).item())


def through(quantity: str, name: str) -> Recipe:
    """dL/da = dL/d f(a) * f'(a), where quantity = f(a) and a is what is asked about."""

    def recipe(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
        return "product", (Term.of(read.d(at, quantity), slope(read, at, at.quantity, name)),)

    return recipe


def activated_d_a(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """dL/da = dL/d output * f'(a), with the layer's own f."""
    return through(read.layer(at.layer).output, read.activation(at.layer))(read, at)


def from_above(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """What the layer above, or the loss, sends down to an output; nothing where nothing leaves the layer."""
    above = at.layer + 1
    if at.layer == read.last:
        return "sum", error(read, at) if at.timestep in read.output_timesteps else ()
    if at.timestep not in read.trace.layers[above].timesteps:
        return "sum", ()
    if isinstance(read.layer(above), Dropout):
        beyond = replace(at, layer=above, quantity="y")
        return "product", (Term.of(read.beside(beyond, "m"), read.at(beyond)),)
    ways = [factor for kernel in read.layer(above).kernels for factor in read.row(above, kernel, at.unit)]
    return "sum", products(read.arriving(above, at.timestep, read.layer(above).gates, at.batch), ways)


def from_time(arriving: Recipe) -> Recipe:
    """What the next timestep sends back to a state: all of its own gradient where it is padding; nothing where sequence or window ends."""

    def recipe(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
        after = at.timestep + 1
        if read.is_last_of_window(at.layer, at.timestep):
            return "sum", ()
        if read.is_padded(at.layer, after, at.batch):
            return "carried", (Term.of(read.d(at, "h", back=-1)),)
        return arriving(read, at)

    return recipe


def through_recurrent_kernel(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """dL/da_{t+1} U^T."""
    d_a = read.arriving(at.layer, at.timestep + 1, read.layer(at.layer).gates, at.batch)
    return "sum", products(d_a, read.row(at.layer, "recurrent_kernel", at.unit))


def whole(back: Recipe) -> Recipe:
    """dL/dh: the sum of its two parts; an initial state is reached through time alone."""

    def recipe(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
        if at.timestep < 0:
            return back(read, at)
        return "sum", tuple(Term.of(read.d(at, name)) for name in ("h_from_depth", "h_from_time"))

    return recipe


def error(read: Reader, at: QuantityAddress) -> Terms:
    """(y - target) times the output's weight, if it has one, and the loss's own constant, as two terms; nothing at padding."""
    gradients = read.require_gradients()
    if read.is_unheard(at.timestep, at.batch):
        return ()
    y = read.beside(at, read.layer(at.layer).output)
    scale = *read.sample_weight(at.timestep, at.batch), constant(gradients.rule.scale(gradients.target, read.trace.padded_outputs))
    return Term.of(y, *scale), Term.of(negative(read.target(at.timestep, at.unit, at.batch)), *scale)


def negative(factor: Factor) -> Factor:
    """The same number with its sign turned."""
    return Factor(factor.value, factor.address, "negative", -factor.value)


def one_minus_gate(a: Factor) -> Factor:
    """What a gate leaves to others, 1 - σ(a) = σ(-a), from its pre-activation: where the gate nears 1, 1 - gate has no digits left."""
    return Factor(a.value, a.address, "1 - sigmoid", sigmoid(np.array(-a.value), np.empty(())).item())


def one_minus(factor: Factor, letter: str) -> Factor:
    """What a share leaves to others."""
    return Factor(factor.value, factor.address, f"1 - {letter}", 1 - factor.value)
