"""Trace: everything that a scene computes, forward, backward and after one update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.scenes import Scene
from engine import SGD, Dense, Gradients, OneHot, Sequential, SimpleRNN, Trace

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SceneTrace:
    """What a scene computes: the engine's trace and gradients, and the weights after one step of the optimizer."""

    scene: Scene
    words: npt.NDArray[np.int64]
    model: Sequential
    forward: Trace
    gradients: Gradients
    updated: Sequence[Array]

    @property
    def layer_names(self) -> list[str]:
        """What model.layers are called outside the engine: input, 1 to L, output."""
        return ["input", *(str(number) for number, _ in enumerate(self.scene.recurrent, start=1)), "output"]

    @property
    def weight_names(self) -> list[tuple[str, str]]:
        """(layer, name) of every weight, in the order of model.get_weights()."""
        return [(layer, name) for layer, part in zip(self.layer_names, self.model.layers, strict=True) for name in part.initializers]


def run(scene: Scene) -> SceneTrace:
    """A pure function: the same scene, the same numbers."""
    model = build(scene)
    token = {word: index for index, word in enumerate(scene.vocabulary)}
    words = np.array([token[word] for word in scene.sentence])
    initial_state = None if scene.initial_state is None else [np.array([state]) for state in scene.initial_state]
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is found afterwards, once, for all
        forward = model.forward(words[np.newaxis], initial_state)
        gradients = model.backward(forward, target(scene, forward.output), loss=scene.loss)
        sgd = SGD(scene.optimizer.learning_rate)
        updated, _ = sgd.update(forward.weights, gradients.weights, sgd.start(forward.weights))
    return SceneTrace(scene, words, model, forward, gradients, updated)


def build(scene: Scene) -> Sequential:
    """The scene's network, with its weights."""
    recurrent = [SimpleRNN(layer.units, return_sequences=layer.return_sequences) for layer in scene.recurrent]
    output = Dense(scene.layers[-1].units, activation="sigmoid")
    return Sequential([OneHot(len(scene.vocabulary)), *recurrent, output], seed=scene.weights.seed)


def target(scene: Scene, output: Array) -> Array:
    """The label for every output: (1, units) or (1, timesteps, units)."""
    label = np.array(scene.label, dtype=float)
    return np.broadcast_to(label.reshape((1, -1, 1) if label.ndim else ()), output.shape)
