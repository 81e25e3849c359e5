"""Makes tests/reference/stacks.npz: what Keras and PyTorch compute, in float64, for the engine's tests to meet.

The tests need neither framework; this script needs both (pip install torch keras; KERAS_BACKEND=torch).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import numpy.typing as npt
import torch
from keras.src import backend
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
    window: int | None = None

    @property
    def layers(self) -> Iterator[tuple[str, str, int]]:
        """Name, kind and units of every layer below the last Dense."""
        return ((str(place), *pair) for place, pair in enumerate(zip(self.cells, self.units, strict=False)))


SIGMOID, SOFTMAX = ("sigmoid", "binary_crossentropy"), ("softmax", "categorical_crossentropy")
CELLS = ("SimpleRNN", "LSTM", "GRU", "GRU, reset before")
CASES = (  # each is drawn from its place in this list: new ones go to the end
    Case("one_layer", 2, 5, 4, (3,), 1, *SIGMOID, sequences=False),
    Case("toy_stack", 4, 6, 5, (3, 2), 1, *SIGMOID, sequences=False),
    Case("tagger", 2, 7, 6, (5, 4, 3), 8, *SOFTMAX, sequences=True),
    Case("regression", 3, 4, 2, (6, 5), 7, "linear", "mse", sequences=True),
    Case("squashed", 5, 3, 7, (4, 6), 2, "softmax", "mse", sequences=False),
    Case("verdicts", 3, 5, 4, (6, 2), 7, *SIGMOID, sequences=True),
    Case("lstm", 2, 5, 4, (3,), 1, *SIGMOID, sequences=False, cells=("LSTM",)),
    Case("deep_lstm", 3, 6, 5, (4, 2), 7, *SOFTMAX, sequences=True, cells=("LSTM", "LSTM")),
    Case("gru", 2, 5, 4, (3,), 1, *SIGMOID, sequences=False, cells=("GRU",)),
    Case("deep_gru", 3, 6, 5, (4, 2), 7, "linear", "mse", sequences=True, cells=("GRU", "GRU")),
    Case("gru_before", 2, 5, 4, (3,), 1, *SIGMOID, sequences=False, cells=("GRU, reset before",)),
    Case("deep_gru_before", 3, 6, 5, (4, 2), 7, "softmax", "mse", sequences=True, cells=("GRU, reset before", "GRU, reset before")),
    Case("mixed", 2, 7, 3, (5, 4, 6), 8, *SOFTMAX, sequences=True, cells=("LSTM", "SimpleRNN", "GRU")),
    *(Case(f"words_{cell}", 3, 6, 5, (4, 2), 1, *SIGMOID, sequences=False, cells=(cell, cell), words=8) for cell in CELLS),
    *(Case(f"both_ways_{cell}", 2, 5, 4, (3,), 1, *SIGMOID, sequences=False, cells=(f"Bidirectional {cell}",)) for cell in CELLS),
    Case("both_ways_tagger", 2, 4, 5, (3, 6), 7, *SOFTMAX, sequences=True, cells=("Bidirectional LSTM", "Bidirectional GRU")),
    Case(
        "both_ways_regression",
        *(2, 4, 5, (3, 6), 7, "linear", "mse"),
        sequences=True,
        cells=("Bidirectional GRU, reset before", "Bidirectional SimpleRNN"),
    ),
    Case("words_both_ways", 3, 6, 5, (4, 2), 1, *SIGMOID, sequences=False, cells=("Bidirectional GRU", "Bidirectional LSTM"), words=8),
    Case(
        "activations",
        *(2, 6, 7, (5, 4, 3), 8, "linear", "mse"),
        sequences=True,
        cells=("SimpleRNN, relu", "SimpleRNN, sigmoid", "SimpleRNN, linear"),
    ),
    Case("per_timestep", 2, 6, 5, (4, 4, 3, 7), 8, *SOFTMAX, sequences=True, cells=("GRU", "Dropout", "Dense, tanh", "LSTM")),
    *(
        Case(f"window_{cell}", 2, 7, 4, (3,), 6, "linear", "mse", sequences=True, cells=(cell,), window=window)
        for cell, window in zip(CELLS, (3, 2, 3, 2), strict=True)
    ),
    Case("window_words", 3, 6, 5, (4, 2, 7), 1, *SIGMOID, sequences=False, cells=("SimpleRNN", "LSTM", "GRU"), words=8, window=2),
    Case("padded_verdicts", 3, 6, 5, (4,), 1, *SIGMOID, sequences=True, cells=("SimpleRNN",), words=8),
    Case("padded_tagger", 3, 6, 5, (4, 2), 7, *SOFTMAX, sequences=True, cells=("LSTM", "GRU"), words=8),
    Case("padded_regression", 3, 6, 5, (4,), 7, "linear", "mse", sequences=True, cells=("GRU, reset before",), words=8),
)
MODULES = tuple(f"{way}{cell}" for way in ("", "Bidirectional ") for cell in ("SimpleRNN", "SimpleRNN, relu", "LSTM", "GRU"))
WEIGHTS = ("kernel", "recurrent_kernel", "bias")


def directions_of(kind: str) -> tuple[str, ...]:
    """What the names of a layer's weights and quantities begin with."""
    return ("forward_", "backward_") if kind.startswith("Bidirectional ") else ("",)


