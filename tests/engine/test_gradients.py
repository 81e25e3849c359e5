"""N1, N2, N3, N17, N18, N19, N20: the gradients, by ways that do not share the engine's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Gradients, Trace, gradcheck
from tests.engine.stacks import Task, gentle, make_task, seeds, sizes, tasks


def loss_at(task: Task, weights: Sequence[np.ndarray], x: np.ndarray, states: Sequence[np.ndarray]) -> complex:
    """The loss, at other weights, inputs and states than the task's own."""
    task.model.set_weights(weights)
    return task.model.loss(task.model.forward(x, initial_state=states), task.y, task.loss)


def places(task: Task) -> list[np.ndarray]:
    """Everything that has a gradient: weights, inputs, initial states."""
    return [*task.model.get_weights(), task.x, *task.initial_state]


def along(task: Task, direction: Sequence[np.ndarray], step: complex) -> complex:
    """The loss, a step further in a direction."""
    moved = [place + step * way for place, way in zip(places(task), direction, strict=True)]
    count = len(task.model.get_weights())
    original = task.model.get_weights()
    loss = loss_at(task, moved[:count], moved[count], moved[count + 1 :])
    task.model.set_weights(original)
    return loss


def flat(gradients: Gradients) -> list[np.ndarray]:
    """The gradients of all that places gives, in its order."""
    return [*gradients.weights, gradients.inputs, *map(np.asarray, gradients.initial_state)]


def random_direction(task: Task, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.normal(size=place.shape) for place in places(task)]


@given(task=tasks(timesteps=st.sampled_from([1, 2, 7])))
def test_bptt_agrees_with_the_complex_step_in_every_number(task: Task) -> None:
    assert gradcheck(task.model, task.x, task.y, task.loss, task.initial_state) <= 1e-12


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_bptt_agrees_with_the_complex_step_over_thirty_timesteps(depth: int) -> None:
    task = make_task(depth, timesteps=30, units=(3, 2, 2)[:depth])

    assert gradcheck(task.model, task.x, task.y, task.loss, task.initial_state) <= 1e-12


@given(task=tasks(scale=0.5), seed=seeds)
def test_bptt_agrees_with_central_differences(task: Task, seed: int) -> None:
    _, gradients = task.run()
    direction = random_direction(task, seed)
    length = np.sqrt(sum(np.sum(way**2) for way in direction))
    unit = [way / length for way in direction]
    step = 1e-3
    halves = [(along(task, unit, h) - along(task, unit, -h)) / (2 * h) for h in (step, 2 * step, 3 * step)]
    difference = (15 * halves[0] - 6 * halves[1] + halves[2]) / 10

    computed = sum(np.sum(gradient * way) for gradient, way in zip(flat(gradients), unit, strict=True))
    norm = np.sqrt(sum(np.sum(gradient**2) for gradient in flat(gradients)))
    assert abs(computed - difference) <= 1e-8 * max(norm, gradients.loss / 100)


@pytest.mark.parametrize("timesteps", [200, 500])
def test_long_sequences_agree_with_the_complex_step_in_random_directions(timesteps: int) -> None:
    task = gentle(timesteps, timesteps=timesteps, units=(4, 3), sequences=True)
    _, gradients = task.run()
    for seed in range(5):
        direction = random_direction(task, seed)
        expected = along(task, direction, 1e-30j).imag / 1e-30
        computed = sum(np.sum(gradient * way) for gradient, way in zip(flat(gradients), direction, strict=True))

        assert abs(computed - expected) <= 1e-11 * abs(expected)


def with_error(task: Task, trace: Trace, error: np.ndarray) -> Gradients:
    """Backward of an arbitrary gradient from above: mse sends (y - target) * 2 / N, so a target can ask for any."""
    return task.model.backward(trace, trace.output - error * error.size / 2, "mse")


@given(task=tasks(loss="mse"), seed=seeds)
def test_backward_is_linear_in_what_comes_from_above(task: Task, seed: int) -> None:
    trace = task.forward()
    one, other = np.random.default_rng(seed).normal(size=(2, *trace.output.shape))
    runs = [with_error(task, trace, error) for error in (one, other, 2 * one - other)]
    for first, second, both in zip(*map(flat, runs), strict=True):
        size = 1 + np.max(np.abs(first)) + np.max(np.abs(second))
        np.testing.assert_allclose(both, 2 * first - second, rtol=0, atol=1e-14 * 10 * size)


@given(task=tasks(loss="mse"))
def test_nothing_from_above_sends_exactly_nothing_below(task: Task) -> None:
    trace = task.forward()
    for gradient in flat(with_error(task, trace, np.zeros_like(trace.output))):
        np.testing.assert_array_equal(gradient, 0)


