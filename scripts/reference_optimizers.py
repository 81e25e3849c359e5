"""Makes tests/reference/optimizers.npz: ten steps of every optimizer and option, by Keras and PyTorch, in float64.

Each trains the same mixed stack on one batch, so its gradients are real ones. Also Keras's own fit, and losses with weights.
The tests need neither framework; this script needs both (pip install torch keras; KERAS_BACKEND=torch).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
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
STEPS, BATCH, TIMESTEPS, FEATURES, OUTPUTS = 10, 5, 6, 2, 2
CELLS = (("SimpleRNN", 4), ("LSTM", 2), ("GRU", 3))
GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}

Array = npt.NDArray[Any]
Arrays = dict[str, Array]


@dataclass(frozen=True)
class Case:
    """An optimizer with options. torch: whether PyTorch's definition is the same, or becomes it by options of its own."""

    name: str
    optimizer: str
    options: dict[str, Any] = field(default_factory=dict)
    l2: float = 0.0
    torch: bool = False


NO_EPSILON = 1e-40  # far below every velocity, so that it does not matter whether it stands under the root
CASES = (
    Case("descent", "SGD", {"learning_rate": 0.3}, torch=True),
    Case("momentum", "SGD", {"learning_rate": 0.2, "momentum": 0.8}, torch=True),
    Case("nesterov", "SGD", {"learning_rate": 0.2, "momentum": 0.8, "nesterov": True}, torch=True),
    Case("rmsprop", "RMSprop", {"learning_rate": 0.02}),
    Case("rmsprop_options", "RMSprop", {"learning_rate": 0.03, "rho": 0.6, "momentum": 0.7, "epsilon": 1e-3}),
    Case("rmsprop_centered", "RMSprop", {"learning_rate": 0.02, "rho": 0.8, "epsilon": 1e-4, "centered": True}),
    Case("rmsprop_whole", "RMSprop", {"learning_rate": 0.01, "momentum": 0.6, "epsilon": 1e-4, "centered": True}),
    Case("rmsprop_no_epsilon", "RMSprop", {"learning_rate": 0.02, "rho": 0.7, "momentum": 0.4, "epsilon": NO_EPSILON}, torch=True),
    Case("adam", "Adam", {"learning_rate": 0.03}, torch=True),
    Case("adam_options", "Adam", {"learning_rate": 0.05, "beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-2}, torch=True),
    Case("amsgrad", "Adam", {"learning_rate": 0.1, "beta_2": 0.5, "amsgrad": True}, torch=True),
    Case("adagrad", "Adagrad", {"learning_rate": 0.2}),
    Case("adagrad_options", "Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.01, "epsilon": 1e-2}),
    Case("adagrad_no_epsilon", "Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.02, "epsilon": NO_EPSILON}, torch=True),
    Case("clipnorm", "SGD", {"learning_rate": 0.4, "momentum": 0.5, "clipnorm": 0.02}),
    Case("global_clipnorm", "SGD", {"learning_rate": 0.4, "momentum": 0.5, "global_clipnorm": 0.05}),
    Case("clipvalue", "SGD", {"learning_rate": 0.4, "momentum": 0.5, "clipvalue": 0.01}, torch=True),
    Case("adam_clipnorm", "Adam", {"learning_rate": 0.05, "clipnorm": 0.02}),
    Case("adagrad_global_clipnorm", "Adagrad", {"learning_rate": 0.2, "global_clipnorm": 0.05}),
    Case("rmsprop_clipvalue", "RMSprop", {"learning_rate": 0.02, "clipvalue": 0.01}),
    Case("momentum_l2", "SGD", {"learning_rate": 0.2, "momentum": 0.8}, l2=0.02, torch=True),
    Case("adam_l2", "Adam", {"learning_rate": 0.03}, l2=0.02, torch=True),
    Case("clipnorm_l2", "SGD", {"learning_rate": 0.4, "clipnorm": 0.05}, l2=0.03),
    Case("clipvalue_l2", "RMSprop", {"learning_rate": 0.02, "clipvalue": 0.01}, l2=0.03),
)
SLOTS = {  # what Keras remembers, under the engine's names
    "SGD": {"momentum": "momentums"},
    "RMSprop": {"velocity": "_velocities", "momentum": "_momentums", "average_gradient": "_average_gradients"},
    "Adam": {"momentum": "_momentums", "velocity": "_velocities", "largest_velocity": "_velocity_hats"},
    "Adagrad": {"accumulator": "_accumulators"},
}


def draw(seed: int) -> tuple[Array, Array, list[Array]]:
    """Inputs, labels, and weights in Keras's order, none of them zero."""
    rng = np.random.default_rng(seed)
    weights: list[Array] = []
    below = FEATURES
    for cell, units in CELLS:
        columns = GATES[cell] * units
        weights += [rng.normal(size=(below, columns)) * 0.6, rng.normal(size=(units, columns)) * 0.5]
        weights.append(rng.normal(size=(2, columns) if cell == "GRU" else columns) * 0.3)
        below = units
    weights += [rng.normal(size=(below, OUTPUTS)) * 1.2, rng.normal(size=OUTPUTS) * 0.3]
    return rng.normal(size=(BATCH, TIMESTEPS, FEATURES)), rng.integers(0, 2, (BATCH, OUTPUTS)).astype(float), weights


def keras_stack(l2: float, weights: list[Array]) -> Any:
    """The stack of Keras's own layers, up to its logits, with Keras's own regulariser."""
    penalty = keras.regularizers.L2(l2)
    given = {"kernel_regularizer": penalty, "dtype": "float64"}
    layers = [
        getattr(keras.layers, cell)(units, return_sequences=place < len(CELLS) - 1, recurrent_regularizer=penalty, **given)
        for place, (cell, units) in enumerate(CELLS)
    ]
    model = keras.Sequential([keras.Input((TIMESTEPS, FEATURES), dtype="float64"), *layers, keras.layers.Dense(OUTPUTS, **given)])
    model.set_weights(weights)
    return model


def with_keras(case: Case, x: Array, target: Array, weights: list[Array]) -> Arrays:
    """The weights after every step, (steps, numbers), and what the optimizer remembers after the last."""
    model = keras_stack(case.l2, weights)
    optimizer = getattr(keras.optimizers, case.optimizer)(**case.options)
    error = keras.losses.BinaryCrossentropy(from_logits=True, dtype="float64")
    steps: list[Array] = []
    for _ in range(STEPS):
        model.zero_grad()
        loss = error(torch.tensor(target), model(torch.tensor(x))) + sum(model.losses)
        torch.autograd.backward(loss)
        with torch.no_grad():
            optimizer.apply([weight.value.grad for weight in model.trainable_weights], model.trainable_weights)
        steps.append(flat(model.get_weights()))
    slots = {name: getattr(optimizer, attribute, None) for name, attribute in SLOTS[case.optimizer].items()}  # empty where an option is off
    remembered = {name: [part.value.detach().numpy() for part in parts if part is not None] for name, parts in slots.items() if parts}
    return {"weights": np.array(steps)} | {name: flat(parts) for name, parts in remembered.items() if parts}


def keras_fit(x: Array, target: Array, weights: list[Array], sample_weight: Array | None) -> Arrays:
    """Keras's own fit in the given order, the last batch shorter: loss and accuracy of every epoch, and the weights at the end."""
    model = keras_stack(0.01, weights)
    accuracy = keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy", dtype="float64")  # of logits
    model.compile(
        keras.optimizers.Adam(0.05), keras.losses.BinaryCrossentropy(from_logits=True, dtype="float64"), weighted_metrics=[accuracy]
    )
    history = model.fit(x, target, batch_size=2, epochs=4, shuffle=False, sample_weight=sample_weight, verbose=0).history
    return {"loss": np.array(history["loss"]), "accuracy": np.array(history["accuracy"]), "weights": flat(model.get_weights())}


def padded_fit(seed: int, mask_zero: bool) -> Arrays:
    """Keras's own fit of sentences of different length with a label at every word, two at a time: an Embedding with mask_zero, or vectors
    behind a Masking layer. Loss of every epoch, and the weights at the end."""
    rng = np.random.default_rng(seed)
    lengths, timesteps, units = np.array([2, 6, 3, 5, 1]), 6, 3
    mask = np.arange(timesteps) < lengths[:, None]
    x: Array = np.where(mask, rng.integers(1, 4, mask.shape), 0)
    below = [keras.layers.Embedding(4, FEATURES, mask_zero=True, dtype="float64")]
    weights = [rng.normal(size=(4, FEATURES)) * 0.9]
    shape: tuple[int, ...] = (timesteps,)
    if not mask_zero:
        x, weights, shape = np.where(mask[:, :, None], rng.normal(size=(*mask.shape, FEATURES)), 0), [], (timesteps, FEATURES)
        below = [keras.layers.Masking(0.0, dtype="float64")]
    sizes = [(FEATURES, units), (units, units), (units,), (units, OUTPUTS), (OUTPUTS,)]
    weights += [rng.normal(size=size) * 0.6 for size in sizes]
    target = rng.integers(0, 2, (*mask.shape, OUTPUTS)).astype(float)
    above = [keras.layers.SimpleRNN(units, return_sequences=True, dtype="float64"), keras.layers.Dense(OUTPUTS, dtype="float64")]
    model = keras.Sequential([keras.Input(shape, dtype="int64" if mask_zero else "float64"), *below, *above])
    model.set_weights(weights)
    model.compile(keras.optimizers.SGD(0.5), keras.losses.BinaryCrossentropy(from_logits=True, dtype="float64"))
    history = model.fit(x, target, batch_size=2, epochs=3, shuffle=False, verbose=0).history
    found = {"x": x, "mask": mask, "target": target, "loss": np.array(history["loss"]), "trained": flat(model.get_weights())}
    return found | {f"weight/{place}": weight for place, weight in enumerate(weights)}


def weighted_losses(seed: int) -> Arrays:
    """Every loss at every timestep with weights, and its gradient, by Keras and PyTorch; N counts all outputs, whatever they weigh."""
    rng = np.random.default_rng(seed)
    a, sample_weight = rng.normal(size=(3, 4, 5)) * 2, rng.uniform(0, 3, (3, 4))
    sample_weight[1, 2] = 0
    found: Arrays = {"a": a, "sample_weight": sample_weight}
    targets = {
        "binary": rng.integers(0, 2, a.shape).astype(float),
        "categorical": rng.dirichlet(np.ones(5), (3, 4)),
        "mse": rng.normal(size=a.shape),
    }
    logits = {"from_logits": True, "dtype": "float64"}
    by_keras = {
        "binary": keras.losses.BinaryCrossentropy(**logits),
        "categorical": keras.losses.CategoricalCrossentropy(**logits),
        "mse": keras.losses.MeanSquaredError(dtype="float64"),
    }
    by_torch: dict[str, Callable[..., torch.Tensor]] = {
        "binary": lambda a, y, w: functional.binary_cross_entropy_with_logits(a, y, weight=w[..., None]),
        "categorical": lambda a, y, w: (functional.cross_entropy(a.flatten(0, 1), y.flatten(0, 1), reduction="none") * w.flatten()).mean(),
        "mse": lambda a, y, w: (functional.mse_loss(a, y, reduction="none") * w[..., None]).mean(),
    }
    for name, target in targets.items():
        found[f"{name}/target"] = target
        for source in ("keras", "torch"):
            leaf, y, w = torch.tensor(a, requires_grad=True), torch.tensor(target), torch.tensor(sample_weight)
            loss = by_keras[name](y, leaf, sample_weight=w) if source == "keras" else by_torch[name](leaf, y, w)
            torch.autograd.backward(loss)
            found |= {f"{name}/{source}/loss": loss.detach().numpy(), f"{name}/{source}/gradient": leaf.grad.numpy()}
    return found


def flat(arrays: list[Array]) -> Array:
    """All numbers in one row."""
    row: Array = np.concatenate([array.ravel() for array in arrays])
    assert row.dtype == np.float64
    return row


def turned(array: Array, cell: str) -> Array:
    """PyTorch's order of columns for Keras's, or the other way round: a GRU's first two gates change places."""
    parts = np.split(array, GATES[cell], axis=-1)
    return np.concatenate([parts[1], parts[0], parts[2]] if cell == "GRU" else parts, axis=-1)


class Stack(torch.nn.Module):
    """The same stack of torch.nn's own layers. Where Keras has one bias, PyTorch's second one stays zero and is not trained."""

    def __init__(self, weights: list[Array]) -> None:
        super().__init__()
        sizes = [FEATURES, *(units for _, units in CELLS)]
        kinds = {"SimpleRNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}
        self.cells = torch.nn.ModuleList(
            kinds[cell](below, units, batch_first=True, dtype=torch.float64) for below, (cell, units) in zip(sizes, CELLS, strict=False)
        )
        self.dense = torch.nn.Linear(sizes[-1], OUTPUTS, dtype=torch.float64)
        rest = iter(weights)
        for (name, _), cell in zip(CELLS, self.cells, strict=True):
            kernel, recurrent_kernel, bias = (turned(next(rest), name) for _ in range(3))
            biases = bias if bias.ndim == 2 else (np.zeros_like(bias), bias)
            values = {"weight_ih_l0": kernel.T, "weight_hh_l0": recurrent_kernel.T, "bias_ih_l0": biases[0], "bias_hh_l0": biases[1]}
            cell.load_state_dict({key: torch.tensor(value) for key, value in values.items()})
            cell.bias_ih_l0.requires_grad_(bias.ndim == 2)
        self.dense.load_state_dict({"weight": torch.tensor(next(rest).T), "bias": torch.tensor(next(rest))})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, timesteps, features) -> logits (batch, outputs)."""
        for cell in self.cells:
            x = cell(x)[0]
        return self.dense(x[:, -1])

    def weights(self) -> list[Array]:
        """In Keras's order and shapes."""
        found: list[Array] = []
        for (name, _), cell in zip(CELLS, self.cells, strict=True):
            kernel, recurrent_kernel, *biases = (getattr(cell, f"{key}_l0").detach().numpy() for key in WEIGHTS)
            found += [turned(array, name) for array in (kernel.T, recurrent_kernel.T, np.array(biases) if name == "GRU" else biases[1])]
        return [*found, self.dense.weight.detach().numpy().T, self.dense.bias.detach().numpy()]


WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
NAMES = {"learning_rate": "lr", "rho": "alpha", "epsilon": "eps"}


def torch_optimizer(case: Case, stack: Stack) -> torch.optim.Optimizer:
    """PyTorch's own, by its own names. Its weight decay adds decay * w to a gradient, so it is 2 * l2, for kernels alone."""
    options = {NAMES.get(name, name): value for name, value in case.options.items() if name not in ("beta_1", "beta_2", "clipvalue")}
    if case.optimizer == "Adam":
        options["betas"] = case.options.get("beta_1", 0.9), case.options.get("beta_2", 0.999)
    if case.options.get("epsilon") == NO_EPSILON:
        options["eps"] = 0.0
    kernels = [weight for name, weight in stack.named_parameters() if "weight" in name]
    biases = [weight for name, weight in stack.named_parameters() if "bias" in name and weight.requires_grad]
    groups = [{"params": kernels, "weight_decay": 2 * case.l2}, {"params": biases, "weight_decay": 0.0}]
    kind: Callable[..., torch.optim.Optimizer] = getattr(torch.optim, case.optimizer)
    return kind(groups, **options)


def with_torch(case: Case, x: Array, target: Array, weights: list[Array]) -> Arrays:
    """The weights after every step, (steps, numbers)."""
    stack = Stack(weights)
    optimizer = torch_optimizer(case, stack)
    steps: list[Array] = []
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        torch.autograd.backward(functional.binary_cross_entropy_with_logits(stack(torch.tensor(x)), torch.tensor(target)))
        if "clipvalue" in case.options:
            torch.nn.utils.clip_grad_value_(stack.parameters(), case.options["clipvalue"])
        if case.optimizer == "Adam":  # PyTorch corrects v before it adds epsilon, Keras after
            beta_2 = optimizer.param_groups[0]["betas"][1]
            for group in optimizer.param_groups:
                group["eps"] = case.options.get("epsilon", 1e-7) / (1 - beta_2**step) ** 0.5
        optimizer.step()
        steps.append(flat(stack.weights()))
    return {"weights": np.array(steps)}


def main() -> None:
    """Writes every case, with what it was made with."""
    keras.config.set_floatx("float64")
    dtypes.BIT64_TO_BIT32_DTYPE.pop("float64")  # else Keras computes products in float32, to agree with JAX
    x, target, weights = draw(seed=11)
    arrays: Arrays = {"x": x, "target": target} | {f"weight/{place}": weight for place, weight in enumerate(weights)}
    for case in CASES:
        runs = {"keras": with_keras} | ({"torch": with_torch} if case.torch else {})
        for source, run in runs.items():
            arrays |= {f"{case.name}/{source}/{name}": value for name, value in run(case, x, target, weights).items()}
    shares = np.array([0.5, 2.0, 0.0, 1.5, 3.0])
    for name, sample_weight in (("fit", None), ("weighted_fit", shares)):
        arrays |= {f"{name}/keras/{key}": value for key, value in keras_fit(x, target, weights, sample_weight).items()}
    arrays["weighted_fit/sample_weight"] = shares
    for name, mask_zero in (("words", True), ("vectors", False)):
        arrays |= {f"padded_fit/{name}/{key}": value for key, value in padded_fit(13, mask_zero).items()}
    arrays |= {f"loss/{key}": value for key, value in weighted_losses(seed=12).items()}
    about = {
        "versions": {"keras": keras.__version__, "torch": torch.__version__.split("+")[0], "numpy": np.__version__},
        "layers": [*CELLS, ("Dense", OUTPUTS)],
        "cases": {case.name: vars(case) for case in CASES},
    }
    FOLDER.mkdir(exist_ok=True)
    np.savez_compressed(FOLDER / "optimizers.npz", allow_pickle=False, **arrays)
    (FOLDER / "optimizers.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
