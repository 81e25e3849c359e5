"""N6, against PyTorch itself: with the weights of its layers the engine computes what they computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import GRU, LSTM, Sequential, SimpleRNN, from_torch

STORED = Path(__file__).resolve().parent.parent / "reference" / "torch_layers.npz"
CELLS = {"SimpleRNN": SimpleRNN, "LSTM": LSTM, "GRU": GRU}


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_with_the_weights_of_pytorchs_layer_the_engine_computes_what_that_computed(cell: str) -> None:
    with np.load(STORED) as file:
        stored = {key.removeprefix(f"{cell}/"): file[key] for key in file.files if key.startswith(f"{cell}/")}
    model = Sequential([CELLS[cell](3, return_sequences=True)], features=4)
    model.set_weights(from_torch(model.layers[0], stored))
    state = tuple(stored["state"]) if cell == "LSTM" else stored["state"][0]

    output = model.forward(stored["x"], initial_state=[state]).output

    np.testing.assert_allclose(output, stored["output"], rtol=0, atol=1e-12)
