"""N1, N2, N3, N17, N18, N19, N20: the gradients, by ways that do not share the engine's."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import GRU, Gradients, LayerTrace, Sequential, Trace, gradcheck
from tests.engine.stacks import Task, carried, every_cell, flat, gentle, make_task, packed, seeds, sizes, tasks


def loss_at(task: Task, weights: Sequence[np.ndarray], x: np.ndarray, states: Sequence[np.ndarray]) -> complex:
    """The loss, at other weights, inputs and states than the task's own."""
    task.model.set_weights(weights)
    return task.model.loss(task.model.forward(x, initial_state=states), task.y, task.loss)


def places(task: Task) -> list[np.ndarray]:
    """Everything that has a gradient: weights, inputs, initial states."""
    return [*task.model.get_weights(), task.x, *flat(task.initial_state)]


def along(task: Task, direction: Sequence[np.ndarray], step: complex) -> complex:
    """The loss, a step further in a direction."""
    moved = [place + step * way for place, way in zip(places(task), direction, strict=True)]
    count = len(task.model.get_weights())
    original = task.model.get_weights()
    loss = loss_at(task, moved[:count], moved[count], packed(task.recurrent, moved[count + 1 :]))
    task.model.set_weights(original)
    return loss


def gradients_of_places(gradients: Gradients) -> list[np.ndarray]:
    """The gradients of all that places gives, in its order."""
    return [*gradients.weights, gradients.inputs, *flat(gradients.initial_state)]


def random_direction(task: Task, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.normal(size=place.shape) for place in places(task)]


@every_cell
@given(data=st.data())
def test_bptt_agrees_with_the_complex_step_in_every_number(cell: str, data: st.DataObject) -> None:
    task = data.draw(tasks(cells=cell, timesteps=st.sampled_from([1, 2, 7])))

    assert gradcheck(task.model, task.x, task.y, task.loss, task.initial_state) <= 1e-12


@given(task=tasks())
def test_bptt_agrees_with_the_complex_step_through_stacks_of_any_cells(task: Task) -> None:
    assert gradcheck(task.model, task.x, task.y, task.loss, task.initial_state) <= 1e-12


@every_cell
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_bptt_agrees_with_the_complex_step_over_thirty_timesteps(cell: str, depth: int) -> None:
    task = make_task(depth, cells=cell, timesteps=30, units=(3, 2, 2)[:depth])

    assert gradcheck(task.model, task.x, task.y, task.loss, task.initial_state) <= 1e-12


@every_cell
@settings(max_examples=12)
@given(data=st.data(), seed=seeds)
def test_bptt_agrees_with_central_differences(cell: str, data: st.DataObject, seed: int) -> None:
    task = data.draw(tasks(cells=cell, scale=0.5))
    _, gradients = task.run()
    direction = random_direction(task, seed)
    length = np.sqrt(sum(np.sum(way**2) for way in direction))
    unit = [way / length for way in direction]
    step = 1e-3
    halves = [(along(task, unit, h) - along(task, unit, -h)) / (2 * h) for h in (step, 2 * step, 3 * step)]
    difference = (15 * halves[0] - 6 * halves[1] + halves[2]) / 10

    computed = sum(np.sum(gradient * way) for gradient, way in zip(gradients_of_places(gradients), unit, strict=True))
    norm = np.sqrt(sum(np.sum(gradient**2) for gradient in gradients_of_places(gradients)))
    assert abs(computed - difference) <= 1e-8 * max(norm, gradients.loss / 100)


@every_cell
@pytest.mark.parametrize("timesteps", [200, 500])
def test_long_sequences_agree_with_the_complex_step_in_random_directions(cell: str, timesteps: int) -> None:
    task = gentle(timesteps, cells=cell, timesteps=timesteps, units=(4, 3), sequences=True)
    _, gradients = task.run()
    for seed in range(5):
        direction = random_direction(task, seed)
        expected = along(task, direction, 1e-30j).imag / 1e-30
        computed = sum(np.sum(gradient * way) for gradient, way in zip(gradients_of_places(gradients), direction, strict=True))

        assert abs(computed - expected) <= 1e-11 * abs(expected)


def with_error(task: Task, trace: Trace, error: np.ndarray) -> Gradients:
    """Backward of an arbitrary gradient from above: mse sends (y - target) * 2 / N, so a target can ask for any."""
    return task.model.backward(trace, trace.output - error * error.size / 2, "mse")


