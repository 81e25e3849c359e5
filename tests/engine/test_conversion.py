"""N6: weights in PyTorch's layout and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import GRU, LSTM, Bidirectional, Dense, Dropout, Embedding, EngineError, OneHot, Sequential, SimpleRNN, from_torch, to_torch
from engine.layers import Layer
from tests.engine.stacks import seeds

CELLS = (SimpleRNN(3), SimpleRNN(3, activation="relu"), LSTM(3), GRU(3))
LAYERS = (*CELLS, *map(Bidirectional, CELLS))
every_layer = pytest.mark.parametrize("layer", LAYERS, ids=repr)


def drawn(layer: Layer, seed: int, features: int = 2) -> list[np.ndarray]:
    """Weights of this layer, with a zero of either sign among them."""
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=shape) for shape in layer.weight_shapes(features)]
    for weight in weights:
        weight.flat[:2] = 0.0, -0.0
    return weights


def same_bits(left: np.ndarray, right: np.ndarray) -> bool:
    return left.shape == right.shape and left.dtype == right.dtype and left.tobytes() == right.tobytes()


@every_layer
@given(seed=seeds, features=st.integers(1, 4))
def test_keras_weights_come_back_from_pytorch_bit_by_bit(layer: Layer, seed: int, features: int) -> None:
    weights = drawn(layer, seed, features)

    assert all(map(same_bits, weights, from_torch(layer, to_torch(layer, weights))))


@every_layer
@given(seed=seeds)
def test_pytorch_weights_come_back_from_keras_but_for_the_split_of_a_bias(layer: Layer, seed: int) -> None:
    rng = np.random.default_rng(seed)
    tensors = {name: rng.normal(size=tensor.shape) for name, tensor in to_torch(layer, drawn(layer, seed)).items()}
    again = to_torch(layer, from_torch(layer, tensors))
    two_rows = "GRU" in repr(layer)
    assert set(again) == set(tensors)
    for name, tensor in tensors.items():
        if name.startswith("weight") or two_rows:
            assert same_bits(again[name], tensor), name
        elif name.startswith("bias_ih"):
            assert same_bits(again[name], tensor + tensors[name.replace("_ih_", "_hh_")]), name
        else:
            np.testing.assert_array_equal(again[name], 0)


def test_weights_of_every_layer_come_back_as_they_went() -> None:
    for layer in LAYERS:
        weights = drawn(layer, 7)
        for weight, again in zip(weights, from_torch(layer, to_torch(layer, weights)), strict=True):
            np.testing.assert_array_equal(weight, again, err_msg=repr(layer))


def test_a_split_bias_is_summed() -> None:
    for layer in (SimpleRNN(2), LSTM(2)):
        tensors = {name: np.ones(tensor.shape) for name, tensor in to_torch(layer, drawn(layer, 0)).items()}
        np.testing.assert_array_equal(from_torch(layer, tensors)[2], 2)
        np.testing.assert_array_equal(to_torch(layer, from_torch(layer, tensors))["bias_hh_l0"], 0)


def test_the_gates_stand_in_pytorchs_order() -> None:
    """LSTM: i f g o, as ours. GRU: r z n, where we have z r n."""
    for layer, order in ((LSTM(2), [0, 1, 2, 3]), (GRU(2), [1, 0, 2])):
        gates = np.repeat(np.arange(len(order)), 2)
        kernel, recurrent_kernel, bias = (np.broadcast_to(gates, shape) for shape in layer.weight_shapes(3))
        tensors = to_torch(layer, [kernel, recurrent_kernel + 10, bias + 20])
        np.testing.assert_array_equal(tensors["weight_ih_l0"], np.repeat(order, 2)[:, None] * np.ones((1, 3)))
        np.testing.assert_array_equal(tensors["weight_hh_l0"], np.repeat(order, 2)[:, None] + 10 * np.ones((1, 2)))
        np.testing.assert_array_equal(tensors["bias_ih_l0"], np.repeat(order, 2) + 20)


def test_the_two_biases_of_a_gru_are_kept_apart() -> None:
    weights = drawn(GRU(2), 1)
    tensors = to_torch(GRU(2), weights)
    for row, name in enumerate(("bias_ih_l0", "bias_hh_l0")):
        z, r, n = np.split(weights[2][row], 3)
        np.testing.assert_array_equal(tensors[name], np.concatenate([r, z, n]))


def test_the_backward_direction_is_pytorchs_reverse() -> None:
    weights = drawn(Bidirectional(LSTM(3)), 2)
    tensors = to_torch(Bidirectional(LSTM(3)), weights)

    assert list(tensors)[4:] == [f"{name}_reverse" for name in list(tensors)[:4]]
    np.testing.assert_array_equal(tensors["weight_ih_l0_reverse"], weights[3].T)


def test_dense_is_transposed_and_embeddings_are_as_they_are() -> None:
    kernel, bias = drawn(Dense(3), 3)
    (rows,) = drawn(Embedding(4, 2), 3)

    np.testing.assert_array_equal(to_torch(Dense(3), [kernel, bias])["weight"], kernel.T)
    np.testing.assert_array_equal(to_torch(Embedding(4, 2), [rows])["weight"], rows)
    for layer, weights in ((Dense(3), [kernel, bias]), (Embedding(4, 2), [rows])):
        assert all(map(same_bits, weights, from_torch(layer, to_torch(layer, weights))))


@pytest.mark.parametrize("layer", [OneHot(3), Dropout(0.5)])
def test_a_layer_without_weights_has_none_in_pytorch_either(layer: Layer) -> None:
    assert to_torch(layer, []) == {}
    assert from_torch(layer, {}) == []


def test_what_is_converted_shares_no_memory_with_what_was_given() -> None:
    for layer in (*LAYERS, Dense(3), Embedding(4, 2)):
        weights = drawn(layer, 5)
        tensors = to_torch(layer, weights)
        again = from_torch(layer, tensors)
        assert not any(np.shares_memory(one, other) for one in tensors.values() for other in weights)
        assert not any(np.shares_memory(one, other) for one in tensors.values() for other in again)


def test_converted_weights_can_be_set() -> None:
    model = Sequential([Bidirectional(GRU(3)), Dense(2)], features=2)
    tensors = [to_torch(layer, layer.weights) for layer in model.layers]
    weights = [weight for layer, part in zip(model.layers, tensors, strict=True) for weight in from_torch(layer, part)]
    before = model.get_weights()
    model.set_weights(weights)

    assert all(map(same_bits, before, model.get_weights()))


@pytest.mark.parametrize("layer", [GRU(2, reset_after=False), Bidirectional(GRU(2, reset_after=False))])
def test_a_gru_that_resets_before_is_refused_with_the_reason(layer: Any) -> None:
    for call in (lambda: to_torch(layer, drawn(layer, 0)), lambda: from_torch(layer, {})):
        with pytest.raises(EngineError, match="PyTorch's GRU resets after the recurrent kernel") as caught:
            call()
        assert caught.value.field == "reset_after"


@pytest.mark.parametrize("activation", ["sigmoid", "linear"])
def test_an_activation_that_pytorchs_rnn_does_not_know_is_refused(activation: str) -> None:
    with pytest.raises(EngineError, match="tanh and relu alone. Received: '" + activation):
        to_torch(SimpleRNN(2, activation=activation), [])


def test_weights_that_are_missing_or_do_not_fit_are_refused() -> None:
    with pytest.raises(EngineError, match=r"must be the arrays kernel, recurrent_kernel, bias\. Received: 2"):
        to_torch(LSTM(2), drawn(LSTM(2), 0)[:2])
    with pytest.raises(EngineError, match=r"must hold weight_hh_l0\. Received: weight_ih_l0"):
        from_torch(LSTM(2), {"weight_ih_l0": np.zeros((8, 2))})
    with pytest.raises(EngineError, match=r"must have 8 columns\. Received: 6"):
        from_torch(LSTM(2), {"weight_ih_l0": np.zeros((6, 2))})
