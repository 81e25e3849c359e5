"""Optimizers: ten steps against Keras and PyTorch, and what must hold of every step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import engine
from engine import GRU, LSTM, SGD, Adagrad, Adam, Dense, EngineError, RMSprop, Sequential, SimpleRNN
from engine.clipping import clip_each_norm, clip_global_norm, clip_values, norm
from engine.optimizers import PIECE, Optimizer, OptimizerState
from engine.regularization import penalty, with_penalty
from tests.engine.reference_vectors import about
from tests.engine.reference_vectors import vectors as stored_vectors
from tests.engine.stacks import make_task

ABOUT = about("optimizers")
CASES = sorted(ABOUT["cases"])
KINDS: dict[str, type[Optimizer]] = {"SGD": SGD, "RMSprop": RMSprop, "Adam": Adam, "Adagrad": Adagrad}
EVERY: dict[str, Optimizer] = {
    "SGD": SGD(0.1),
    "momentum": SGD(0.1, momentum=0.5),
    "Nesterov": SGD(0.1, 0.5, nesterov=True),
    "RMSprop": RMSprop(0.1, rho=0.5, epsilon=1),
    "RMSprop with momentum": RMSprop(0.1, rho=0.5, epsilon=1, momentum=0.5),
    "RMSprop, centered": RMSprop(0.1, rho=0.5, epsilon=1, centered=True),
    "Adam": Adam(0.1, 0.5, 0.5, epsilon=1),
    "AMSGrad": Adam(0.1, 0.5, 0.5, epsilon=1, amsgrad=True),
    "Adagrad": Adagrad(0.1, initial_accumulator_value=1, epsilon=1),
}
every_optimizer = pytest.mark.parametrize("name", EVERY)


def vectors(prefix: str) -> dict[str, np.ndarray]:
    return stored_vectors("optimizers", prefix)


def stack() -> Sequential:
    """The stack of the stored vectors, with its weights."""
    cells: dict[str, Any] = {"SimpleRNN": SimpleRNN, "LSTM": LSTM, "GRU": GRU}
    *recurrent, (_, outputs) = ABOUT["layers"]
    layers = [cells[name](units, return_sequences=place < len(recurrent) - 1) for place, (name, units) in enumerate(recurrent)]
    given = vectors("")
    model = Sequential([*layers, Dense(outputs, activation="sigmoid")], features=given["x"].shape[-1])
    model.set_weights([given[f"weight/{place}"] for place in range(len(model.get_weights()))])
    return model


def optimizer_of(case: dict[str, Any]) -> Optimizer:
    return KINDS[case["optimizer"]](**case["options"])


def flat(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([array.ravel() for array in arrays])


def train(name: str, steps: int = 10) -> tuple[np.ndarray, OptimizerState]:
    """The engine's own weights after every step of a stored case, and the state after the last."""
    case = ABOUT["cases"][name]
    optimizer, model, given = optimizer_of(case), stack(), vectors("")
    state = optimizer.start(model.get_weights())
    rows = []
    for _ in range(steps):
        gradients = model.backward(model.forward(given["x"]), given["target"], "binary_crossentropy").weights
        weights, state = optimizer.update(model.get_weights(), with_penalty(gradients, model.layers, case["l2"]), state)
        model.set_weights(weights)
        rows.append(flat(weights))
    return np.array(rows), state


@pytest.mark.parametrize("name", CASES)
def test_ten_steps_are_those_of_keras(name: str) -> None:
    stored = vectors(f"{name}/keras/")
    weights, state = train(name)

    np.testing.assert_allclose(weights, stored.pop("weights"), rtol=0, atol=1e-12)
    assert set(state.numbers) == set(stored)
    for number, arrays in state.numbers.items():
        np.testing.assert_allclose(flat(arrays), stored[number], rtol=0, atol=1e-12, err_msg=number)


@pytest.mark.parametrize("name", [name for name in CASES if ABOUT["cases"][name]["torch"]])
def test_ten_steps_are_those_of_pytorch_where_it_defines_the_same(name: str) -> None:
    np.testing.assert_allclose(train(name)[0], vectors(f"{name}/torch/")["weights"], rtol=0, atol=1e-12)


