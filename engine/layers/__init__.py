"""The layers, under the names that Keras gives them."""

from __future__ import annotations

from engine.layers.bidirectional import Bidirectional
from engine.layers.dense import Dense
from engine.layers.dropout import Dropout
from engine.layers.embedding import Embedding
from engine.layers.gru import GRU
from engine.layers.layer import Layer
from engine.layers.lstm import LSTM
from engine.layers.one_hot import OneHot
from engine.layers.recurrent import Recurrent
from engine.layers.simple_rnn import SimpleRNN

__all__ = ["GRU", "LSTM", "Bidirectional", "Dense", "Dropout", "Embedding", "Layer", "OneHot", "Recurrent", "SimpleRNN"]
