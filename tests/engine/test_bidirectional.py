"""Bidirectional: one layer with time and one against it, both with every number, every gradient and every reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import (
    GRU,
    LSTM,
    Bidirectional,
    Dense,
    EngineError,
    Gradients,
    Identity,
    Sequential,
    ShapeError,
    SimpleRNN,
    Trace,
    explain,
    gradcheck,
)
from tests.engine.stacks import CELLS, Task, arrays, every_cell, flat, gentle, make_task, packed, seeds, sizes, worded
from tests.engine.test_explain import check_all
from tests.engine.test_gradients import along, gradients_of_places, random_direction, with_error
from tests.engine.test_window import segments

every_output = pytest.mark.parametrize("sequences", [True, False])


def two_way(cell: str, seed: int = 0, **sizes_of: Any) -> Task:
    """A Bidirectional of this cell between two of others."""
    others = [name for name in CELLS if name != cell]
    drawn = {"cells": (others[seed % 3], f"Bidirectional {cell}", others[(seed + 1) % 3]), "units": (3, 2, 3), "timesteps": 4}
    return make_task(seed, **drawn | sizes_of)


def alone(cell: str, sequences: bool, **sizes_of: Any) -> Task:
    """A Bidirectional of this cell under a Dense."""
    return make_task(4, **{"cells": f"Bidirectional {cell}", "units": (3,), "sequences": sequences, "timesteps": 4} | sizes_of)


def one_way(task: Task, place: int) -> Task:
    """The first layer's one direction as a model of its own, with the sequence in the order in which it reads."""
    layer = task.model.layers[0]
    model = Sequential([layer.directions[place]], features=task.x.shape[2])
    model.set_weights(layer.directions[place].weights)
    parts = flat(task.initial_state)
    half = parts[place * len(parts) // 2 :][: len(parts) // 2]
    return Task(model, task.x[:, :: -1 if place else 1], task.y, task.loss, packed(model.layers, half))


@every_cell
@every_output
def test_its_output_is_that_of_two_layers_side_by_side(cell: str, sequences: bool) -> None:
    task = alone(cell, sequences)
    trace = task.forward()
    first, second = (one_way(task, place).forward() for place in (0, 1))
    for name in first.layers[0]:
        np.testing.assert_array_equal(trace.layers[0][f"forward_{name}"], first.layers[0][name])
        np.testing.assert_array_equal(trace.layers[0][f"backward_{name}"], second.layers[0][name][:, ::-1])
    h = trace.layers[0]["h"]
    ends = np.concatenate([first.output, second.output[:, ::-1] if sequences else second.output], axis=-1)
    np.testing.assert_array_equal(h if sequences else h[:, 0], ends)


@every_cell
def test_without_sequences_it_hands_up_what_each_direction_ends_with(cell: str) -> None:
    trace = alone(cell, sequences=False).forward()
    record = trace.layers[0]

    assert record["h"].shape == (2, 1, 6)
    np.testing.assert_array_equal(record["h"][:, 0], np.concatenate([record["forward_h"][:, -1], record["backward_h"][:, 0]], axis=1))


@every_cell
@every_output
@settings(max_examples=6)
@given(seed=seeds, timesteps=st.sampled_from([1, 2, 7]))
def test_bptt_in_both_directions_agrees_with_the_complex_step(cell: str, sequences: bool, seed: int, timesteps: int) -> None:
    task = two_way(cell, seed, sequences=sequences, timesteps=timesteps)

    assert gradcheck(task.model, task.x, task.y, task.loss, task.initial_state) <= 1e-12


@every_cell
def test_thirty_timesteps_and_two_layers_of_it_agree_with_the_complex_step(cell: str) -> None:
    task = make_task(2, cells=f"Bidirectional {cell}", timesteps=30, units=(2, 2))

    assert gradcheck(task.model, task.x, task.y, task.loss, task.initial_state) <= 1e-12


@every_cell
def test_two_hundred_timesteps_agree_with_the_complex_step_in_random_directions(cell: str) -> None:
    task = gentle(1, cells=f"Bidirectional {cell}", timesteps=200, units=(4, 3), sequences=True)
    _, gradients = task.run()
    for seed in range(3):
        direction = random_direction(task, seed)
        expected = along(task, direction, 1e-30j).imag / 1e-30
        computed = sum(np.sum(gradient * way) for gradient, way in zip(gradients_of_places(gradients), direction, strict=True))
        assert abs(computed - expected) <= 1e-11 * abs(expected)


@every_cell
@pytest.mark.parametrize("mask_zero", [True, False])
@pytest.mark.parametrize("padding", ["before", "after", "within"])
def test_gradients_behind_words_and_padding_agree_with_the_complex_step(cell: str, mask_zero: bool, padding: str) -> None:
    task = worded(f"Bidirectional {cell}", mask_zero=mask_zero, padding=padding)

    assert gradcheck(task.model, task.x, task.y, task.loss, task.initial_state) <= 1e-12


@every_cell
@pytest.mark.parametrize("padding", ["before", "after", "within"])
def test_padding_changes_no_final_state(cell: str, padding: str) -> None:
    task = worded(f"Bidirectional {cell}", mask_zero=True, padding=padding)
    words = worded(f"Bidirectional {cell}", mask_zero=True, padding="before").x[:, 2:]

    np.testing.assert_allclose(task.forward().output, task.forward(x=words).output, rtol=0, atol=1e-15)


@every_cell
def test_a_padded_timestep_repeats_the_states_of_both_directions(cell: str) -> None:
    task = worded(f"Bidirectional {cell}", mask_zero=True, sequences=True)
    still = task.x == 0
    for record, state in zip(task.forward().layers[1:3], task.initial_state, strict=True):
        for name, initial in zip(record.states, state, strict=True):
            first, shift = (0, 1) if name.startswith("forward") else (-1, -1)
            before = np.roll(record[name], shift, axis=1)
            before[:, first] = initial
            np.testing.assert_array_equal(record[name][still], before[still])


@every_cell
@every_output
def test_the_terms_of_every_number_of_both_directions_add_up_to_it(cell: str, sequences: bool) -> None:
    check_all(alone(cell, sequences, timesteps=3))
    check_all(two_way(cell, sequences=sequences, loss="mse", timesteps=3))


@every_cell
@every_output
def test_the_terms_of_every_number_add_up_behind_words_and_with_a_window(cell: str, sequences: bool) -> None:
    check_all(worded(f"Bidirectional {cell}", mask_zero=True, sequences=sequences), windows=(None, 2))


def detached_parts(task: Task, place: int, window: int) -> list[np.ndarray]:
    """Weights' gradients of BPTT on the detached parts of one direction, for an mse over the direction's own share of the units."""
    half, state = one_way(task, place), None
    units = half.model.layers[0].width
    y = task.y[:, :: -1 if place else 1, place * units : (place + 1) * units]
    total = [np.zeros_like(weight) for weight in half.model.get_weights()]
    state, timesteps = half.initial_state, task.x.shape[1]
    for part in segments(timesteps, window):
        trace = half.forward(x=half.x[:, part], initial_state=state)
        record = trace.layers[0]
        state = packed(half.model.layers, (record[name][:, -1] for name in record.states))
        share = (part.stop - part.start) / timesteps / 2
        gradients = half.model.backward(trace, y[:, part], "mse")
        total = [whole + share * gradient for whole, gradient in zip(total, gradients.weights, strict=True)]
    return total


@every_cell
@given(seed=seeds, timesteps=st.integers(1, 6), window=st.integers(1, 7))
def test_a_window_is_counted_from_where_each_direction_stops(cell: str, seed: int, timesteps: int, window: int) -> None:
    bare = Sequential([Bidirectional(CELLS[cell](2, return_sequences=True))], features=3, seed=seed)
    rng = np.random.default_rng(seed)
    states = packed(bare.layers, (rng.normal(size=(2, 2)) for _ in bare.layers[0].states))
    task = Task(bare, rng.normal(size=(2, timesteps, 3)), rng.normal(size=(2, timesteps, 4)), "mse", states)
    gradients = task.run(window=window)[1]
    expected = [*detached_parts(task, 0, window), *detached_parts(task, 1, window)]
    for gradient, sum_of_parts in zip(gradients.weights, expected, strict=True):
        np.testing.assert_allclose(gradient, sum_of_parts, rtol=0, atol=1e-13)
    if window >= timesteps:
        for gradient, whole in zip(gradients.weights, task.run()[1].weights, strict=True):
            assert gradient.tobytes() == whole.tobytes()


@every_cell
@pytest.mark.parametrize(("timesteps", "window", "ends"), [(5, 2, [0, 2]), (6, 4, [1]), (4, 3, [0])])
def test_nothing_comes_from_behind_a_cut_in_either_direction(cell: str, timesteps: int, window: int, ends: list[int]) -> None:
    record = alone(cell, sequences=True, timesteps=timesteps).run(window=window)[1].layers[0]
    last = timesteps - 1
    for direction, silent in (("forward", [*ends, last]), ("backward", sorted([last - end for end in ends] + [0]))):
        assert np.flatnonzero(np.all(record[f"{direction}_h_from_time"] == 0, axis=(0, 2))).tolist() == silent


@every_cell
@every_output
def test_what_comes_from_depth_and_from_time_adds_up_in_both_directions(cell: str, sequences: bool) -> None:
    record = two_way(cell, sequences=sequences).run()[1].layers[1]
    for direction, last in (("forward", -1), ("backward", 0)):
        parts = [record[f"{direction}_h_from_{way}"] for way in ("depth", "time")]
        np.testing.assert_allclose(sum(parts), record[f"{direction}_h"], rtol=0, atol=1e-13)
        np.testing.assert_array_equal(parts[1][:, last], 0)
    both = np.concatenate([record["forward_h_from_depth"], record["backward_h_from_depth"]], axis=2)
    np.testing.assert_array_equal(record["h"], both)


@every_cell
def test_only_the_ends_hear_from_above_where_one_vector_leaves_the_layer(cell: str) -> None:
    record = alone(cell, sequences=False).run()[1].layers[0]
    units = record["forward_h"].shape[2]

    np.testing.assert_array_equal(record["forward_h_from_depth"][:, :-1], 0)
    np.testing.assert_array_equal(record["backward_h_from_depth"][:, 1:], 0)
    np.testing.assert_array_equal(record["forward_h_from_depth"][:, -1], record["h"][:, 0, :units])
    np.testing.assert_array_equal(record["backward_h_from_depth"][:, 0], record["h"][:, 0, units:])


@every_cell
@given(seed=seeds, batch=sizes)
def test_the_rows_of_a_batch_are_independent_in_both_directions(cell: str, seed: int, batch: int) -> None:
    task = two_way(cell, seed, batch=batch)
    together = task.forward().output
    for row in range(batch):
        states = packed(task.recurrent, (state[row : row + 1] for state in flat(task.initial_state)))
        np.testing.assert_allclose(task.forward(x=task.x[row : row + 1], initial_state=states).output[0], together[row], rtol=0, atol=1e-14)


@every_cell
@every_output
@given(seed=seeds)
def test_reading_both_ways_backward_is_the_adjoint_of_forward(cell: str, sequences: bool, seed: int) -> None:
    task = two_way(cell, seed, loss="mse", sequences=sequences)
    trace, rng = task.forward(), np.random.default_rng(seed)
    given_places = [task.x, *flat(task.initial_state)]
    v, u = rng.normal(size=trace.output.shape), [rng.normal(size=place.shape) for place in given_places]
    shifted = [place + 1e-30j * way for place, way in zip(given_places, u, strict=True)]
    pushed = task.forward(x=shifted[0], initial_state=packed(task.recurrent, shifted[1:])).output.imag / 1e-30
    gradients = with_error(task, trace, v)
    received = gradients.layers[-1]["y"] if trace.sequences else gradients.layers[-1]["y"][:, 0]
    pairs = list(zip([gradients.inputs, *flat(gradients.initial_state)], u, strict=True))
    size = np.sum(np.abs(received * pushed)) + sum(np.sum(np.abs(part * way)) for part, way in pairs)
    assert abs(np.sum(received * pushed) - sum(np.sum(part * way) for part, way in pairs)) <= 1e-13 * size


@every_cell
@given(seed=seeds)
def test_both_directions_are_linear_in_what_comes_from_above(cell: str, seed: int) -> None:
    task = two_way(cell, seed, loss="mse")
    trace = task.forward()
    one, other = np.random.default_rng(seed).normal(size=(2, *trace.output.shape))
    runs = [with_error(task, trace, error) for error in (one, other, 2 * one - other, 0 * one)]
    for first, second, both, nothing in zip(*map(gradients_of_places, runs), strict=True):
        size = 1 + np.max(np.abs(first)) + np.max(np.abs(second))
        np.testing.assert_allclose(both, 2 * first - second, rtol=0, atol=1e-13 * size)
        np.testing.assert_array_equal(nothing, 0)


@every_cell
def test_a_run_both_ways_gives_the_same_bytes_again_and_cannot_be_written_to(cell: str) -> None:
    task = two_way(cell, sequences=True)
    first, again = arrays(*task.run()), arrays(*task.run())
    for name, array in first.items():
        assert array.tobytes() == again[name].tobytes(), name
        assert name == "loss" or name.startswith("d_weight") or not array.flags.writeable, name
        for other in (task.x, task.y, *flat(task.initial_state), *(weight for layer in task.model.layers for weight in layer.weights)):
            assert not np.shares_memory(array, other), name


@every_cell
def test_float32_stays_float32_in_both_directions(cell: str) -> None:
    wide, narrow = (gentle(1, cells=f"Bidirectional {cell}", timesteps=9, sequences=True, dtype=dtype) for dtype in ("float64", "float32"))
    expected = arrays(*wide.run())
    for name, array in arrays(*narrow.run()).items():
        assert array.dtype == np.float32, name
        np.testing.assert_allclose(array, expected[name], rtol=0, atol=1e-4 * (1 + np.max(np.abs(expected[name]))), err_msg=name)


@pytest.mark.parametrize(("cell", "count"), [(SimpleRNN(3), 54), (LSTM(3), 216), (GRU(3), 180), (GRU(3, reset_after=False), 162)])
def test_it_has_the_parameters_of_its_layer_twice_in_keras_order(cell: Any, count: int) -> None:
    model, single = Sequential([Bidirectional(cell)], features=5, seed=3), Sequential([cell], features=5, seed=3)
    weights, half = model.get_weights(), single.get_weights()

    assert model.count_params() == count == 2 * single.count_params()
    assert [weight.shape for weight in weights] == [weight.shape for weight in half] * 2
    for weight, expected in zip(weights, half, strict=False):
        np.testing.assert_array_equal(weight, expected)
    assert np.any(weights[0] != weights[3])


def test_it_begins_as_its_layer_was_told() -> None:
    weights = Sequential([Bidirectional(LSTM(2, recurrent_initializer=Identity(3)))], features=1).get_weights()
    for place in (1, 4):
        np.testing.assert_array_equal(weights[place], 3 * np.tile(np.eye(2), 4))
        np.testing.assert_array_equal(weights[place + 1], [0, 0, 1, 1, 0, 0, 0, 0])


def run(layer: Any) -> tuple[Trace, Gradients, Sequential]:
    model = Sequential([Bidirectional(layer), Dense(1)], features=2)
    trace = model.forward(np.ones((1, 3, 2)))
    return trace, model.backward(trace, [[1.0]], "mse"), model


def test_initial_states_are_those_of_the_forward_then_those_of_the_backward_direction() -> None:
    trace, gradients, model = run(LSTM(2))

    assert model.layers[0].states == ("forward_h", "forward_c", "backward_h", "backward_c")
    for entry in (trace.initial_state, gradients.initial_state):
        assert [part.shape for part in entry[0]] == [(1, 2)] * 4
    with pytest.raises(EngineError, match="the arrays forward_h, forward_c, backward_h, backward_c"):
        model.forward(np.ones((1, 3, 2)), [np.zeros((1, 2))])
    with pytest.raises(ShapeError, match=r"must have shape \(1, 2\). Received: \(1, 4\)"):
        model.forward(np.ones((1, 3, 2)), [[np.zeros((1, 4))] * 4])


@pytest.mark.parametrize(("timestep", "quantity"), [(1, "h"), (-1, "h"), (3, "h"), (3, "backward_h"), (-1, "backward_a")])
def test_a_timestep_at_which_nothing_stands_is_refused(timestep: int, quantity: str) -> None:
    trace, _, model = run(SimpleRNN(2))
    with pytest.raises(EngineError, match="`timestep` of"):
        explain(model, trace, layer=0, timestep=timestep, quantity=quantity)


def test_the_initial_state_of_the_backward_direction_stands_before_the_first_timestep() -> None:
    trace, gradients, _ = run(GRU(2))

    np.testing.assert_array_equal(trace.layers[0].row("backward_h", -1), trace.initial_state[0][1])
    np.testing.assert_array_equal(gradients.layers[0].row("backward_h", -1), gradients.initial_state[0][1])


def test_its_quantities_are_those_of_the_layer_in_both_directions_and_h() -> None:
    trace, gradients, model = run(SimpleRNN(2))

    assert tuple(trace.layers[0]) == model.layers[0].quantities == ("forward_a", "forward_h", "backward_a", "backward_h", "h")
    parts = ("a", "h", "h_from_depth", "h_from_time")
    assert tuple(gradients.layers[0]) == (*(f"{way}_{part}" for way in ("forward", "backward") for part in parts), "h")


def test_a_recurrent_layer_above_needs_its_sequence() -> None:
    with pytest.raises(EngineError, match=r"expected ndim=3, found ndim=2\. Full shape received: \(None, 4\)"):
        Sequential([Bidirectional(GRU(2)), Bidirectional(GRU(2))], features=3)


@pytest.mark.parametrize("layer", [Dense(2), 3, LSTM, Bidirectional(LSTM(2))])
def test_what_is_not_recurrent_cannot_be_read_both_ways(layer: Any) -> None:
    with pytest.raises(EngineError, match="`layer` must be a SimpleRNN, an LSTM or a GRU") as caught:
        Bidirectional(layer)

    assert caught.value.field == "layer"