def test_the_stored_steps_try_every_option_of_every_optimizer() -> None:
    tried = {(case["optimizer"], option) for case in ABOUT["cases"].values() for option in case["options"]}
    clipping = {"clipnorm", "global_clipnorm", "clipvalue"}
    for name, kind in KINDS.items():
        assert {option for optimizer, option in tried if optimizer == name} | clipping == set(kind.__dataclass_fields__) - {"_"}
    assert clipping <= {option for _, option in tried}
    assert set(ABOUT["versions"]) == {"keras", "torch", "numpy"}


@pytest.mark.parametrize("name", ["clipnorm", "global_clipnorm", "clipvalue", "amsgrad"])
def test_the_stored_steps_are_far_from_those_without_the_option(name: str) -> None:
    case = ABOUT["cases"][name]
    plain, given = KINDS[case["optimizer"]](**{key: value for key, value in case["options"].items() if key != name}), vectors("")
    model = stack()
    state = plain.start(model.get_weights())
    for _ in range(10):
        gradients = model.backward(model.forward(given["x"]), given["target"], "binary_crossentropy").weights
        weights, state = plain.update(model.get_weights(), gradients, state)
        model.set_weights(weights)

    assert np.max(np.abs(flat(weights) - vectors(f"{name}/keras/")["weights"][-1])) > 1e-3


def one_step(optimizer: Optimizer, weight: float, *gradients: float) -> float:
    """One weight after a step for each of these gradients."""
    weights = [np.array([weight])]
    state = optimizer.start(weights)
    for gradient in gradients:
        weights, state = optimizer.update(weights, [np.array([gradient])], state)
    return weights[0].item()


TWO_STEPS = [
    {"name": "SGD", "expected": 1 - 0.1 * 2 + 0.1 * 4},
    {"name": "momentum", "expected": 1 - 0.2 + (0.5 * -0.2 + 0.4)},
    {"name": "Nesterov", "expected": 1 + (0.5 * -0.2 - 0.2) + (0.5 * (0.5 * -0.2 + 0.4) + 0.4)},
    {"name": "RMSprop", "expected": 1 - 0.1 * 2 / np.sqrt(2 + 1) + 0.1 * 4 / np.sqrt(9 + 1)},
    {"name": "RMSprop with momentum", "expected": 1 - 1.5 * 0.2 / np.sqrt(3) + 0.4 / np.sqrt(10)},
    {"name": "RMSprop, centered", "expected": 1 - 0.2 / np.sqrt(2 - 1 + 1) + 0.4 / np.sqrt(9 - 1.5**2 + 1)},
    {"name": "Adam", "expected": 1 - 0.1 * np.sqrt(0.5) / 0.5 * 1 / (np.sqrt(2) + 1) + 0.1 * np.sqrt(0.75) / 0.75 * 1.5 / (3 + 1)},
    {"name": "AMSGrad", "expected": 1 - 0.1 * np.sqrt(0.5) / 0.5 * 1 / (np.sqrt(2) + 1) + 0.1 * np.sqrt(0.75) / 0.75 * 1.5 / (3 + 1)},
    {"name": "Adagrad", "expected": 1 - 0.2 / np.sqrt(1 + 4 + 1) + 0.4 / np.sqrt(1 + 4 + 16 + 1)},
]


@pytest.mark.parametrize("case", TWO_STEPS, ids=lambda case: case["name"])
def test_two_steps_are_those_of_a_pocket_calculator(case: dict[str, Any]) -> None:
    assert one_step(EVERY[case["name"]], 1.0, 2.0, -4.0) == pytest.approx(case["expected"], abs=1e-14)


def test_an_adagrad_counts_from_its_initial_value_and_the_others_from_zero() -> None:
    begin = {name: optimizer.start([np.zeros(1)]) for name, optimizer in EVERY.items()}

    assert {state.updates for state in begin.values()} == {0}
    for name, state in begin.items():
        assert {array.item() for arrays in state.numbers.values() for array in arrays} <= {float(name == "Adagrad")}


def test_amsgrad_never_forgets_the_largest_velocity() -> None:
    weights = [np.array([1.0])]
    optimizer = Adam(0.1, 0.5, 0.5, epsilon=1, amsgrad=True)
    state = optimizer.start(weights)
    for gradient in (4.0, 0.0):
        weights, state = optimizer.update(weights, [np.array([gradient])], state)

    assert (state.numbers["velocity"][0], state.numbers["largest_velocity"][0]) == (4, 8)
    assert weights[0] == pytest.approx(1 - 0.1 * np.sqrt(0.5) / 0.5 * 2 / (np.sqrt(8) + 1) - 0.1 * np.sqrt(0.75) / 0.75 / (np.sqrt(8) + 1))


