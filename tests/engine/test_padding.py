"""Outputs at padding: no loss hears them, and N does not count them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import SGD, Dense, Embedding, EngineError, Sequential, SimpleRNN, gradcheck
from tests.engine.reference_vectors import vectors
from tests.engine.stacks import LOSSES, arrays, every_cell, make_task, worded
from tests.engine.test_explain import check_all
from tests.engine.test_weighted_losses import weighted

every_loss = pytest.mark.parametrize("loss", sorted(LOSSES))
MASK = np.array([[True, True, False], [True, True, True]])


@pytest.mark.parametrize("name", ["words", "vectors"])
def test_training_on_sentences_of_different_length_is_that_of_keras_own_fit(name: str) -> None:
    stored = vectors("optimizers", f"padded_fit/{name}/")
    weights = [stored[f"weight/{place}"] for place in range(sum(key.startswith("weight/") for key in stored))]
    above = [SimpleRNN(3, return_sequences=True), Dense(2, activation="sigmoid")]
    model = Sequential([Embedding(4, 2, mask_zero=True), *above]) if name == "words" else Sequential(above, features=2)
    model.set_weights(weights)
    settings: dict[str, Any] = {"optimizer": SGD(0.5), "loss": "binary_crossentropy", "epochs": 3, "batch_size": 2, "shuffle": False}
    mask = None if name == "words" else stored["mask"]
    epochs = list(model.fit(stored["x"], stored["target"], mask=mask, **settings))

    np.testing.assert_allclose([epoch.loss for epoch in epochs], stored["loss"], rtol=0, atol=1e-12)
    trained = np.concatenate([weight.ravel() for weight in model.get_weights()])
    np.testing.assert_allclose(trained, stored["trained"], rtol=0, atol=1e-12)


def two_sentences(**options: Any) -> tuple[float, float]:
    """The loss of "cat mat" -> 1, 0 and of ten times "cat" -> 0, before one update, and by what that moves the output's bias."""
    mask = np.arange(10) < np.array([[2], [10]])
    x, y = np.where(mask, 1, 0), np.zeros((2, 10, 1))
    x[0, 1], y[0, 0] = 2, 1
    model = Sequential([Embedding(4, 2, **options), SimpleRNN(3, return_sequences=True), Dense(1, activation="sigmoid")], seed=0)
    given_mask = None if options else mask
    (epoch,) = model.fit(x, y, optimizer=SGD(0.5), loss="binary_crossentropy", epochs=1, batch_size=2, mask=given_mask)
    return epoch.loss, float(model.get_weights()[-1].item())


def test_the_bias_of_two_sentences_of_different_length_moves_as_in_keras() -> None:
    by_mask, by_zero = two_sentences(), two_sentences(mask_zero=True)

    assert by_mask == by_zero
    assert by_mask[1] == pytest.approx(-0.20730, abs=5e-6)


@every_loss
@given(steps=st.integers(1, 4), left=st.integers(1, 4))
def test_a_batch_counts_as_many_outputs_as_its_sentences_have_words(loss: str, steps: int, left: int) -> None:
    steps, left = max(steps, left), min(steps, left)
    task = make_task(3, loss=loss, outputs=3, batch=2, timesteps=steps, sequences=True)
    mask = np.arange(steps) < np.array([[left], [steps]])
    whole = task.model.forward(task.x, task.initial_state, mask)
    parts = [
        task.model.loss(
            task.model.forward(task.x[[row], :length], [state[[row]] for state in task.initial_state]), task.y[[row], :length], loss
        )
        for row, length in enumerate((left, steps))
    ]

    together = (left * parts[0] + steps * parts[1]) / (left + steps)
    assert task.model.loss(whole, task.y, loss) == pytest.approx(together, abs=1e-14)


@every_loss
def test_a_label_at_padding_changes_nothing(loss: str) -> None:
    task = make_task(4, loss=loss, outputs=3, sequences=True)
    trace = task.model.forward(task.x, task.initial_state, MASK)
    other = task.y.copy()
    other[0, 2] = 0
    runs = [arrays(trace, task.model.backward(trace, y, loss)) for y in (task.y, other)]

    for name, array in runs[0].items():
        np.testing.assert_array_equal(runs[1][name], array, err_msg=name)
    entry = "a" if loss != "mse" else "y"
    np.testing.assert_array_equal(runs[0][f"{len(task.model.layers) - 1}/d_{entry}"][0, 2], 0)


@every_loss
def test_padding_counts_as_a_weight_of_zero_does_but_for_n(loss: str) -> None:
    task = make_task(4, loss=loss, outputs=3, sequences=True)
    trace = task.model.forward(task.x, task.initial_state, MASK)
    masked = task.model.backward(trace, task.y, loss)
    silent = task.model.backward(task.model.forward(task.x, task.initial_state), task.y, loss, MASK.astype(float))

    assert masked.loss == pytest.approx(silent.loss * 6 / 5, rel=1e-14)
    np.testing.assert_allclose(masked.weights[-1], silent.weights[-1] * 6 / 5, rtol=1e-13)


@every_loss
def test_weights_and_padding_act_together(loss: str) -> None:
    task = weighted(make_task(3, loss=loss, outputs=3, sequences=True), per_timestep=True)
    trace = task.model.forward(task.x, task.initial_state, MASK)
    found, alone = (task.model.backward(trace, task.y, loss, weights) for weights in (task.sample_weight, task.sample_weight * MASK))

    assert found.loss == alone.loss
    np.testing.assert_array_equal(found.weights[0], alone.weights[0])
    assert gradcheck(task.model, task.x, task.y, loss, task.initial_state, MASK, task.sample_weight) <= 1e-12


