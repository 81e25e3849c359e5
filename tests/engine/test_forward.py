"""N7 to N16: what must hold of a recurrent grid, whatever its weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Dense, OneHot, Sequential, SimpleRNN, Trace
from tests.engine.stacks import Task, carried, every_cell, flat, gentle, make_task, packed, seeds, sizes, tasks

gentle_sizes = st.fixed_dictionaries(
    {
        "batch": sizes,
        "timesteps": st.integers(2, 30),
        "units": st.lists(st.integers(1, 16), min_size=1, max_size=3).map(tuple),
        "sequences": st.booleans(),
    }
)


@every_cell
@given(seed=seeds, sizes_of=gentle_sizes)
def test_permuting_the_hidden_units_permutes_everything(cell: str, seed: int, sizes_of: dict) -> None:
    task = gentle(seed, cells=cell, **sizes_of)
    trace, gradients = task.run()
    first, units = task.recurrent[0], sizes_of["units"][0]
    order = np.random.default_rng(seed).permutation(units)
    columns = np.concatenate([gate * units + order for gate in range(len(first.gates))])
    kernel, recurrent_kernel, bias, above, *rest = task.model.get_weights()
    task.model.set_weights([kernel[:, columns], recurrent_kernel[order][:, columns], bias[..., columns], above[order], *rest])

    own, *others = task.initial_state
    (states,) = packed([first], (state[:, order] for state in flat([own])))
    permuted = task.forward(initial_state=[states, *others])
    d_permuted = task.model.backward(permuted, task.y, task.loss)
    for name in first.quantities:
        np.testing.assert_allclose(permuted.layers[0][name], trace.layers[0][name][:, :, order], rtol=0, atol=1e-14, err_msg=name)
        np.testing.assert_allclose(d_permuted.layers[0][name], gradients.layers[0][name][:, :, order], rtol=0, atol=1e-14, err_msg=name)
    np.testing.assert_allclose(permuted.output, trace.output, rtol=0, atol=1e-14)
    np.testing.assert_allclose(d_permuted.weights[0], gradients.weights[0][:, columns], rtol=1e-13, atol=1e-14)


@every_cell
@settings(max_examples=12)
@given(data=st.data())
def test_the_rows_of_a_batch_are_independent(cell: str, data: st.DataObject) -> None:
    task = data.draw(tasks(cells=cell))
    together = task.forward()
    for row in range(len(task.x)):
        states = packed(task.recurrent, (state[row : row + 1] for state in flat(task.initial_state)))
        alone = task.forward(x=task.x[row : row + 1], initial_state=states)
        np.testing.assert_allclose(alone.output[0], together.output[row], rtol=0, atol=1e-14)


@every_cell
@given(seed=seeds, sizes_of=gentle_sizes)
def test_what_comes_later_changes_nothing_before_it(cell: str, seed: int, sizes_of: dict) -> None:
    task = gentle(seed, cells=cell, **sizes_of)
    trace = task.forward()
    cut = seed % (sizes_of["timesteps"] - 1) + 1
    later = task.x.copy()
    later[:, cut:] += 1
    changed = task.forward(x=later)
    for before, after in zip(trace.layers[:-1], changed.layers[:-1], strict=True):
        np.testing.assert_allclose(after["h"][:, :cut], before["h"][:, :cut], rtol=0, atol=1e-14)
        assert np.any(after["h"][:, cut:] != before["h"][:, cut:])


@every_cell
@given(seed=seeds, timesteps=st.integers(2, 6))
def test_the_gradient_of_an_output_with_respect_to_a_later_input_is_exactly_zero(cell: str, seed: int, timesteps: int) -> None:
    task = make_task(seed, cells=cell, timesteps=timesteps, sequences=True, loss="mse")
    trace = task.forward()
    cut = seed % (timesteps - 1) + 1
    y = trace.output.copy()
    y[:, cut - 1] += 1
    gradients = task.model.backward(trace, y, "mse")

    np.testing.assert_array_equal(gradients.inputs[:, cut:], 0)
    assert np.all(np.any(gradients.inputs[:, :cut] != 0, axis=2))


@every_cell
@given(seed=seeds, sizes_of=gentle_sizes)
def test_a_run_equals_its_first_part_and_then_the_rest_from_the_carried_state(cell: str, seed: int, sizes_of: dict) -> None:
    task = gentle(seed, cells=cell, **sizes_of | {"sequences": True})
    whole = task.forward()
    cut = seed % (sizes_of["timesteps"] - 1) + 1
    first = task.forward(x=task.x[:, :cut])
    rest = task.forward(x=task.x[:, cut:], initial_state=carried(task, first))

    np.testing.assert_allclose(np.concatenate([first.output, rest.output], axis=1), whole.output, rtol=0, atol=1e-14)


@every_cell
@given(seed=seeds, sizes_of=gentle_sizes)
def test_the_step_by_step_run_equals_the_run_at_once(cell: str, seed: int, sizes_of: dict) -> None:
    task = gentle(seed, cells=cell, **sizes_of | {"sequences": True})
    whole, state = task.forward(), task.initial_state
    for t in range(sizes_of["timesteps"]):
        step = task.forward(x=task.x[:, t : t + 1], initial_state=state)
        state = carried(task, step)
        np.testing.assert_allclose(step.output[:, 0], whole.output[:, t], rtol=0, atol=1e-14)


@every_cell
@settings(max_examples=12)
@given(data=st.data())
def test_a_stack_is_its_layers_one_after_the_other(cell: str, data: st.DataObject) -> None:
    task = data.draw(tasks(cells=cell, sequences=True))
    trace, flow = task.forward(), task.x
    for layer, record, state in zip(task.recurrent, trace.layers, task.initial_state, strict=False):
        alone = Sequential([layer], features=flow.shape[2])
        alone.set_weights(layer.weights)
        flow = alone.forward(flow, initial_state=[state]).output
        np.testing.assert_array_equal(flow, record["h"])


@every_cell
@given(seed=seeds, timesteps=st.integers(1, 30))
def test_with_all_weights_zero_a_state_is_halved_or_forgotten(cell: str, seed: int, timesteps: int) -> None:
    task = make_task(seed, cells=cell, timesteps=timesteps)
    task.model.set_weights([np.zeros_like(weight) for weight in task.model.get_weights()])
    halves = 0.5 ** np.arange(1, timesteps + 1)[:, None]
    for record, state in zip(task.forward().layers[:-1], task.initial_state, strict=True):
        if cell == "LSTM":
            np.testing.assert_array_equal(record["c"], state[1][:, None] * halves)
            np.testing.assert_array_equal(record["h"], np.tanh(record["c"]) / 2)
        else:
            np.testing.assert_array_equal(record["h"], 0 if cell == "SimpleRNN" else state[:, None] * halves)


@every_cell
@given(seed=seeds, size=st.sampled_from([1e-300, 1.0, 1e6]))
def test_every_state_stays_within_its_bounds_whatever_the_size_of_the_weights(cell: str, seed: int, size: float) -> None:
    task = make_task(seed, cells=cell, scale=size, timesteps=4)
    states = packed(task.recurrent, (state * size for state in flat(task.initial_state)))
    trace = task.forward(x=task.x * size, initial_state=states)
    for record, state in zip(trace.layers[:-1], states, strict=True):
        largest = max(np.max(np.abs(part)) for part in flat([state]))
        assert np.max(np.abs(record["h"])) <= (max(1, largest) if cell.startswith("GRU") else 1)
        for gate in set(record) & set("ifozr"):
            assert 0 <= np.min(record[gate]) <= np.max(record[gate]) <= 1
        for t in range(4 if "c" in record else 0):
            assert np.max(np.abs(record["c"][:, t])) <= (largest + t + 1) * (1 + 1e-12)
    assert np.all(np.isfinite(trace.output))


def held(cell: str, biases: dict[str, float], timesteps: int = 1000) -> tuple[Task, Trace]:
    """A run whose gates are set by their biases alone."""
    task = make_task(1, cells=cell, units=(3,), timesteps=timesteps)
    kernel, recurrent_kernel, bias, *top = task.model.get_weights()
    bias[...] = np.repeat([biases.get(gate, 0.0) for gate in task.recurrent[0].gates], 3)
    task.model.set_weights([kernel * 0.1, recurrent_kernel * 0.1, bias, *top])
    return task, task.forward()


def test_an_open_forget_gate_and_a_closed_input_gate_carry_c_for_a_thousand_timesteps() -> None:
    task, trace = held("LSTM", {"a_f": 100, "a_i": -100})

    np.testing.assert_allclose(trace.layers[0]["c"], np.repeat(task.initial_state[0][1][:, None], 1000, axis=1), rtol=0, atol=1e-13)


@pytest.mark.parametrize("cell", ["GRU", "GRU, reset before"])
def test_an_update_gate_at_one_carries_h_for_a_thousand_timesteps(cell: str) -> None:
    task, trace = held(cell, {"a_z": 100})

    np.testing.assert_allclose(trace.layers[0]["h"], np.repeat(task.initial_state[0][:, None], 1000, axis=1), rtol=0, atol=1e-13)


def test_both_forms_of_the_gru_are_one_until_a_state_is_reset() -> None:
    after, before = (make_task(5, cells=cell, units=(3,), timesteps=4) for cell in ("GRU", "GRU, reset before"))
    kernel, recurrent_kernel, bias, *top = after.model.get_weights()
    before.model.set_weights([kernel, recurrent_kernel, bias[0], *top])
    after.model.set_weights([kernel, recurrent_kernel, bias * [[1], [0]], *top])
    one, other = (task.forward(x=after.x, initial_state=None).layers[0]["h"] for task in (after, before))

    np.testing.assert_array_equal(one[:, 0], other[:, 0])
    assert np.all(np.max(np.abs(one - other)[:, 1:], axis=(0, 2)) > 1e-3)


@given(task=tasks(cells="SimpleRNN"))
def test_a_stack_without_bias_is_odd_in_its_inputs_and_initial_states(task: Task) -> None:
    task.model.set_weights([np.zeros_like(weight) if weight.ndim == 1 else weight for weight in task.model.get_weights()])
    mirrored = task.forward(x=-task.x, initial_state=[-state for state in task.initial_state])
    for one, other in zip(task.forward().layers[:-1], mirrored.layers[:-1], strict=True):
        np.testing.assert_array_equal(one["h"], -other["h"])


def test_words_become_the_vectors_of_the_notes() -> None:
    trace = Sequential([OneHot(3), SimpleRNN(2)]).forward([[0, 1, 2], [2, 2, 0]])

    np.testing.assert_array_equal(trace.inputs[0], np.eye(3))
    np.testing.assert_array_equal(trace.layers[0]["x"][1], [[0, 0, 1], [0, 0, 1], [1, 0, 0]])


@every_cell
def test_no_initial_state_is_an_initial_state_of_zeros(cell: str) -> None:
    task = make_task(cells=cell)
    without = task.forward(initial_state=None)
    with_zeros = task.forward(initial_state=packed(task.recurrent, map(np.zeros_like, flat(task.initial_state))))
    gradients = task.model.backward(without, task.y, task.loss).initial_state

    np.testing.assert_array_equal(without.output, with_zeros.output)
    assert [np.shape(entry) for entry in gradients] == [np.shape(entry) for entry in task.initial_state]


@pytest.mark.parametrize(("activation", "expected"), [("linear", [2.0, -1.0]), ("relu", [2.0, 0.0]), ("tanh", np.tanh([2.0, -1.0]))])
def test_an_activation_is_the_function_of_its_name(activation: str, expected: list[float]) -> None:
    for layer in (SimpleRNN(2, activation=activation), Dense(2, activation=activation)):
        model = Sequential([layer], features=2)
        recurrent = [np.zeros((2, 2))] if isinstance(layer, SimpleRNN) else []
        model.set_weights([np.eye(2), *recurrent, np.zeros(2)])
        np.testing.assert_allclose(np.ravel(model.forward([[[2.0, -1.0]]]).output), expected, rtol=1e-15)
