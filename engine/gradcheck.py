"""BPTT against the complex step: Im L(w + ih) / h, which loses no digits to a difference."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

import numpy as np

from engine.sequential import Sequential
from engine.types import Array, ArrayLike, State

STEP = 1e-30
FLOOR = 1e-2  # of the whole gradient's norm: what is smaller than that is measured against it


def gradcheck(
    model: Sequential,
    x: ArrayLike,
    y: ArrayLike,
    loss: str,
    initial_state: Sequence[ArrayLike | Sequence[ArrayLike]] | None = None,
    mask: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    *,
    dropout_seed: int | None = None,
) -> float:
    """The largest relative error over every weight, the input vectors and the initial states."""
    trace = model.forward(x, initial_state, mask, dropout_seed=dropout_seed)
    gradients = model.backward(trace, y, loss, sample_weight)
    computed = [*gradients.weights, gradients.inputs, *_flat(gradients.initial_state)]

    weights = [weight.astype(complex) for weight in trace.weights]
    inputs = trace.inputs.astype(complex)
    states = [tuple(part.astype(complex) for part in _flat([entry])) for entry in trace.initial_state]
    probe = copy.copy(model)

    def run(words: ArrayLike) -> complex:
        probe.set_weights(weights)
        initial = [state if len(state) > 1 else state[0] for state in states]
        shifted = probe.forward(words, initial, trace.mask, dropout_seed=dropout_seed)
        return complex(probe.loss(shifted, y, loss, sample_weight))

    reference = [_complex_step(lambda: run(x), weight) for weight in weights]
    reference += [_complex_step(lambda: run(inputs), array) for array in (inputs, *_flat(states))]
    floor = FLOOR * np.sqrt(sum(np.square(array).sum() for array in reference))
    return max(_relative(*pair, floor) for pair in zip(computed, reference, strict=True))


def _complex_step(run: Callable[[], complex], array: Array) -> Array:
    """dL/d array by one run per number, which is shifted in place and put back."""
    derivative = np.empty(array.shape)
    for place in np.ndindex(array.shape):
        number = array[place]
        array[place] = number + STEP * 1j
        derivative[place] = run().imag / STEP
        array[place] = number
    return derivative


def _relative(computed: Array, reference: Array, floor: float) -> float:
    scale = np.maximum(np.abs(reference), floor)
    return float(np.max(np.abs(computed - reference) / np.where(scale > 0, scale, 1)))


def _flat(states: Sequence[Array | State]) -> list[Array]:
    return [part for entry in states for part in (entry if isinstance(entry, tuple) else (entry,))]