def test_a_step_of_gradient_descent_lowers_the_loss_and_changes_nothing_given() -> None:
    task = make_task(5)
    _, gradients = task.run()
    weights = task.model.get_weights()
    sgd = SGD(learning_rate=0.1)
    updated, _ = sgd.update(weights, gradients.weights, sgd.start(weights))
    for weight, gradient, after in zip(weights, gradients.weights, updated, strict=True):
        np.testing.assert_array_equal(after, weight - 0.1 * gradient)
    task.model.set_weights(updated)

    assert task.run()[1].loss < gradients.loss


def test_gradient_descent_walks_down_a_parabola() -> None:
    weight, sgd = np.array([4.0, -2.0]), SGD(learning_rate=0.2)
    for _ in range(100):
        (weight,), _ = sgd.update([weight], [weight], sgd.start([weight]))

    np.testing.assert_allclose(weight, [4 * 0.8**100, -2 * 0.8**100], rtol=1e-12)


@every_optimizer
def test_an_update_changes_nothing_given_and_remembers_nothing_itself(name: str) -> None:
    optimizer = EVERY[name]
    rng = np.random.default_rng(1)
    weights, gradients = ([rng.normal(size=shape) for shape in ((3, 4), (4,))] for _ in range(2))
    first, state = optimizer.update(weights, gradients, optimizer.start(weights))
    copies = [array.copy() for array in (*weights, *gradients, *first, *(part for parts in state.numbers.values() for part in parts))]
    once = optimizer.update(first, gradients, state)
    again = optimizer.update(first, gradients, state)

    for before, array in zip(
        copies, [*weights, *gradients, *first, *(part for parts in state.numbers.values() for part in parts)], strict=True
    ):
        np.testing.assert_array_equal(array, before)
    np.testing.assert_array_equal(flat(once[0]), flat(again[0]))
    assert (state.updates, once[1].updates) == (1, 2)
    for arrays in state.numbers.values():
        assert not any(array.flags.writeable for array in arrays)
        assert not any(np.shares_memory(array, given) for array in arrays for given in (*weights, *gradients, *first))
    assert not any(np.shares_memory(after, given) for after in first for given in (*weights, *gradients))


