"""N29, and embeddings: words as rows, their gradients, and padding at which states stand still."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Embedding, EngineError, Sequential, ShapeError, SimpleRNN, gradcheck
from tests.engine.stacks import Task, arrays, carried, every_cell, flat, gentle, make_task, seeds, worded
from tests.engine.test_explain import check_all

every_mask = pytest.mark.parametrize("mask_zero", [False, True])


def test_words_are_rows_of_the_embeddings() -> None:
    model = Sequential([Embedding(3, 2), SimpleRNN(2)], seed=4)
    rows = model.get_weights()[0]

    np.testing.assert_array_equal(model.forward([[2, 0], [1, 1]]).layers[0]["x"], rows[[[2, 0], [1, 1]]])
    assert rows.shape == (3, 2)
    assert np.max(np.abs(rows)) <= 0.05


def test_embeddings_begin_uniform_between_plus_and_minus_a_twentieth() -> None:
    rows = Sequential([Embedding(300, 100), SimpleRNN(1)]).get_weights()[0]

    assert (np.min(rows), np.max(rows)) == pytest.approx((-0.05, 0.05), abs=1e-4)
    assert np.std(rows) == pytest.approx(0.05 / np.sqrt(3), rel=0.01)


@pytest.mark.parametrize(("token", "message"), [(3, "Received: 3"), (-1, "Received: -1")])
def test_a_token_without_a_row_is_refused(token: int, message: str) -> None:
    with pytest.raises(EngineError, match=f"tokens from 0 to 2. {message}"):
        Sequential([Embedding(3, 2), SimpleRNN(2)]).forward([[0, token]])


def test_an_embedding_of_no_size_is_refused() -> None:
    for sizes in ((0, 2), (2, 0)):
        with pytest.raises(EngineError, match="integer of 1 or more"):
            Embedding(*sizes)


@every_cell
@every_mask
def test_every_gradient_behind_words_agrees_with_the_complex_step(cell: str, mask_zero: bool) -> None:
    task = worded(cell, mask_zero=mask_zero, sequences=True)

    assert gradcheck(task.model, task.x, task.y, task.loss, task.initial_state) <= 1e-12


@every_cell
@every_mask
def test_every_number_behind_words_is_the_sum_of_its_terms(cell: str, mask_zero: bool) -> None:
    check_all(worded(cell, mask_zero=mask_zero, sequences=True))


def test_a_row_gathers_the_gradient_from_wherever_its_token_stood() -> None:
    task = worded("LSTM", mask_zero=False)
    _, gradients = task.run()
    for token in range(6):
        np.testing.assert_allclose(gradients.weights[0][token], gradients.inputs[task.x == token].sum(axis=0), rtol=0, atol=1e-14)


@every_cell
def test_a_padded_timestep_repeats_the_states(cell: str) -> None:
    task = worded(cell, mask_zero=True)
    trace = task.forward()
    for t in range(5):
        before = task.initial_state if t == 0 else carried(task, trace, t - 1)
        still = task.x[:, t] == 0
        for now, then in zip(flat(carried(task, trace, t)), flat(before), strict=True):
            np.testing.assert_array_equal(now[still], then[still])
            assert np.all(now[~still] != then[~still])


@every_cell
def test_a_padded_timestep_hands_the_gradient_on_as_it_is_and_computes_nothing(cell: str) -> None:
    task = worded(cell, mask_zero=True)
    _, gradients = task.run()
    still = task.x == 0
    for record in gradients.layers[1:-1]:
        for name in set(record) - {"h", "c", "h_from_depth", "h_from_time"}:
            np.testing.assert_array_equal(record[name][still], 0, err_msg=name)
        np.testing.assert_array_equal(record["h_from_time"][:, :-1][still[:, 1:]], record["h"][:, 1:][still[:, 1:]])
    np.testing.assert_array_equal(gradients.inputs[still], 0)
    np.testing.assert_array_equal(gradients.weights[0][0], 0)


@every_cell
def test_padding_before_after_or_within_gives_the_states_and_gradients_of_the_words_alone(cell: str) -> None:
    runs = [worded(cell, mask_zero=True, padding=padding) for padding in ("before", "after", "within")]
    short = Task(runs[0].model, runs[0].x[:, 2:], runs[0].y, "mse", runs[0].initial_state)
    alone, d_alone = short.run()
    for task in runs:
        trace, gradients = task.run()
        for padded, bare in zip(flat(carried(task, trace)), flat(carried(short, alone)), strict=True):
            np.testing.assert_allclose(padded, bare, rtol=0, atol=1e-15)
        for padded, bare in zip(gradients.weights, d_alone.weights, strict=True):
            np.testing.assert_allclose(padded, bare, rtol=0, atol=1e-14)
        for padded, bare in zip(flat(gradients.initial_state), flat(d_alone.initial_state), strict=True):
            np.testing.assert_allclose(padded, bare, rtol=0, atol=1e-14)


@every_cell
@given(seed=seeds, cut=st.integers(1, 5))
def test_a_mask_can_be_given_with_vectors(cell: str, seed: int, cut: int) -> None:
    task = gentle(seed, cells=cell, timesteps=6)
    mask = np.arange(6) < cut
    masked = task.model.forward(task.x, task.initial_state, np.tile(mask, (2, 1)))
    short = task.model.forward(task.x[:, :cut], task.initial_state)

    np.testing.assert_allclose(masked.output, short.output, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(masked.mask, [mask, mask])
    assert short.mask is None


@every_cell
def test_a_mask_of_words_alone_changes_no_bit(cell: str) -> None:
    task = make_task(cells=cell)
    trace = task.model.forward(task.x, task.initial_state, np.ones((2, 3), bool))
    expected = arrays(*task.run())
    for name, array in arrays(trace, task.model.backward(trace, task.y, task.loss)).items():
        np.testing.assert_array_equal(array, expected[name], err_msg=name)


def test_a_mask_that_does_not_fit_is_refused() -> None:
    task = make_task()
    with pytest.raises(ShapeError, match=r"`mask` must have shape \(2, 3\). Received: \(3, 2\)"):
        task.forward(mask=np.ones((3, 2), bool))
    with pytest.raises(EngineError, match="truth values"):
        task.forward(mask=np.ones((2, 3)))
