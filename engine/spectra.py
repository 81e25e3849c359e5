"""The size of recurrent kernels, and what follows from it for the gradient: Pascanu, Mikolov and Bengio 2013, section 2.1.

Where the slope of the activation is at most gamma, one timestep makes a gradient at most gamma times the largest singular value of U
longer. So below 1/gamma it vanishes for certain; above it may explode, but need not. Nothing of the kind holds of an LSTM's or a GRU's
kernels, because their states have a second way through time, which passes no kernel.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.layers import SimpleRNN
from engine.layers.recurrent import Recurrent

STEEPEST = {"tanh": 1.0, "sigmoid": 0.25, "relu": 1.0, "linear": 1.0}  # gamma
ROUNDING = 1e-12  # an orthogonal kernel has singular values of 1 only as far as a float can tell

VANISHES, CANNOT_EXPLODE, MAY_EXPLODE, GATED = "vanishes", "cannot_explode", "may_explode", "gated"


class Meter(NamedTuple):
    """One gate's part of a recurrent kernel: its largest singular value and spectral radius (both without unit); threshold: 1/gamma, None
    for a gate of an LSTM or GRU; verdict: what follows, by name."""

    gate: str
    singular_value: float
    spectral_radius: float
    threshold: float | None
    verdict: str


def meters(layer: Recurrent) -> list[Meter]:
    """One meter for each gate, in the order of the kernel's columns."""
    parts = np.stack(np.split(layer.weight("recurrent_kernel"), len(layer.gates), axis=1))  # (gates, units, units)
    singular_values = np.linalg.svd(parts, compute_uv=False).max(axis=1).tolist()
    radii = np.abs(np.linalg.eigvals(parts)).max(axis=1).tolist()
    threshold = 1 / STEEPEST[layer.activation] if isinstance(layer, SimpleRNN) else None
    linear = isinstance(layer, SimpleRNN) and layer.activation == "linear"
    return [
        Meter(gate, singular_value, radius, threshold, verdict(radius if linear else singular_value, threshold))
        for gate, singular_value, radius in zip(layer.gates, singular_values, radii, strict=True)
    ]


def verdict(size: float, threshold: float | None) -> str:
    """vanishes: below the threshold, for certain; cannot_explode: at it; may_explode: above it; gated: there is none. Size is the largest
    singular value; for a linear activation the spectral radius, which then decides (in the long run) and is never larger."""
    if threshold is None:
        return GATED
    if abs(size - threshold) <= ROUNDING * threshold:
        return CANNOT_EXPLODE
    return VANISHES if size < threshold else MAY_EXPLODE
