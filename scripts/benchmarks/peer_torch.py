"""PyTorch's ready-made recurrent layers, eager, with autograd for the gradients of weights and vectors."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from benchmarks.workloads import Array, Workload

KINDS = {"SimpleRNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}
SWAP = {"GRU": (1, 0, 2)}  # PyTorch writes r z n where Keras writes z r n


class PyTorch:
    """Layers of one width are one module, as PyTorch wants them; forward runs without any record for a backward pass."""

    name = "PyTorch"

    def __init__(self, workload: Workload, cell: str, dtype: str) -> None:
        weights = workload.model(cell, dtype).get_weights()
        x, y = workload.data(dtype)
        self.x, self.y = torch.tensor(np.ascontiguousarray(x.swapaxes(0, 1))), torch.tensor(y)
        self.cell, self.encoder, self.features, self.dtype = cell, workload.encoder, workload.features, getattr(torch, dtype)
        self.embedding = torch.tensor(weights.pop(0), requires_grad=True) if workload.encoder == "Embedding" else None
        self.layers, self.recurrent = self._stack(workload)
        self.head = torch.nn.Linear(workload.units[-1], 1, dtype=self.dtype)
        self._fill(weights)

    def _stack(self, workload: Workload) -> tuple[list[torch.nn.Module], list[torch.nn.Parameter]]:
        """The modules, and their parameters, layer by layer."""
        one_width = len(set(workload.units)) == 1
        widths = workload.units[:1] if one_width else workload.units
        depth = len(workload.units) // len(widths)
        below = (workload.features, *widths)
        layers = [KINDS[self.cell](*pair, num_layers=depth, dtype=self.dtype) for pair in zip(below, widths, strict=False)]
        return layers, [parameter for layer in layers for group in layer.all_weights for parameter in group]

    def _fill(self, weights: list[Array]) -> None:
        values: list[Array] = []
        for kernel, recurrent, bias in zip(*(weights[place:-2:3] for place in range(3)), strict=True):
            biases = bias if bias.ndim == 2 else (bias, np.zeros_like(bias))
            values += [self._turned(kernel).T, self._turned(recurrent).T, *map(self._turned, biases)]
        values += [weights[-2].T, weights[-1]]
        for parameter, value in zip([*self.recurrent, *self.head.parameters()], values, strict=True):
            parameter.data = torch.tensor(np.ascontiguousarray(value))

    def _turned(self, weight: Array) -> Array:
        """The groups of columns in the other framework's order."""
        groups = np.split(weight, 3, axis=-1) if self.cell in SWAP else [weight]
        return np.concatenate([groups[place] for place in SWAP.get(self.cell, (0,))], axis=-1)

    def vectors(self) -> torch.Tensor:
        """(timesteps, batch, features)."""
        if self.embedding is not None:
            return functional.embedding(self.x, self.embedding)
        return functional.one_hot(self.x, self.features).to(self.dtype) if self.encoder else self.x

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, 1), before the sigmoid."""
        for layer in self.layers:
            x = layer(x)[0]
        logits: torch.Tensor = self.head(x[-1])
        return logits

    def forward(self) -> Array:
        """The output."""
        with torch.inference_mode():
            output: Array = torch.sigmoid(self.logits(self.vectors())).numpy()
        return output

    def step(self) -> list[Array]:
        """The gradients of the weights, as the engine lists them."""
        leaves = [*self.recurrent, *self.head.parameters()]
        x = self.vectors()
        leaves.append(x.requires_grad_() if self.embedding is None else self.embedding)
        loss = functional.binary_cross_entropy_with_logits(self.logits(x), self.y)
        return [gradient.numpy() for gradient in torch.autograd.grad(loss, leaves)]

    def gradients(self) -> list[Array]:
        """step() in the engine's layout: transposed, gates in Keras's order, two biases as one where it has one."""
        *recurrent, kernel, bias, x = self.step()
        found = [x] if self.embedding is not None else []
        for place in range(0, len(recurrent), 4):
            to_input, to_past, *biases = recurrent[place : place + 4]
            joined = np.stack([self._turned(part) for part in biases]) if self.cell == "GRU" else biases[0]
            found += [self._turned(to_input.T), self._turned(to_past.T), joined]
        return [*found, kernel.T, bias]