@every_cell
@settings(max_examples=12)
@given(data=st.data(), seed=seeds)
def test_backward_is_linear_in_what_comes_from_above(cell: str, data: st.DataObject, seed: int) -> None:
    task = data.draw(tasks(cells=cell, loss="mse"))
    trace = task.forward()
    one, other = np.random.default_rng(seed).normal(size=(2, *trace.output.shape))
    runs = [with_error(task, trace, error) for error in (one, other, 2 * one - other)]
    for first, second, both in zip(*map(gradients_of_places, runs), strict=True):
        size = 1 + np.max(np.abs(first)) + np.max(np.abs(second))
        np.testing.assert_allclose(both, 2 * first - second, rtol=0, atol=1e-14 * 10 * size)


@every_cell
@settings(max_examples=12)
@given(data=st.data())
def test_nothing_from_above_sends_exactly_nothing_below(cell: str, data: st.DataObject) -> None:
    task = data.draw(tasks(cells=cell, loss="mse"))
    trace = task.forward()
    for gradient in gradients_of_places(with_error(task, trace, np.zeros_like(trace.output))):
        np.testing.assert_array_equal(gradient, 0)


@every_cell
@settings(max_examples=12)
@given(data=st.data(), seed=seeds)
def test_backward_is_the_adjoint_of_the_linearised_forward(cell: str, data: st.DataObject, seed: int) -> None:
    """<v, J u> = <J' v, u> for inputs and states together, with J by complex step."""
    task = data.draw(tasks(cells=cell, loss="mse"))
    trace = task.forward()
    rng = np.random.default_rng(seed)
    given_places = [task.x, *flat(task.initial_state)]
    v, u = rng.normal(size=trace.output.shape), [rng.normal(size=place.shape) for place in given_places]
    shifted = [place + 1e-30j * way for place, way in zip(given_places, u, strict=True)]
    pushed = task.forward(x=shifted[0], initial_state=packed(task.recurrent, shifted[1:])).output.imag / 1e-30
    gradients = with_error(task, trace, v)
    pulled = [gradients.inputs, *flat(gradients.initial_state)]

    received = gradients.layers[-1]["y"] if trace.sequences else gradients.layers[-1]["y"][:, 0]
    terms = [np.sum(part * way) for part, way in zip(pulled, u, strict=True)]
    size = np.sum(np.abs(received * pushed)) + sum(np.sum(np.abs(part * way)) for part, way in zip(pulled, u, strict=True))
    assert abs(np.sum(received * pushed) - sum(terms)) <= 1e-13 * size


@every_cell
@settings(max_examples=12)
@given(data=st.data())
def test_what_comes_from_depth_and_from_time_adds_up_to_the_gradient_of_every_state(cell: str, data: st.DataObject) -> None:
    task = data.draw(tasks(cells=cell))
    _, gradients = task.run()
    for record in gradients.layers[:-1]:
        np.testing.assert_allclose(record["h_from_depth"] + record["h_from_time"], record["h"], rtol=0, atol=1e-13)
        np.testing.assert_array_equal(record["h_from_time"][:, -1], 0)


@every_cell
@settings(max_examples=12)
@given(data=st.data())
def test_only_the_last_state_of_a_layer_that_returns_no_sequences_hears_from_above(cell: str, data: st.DataObject) -> None:
    task = data.draw(tasks(cells=cell, sequences=False))
    _, gradients = task.run()

    np.testing.assert_array_equal(gradients.layers[-2]["h_from_depth"][:, :-1], 0)


