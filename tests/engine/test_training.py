"""fit: epochs as values, which are Keras's, the same every time, and can be gone on from bit by bit."""

from __future__ import annotations

import hashlib
import itertools
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import GRU, LSTM, SGD, Adagrad, Adam, Dense, Dropout, Embedding, EngineError, Epoch, OneHot, RMSprop, Sequential, SimpleRNN
from engine.losses import LOSSES
from engine.optimizers import Optimizer
from engine.regularization import penalty, with_penalty
from tests.engine.stacks import Task, every_cell, make_task
from tests.engine.test_optimizers import EVERY, every_optimizer, flat, stack, vectors

ROOT = Path(__file__).resolve().parents[2]
WORDS = {"cat": 1, "mat": 2, "rat": 3}
TOY = ({"cat mat rat": 1, "rat rat mat": 0, "mat cat cat": 1}, 20)
# The same three words in every order; 1 where the cat comes before the rat: a bag of words sees six times the same.
ORDER = ({"cat mat rat": 1, "cat rat mat": 1, "mat cat rat": 1, "rat mat cat": 0, "rat cat mat": 0, "mat rat cat": 0}, 30)


def fit(task: Task, optimizer: Optimizer | None = None, **changed: Any) -> Iterator[Epoch]:
    """Trains a task's model, two examples at a time."""
    settings: dict[str, Any] = {"loss": task.loss, "epochs": 4, "batch_size": 2, "seed": 3} | changed
    return task.model.fit(task.x, task.y, optimizer=optimizer or Adam(0.02), **settings)


def example(**changed: Any) -> Task:
    """Five examples, so that the last of three batches has one."""
    return make_task(6, **{"batch": 5} | changed)


def numbers(epoch: Epoch) -> np.ndarray:
    """Every number of an epoch in one row."""
    remembered = [array for arrays in epoch.optimizer_state.numbers.values() for array in arrays]
    scalars = np.array([epoch.epoch, epoch.loss, -1 if epoch.accuracy is None else epoch.accuracy, epoch.optimizer_state.updates])
    return flat([scalars, *epoch.state_gradient_norms, epoch.weight_gradient_norms, *epoch.weights, *remembered])


