"""From a scene and a data set to what its training comes to: the examples as arrays, and the engine's updates one after another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain, islice

import numpy as np

from app.counting import Cost, count_numbers, update_cost
from app.datasets import DataSet, Example
from app.errors import MOST_FAULTS, Fault, Faulty, Problem
from app.limits import most
from app.networks import network, optimizer
from app.scene_fields import SceneFields, Training
from app.scene_rules import broken_labels, unknown_words
from app.scenes import Scene
from app.traces import Taught, model_of, target, token_of
from engine import EngineError, Epoch, Sequential
from engine.training import Examples, Plan, Update, updates


def training_of(scene: SceneFields) -> Training:
    """The training of a scene that has one; a problem otherwise."""
    if scene.weights.training is None:
        raise Problem("no-training", "The scene must say in `training` of the weights which data set it learns from. Received: none.")
    return scene.weights.training


def batches(scene: SceneFields, dataset: DataSet) -> int:
    """How many updates an epoch has."""
    return math.ceil(len(dataset.examples) / training_of(scene).batch_size)


def at(scene: Scene, updates: int) -> Scene:
    """The same scene after so many updates of its training, as they left it."""
    training = training_of(scene).model_copy(update={"updates": updates, "edits": {}})
    return scene.but(weights=scene.weights.model_copy(update={"training": training, "steps": 0}))


def reading(scene: Scene, example: Example) -> Scene:
    """The scene as it reads an example."""
    return scene.but(sentence=example.sentence, label=example.label, sample_weight=None, inputs={})


def require_fitting(scene: Scene, dataset: DataSet) -> None:
    """A problem unless the scene can learn from the data set: its words are known, its labels such as the loss and the output need."""
    rules = (unknown_words, broken_labels)
    faults = chain.from_iterable(
        rule(reading(scene, example), ("examples", place)) for place, example in enumerate(dataset.examples) for rule in rules
    )
    if found := list(islice(faults, MOST_FAULTS)):
        raise Faulty(found, "invalid-dataset")


def longest(dataset: DataSet) -> int:
    """The timesteps of the longest example."""
    return max(len(example.sentence) for example in dataset.examples)


def cost_of(scene: Scene, dataset: DataSet, updates: int) -> Cost:
    """What so many updates take."""
    if not updates:
        return Cost(0)
    one = update_cost(scene, longest(dataset), min(training_of(scene).batch_size, len(dataset.examples)))
    return Cost(one.work * updates, one.numbers)


def numbers_of(scene: Scene, dataset: DataSet) -> int:
    """The values and gradients of the longest example."""
    return count_numbers(reading(scene, max(dataset.examples, key=lambda example: len(example.sentence))))


def require_room(scene: Scene, dataset: DataSet, epochs: int) -> None:
    """A problem unless there is room to compute so many epochs of it."""
    numbers, examples = numbers_of(scene, dataset), len(dataset.examples)
    counts = {
        "batch_numbers": numbers * min(training_of(scene).batch_size, examples),
        "work_numbers": cost_of(scene, dataset, 1).numbers,
        "training_numbers": numbers * examples * epochs,
        "updates": batches(scene, dataset) * epochs,
    }
    for limit, count in counts.items():
        if count > most(limit):
            raise Faulty([Fault.at((), "training_too_expensive", count, most(limit), what=limit.replace("_", " "))])


def examples_of(scene: Scene, dataset: DataSet) -> Examples:
    """The data set as the engine takes it: tokens (examples, timesteps), shorter sentences padded after their end and masked there."""
    read, token = [reading(scene, example) for example in dataset.examples], token_of(scene)
    lengths = np.array([len(each.sentence) for each in read])
    timesteps, width = int(lengths.max()), scene.output.units
    mask = np.arange(timesteps) < lengths[:, np.newaxis]
    x = np.zeros((len(read), timesteps), dtype=np.int64)
    x[mask] = [token[word] for each in read for word in each.sentence]
    if not scene.recurrent[-1].return_sequences:
        y = np.concatenate([target(each, np.empty((1, width))) for each in read])
        return Examples(x, y, None, None if mask.all() else mask)
    y = np.zeros((len(read), timesteps, width))
    y[mask] = np.concatenate([target(each, np.empty((1, len(each.sentence), width)))[0] for each in read])
    return Examples(x, y, None, None if mask.all() else mask)


def learner(scene: Scene) -> Sequential:
    """The model that is trained: the scene's weights before its training, and its Dropout layers."""
    model = Sequential(network(scene, training=True), seed=scene.weights.seed)
    model.set_weights(model_of(scene).get_weights())
    return model


def lessons(scene: Scene, dataset: DataSet, epochs: int, resume: Epoch | None = None) -> Iterator[Update]:
    """Every update up to the end of this epoch, from the beginning or from the end of another epoch of the same training."""
    training = training_of(scene)
    plan = Plan(optimizer(scene), scene.loss, epochs, training.batch_size, training.seed, True, scene.l2, scene.window)
    return updates(learner(scene), examples_of(scene, dataset), plan, resume)


def teach(scene: Scene, dataset: DataSet, resume: Epoch | None = None) -> Taught:
    """What the scene's training comes to after its updates; a problem if it leaves the finite numbers on the way."""
    wanted, each = training_of(scene).updates, batches(scene, dataset)
    start = resume.epoch * each if resume else 0
    if wanted == start:
        return beginning(scene) if resume is None else Taught(resume.weights, resume.optimizer_state)
    try:
        last = next(islice(lessons(scene, dataset, math.ceil(wanted / each), resume), wanted - start - 1, None))
    except EngineError as error:
        raise Problem("not-finite", str(error)) from error
    return taught_by(last)


def taught_by(update: Update) -> Taught:
    """What a training has come to after this update."""
    return Taught([weight for layer in update.layers for weight in layer.weights], update.optimizer_state)


def beginning(scene: Scene) -> Taught:
    """Before the first update."""
    weights = model_of(scene).get_weights()
    return Taught(weights, optimizer(scene).start(weights))