def cell_of(kind: str) -> str:
    """The cell of a layer, with its options."""
    return kind.removeprefix("Bidirectional ")


def gates_of(kind: str) -> int:
    """How many groups of columns a cell's kernels have; 0: it is no recurrent cell."""
    return {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}.get(cell_of(kind).split(",")[0], 0)


def states_of(kind: str) -> tuple[str, ...]:
    """The states of a layer, as Keras orders them."""
    states = ("h", "c") if cell_of(kind) == "LSTM" else ("h",) if gates_of(kind) else ()
    return tuple(way + state for way in directions_of(kind) for state in states)


def weights_of(kind: str) -> tuple[str, ...]:
    """The weights of a layer, as Keras orders them."""
    names = WEIGHTS if gates_of(kind) else ("kernel", "bias") if kind.startswith("Dense") else ()
    return tuple(way + name for way in directions_of(kind) for name in names)


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
    for layer, kind, units in case.layers:
        for way in directions_of(kind):
            given |= draw_layer(f"{layer}/{way}", cell_of(kind), below, units, case.batch, rng)
        below = units * len(directions_of(kind))
    given["dense/kernel"] = rng.normal(size=(below, case.outputs)) * 1.1
    given["dense/bias"] = rng.normal(size=case.outputs) * 0.3
    shape = (case.batch, case.timesteps, case.outputs) if case.sequences else (case.batch, case.outputs)
    given["target"] = draw_target(case, shape, rng)
    return given


def draw_layer(prefix: str, cell: str, below: int, units: int, batch: int, rng: np.random.Generator) -> Arrays:
    """The weights and the initial states of one layer, or of one direction of it."""
    if not gates_of(cell):
        shapes = {"kernel": (below, units), "bias": (units,)}
        return {f"{prefix}{name}": rng.normal(size=shapes[name]) * 0.6 for name in weights_of(cell)}
    scales = np.repeat([1, 1.3, 0.8, 1.1][: gates_of(cell)], units)
    given = {
        f"{prefix}kernel": rng.normal(size=(below, len(scales))) * 0.5 * scales,
        f"{prefix}recurrent_kernel": rng.normal(size=(units, len(scales))) * 0.4 * scales,
        f"{prefix}bias": rng.normal(size=(2, len(scales)) if cell == "GRU" else len(scales)) * 0.2,
    }
    return given | {f"{prefix}{name}_0": rng.normal(size=(batch, units)) * 0.7 for name in states_of(cell)}


