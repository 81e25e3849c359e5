"""Numbers of a trace and its gradients as factors: each with the address that it was read from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from engine.explanation import Factor, QuantityAddress, Term, WeightAddress, constant, number
from engine.layers import GRU, Dense, Layer, SimpleRNN
from engine.trace import Gradients, LayerTrace, Trace


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one trace, and its gradients if there are any."""

    trace: Trace
    gradients: Gradients | None

    @property
    def last(self) -> int:
        """The place of the last layer."""
        return len(self.trace.stack) - 1

    def layer(self, layer: int) -> Layer:
        """The layer at this place, with the weights it ran with."""
        return self.trace.stack[layer]

    def record(self, layer: int, gradient: bool) -> LayerTrace:
        """The numbers of this layer, or their gradients."""
        return self.require_gradients().layers[layer] if gradient else self.trace.layers[layer]

    def require_gradients(self) -> Gradients:
        """The gradients; explain asks for them only where its caller gave them."""
        assert self.gradients is not None
        return self.gradients

    def vector(self, layer: int, timestep: int, quantity: str, batch: int, gradient: bool = False) -> list[Factor]:
        """One factor per unit; layer -1 is the vectors that were given to a model without an input layer."""
        if layer < 0:
            values = self.trace.inputs[batch, timestep].tolist()
        else:
            values = self.record(layer, gradient).row(quantity, timestep)[batch].tolist()
        return [number(value, QuantityAddress(layer, timestep, quantity, unit, gradient, batch)) for unit, value in enumerate(values)]

    def one(self, layer: int, timestep: int, quantity: str, unit: int, batch: int, gradient: bool = False) -> Factor:
        """One number; layer -1 as in vector."""
        if layer < 0:
            value = self.trace.inputs[batch, timestep, unit].item()
        else:
            value = self.record(layer, gradient).row(quantity, timestep)[batch, unit].item()
        return number(value, QuantityAddress(layer, timestep, quantity, unit, gradient, batch))

    def at(self, at: QuantityAddress) -> Factor:
        """The number at this address."""
        return self.one(at.layer, at.timestep, at.quantity, at.unit, at.batch, at.gradient)

    def beside(self, at: QuantityAddress, quantity: str, *, back: int = 0) -> Factor:
        """Another number of the same unit: of this timestep or of some timesteps back."""
        return self.at(replace(at, quantity=quantity, timestep=at.timestep - back, gradient=False))

    def d(self, at: QuantityAddress, quantity: str, *, back: int = 0) -> Factor:
        """The gradient of another number of the same unit."""
        return self.at(replace(at, quantity=quantity, timestep=at.timestep - back, gradient=True))

    def arriving(self, layer: int, timestep: int, quantities: Iterable[str], batch: int) -> list[Factor]:
        """The gradients of several quantities, unit by unit, in the order of a kernel's columns."""
        return [factor for quantity in quantities for factor in self.vector(layer, timestep, quantity, batch, gradient=True)]

    def is_padded(self, layer: int, timestep: int, batch: int) -> bool:
        """Whether a recurrent layer stood still at this timestep."""
        padded = self.trace.layers[layer].padded
        return padded is not None and bool(padded[timestep, batch, 0])

    def is_unheard(self, timestep: int, batch: int) -> bool:
        """Whether the loss leaves an output out, because it stands at padding."""
        padded = self.trace.padded_outputs
        return padded is not None and bool(padded[timestep, batch, 0])

    def is_last_of_window(self, layer: int, timestep: int) -> bool:
        """Whether no gradient comes back to this timestep's states from the next: at the end, and where truncated BPTT detaches them."""
        left = self.trace.layers[layer].timesteps.stop - 1 - timestep
        window = self.require_gradients().window
        return left == 0 or (window is not None and left % window == 0 and timestep >= 0)

    def token(self, timestep: int, batch: int) -> int | None:
        """The token that was given; None where a vector was."""
        tokens = self.trace.flows[0]
        return int(tokens[timestep, batch]) if tokens.ndim == 2 else None

    def resets_after(self, layer: int) -> bool:
        """Whether a GRU resets after its recurrent kernel, not before."""
        described = self.layer(layer)
        assert isinstance(described, GRU)
        return described.reset_after

    def activation(self, layer: int) -> str:
        """The name of the activation of a layer that has one."""
        described = self.layer(layer)
        assert isinstance(described, Dense | SimpleRNN)
        return described.activation

    @property
    def output_timesteps(self) -> range:
        """The timesteps that leave the last layer."""
        return self.trace.layers[self.last].timesteps[-len(self.trace.flows[-1]) :]

    def input_of(self, layer: int) -> str:
        """The quantity that enters this layer from below."""
        return self.layer(layer - 1).output if layer else "x"

    def column_of(self, at: QuantityAddress, gate: str | None = None) -> int:
        """The kernel's column that leads to this unit of a pre-activation."""
        layer = self.layer(at.layer)
        return layer.gates.index(gate or at.quantity) * layer.width + at.unit

    def biases(self, layer: int, column: int) -> list[Factor]:
        """The bias of a column, or the two of them where each side has its own."""
        bias = self.layer(layer).weight("bias")
        return [self.single(layer, "bias", *row, column) for row in np.ndindex(bias.shape[:-1])]

    def column(self, layer: int, name: str, unit: int) -> list[Factor]:
        """The weights that lead to one unit, one factor per row."""
        values = self.layer(layer).weight(name)[..., unit].tolist()
        return [number(value, WeightAddress(layer, name, (row, unit))) for row, value in enumerate(values)]

    def row(self, layer: int, name: str, row: int) -> list[Factor]:
        """The weights that lead away from one input, one factor per column."""
        values = self.layer(layer).weight(name)[row].tolist()
        return [number(value, WeightAddress(layer, name, (row, unit))) for unit, value in enumerate(values)]

    def single(self, layer: int, name: str, *index: int) -> Factor:
        """One weight."""
        return number(self.layer(layer).weight(name)[index].item(), WeightAddress(layer, name, index))

    def target(self, timestep: int, unit: int, batch: int) -> Factor:
        """The label at one output."""
        rows = self.require_gradients().target
        value = rows[timestep - self.trace.layers[self.last].timesteps.stop, batch, unit].item()
        return number(value, QuantityAddress(self.last, timestep, "target", unit, batch=batch))

    def sample_weight(self, timestep: int, batch: int) -> tuple[Factor, ...]:
        """What the loss of one output was multiplied with, if it was."""
        weights = self.require_gradients().sample_weight
        if weights is None:
            return ()
        return (constant(weights[timestep - self.trace.layers[self.last].timesteps.stop, batch, 0].item()),)


def products(left: Iterable[Factor], right: Iterable[Factor]) -> tuple[Term, ...]:
    """The terms of an inner product."""
    return tuple(Term.of(*pair) for pair in zip(left, right, strict=True))
