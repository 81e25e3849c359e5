"""Dropout: nothing when a run only looks; with a seed the same numbers left out in every run, forward and backward."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Dense, Dropout, Embedding, EngineError, Sequential, gradcheck
from tests.engine.stacks import CELLS, Task, arrays, every_cell, packed, seeds
from tests.engine.test_explain import check_all


def dropping(cell: str, seed: int | None, *, rate: float = 0.4, sequences: bool = True, dtype: str = "float64") -> Task:
    """Dropout behind words, between two layers of a cell, and below the Dense."""
    rng = np.random.default_rng(3)
    recurrent = [CELLS[cell](3, return_sequences=True), CELLS[cell](4, return_sequences=sequences)]
    layers = [Embedding(6, 5, mask_zero=True), Dropout(rate), recurrent[0], Dropout(rate), recurrent[1], Dropout(rate), Dense(2)]
    model = Sequential(layers, dtype=dtype)
    model.set_weights([rng.normal(size=weight.shape) * 0.6 for weight in model.get_weights()])
    x = rng.integers(1, 6, (3, 5))
    x[0, 2] = x[1, 0] = x[2, -1] = 0
    states = packed(recurrent, (rng.normal(size=(3, layer.width)) for layer in recurrent for _ in layer.states))
    return Task(model, x, rng.normal(size=(3, 5, 2) if sequences else (3, 2)), "mse", states, dropout_seed=seed)


def without_dropout(task: Task) -> Sequential:
    """The same stack without its Dropout layers."""
    bare = Sequential([layer for layer in task.model.layers if not isinstance(layer, Dropout)])
    bare.set_weights(task.model.get_weights())
    return bare


@every_cell
@pytest.mark.parametrize("sequences", [True, False])
def test_a_run_that_only_looks_gives_the_numbers_of_a_stack_without_dropout(cell: str, sequences: bool) -> None:
    task = dropping(cell, None, sequences=sequences)
    expected = arrays(*Task(without_dropout(task), task.x, task.y, task.loss, task.initial_state).run())
    trace, gradients = task.run()
    kept = [place for place, layer in enumerate(task.model.layers) if not isinstance(layer, Dropout)]
    bare = trace._replace(stack=tuple(trace.stack[place] for place in kept), layers=tuple(trace.layers[place] for place in kept))
    d_bare = gradients._replace(trace=bare, layers=tuple(gradients.layers[place] for place in kept))
    for name, array in arrays(bare, d_bare).items():
        assert array.tobytes() == expected[name].tobytes(), name
    for place in set(range(7)) - set(kept):
        np.testing.assert_array_equal(trace.layers[place]["m"], 1)


@every_cell
@pytest.mark.parametrize("seed", [None, 4])
def test_every_gradient_through_dropout_agrees_with_the_complex_step(cell: str, seed: int | None) -> None:
    task = dropping(cell, seed)

    assert gradcheck(task.model, task.x, task.y, task.loss, task.initial_state, dropout_seed=seed) <= 1e-12


@every_cell
@pytest.mark.parametrize("seed", [None, 4])
@pytest.mark.parametrize("sequences", [True, False])
def test_the_terms_of_every_number_around_dropout_add_up_to_it(cell: str, seed: int | None, sequences: bool) -> None:
    check_all(dropping(cell, seed, sequences=sequences))


@given(rate=st.floats(0, 0.9), seed=seeds)
def test_what_is_kept_grows_by_the_share_of_what_is_dropped(rate: float, seed: int) -> None:
    trace = dropping("SimpleRNN", seed, rate=rate).forward()
    for below, record in ((0, 1), (2, 3), (4, 5)):
        m, y = trace.layers[record]["m"], trace.layers[record]["y"]
        assert set(np.unique(m)) <= {0, 1 / (1 - rate)}
        np.testing.assert_array_equal(y, m * list(trace.layers[below].values())[-1])


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_a_share_of_rate_is_dropped_and_the_mean_stays(rate: float) -> None:
    model = Sequential([Dropout(rate), Dense(1)], features=50)
    m = model.forward(np.ones((40, 50, 50)), dropout_seed=1).layers[0]["m"]
    spread = math.sqrt(rate * (1 - rate) / m.size)

    assert abs(np.mean(m == 0) - rate) <= 4 * spread
    assert abs(np.mean(m) - 1) <= 4 * spread / (1 - rate)
    for axis in range(3):
        assert np.all(np.ptp(m, axis=axis).mean() > 0)


def test_a_rate_of_zero_drops_nothing_in_training_either() -> None:
    looking, training = (arrays(*dropping("GRU", seed, rate=0).run()) for seed in (None, 7))
    for name, array in training.items():
        assert array.tobytes() == looking[name].tobytes(), name


def test_a_seed_drops_the_same_numbers_again_and_another_seed_others() -> None:
    first, again, other = (arrays(*dropping("LSTM", seed).run()) for seed in (5, 5, 6))
    for name, array in first.items():
        assert array.tobytes() == again[name].tobytes(), name
    assert np.any(first["1/m"] != other["1/m"])


def test_every_dropout_layer_of_a_stack_drops_numbers_of_its_own() -> None:
    model = Sequential([Dropout(0.5), Dropout(0.5), Dense(1)], features=20)
    one, other = model.forward(np.ones((1, 20, 20)), dropout_seed=0).layers[:2]

    assert np.any(one["m"] != other["m"])


def test_every_timestep_and_every_row_drops_numbers_of_its_own() -> None:
    m = Sequential([Dropout(0.5), Dense(1)], features=30).forward(np.ones((5, 6, 30)), dropout_seed=3).layers[0]["m"]

    assert len(np.unique(m.reshape(30, 30), axis=0)) == 30


def test_what_is_dropped_does_not_depend_on_the_precision() -> None:
    wide, narrow = (dropping("SimpleRNN", 2, dtype=dtype).forward().layers[1]["m"] for dtype in ("float64", "float32"))

    assert narrow.dtype == np.float32
    np.testing.assert_array_equal(wide == 0, narrow == 0)


def test_a_training_run_can_be_gone_backward_with_a_window() -> None:
    task = dropping("LSTM", 1)
    check_all(task, windows=[2])


@pytest.mark.parametrize("rate", [-0.1, 1, 1.0, 2, math.nan, "0.5", True, None])
def test_a_rate_outside_its_range_is_refused(rate: Any) -> None:
    with pytest.raises(EngineError, match="`rate` must be a number from 0 up to, but not including, 1") as caught:
        Dropout(rate)

    assert caught.value.field == "rate"


@pytest.mark.parametrize("seed", [-1, 1.0, True, "3"])
def test_a_dropout_seed_that_is_none_is_refused(seed: Any) -> None:
    with pytest.raises(EngineError, match="`dropout_seed` must be an integer of 0 or more"):
        dropping("SimpleRNN", seed).forward()


def test_dropout_alone_is_no_model() -> None:
    with pytest.raises(EngineError, match="at least one layer with weights"):
        Sequential([Dropout(0.5)], features=3)
