"""Makes tests/reference/stacks.npz: what Keras and PyTorch compute, in float64, for the engine's tests to meet.

The tests need neither framework; this script needs both (pip install torch keras; KERAS_BACKEND=torch).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import numpy.typing as npt
import torch
from keras.src.backend.common import dtypes
from torch.nn import functional

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "reference"

Array = npt.NDArray[Any]
Arrays = dict[str, Array]


@dataclass(frozen=True)
class Case:
    """Every size differs from every other, so that no transpose and no mix-up of axes goes unseen."""

    name: str
    batch: int
    timesteps: int
    features: int
    units: tuple[int, ...]
    outputs: int
    activation: str
    loss: str
    sequences: bool  # whether the top recurrent layer returns sequences
    cells: tuple[str, ...] = ("SimpleRNN", "SimpleRNN", "SimpleRNN")
    words: int = 0  # the rows of an embedding with mask_zero; 0: vectors go in


CASES = (
    Case(
        "one_layer",
        batch=2,
        timesteps=5,
        features=4,
        units=(3,),
        outputs=1,
        activation="sigmoid",
        loss="binary_crossentropy",
        sequences=False,
    ),
    Case(
        "toy_stack",
        batch=4,
        timesteps=6,
        features=5,
        units=(3, 2),
        outputs=1,
        activation="sigmoid",
        loss="binary_crossentropy",
        sequences=False,
    ),
    Case(
        "tagger",
        batch=2,
        timesteps=7,
        features=6,
        units=(5, 4, 3),
        outputs=8,
        activation="softmax",
        loss="categorical_crossentropy",
        sequences=True,
    ),
    Case("regression", batch=3, timesteps=4, features=2, units=(6, 5), outputs=7, activation="linear", loss="mse", sequences=True),
    Case("squashed", batch=5, timesteps=3, features=7, units=(4, 6), outputs=2, activation="softmax", loss="mse", sequences=False),
    Case(
        "verdicts",
        batch=3,
        timesteps=5,
        features=4,
        units=(6, 2),
        outputs=7,
        activation="sigmoid",
        loss="binary_crossentropy",
        sequences=True,
    ),
    Case("lstm", 2, 5, 4, (3,), 1, "sigmoid", "binary_crossentropy", sequences=False, cells=("LSTM",)),
    Case("deep_lstm", 3, 6, 5, (4, 2), 7, "softmax", "categorical_crossentropy", sequences=True, cells=("LSTM", "LSTM")),
    Case("gru", 2, 5, 4, (3,), 1, "sigmoid", "binary_crossentropy", sequences=False, cells=("GRU",)),
    Case("deep_gru", 3, 6, 5, (4, 2), 7, "linear", "mse", sequences=True, cells=("GRU", "GRU")),
    Case("gru_before", 2, 5, 4, (3,), 1, "sigmoid", "binary_crossentropy", sequences=False, cells=("GRU, reset before",)),
    Case("deep_gru_before", 3, 6, 5, (4, 2), 7, "softmax", "mse", sequences=True, cells=("GRU, reset before", "GRU, reset before")),
    Case("mixed", 2, 7, 3, (5, 4, 6), 8, "softmax", "categorical_crossentropy", sequences=True, cells=("LSTM", "SimpleRNN", "GRU")),
    *(
        Case(f"words_{cell}", 3, 6, 5, (4, 2), 1, "sigmoid", "binary_crossentropy", sequences=False, cells=(cell, cell), words=8)
        for cell in ("SimpleRNN", "LSTM", "GRU", "GRU, reset before")
    ),
)


GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3, "GRU, reset before": 3}
WEIGHTS = ("kernel", "recurrent_kernel", "bias")


def states_of(cell: str) -> tuple[str, ...]:
    """The states of a cell, as Keras orders them."""
    return ("h", "c") if cell == "LSTM" else ("h",)


def draw(case: Case, seed: int) -> Arrays:
    """Weights, inputs, initial states and targets, each weight and each gate of its own scale, no state and no bias zero."""
    rng = np.random.default_rng(seed)
    if case.words:
        x = rng.integers(1, case.words, (case.batch, case.timesteps))
        x[0, 0] = x[1, 2] = x[1, -1] = x[2, :2] = 0
        given: Arrays = {"x": x, "embedding/embeddings": rng.normal(size=(case.words, case.features)) * 0.9}
    else:
        given = {"x": rng.normal(size=(case.batch, case.timesteps, case.features))}
    below = case.features
    for layer, (cell, units) in enumerate(zip(case.cells, case.units, strict=False)):
        scales = np.repeat([1, 1.3, 0.8, 1.1][: GATES[cell]], units)
        given[f"{layer}/kernel"] = rng.normal(size=(below, len(scales))) * 0.5 * scales
        given[f"{layer}/recurrent_kernel"] = rng.normal(size=(units, len(scales))) * 0.4 * scales
        given[f"{layer}/bias"] = rng.normal(size=(2, len(scales)) if cell == "GRU" else len(scales)) * 0.2
        for name in states_of(cell):
            given[f"{layer}/{name}_0"] = rng.normal(size=(case.batch, units)) * 0.7
        below = units
    given["dense/kernel"] = rng.normal(size=(below, case.outputs)) * 1.1
    given["dense/bias"] = rng.normal(size=case.outputs) * 0.3
    shape = (case.batch, case.timesteps, case.outputs) if case.sequences else (case.batch, case.outputs)
    given["target"] = draw_target(case, shape, rng)
    return given


def draw_target(case: Case, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """A label, a class or a number for every output."""
    if case.loss == "binary_crossentropy":
        return rng.integers(0, 2, shape).astype(float)
    if case.loss == "categorical_crossentropy":
        return np.eye(case.outputs)[rng.integers(0, case.outputs, shape[:-1])]
    return rng.normal(size=shape)


def loss_of(case: Case, a: torch.Tensor, y: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """PyTorch's own loss; cross-entropies from logits."""
    if case.loss == "binary_crossentropy":
        return functional.binary_cross_entropy_with_logits(a, target)
    if case.loss == "categorical_crossentropy":
        return functional.cross_entropy(a.flatten(0, -2), target.flatten(0, -2))
    return functional.mse_loss(y, target)


