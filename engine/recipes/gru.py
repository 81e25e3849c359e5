"""The recipes of the GRU, with the reset after the recurrent kernel or before it."""

from __future__ import annotations

from engine.explanation import QuantityAddress, Term
from engine.layers import GRU
from engine.reader import Reader, products
from engine.recipes.shared import (
    Table,
    Terms,
    from_above,
    from_time,
    function_of,
    negative,
    one_minus_gate,
    projected,
    recurrent_a,
    silent,
    state,
    through,
    whole,
)


def m(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """m = h_{t-1} U_n + b'_n; reset before: m = r h_{t-1}."""
    if not read.resets_after(at.layer):
        return "product", (Term.of(read.beside(at, "r"), read.beside(at, "h", back=1)),)
    past = read.vector(at.layer, at.timestep - 1, "h", at.batch)
    column = read.column_of(at, "a_n")
    return "sum", (*products(past, read.column(at.layer, "recurrent_kernel", column)), Term.of(read.biases(at.layer, column)[1]))


def a_n(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """a_n = x_t W_n + b_n + r m; reset before: a_n = x_t W_n + b_n + m U_n."""
    _, depth = projected(read, at)
    if read.resets_after(at.layer):
        return "sum", (*depth, Term.of(read.beside(at, "r"), read.beside(at, "m")))
    memory = read.vector(at.layer, at.timestep, "m", at.batch)
    return "sum", (*depth, *products(memory, read.column(at.layer, "recurrent_kernel", read.column_of(at))))


def h(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """h_t = z h_{t-1} + (1 - z) n."""
    kept = Term.of(read.beside(at, "z"), read.beside(at, "h", back=1))
    return "sum", (kept, Term.of(one_minus_gate(read.beside(at, "a_z")), read.beside(at, "n")))


def d_z(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """dL/dz = dL/dh_t h_{t-1} - dL/dh_t n."""
    d_h = read.d(at, "h")
    return "sum", (Term.of(d_h, read.beside(at, "h", back=1)), Term.of(negative(d_h), read.beside(at, "n")))


def d_r(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """dL/dr = dL/da_n m; reset before: dL/dr = dL/dm h_{t-1}."""
    after = read.resets_after(at.layer)
    factors = (read.d(at, "a_n"), read.beside(at, "m")) if after else (read.d(at, "m"), read.beside(at, "h", back=1))
    return "product", (Term.of(*factors),)


def d_m(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """dL/dm = dL/da_n r; reset before: dL/dm = dL/da_n U_n^T."""
    if read.resets_after(at.layer):
        return "product", (Term.of(read.d(at, "a_n"), read.beside(at, "r")),)
    d_a_n = read.arriving(at.layer, at.timestep, ("a_n",), at.batch)
    return "sum", products(d_a_n, read.row(at.layer, "recurrent_kernel", at.unit)[-len(d_a_n) :])


def d_n(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """dL/dn = dL/dh_t (1 - z)."""
    return "product", (Term.of(read.d(at, "h"), one_minus_gate(read.beside(at, "a_z"))),)


def d_h_from_time(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """dL/dh z + dL/da_z U_z^T + dL/da_r U_r^T, and dL/dm U_n^T, all of t+1; reset before: the last is dL/dm r."""
    straight = Term.of(read.d(at, "h", back=-1), read.beside(at, "z", back=-1))
    after = read.resets_after(at.layer)
    d_a = read.arriving(at.layer, at.timestep + 1, ("a_z", "a_r", "m") if after else ("a_z", "a_r"), at.batch)
    gates = products(d_a, read.row(at.layer, "recurrent_kernel", at.unit)[: len(d_a)])
    reset = () if after else (Term.of(read.d(at, "m", back=-1), read.beside(at, "r", back=-1)),)
    return "sum", (straight, *gates, *reset)


back = from_time(d_h_from_time)

FORWARD: Table = {
    (GRU, "a_z"): recurrent_a,
    (GRU, "a_r"): recurrent_a,
    (GRU, "z"): function_of("a_z", "sigmoid"),
    (GRU, "r"): function_of("a_r", "sigmoid"),
    (GRU, "m"): m,
    (GRU, "a_n"): a_n,
    (GRU, "n"): function_of("a_n", "tanh"),
    (GRU, "h"): state(h),
}

BACKWARD: Table = {
    (GRU, "a_z"): through("z", "sigmoid"),
    (GRU, "a_r"): through("r", "sigmoid"),
    (GRU, "z"): silent(d_z),
    (GRU, "r"): d_r,
    (GRU, "m"): d_m,
    (GRU, "a_n"): through("n", "tanh"),
    (GRU, "n"): silent(d_n),
    (GRU, "h"): whole(back),
    (GRU, "h_from_depth"): from_above,
    (GRU, "h_from_time"): back,
}
