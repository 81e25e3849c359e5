"""The mathematics of deep recurrent networks: every number of a run, forward and backward, exactly."""

from __future__ import annotations

from engine.conversion import from_torch, to_torch
from engine.errors import EngineError, ShapeError
from engine.explain import explain
from engine.explanation import Explanation, Factor, QuantityAddress, Term, WeightAddress
from engine.gradcheck import gradcheck
from engine.initializers import Identity, Orthogonal, ScaledOrthogonal
from engine.layers import GRU, LSTM, Bidirectional, Dense, Dropout, Embedding, OneHot, SimpleRNN
from engine.optimizers import SGD
from engine.sequential import Sequential
from engine.trace import Gradients, LayerTrace, Trace

__version__ = "0.1.0"

__all__ = [
    "GRU",
    "LSTM",
    "SGD",
    "Bidirectional",
    "Dense",
    "Dropout",
    "Embedding",
    "EngineError",
    "Explanation",
    "Factor",
    "Gradients",
    "Identity",
    "LayerTrace",
    "OneHot",
    "Orthogonal",
    "QuantityAddress",
    "ScaledOrthogonal",
    "Sequential",
    "ShapeError",
    "SimpleRNN",
    "Term",
    "Trace",
    "WeightAddress",
    "explain",
    "from_torch",
    "gradcheck",
    "to_torch",
]