@given(task=tasks(loss="mse"), seed=seeds)
def test_backward_is_the_adjoint_of_the_linearised_forward(task: Task, seed: int) -> None:
    """<v, J u> = <J' v, u> for inputs and states together, with J by complex step."""
    trace = task.forward()
    rng = np.random.default_rng(seed)
    v, u = rng.normal(size=trace.output.shape), [rng.normal(size=place.shape) for place in (task.x, *task.initial_state)]
    shifted = [place + 1e-30j * way for place, way in zip((task.x, *task.initial_state), u, strict=True)]
    pushed = task.forward(x=shifted[0], initial_state=shifted[1:]).output.imag / 1e-30
    gradients = with_error(task, trace, v)
    pulled = [gradients.inputs, *gradients.initial_state]

    received = gradients.layers[-1]["y"] if trace.sequences else gradients.layers[-1]["y"][:, 0]
    terms = [np.sum(part * way) for part, way in zip(pulled, u, strict=True)]
    size = np.sum(np.abs(received * pushed)) + sum(np.sum(np.abs(part * way)) for part, way in zip(pulled, u, strict=True))
    assert abs(np.sum(received * pushed) - sum(terms)) <= 1e-13 * size


@given(task=tasks())
def test_what_comes_from_depth_and_from_time_adds_up_to_the_gradient_of_every_state(task: Task) -> None:
    _, gradients = task.run()
    for record in gradients.layers[:-1]:
        np.testing.assert_allclose(record["h_from_depth"] + record["h_from_time"], record["h"], rtol=0, atol=1e-13)
        np.testing.assert_array_equal(record["h_from_time"][:, -1], 0)


@given(task=tasks(sequences=False))
def test_only_the_last_state_of_a_layer_that_returns_no_sequences_hears_from_above(task: Task) -> None:
    _, gradients = task.run()

    np.testing.assert_array_equal(gradients.layers[-2]["h_from_depth"][:, :-1], 0)


@given(task=tasks())
def test_the_gradients_of_the_weights_are_the_sum_of_what_each_timestep_contributes(task: Task) -> None:
    trace, gradients = task.run()
    flow = trace.inputs
    for layer, record in enumerate(trace.layers[:-1]):
        d_a, past = gradients.layers[layer]["a"], np.concatenate([task.initial_state[layer][:, None], record["h"][:, :-1]], axis=1)
        steps = range(flow.shape[1])
        parts = (
            sum(flow[:, t].T @ d_a[:, t] for t in steps),
            sum(past[:, t].T @ d_a[:, t] for t in steps),
            sum(d_a[:, t].sum(axis=0) for t in steps),
        )
        for computed, expected in zip(gradients.weights[3 * layer : 3 * layer + 3], parts, strict=True):
            np.testing.assert_allclose(computed, expected, rtol=0, atol=1e-13)
        flow = record["h"]


@given(seed=seeds, timesteps=sizes)
def test_the_gradient_of_any_cell_is_the_product_of_the_whole_grids_jacobians(seed: int, timesteps: int) -> None:
    """d h_t / d h_{t-1} of all layers' states together, built entry by entry; the loss enters at the last timestep."""
    task = make_task(seed, batch=1, timesteps=timesteps, units=(3, 2, 2))
    trace, gradients = task.run()
    layers = task.model.layers[:-1]
    widths = [layer.width for layer in layers]
    starts = np.cumsum([0, *widths])
    arriving = np.zeros(starts[-1])
    arriving[starts[-2] :] = task.model.layers[-1].weights[0] @ gradients.layers[-1]["a"][0, 0]

    for t in reversed(range(timesteps)):
        within, onward = np.zeros((2, starts[-1], starts[-1]))
        for place, layer in enumerate(layers):
            rows = slice(starts[place], starts[place + 1])
            slope = np.diag(1 - trace.layers[place]["h"][0, t] ** 2)
            onward[rows, rows] = slope @ layer.weights[1].T
            if place:
                within[rows, slice(starts[place - 1], starts[place])] = slope @ layer.weights[0].T
        through_depth = np.linalg.inv(np.eye(len(within)) - within)
        whole = arriving @ through_depth
        computed = np.concatenate([gradients.layers[place]["h"][0, t] for place in range(len(layers))])
        np.testing.assert_allclose(computed, whole, rtol=0, atol=1e-12)
        arriving = whole @ onward
    np.testing.assert_allclose(np.concatenate([state[0] for state in gradients.initial_state]), arriving, rtol=0, atol=1e-12)
