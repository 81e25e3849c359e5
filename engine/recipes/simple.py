"""The recipes of the layers without gates: words, SimpleRNN, Dense."""

from __future__ import annotations

from engine.explanation import QuantityAddress, Term
from engine.layers import Dense, Dropout, Embedding, OneHot, SimpleRNN
from engine.reader import Reader
from engine.recipes.shared import (
    Table,
    Terms,
    activated,
    activated_d_a,
    error,
    from_above,
    from_time,
    negative,
    projected,
    recorded,
    recurrent_a,
    silent,
    state,
    through_recurrent_kernel,
    whole,
)


def embedded(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """The row of the token; a vector that was given in place of a token is what it is."""
    token = read.token(at.timestep, at.batch)
    if token is None:
        return recorded(read, at)
    return "row", (Term.of(read.single(at.layer, "embeddings", token, at.unit)),)


def dropped(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """y = m x."""
    x = read.one(at.layer - 1, at.timestep, read.input_of(at.layer), at.unit, at.batch)
    return "product", (Term.of(read.beside(at, "m"), x),)


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


back = from_time(through_recurrent_kernel)

FORWARD: Table = {
    (OneHot, "x"): recorded,
    (Embedding, "x"): embedded,
    (SimpleRNN, "a"): recurrent_a,
    (SimpleRNN, "h"): state(activated),
    (Dropout, "m"): recorded,
    (Dropout, "y"): dropped,
    (Dense, "a"): projected,
    (Dense, "y"): activated,
}

BACKWARD: Table = {
    (OneHot, "x"): from_above,
    (Embedding, "x"): from_above,
    (SimpleRNN, "h"): whole(back),
    (SimpleRNN, "h_from_depth"): from_above,
    (SimpleRNN, "h_from_time"): back,
    (SimpleRNN, "a"): silent(activated_d_a),
    (Dropout, "y"): from_above,
    (Dense, "y"): from_above,
    (Dense, "a"): dense_d_a,
}
