"""The public face: names, shapes, counts, initial weights, and what a caller is told who asks for the impossible."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import engine
from engine import GRU, LSTM, SGD, Dense, Dropout, Embedding, EngineError, OneHot, Sequential, ShapeError, SimpleRNN, explain, gradcheck
from engine.initializers import glorot_uniform, orthogonal
from engine.layers import Layer
from engine.quantities import QUANTITIES, all_quantities, forward_quantities
from tests.engine.stacks import every_cell, make_task, seeds, sizes


def toy(**changed: Any) -> Sequential:
    """The model of the notes."""
    layers = [OneHot(3), SimpleRNN(3, return_sequences=True), SimpleRNN(2), Dense(1, activation="sigmoid")]
    return Sequential(**{"layers": layers, "seed": 0} | changed)


def test_the_toy_of_the_notes_has_36_parameters_in_keras_order() -> None:
    shapes = [weight.shape for weight in toy().get_weights()]

    assert toy().count_params() == 36
    assert shapes == [(3, 3), (3, 3), (3,), (3, 2), (2, 2), (2,), (2, 1), (1,)]


def test_shapes_are_those_that_keras_gives() -> None:
    model = toy()
    trace = model.forward([[0, 1, 2], [2, 2, 1]])
    gradients = model.backward(trace, [1, 0], loss="binary_crossentropy")

    assert trace.output.shape == (2, 1)
    assert [{name: array.shape for name, array in record.items()} for record in trace.layers] == [
        {"x": (2, 3, 3)},
        {"a": (2, 3, 3), "h": (2, 3, 3)},
        {"a": (2, 3, 2), "h": (2, 3, 2)},
        {"a": (2, 1, 1), "y": (2, 1, 1)},
    ]
    assert [tuple(record) for record in gradients.layers] == [("x",), all_quantities("SimpleRNN"), all_quantities("SimpleRNN"), ("a",)]
    assert gradients.inputs.shape == (2, 3, 3)
    assert [state.shape for state in gradients.initial_state] == [(2, 3), (2, 2)]
    np.testing.assert_array_equal(gradients.layers[0]["x"], gradients.inputs)


def test_a_layer_that_takes_vectors_needs_no_word_layer() -> None:
    model = Sequential([SimpleRNN(4, return_sequences=True)], features=2, dtype="float32")
    output = model.forward(np.zeros((5, 6, 2))).output

    assert (output.shape, output.dtype) == ((5, 6, 4), np.float32)


def test_vectors_in_place_of_words_pass_the_word_layer_as_they_are() -> None:
    model, vectors = toy(), np.random.default_rng(0).normal(size=(2, 4, 3))

    np.testing.assert_array_equal(model.forward(vectors).inputs, vectors)
    np.testing.assert_array_equal(model.forward(np.eye(3, dtype=int)[[[0, 2]]]).output, model.forward([[0, 2]]).output)


def test_words_run_as_the_vectors_that_they_stand_for() -> None:
    model, words = toy(), [[0, 2, 1], [1, 1, 0]]

    np.testing.assert_array_equal(model.forward(words).output, model.forward(np.eye(3)[words]).output)


def test_labels_of_one_unit_need_no_axis_of_their_own() -> None:
    model = toy()
    trace = model.forward([[0, 1, 2], [2, 2, 1]])
    losses = {model.backward(trace, y, "binary_crossentropy").loss for y in ([1, 0], [[1], [0]], np.array([True, False]))}

    assert len(losses) == 1


@given(fan_in=sizes, fan_out=sizes, seed=seeds)
def test_glorot_uniform_stays_within_its_limit(fan_in: int, fan_out: int, seed: int) -> None:
    weights = glorot_uniform((fan_in, fan_out), np.random.default_rng(seed))

    assert np.max(np.abs(weights)) <= np.sqrt(6 / (fan_in + fan_out))


def test_glorot_uniform_fills_its_limits_evenly() -> None:
    weights = glorot_uniform((200, 300), np.random.default_rng(0)) / np.sqrt(6 / 500)

    assert np.min(weights) == pytest.approx(-1, abs=1e-3)
    assert np.max(weights) == pytest.approx(1, abs=1e-3)
    assert np.std(weights) == pytest.approx(1 / np.sqrt(3), rel=0.01)


@given(rows=sizes, columns=sizes, seed=seeds)
def test_orthogonal_is_orthonormal_along_its_shorter_side(rows: int, columns: int, seed: int) -> None:
    weights = orthogonal((rows, columns), np.random.default_rng(seed))
    short = weights.T @ weights if rows >= columns else weights @ weights.T

    np.testing.assert_allclose(short, np.eye(min(rows, columns)), rtol=0, atol=1e-14)


@given(rows=sizes, columns=sizes, seed=seeds)
def test_orthogonal_is_the_q_of_a_normal_matrix_whose_r_has_a_positive_diagonal(rows: int, columns: int, seed: int) -> None:
    weights = orthogonal((rows, columns), np.random.default_rng(seed))
    drawn = np.random.default_rng(seed).normal(size=(max(rows, columns), min(rows, columns)))
    r = (weights if rows >= columns else weights.T).T @ drawn

    np.testing.assert_allclose(r, np.triu(r), rtol=0, atol=1e-12)
    assert np.all(np.diag(r) > 0)


def test_orthogonal_is_drawn_evenly_over_rotations_and_reflections() -> None:
    rng = np.random.default_rng(0)
    draws = np.array([orthogonal((2, 2), rng) for _ in range(2000)])

    assert np.max(np.abs(draws.mean(axis=0))) < 0.06
    assert np.mean(np.linalg.det(draws)) == pytest.approx(0, abs=0.06)


def test_a_seed_draws_kernels_as_keras_names_them_and_leaves_biases_at_zero() -> None:
    rng = np.random.default_rng(0)
    expected = [glorot_uniform((3, 3), rng), orthogonal((3, 3), rng), np.zeros(3)]
    for weight, drawn in zip(toy().get_weights(), expected, strict=False):
        np.testing.assert_array_equal(weight, drawn)


def test_an_lstm_begins_with_a_bias_of_one_for_its_forget_gate() -> None:
    np.testing.assert_array_equal(Sequential([LSTM(2)], features=3).get_weights()[2], [0, 0, 1, 1, 0, 0, 0, 0])


def test_a_new_lstm_keeps_more_of_its_memory_than_it_forgets() -> None:
    first = Sequential([LSTM(2)], features=3).forward(np.zeros((1, 1, 3))).layers[0]

    np.testing.assert_allclose(first["f"], 1 / (1 + np.exp(-1)), rtol=1e-15)
    np.testing.assert_array_equal(first["i"], 0.5)


@pytest.mark.parametrize(
    ("cell", "shapes"),
    [
        (LSTM(3), [(5, 12), (3, 12), (12,)]),
        (GRU(3), [(5, 9), (3, 9), (2, 9)]),
        (GRU(3, reset_after=False), [(5, 9), (3, 9), (9,)]),
        (SimpleRNN(3), [(5, 3), (3, 3), (3,)]),
    ],
)
def test_weights_have_the_shapes_that_keras_gives_them(cell: Layer, shapes: list[tuple[int, ...]]) -> None:
    assert [weight.shape for weight in Sequential([cell], features=5).get_weights()] == shapes


@pytest.mark.parametrize(("cell", "count"), [(SimpleRNN, 320_251), (LSTM, 320_986), (GRU, 320_771)])
def test_the_stacks_of_the_notes_have_as_many_parameters_as_in_keras(cell: Any, count: int) -> None:
    layers = [Embedding(10_000, 32), cell(5, return_sequences=True), cell(5), Dense(1, activation="sigmoid")]

    assert Sequential(layers).count_params() == count


def test_gradcheck_finds_a_right_gradient_right_and_a_wrong_one_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    task = make_task()
    assert gradcheck(task.model, task.x, task.y, task.loss) <= 1e-12
    monkeypatch.setattr(Dense, "backward_from_a", lambda self, x, record, d_a: Dense._below(self, x, 2 * d_a, record))
    assert gradcheck(task.model, task.x, task.y, task.loss) > 0.1


def test_gradcheck_leaves_the_model_as_it_was() -> None:
    task = make_task()
    before = task.model.get_weights()
    gradcheck(task.model, task.x, task.y, task.loss)
    for weight, then in zip(task.model.get_weights(), before, strict=True):
        assert weight.dtype == float
        np.testing.assert_array_equal(weight, then)


@pytest.mark.parametrize("layer", [OneHot, Embedding, Dropout, SimpleRNN, LSTM, GRU, Dense])
def test_the_table_of_quantities_is_what_a_layer_declares(layer: type[Layer]) -> None:
    rows = QUANTITIES[layer.__name__]

    assert layer.quantities == forward_quantities(layer.__name__)
    assert all(row.label and row.gradient for row in rows)
    assert all(row.formula for row in rows if row.role != "part")


@every_cell
def test_a_run_holds_the_quantities_of_the_table_in_its_order(cell: str) -> None:
    task = make_task(cells=cell)
    trace, gradients = task.run()
    for layer, record, d_record in zip(task.recurrent, trace.layers, gradients.layers, strict=False):
        assert tuple(record) == forward_quantities(type(layer).__name__)
        assert tuple(d_record) == all_quantities(type(layer).__name__)


def test_every_public_name_has_a_docstring() -> None:
    for name in engine.__all__:
        assert inspect.getdoc(getattr(engine, name)), name


def refused(field: str, message: str, call: Any) -> EngineError:
    with pytest.raises(EngineError, match=message) as caught:
        call()
    assert caught.value.field == field
    return caught.value


def test_a_recurrent_layer_without_a_sequence_below_is_refused_in_keras_words() -> None:
    layers = [OneHot(3), SimpleRNN(5), SimpleRNN(2)]

    refused("return_sequences", r"expected ndim=3, found ndim=2\. Full shape received: \(None, 5\)", lambda: toy(layers=layers))


@pytest.mark.parametrize(
    ("field", "message", "changed"),
    [
        ("layers", "at least one layer", {"layers": []}),
        ("layers", "at least one layer", {"layers": [OneHot(3)]}),
        ("layers", "must be the first layer", {"layers": [OneHot(3), OneHot(3), SimpleRNN(2)]}),
        ("features", "exactly when the first layer takes vectors", {"features": 3}),
        ("features", "exactly when the first layer takes vectors", {"layers": [SimpleRNN(2)]}),
        ("features", "integer of 1 or more", {"layers": [SimpleRNN(2)], "features": 0}),
        ("dtype", "float32 or float64", {"dtype": "float16"}),
        ("seed", "0 or more", {"seed": -1}),
        ("seed", "0 or more", {"seed": True}),
        ("seed", "0 or more", {"seed": None}),
    ],
)
def test_a_model_that_cannot_be_is_refused_by_name(field: str, message: str, changed: dict[str, Any]) -> None:
    refused(field, message, lambda: toy(**changed))


@pytest.mark.parametrize("units", [0, -1, True, 1.0, "3"])
def test_a_layer_of_no_or_half_a_unit_is_refused(units: Any) -> None:
    refused("units", "integer of 1 or more", lambda: SimpleRNN(units))
    refused("units", "integer of 1 or more", lambda: Dense(units))
    refused("input_dim", "integer of 1 or more", lambda: OneHot(units))


def test_an_unknown_activation_is_refused_with_those_that_are_known() -> None:
    refused("activation", "tanh, sigmoid, relu, linear", lambda: SimpleRNN(2, activation="softmax"))
    refused("activation", "linear, softmax", lambda: Dense(2, activation="gelu"))


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([0, 1, 2], r"\(batch, timesteps\). Received: \(3,\)"),
        ([[]], r"\(batch, timesteps, 3\). Received: \(1, 0\)"),
        ([[0.0, 1.0]], r"\(batch, timesteps, 3\). Received: \(1, 2\)"),
        (np.zeros((1, 2, 4)), r"\(batch, timesteps, 3\). Received: \(1, 2, 4\)"),
        ([["cat"]], "array of numbers"),
        ([[0, 3]], "tokens from 0 to 2. Received: 3"),
        ([[0, -1]], "tokens from 0 to 2. Received: -1"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(x: Any, message: str) -> None:
    refused("x", message, lambda: toy().forward(x))


@pytest.mark.parametrize("y", [[1, 0], [[[1]]], [[1, 0]]])
def test_labels_that_do_not_fit_are_refused_with_both_shapes(y: Any) -> None:
    model = toy()
    trace = model.forward([[0, 1, 2]])

    refused("y", r"must have shape \(1, 1\)\. Received: ", lambda: model.backward(trace, y, "binary_crossentropy"))


def test_labels_that_are_no_numbers_or_no_distribution_are_refused() -> None:
    model = Sequential([Dense(2, activation="softmax")], features=2)
    trace = model.forward([[[0.1, 0.2]]])

    refused("y", "array of numbers", lambda: model.backward(trace, [[["a", "b"]]], "categorical_crossentropy"))
    refused("y", "add up to 1", lambda: model.backward(trace, [[[1.0, 1.0]]], "categorical_crossentropy"))


WRONG_LABELS = [
    ("binary_crossentropy", "sigmoid", [1.5, 0.5], r"numbers from 0 to 1 for binary_crossentropy\. Received: 1\.5"),
    ("binary_crossentropy", "sigmoid", [0.5, -1e-9], r"numbers from 0 to 1 for binary_crossentropy\. Received: -1e-09"),
    ("binary_crossentropy", "sigmoid", [0.5, np.nan], r"numbers from 0 to 1 for binary_crossentropy\. Received: nan"),
    ("categorical_crossentropy", "softmax", [2.0, -1.0], r"numbers from 0 to 1 for categorical_crossentropy\. Received: -1\.0"),
    ("categorical_crossentropy", "softmax", [np.nan, 1.0], r"numbers from 0 to 1 for categorical_crossentropy\. Received: nan"),
    ("categorical_crossentropy", "softmax", [0.5, 0.25], r"add up to 1 .* Received a sum of 0\.75"),
    ("mse", "linear", [0.5, np.nan], r"finite numbers\. Received: nan"),
    ("mse", "linear", [-np.inf, 0.5], r"finite numbers\. Received: -inf"),
]


def refuse_labels(use: Callable[[Sequential, Any, str], Any]) -> None:
    """In every loss, and told with the field, the rule and the value."""
    for loss, activation, label, message in WRONG_LABELS:
        model = Sequential([Dense(2, activation=activation)], features=2)
        refused("y", message, partial(use, model, [[label]], loss))


def test_labels_that_no_loss_can_take_are_refused_with_their_value() -> None:
    refuse_labels(lambda model, y, loss: model.backward(model.forward([[[0.1, 0.2]]]), y, loss))


def test_training_refuses_labels_that_no_loss_can_take() -> None:
    refuse_labels(lambda model, y, loss: model.fit([[[0.1, 0.2]]], y, optimizer=SGD(), loss=loss, epochs=1))


def test_labels_at_either_end_and_between_are_taken() -> None:
    model = Sequential([Dense(2, activation="sigmoid")], features=2)

    assert np.isfinite(model.backward(model.forward([[[0.1, 0.2]] * 2]), [[[0, 1], [0.25, True]]], "binary_crossentropy").loss)


@pytest.mark.parametrize(("loss", "message"), [("categorical_crossentropy", "activation 'softmax'"), ("hinge", "must be one of")])
def test_a_loss_that_does_not_fit_the_last_layer_is_refused(loss: str, message: str) -> None:
    model = toy()

    refused("loss", message, lambda: model.backward(model.forward([[0]]), [1], loss))


def test_weights_that_do_not_fit_are_refused_with_both_shapes() -> None:
    model = toy()
    weights = model.get_weights()

    error = refused("kernel of layer 1", r"\(3, 3\)\. Received: \(2, 3\)", lambda: model.set_weights([np.zeros((2, 3)), *weights[1:]]))
    assert isinstance(error, ShapeError)
    refused("weights", "list of 8 arrays. Received: 7", lambda: model.set_weights(weights[1:]))


def test_initial_states_that_do_not_fit_are_refused() -> None:
    refused("initial_state", "one entry per recurrent layer, 2. Received: 1", lambda: toy().forward([[0]], [np.zeros((1, 3))]))
    refused("initial_state", r"\(1, 2\)\. Received: \(1, 3\)", lambda: toy().forward([[0]], [np.zeros((1, 3)), np.zeros((1, 3))]))


@pytest.mark.parametrize("state", [np.zeros((1, 3)), [np.zeros((1, 3))] * 3, 0.0])
def test_an_lstm_whose_initial_state_is_no_pair_is_refused(state: Any) -> None:
    model = Sequential([LSTM(3)], features=2)

    refused("initial_state", "must be the arrays h, c", lambda: model.forward(np.zeros((1, 1, 2)), [state]))


def test_a_trace_of_another_model_is_refused() -> None:
    trace = Sequential([OneHot(3), SimpleRNN(2)]).forward([[0]])

    refused("trace", "model of the same layers", lambda: toy().backward(trace, [1], "binary_crossentropy"))


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("layer", {"layer": 4, "timestep": 0, "quantity": "h", "unit": 0}),
        ("timestep", {"layer": 1, "timestep": 3, "quantity": "h", "unit": 0}),
        ("timestep", {"layer": 1, "timestep": -1, "quantity": "a", "unit": 0}),
        ("timestep", {"layer": 3, "timestep": 1, "quantity": "y", "unit": 0}),
        ("quantity", {"layer": 1, "timestep": 0, "quantity": "c", "unit": 0}),
        ("quantity", {"layer": 1, "timestep": 0}),
        ("unit", {"layer": 1, "timestep": 0, "quantity": "h", "unit": 3}),
        ("batch", {"layer": 1, "timestep": 0, "quantity": "h", "unit": 0, "batch": 1}),
        ("gradients", {"layer": 1, "weight": "kernel", "index": (0, 0)}),
        ("gradients", {"layer": 3, "quantity": "loss"}),
    ],
)
def test_a_question_about_a_number_that_is_not_there_is_refused(field: str, place: dict[str, Any]) -> None:
    model = toy()

    refused(field, "must be|needs", lambda: explain(model, model.forward([[0, 1, 2]]), **place))


@pytest.mark.parametrize(("field", "weight", "index"), [("index", "kernel", (0, 3)), ("index", "bias", ()), ("weight", "gate", (0,))])
def test_a_question_about_a_weight_that_is_not_there_is_refused(field: str, weight: str, index: tuple[int, ...]) -> None:
    model = toy()
    trace = model.forward([[0, 1, 2]])
    gradients = model.backward(trace, [1], "binary_crossentropy")

    refused(field, "must", lambda: explain(model, trace, layer=1, weight=weight, index=index, gradients=gradients))
    with pytest.raises(EngineError, match="very trace"):
        explain(model, model.forward([[0]]), layer=1, weight="bias", index=(0,), gradients=gradients)


def test_errors_survive_the_way_out_of_a_process_pool() -> None:
    error = pickle.loads(pickle.dumps(ShapeError.between("x", ("batch", 3), (1, 2))))

    assert (type(error), error.field, str(error)) == (ShapeError, "x", "`x` must have shape (batch, 3). Received: (1, 2).")
