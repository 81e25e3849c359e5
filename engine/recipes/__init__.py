"""How each number follows from others: per layer class and quantity, forward, backward, and for the weights' gradients."""

from __future__ import annotations

from engine.recipes import gru, lstm, simple
from engine.recipes.bidirectional import backward_recipes, directed_weight_terms, forward_recipes
from engine.recipes.losses import loss_terms
from engine.recipes.weights import weight_terms

_CELLS_FORWARD = simple.FORWARD | lstm.FORWARD | gru.FORWARD
_CELLS_BACKWARD = simple.BACKWARD | lstm.BACKWARD | gru.BACKWARD
FORWARD = _CELLS_FORWARD | forward_recipes(_CELLS_FORWARD)
BACKWARD = _CELLS_BACKWARD | backward_recipes(_CELLS_BACKWARD)

__all__ = ["BACKWARD", "FORWARD", "directed_weight_terms", "loss_terms", "weight_terms"]
