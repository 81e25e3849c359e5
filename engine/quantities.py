"""Every quantity of every layer, declared once: its letter, its name in words, its formula and its role."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantity:
    """One letter of a layer's equations. role: input, pre-activation, gate, candidate, memory, state, output, or part (of a gradient,
    backward only)."""

    name: str
    label: str
    formula: str
    role: str
    gradient: str


PARTS = "dL/dh_t = dL/dh_t from depth + dL/dh_t from time"
FROM_DEPTH = Quantity(
    "h_from_depth", "gradient from above", "", "part", "the part of dL/dh_t that the layer above, or the loss, sends down"
)

QUANTITIES: dict[str, tuple[Quantity, ...]] = {
    "OneHot": (Quantity("x", "one-hot vector", "x_t[k] = 1 if k is the token, else 0", "input", "dL/dx_t = dL/da_t W^T"),),
    "Embedding": (Quantity("x", "word vector", "x_t = row of the embeddings for the token", "input", "dL/dx_t = dL/da_t W^T"),),
    "SimpleRNN": (
        Quantity("a", "pre-activation", "a_t = x_t W + h_{t-1} U + b", "pre-activation", "dL/da_t = dL/dh_t f'(a_t)"),
        Quantity("h", "hidden state", "h_t = f(a_t)", "state", PARTS),
        FROM_DEPTH,
        Quantity("h_from_time", "gradient from the future", "", "part", "dL/da_{t+1} U^T"),
    ),
    "LSTM": (
        Quantity(
            "a_i", "pre-activation of the input gate", "a_i = x_t W_i + h_{t-1} U_i + b_i", "pre-activation", "dL/da_i = dL/di σ'(a_i)"
        ),
        Quantity(
            "a_f", "pre-activation of the forget gate", "a_f = x_t W_f + h_{t-1} U_f + b_f", "pre-activation", "dL/da_f = dL/df σ'(a_f)"
        ),
        Quantity(
            "a_g", "pre-activation of the candidate", "a_g = x_t W_g + h_{t-1} U_g + b_g", "pre-activation", "dL/da_g = dL/dg sech²(a_g)"
        ),
        Quantity(
            "a_o", "pre-activation of the output gate", "a_o = x_t W_o + h_{t-1} U_o + b_o", "pre-activation", "dL/da_o = dL/do σ'(a_o)"
        ),
        Quantity("i", "input gate", "i = σ(a_i)", "gate", "dL/di = dL/dc_t g"),
        Quantity("f", "forget gate", "f = σ(a_f)", "gate", "dL/df = dL/dc_t c_{t-1}"),
        Quantity("g", "candidate", "g = tanh(a_g)", "candidate", "dL/dg = dL/dc_t i"),
        Quantity("o", "output gate", "o = σ(a_o)", "gate", "dL/do = dL/dh_t tanh(c_t)"),
        Quantity("c", "cell state", "c_t = f c_{t-1} + i g", "state", "dL/dc_t = dL/dtanh(c_t) sech²(c_t) + dL/dc_{t+1} f_{t+1}"),
        Quantity("tanh_c", "what the cell state shows", "tanh(c_t)", "memory", "dL/dtanh(c_t) = dL/dh_t o"),
        Quantity("h", "hidden state", "h_t = o tanh(c_t)", "state", PARTS),
        FROM_DEPTH,
        Quantity(
            "h_from_time",
            "gradient from the future",
            "",
            "part",
            "dL/da_i U_i^T + dL/da_f U_f^T + dL/da_g U_g^T + dL/da_o U_o^T of t+1",
        ),
    ),
    "GRU": (
        Quantity(
            "a_z", "pre-activation of the update gate", "a_z = x_t W_z + h_{t-1} U_z + b_z", "pre-activation", "dL/da_z = dL/dz σ'(a_z)"
        ),
        Quantity(
            "a_r", "pre-activation of the reset gate", "a_r = x_t W_r + h_{t-1} U_r + b_r", "pre-activation", "dL/da_r = dL/dr σ'(a_r)"
        ),
        Quantity("z", "update gate", "z = σ(a_z)", "gate", "dL/dz = dL/dh_t (h_{t-1} - n)"),
        Quantity("r", "reset gate", "r = σ(a_r)", "gate", "dL/dr = dL/da_n m, or dL/dm h_{t-1} if reset before"),
        Quantity(
            "m",
            "memory for the candidate",
            "m = h_{t-1} U_n + b'_n, or r h_{t-1} if reset before",
            "memory",
            "dL/dm = dL/da_n r, or dL/da_n U_n^T",
        ),
        Quantity(
            "a_n",
            "pre-activation of the candidate",
            "a_n = x_t W_n + b_n + r m, or x_t W_n + b_n + m U_n if reset before",
            "pre-activation",
            "dL/da_n = dL/dn sech²(a_n)",
        ),
        Quantity("n", "candidate", "n = tanh(a_n)", "candidate", "dL/dn = dL/dh_t (1 - z)"),
        Quantity("h", "hidden state", "h_t = z h_{t-1} + (1 - z) n", "state", PARTS),
        FROM_DEPTH,
        Quantity(
            "h_from_time",
            "gradient from the future",
            "",
            "part",
            "dL/dh_t z + dL/da_z U_z^T + dL/da_r U_r^T + dL/dm U_n^T (or dL/dm r if reset before) of t+1",
        ),
    ),
    "Bidirectional": (
        Quantity("h", "both hidden states", "h_t = [forward h_t, backward h_t]", "state", "dL/dh_t = dL/da_t W^T of the layer above"),
    ),
    "Dropout": (
        Quantity("m", "mask", "m = 0 where x is dropped, else 1 / (1 - rate); 1 where nothing is", "memory", "none: it is drawn"),
        Quantity("y", "what is left", "y = m x", "output", "dL/dy = dL/da W^T of the layer above"),
    ),
    "Dense": (
        Quantity("a", "pre-activation", "a = x W + b", "pre-activation", "dL/da = (y - target) / N, or dL/dy f'(a)"),
        Quantity("y", "output", "y = f(a)", "output", "dL/dy"),
    ),
}


def all_quantities(layer: str) -> tuple[str, ...]:
    """The letters that have a gradient: those of forward_quantities and the parts of gradients."""
    return tuple(quantity.name for quantity in QUANTITIES[layer])


def forward_quantities(layer: str) -> tuple[str, ...]:
    """The letters that a layer computes on its way forward, in the order of its equations."""
    return tuple(quantity.name for quantity in QUANTITIES[layer] if quantity.role != "part")
