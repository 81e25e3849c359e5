"""N6: weights in PyTorch's layout and back, held to PyTorch's own layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import GRU, LSTM, Dense, Embedding, EngineError, Sequential, ShapeError, SimpleRNN
from engine.conversion import from_torch, to_torch
from engine.layers import Layer

STORED = Path(__file__).resolve().parent.parent / "reference" / "torch_layers.npz"
CELLS: dict[str, type[Layer]] = {"SimpleRNN": SimpleRNN, "LSTM": LSTM, "GRU": GRU}
BIASES = ("bias_ih_l0", "bias_hh_l0")

every_cell = pytest.mark.parametrize("cell", sorted(CELLS))


def stored(cell: str) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The parameters of PyTorch's layer by its own names, and x, state and output."""
    with np.load(STORED) as file:
        arrays = {key.removeprefix(f"{cell}/"): file[key] for key in file.files if key.startswith(f"{cell}/")}
    return {key: array for key, array in arrays.items() if "_l0" in key}, {key: array for key, array in arrays.items() if "_l0" not in key}


def model_of(cell: str, **options: Any) -> Sequential:
    return Sequential([CELLS[cell](3, return_sequences=True, **options)], features=4, seed=5)


def stack() -> Sequential:
    cells = [kind(units, return_sequences=True) for kind, units in zip(CELLS.values(), (3, 4, 2), strict=True)]
    model = Sequential([Embedding(7, 5), *cells, Dense(6)], seed=3)
    model.set_weights([weight + np.linspace(0, 1, weight.size).reshape(weight.shape) for weight in model.get_weights()])
    return model


@every_cell
def test_with_the_weights_of_pytorchs_layer_the_engine_computes_what_that_computes(cell: str) -> None:
    parameters, numbers = stored(cell)
    model = model_of(cell)
    model.set_weights(from_torch(model.layers, [parameters]))
    state = tuple(numbers["state"]) if cell == "LSTM" else numbers["state"][0]
    trace = model.forward(numbers["x"], initial_state=[state])
    np.testing.assert_allclose(trace.output, numbers["output"], rtol=0, atol=1e-12)


@every_cell
def test_from_pytorch_and_back_only_the_split_of_biases_that_are_added_is_lost(cell: str) -> None:
    parameters, _ = stored(cell)
    model = model_of(cell)
    model.set_weights(from_torch(model.layers, [parameters]))
    (back,) = to_torch(model.layers)
    assert set(back) == set(parameters)
    for name in set(parameters) - (set() if cell == "GRU" else set(BIASES)):
        assert back[name].tobytes() == np.ascontiguousarray(parameters[name]).tobytes(), name
    added, ours = (each[BIASES[0]] + each[BIASES[1]] for each in (parameters, back))
    assert ours.tobytes() == added.tobytes()


def test_from_our_layout_to_pytorchs_and_back_not_a_bit_changes() -> None:
    model = stack()
    back = from_torch(model.layers, to_torch(model.layers))
    for weight, returned in zip(model.get_weights(), back, strict=True):
        assert np.ascontiguousarray(returned).tobytes() == weight.tobytes()


def test_what_is_converted_shares_no_memory_with_the_model() -> None:
    model = stack()
    for parameters in to_torch(model.layers):
        for array in parameters.values():
            assert not any(np.shares_memory(array, weight) for layer in model.layers for weight in layer.weights)


def test_a_gru_that_resets_before_has_no_counterpart_in_pytorch() -> None:
    with pytest.raises(EngineError, match="reset_after=True"):
        to_torch(model_of("GRU", reset_after=False).layers)


def test_parameters_that_do_not_fit_are_told_by_name() -> None:
    model = model_of("LSTM")
    (parameters,) = to_torch(model.layers)
    with pytest.raises(ShapeError, match="weight_hh_l0"):
        from_torch(model.layers, [parameters | {"weight_hh_l0": np.zeros((12, 4))}])
    with pytest.raises(EngineError, match=r"must be weight_ih_l0, .*Received: weight_ih_l0"):
        from_torch(model.layers, [{"weight_ih_l0": parameters["weight_ih_l0"]}])
    with pytest.raises(EngineError, match=r"one entry per layer with weights, 1\. Received: 2"):
        from_torch(model.layers, [parameters, parameters])
