"""L2, as Keras's kernel_regularizer and recurrent_regularizer have it: l2 times the sum of all squares, as part of the loss. Matrices
that are multiplied with are held small; biases and embeddings are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.layers import Layer
from engine.sums import sum_over_all
from engine.types import Array


def penalty(layers: Sequence[Layer], l2: float) -> Any:
    """l2 * sum of w^2 over all kernels: what is added to the loss."""
    weights = (weight for layer in layers for weight, held in zip(layer.weights, _held(layer), strict=True) if held)
    return l2 * sum(sum_over_all(weight * weight) for weight in weights)


def with_penalty(gradients: Sequence[Array], layers: Sequence[Layer], l2: float) -> list[Array]:
    """dL/dw + 2 l2 w for every kernel, dL/dw for the rest: the gradients of loss and penalty together, before any clipping."""
    weights = [(weight, held) for layer in layers for weight, held in zip(layer.weights, _held(layer), strict=True)]
    pairs = zip(gradients, weights, strict=True)
    return [gradient + 2 * l2 * weight if held else gradient for gradient, (weight, held) in pairs]


def _held(layer: Layer) -> list[bool]:
    return [name.endswith("kernel") for name in layer.initializers]