def test_losses_accuracies_and_weights_are_those_of_keras_own_fit() -> None:
    given, expected, model = vectors(""), vectors("fit/keras/"), stack()
    settings: dict[str, Any] = {"loss": "binary_crossentropy", "epochs": 4, "batch_size": 2, "shuffle": False, "l2": 0.01}
    epochs = list(model.fit(given["x"], given["target"], optimizer=Adam(0.05), **settings))

    np.testing.assert_allclose([epoch.loss for epoch in epochs], expected["loss"], rtol=0, atol=1e-12)
    np.testing.assert_allclose([epoch.accuracy for epoch in epochs], expected["accuracy"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(flat(model.get_weights()), expected["weights"], rtol=0, atol=1e-12)


@pytest.mark.parametrize(("sentences", "at_most"), [TOY, ORDER], ids=["the toy", "order matters"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_keras_stack_of_the_notes_learns_every_sentence_within_so_many_epochs(
    sentences: dict[str, int], at_most: int, seed: int
) -> None:
    layers = [Embedding(10_000, 32), SimpleRNN(5, return_sequences=True), SimpleRNN(5), Dense(1, activation="sigmoid")]
    model = Sequential(layers, seed=seed)
    x, y = np.array([[WORDS[word] for word in sentence.split()] for sentence in sentences]), np.array(list(sentences.values()))
    *_, last = model.fit(x, y, optimizer=Adam(learning_rate=0.02), loss="binary_crossentropy", epochs=at_most, seed=seed)

    assert last.accuracy == 1
    assert last.loss < 0.1
    np.testing.assert_array_equal(model.forward(x).output[:, 0] > 0.5, y)


def test_no_bag_of_words_can_tell_the_sentences_whose_order_matters() -> None:
    assert len({tuple(sorted(sentence.split())) for sentence in ORDER[0]}) == 1
    assert sum(ORDER[0].values()) == len(ORDER[0]) / 2


@every_cell
@pytest.mark.parametrize("loss", sorted(LOSSES))
@pytest.mark.parametrize("sequences", [True, False])
def test_every_cell_learns_at_the_last_timestep_or_at_every_one(cell: str, loss: str, sequences: bool) -> None:
    task = example(cells=cell, loss=loss, outputs=3, sequences=sequences)
    *_, last = epochs = list(fit(task, epochs=8))

    assert last.loss < epochs[0].loss
    assert (last.accuracy is None) == (loss == "mse")
    assert [norms.shape for norms in last.state_gradient_norms] == [(3,), (3,)]


def test_a_mixed_stack_in_float32_stays_float32() -> None:
    task = example(cells=("LSTM", "SimpleRNN", "GRU"), units=(4, 3, 2), dtype="float32")
    *_, last = fit(task, l2=0.01)
    remembered = [array for arrays in last.optimizer_state.numbers.values() for array in arrays]

    assert {array.dtype for array in (*last.weights, *remembered, *last.state_gradient_norms)} == {np.dtype("float32")}
    assert {weight.dtype for weight in task.model.get_weights()} == {np.dtype("float32")}


def test_an_epoch_of_one_batch_is_one_run_and_one_update() -> None:
    task = example(cells=("LSTM", "GRU"))
    weights, loss = task.model.get_weights(), task.loss
    trace = task.model.forward(task.x)
    gradients = task.model.backward(trace, task.y, loss)
    d_weights = with_penalty(gradients.weights, task.model.layers, 0.1)
    adam = Adam(0.02, clipnorm=0.01)
    expected, _ = adam.update(weights, d_weights, adam.start(weights))
    value = gradients.loss + penalty(task.model.layers, 0.1)
    (epoch,) = fit(task, adam, epochs=1, batch_size=5, shuffle=False, l2=0.1)

    assert epoch.epoch == 1
    assert epoch.loss == pytest.approx(value, rel=1e-15)
    assert epoch.accuracy == np.mean((trace.output > 0.5) == task.y)
    np.testing.assert_array_equal(flat(task.model.get_weights()), flat(expected))
    np.testing.assert_array_equal(flat(epoch.weights), flat(expected))
    np.testing.assert_allclose(epoch.weight_gradient_norms, [np.linalg.norm(gradient) for gradient in d_weights], rtol=1e-14)
    for norms, record in zip(epoch.state_gradient_norms, gradients.layers, strict=False):
        np.testing.assert_allclose(norms, [np.linalg.norm(record["h"][:, t]) for t in range(3)], rtol=1e-14)


def test_losses_count_examples_and_norms_count_updates() -> None:
    task = example()
    runs = []
    for rows in (slice(0, 2), slice(2, 4), slice(4, 5)):
        trace = task.model.forward(task.x[rows])
        gradients = task.model.backward(trace, task.y[rows], task.loss)
        runs.append((gradients.loss, np.linalg.norm(gradients.weights[0]), np.linalg.norm(gradients.layers[1]["h"][:, 2])))
    losses, weight_norms, state_norms = zip(*runs, strict=True)
    (epoch,) = fit(task, SGD(0), epochs=1, shuffle=False)

    assert epoch.loss == pytest.approx((2 * losses[0] + 2 * losses[1] + losses[2]) / 5, rel=1e-14)
    assert epoch.weight_gradient_norms[0] == pytest.approx(np.mean(weight_norms), rel=1e-14)
    assert epoch.state_gradient_norms[1][2] == pytest.approx(np.mean(state_norms), rel=1e-14)
    assert epoch.optimizer_state.updates == 3


def test_norms_are_taken_before_clipping_and_whichever_batch_came_last() -> None:
    task = example(batch=4)
    turned = np.array([2, 3, 0, 1])
    runs = []
    for optimizer, order in ((SGD(0), slice(None)), (SGD(0, clipvalue=1e-6), slice(None)), (SGD(0), turned)):
        settings: dict[str, Any] = {"loss": task.loss, "epochs": 1, "batch_size": 2, "shuffle": False}
        (epoch,) = task.model.fit(task.x[order], task.y[order], optimizer=optimizer, **settings)
        runs.append(flat([epoch.weight_gradient_norms, *epoch.state_gradient_norms]))

    np.testing.assert_array_equal(runs[1], runs[0])
    np.testing.assert_array_equal(runs[2], runs[0])


def test_going_on_takes_the_next_step_with_the_weights_and_the_memory_of_that_epoch() -> None:
    adam = Adam(0.1)
    first = next(fit(example(), adam, batch_size=5))
    other = example()
    other.model.set_weights([weight * 2 for weight in other.model.get_weights()])
    second = next(fit(other, adam, batch_size=5, shuffle=False, resume=first))
    other.model.set_weights(first.weights)
    gradients = other.model.backward(other.model.forward(other.x), other.y, other.loss)
    expected, _ = adam.update(first.weights, gradients.weights, first.optimizer_state)

    assert (first.epoch, second.epoch, second.optimizer_state.updates) == (1, 2, 2)
    np.testing.assert_array_equal(flat(second.weights), flat(expected))


def test_accuracy_of_classes_at_every_timestep_is_the_share_of_vectors_that_point_the_right_way() -> None:
    task = example(loss="categorical_crossentropy", outputs=3, sequences=True)
    right = task.model.forward(task.x).output.argmax(axis=-1) == task.y.argmax(axis=-1)
    (epoch,) = fit(task, SGD(0), epochs=1)

    assert 0 < np.mean(right) < 1
    assert epoch.accuracy == np.mean(right)


ACCURACIES: list[dict[str, Any]] = [
    {"loss": "binary_crossentropy", "activation": "sigmoid", "target": [[1, 0], [0, 1]], "expected": 3 / 4},
    {"loss": "categorical_crossentropy", "activation": "softmax", "target": [[1, 0], [1, 0]], "expected": 1 / 2},
    {"loss": "categorical_crossentropy", "activation": "softmax", "target": [[1, 0], [0, 1]], "expected": 1},
    {"loss": "mse", "activation": "linear", "target": [[2.0, -1.0], [0.1, 3.0]], "expected": None},
]


@pytest.mark.parametrize("case", ACCURACIES, ids=lambda case: case["loss"])
def test_accuracy_is_the_share_of_right_outputs(case: dict[str, Any]) -> None:
    model = Sequential([Dense(2, activation=case["activation"])], features=2)
    model.set_weights([np.eye(2), np.zeros(2)])
    (epoch,) = model.fit([[[2.0, -1.0], [0.1, 3.0]]], [case["target"]], optimizer=SGD(0), loss=case["loss"], epochs=1)

    assert epoch.accuracy == case["expected"]


@every_optimizer
def test_training_goes_on_from_any_epoch_bit_by_bit(name: str) -> None:
    whole = list(fit(example(), EVERY[name], epochs=5, l2=0.01))
    for stop in whole:
        other = example()
        other.model.set_weights([weight * 2 for weight in other.model.get_weights()])
        rest = list(fit(other, EVERY[name], epochs=5, l2=0.01, resume=pickle.loads(pickle.dumps(stop))))
        assert [epoch.epoch for epoch in rest] == list(range(stop.epoch + 1, 6))
        for epoch, expected in zip(rest, whole[stop.epoch :], strict=True):
            assert numbers(epoch).tobytes() == numbers(expected).tobytes()
        if rest:
            np.testing.assert_array_equal(flat(other.model.get_weights()), flat(whole[-1].weights))


def digest() -> str:
    """A hash of every byte of a training."""
    epochs = list(fit(example(cells=("GRU", "LSTM")), RMSprop(0.02, momentum=0.5), l2=0.01))
    return hashlib.sha256(b"".join(numbers(epoch).tobytes() for epoch in epochs)).hexdigest()


def test_the_same_training_gives_the_same_bytes_again_and_in_another_process() -> None:
    program = "from tests.engine.test_training import digest; print(digest())"
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert digest() == digest() == answer.stdout.strip()


def test_training_stops_where_the_caller_stops_and_the_model_holds_the_last_epoch_given() -> None:
    task = example()
    before, epochs = task.model.get_weights(), fit(task)
    np.testing.assert_array_equal(flat(task.model.get_weights()), flat(before))
    for epoch in itertools.islice(epochs, 2):
        np.testing.assert_array_equal(flat(task.model.get_weights()), flat(epoch.weights))
    epochs.close()  # type: ignore[attr-defined]

    assert epoch.epoch == 2
    np.testing.assert_array_equal(flat(task.model.get_weights()), flat(epoch.weights))


def test_an_epoch_is_a_value_that_later_epochs_do_not_change() -> None:
    epochs = fit(example())
    first = next(epochs)
    then = numbers(first)
    first.weights[0][...] = 0
    list(epochs)

    np.testing.assert_array_equal(numbers(first), then)
    with pytest.raises(ValueError, match="read-only"):
        first.state_gradient_norms[0][0] = 1
    with pytest.raises(ValueError, match="read-only"):
        first.weight_gradient_norms[0] = 1


def test_training_changes_no_argument_and_does_not_look_at_them_again() -> None:
    expected = [numbers(epoch) for epoch in fit(example())]
    task = example()
    x, y = task.x.copy(), task.y.copy()
    epochs = fit(task)
    found = [numbers(next(epochs))]
    np.testing.assert_array_equal(task.x, x)
    np.testing.assert_array_equal(task.y, y)
    task.x[...] = task.y[...] = 0
    task.model.set_weights([np.zeros_like(weight) for weight in task.model.get_weights()])

    np.testing.assert_array_equal([*found, *map(numbers, epochs)], expected)


class Watched(Sequential):
    """A model that writes down what it is given to learn from."""

    def __init__(self) -> None:
        super().__init__([Dense(1, activation="sigmoid")], features=4)
        self.seen: list[tuple[Any, Any]] = []
        self.asked: list[tuple[Any, Any]] = []

    def forward(self, x: Any, initial_state: Any = None, mask: Any = None, **more: Any) -> Any:
        self.seen.append((x, mask))
        return super().forward(x, initial_state, mask, **more)

    def backward(self, trace: Any, y: Any, loss: str, sample_weight: Any = None, **more: Any) -> Any:
        self.asked.append((y, sample_weight))
        return super().backward(trace, y, loss, sample_weight, **more)


def watch(**settings: Any) -> tuple[Task, Watched]:
    """Five examples with labels, weights and masks that tell which example they belong to, learnt from two at a time, two epochs long."""
    task = example()
    model = Watched()
    arguments = {"optimizer": SGD(0.1), "loss": "binary_crossentropy", "epochs": 2, "batch_size": 2} | settings
    places = np.arange(5)
    mask = (places[:, None] >> np.arange(3)) % 2 == 0
    list(model.fit(task.x, np.tile(places[:, None, None] % 2, (1, 3, 1)), sample_weight=places, mask=mask, **arguments))
    return task, model


def orders(task: Task, model: Watched) -> list[int]:
    """The places of the examples that were learnt from, one after the other; the first look at one example comes before training."""
    firsts = task.x[:, 0, 0].tolist()
    return [firsts.index(first) for x, _ in model.seen[1:] for first in x[:, 0, 0].tolist()]


def test_every_epoch_takes_every_example_once_in_an_order_of_its_own() -> None:
    found = []
    for seed in (3, 4):
        task, model = watch(seed=seed)
        order = orders(task, model)
        assert [len(x) for x, _ in model.seen[1:]] == [2, 2, 1, 2, 2, 1]
        assert sorted(order[:5]) == sorted(order[5:]) == list(range(5))
        found += [tuple(order[:5]), tuple(order[5:])]

    assert len(set(found)) == 4
    assert found == [tuple(np.random.default_rng(pair).permutation(5)) for pair in ([3, 1], [3, 2], [4, 1], [4, 2])]
    assert orders(*watch(seed=3, shuffle=False)) == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]


def test_another_seed_or_another_epoch_sees_the_examples_in_another_order() -> None:
    def losses(seed: int) -> list[float]:
        return [epoch.weight_gradient_norms[0] for epoch in fit(example(batch=7), SGD(0), seed=seed, epochs=2)]

    assert len({*losses(3), *losses(4)}) == 4


def test_a_batch_holds_the_labels_weights_and_masks_of_its_examples() -> None:
    task, model = watch(seed=3)
    places = np.array(orders(task, model))
    ys, weights = (np.concatenate(rows) for rows in zip(*model.asked, strict=True))
    masks = np.concatenate([mask for _, mask in model.seen[1:]])

    np.testing.assert_array_equal(ys[:, 0, 0], places % 2)
    np.testing.assert_array_equal(weights, places)
    np.testing.assert_array_equal(masks, (places[:, None] >> np.arange(3)) % 2 == 0)


def test_padding_stands_still_while_training_too() -> None:
    task = example()
    mask = np.array([[True, True, False]] * 5)
    changed = task.x.copy()
    changed[:, 2] = 99
    runs = []
    for x in (task.x, changed):
        (epoch,) = example().model.fit(x, task.y, optimizer=SGD(0.1), loss=task.loss, epochs=1, mask=mask)
        runs.append(numbers(epoch))

    np.testing.assert_array_equal(*runs)


def test_training_that_leaves_the_finite_numbers_says_so_and_keeps_the_last_epoch() -> None:
    task, given = example(loss="mse", outputs=2), []
    with pytest.raises(EngineError, match=r"finite numbers in epoch \d: take a smaller `learning_rate`, or clip") as caught:
        given.extend(epoch.weights for epoch in fit(task, SGD(1e100), epochs=9, batch_size=5))

    kept = given[-1]
    assert caught.value.field == "learning_rate"
    np.testing.assert_array_equal(flat(task.model.get_weights()), flat(kept))


@pytest.mark.parametrize(
    ("field", "message", "changed"),
    [
        ("epochs", "integer of 1 or more", {"epochs": 0}),
        ("batch_size", "integer of 1 or more", {"batch_size": 2.0}),
        ("seed", "0 or more", {"seed": -1}),
        ("l2", "finite number of 0 or more", {"l2": -0.1}),
        ("loss", "must be one of", {"loss": "hinge"}),
        ("optimizer", r"such as Adam\(learning_rate=0.01\)", {"optimizer": Adam}),
        ("y", r"\(5, \.\.\.\). Received: \(4,\)", {"y": [1, 0, 1, 0]}),
        ("mask", r"\(5, \.\.\.\). Received: \(1, 3\)", {"mask": [[True, True, True]]}),
        ("x", r"\(batch, timesteps, \.\.\.\). Received: \(\)", {"x": 1}),
        ("resume", "model of the same layers", {"resume": "another"}),
    ],
)
def test_a_training_that_cannot_be_is_refused_before_it_begins(field: str, message: str, changed: dict[str, Any]) -> None:
    task = example()
    if "resume" in changed:
        changed = {"resume": next(fit(example(units=(3, 3))))}
    arguments = {"x": task.x, "y": task.y, "optimizer": SGD(), "loss": task.loss, "epochs": 1} | changed
    with pytest.raises(EngineError, match=message) as caught:
        task.model.fit(**arguments)
    assert caught.value.field == field


def test_a_state_of_another_optimizer_is_refused_when_training_goes_on() -> None:
    first = next(fit(example(), Adagrad()))
    with pytest.raises(EngineError, match="Received: one that remembers accumulator"):
        next(fit(example(), Adam(), resume=first))


def test_tokens_can_be_given_as_lists() -> None:
    model = Sequential([OneHot(3), SimpleRNN(2), Dense(1, activation="sigmoid")])
    epochs = list(model.fit([[0, 1], [1, 0]], [1, 0], optimizer=Adam(0.1), loss="binary_crossentropy", epochs=30))

    assert epochs[-1].accuracy == 1


def test_what_training_drops_follows_from_the_seed_and_can_be_gone_on_from() -> None:
    def model() -> Sequential:
        return Sequential([OneHot(3), LSTM(3, return_sequences=True), Dropout(0.5), GRU(2), Dense(1, activation="sigmoid")], seed=1)

    x, y = np.array([[0, 1, 2], [2, 2, 1], [1, 0, 0]]), np.array([1, 0, 1])
    options: dict[str, Any] = {"optimizer": SGD(0.1), "loss": "binary_crossentropy", "batch_size": 2, "seed": 4}
    whole = [epoch.weights for epoch in model().fit(x, y, epochs=4, **options)]
    *_, second = model().fit(x, y, epochs=2, **options)
    rest = [epoch.weights for epoch in model().fit(x, y, epochs=4, resume=second, **options)]
    for one, other in zip(whole[2:], rest, strict=True):
        assert all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))
    undropped = Sequential([OneHot(3), LSTM(3, return_sequences=True), GRU(2), Dense(1, activation="sigmoid")], seed=1)
    first = next(iter(undropped.fit(x, y, epochs=1, **options))).weights
    assert any(abs(a - b).max() > 1e-6 for a, b in zip(first, whole[0], strict=True))


def test_training_with_a_window_is_gradient_descent_on_the_gradients_of_that_window() -> None:
    model = Sequential([OneHot(3), SimpleRNN(3, return_sequences=True), SimpleRNN(2), Dense(1, activation="sigmoid")], seed=2)
    x, y = np.array([[0, 1, 2, 1]]), np.array([1])
    gradients = model.backward(model.forward(x), y, "binary_crossentropy", window=2).weights
    expected = [weight - 0.1 * gradient for weight, gradient in zip(model.get_weights(), gradients, strict=True)]
    (epoch,) = model.fit(x, y, optimizer=SGD(0.1), loss="binary_crossentropy", epochs=1, window=2)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(epoch.weights, expected, strict=True))
