"""The recipes of the LSTM."""

from __future__ import annotations

from engine.explanation import QuantityAddress, Term
from engine.layers import LSTM
from engine.reader import Reader
from engine.recipes.shared import (
    Table,
    Terms,
    d_product_of,
    from_above,
    from_time,
    function_of,
    product_of,
    recurrent_a,
    silent,
    slope,
    state,
    through,
    through_recurrent_kernel,
    whole,
)

SQUASHED = {"i": "sigmoid", "f": "sigmoid", "g": "tanh", "o": "sigmoid"}


def c(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """c_t = f c_{t-1} + i g."""
    kept = Term.of(read.beside(at, "f"), read.beside(at, "c", back=1))
    return "sum", (kept, Term.of(read.beside(at, "i"), read.beside(at, "g")))


def d_c(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """dL/dc_t = dL/dtanh(c_t) (1 - tanh(c_t)^2), and dL/dc_{t+1} f_{t+1}; a padded timestep hands it on as it is."""
    shown = at.timestep >= 0 and not read.is_padded(at.layer, at.timestep, at.batch)
    terms = [Term.of(read.d(at, "tanh_c"), slope(read, at, "c", "tanh"))] if shown else []
    if not read.is_last_of_window(at.layer, at.timestep):
        forget = [] if read.is_padded(at.layer, at.timestep + 1, at.batch) else [read.beside(at, "f", back=-1)]
        terms.append(Term.of(read.d(at, "c", back=-1), *forget))
    return "sum", tuple(terms)


def d_f(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """dL/df = dL/dc_t c_{t-1}."""
    return "product", (Term.of(read.d(at, "c"), read.beside(at, "c", back=1)),)


back = from_time(through_recurrent_kernel)

FORWARD: Table = {
    **{(LSTM, f"a_{gate}"): recurrent_a for gate in SQUASHED},
    **{(LSTM, gate): function_of(f"a_{gate}", name) for gate, name in SQUASHED.items()},
    (LSTM, "c"): state(c),
    (LSTM, "tanh_c"): function_of("c", "tanh"),
    (LSTM, "h"): state(product_of("o", "tanh_c")),
}

BACKWARD: Table = {
    **{(LSTM, f"a_{gate}"): through(gate, name) for gate, name in SQUASHED.items()},
    (LSTM, "i"): silent(d_product_of("c", "g")),
    (LSTM, "f"): silent(d_f),
    (LSTM, "g"): silent(d_product_of("c", "i")),
    (LSTM, "o"): silent(d_product_of("h", "tanh_c")),
    (LSTM, "c"): d_c,
    (LSTM, "tanh_c"): silent(d_product_of("h", "o")),
    (LSTM, "h"): whole(back),
    (LSTM, "h_from_depth"): from_above,
    (LSTM, "h_from_time"): back,
}
