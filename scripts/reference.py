"""Makes tests/reference/simple_rnn.npz: what Keras and PyTorch compute, in float64, for the engine's tests to meet.

The tests need neither framework; this script needs both (pip install torch keras; KERAS_BACKEND=torch).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
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
)


def draw(case: Case, seed: int) -> Arrays:
    """Weights, inputs, initial states and targets, each weight of its own scale, no state and no bias zero."""
    rng = np.random.default_rng(seed)
    given: Arrays = {"x": rng.normal(size=(case.batch, case.timesteps, case.features))}
    below = case.features
    for layer, units in enumerate(case.units):
        given[f"{layer}/kernel"] = rng.normal(size=(below, units)) * 0.5
        given[f"{layer}/recurrent_kernel"] = rng.normal(size=(units, units)) * 0.4
        given[f"{layer}/bias"] = rng.normal(size=units) * 0.2
        given[f"{layer}/h_0"] = rng.normal(size=(case.batch, units)) * 0.7
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


def with_torch(case: Case, given: Arrays) -> Arrays:
    """Every quantity and every gradient. What goes up and what goes on in time leave h by two copies: each has its own gradient."""
    leaves = {name: torch.tensor(value, requires_grad=name != "target") for name, value in given.items()}
    kept: dict[str, list[torch.Tensor]] = {}

    def keep(name: str, value: torch.Tensor) -> torch.Tensor:
        value.retain_grad()
        kept.setdefault(name, []).append(value)
        return value

    flow = list(leaves["x"].unbind(1))
    for layer in range(len(case.units)):
        weights = [leaves[f"{layer}/{name}"] for name in ("kernel", "recurrent_kernel", "bias")]
        past = leaves[f"{layer}/h_0"]
        for t, x in enumerate(flow):
            a = keep(f"{layer}/a", x @ weights[0] + past @ weights[1] + weights[2])
            h = keep(f"{layer}/h", torch.tanh(a))
            check_cell(weights, x, past, h)
            flow[t], past = keep(f"{layer}/h_from_depth", h.clone()), keep(f"{layer}/h_from_time", h.clone())
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


def check_cell(weights: list[torch.Tensor], x: torch.Tensor, past: torch.Tensor, h: torch.Tensor) -> None:
    """The formula above is that of torch.nn.RNNCell."""
    cell = torch.nn.RNNCell(x.shape[1], h.shape[1], dtype=torch.float64)
    state = {"weight_ih": weights[0].T, "weight_hh": weights[1].T, "bias_ih": weights[2], "bias_hh": torch.zeros_like(weights[2])}
    cell.load_state_dict(state)
    torch.testing.assert_close(cell(x, past), h, rtol=0, atol=1e-14)


def with_keras(case: Case, given: Arrays) -> Arrays:
    """Every h, the output, the loss, and the gradients of all that is given, from Keras's own layers."""
    leaves = {name: torch.tensor(given[name], requires_grad=True) for name in given if name == "x" or name.endswith("h_0")}
    layers, flow, found = {}, leaves["x"], {}
    for layer, units in enumerate(case.units):
        layers[str(layer)] = keras.layers.SimpleRNN(units, return_sequences=True, dtype="float64")
        layers[str(layer)].build(flow.shape)
        layers[str(layer)].set_weights([given[f"{layer}/{name}"] for name in ("kernel", "recurrent_kernel", "bias")])
        flow = layers[str(layer)](flow, initial_state=[leaves[f"{layer}/h_0"]])
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
        found |= {f"gradient/{name}/{weight.name}": weight.value.grad.numpy() for weight in layer.weights}
    return found | {f"gradient/{name}": leaf.grad.numpy() for name, leaf in leaves.items()}


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
    np.savez_compressed(FOLDER / "simple_rnn.npz", allow_pickle=False, **arrays)
    (FOLDER / "simple_rnn.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