@every_optimizer
def test_an_update_keeps_float32(name: str) -> None:
    optimizer = EVERY[name]
    rng = np.random.default_rng(2)
    wide = [rng.normal(size=(PIECE + 7,)), rng.normal(size=(3, 2))]
    narrow = [array.astype(np.float32) for array in wide]
    expected, _ = optimizer.update(wide, wide, optimizer.start(wide))
    found, state = optimizer.update(narrow, narrow, optimizer.start(narrow))

    assert {array.dtype for arrays in (found, *state.numbers.values()) for array in arrays} == {np.dtype("float32")}
    np.testing.assert_allclose(flat(found), flat(expected), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("limit", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_clipping_keeps_float32(limit: str) -> None:
    gradients = [np.ones(3, np.float32), np.ones((2, 2), np.float32)]

    assert {array.dtype for array in Adam(np.float64(0.1), **{limit: np.float64(0.5)}).clip(gradients)} == {np.dtype("float32")}


@every_optimizer
def test_a_weight_of_many_numbers_moves_like_its_parts(name: str) -> None:
    optimizer = EVERY[name]
    rng = np.random.default_rng(3)
    long, gradient = (rng.normal(size=(2, PIECE + 5)) for _ in range(2))
    parts, part_gradients = (list(array.reshape(-1, 1)[::997]) for array in (long, gradient))
    state, part_state = optimizer.start([long]), optimizer.start(parts)
    (whole,), pieces = [long], parts
    for _ in range(3):
        (whole,), state = optimizer.update([whole], [gradient], state)
        pieces, part_state = optimizer.update(pieces, part_gradients, part_state)

    assert whole.shape == long.shape
    np.testing.assert_array_equal(whole.ravel()[::997], flat(pieces))


@every_optimizer
def test_a_long_weight_in_fortran_order_and_float32_moves_like_its_rows(name: str) -> None:
    optimizer, rng = EVERY[name], np.random.default_rng(4)
    weight, gradient = (np.asfortranarray(rng.normal(size=(PIECE, 2)).astype(np.float32)) for _ in range(2))
    rows, row_gradients = ([array[0], array[PIECE // 2], array[-1]] for array in (weight, gradient))
    state, row_state = optimizer.start([weight]), optimizer.start(rows)
    (whole,), pieces = [weight], rows
    for _ in range(2):
        (whole,), state = optimizer.update([whole], [gradient], state)
        pieces, row_state = optimizer.update(pieces, row_gradients, row_state)

    assert whole.dtype == np.float32
    np.testing.assert_array_equal(whole[[0, PIECE // 2, -1]], pieces)


def test_a_rate_of_zero_leaves_the_weights_where_they_are() -> None:
    for kind in KINDS.values():
        assert one_step(kind(learning_rate=0), 1.5, 2.0, -1.0) == 1.5


@pytest.mark.parametrize(("kind", "rate"), [("RMSprop", 0.001), ("Adam", 0.001), ("Adagrad", 0.001), ("SGD", 0.01)])
def test_settings_begin_where_keras_begins(kind: str, rate: float) -> None:
    defaults = {"momentum": 0.0, "nesterov": False, "rho": 0.9, "centered": False, "beta_1": 0.9, "beta_2": 0.999, "amsgrad": False}
    expected = defaults | {"learning_rate": rate, "epsilon": 1e-7, "initial_accumulator_value": 0.1}
    optimizer = KINDS[kind]()
    for name in vars(optimizer):
        assert getattr(optimizer, name) == expected.get(name), name


GRADIENTS = [np.array([3.0, 4.0]), np.array([[0.0, 12.0]])]


def test_clipping_by_norm_shortens_each_gradient_on_its_own_and_keeps_its_direction() -> None:
    first, second = clip_each_norm(GRADIENTS, 6.0)

    np.testing.assert_array_equal(first, [3, 4])
    np.testing.assert_array_equal(second, [[0, 6]])


def test_clipping_by_global_norm_shortens_all_gradients_by_the_same_factor() -> None:
    first, second = clip_global_norm(GRADIENTS, 6.5)

    np.testing.assert_array_equal(first, [1.5, 2])
    np.testing.assert_array_equal(second, [[0, 6]])
    np.testing.assert_array_equal(flat(clip_global_norm(GRADIENTS, 26.0)), flat(GRADIENTS))


def test_clipping_by_value_cuts_every_number_off() -> None:
    first, second = clip_values([-GRADIENTS[0], GRADIENTS[1]], 3.5)

    np.testing.assert_array_equal(first, [-3, -3.5])
    np.testing.assert_array_equal(second, [[0, 3.5]])


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ({"clipnorm": 6}, [3, 4, 0, 6]),
        ({"global_clipnorm": 6.5}, [1.5, 2, 0, 6]),
        ({"clipvalue": 3.5}, [3, 3.5, 0, 3.5]),
        ({}, [3, 4, 0, 12]),
    ],
)
def test_an_optimizer_follows_gradients_that_are_clipped_as_it_was_told(limit: dict[str, float], expected: list[float]) -> None:
    weights, sgd = [np.zeros(2), np.zeros((1, 2))], SGD(2.0, **limit)
    moved, _ = sgd.update(weights, GRADIENTS, sgd.start(weights))

    np.testing.assert_array_equal(flat(sgd.clip(GRADIENTS)), expected)
    np.testing.assert_array_equal(flat(moved), -2 * np.array(expected))


def test_gradients_shorter_than_the_limit_stay_as_they_are() -> None:
    for limit in ("clipnorm", "global_clipnorm", "clipvalue"):
        np.testing.assert_array_equal(flat(SGD(**{limit: 100.0}).clip(GRADIENTS)), flat(GRADIENTS))


def test_gradients_of_zero_can_be_clipped() -> None:
    for limit in ("clipnorm", "global_clipnorm", "clipvalue"):
        np.testing.assert_array_equal(SGD(**{limit: 1.0}).clip([np.zeros(3)])[0], np.zeros(3))
    assert norm(np.array([[3.0], [4.0]])) == 5


def test_clipping_comes_before_momentum_and_after_l2() -> None:
    model = Sequential([Dense(1)], features=1)
    model.set_weights([[[2.0]], [5.0]])
    gradients = with_penalty([np.array([[1.0]]), np.array([0.25])], model.layers, 0.5)
    sgd = SGD(1.0, momentum=0.5, clipvalue=1.5)
    _, state = sgd.update(model.get_weights(), gradients, sgd.start(model.get_weights()))

    np.testing.assert_array_equal(flat(gradients), [1 + 2 * 0.5 * 2, 0.25])
    np.testing.assert_array_equal(flat(state.numbers["momentum"]), [-1.5, -0.25])


def test_l2_holds_kernels_and_recurrent_kernels_and_neither_biases_nor_embeddings() -> None:
    model = Sequential([engine.Embedding(3, 2), GRU(2, return_sequences=True), LSTM(2), Dense(1)], seed=1)
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=weight.shape) for weight in model.get_weights()])
    weights = model.get_weights()
    added = with_penalty([np.zeros_like(weight) for weight in weights], model.layers, 0.3)
    held = [1, 2, 4, 5, 7]
    for place, (weight, gradient) in enumerate(zip(weights, added, strict=True)):
        np.testing.assert_allclose(gradient, 2 * 0.3 * weight if place in held else 0, rtol=1e-15)

    assert penalty(model.layers, 0.3) == pytest.approx(0.3 * sum(np.square(weights[place]).sum() for place in held), rel=1e-14)


def test_the_gradient_of_the_penalty_is_its_complex_step() -> None:
    model = stack()
    weights = [weight.astype(complex) for weight in model.get_weights()]
    added = with_penalty([np.zeros(weight.shape) for weight in weights], model.layers, 0.7)
    for place, weight in enumerate(weights):
        weight.flat[1] += 1e-30j
        model.set_weights(weights)
        assert penalty(model.layers, 0.7).imag / 1e-30 == pytest.approx(added[place].flat[1], rel=1e-12, abs=1e-14)
        weight.flat[1] = weight.flat[1].real


NUMBERS = ("learning_rate", "momentum", "rho", "beta_1", "beta_2", "epsilon", "initial_accumulator_value", "clipnorm", "clipvalue")


@pytest.mark.parametrize("name", [*NUMBERS, "global_clipnorm"])
@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), "0.1", True, None, 1j])
def test_a_setting_that_is_no_such_number_is_refused_by_name(name: str, value: Any) -> None:
    kind = next(kind for kind in KINDS.values() if name in kind.__dataclass_fields__)
    if value is None and "clip" in name:
        assert getattr(kind(**{name: value}), name) is None
        return
    with pytest.raises(EngineError, match=f"`{name}` must be a .*number.* Received: ") as caught:
        kind(**{name: value})
    assert caught.value.field == name


