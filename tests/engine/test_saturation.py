"""N28: what saturates keeps its digits. Gates, slopes, cross-entropies and their gradients against mpmath at 60 digits."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import GRU, LSTM, Dense, Sequential, SimpleRNN, explain, gradcheck
from engine.activations import ELEMENTWISE, sigmoid, sigmoid_slope, softplus, tanh_slope
from engine.classics import error_gradient

mpmath.mp.dps = 60
EXTREMES = (0.0, 1e-300, 1e-9, 0.3, 14.9, 19.5, 36.0, 40.0, 88.0, 350.0, 700.0, 708.39, 708.41, 709.25, 709.4, 745.2, 1e4, 1e300)
sizes = st.one_of(st.floats(0, 800), st.sampled_from(EXTREMES))
numbers = st.builds(lambda size, sign: sign * size, sizes, st.sampled_from((-1, 1)))


def true_sigmoid(a: Any) -> Any:
    return 1 / (1 + mpmath.exp(-mpmath.mpf(a)))


def true_sigmoid_slope(a: Any) -> Any:
    return true_sigmoid(a) * true_sigmoid(-a)


def true_tanh_slope(a: Any) -> Any:
    return mpmath.sech(mpmath.mpf(a)) ** 2


def true_softplus(a: Any) -> Any:
    return mpmath.log1p(mpmath.exp(mpmath.mpf(a)))


TRUE: dict[str, tuple[Callable[..., Any], Callable[[Any], Any]]] = {
    "sigmoid": (sigmoid, true_sigmoid),
    "sigmoid's slope": (sigmoid_slope, true_sigmoid_slope),
    "tanh's slope": (tanh_slope, true_tanh_slope),
    "softplus": (lambda a, out: softplus(a), true_softplus),
}


def require_true(found: float, true: Any, digits: float = 1e-14) -> None:
    """Relative where the true number is a normal one, else within 1e-308 of it."""
    allowed = digits * abs(true) if abs(true) >= sys.float_info.min else mpmath.mpf(10) ** -308
    assert abs(mpmath.mpf(found) - true) <= allowed, (found, true)


def at(function: Callable[..., Any], a: float, dtype: str = "float64") -> Any:
    array = np.array([a], dtype)
    return function(array, np.empty_like(array))[0].item()


@pytest.mark.parametrize("name", TRUE)
@given(a=numbers)
def test_a_saturated_function_is_right_to_the_last_digits(name: str, a: float) -> None:
    function, true = TRUE[name]

    require_true(at(function, a), true(a))


@pytest.mark.parametrize("name", TRUE)
@pytest.mark.parametrize("size", EXTREMES)
def test_a_saturated_function_is_right_at_the_ends_of_its_range(name: str, size: float) -> None:
    function, true = TRUE[name]
    for a in (size, -size):
        require_true(at(function, a), true(a))


@pytest.mark.parametrize("name", ["sigmoid", "softplus"])
@given(a=st.floats(-30, 30))
def test_complex_input_gives_the_value_and_the_slope(name: str, a: float) -> None:
    function, true = TRUE[name]
    found = at(function, a + 1e-30j, "complex128")

    assert abs(found.real - float(true(a))) <= 1e-15 * max(1, abs(a))
    require_true(found.imag / 1e-30, true_sigmoid_slope(a) if name == "sigmoid" else true_sigmoid(a))


@pytest.mark.parametrize("a", [-1e4, -709.4, -40.0, 40.0, 700.0, 709.4, 1e4])
def test_complex_input_is_clamped_by_its_real_part_and_stays_finite(a: float) -> None:
    for imaginary in (1e-30, 0.7, 2.0):
        for function in (sigmoid, sigmoid_slope, tanh_slope):
            assert np.isfinite(at(function, a + 1j * imaginary, "complex128"))
    for function, true in ((sigmoid, true_sigmoid), (sigmoid_slope, true_sigmoid_slope), (tanh_slope, true_tanh_slope)):
        require_true(at(function, a + 1e-30j, "complex128").real, true(a))


@pytest.mark.parametrize("a", [-200.0, -89.0, -20.0, 20.0, 89.0, 200.0])
def test_float32_neither_overflows_nor_loses_its_digits(a: float) -> None:
    for function, true in TRUE.values():
        assert at(function, a, "float32") == pytest.approx(float(true(a)), rel=1e-6, abs=1.5e-38)


@given(a=st.floats(-15, 15))
def test_slopes_from_the_pre_activation_and_from_the_state_agree(a: float) -> None:
    h, y = np.tanh(a), at(sigmoid, a)

    assert abs(at(tanh_slope, a) - (1 - h * h)) <= 1e-13
    assert abs(at(sigmoid_slope, a) - y * (1 - y)) <= 1e-13


@pytest.mark.parametrize("weight", [5.0, 15.0, 18.0, 19.5, 25.0, 60.0])
def test_a_gradient_through_six_saturated_steps_is_exact(weight: float) -> None:
    model = Sequential([SimpleRNN(1), Dense(1)], features=1)
    model.set_weights([[[0.0]], [[weight]], [0.0], [[1.0]], [0.0]])
    trace = model.forward(np.zeros((1, 7, 1)), [[[0.9]]])
    gradients = model.backward(trace, [0.0], "mse")

    true = 2 * mpmath.mpf(trace.output.item())
    for a in trace.layers[0]["a"][0, :0:-1, 0]:
        true *= true_tanh_slope(a) * weight
    require_true(gradients.layers[0]["h"][0, 0, 0], true, 1e-13)
    assert true != 0


@pytest.mark.parametrize("bias", [-40.0, -36.0, 36.0, 40.0, 300.0])
def test_a_gate_that_is_nearly_closed_or_open_still_passes_what_it_should(bias: float) -> None:
    lstm = Sequential([LSTM(1), Dense(1)], features=1)
    lstm.set_weights([np.zeros((1, 4)), np.zeros((1, 4)), [0.0, bias, 0.5, bias], [[1.0]], [0.0]])
    trace = lstm.forward(np.zeros((1, 1, 1)), [([[0.0]], [[2.0]])])
    record, d_record = trace.layers[0], lstm.backward(trace, [0.0], "mse").layers[0]
    c = mpmath.mpf(record["c"].item())
    require_true(record["f"].item(), true_sigmoid(bias))
    d_h, d_c = (mpmath.mpf(d_record[name].item()) for name in ("h", "c"))
    require_true(d_record["c"].item(), d_h * true_sigmoid(bias) * true_tanh_slope(c), 1e-13)
    require_true(d_record["a_f"].item(), d_c * 2 * true_sigmoid_slope(bias), 1e-13)
    require_true(d_record["a_o"].item(), d_h * mpmath.tanh(c) * true_sigmoid_slope(bias), 1e-13)


@pytest.mark.parametrize("c", [16.0, 20.0, 30.0, 300.0])
def test_a_full_memory_still_hears_of_the_loss(c: float) -> None:
    lstm = Sequential([LSTM(1), Dense(1)], features=1)
    lstm.set_weights([np.zeros((1, 4)), np.zeros((1, 4)), [0.0, 700.0, 0.0, 1.0], [[1.0]], [0.0]])
    trace = lstm.forward(np.zeros((1, 1, 1)), [([[0.0]], [[c]])])
    d_record = lstm.backward(trace, [0.0], "mse").layers[0]
    require_true(d_record["c"].item(), d_record["h"].item() * true_sigmoid(1) * true_tanh_slope(c), 1e-13)


def by_the_complex_step(model: Sequential, x: Any, states: Any) -> list[Any]:
    """dL/d every bias of the first layer, relative to which nothing is rounded away."""
    found, weights = [], model.get_weights()
    for place in np.ndindex(weights[2].shape):
        shifted = [weight.astype(complex) for weight in weights]
        shifted[2][place] += 1e-30j
        model.set_weights(shifted)
        found.append(model.loss(model.forward(x, states), [1.0], "mse").imag / 1e-30)
    model.set_weights(weights)
    return found


def require_exact_bias_gradients(cell: Any, row: list[float], state: Any) -> None:
    """Every gradient of a bias, each relative to itself, is that of the complex step."""
    model = Sequential([cell, Dense(1)], features=1)
    kernel, recurrent, bias, *dense = model.get_weights()
    bias[...] = np.array(row) / bias.ndim
    model.set_weights([np.full_like(kernel, 0.1), np.full_like(recurrent, 0.1), bias, *dense])
    x = [[[0.3], [0.1]]]
    gradient = model.backward(model.forward(x, [state]), [1.0], "mse").weights[2]

    np.testing.assert_allclose(gradient.ravel(), by_the_complex_step(model, x, [state]), rtol=1e-11, atol=0)


@pytest.mark.parametrize("bias", [20.0, 36.0, 38.0])
def test_an_lstm_of_nearly_closed_gates_is_that_of_its_equations(bias: float) -> None:
    require_exact_bias_gradients(LSTM(1), [-bias, bias, 0.5, bias], ([[0.5]], [[20.0]]))


@pytest.mark.parametrize("bias", [20.0, 36.0, 38.0])
def test_a_gru_of_nearly_closed_gates_is_that_of_its_equations(bias: float) -> None:
    for reset_after in (True, False):
        require_exact_bias_gradients(GRU(1, reset_after=reset_after), [bias, 0.3, 0.2], [[0.5]])


@pytest.mark.parametrize("reset_after", [True, False])
@pytest.mark.parametrize("bias", [-40.0, 36.0, 40.0, 300.0])
def test_what_a_gru_does_not_keep_is_exact_where_it_keeps_nearly_all(bias: float, reset_after: bool) -> None:
    gru = Sequential([GRU(1, reset_after=reset_after), Dense(1)], features=1)
    row = [bias, bias, 0.5]
    gru.set_weights([np.zeros((1, 3)), np.zeros((1, 3)), [row, [0.0] * 3] if reset_after else row, [[1.0]], [0.0]])
    trace = gru.forward(np.zeros((1, 1, 1)), [[[0.0]]])
    gradients = gru.backward(trace, [1.0], "mse")
    n, d_h = mpmath.tanh(0.5), mpmath.mpf(gradients.layers[0]["h"].item())
    require_true(trace.layers[0]["h"].item(), true_sigmoid(-bias) * n)
    require_true(gradients.layers[0]["n"].item(), d_h * true_sigmoid(-bias))
    require_true(gradients.layers[0]["a_n"].item(), d_h * true_sigmoid(-bias) * true_tanh_slope(0.5))
    require_true(gradients.layers[0]["a_z"].item(), -d_h * n * true_sigmoid_slope(bias))

    terms = explain(gru, trace, layer=0, timestep=0, quantity="h").terms
    require_true(terms[1].value, true_sigmoid(-bias) * n)


def logits(values: list[float], activation: str) -> tuple[Sequential, Any]:
    model = Sequential([Dense(len(values), activation=activation)], features=len(values))
    model.set_weights([np.eye(len(values)), np.zeros(len(values))])
    return model, model.forward([[values]])


@pytest.mark.parametrize("label", [0.0, 1.0])
@pytest.mark.parametrize("a", [sign * size for size in EXTREMES for sign in (-1, 1)])
def test_binary_crossentropy_and_its_gradient_keep_their_digits_in_the_tail(label: float, a: float) -> None:
    model, trace = logits([a], "sigmoid")
    gradients = model.backward(trace, [[[label]]], "binary_crossentropy")

    require_true(gradients.loss, true_softplus(-a if label else a))
    require_true(gradients.layers[0]["a"].item(), -true_sigmoid(-a) if label else true_sigmoid(a))
    whole = explain(model, trace, layer=0, quantity="loss", gradients=gradients)
    require_true(sum(term.value for term in whole.terms), true_softplus(-a if label else a))


@pytest.mark.parametrize("label", [0, 1, 2])
@pytest.mark.parametrize("largest", [3.0, 36.0, 40.0, 300.0])
def test_categorical_crossentropy_and_its_gradient_keep_their_digits_in_the_tail(label: int, largest: float) -> None:
    values = [0.5, largest, -0.25]
    model, trace = logits(values, "softmax")
    gradients = model.backward(trace, [[np.eye(3)[label]]], "categorical_crossentropy")

    parts = [mpmath.exp(mpmath.mpf(value) - largest) for value in values]
    others = sum(part for unit, part in enumerate(parts) if unit != 1)
    require_true(gradients.loss, mpmath.log1p(others) - (mpmath.mpf(values[label]) - largest))
    for unit, part in enumerate(parts):
        rest = sum(other for place, other in enumerate(parts) if place != unit)
        require_true(gradients.layers[0]["a"][0, 0, unit], (-rest if unit == label else part) / (1 + others))


def test_a_confident_right_verdict_still_has_a_loss() -> None:
    model, trace = logits([36.0], "sigmoid")

    gradients = model.backward(trace, [[[1.0]]], "binary_crossentropy")
    assert gradients.loss == pytest.approx(2.3195228302435691e-16, rel=1e-14, abs=0)
    assert gradients.layers[0]["a"].item() == pytest.approx(-2.3195228302435691e-16, rel=1e-14, abs=0)


def test_a_confident_right_class_still_has_a_loss_and_a_gradient() -> None:
    model, trace = logits([40.0, 0.0], "softmax")
    gradients = model.backward(trace, [[[1.0, 0.0]]], "categorical_crossentropy")

    assert gradients.loss == pytest.approx(4.248354255291589e-18, rel=1e-14, abs=0)
    np.testing.assert_allclose(gradients.layers[0]["a"][0, 0], [-4.248354255291589e-18, 4.248354255291589e-18], rtol=1e-14)


@pytest.mark.parametrize("activation", [*ELEMENTWISE])
@pytest.mark.parametrize("size", [1.0, 25.0])
def test_saturated_layers_agree_with_the_complex_step(activation: str, size: float) -> None:
    model = Sequential([SimpleRNN(3, activation=activation), Dense(1, activation="sigmoid")], features=2, seed=1)
    model.set_weights([weight * (size if place == 0 else 1) for place, weight in enumerate(model.get_weights())])

    assert gradcheck(model, [[[0.3, -1.2], [2.0, 0.7]]], [1.0], "binary_crossentropy") <= 1e-12


@pytest.mark.parametrize("cell", [LSTM, GRU])
def test_saturated_gates_agree_with_the_complex_step(cell: Any) -> None:
    model = Sequential([cell(3), Dense(1, activation="sigmoid")], features=2, seed=1)
    model.set_weights([weight * (25 if place == 0 else 1) for place, weight in enumerate(model.get_weights())])

    assert gradcheck(model, [[[0.3, -1.2], [2.0, 0.7]]], [1.0], "binary_crossentropy") <= 1e-12


def test_the_gradient_of_the_one_unit_network_keeps_its_digits_where_it_is_saturated() -> None:
    w, b = mpmath.mpf(1), mpmath.mpf(45)
    x, d_x_d_b = mpmath.mpf(0.5), mpmath.mpf(0)
    for _ in range(50):
        x, d_x_d_b = w * true_sigmoid(x) + b, 1 + w * true_sigmoid_slope(x) * d_x_d_b
    true = 2 * (true_sigmoid(x) - mpmath.mpf(0.7)) * true_sigmoid_slope(x) * d_x_d_b

    require_true(error_gradient(1.0, 45.0)[1], true, 1e-13)