def draw_target(case: Case, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """A label, a class or a number for every output."""
    if case.loss == "binary_crossentropy":
        return rng.integers(0, 2, shape).astype(float)
    if case.loss == "categorical_crossentropy":
        return np.eye(case.outputs)[rng.integers(0, case.outputs, shape[:-1])]
    return rng.normal(size=shape)


def loss_of(case: Case, a: torch.Tensor, y: torch.Tensor, target: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """PyTorch's own loss, of the outputs that stand at words; cross-entropies from logits."""
    if case.words and case.sequences:
        a, y, target = (rows[x != 0] for rows in (a, y, target))
    if case.loss == "binary_crossentropy":
        return functional.binary_cross_entropy_with_logits(a, target)
    if case.loss == "categorical_crossentropy":
        return functional.cross_entropy(a.flatten(0, -2), target.flatten(0, -2))
    return functional.mse_loss(y, target)


ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "softmax": lambda a: torch.softmax(a, dim=-1),
    "linear": lambda a: a.clone(),
}


Keep = Callable[[str, torch.Tensor], torch.Tensor]
Tensors = list[torch.Tensor]


def simple_rnn(x: torch.Tensor, states: Tensors, weights: Tensors, keep: Keep, padded: torch.Tensor, activation: str = "tanh") -> Tensors:
    """h_t, which torch.nn.RNNCell confirms where it knows the activation."""
    kernel, recurrent_kernel, bias = weights
    h = ACTIVATIONS[activation](keep("a", x @ kernel + states[0] @ recurrent_kernel + bias))
    if activation in ("tanh", "relu"):
        check(partial(torch.nn.RNNCell, nonlinearity=activation), weights, [bias, torch.zeros_like(bias)], x, states[0], [h])
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


def check(
    kind: Callable[..., torch.nn.RNNCellBase], kernels: Tensors, biases: Tensors, x: torch.Tensor, past: Any, expected: Tensors
) -> None:
    """The formula above is that of PyTorch's own cell."""
    cell = kind(x.shape[1], expected[0].shape[1], dtype=torch.float64)
    cell.load_state_dict({"weight_ih": kernels[0].T, "weight_hh": kernels[1].T, "bias_ih": biases[0], "bias_hh": biases[1]})
    found = cell(x, past)
    torch.testing.assert_close(list(found) if isinstance(found, tuple) else [found], expected, rtol=0, atol=1e-14)


TORCH_CELLS: dict[str, Callable[..., Tensors]] = {
    "SimpleRNN": simple_rnn,
    **{f"SimpleRNN, {activation}": partial(simple_rnn, activation=activation) for activation in ("relu", "sigmoid", "linear")},
    "LSTM": lstm,
    "GRU": gru,
    "GRU, reset before": gru,
}


def read(case: Case, cell: str, prefix: str, flow: Tensors, leaves: dict[str, torch.Tensor], padded: Tensors, keep: Keep) -> Tensors:
    """What a recurrent layer hands up, in the order in which it reads. What goes up and what goes on in time leave h by two copies: each
    has its own gradient."""
    weights = [leaves[f"{prefix}{name}"] for name in WEIGHTS]
    states = [leaves[f"{prefix}{name}_0"] for name in states_of(cell)]
    outgoing = []
    for t, (x, still) in enumerate(zip(flow, padded, strict=True)):
        if case.window and t and (len(flow) - t) % case.window == 0:
            states = [state.detach() for state in states]
        h, *rest = TORCH_CELLS[cell](x, states, weights, lambda name, value: keep(f"{prefix}{name}", value), still)
        outgoing.append(keep(f"{prefix}h_from_depth", h.clone()))
        states = [keep(f"{prefix}h_from_time", h.clone()), *rest]
    return outgoing


def layer_of_torch(
    case: Case, layer: str, kind: str, flow: Tensors, leaves: dict[str, torch.Tensor], padded: Tensors, keep: Keep, *, sequences: bool
) -> Tensors:
    """What a layer hands up at every timestep, or one vector."""
    if kind == "Dropout":
        return [keep(f"{layer}/y", functional.dropout(x, 0.4, training=False).clone()) for x in flow]
    if kind.startswith("Dense"):
        a = [keep(f"{layer}/a", x @ leaves[f"{layer}/kernel"] + leaves[f"{layer}/bias"]) for x in flow]
        return [keep(f"{layer}/y", ACTIVATIONS[kind.removeprefix("Dense, ")](row)) for row in a]
    if kind == cell_of(kind):
        outgoing = read(case, kind, f"{layer}/", flow, leaves, padded, keep)
        return outgoing if sequences else outgoing[-1:]
    ahead = read(case, cell_of(kind), f"{layer}/forward_", flow, leaves, padded, keep)
    turned = read(case, cell_of(kind), f"{layer}/backward_", flow[::-1], leaves, padded[::-1], keep)
    pairs = zip(ahead, turned[::-1], strict=True) if sequences else [(ahead[-1], turned[-1])]
    return [keep(f"{layer}/h", torch.cat(pair, dim=1)) for pair in pairs]


def with_torch(case: Case, given: Arrays) -> Arrays:
    """Every quantity and every gradient."""
    leaves = {name: torch.tensor(value, requires_grad=value.dtype.kind == "f" and name != "target") for name, value in given.items()}
    kept: dict[str, list[torch.Tensor]] = {}

    def keep(name: str, value: torch.Tensor) -> torch.Tensor:
        value.retain_grad()
        kept.setdefault(name, []).append(value)
        return value

    padded = list(((leaves["x"] if case.words else torch.ones(case.batch, case.timesteps)) == 0)[:, :, None].unbind(1))
    words = leaves["embedding/embeddings"][leaves["x"]] if case.words else leaves["x"]
    flow = [keep("embedding/x", x) for x in words.unbind(1)] if case.words else list(words.unbind(1))
    for layer, kind, _ in case.layers:
        top = int(layer) == len(case.units) - 1
        flow = layer_of_torch(case, layer, kind, flow, leaves, padded, keep, sequences=case.sequences or not top)
    dense = [keep("dense/a", h @ leaves["dense/kernel"] + leaves["dense/bias"]) for h in flow]
    outputs = [keep("dense/y", ACTIVATIONS[case.activation](a)) for a in dense]
    a, y = (torch.stack(rows, dim=1) if case.sequences else rows[0] for rows in (dense, outputs))
    loss = loss_of(case, a, y, leaves["target"], leaves["x"])
    torch.autograd.backward(loss)

    found = {"loss": loss.detach().numpy(), "output": y.detach().numpy()}
    for name, rows in kept.items():
        in_time = rows[::-1] if "/backward_" in name else rows
        if not name.endswith(("_from_depth", "_from_time")):
            found[f"value/{name}"] = torch.stack(in_time, dim=1).detach().numpy()
        if any(row.grad is not None for row in rows):
            found[f"gradient/{name}"] = torch.stack(
                [torch.zeros_like(row) if row.grad is None else row.grad for row in in_time], dim=1
            ).numpy()
    found |= {f"value/{layer}/m": np.ones_like(found[f"value/{layer}/y"]) for layer, kind, _ in case.layers if kind == "Dropout"}
    silent = {name: torch.zeros_like(leaf) for name, leaf in leaves.items() if leaf.requires_grad}  # behind a cut nothing is heard
    heard = {name: leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}
    return found | {f"gradient/{name}": gradient.numpy() for name, gradient in (silent | heard).items()}


KERAS_CELLS: dict[str, Callable[..., Any]] = {
    "SimpleRNN": keras.layers.SimpleRNN,
    **{f"SimpleRNN, {name}": partial(keras.layers.SimpleRNN, activation=name) for name in ("relu", "sigmoid", "linear")},
    "LSTM": keras.layers.LSTM,
    "GRU": keras.layers.GRU,
    "GRU, reset before": partial(keras.layers.GRU, reset_after=False),
}


def layer_of_keras(kind: str, units: int, *, sequences: bool) -> Any:
    """Keras's own layer."""
    if kind == "Dropout":
        return keras.layers.Dropout(0.4, dtype="float64")
    if kind.startswith("Dense"):
        return keras.layers.Dense(units, activation=kind.removeprefix("Dense, "), dtype="float64")
    if kind == cell_of(kind):
        return KERAS_CELLS[kind](units, return_sequences=True, return_state=True, dtype="float64")
    return keras.layers.Bidirectional(KERAS_CELLS[cell_of(kind)](units, return_sequences=sequences, dtype="float64"), dtype="float64")


def run_keras(layer: Any, kind: str, flow: torch.Tensor, states: Tensors, mask: torch.Tensor | None, window: int | None) -> torch.Tensor:
    """What the layer hands up; with a window part by part, each begun in the states of the one before as constants."""
    if not gates_of(kind):
        return layer(flow, training=False) if kind == "Dropout" else layer(flow)
    if kind != cell_of(kind):
        return layer(flow, initial_state=states, mask=mask)
    parts, timesteps = [], flow.shape[1]
    ends = [*range(timesteps, 0, -(window or timesteps))][::-1]
    for start, end in zip([0, *ends], ends, strict=False):
        part, *states = layer(flow[:, start:end], initial_state=states, mask=None if mask is None else mask[:, start:end])
        parts.append(part)
        states = [state.detach() for state in states]
    return torch.cat(parts, dim=1)


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
    for layer, kind, units in case.layers:
        top = int(layer) == len(case.units) - 1
        layers[layer] = layer_of_keras(kind, units, sequences=case.sequences or not top)
        layers[layer].build(flow.shape)
        layers[layer].set_weights([given[f"{layer}/{name}"] for name in weights_of(kind)])
        states = [leaves[f"{layer}/{name}_0"] for name in states_of(kind)]
        flow = run_keras(layers[layer], kind, flow, states, mask, case.window)
        if mask is None:  # at a padded timestep Keras's output is the last one, 0 to begin with, and the state is what it was
            found[f"value/{layer}/{'h' if gates_of(kind) else 'y'}"] = (flow if flow.ndim == 3 else flow[:, None]).detach().numpy()
    layers["dense"] = keras.layers.Dense(case.outputs, dtype="float64")
    flow = flow if case.sequences or flow.ndim == 2 else flow[:, -1]
    layers["dense"].build(flow.shape)
    layers["dense"].set_weights([given["dense/kernel"], given["dense/bias"]])
    a = layers["dense"](flow)
    y = keras.activations.get(case.activation)(a)
    if mask is not None and case.sequences:
        for rows in (a, y):
            backend.set_keras_mask(rows, mask)  # as a model hands it on to its loss
    loss = keras_loss(case)(torch.tensor(given["target"]), y if case.loss == "mse" else a)
    torch.autograd.backward(loss)
    found["loss"] = loss.detach().numpy()
    if mask is None or not case.sequences:  # at padding before the first word Keras's output is that of a state of 0
        found["output"] = y.detach().numpy()
    kinds = {layer: kind for layer, kind, _ in case.layers} | {"embedding": "", "dense": ""}
    for layer, built in layers.items():
        names = weights_of(kinds[layer]) or tuple(weight.name for weight in built.weights)
        found |= {
            f"gradient/{layer}/{name}": weight.value.grad.numpy()
            for name, weight in zip(names, built.trainable_weights, strict=True)
            if weight.value.grad is not None
        }
    return found | {f"gradient/{name}": leaf.grad.numpy() for name, leaf in leaves.items() if leaf.grad is not None}


def keras_loss(case: Case) -> keras.losses.Loss:
    """Keras's own loss; cross-entropies from logits, because on probabilities it clips at 1e-7."""
    if case.loss == "mse":
        return keras.losses.MeanSquaredError(dtype="float64")
    if case.loss == "binary_crossentropy":
        return keras.losses.BinaryCrossentropy(from_logits=True, dtype="float64")
    return keras.losses.CategoricalCrossentropy(from_logits=True, dtype="float64")


def with_module(kind: str, seed: int) -> Arrays:
    """A module of PyTorch with its own weights, by their own names, and what it makes of a sequence."""
    torch.manual_seed(seed)
    modules: dict[str, Any] = {"LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU, "SimpleRNN": torch.nn.RNN}
    modules["SimpleRNN, relu"] = partial(torch.nn.RNN, nonlinearity="relu")
    module = modules[cell_of(kind)](2, 3, batch_first=True, bidirectional=len(directions_of(kind)) == 2, dtype=torch.float64)
    x = torch.randn(4, 5, 2, dtype=torch.float64)
    found = {"x": x, "output": module(x)[0].detach()} | {f"state_dict/{name}": tensor for name, tensor in module.state_dict().items()}
    return {name: tensor.numpy() for name, tensor in found.items()}


def main() -> None:
    """Writes every case, with what it was made with."""
    keras.config.set_floatx("float64")
    dtypes.BIT64_TO_BIT32_DTYPE.pop("float64")  # else Keras computes products in float32, to agree with JAX
    arrays: Arrays = {}
    for seed, case in enumerate(CASES):
        given = draw(case, seed)
        for source, numbers in (("given", given), ("torch", with_torch(case, given)), ("keras", with_keras(case, given))):
            arrays |= {f"{case.name}/{source}/{name}": value for name, value in numbers.items()}
    for seed, kind in enumerate(MODULES):
        arrays |= {f"module {kind}/{name}": value for name, value in with_module(kind, seed).items()}
    about = {
        "versions": {"keras": keras.__version__, "torch": torch.__version__.split("+")[0], "numpy": np.__version__},
        "cases": {case.name: vars(case) for case in CASES},
        "modules": MODULES,
    }
    FOLDER.mkdir(exist_ok=True)
    np.savez_compressed(FOLDER / "stacks.npz", allow_pickle=False, **arrays)
    (FOLDER / "stacks.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
