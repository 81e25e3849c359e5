"""N22: losses and their gradients."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Dense, Sequential, gradcheck
from engine.activations import sigmoid, softmax
from tests.engine.stacks import Task, make_task, tasks

logits = st.floats(-20, 20)


@given(a=st.lists(logits, min_size=1, max_size=6), shift=logits)
def test_softmax_sums_to_one_and_ignores_a_shift(a: list[float], shift: float) -> None:
    y = softmax(np.array([a]), np.empty((1, len(a))))
    shifted = softmax(np.array([a]) + shift, np.empty((1, len(a))))

    assert abs(y.sum() - 1) <= 1e-14
    np.testing.assert_allclose(y, shifted, rtol=0, atol=1e-14)


def test_softmax_takes_logits_of_any_size() -> None:
    np.testing.assert_array_equal(softmax(np.array([[1e4, 0.0], [-1e4, -1e4]]), np.empty((2, 2))), [[1, 0], [0.5, 0.5]])


@given(a=st.floats(-1e4, 1e4))
def test_sigmoid_lies_between_zero_and_one_and_mirrors_around_a_half(a: float) -> None:
    one, other = (sigmoid(np.array([value]), np.empty(1))[0] for value in (a, -a))

    assert 0 <= one <= 1
    assert abs(one + other - 1) <= 1e-15


@pytest.mark.parametrize("loss", ["binary_crossentropy", "categorical_crossentropy"])
@given(task=tasks(outputs=3))
def test_the_gradient_of_a_crossentropy_is_output_minus_target(loss: str, task: Task) -> None:
    task = make_task(loss=loss, outputs=3, batch=len(task.x), sequences=task.forward().sequences)
    trace, gradients = task.run()
    error = trace.output - task.y
    count = error.size if loss == "binary_crossentropy" else error.size / 3
    d_a = gradients.layers[-1]["a"]

    np.testing.assert_allclose(d_a if trace.sequences else d_a[:, 0], error / count, rtol=0, atol=1e-14)
    assert "y" not in gradients.layers[-1]


def logit_model(units: int, activation: str, dtype: str = "float64") -> Sequential:
    """A Dense whose pre-activation is its input."""
    model = Sequential([Dense(units, activation=activation)], features=units, dtype=dtype)
    model.set_weights([np.eye(units), np.zeros(units)])
    return model


@pytest.mark.parametrize(("logit", "target", "expected"), [(1e4, 1, 0.0), (1e4, 0, 1e4), (-1e4, 1, 1e4), (-1e4, 0, 0.0), (0, 1, np.log(2))])
def test_binary_crossentropy_is_finite_and_exact_for_any_logit(logit: float, target: float, expected: float) -> None:
    model = logit_model(1, "sigmoid")
    gradients = model.backward(model.forward([[[logit]]]), [[[target]]], "binary_crossentropy")

    assert gradients.loss == pytest.approx(expected, abs=1e-14)
    assert gradients.inputs[0, 0, 0] == pytest.approx((logit > 0) - target if logit else 0.5 - target, abs=1e-14)


def test_categorical_crossentropy_is_finite_and_exact_for_any_logit() -> None:
    model = logit_model(3, "softmax")
    gradients = model.backward(model.forward([[[1e4, -1e4, 0]]]), [[[0.25, 0.5, 0.25]]], "categorical_crossentropy")

    assert gradients.loss == 0.5 * 2e4 + 0.25 * 1e4
    np.testing.assert_array_equal(gradients.inputs[0, 0], [0.75, -0.5, -0.25])


def test_mean_squared_error_is_the_mean_over_all_outputs() -> None:
    model = logit_model(2, "linear")
    gradients = model.backward(model.forward([[[1.0, 5.0]]]), [[[0.0, 2.0]]], "mse")

    assert gradients.loss == (1 + 9) / 2
    np.testing.assert_array_equal(gradients.inputs[0, 0], [1.0, 3.0])


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "linear", "softmax"])
def test_mean_squared_error_takes_any_activation(activation: str) -> None:
    model = Sequential([Dense(3, activation=activation), Dense(2, activation=activation)], features=2, seed=3)

    assert gradcheck(model, [[[0.3, -1.2], [2.0, 0.7]]], [[[0.1, 0.9], [0.4, -0.2]]], "mse") <= 1e-12
