"""N23, N24, N25: precision, the same bytes again, and arrays that stay whose they are."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from engine import Sequential
from tests.engine.stacks import CELLS, Task, arrays, every_cell, flat, gentle, make_task, packed, seeds, tasks
from tests.engine.test_dropout import dropping

ROOT = Path(__file__).resolve().parents[2]


def digest() -> str:
    """A hash of every byte of a run of three fixed scenes: all cells, both directions with a window, and words with Dropout."""
    runs = (
        make_task(11, cells=list(CELLS), timesteps=9, units=(5, 4, 3, 2), sequences=True, outputs=2).run(),
        make_task(12, cells=("Bidirectional GRU", "Bidirectional LSTM"), timesteps=5).run(window=2),
        dropping("GRU", 3).run(),
    )
    return hashlib.sha256(b"".join(array.tobytes() for run in runs for array in arrays(*run).values())).hexdigest()


@every_cell
@given(seed=seeds)
def test_float32_in_gives_float32_out_close_to_float64(cell: str, seed: int) -> None:
    sizes_of = {"cells": cell, "timesteps": 12, "units": (8, 5), "sequences": True}
    wide = gentle(seed, **sizes_of)
    narrow = gentle(seed, **sizes_of, dtype="float32")
    narrow.model.set_weights(wide.model.get_weights())
    expected = arrays(*wide.run())
    for name, array in arrays(*narrow.run()).items():
        assert array.dtype == np.float32, name
        size = np.max(np.abs(expected[name])) + 1e-3
        np.testing.assert_allclose(array, expected[name], rtol=0, atol=(1e-4 if "d_" in name else 1e-5) * max(size, 1), err_msg=name)


def test_the_same_run_gives_the_same_bytes_a_hundred_times_and_after_other_work() -> None:
    first = digest()
    for seed in range(99):
        make_task(seed, units=(seed % 5 + 1,)).run()
        assert digest() == first


def test_the_same_run_gives_the_same_bytes_in_another_process() -> None:
    program = "from tests.engine.test_numbers import digest; print(digest())"
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == digest()


@given(task=tasks())
def test_a_run_changes_none_of_its_arguments(task: Task) -> None:
    given_arrays = [task.x, task.y, *flat(task.initial_state)]
    before = [array.copy() for array in given_arrays]
    weights = task.model.get_weights()
    task.run()
    for now, then in zip([*given_arrays, *task.model.get_weights()], [*before, *weights], strict=True):
        np.testing.assert_array_equal(now, then)


@given(task=tasks())
def test_what_is_returned_shares_no_memory_with_arguments_or_weights(task: Task) -> None:
    returned = arrays(*task.run())
    for name, array in returned.items():
        for other in (task.x, task.y, *flat(task.initial_state), *(weight for layer in task.model.layers for weight in layer.weights)):
            assert not np.shares_memory(array, other), name


@given(task=tasks())
def test_every_array_of_a_trace_and_of_its_gradients_is_read_only(task: Task) -> None:
    trace, gradients = task.run()
    found = arrays(trace, gradients)
    del found["loss"]
    for index, weight in enumerate(gradients.weights):  # the caller's own
        name = next(name for name, array in found.items() if array is weight)
        assert not any(np.shares_memory(weight, other) for other in gradients.weights[:index]), name
        del found[name]
    for name, array in found.items():
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
        assert not array.flags.writeable, name
    assert not any(weight.flags.writeable for weight in (*trace.weights, *flat(trace.initial_state)))


@every_cell
def test_a_layers_quantities_are_views_of_one_block(cell: str) -> None:
    trace, gradients = make_task(cells=cell).run()
    for record in (*trace.layers, *gradients.layers[:-1]):
        bases = {id(record[name].base) for name in record}
        assert len(bases) == 1


def fortran(array: np.ndarray) -> np.ndarray:
    return np.asfortranarray(array)


def strided(array: np.ndarray) -> np.ndarray:
    return np.repeat(array, 2, axis=-1)[..., ::2]


def read_only(array: np.ndarray) -> np.ndarray:
    copy = array.copy()
    copy.flags.writeable = False
    return copy


@every_cell
@pytest.mark.parametrize("form", [fortran, strided, read_only, np.ndarray.tolist])
def test_the_form_of_an_array_changes_no_bit(form: Callable[[np.ndarray], np.ndarray], cell: str) -> None:
    task = make_task(7, cells=cell, sequences=True)
    expected = arrays(*task.run())
    task.model.set_weights([form(weight) for weight in task.model.get_weights()])
    trace = task.model.forward(form(task.x), initial_state=packed(task.recurrent, map(form, flat(task.initial_state))))
    for name, array in arrays(trace, task.model.backward(trace, form(task.y), task.loss)).items():
        np.testing.assert_array_equal(array, expected[name], err_msg=name)


def test_a_trace_keeps_the_weights_that_it_ran_with() -> None:
    task = make_task(3)
    trace, expected = task.run()
    before = task.model.get_weights()
    task.model.set_weights([weight * 2 for weight in before])
    gradients = task.model.backward(trace, task.y, task.loss)
    for again, gradient, kept, weight in zip(gradients.weights, expected.weights, trace.weights, before, strict=True):
        np.testing.assert_array_equal(again, gradient)
        np.testing.assert_array_equal(kept, weight)


def test_a_model_can_learn_between_forward_and_backward() -> None:
    task, other = make_task(3), make_task(3)
    trace = task.forward()
    task.model.set_weights(make_task(4).model.get_weights())

    np.testing.assert_array_equal(task.model.backward(trace, task.y, task.loss).inputs, other.run()[1].inputs)


def test_arguments_can_be_changed_without_changing_a_trace() -> None:
    task = make_task(batch=1, timesteps=1)
    mine = [task.x[:, :1].copy(), task.x[:, :1].copy()]
    weights = task.model.get_weights()
    task.model.set_weights(weights)
    trace = task.forward(x=mine[0])
    mine[0][...] = 0
    for weight in weights:
        weight.flags.writeable = True
        weight[...] = 0

    np.testing.assert_array_equal(trace.inputs, mine[1])
    assert all(np.any(weight) for weight in trace.weights)


def test_no_view_of_a_trace_can_be_written_to() -> None:
    trace, _ = make_task(sequences=True).run()
    for view in (trace.output, trace.inputs, trace.layers[0]["a"], trace.layers[1]["h"]):
        with pytest.raises(ValueError, match="read-only"):
            view += 1


def test_weights_that_are_read_or_given_can_be_changed_without_changing_the_model() -> None:
    task = make_task()
    mine = task.model.get_weights()
    task.model.set_weights(mine)
    for weight in mine:
        weight[...] = 0

    assert all(np.any(weight) for weight in task.model.get_weights())


@given(task=tasks())
def test_complex_weights_inputs_or_states_give_complex_results(task: Task) -> None:
    real = task.forward().output
    weights = task.model.get_weights()
    runs = [
        task.forward(x=task.x.astype(complex)).output,
        task.forward(initial_state=packed(task.recurrent, (state.astype(complex) for state in flat(task.initial_state)))).output,
    ]
    task.model.set_weights([weight.astype(complex) for weight in weights])
    runs.append(task.forward().output)
    task.model.set_weights(weights)
    for output in runs:
        assert output.dtype == complex
        np.testing.assert_allclose(output, real, rtol=0, atol=1e-14)
    assert task.forward().output.dtype == float


def test_one_model_serves_two_seeds_without_sharing_a_generator() -> None:
    def first(seed: int) -> np.ndarray:
        return Sequential(make_task().model.layers, seed=seed, features=4).get_weights()[0]

    np.testing.assert_array_equal(first(1), first(1))
    assert np.any(first(1) != first(2))


@every_cell
def test_a_large_trace_takes_less_than_three_times_the_bytes_of_its_quantities(cell: str) -> None:
    task = make_task(cells=cell, batch=1, timesteps=200, units=(64,) * 8, features=64)
    tracemalloc.start()
    trace = task.forward()
    peak = tracemalloc.get_traced_memory()[1]
    gradients = task.model.backward(trace, task.y, task.loss)
    whole_peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    forward, backward = (sum(array.nbytes for record in run.layers for array in record.values()) for run in (trace, gradients))

    assert peak < 3 * forward
    assert whole_peak < 3 * (forward + backward)