def recurrent_sides(layer: Any, record: LayerTrace, d_record: LayerTrace, h: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Per gate what its columns of the recurrent kernel are multiplied with, and the gradient of the product; h: h_{t-1} at every t."""
    if not isinstance(layer, GRU):
        return [(h, d_record[gate]) for gate in layer.gates]
    candidate = (h, d_record["m"]) if layer.reset_after else (record["m"], d_record["a_n"])
    return [(h, d_record["a_z"]), (h, d_record["a_r"]), candidate]


@every_cell
@settings(max_examples=12)
@given(data=st.data())
def test_the_gradients_of_the_weights_are_the_sum_of_what_each_timestep_contributes(cell: str, data: st.DataObject) -> None:
    task = data.draw(tasks(cells=cell))
    trace, gradients = task.run()
    flow, rest = trace.inputs, iter(gradients.weights)
    for layer, record, d_record, state in zip(task.recurrent, trace.layers, gradients.layers, trace.initial_state, strict=False):
        steps = range(flow.shape[1])
        h = np.concatenate([flat([state])[0][:, None], record["h"][:, :-1]], axis=1)
        sides = recurrent_sides(layer, record, d_record, h)
        d_bias = np.concatenate([d_record[gate].sum(axis=(0, 1)) for gate in layer.gates])
        if layer.weights[2].ndim == 2:
            d_bias = np.stack([d_bias, np.concatenate([d_side.sum(axis=(0, 1)) for _, d_side in sides])])
        parts = (
            np.concatenate([sum(flow[:, t].T @ d_record[gate][:, t] for t in steps) for gate in layer.gates], axis=1),
            np.concatenate([sum(past[:, t].T @ d_side[:, t] for t in steps) for past, d_side in sides], axis=1),
            d_bias,
        )
        for expected in parts:
            np.testing.assert_allclose(next(rest), expected, rtol=0, atol=1e-13)
        flow = record["h"]


def jacobians(layer: Any, x: np.ndarray, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """d states after / d x and / d states before of one step of one layer, one column after the other, by complex step."""
    alone = Sequential([layer], features=len(x))
    alone.set_weights(layer.weights)

    def step(x: np.ndarray, states: np.ndarray) -> np.ndarray:
        trace = alone.forward(x[None, None], initial_state=packed([layer], states.reshape(-1, 1, layer.width)))
        return np.concatenate([trace.layers[0][name][0, 0] for name in layer.states])

    by_x = [step(x + 1e-30j * way, states).imag / 1e-30 for way in np.eye(len(x))]
    by_states = [step(x, states + 1e-30j * way).imag / 1e-30 for way in np.eye(len(states))]
    return np.transpose(by_x), np.transpose(by_states)


def whole_gradient(layer: Any, record: LayerTrace, t: int, arriving: np.ndarray) -> np.ndarray:
    """What the states' gradients are, when this much arrives at h and at c: c acts through h as well."""
    if "c" not in layer.states:
        return arriving
    d_h, d_c = np.split(arriving, 2)
    return np.concatenate([d_h, d_c + d_h * record["o"][0, t] * (1 - record["tanh_c"][0, t] ** 2)])


@every_cell
@given(seed=seeds, timesteps=sizes)
def test_the_gradient_of_any_cell_is_the_product_of_the_whole_grids_jacobians(cell: str, seed: int, timesteps: int) -> None:
    """d (h, c)_t / d (h, c)_{t-1} of all layers together, built entry by entry; the loss enters at the last timestep."""
    task = make_task(seed, cells=(cell, "SimpleRNN", cell), batch=1, timesteps=timesteps, units=(3, 2, 2))
    trace, gradients = task.run()
    starts = np.cumsum([0, *(layer.width * len(layer.states) for layer in task.recurrent)])
    blocks = [slice(*pair) for pair in pairwise(starts)]
    arriving = np.zeros(starts[-1])
    top = task.recurrent[-1].width
    arriving[starts[-2] : starts[-2] + top] = task.model.layers[-1].weights[0] @ gradients.layers[-1]["a"][0, 0]

    for t in reversed(range(timesteps)):
        within, onward = np.zeros((2, starts[-1], starts[-1]))
        before = task.initial_state if t == 0 else carried(task, trace, t - 1)
        for place, (layer, state) in enumerate(zip(task.recurrent, before, strict=True)):
            x = trace.layers[place - 1]["h"][0, t] if place else task.x[0, t]
            by_x, onward[blocks[place], blocks[place]] = jacobians(layer, x, np.ravel(flat([state])))
            if place:
                within[blocks[place], starts[place - 1] : starts[place - 1] + len(x)] = by_x
        whole = arriving @ np.linalg.inv(np.eye(len(within)) - within)
        for layer, record, d_record, block in zip(task.recurrent, trace.layers, gradients.layers, blocks, strict=False):
            computed = np.concatenate([d_record[name][0, t] for name in layer.states])
            np.testing.assert_allclose(computed, whole_gradient(layer, record, t, whole[block]), rtol=0, atol=1e-12)
        arriving = whole @ onward
    np.testing.assert_allclose(np.concatenate([state[0] for state in flat(gradients.initial_state)]), arriving, rtol=0, atol=1e-12)
