"""Weights in PyTorch's layout and back. Our layout is Keras's own, column by column: i f g o is what Keras writes i f c o, z r n is z r h.

PyTorch keeps every matrix transposed, an LSTM's gates as i f g o, a GRU's as r z n, and two biases per recurrent layer. Where the two are
only ever added (SimpleRNN, LSTM) we keep their sum, so which part was whose is lost; a GRU's reset gate stands between its two, so both
are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.errors import EngineError, ShapeError
from engine.layers import GRU, Dense, Embedding, Layer
from engine.layers.recurrent import Recurrent
from engine.types import Array, ArrayLike

Parameters = dict[str, Array]

KERNELS, BIASES = ("weight_ih_l0", "weight_hh_l0"), ("bias_ih_l0", "bias_hh_l0")
GRU_ORDER = (1, 0, 2)  # z r n <-> r z n: the same exchange both ways


def to_torch(layers: Sequence[Layer]) -> list[Parameters]:
    """The weights of every layer that has some, by the names of torch.nn.RNN, LSTM, GRU (one layer each), Linear and Embedding."""
    return [_to_torch(layer) for layer in layers if layer.weights]


def from_torch(layers: Sequence[Layer], parameters: Sequence[Mapping[str, ArrayLike]]) -> list[Array]:
    """The same back, as Sequential.set_weights takes them. A name or a shape that does not fit is an EngineError."""
    weighted = [layer for layer in layers if layer.weights]
    if len(parameters) != len(weighted):
        raise EngineError(
            "parameters", f"`parameters` must hold one entry per layer with weights, {len(weighted)}. Received: {len(parameters)}."
        )
    return [weight for layer, given in zip(weighted, parameters, strict=True) for weight in _from_torch(layer, given)]


def _to_torch(layer: Layer) -> Parameters:
    match layer:
        case Recurrent():
            _require_convertible(layer)
            kernel, recurrent_kernel, bias = layer.weights
            kernels = (_reordered(layer, matrix).T.copy() for matrix in (kernel, recurrent_kernel))
            biases = bias if isinstance(layer, GRU) else (bias, np.zeros_like(bias))
            return dict(zip((*KERNELS, *BIASES), (*kernels, *(_reordered(layer, part).copy() for part in biases)), strict=True))
        case Dense():
            return {"weight": layer.weights[0].T.copy(), "bias": layer.weights[1].copy()}
        case Embedding():
            return {"weight": layer.weights[0].copy()}
    raise EngineError("layers", f"PyTorch has no counterpart of {layer!r}.")


def _from_torch(layer: Layer, given: Mapping[str, ArrayLike]) -> list[Array]:
    known = {name: array.shape for name, array in _to_torch(layer).items()}
    if set(given) != set(known):
        raise EngineError("parameters", f"The parameters of {layer!r} must be {', '.join(known)}. Received: {', '.join(sorted(given))}.")
    arrays = {name: np.asarray(given[name]) for name in known}
    for name, array in arrays.items():
        if array.shape != known[name]:
            raise ShapeError.between(f"{name} of {layer!r}", known[name], array.shape)
    match layer:
        case Recurrent():
            kernels = [_reordered(layer, arrays[name].T) for name in KERNELS]
            input_side, recurrent_side = (_reordered(layer, arrays[name]) for name in BIASES)
            both = np.stack([input_side, recurrent_side]) if isinstance(layer, GRU) else input_side + recurrent_side
            return [*kernels, both]
        case Dense():
            return [arrays["weight"].T, arrays["bias"]]
    return [arrays["weight"]]


def _reordered(layer: Recurrent, columns: Array) -> Array:
    """(..., gates * units) with a GRU's gates in the other order."""
    if not isinstance(layer, GRU):
        return columns
    groups = np.split(columns, len(GRU_ORDER), axis=-1)
    return np.concatenate([groups[place] for place in GRU_ORDER], axis=-1)


def _require_convertible(layer: Recurrent) -> None:
    if isinstance(layer, GRU) and not layer.reset_after:
        message = f"PyTorch's GRU resets after the recurrent kernel, so its weights mean something else to {layer!r}. Use reset_after=True."
        raise EngineError("reset_after", message)
