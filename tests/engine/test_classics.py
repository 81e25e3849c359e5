"""The one-unit network of Pascanu, Mikolov and Bengio 2013: against the complex step, iteration, and formulas where there are some."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.classics import (
    TARGET,
    TIMESTEPS,
    X_0,
    cliff,
    descend,
    diagram,
    error,
    error_gradient,
    error_surface,
    folds,
    linear,
    sigmoid,
    states,
)

recurrent_weights, biases = st.floats(-8, 8), st.floats(-8, 8)


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def settled(x: float, w: float, b: float) -> float:
    """Where the state ends that begins at x."""
    for _ in range(5000):
        x = w * logistic(x) + b
    return x


def test_the_network_is_the_one_of_equation_8() -> None:
    x = X_0
    for found in states(3.0, -1.25):
        assert float(found) == pytest.approx(x, rel=1e-13)
        x = 3.0 * logistic(x) - 1.25
    assert (X_0, TARGET, TIMESTEPS, len(states(1, 1))) == (0.5, 0.7, 50, 51)


@given(w=recurrent_weights, b=biases)
def test_the_gradient_of_the_error_is_that_of_the_complex_step(w: float, b: float) -> None:
    found, step = error_gradient(w, b), 1e-30
    expected = (error(w + 1j * step, b).imag / step, error(w, b + 1j * step).imag / step)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-13)


def test_every_point_of_the_surface_is_the_error_of_its_weight_and_its_bias() -> None:
    w, b = np.linspace(3, 6, 5), np.linspace(-4, -1, 7)
    surface = error_surface(w, b)

    assert surface.shape == (7, 5)
    for row, bias in enumerate(b):
        for column, weight in enumerate(w):
            assert surface[row, column] == error(weight, bias)


def test_the_surface_keeps_within_the_errors_that_a_sigmoid_can_make() -> None:
    surface = error_surface(np.linspace(-1e6, 1e6, 21), np.linspace(-1e6, 1e6, 21))
    assert surface.min() >= 0
    assert surface.max() <= TARGET**2


@pytest.mark.parametrize("w", [4.5, 5, 6, 8])
def test_the_wall_stands_where_the_first_state_is_the_unstable_fixed_point(w: float) -> None:
    b = cliff(w)
    assert b is not None
    assert w * logistic(X_0) + b == pytest.approx(X_0, abs=1e-15)
    below, above = settled(X_0, w, b - 1e-3), settled(X_0, w, b + 1e-3)
    assert above - below > 1


@pytest.mark.parametrize("w", [-3, 0, 2, 4.25])
def test_there_is_no_wall_where_every_state_near_the_first_comes_back(w: float) -> None:
    assert cliff(w) is None


def test_on_the_wall_the_slope_of_fifty_timesteps_is_the_geometric_sum() -> None:
    """x stays at 0.5 there, so dx_50/db = 1 + k + ... + k^49 and dx_50/dw is sigmoid(0.5) times as much, with k = w sigmoid'(0.5)."""
    w, y = 5.0, logistic(X_0)
    k, b = w * y * (1 - y), cliff(w)
    assert b is not None
    along_b = 2 * (y - TARGET) * y * (1 - y) * (k**50 - 1) / (k - 1)

    np.testing.assert_allclose(error_gradient(w, b), (along_b * y, along_b), rtol=1e-9)  # 3,000 times the rounding of the first state
    assert abs(along_b) > 600


def test_across_the_wall_the_error_jumps_and_beside_it_the_surface_is_flat() -> None:
    b = cliff(5.0)
    assert b is not None
    left, right = error(5.0, b - 0.02), error(5.0, b + 0.02)
    assert left - right > 0.2
    assert max(math.hypot(*error_gradient(5.0, b - 0.2)), math.hypot(*error_gradient(5.0, b + 0.2))) < 0.5
    assert math.hypot(*error_gradient(5.0, b)) > 500


def test_without_clipping_the_wall_throws_the_walk_out_of_the_valley_and_with_it_the_walk_stays() -> None:
    free, clipped = descend(5.0, -2.3, 0.05, 200), descend(5.0, -2.3, 0.05, 200, threshold=1.0)
    longest, longest_clipped = (np.linalg.norm(np.diff(walk.points, axis=0), axis=1).max() for walk in (free, clipped))

    assert free.norms.max() > 100
    assert clipped.norms.max() > 100, "both walks meet the wall"
    assert longest > 5
    assert longest_clipped <= 0.05 * (1 + 1e-9)
    assert free.errors[-1] == pytest.approx((1 - TARGET) ** 2, rel=1e-3), "on the plateau, where nothing pulls any more"
    assert clipped.errors.min() < 1e-3