@every_cell
@every_loss
def test_every_gradient_over_padding_agrees_with_the_complex_step(cell: str, loss: str) -> None:
    task = make_task(3, cells=cell, loss=loss, outputs=3, sequences=True)

    assert gradcheck(task.model, task.x, task.y, loss, task.initial_state, MASK) <= 1e-12


def test_the_terms_of_every_number_over_padding_add_up_and_none_of_the_loss_stands_there() -> None:
    task = worded("SimpleRNN", mask_zero=True, sequences=True)
    check_all(task)
    trace, gradients = task.run()

    assert gradients.rule.count(gradients.target, trace.padded_outputs) == np.count_nonzero(trace.mask) * 2


def test_one_output_for_all_timesteps_is_heard_whatever_is_padding() -> None:
    task = make_task(5, sequences=False, outputs=2)
    trace = task.model.forward(task.x, task.initial_state, ~np.ones_like(MASK))

    assert task.model.loss(trace, task.y, "mse") == pytest.approx(np.square(trace.output - task.y).mean(), abs=1e-15)


@every_loss
def test_a_batch_of_padding_alone_has_no_loss_and_no_gradient(loss: str) -> None:
    task = make_task(5, loss=loss, sequences=True, outputs=3)
    gradients = task.model.backward(task.model.forward(task.x, task.initial_state, ~np.ones_like(MASK)), task.y, loss)

    assert gradients.loss == 0
    assert not any(np.any(weight) for weight in gradients.weights)


def test_classes_at_padding_need_no_distribution() -> None:
    task = make_task(4, loss="categorical_crossentropy", outputs=3, sequences=True)
    labels = task.y * MASK[:, :, None]
    (epoch,) = task.model.fit(task.x, labels, optimizer=SGD(0.1), loss=task.loss, epochs=1, mask=MASK)

    assert np.isfinite(epoch.loss)


def test_accuracy_counts_no_output_at_padding() -> None:
    model = Sequential([Dense(1, activation="sigmoid")], features=1)
    model.set_weights([[[1.0]], [0.0]])
    x, y = [[[1.0], [-1.0], [2.0]], [[2.0], [3.0], [-2.0]]], [[1, 1, 1], [1, 0, 0]]
    (epoch,) = model.fit(x, y, optimizer=SGD(0), loss="binary_crossentropy", epochs=1, mask=MASK)

    assert epoch.accuracy == 3 / 5


def test_accuracy_counts_the_weights_of_words_alone() -> None:
    model = Sequential([Dense(1, activation="sigmoid")], features=1)
    model.set_weights([[[1.0]], [0.0]])
    x, y = [[[1.0], [-1.0], [-2.0]], [[2.0], [3.0], [-2.0]]], [[1, 1, 1], [1, 0, 0]]
    settings: dict[str, Any] = {"optimizer": SGD(0), "loss": "binary_crossentropy", "epochs": 1, "mask": MASK}
    (epoch,) = model.fit(x, y, sample_weight=[[1, 2, 9], [1, 3, 1]], **settings)

    assert epoch.accuracy == 3 / 8


def test_the_accuracy_of_classes_counts_no_vector_at_padding() -> None:
    model = Sequential([Dense(2, activation="softmax")], features=2)
    model.set_weights([np.eye(2), np.zeros(2)])
    x = np.eye(2)[[[0, 1, 0], [1, 1, 0]]]
    y = np.eye(2)[[[0, 0, 0], [1, 0, 1]]]
    (epoch,) = model.fit(x, y, optimizer=SGD(0), loss="categorical_crossentropy", epochs=1, mask=MASK)

    assert epoch.accuracy == 2 / 5


def test_the_loss_needs_distributions_at_words_alone() -> None:
    task = make_task(4, loss="categorical_crossentropy", outputs=3, sequences=True)
    trace = task.model.forward(task.x, task.initial_state, MASK)

    assert task.model.loss(trace, task.y * MASK[:, :, None], task.loss) == task.model.loss(trace, task.y, task.loss)
    with pytest.raises(EngineError, match="add up to 1"):
        task.model.loss(trace, task.y * ~MASK[:, :, None], task.loss)


def test_a_batch_of_sentences_with_one_output_each_counts_every_sentence() -> None:
    task = make_task(5, sequences=False, outputs=2)
    masked = task.model.forward(task.x, task.initial_state, MASK)
    alone = [
        task.model.loss(task.model.forward(task.x[[row], :length], [state[[row]] for state in task.initial_state]), task.y[[row]], "mse")
        for row, length in enumerate((2, 3))
    ]

    assert task.model.loss(masked, task.y, "mse") == pytest.approx(np.mean(alone), abs=1e-14)


def test_a_layer_of_words_alone_hands_its_padding_to_the_loss_too() -> None:
    model = Sequential([Embedding(4, 2, mask_zero=True), Dense(1)], seed=1)
    trace = model.forward([[1, 0, 2]])
    y = np.array([[0.5, 9.0, -0.5]])

    np.testing.assert_array_equal(trace.mask, [[True, False, True]])
    assert model.loss(trace, y, "mse") == pytest.approx(np.square(trace.output[0, :, 0] - y[0])[[0, 2]].mean(), abs=1e-15)
