"""Trace: everything that a scene computes, forward, backward and after one update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from app.networks import network, optimizer
from app.scene_fields import LSTMState, SceneFields
from app.scene_rules import weight_shapes
from app.scenes import Scene
from engine import Gradients, Sequential, Trace
from engine.optimizers import Optimizer, OptimizerState
from engine.regularization import with_penalty

Array = npt.NDArray[np.float64]


class Learning(NamedTuple):
    """One step of the optimizer: the gradients with the penalty and then clipped, and what it remembers before and after."""

    pulled: Sequence[Array]
    clipped: Sequence[Array]
    before: OptimizerState
    after: OptimizerState


@dataclass(frozen=True)
class SceneTrace:
    """What a scene computes: the engine's trace and gradients, and the weights after one step of the optimizer."""

    scene: Scene
    words: npt.NDArray[np.int64]
    model: Sequential
    forward: Trace
    gradients: Gradients
    updated: Sequence[Array]
    learning: Learning

    @property
    def layer_names(self) -> list[str]:
        """What model.layers are called outside the engine: input, 1 to L, output; the weights of an embedding stand in "embedding"."""
        return ["input", *(str(number) for number, _ in enumerate(self.scene.recurrent, start=1)), "output"]

    @property
    def weight_names(self) -> list[tuple[str, str]]:
        """(layer, name) of every weight, in the order of model.get_weights()."""
        layers = zip(self.layer_names, self.model.layers, strict=True)
        return [("embedding" if part.encodes else layer, name) for layer, part in layers for name in part.initializers]

    @property
    def rows(self) -> list[int] | None:
        """The rows of the embedding that the sentence uses, from 0; None: there is no embedding."""
        return np.unique(self.words).tolist() if self.model.layers[0].initializers else None

    def sent(self, weights: Sequence[Array]) -> dict[tuple[str, str], Array]:
        """Weights, or their gradients, by name; of an embedding only the rows that are used."""
        named = dict(zip(self.weight_names, weights, strict=True))
        return {name: weight[self.rows] if name[0] == "embedding" else weight for name, weight in named.items()}


@dataclass(frozen=True, slots=True)
class Taught:
    """What a training came to: the weights, and what its optimizer remembers."""

    weights: Sequence[Array]
    state: OptimizerState


def run(scene: Scene, taught: Taught | None = None) -> SceneTrace:
    """A pure function: the same scene, and what its training came to if it has one, the same numbers."""
    model, rule = model_of(scene), optimizer(scene)
    state = rule.start(model.get_weights())
    if scene.weights.training:
        assert taught is not None
        model.set_weights(with_edits(scene, taught.weights, scene.weights.training.edits))
        state = taught.state
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is found afterwards, once, for all
        for _ in range(scene.weights.steps):
            weights, learning = learnt(scene, *_both_ways(scene, model), rule, state)
            model.set_weights(weights)
            state = learning.after
        forward, gradients = _both_ways(scene, model)
        updated, learning = learnt(scene, forward, gradients, rule, state)
    return SceneTrace(scene, tokens(scene), model, forward, gradients, updated, learning)


def _both_ways(scene: Scene, model: Sequential) -> tuple[Trace, Gradients]:
    """Forward and backward with the weights that the model has now."""
    forward = model.forward(inputs(scene, tokens(scene))[np.newaxis], initial_state(scene))
    labels, weights = target(scene, forward.output), scene.sample_weight
    return forward, model.backward(forward, labels, scene.loss, None if weights is None else [weights], window=scene.window)


def learnt(scene: Scene, forward: Trace, gradients: Gradients, rule: Optimizer, state: OptimizerState) -> tuple[Sequence[Array], Learning]:
    """The weights after one more step of the optimizer, and how they came there."""
    pulled = with_penalty(gradients.weights, forward.stack, scene.l2) if scene.l2 else gradients.weights
    weights, after = rule.update(forward.weights, pulled, state)
    return weights, Learning(pulled, rule.clip(pulled), state, after)


def model_of(scene: SceneFields) -> Sequential:
    """The network with its weights: drawn from the seed, then those set by hand."""
    model = Sequential(network(scene), seed=scene.weights.seed)
    if scene.weights.edits:
        model.set_weights(with_edits(scene, model.get_weights(), scene.weights.edits))
    return model


def with_edits(scene: SceneFields, weights: Sequence[Array], edits: Mapping[str, float]) -> list[Array]:
    """Copies of the weights in which some numbers are set by hand."""
    edited = [weight.copy() for weight in weights]
    named = dict(zip(weight_shapes(scene), edited, strict=True))
    for address, value in edits.items():
        layer, name, index = address.split("/")
        named[layer, name][tuple(int(place) - 1 for place in index.split(","))] = value
    return edited


def inputs(scene: SceneFields, words: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """What the network reads: the words as numbers, or as one-hot vectors of which some numbers are set by hand."""
    if not scene.inputs:
        return words
    vectors = np.eye(len(scene.vocabulary))[words]
    for address, value in scene.inputs.items():
        _, timestep, _, place = address.split("/")
        vectors[int(timestep) - 1, int(place) - 1] = value
    return vectors


def token_of(scene: SceneFields) -> dict[str, int]:
    """The number of every word: one-hot words count from 0, the rows of an embedding from 1."""
    first = 1 if scene.layers[0].type == "Embedding" else 0
    return {word: index for index, word in enumerate(scene.vocabulary, start=first)}


def tokens(scene: SceneFields) -> npt.NDArray[np.int64]:
    """The sentence as numbers."""
    token = token_of(scene)
    return np.array([token[word] for word in scene.sentence])


def initial_state(scene: SceneFields) -> list[Array | tuple[Array, Array]] | None:
    """Per recurrent layer (1, units), for an LSTM h and c; None: zeros."""
    if scene.initial_state is None:
        return None
    return [
        (np.array([state.h]), np.array([state.c])) if isinstance(state, LSTMState) else np.array([state]) for state in scene.initial_state
    ]


def target(scene: SceneFields, output: Array) -> Array:
    """The label for every output: (1, units) or (1, timesteps, units); for the categorical cross-entropy a one-hot vector of it."""
    labels = np.array(scene.labels)
    classes = scene.loss == "categorical_crossentropy"
    vectors = np.eye(output.shape[-1])[labels.astype(int)] if classes else labels[:, np.newaxis]
    return np.broadcast_to(vectors, output.shape)