@given(w=recurrent_weights, b=biases, rate=st.floats(0, 2), threshold=st.floats(0.01, 10))
def test_a_step_of_the_walk_goes_down_the_gradient_clipped_to_the_threshold(w: float, b: float, rate: float, threshold: float) -> None:
    walk = descend(w, b, rate, 3, threshold)
    for step in range(3):
        gradient = np.array(error_gradient(*walk.points[step]))
        shorter = min(1, threshold / max(float(np.linalg.norm(gradient)), 1e-300))
        np.testing.assert_allclose(walk.points[step + 1] - walk.points[step], -rate * shorter * gradient, rtol=1e-9, atol=1e-14)


def test_a_walk_tells_the_error_and_the_unclipped_norm_at_each_of_its_points() -> None:
    walk = descend(5.0, -2.5, 0.1, 6, threshold=0.01)
    assert walk.points.shape == (7, 2)
    for (w, b), found, length in zip(walk.points, walk.errors, walk.norms, strict=True):
        assert found == error(w, b)
        assert length == math.hypot(*error_gradient(w, b))


def test_a_walk_that_leaves_every_bound_ends_there_and_says_so() -> None:
    b = cliff(5.0)
    assert b is not None
    walk = descend(5.0, b, 1e6, 100)
    assert walk.left
    assert len(walk.points) == len(walk.errors) == len(walk.norms) == 1
    assert not descend(5.0, b, 0.05, 3).left


@pytest.mark.parametrize("w", [-1.5, -1, 0, 0.5, 1, 1.25])
def test_the_linear_case_is_a_power_with_its_two_derivatives(w: float) -> None:
    found, step = linear(w, 0.5, 20), 1e-30
    for t in range(21):
        assert found.x[t] == pytest.approx(0.5 * w**t)
        assert found.slope[t] == pytest.approx((0.5 * (w + 1j * step) ** t).imag / step if t else 0)
        assert found.curvature[t] == pytest.approx(0.5 * t * (t - 1) * w ** (t - 2) if t > 1 else 0)


def test_when_the_slope_of_the_linear_case_explodes_so_does_its_curvature() -> None:
    growing, shrinking = linear(1.2), linear(0.8)
    assert growing.slope[-1] > 1e5
    assert growing.curvature[-1] / growing.slope[-1] == pytest.approx(49 / 1.2)
    assert shrinking.slope[-1] < 1e-3


def test_at_a_recurrent_weight_of_five_two_attractors_live_between_two_biases() -> None:
    """The paper marks them b_1 and b_2 and gives no numbers: these are the roots of 5 sigmoid'(x) = 1."""
    first, second = folds(5.0)
    root = math.sqrt(0.2)
    for fold, y in ((first, (1 - root) / 2), (second, (1 + root) / 2)):
        assert fold.x == pytest.approx(math.log(y / (1 - y)), rel=1e-14)
        assert 5 * logistic(fold.x) + fold.b == pytest.approx(fold.x, rel=1e-13)
    assert (first.b, second.b) == (pytest.approx(-2.3444, abs=1e-4), pytest.approx(-2.6556, abs=1e-4))


@pytest.mark.parametrize(("b", "attractors"), [(-2.2, 1), (-2.34, 1), (-2.35, 2), (-2.5, 2), (-2.65, 2), (-2.66, 1), (-3, 1)])
def test_the_folds_are_where_iteration_finds_the_second_attractor_come_and_go(b: float, attractors: int) -> None:
    ends = {round(settled(x, 5.0, b), 4) for x in (-10, 10)}
    assert len(ends) == attractors


def test_every_point_of_the_diagram_stays_where_it_is_and_comes_back_exactly_if_it_is_stable() -> None:
    found = diagram(5.0, np.linspace(-3, 3, 61))
    for x, b, slope, stable in zip(found.x, found.b, found.slope, found.stable, strict=True):
        assert 5 * logistic(x) + b == pytest.approx(x, abs=1e-13)
        pushed = 5 * logistic(x + 1e-6) + b
        assert (pushed - x) / 1e-6 == pytest.approx(slope, abs=1e-4)
        assert stable == (abs(pushed - x) < 1e-6)
    assert found.stable.any()
    assert not found.stable.all()


def test_between_the_folds_the_diagram_is_unstable_and_outside_it_is_stable() -> None:
    low, high = (fold.x for fold in folds(5.0))
    found = diagram(5.0, np.linspace(-4, 4, 81))
    np.testing.assert_array_equal(found.stable, (found.x < low) | (found.x > high))


@pytest.mark.parametrize("w", [-5, 0, 3.9, 4])
def test_up_to_a_recurrent_weight_of_four_there_is_one_attractor_and_no_fold(w: float) -> None:
    assert folds(w) == ()


def test_the_sigmoid_overflows_nowhere() -> None:
    np.testing.assert_allclose(sigmoid(np.array([-1e300, 0, 1e300])), [0, 0.5, 1], rtol=0, atol=1e-308)
