"""A scene's layers and optimizer as the engine's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.scene_fields import DenseLayer, EmbeddingLayer, SceneFields, is_recurrent
from app.scene_fields import Layer as LayerFields
from engine import GRU, LSTM, SGD, Adagrad, Adam, Dense, Dropout, Embedding, OneHot, RMSprop, SimpleRNN
from engine.initializers import RECURRENT_INITIALIZERS
from engine.layers import Layer
from engine.optimizers import Optimizer
from engine.summary import summary

CELLS: dict[str, type[SimpleRNN | LSTM | GRU]] = {cell.__name__: cell for cell in (SimpleRNN, LSTM, GRU)}
OPTIMIZERS: dict[str, type[SGD | RMSprop | Adam | Adagrad]] = {rule.__name__: rule for rule in (SGD, RMSprop, Adam, Adagrad)}


def network(scene: SceneFields, training: bool = False) -> list[Layer]:
    """Every layer, without weights; one that makes vectors of words stands first, listed or not. Dropout, which does nothing when a run
    only looks, is there in training only."""
    layers = [_layer(layer) for layer in scene.layers]
    if training:
        layers = [each for layer, fields in zip(layers, scene.layers, strict=True) for each in (layer, *_dropout(fields))]
    return layers if layers[0].encodes else [OneHot(len(scene.vocabulary)), *layers]


def _dropout(fields: LayerFields) -> list[Dropout]:
    return [Dropout(fields.dropout)] if is_recurrent(fields) and fields.dropout else []


def summary_in_keras(scene: SceneFields, layers: Sequence[Layer]) -> str:
    """What the Keras program of a scene prints of itself, from its built layers: in Keras's float32, with its Dropout, and without our
    OneHot, because the program's input is vectors."""
    own = layers[-len(scene.layers) :]
    told = [each for layer, fields in zip(own, scene.layers, strict=True) for each in (layer, *(_dropped(layer, fields)))]
    return summary(told, np.dtype("float32"))


def _dropped(layer: Layer, fields: LayerFields) -> list[Layer]:
    return [replace(dropout, features=layer.width) for dropout in _dropout(fields)]


def optimizer(scene: SceneFields) -> Optimizer:
    """The rule by which the weights learn."""
    return OPTIMIZERS[scene.optimizer.type](**scene.optimizer.model_dump(exclude={"type"}))


def _layer(layer: LayerFields) -> Layer:
    match layer:
        case EmbeddingLayer():
            return Embedding(layer.input_dim, layer.output_dim)
        case DenseLayer():
            return Dense(layer.units, activation=layer.activation)
    options = layer.model_dump(exclude={"type", "recurrent_initializer", "dropout"})
    if start := layer.recurrent_initializer:
        options["recurrent_initializer"] = RECURRENT_INITIALIZERS[start.type](**start.model_dump(exclude={"type"}))
    return CELLS[layer.type](**options)
