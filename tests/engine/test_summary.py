"""The table of a model, as Keras prints it."""

from __future__ import annotations

from typing import Any

import pytest

from engine import GRU, LSTM, Bidirectional, Dense, Dropout, Embedding, OneHot, Sequential, SimpleRNN

# What Keras 3.15 prints for the notes' stack, in a window of 80 columns.
OF_KERAS = """\
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
 Total params: 320,251 (1.22 MB)
 Trainable params: 320,251 (1.22 MB)
 Non-trainable params: 0 (0.00 B)"""


def notes_stack(cell: Any, dtype: str = "float64") -> Sequential:
    """The Keras stack of the notes."""
    return Sequential([Embedding(10_000, 32), cell(5, return_sequences=True), cell(5), Dense(1, activation="sigmoid")], dtype=dtype)


def rows(model: Sequential) -> list[tuple[str, ...]]:
    """Name and type, output shape, parameters of every layer."""
    lines = [line for line in model.summary().splitlines() if line.startswith("│")]
    return [tuple(cell.strip() for cell in line.strip("│").split("│")) for line in lines]


def test_the_table_of_the_notes_stack_is_keras_own() -> None:
    assert notes_stack(SimpleRNN, "float32").summary() == OF_KERAS


@pytest.mark.parametrize(
    ("cell", "name", "counts"),
    [
        (SimpleRNN, "simple_rnn", ["320,000", "190", "55", "6"]),
        (LSTM, "lstm", ["320,000", "760", "220", "6"]),
        (GRU, "gru", ["320,000", "585", "180", "6"]),
    ],
)
def test_every_cell_has_its_name_and_its_parameters(cell: Any, name: str, counts: list[str]) -> None:
    table = rows(notes_stack(cell))

    assert [row[0] for row in table[1:3]] == [f"{name} ({cell.__name__})", f"{name}_1 ({cell.__name__})"]
    assert [row[2] for row in table] == counts


def test_the_sum_is_that_of_count_params() -> None:
    for cell in (SimpleRNN, LSTM, GRU):
        model = notes_stack(cell)
        assert f" Total params: {model.count_params():,} (2.4" in model.summary()


def test_every_kind_of_layer_has_its_row() -> None:
    layers = [OneHot(4), Bidirectional(LSTM(5, return_sequences=True)), Dropout(0.5), Dense(3), SimpleRNN(30), Dense(1)]

    assert rows(Sequential(layers)) == [
        ("one_hot (OneHot)", "(None, None, 4)", "0"),
        ("bidirectional (Bidirectional)", "(None, None, 10)", "400"),
        ("dropout (Dropout)", "(None, None, 10)", "0"),
        ("dense (Dense)", "(None, None, 3)", "33"),
        ("simple_rnn (SimpleRNN)", "(None, 30)", "1,020"),
        ("dense_1 (Dense)", "(None, 1)", "31"),
    ]


def test_a_long_name_widens_its_column() -> None:
    layers = [Bidirectional(SimpleRNN(1, return_sequences=True)) for _ in range(11)]
    lines = Sequential(layers, features=1).summary().splitlines()

    assert any("│ bidirectional_10 (Bidirectional) │" in line for line in lines)
    assert len({len(line) for line in lines[1:-3]}) == 1


@pytest.mark.parametrize(("features", "units", "size"), [(2, 1, "24.00 B"), (21, 20, "3.44 KB"), (19, 20_000, "3.05 MB")])
def test_the_bytes_are_told_in_a_readable_unit(features: int, units: int, size: str) -> None:
    assert f"({size})" in Sequential([Dense(units)], features=features).summary()
