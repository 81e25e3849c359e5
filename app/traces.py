"""Trace: everything that a scene computes, forward, backward and after one update."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from app.counting import weight_shapes
from app.networks import network, optimizer
from app.scene_fields import EmbeddingLayer, LSTMState, SceneFields
from app.scenes import Scene
from engine import Embedding, Gradients, Sequential, Trace
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
    """What a scene computes: the engine's trace and gradients, and the weights after one step of the optimizer.

    rows: the rows of the embedding that the model has, in order, from 0; the others have no gradient. None: there is no embedding.
    """

    scene: Scene
    words: npt.NDArray[np.int64]
    rows: Sequence[int] | None
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

    def sent(self, weights: Sequence[Array]) -> dict[tuple[str, str], Array]:
        """Weights, or their gradients, by name; of an embedding only the rows that the model has."""
        return dict(zip(self.weight_names, weights, strict=True))


@dataclass(frozen=True, slots=True)
class Taught:
    """What a training came to: the weights, and what its optimizer remembers."""

    weights: Sequence[Array]
    state: OptimizerState


def run(scene: Scene, taught: Taught | None = None, also: Iterable[int] = ()) -> SceneTrace:
    """A pure function: the same scene, and what its training came to if it has one, the same numbers.

    also: rows of the embedding, from 0, that the model has beside those of the sentence.
    """
    words, rule = tokens(scene), optimizer(scene)
    model, state = _beginning(scene, taught)
    rows = used_rows(scene, also)
    if rows is not None:  # a table of 10,000 rows moves in those that are read, and nowhere else
        model = _with_rows(model, rows)
        state = state and _state_of_rows(state, rows)
    state = state or rule.start(model.get_weights())
    read = places(rows, words)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is found afterwards, once, for all
        for _ in range(scene.weights.steps):
            weights, learning = learnt(scene, *_both_ways(scene, model, read), rule, state)
            model.set_weights(weights)
            state = learning.after
        forward, gradients = _both_ways(scene, model, read)
        updated, learning = learnt(scene, forward, gradients, rule, state)
    return SceneTrace(scene, words, rows, model, forward, gradients, updated, learning)


def used_rows(scene: SceneFields, also: Iterable[int] = ()) -> list[int] | None:
    """The rows of the embedding that the sentence reads, and others, in order, from 0; None: there is no embedding."""
    return sorted({*tokens(scene).tolist(), *also}) if isinstance(scene.layers[0], EmbeddingLayer) else None


def places(rows: Sequence[int] | None, words: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Tokens as a model reads them that has these rows of the embedding."""
    return words if rows is None else np.searchsorted(rows, words)


def _beginning(scene: Scene, taught: Taught | None) -> tuple[Sequential, OptimizerState | None]:
    """The whole model, and what its optimizer remembers; None: nothing yet."""
    model = model_of(scene)
    if scene.weights.training is None:
        return model, None
    assert taught is not None
    model.set_weights(with_edits(scene, taught.weights, scene.weights.training.edits))
    return model, taught.state


def _with_rows(model: Sequential, rows: Sequence[int]) -> Sequential:
    """The same model with these rows of its embedding."""
    first, *above = model.layers
    assert isinstance(first, Embedding)
    fewer = copy.copy(model)
    fewer.layers = (replace(first, input_dim=len(rows)).with_weights([first.weights[0][rows]], model.dtype), *above)
    return fewer


def _state_of_rows(state: OptimizerState, rows: Sequence[int]) -> OptimizerState:
    """What the optimizer remembers of these rows of the embedding, and of all other weights."""
    return replace(state, numbers={name: (arrays[0][rows], *arrays[1:]) for name, arrays in state.numbers.items()})


def _both_ways(scene: Scene, model: Sequential, read: npt.NDArray[np.int64]) -> tuple[Trace, Gradients]:
    """Forward and backward with the weights that the model has now."""
    forward = model.forward(inputs(scene, read)[np.newaxis], initial_state(scene))
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
    """The weights, and in place of those in which some numbers are set by hand copies with these numbers."""
    named = dict(zip(weight_shapes(scene), weights, strict=True))
    copied: set[tuple[str, str]] = set()
    for address, value in edits.items():
        layer, name, index = address.split("/")
        if (layer, name) not in copied:
            named[layer, name] = named[layer, name].copy()
            copied.add((layer, name))
        named[layer, name][tuple(int(place) - 1 for place in index.split(","))] = value
    return list(named.values())


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
