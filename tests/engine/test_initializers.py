"""How weights begin, where it is not as Keras begins them."""

from __future__ import annotations

import copy
import dataclasses
import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from engine import GRU, LSTM, EngineError, Identity, Orthogonal, ScaledOrthogonal, Sequential, SimpleRNN
from engine.initializers import RECURRENT_INITIALIZERS, orthogonal
from engine.layers.recurrent import Recurrent
from tests.engine.stacks import CELLS, every_cell, seeds, sizes

VALUES = (Orthogonal(0.5), ScaledOrthogonal(0.9), Identity(1.5))


def recurrent_blocks(cell: str, units: int, seed: int, **options: Any) -> np.ndarray:
    """(gates, units, units): the recurrent kernel of a new layer, gate by gate."""
    kernel = Sequential([CELLS[cell](units, **options)], features=3, seed=seed).get_weights()[1]
    return kernel.reshape(units, -1, units).swapaxes(0, 1)


@every_cell
@given(units=sizes, seed=seeds)
def test_a_scaled_orthogonal_kernel_has_the_chosen_spectral_radius_in_every_gate(cell: str, units: int, seed: int) -> None:
    for block in recurrent_blocks(cell, units, seed, recurrent_initializer=ScaledOrthogonal(0.9)):
        np.testing.assert_allclose(np.abs(np.linalg.eigvals(block)), 0.9, rtol=1e-12)
        np.testing.assert_allclose(block @ block.T, 0.81 * np.eye(units), rtol=0, atol=1e-14)


@pytest.mark.parametrize("cell", [SimpleRNN, LSTM, GRU])
def test_the_gates_of_a_scaled_orthogonal_kernel_are_drawn_one_by_one(cell: type[Recurrent]) -> None:
    blocks = recurrent_blocks(cell.__name__, 3, 0, recurrent_initializer=ScaledOrthogonal())

    assert len({block.tobytes() for block in blocks}) == len(cell.gates) == len(blocks)


@every_cell
def test_an_identity_kernel_is_gain_times_the_identity_in_every_gate(cell: str) -> None:
    for block in recurrent_blocks(cell, 3, 0, recurrent_initializer=Identity(gain=1.5)):
        np.testing.assert_array_equal(block, 1.5 * np.eye(3))


@every_cell
@given(units=sizes, seed=seeds)
def test_an_orthogonal_kernel_is_gain_times_keras_matrix_of_all_gates(cell: str, units: int, seed: int) -> None:
    halved = recurrent_blocks(cell, units, seed, recurrent_initializer=Orthogonal(0.5))

    np.testing.assert_array_equal(halved, 0.5 * recurrent_blocks(cell, units, seed))


@every_cell
def test_the_default_draws_what_keras_definition_says(cell: str) -> None:
    kernel, recurrent_kernel, _ = Sequential([CELLS[cell](3)], features=3, seed=5).get_weights()
    rng = np.random.default_rng(5)
    rng.uniform(size=kernel.shape)

    np.testing.assert_array_equal(recurrent_kernel, orthogonal(recurrent_kernel.shape, rng))


@every_cell
def test_an_initializer_of_the_recurrent_kernel_leaves_the_other_weights_as_they_are(cell: str) -> None:
    plain, changed = (
        Sequential([CELLS[cell](3, **kind)], features=2).get_weights() for kind in ({}, {"recurrent_initializer": Identity()})
    )

    np.testing.assert_array_equal(plain[0], changed[0])
    np.testing.assert_array_equal(plain[2], changed[2])


@pytest.mark.parametrize("value", VALUES)
def test_an_initializer_is_a_value_that_a_document_can_carry(value: Any) -> None:
    names = {kind: name for name, kind in RECURRENT_INITIALIZERS.items()}
    document = {"type": names[type(value)], **dataclasses.asdict(value)}
    again = RECURRENT_INITIALIZERS[document.pop("type")](**document)

    assert again == value == pickle.loads(pickle.dumps(value)) == copy.copy(value)
    assert eval(repr(value), {kind.__name__: kind for kind in names}) == value
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, next(iter(document)), 2.0)


@pytest.mark.parametrize("number", [math.nan, math.inf, "1", True, None])
def test_a_gain_that_is_no_finite_number_is_refused(number: Any) -> None:
    for kind in RECURRENT_INITIALIZERS.values():
        with pytest.raises(EngineError, match="must be a finite number"):
            kind(number)


def test_a_negative_spectral_radius_is_refused() -> None:
    with pytest.raises(EngineError, match=r"0 or more\. Received: -0\.1"):
        ScaledOrthogonal(-0.1)


@pytest.mark.parametrize("value", ["identity", None, orthogonal, Identity])
def test_what_is_no_initializer_is_refused(value: Any) -> None:
    with pytest.raises(EngineError, match=r"must be Orthogonal\(...\), ScaledOrthogonal\(...\) or Identity\(...\)") as caught:
        LSTM(3, recurrent_initializer=value)

    assert caught.value.field == "recurrent_initializer"
