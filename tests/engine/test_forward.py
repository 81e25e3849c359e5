"""N8 to N13, N15, N16: what must hold of a recurrent grid, whatever its weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Dense, OneHot, Sequential, SimpleRNN
from tests.engine.stacks import Task, gentle, make_task, seeds, sizes, tasks

gentle_sizes = st.fixed_dictionaries(
    {
        "batch": sizes,
        "timesteps": st.integers(2, 30),
        "units": st.lists(st.integers(1, 16), min_size=1, max_size=3).map(tuple),
        "sequences": st.booleans(),
    }
)


@given(seed=seeds, sizes_of=gentle_sizes)
def test_permuting_the_hidden_units_permutes_everything(seed: int, sizes_of: dict) -> None:
    task = gentle(seed, **sizes_of)
    trace, gradients = task.run()
    order = np.random.default_rng(seed).permutation(sizes_of["units"][0])
    kernel, recurrent_kernel, bias, above, *rest = task.model.get_weights()
    task.model.set_weights([kernel[:, order], recurrent_kernel[order][:, order], bias[order], above[order], *rest])

    states = [task.initial_state[0][:, order], *task.initial_state[1:]]
    permuted = task.forward(initial_state=states)
    d_permuted = task.model.backward(permuted, task.y, task.loss)
    np.testing.assert_allclose(permuted.layers[0]["h"], trace.layers[0]["h"][:, :, order], rtol=0, atol=1e-14)
    np.testing.assert_allclose(permuted.output, trace.output, rtol=0, atol=1e-14)
    np.testing.assert_allclose(d_permuted.layers[0]["h"], gradients.layers[0]["h"][:, :, order], rtol=0, atol=1e-14)
    np.testing.assert_allclose(d_permuted.weights[0], gradients.weights[0][:, order], rtol=1e-13, atol=1e-14)


@given(task=tasks())
def test_the_rows_of_a_batch_are_independent(task: Task) -> None:
    together = task.forward()
    for row in range(len(task.x)):
        alone = task.forward(x=task.x[row : row + 1], initial_state=[state[row : row + 1] for state in task.initial_state])
        np.testing.assert_allclose(alone.output[0], together.output[row], rtol=0, atol=1e-14)


@given(seed=seeds, sizes_of=gentle_sizes)
def test_what_comes_later_changes_nothing_before_it(seed: int, sizes_of: dict) -> None:
    task = gentle(seed, **sizes_of)
    trace = task.forward()
    cut = seed % (sizes_of["timesteps"] - 1) + 1
    later = task.x.copy()
    later[:, cut:] += 1
    changed = task.forward(x=later)
    for before, after in zip(trace.layers[:-1], changed.layers[:-1], strict=True):
        np.testing.assert_allclose(after["h"][:, :cut], before["h"][:, :cut], rtol=0, atol=1e-14)
        assert np.any(after["h"][:, cut:] != before["h"][:, cut:])


@given(seed=seeds, timesteps=st.integers(2, 6))
def test_the_gradient_of_an_output_with_respect_to_a_later_input_is_exactly_zero(seed: int, timesteps: int) -> None:
    task = make_task(seed, timesteps=timesteps, sequences=True, loss="mse")
    trace = task.forward()
    cut = seed % (timesteps - 1) + 1
    y = trace.output.copy()
    y[:, cut - 1] += 1
    gradients = task.model.backward(trace, y, "mse")

    np.testing.assert_array_equal(gradients.inputs[:, cut:], 0)
    assert np.all(np.any(gradients.inputs[:, :cut] != 0, axis=2))


@given(seed=seeds, sizes_of=gentle_sizes)
def test_a_run_equals_its_first_part_and_then_the_rest_from_the_carried_state(seed: int, sizes_of: dict) -> None:
    task = gentle(seed, **sizes_of | {"sequences": True})
    whole = task.forward()
    cut = seed % (sizes_of["timesteps"] - 1) + 1
    first = task.forward(x=task.x[:, :cut])
    rest = task.forward(x=task.x[:, cut:], initial_state=[record["h"][:, -1] for record in first.layers[:-1]])

    np.testing.assert_allclose(np.concatenate([first.output, rest.output], axis=1), whole.output, rtol=0, atol=1e-14)


@given(seed=seeds, sizes_of=gentle_sizes)
def test_the_step_by_step_run_equals_the_run_at_once(seed: int, sizes_of: dict) -> None:
    task = gentle(seed, **sizes_of | {"sequences": True})
    whole, state = task.forward(), task.initial_state
    for t in range(sizes_of["timesteps"]):
        step = task.forward(x=task.x[:, t : t + 1], initial_state=state)
        state = [record["h"][:, 0] for record in step.layers[:-1]]
        np.testing.assert_allclose(step.output[:, 0], whole.output[:, t], rtol=0, atol=1e-14)


@given(seed=seeds)
def test_a_stack_is_its_layers_one_after_the_other(seed: int) -> None:
    task = make_task(seed, units=(3, 2, 4), sequences=True)
    trace, flow = task.forward(), task.x
    for place, layer in enumerate(task.model.layers[:-1]):
        alone = Sequential([SimpleRNN(layer.width, return_sequences=True)], features=flow.shape[2])
        alone.set_weights(layer.weights)
        flow = alone.forward(flow, initial_state=[task.initial_state[place]]).output
        np.testing.assert_array_equal(flow, trace.layers[place]["h"])


@given(task=tasks())
def test_with_all_weights_zero_every_state_is_zero(task: Task) -> None:
    task.model.set_weights([np.zeros_like(weight) for weight in task.model.get_weights()])
    for record in task.forward().layers[:-1]:
        np.testing.assert_array_equal(record["h"], 0)


@given(seed=seeds, size=st.sampled_from([1e-300, 1.0, 1e6]))
def test_every_state_stays_within_one_whatever_the_size_of_the_weights(seed: int, size: float) -> None:
    task = make_task(seed, scale=size, timesteps=4)
    trace = task.forward(x=task.x * size, initial_state=[state * size for state in task.initial_state])
    for record in trace.layers[:-1]:
        assert np.max(np.abs(record["h"])) <= 1
    assert np.all(np.isfinite(trace.output))


@given(task=tasks())
def test_a_stack_without_bias_is_odd_in_its_inputs_and_initial_states(task: Task) -> None:
    task.model.set_weights([np.zeros_like(weight) if weight.ndim == 1 else weight for weight in task.model.get_weights()])
    mirrored = task.forward(x=-task.x, initial_state=[-state for state in task.initial_state])
    for one, other in zip(task.forward().layers[:-1], mirrored.layers[:-1], strict=True):
        np.testing.assert_array_equal(one["h"], -other["h"])


def test_words_become_the_vectors_of_the_notes() -> None:
    trace = Sequential([OneHot(3), SimpleRNN(2)]).forward([[0, 1, 2], [2, 2, 0]])

    np.testing.assert_array_equal(trace.inputs[0], np.eye(3))
    np.testing.assert_array_equal(trace.layers[0]["x"][1], [[0, 0, 1], [0, 0, 1], [1, 0, 0]])


def test_no_initial_state_is_an_initial_state_of_zeros() -> None:
    task = make_task()
    without = task.forward(initial_state=None)
    with_zeros = task.forward(initial_state=[np.zeros_like(state) for state in task.initial_state])

    np.testing.assert_array_equal(without.output, with_zeros.output)
    assert [state.shape for state in task.model.backward(without, task.y, task.loss).initial_state] == [(2, 3), (2, 2)]


@pytest.mark.parametrize(("activation", "expected"), [("linear", [2.0, -1.0]), ("relu", [2.0, 0.0]), ("tanh", np.tanh([2.0, -1.0]))])
def test_an_activation_is_the_function_of_its_name(activation: str, expected: list[float]) -> None:
    for layer in (SimpleRNN(2, activation=activation), Dense(2, activation=activation)):
        model = Sequential([layer], features=2)
        recurrent = [np.zeros((2, 2))] if isinstance(layer, SimpleRNN) else []
        model.set_weights([np.eye(2), *recurrent, np.zeros(2)])
        np.testing.assert_allclose(np.ravel(model.forward([[[2.0, -1.0]]]).output), expected, rtol=1e-15)