ACTIVATIONS = {"sigmoid": torch.sigmoid, "softmax": lambda a: torch.softmax(a, dim=-1), "linear": lambda a: a.clone()}


Keep = Callable[[str, torch.Tensor], torch.Tensor]
Tensors = list[torch.Tensor]


def simple_rnn(x: torch.Tensor, states: Tensors, weights: Tensors, keep: Keep, padded: torch.Tensor) -> Tensors:
    """h_t, which torch.nn.RNNCell confirms."""
    kernel, recurrent_kernel, bias = weights
    h = torch.tanh(keep("a", x @ kernel + states[0] @ recurrent_kernel + bias))
    check(torch.nn.RNNCell, weights, [bias, torch.zeros_like(bias)], x, states[0], [h])
    return [keep("h", torch.where(padded, states[0], h))]


def lstm(x: torch.Tensor, states: Tensors, weights: Tensors, keep: Keep, padded: torch.Tensor) -> Tensors:
    """h_t and c_t, which torch.nn.LSTMCell confirms."""
    kernel, recurrent_kernel, bias = weights
    past, past_c = states
    a = [keep(f"a_{gate}", part) for gate, part in zip("ifgo", (x @ kernel + past @ recurrent_kernel + bias).chunk(4, dim=1), strict=True)]
    i, f, g, o = (keep(gate, torch.tanh(part) if gate == "g" else torch.sigmoid(part)) for gate, part in zip("ifgo", a, strict=True))
    new_c = f * past_c + i * g
    check(torch.nn.LSTMCell, weights, [bias, torch.zeros_like(bias)], x, (past, past_c), [o * torch.tanh(new_c), new_c])
    c = keep("c", torch.where(padded, past_c, new_c))
    tanh_c = keep("tanh_c", torch.tanh(c))
    return [keep("h", torch.where(padded, past, o * tanh_c)), c]


