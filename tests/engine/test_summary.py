"""Keras's table of a model."""

from __future__ import annotations

import pytest

from engine import GRU, LSTM, Dense, Embedding, Sequential, SimpleRNN

# As Keras 3.15 prints the stack of the notes with numbers of float64.
KERAS = """\
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ embedding (Embedding)           │ (None, None, 32)       │       320,000 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ simple_rnn (SimpleRNN)          │ (None, None, 5)        │           190 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ simple_rnn_1 (SimpleRNN)        │ (None, 5)              │            55 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense (Dense)                   │ (None, 1)              │             6 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 320,251 (2.44 MB)
 Trainable params: 320,251 (2.44 MB)
 Non-trainable params: 0 (0.00 B)"""


def stack(cell: type[SimpleRNN | LSTM | GRU], dtype: str = "float64") -> Sequential:
    return Sequential([Embedding(10_000, 32), cell(5, return_sequences=True), cell(5), Dense(1, activation="sigmoid")], dtype=dtype)


def test_the_summary_of_the_notes_stack_is_keras_table() -> None:
    assert stack(SimpleRNN).summary() == KERAS


@pytest.mark.parametrize(("cell", "total"), [(SimpleRNN, 320_251), (LSTM, 320_986), (GRU, 320_771)])
def test_the_totals_are_those_of_keras(cell: type[SimpleRNN | LSTM | GRU], total: int) -> None:
    model = stack(cell)
    assert model.count_params() == total
    assert f" Total params: {total:,} (2.45 MB)" in model.summary() or cell is SimpleRNN


def test_numbers_of_half_the_size_take_half_the_room() -> None:
    assert " Total params: 320,251 (1.22 MB)" in stack(SimpleRNN, "float32").summary()


def test_without_a_timestep_axis_the_shape_loses_it_and_small_sizes_are_told_in_bytes() -> None:
    summary = Sequential([GRU(2), Dense(1)], features=3).summary()
    assert "│ gru (GRU)                       │ (None, 2)              │            42 │" in summary
    assert " Total params: 45 (360.00 B)" in summary
