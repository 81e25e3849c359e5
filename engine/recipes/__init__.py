"""How each number follows from others: per layer class and quantity, forward, backward, and for the weights' gradients."""

from __future__ import annotations

from engine.recipes import gru, lstm, simple
from engine.recipes.losses import loss_terms
from engine.recipes.weights import weight_terms

FORWARD = simple.FORWARD | lstm.FORWARD | gru.FORWARD
BACKWARD = simple.BACKWARD | lstm.BACKWARD | gru.BACKWARD

__all__ = ["BACKWARD", "FORWARD", "loss_terms", "weight_terms"]