def gru(x: torch.Tensor, states: Tensors, weights: Tensors, keep: Keep, padded: torch.Tensor) -> Tensors:
    """h_t: torch.nn.GRUCell, which writes r z n, confirms the form that resets after; Keras confirms both."""
    kernel, recurrent_kernel, bias = weights
    (past,), after = states, bias.ndim == 2
    biases = bias if after else torch.stack([bias, torch.zeros_like(bias)])
    from_x = (x @ kernel + biases[0]).chunk(3, dim=1)
    U = recurrent_kernel.chunk(3, dim=1)
    b = biases[1].chunk(3)
    z = keep("z", torch.sigmoid(keep("a_z", from_x[0] + past @ U[0] + b[0])))
    r = keep("r", torch.sigmoid(keep("a_r", from_x[1] + past @ U[1] + b[1])))
    m = keep("m", past @ U[2] + b[2] if after else r * past)
    n = keep("n", torch.tanh(keep("a_n", from_x[2] + (r * m if after else m @ U[2]))))
    h = z * past + (1 - z) * n
    if after:
        turned = [torch.cat([part.chunk(3, dim=-1)[gate] for gate in (1, 0, 2)], dim=-1) for part in (kernel, recurrent_kernel, *bias)]
        check(torch.nn.GRUCell, turned[:2], turned[2:], x, past, [h])
    return [keep("h", torch.where(padded, past, h))]


def check(kind: type[torch.nn.RNNCellBase], kernels: Tensors, biases: Tensors, x: torch.Tensor, past: Any, expected: Tensors) -> None:
    """The formula above is that of PyTorch's own cell."""
    cell = kind(x.shape[1], expected[0].shape[1], dtype=torch.float64)
    cell.load_state_dict({"weight_ih": kernels[0].T, "weight_hh": kernels[1].T, "bias_ih": biases[0], "bias_hh": biases[1]})
    found = cell(x, past)
    torch.testing.assert_close(list(found) if isinstance(found, tuple) else [found], expected, rtol=0, atol=1e-14)


TORCH_CELLS = {"SimpleRNN": simple_rnn, "LSTM": lstm, "GRU": gru, "GRU, reset before": gru}


def with_torch(case: Case, given: Arrays) -> Arrays:
    """Every quantity and every gradient. What goes up and what goes on in time leave h by two copies: each has its own gradient."""
    leaves = {name: torch.tensor(value, requires_grad=value.dtype.kind == "f" and name != "target") for name, value in given.items()}
    kept: dict[str, list[torch.Tensor]] = {}

    def keep(name: str, value: torch.Tensor) -> torch.Tensor:
        value.retain_grad()
        kept.setdefault(name, []).append(value)
        return value

    padded = (leaves["x"] if case.words else torch.ones(case.batch, case.timesteps)) == 0
    words = leaves["embedding/embeddings"][leaves["x"]] if case.words else leaves["x"]
    flow = [keep("embedding/x", x) for x in words.unbind(1)] if case.words else list(words.unbind(1))
    for layer in range(len(case.units)):
        weights = [leaves[f"{layer}/{name}"] for name in WEIGHTS]
        states = [leaves[f"{layer}/{name}_0"] for name in states_of(case.cells[layer])]

        def keep_here(name: str, value: torch.Tensor, layer: int = layer) -> torch.Tensor:
            return keep(f"{layer}/{name}", value)

        for t, x in enumerate(flow):
            h, *rest = TORCH_CELLS[case.cells[layer]](x, states, weights, keep_here, padded[:, t, None])
            flow[t], past = keep(f"{layer}/h_from_depth", h.clone()), keep(f"{layer}/h_from_time", h.clone())
            states = [past, *rest]
    outgoing = flow if case.sequences else flow[-1:]
    dense = [keep("dense/a", h @ leaves["dense/kernel"] + leaves["dense/bias"]) for h in outgoing]
    outputs = [keep("dense/y", ACTIVATIONS[case.activation](a)) for a in dense]
    a, y = (torch.stack(rows, dim=1) if case.sequences else rows[0] for rows in (dense, outputs))
    loss = loss_of(case, a, y, leaves["target"])
    torch.autograd.backward(loss)

    found = {"loss": loss.detach().numpy(), "output": y.detach().numpy()}
    for name, rows in kept.items():
        if not name.endswith(("_from_depth", "_from_time")):
            found[f"value/{name}"] = torch.stack(rows, dim=1).detach().numpy()
        if any(row.grad is not None for row in rows):
            found[f"gradient/{name}"] = torch.stack(
                [torch.zeros_like(row) if row.grad is None else row.grad for row in rows], dim=1
            ).numpy()
    return found | {f"gradient/{name}": leaf.grad.numpy() for name, leaf in leaves.items() if leaf.grad is not None}


