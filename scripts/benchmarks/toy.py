"""The toy with every gradient that the engine gives, against eager PyTorch in three ways."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from benchmarks.report import Number
from benchmarks.turns import medians
from engine import Dense, OneHot, Sequential, SimpleRNN

TOKENS = np.array([[0, 1, 2]])
LABEL = np.array([[1.0]])
ROUNDS, WARM, CALLS = 25, 5, 400

METHOD = f"""The toy of the notes ("cat mat rat", layers of 3 and 2 units, one output), float64: from tokens to one-hot
vectors, forward, loss, backward, in eager PyTorch in three ways. With nn.RNNCell, cell by cell, it gives what the engine gives: the
gradients of the weights, of every state, of the initial states and of the inputs; with nn.RNN, PyTorch's ready-made layer, of the weights
alone; in bare tensors, without modules, also of the pre-activations. Before the clock starts all agree to 1e-12. Medians of {ROUNDS} rounds
of {CALLS} calls, all taking turns."""

Matrix = np.ndarray[Any, np.dtype[np.float64]]


def one_hot(tokens: torch.Tensor) -> torch.Tensor:
    """Words as vectors, as the engine's first layer makes them."""
    return torch.nn.functional.one_hot(tokens, 3).to(torch.float64)


class PyTorch(torch.nn.Module):
    """Two recurrent layers and a Linear, with the engine's weights; the loss on top, autograd for the rest."""

    def __init__(self, kind: type[torch.nn.RNN | torch.nn.RNNCell], weights: list[Matrix]) -> None:
        super().__init__()
        self.lower, self.upper, self.dense = kind(3, 3), kind(3, 2), torch.nn.Linear(2, 1)
        self.tokens, self.label = torch.tensor(TOKENS), torch.tensor(LABEL)
        self.recurrent = (self.lower, self.upper)
        for layer, (kernel, recurrent, bias) in zip(self.recurrent, (weights[:3], weights[3:6]), strict=True):
            fill(layer, kernel.T, recurrent.T, bias, np.zeros_like(bias))
        fill(self.dense, weights[6].T, weights[7])

    def step(self) -> None:
        """Forward and backward."""
        self.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(self.dense(self()), self.label).backward()

    def gradients(self) -> list[Matrix]:
        """As the engine lists them; of the two biases' gradients, which are equal, one."""
        parameters = [parameter for layer in self.recurrent for parameter in [*layer.parameters()][:3]]
        return [parameter.grad.numpy().T for parameter in (*parameters, *self.dense.parameters()) if parameter.grad is not None]


class CellByCell(PyTorch):
    """nn.RNNCell in a loop over time, every state's gradient kept."""

    def __init__(self, weights: list[Matrix]) -> None:
        super().__init__(torch.nn.RNNCell, weights)

    def forward(self) -> torch.Tensor:
        """The last state of the upper layer."""
        lower, upper = torch.zeros(1, 3, requires_grad=True), torch.zeros(1, 2, requires_grad=True)
        for x in one_hot(self.tokens).requires_grad_().unbind(1):
            lower = self.lower(x, lower)
            upper = self.upper(lower, upper)
            lower.retain_grad()
            upper.retain_grad()
        return upper


class ReadyMade(PyTorch):
    """nn.RNN, which loops over time inside."""

    def __init__(self, weights: list[Matrix]) -> None:
        super().__init__(torch.nn.RNN, weights)

    def forward(self) -> torch.Tensor:
        """The last state of the upper layer."""
        states: torch.Tensor = self.upper(self.lower(one_hot(self.tokens).transpose(0, 1))[0])[0]
        return states[-1]


class BareTensors:
    """No modules: the formulas as they are, and every gradient that the engine gives."""

    def __init__(self, weights: list[Matrix]) -> None:
        self.weights = [torch.tensor(weight, requires_grad=True) for weight in weights]
        self.tokens = torch.tensor(TOKENS)
        self.states = [torch.zeros(1, units, requires_grad=True) for units in (3, 2)]
        self.label = torch.tensor(LABEL)

    def step(self) -> None:
        """Forward and backward."""
        for leaf in (*self.weights, *self.states):
            leaf.grad = None
        w1, u1, b1, w2, u2, b2, w3, b3 = self.weights
        lower, upper = self.states
        for x in one_hot(self.tokens).requires_grad_().unbind(1):
            lower = self.cell(x @ w1 + lower @ u1 + b1)
            upper = self.cell(lower @ w2 + upper @ u2 + b2)
        torch.nn.functional.binary_cross_entropy_with_logits(upper @ w3 + b3, self.label).backward()

    @staticmethod
    def cell(a: torch.Tensor) -> torch.Tensor:
        """One h, from its pre-activation; both keep their gradients."""
        h = torch.tanh(a)
        a.retain_grad()
        h.retain_grad()
        return h

    def gradients(self) -> list[Matrix]:
        """As the engine lists them."""
        return [weight.grad.numpy() for weight in self.weights if weight.grad is not None]


def fill(layer: torch.nn.Module, *values: Matrix) -> None:
    """A module's parameters, in its own order, get these values."""
    for parameter, value in zip(layer.parameters(), values, strict=True):
        parameter.data = torch.tensor(value)


def measure() -> list[Number]:
    """Microseconds of each, and how many times as fast the engine is."""
    torch.set_default_dtype(torch.float64)
    model = Sequential([OneHot(3), SimpleRNN(3, return_sequences=True), SimpleRNN(2), Dense(1, activation="sigmoid")], seed=0)
    weights = model.get_weights()
    others: dict[str, PyTorch | BareTensors] = {
        "nn.RNNCell": CellByCell(weights),
        "nn.RNN": ReadyMade(weights),
        "bare tensors": BareTensors(weights),
    }
    require_agreement(model, *others.values())
    calls = [lambda: run(model), *(other.step for other in others.values())]
    ours, *theirs = medians(calls, ROUNDS, [CALLS] * len(calls), WARM)
    return [
        Number("engine", ours * 1e6, "µs"),
        *(Number(f"PyTorch, {name}", time * 1e6, "µs") for name, time in zip(others, theirs, strict=True)),
        Number("engine against nn.RNNCell", theirs[0] / ours, "times as fast", over=8),
        *(Number(f"engine against {name}", time / ours, "times as fast") for name, time in [*zip(others, theirs, strict=True)][1:]),
    ]


def run(model: Sequential) -> list[Matrix]:
    """Forward and backward: the gradient of every weight."""
    return model.backward(model.forward(TOKENS), LABEL, loss="binary_crossentropy").weights


def require_agreement(model: Sequential, *others: PyTorch | BareTensors) -> None:
    """No race between programs that compute different things."""
    for other in others:
        other.step()
        for own, theirs in zip(run(model), other.gradients(), strict=True):
            np.testing.assert_allclose(own, theirs, rtol=0, atol=1e-12)
