"""The mathematics of deep recurrent networks: every number of a run, forward and backward, exactly."""

from __future__ import annotations

from engine.conversion import from_torch, to_torch
from engine.errors import EngineError, ShapeError
from engine.explain import explain
from engine.explanation import Explanation, Factor, QuantityAddress, Term, WeightAddress
from engine.gradcheck import gradcheck
from engine.initializers import Identity, Orthogonal, ScaledOrthogonal
from engine.layers import GRU, LSTM, Bidirectional, Dense, Dropout, Embedding, OneHot, SimpleRNN
from engine.optimizers import SGD, Adagrad, Adam, RMSprop
from engine.sequential import Sequential
from engine.trace import Gradients, LayerTrace, Trace
from engine.training import Epoch

__version__ = "0.2.0"

__all__ = [
    "GRU",
    "LSTM",
    "SGD",
    "Adagrad",
    "Adam",
    "Bidirectional",
    "Dense",
    "Dropout",
    "Embedding",
    "EngineError",
    "Epoch",
    "Explanation",
    "Factor",
    "Gradients",
    "Identity",
    "LayerTrace",
    "OneHot",
    "Orthogonal",
    "QuantityAddress",
    "RMSprop",
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