KERAS_CELLS = {
    "SimpleRNN": keras.layers.SimpleRNN,
    "LSTM": keras.layers.LSTM,
    "GRU": keras.layers.GRU,
    "GRU, reset before": partial(keras.layers.GRU, reset_after=False),
}


def with_keras(case: Case, given: Arrays) -> Arrays:
    """Every h at a word, the output, the loss, and the gradients of all that is given, from Keras's own layers."""
    leaves = {
        name: torch.tensor(given[name], requires_grad=not case.words or name != "x") for name in given if name == "x" or name.endswith("_0")
    }
    layers: dict[str, Any] = {}
    found: Arrays = {}
    flow, mask = leaves["x"], None
    if case.words:
        layers["embedding"] = keras.layers.Embedding(case.words, case.features, mask_zero=True, dtype="float64")
        layers["embedding"].build()
        layers["embedding"].set_weights([given["embedding/embeddings"]])
        mask = layers["embedding"].compute_mask(flow)
        flow = layers["embedding"](flow)
        found["value/embedding/x"] = flow.detach().numpy()
    for layer, (cell, units) in enumerate(zip(case.cells, case.units, strict=False)):
        layers[str(layer)] = KERAS_CELLS[cell](units, return_sequences=True, dtype="float64")
        layers[str(layer)].build(flow.shape)
        layers[str(layer)].set_weights([given[f"{layer}/{name}"] for name in WEIGHTS])
        flow = layers[str(layer)](flow, initial_state=[leaves[f"{layer}/{name}_0"] for name in states_of(cell)], mask=mask)
        if mask is None:  # at a padded timestep Keras's output is the last one, 0 to begin with, and the state is what it was
            found[f"value/{layer}/h"] = flow.detach().numpy()
    layers["dense"] = keras.layers.Dense(case.outputs, dtype="float64")
    flow = flow if case.sequences else flow[:, -1]
    layers["dense"].build(flow.shape)
    layers["dense"].set_weights([given["dense/kernel"], given["dense/bias"]])
    a = layers["dense"](flow)
    y = keras.activations.get(case.activation)(a)
    loss = keras_loss(case)(torch.tensor(given["target"]), y if case.loss == "mse" else a)
    torch.autograd.backward(loss)
    found |= {"loss": loss.detach().numpy(), "output": y.detach().numpy()}
    for name, layer in layers.items():
        found |= {f"gradient/{name}/{weight.name}": weight.value.grad.numpy() for weight in layer.weights if weight.value.grad is not None}
    return found | {f"gradient/{name}": leaf.grad.numpy() for name, leaf in leaves.items() if leaf.grad is not None}


def keras_loss(case: Case) -> keras.losses.Loss:
    """Keras's own loss; cross-entropies from logits, because on probabilities it clips at 1e-7."""
    if case.loss == "mse":
        return keras.losses.MeanSquaredError(dtype="float64")
    if case.loss == "binary_crossentropy":
        return keras.losses.BinaryCrossentropy(from_logits=True, dtype="float64")
    return keras.losses.CategoricalCrossentropy(from_logits=True, dtype="float64")


def main() -> None:
    """Writes every case, with what it was made with."""
    keras.config.set_floatx("float64")
    dtypes.BIT64_TO_BIT32_DTYPE.pop("float64")  # else Keras computes products in float32, to agree with JAX
    arrays: Arrays = {}
    for seed, case in enumerate(CASES):
        given = draw(case, seed)
        for source, numbers in (("given", given), ("torch", with_torch(case, given)), ("keras", with_keras(case, given))):
            arrays |= {f"{case.name}/{source}/{name}": value for name, value in numbers.items()}
    about = {
        "versions": {"keras": keras.__version__, "torch": torch.__version__.split("+")[0], "numpy": np.__version__},
        "cases": {case.name: vars(case) for case in CASES},
    }
    FOLDER.mkdir(exist_ok=True)
    np.savez_compressed(FOLDER / "stacks.npz", allow_pickle=False, **arrays)
    (FOLDER / "stacks.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
