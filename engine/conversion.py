"""Weights in PyTorch's layout and in ours, which is Keras's: the same numbers in another order.

Keras writes an LSTM's columns i, f, c, o and a GRU's z, r, h: our i, f, g, o and z, r, n under other letters.
So what Keras gives is what we take.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.errors import EngineError
from engine.layers import GRU, LSTM, Bidirectional, Dense, Layer, Recurrent, SimpleRNN
from engine.types import Array, ArrayLike

# PyTorch's order of the gates, by their places in ours. Each is its own inverse, so one reordering serves both ways.
_ORDERS = {SimpleRNN: (0,), LSTM: (0, 1, 2, 3), GRU: (1, 0, 2)}
_NAMES = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


def to_torch(layer: Layer, weights: Sequence[ArrayLike]) -> dict[str, Array]:
    """A layer's weights in Keras's order -> copies, named as in the state_dict of PyTorch's module with one layer."""
    arrays = [np.asarray(weight) for weight in weights]
    _require_known(layer)
    if len(arrays) != len(layer.initializers):
        names = ", ".join(layer.initializers)
        raise EngineError("weights", f"`weights` of {layer!r} must be the arrays {names}. Received: {len(arrays)}.")
    if isinstance(layer, Bidirectional):
        forward, backward = arrays[: len(arrays) // 2], arrays[len(arrays) // 2 :]
        turned = {f"{name}_reverse": array for name, array in _cell_to_torch(layer.layer, backward).items()}
        return _cell_to_torch(layer.layer, forward) | turned
    if isinstance(layer, Recurrent):
        return _cell_to_torch(layer, arrays)
    if isinstance(layer, Dense):
        return {"weight": arrays[0].T.copy(), "bias": arrays[1].copy()}
    return {"weight": arrays[0].copy()} if arrays else {}


def from_torch(layer: Layer, tensors: Mapping[str, ArrayLike]) -> list[Array]:
    """The state_dict of PyTorch's module with one layer, as arrays -> copies in Keras's order, as Sequential.set_weights takes them."""
    _require_known(layer)
    if isinstance(layer, Bidirectional):
        return [*_cell_from_torch(layer.layer, tensors, ""), *_cell_from_torch(layer.layer, tensors, "_reverse")]
    if isinstance(layer, Recurrent):
        return _cell_from_torch(layer, tensors, "")
    if isinstance(layer, Dense):
        return [_read(tensors, "weight").T.copy(), _read(tensors, "bias").copy()]
    return [_read(tensors, "weight").copy() for _ in layer.initializers]


def _cell_to_torch(layer: Recurrent, weights: Sequence[Array]) -> dict[str, Array]:
    kernel, recurrent_kernel, bias = weights
    # Minus zero is the one number that, added, changes no bit of any other, a zero's sign included.
    pair = bias if isinstance(layer, GRU) else (bias, np.full_like(bias, -0.0))
    arrays = (kernel.T, recurrent_kernel.T, *pair)
    return {name: _reordered(layer, array) for name, array in zip(_NAMES, arrays, strict=True)}


def _cell_from_torch(layer: Recurrent, tensors: Mapping[str, ArrayLike], suffix: str) -> list[Array]:
    kernel, recurrent_kernel, *biases = (_reordered(layer, _read(tensors, name + suffix)) for name in _NAMES)
    bias = np.stack(biases) if isinstance(layer, GRU) else biases[0] + biases[1]
    return [kernel.T.copy(), recurrent_kernel.T.copy(), bias]


def _reordered(layer: Recurrent, rows: Array) -> Array:
    """(gates * units, ...) with the gates in the other framework's order; a copy."""
    order = _ORDERS[type(layer)]
    if len(rows) != len(order) * layer.units:
        raise EngineError("weights", f"`weights` of {layer!r} must have {len(order) * layer.units} columns. Received: {len(rows)}.")
    gates = np.split(rows, len(order))
    return np.concatenate([gates[place] for place in order])


def _read(tensors: Mapping[str, ArrayLike], name: str) -> Array:
    if name not in tensors:
        raise EngineError("tensors", f"`tensors` must hold {name}. Received: {', '.join(tensors) or 'nothing'}.")
    return np.asarray(tensors[name])


def _require_known(layer: Layer) -> None:
    """An EngineError for what PyTorch's modules cannot compute."""
    cell = layer.layer if isinstance(layer, Bidirectional) else layer
    if isinstance(cell, GRU) and not cell.reset_after:
        message = "PyTorch's GRU resets after the recurrent kernel: only a GRU with reset_after=True has weights of that form."
        raise EngineError("reset_after", f"{message} Received: {cell!r}.")
    if isinstance(cell, SimpleRNN) and cell.activation not in ("tanh", "relu"):
        raise EngineError("activation", f"PyTorch's RNN knows the activations tanh and relu alone. Received: {cell.activation!r}.")
