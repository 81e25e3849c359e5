"""Losses whose outputs count differently: at one timestep, at every one, for one example more than for another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from engine import Adam, Dense, EngineError, Gradients, Sequential, Trace, explain, gradcheck
from tests.engine.stacks import LOSSES, Task, arrays, every_cell, make_task, tasks
from tests.engine.test_explain import check_all
from tests.engine.test_optimizers import flat, stack, vectors

every_loss = pytest.mark.parametrize("loss", sorted(LOSSES))
either_end = pytest.mark.parametrize("sequences", [True, False])


@dataclass(frozen=True)
class WeightedTask(Task):
    """A task whose outputs count differently."""

    sample_weight: np.ndarray = field(default_factory=lambda: np.ones(1))

    def run(self, **options: Any) -> tuple[Trace, Gradients]:
        return super().run(**{"sample_weight": self.sample_weight} | options)


def weighted(task: Task, *, per_timestep: bool) -> WeightedTask:
    """The same task with weights from 0 to 3."""
    batch, steps = task.x.shape[:2]
    sample_weight = np.random.default_rng(5).uniform(0, 3, (batch, steps) if per_timestep else (batch,))
    sample_weight.flat[-1] = 0
    return WeightedTask(task.model, task.x, task.y, task.loss, task.initial_state, sample_weight=sample_weight)


@pytest.mark.parametrize("source", ["keras", "torch"])
@every_loss
def test_a_weighted_loss_and_its_gradient_are_those_of_the_framework(loss: str, source: str) -> None:
    stored, name = vectors("loss/"), loss.partition("_")[0]
    model = Sequential([Dense(5, activation=LOSSES[loss])], features=5)
    model.set_weights([np.eye(5), np.zeros(5)])
    trace = model.forward(stored["a"])
    gradients = model.backward(trace, stored[f"{name}/target"], loss, stored["sample_weight"])

    np.testing.assert_allclose(gradients.loss, stored[f"{name}/{source}/loss"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(gradients.inputs, stored[f"{name}/{source}/gradient"], rtol=0, atol=1e-12)
    assert model.loss(trace, stored[f"{name}/target"], loss, stored["sample_weight"]) == gradients.loss


def test_weighted_training_is_that_of_keras_own_fit() -> None:
    given_arrays, expected, model = vectors(""), vectors("weighted_fit/keras/"), stack()
    settings: dict[str, Any] = {"loss": "binary_crossentropy", "epochs": 4, "batch_size": 2, "shuffle": False, "l2": 0.01}
    settings["sample_weight"] = given_arrays["weighted_fit/sample_weight"]
    epochs = list(model.fit(given_arrays["x"], given_arrays["target"], optimizer=Adam(0.05), **settings))

    np.testing.assert_allclose([epoch.loss for epoch in epochs], expected["loss"], rtol=0, atol=1e-12)
    np.testing.assert_allclose([epoch.accuracy for epoch in epochs], expected["accuracy"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(flat(model.get_weights()), expected["weights"], rtol=0, atol=1e-12)


@every_cell
@every_loss
@pytest.mark.parametrize(("sequences", "per_timestep"), [(True, True), (True, False), (False, False)])
def test_every_weighted_gradient_agrees_with_the_complex_step(cell: str, loss: str, sequences: bool, per_timestep: bool) -> None:
    task = weighted(make_task(3, cells=cell, loss=loss, outputs=3, sequences=sequences), per_timestep=per_timestep)

    assert gradcheck(task.model, task.x, task.y, loss, task.initial_state, sample_weight=task.sample_weight) <= 1e-12


@every_loss
@either_end
def test_the_terms_of_every_weighted_number_add_up_to_it(loss: str, sequences: bool) -> None:
    check_all(weighted(make_task(2, cells=("GRU", "LSTM"), loss=loss, sequences=sequences, outputs=2), per_timestep=sequences))


@every_loss
def test_the_weight_of_an_output_is_a_factor_of_its_terms(loss: str) -> None:
    task = weighted(make_task(2, loss=loss, sequences=True, outputs=2), per_timestep=True)
    trace, gradients = task.run()
    whole = explain(task.model, trace, layer=2, quantity="loss", gradients=gradients)
    entry = gradients.rule.entry(task.model.layers[-1])
    pull = explain(task.model, trace, layer=2, timestep=1, quantity=entry, unit=1, batch=1, gradients=gradients)

    weights = [constants(term) for term in whole.terms]
    assert {weight for weight, *_ in weights} == set(task.sample_weight.ravel())
    assert [constants(term)[0] for term in pull.terms] == [task.sample_weight[1, 1]] * 2


def constants(term: Any) -> list[float]:
    """The factors that stand nowhere in a trace, but for the -2 of a square and 1/N: the weight, and nothing else."""
    return [factor.value for factor in term.factors if factor.address is None and factor.value != -2][:-1]


@given(task=tasks())
def test_weights_of_one_change_no_bit_and_weights_of_two_double_every_gradient(task: Task) -> None:
    trace, plain = task.run()
    ones, twos = (task.model.backward(trace, task.y, task.loss, np.full(len(task.x), weight)) for weight in (1, 2))
    expected, same, double = (arrays(trace, gradients) for gradients in (plain, ones, twos))

    assert (ones.loss, twos.loss) == (plain.loss, 2 * plain.loss)
    for name, array in expected.items():
        np.testing.assert_array_equal(same[name], array, err_msg=name)
        np.testing.assert_array_equal(double[name], array * (2 if "d_" in name or name == "loss" else 1), err_msg=name)


@given(task=tasks(sequences=True))
def test_a_weight_per_example_is_that_weight_at_each_of_its_timesteps(task: Task) -> None:
    task = weighted(task, per_timestep=False)
    trace, gradients = task.run()
    each = task.model.backward(trace, task.y, task.loss, np.repeat(task.sample_weight[:, None], task.x.shape[1], axis=1))

    for name, array in arrays(trace, gradients).items():
        np.testing.assert_array_equal(arrays(trace, each)[name], array, err_msg=name)


def test_an_output_without_weight_has_no_say() -> None:
    task = make_task(4, sequences=True, outputs=2)
    trace, other = task.forward(), task.y.copy()
    other[:, :-1] = 1 - other[:, :-1]
    only_last = np.array([[0, 0, 1], [0, 0, 1]])
    runs = [arrays(trace, task.model.backward(trace, y, task.loss, only_last)) for y in (task.y, other)]

    for name, array in runs[0].items():
        np.testing.assert_array_equal(runs[1][name], array, err_msg=name)
    np.testing.assert_array_equal(runs[0]["2/d_a"][:, :2], 0)


def test_accuracy_counts_outputs_by_their_weights() -> None:
    model = Sequential([Dense(1, activation="sigmoid")], features=1)
    model.set_weights([[[1.0]], [0.0]])
    examples: dict[str, Any] = {"x": [[[1.0], [-1.0]], [[2.0], [3.0]]], "y": [[1, 1], [1, 0]], "loss": "binary_crossentropy"}
    found = []
    for sample_weight in ([[1, 2], [3, 4]], [0, 1], [0, 0]):
        (epoch,) = model.fit(**examples, optimizer=Adam(0), epochs=1, sample_weight=sample_weight)
        found.append(epoch.accuracy)

    assert found == [4 / 10, 1 / 2, None]


def test_weighted_results_keep_float32_and_change_no_weight_given() -> None:
    task = weighted(make_task(sequences=True, dtype="float32"), per_timestep=True)
    before = task.sample_weight.copy()
    trace, gradients = task.run()

    assert {array.dtype for array in arrays(trace, gradients).values()} == {np.dtype("float32")}
    np.testing.assert_array_equal(task.sample_weight, before)


@pytest.mark.parametrize(
    ("sequences", "sample_weight", "message"),
    [
        (True, [1], r"must have shape \(2,\) or \(2, 3\)\. Received: \(1,\)"),
        (True, np.ones((2, 3, 1)), r"must have shape \(2,\) or \(2, 3\)\. Received: \(2, 3, 1\)"),
        (False, np.ones((2, 3)), r"must have shape \(2,\)\. Received: \(2, 3\)"),
        (False, [1, -1], "finite numbers of 0 or more"),
        (False, [1, np.nan], "finite numbers of 0 or more"),
        (False, ["1", "2"], "finite numbers of 0 or more"),
    ],
)
def test_weights_that_do_not_fit_are_refused(sequences: bool, sample_weight: Any, message: str) -> None:
    task = make_task(sequences=sequences)
    with pytest.raises(EngineError, match=message) as caught:
        task.model.backward(task.forward(), task.y, task.loss, sample_weight)
    assert caught.value.field == "sample_weight"


def test_a_training_needs_as_many_weights_as_examples() -> None:
    task = make_task()
    with pytest.raises(EngineError, match=r"`sample_weight` must have shape \(2, \.\.\.\)\. Received: \(3,\)"):
        task.model.fit(task.x, task.y, optimizer=Adam(), loss=task.loss, epochs=1, sample_weight=[1, 1, 1])
