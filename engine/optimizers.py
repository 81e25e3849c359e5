"""How weights follow their gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.types import Array


@dataclass(frozen=True, slots=True)
class SGD:
    """Gradient descent: w <- w - learning_rate * dL/dw."""

    learning_rate: float = 0.01

    def update(self, weights: Sequence[Array], gradients: Sequence[Array]) -> list[Array]:
        """The weights after one step; what is given stays as it is."""
        return [weight - self.learning_rate * gradient for weight, gradient in zip(weights, gradients, strict=True)]