@pytest.mark.parametrize(("kind", "name"), [(SGD, "momentum"), (RMSprop, "rho"), (Adam, "beta_1"), (Adam, "beta_2")])
def test_a_share_of_one_is_refused_because_nothing_new_would_count(kind: type[Optimizer], name: str) -> None:
    with pytest.raises(EngineError, match=r"0 or more and below 1\. Received: 1"):
        kind(**{name: 1})


@pytest.mark.parametrize("name", ["epsilon", "clipnorm"])
def test_an_epsilon_or_a_limit_of_zero_is_refused(name: str) -> None:
    with pytest.raises(EngineError, match=r"above 0\. Received: 0"):
        Adam(**{name: 0})


@pytest.mark.parametrize(("kind", "name"), [(SGD, "nesterov"), (RMSprop, "centered"), (Adam, "amsgrad")])
def test_a_switch_that_is_no_truth_value_is_refused(kind: type[Optimizer], name: str) -> None:
    with pytest.raises(EngineError, match=f"`{name}` must be True or False. Received: 1"):
        kind(**{name: 1})


def test_two_kinds_of_clipping_at_once_are_refused() -> None:
    with pytest.raises(EngineError, match=r"Only one of `clipnorm`, `global_clipnorm`, `clipvalue` can be set"):
        SGD(clipnorm=1.0, clipvalue=1.0)


def test_a_state_of_another_optimizer_or_of_other_weights_is_refused() -> None:
    weights = [np.zeros((2, 3))]
    with pytest.raises(EngineError, match="Received: one that remembers accumulator"):
        Adam().update(weights, weights, Adagrad().start(weights))
    with pytest.raises(EngineError, match=r"Adam\.start or update with weights of these shapes"):
        Adam().update(weights, weights, Adam().start([np.zeros((3, 2))]))


def test_an_optimizer_is_a_value() -> None:
    assert Adam(1) == Adam(1.0)
    assert hash(SGD(0.5)) == hash(SGD(0.5, 0))
    with pytest.raises(AttributeError):
        Adam().learning_rate = 3  # type: ignore[misc]
