"""N21: truncated BPTT detaches every state at every multiple of its window, counted from the end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import EngineError
from engine.trace import Trace
from tests.engine.stacks import Task, arrays, carried, every_cell, flat, gentle, make_task, seeds, tasks, worded
from tests.engine.test_explain import ask, check_all, every_number


def segments(timesteps: int, window: int) -> list[slice]:
    """The detached parts, in the order in which they are read: the first may be shorter."""
    ends = range(timesteps, 0, -window)
    return [slice(max(end - window, 0), end) for end in ends][::-1]


def counted(trace: Trace) -> int:
    """The timesteps of outputs over which the loss is a mean: those that are no padding."""
    padded = trace.padded_outputs
    return trace.output.shape[0] * trace.output.shape[1] if padded is None else int(np.count_nonzero(~padded))


def detached(task: Task, window: int) -> list[tuple[float, slice, Any]]:
    """Per part its share of the loss, its place, and the gradients of BPTT on it alone, begun in the carried state as a constant."""
    timesteps, state, found = task.x.shape[1], task.initial_state, []
    sequences, whole = task.y.ndim == 3, task.forward()
    for part in segments(timesteps, window):
        trace = task.forward(x=task.x[:, part], initial_state=state)
        state = carried(task, trace)
        share = counted(trace) / counted(whole) if sequences else float(part.stop == timesteps)
        y = task.y[:, part] if sequences else task.y
        found.append((share, part, task.model.backward(trace, y, task.loss)))
    return found


def check_detached(task: Task, window: int) -> None:
    trace = task.forward()
    cut = task.model.backward(trace, task.y, task.loss, window=window)
    parts = detached(task, window)
    for place, gradient in enumerate(cut.weights):
        expected = sum(share * gradients.weights[place] for share, _, gradients in parts)
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-13)
    for layer, record in enumerate(cut.layers[:-1]):
        for name in record:
            whole = np.concatenate([share * gradients.layers[layer][name] for share, _, gradients in parts], axis=1)
            np.testing.assert_allclose(record[name], whole, rtol=0, atol=1e-13, err_msg=name)
    share, _, first = parts[0]
    for gradient, expected in zip(flat(cut.initial_state), flat(first.initial_state), strict=True):
        np.testing.assert_allclose(gradient, share * expected, rtol=0, atol=1e-13)


@every_cell
@given(seed=seeds, timesteps=st.integers(1, 9), window=st.integers(1, 10), sequences=st.booleans())
def test_a_window_is_bptt_on_the_detached_parts(cell: str, seed: int, timesteps: int, window: int, sequences: bool) -> None:
    check_detached(gentle(seed, cells=cell, timesteps=timesteps, sequences=sequences, loss="mse"), window)


@given(task=tasks(timesteps=st.integers(1, 6)), window=st.integers(1, 7))
def test_a_window_cuts_stacks_of_any_cells(task: Task, window: int) -> None:
    check_detached(task, window)


@every_cell
@pytest.mark.parametrize("window", [1, 2, 3, 4])
def test_a_window_cuts_through_padding_too(cell: str, window: int) -> None:
    check_detached(worded(cell, mask_zero=True, sequences=True), window)


@given(task=tasks(), longer=st.integers(0, 3))
def test_a_window_as_long_as_the_sequence_changes_no_bit(task: Task, longer: int) -> None:
    trace, gradients = task.run()
    windowed = task.model.backward(trace, task.y, task.loss, window=task.x.shape[1] + longer)
    expected = arrays(trace, gradients)
    for name, array in arrays(trace, windowed).items():
        assert array.tobytes() == expected[name].tobytes(), name


@every_cell
@pytest.mark.parametrize(("timesteps", "window", "ends"), [(6, 2, [1, 3]), (7, 3, [0, 3]), (5, 1, [0, 1, 2, 3]), (4, 3, [0])])
def test_nothing_comes_from_the_time_behind_a_cut_and_the_initial_state_is_heard_of(
    cell: str, timesteps: int, window: int, ends: list[int]
) -> None:
    task = make_task(3, cells=cell, timesteps=timesteps, sequences=True)
    gradients = task.model.backward(task.forward(), task.y, task.loss, window=window)
    for record in gradients.layers[:-1]:
        silent = np.all(record["h_from_time"] == 0, axis=(0, 2))
        assert np.flatnonzero(silent).tolist() == [*ends, timesteps - 1]
    assert all(np.all(state != 0) for state in flat(gradients.initial_state))


@every_cell
@pytest.mark.parametrize("window", [1, 2, 3])
def test_the_terms_of_every_cut_gradient_add_up_to_it(cell: str, window: int) -> None:
    check_all(make_task(2, cells=cell, timesteps=4, sequences=True, outputs=2), windows=[window])
    check_all(worded(cell, mask_zero=True, sequences=True), windows=[window])


@every_cell
def test_a_window_that_cuts_nothing_changes_no_explanation(cell: str) -> None:
    task = make_task(2, cells=cell, timesteps=3, sequences=True)
    trace, gradients = task.run()
    whole = task.model.backward(trace, task.y, task.loss, window=3)
    for at in every_number(task.model.layers, trace, gradients):
        assert ask(task, trace, at, whole) == ask(task, trace, at, gradients)


@pytest.mark.parametrize("window", [0, -1, True, 2.0, "3"])
def test_a_window_of_no_timestep_is_refused(window: Any) -> None:
    task = make_task()
    with pytest.raises(EngineError, match="`window` must be an integer of 1 or more") as caught:
        task.model.backward(task.forward(), task.y, task.loss, window=window)

    assert caught.value.field == "window"
