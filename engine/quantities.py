"""Every quantity of every layer, declared once: its letter, its name in words, its formula and its role."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantity:
    """One letter of a layer's equations. role: input, pre-activation, state, output, or part (of a gradient, backward only)."""

    name: str
    label: str
    formula: str
    role: str
    gradient: str


QUANTITIES: dict[str, tuple[Quantity, ...]] = {
    "OneHot": (Quantity("x", "one-hot vector", "x_t[k] = 1 if k is the token, else 0", "input", "dL/dx_t = dL/da_t W^T"),),
    "SimpleRNN": (
        Quantity("a", "pre-activation", "a_t = x_t W + h_{t-1} U + b", "pre-activation", "dL/da_t = dL/dh_t f'(a_t)"),
        Quantity("h", "hidden state", "h_t = f(a_t)", "state", "dL/dh_t = dL/dh_t from depth + dL/dh_t from time"),
        Quantity("h_from_depth", "gradient from above", "", "part", "the part of dL/dh_t that the layer above, or the loss, sends down"),
        Quantity("h_from_time", "gradient from the future", "", "part", "dL/da_{t+1} U^T"),
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
