"""What happened: every number of a run, forward and backward, found by layer, timestep, quantity and unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from engine.errors import EngineError
from engine.types import Array, State, read_only

if TYPE_CHECKING:
    from engine.layers.layer import Layer
    from engine.losses import Loss


def batch_first(rows: Array) -> Array:
    """(timesteps, batch, units) -> a read-only view (batch, timesteps, units)."""
    return read_only(rows.swapaxes(0, 1))


class LayerTrace(Mapping[str, Array]):
    """Every number of one layer, by quantity: read-only views (batch, timesteps, units) of one block of memory."""

    __slots__ = ("_names", "_rows", "padded", "states", "timesteps")

    def __init__(
        self,
        block: Array | Sequence[Array],
        names: tuple[str, ...],
        timesteps: range,
        states: tuple[str, ...] = (),
        padded: Array | None = None,
    ) -> None:
        """block, per name (rows, batch, units) of one memory, becomes read-only; with states, row 0 is before the first timestep,
        and theirs alone; padded (timesteps, batch, 1): where the states stood still."""
        if isinstance(block, np.ndarray):
            read_only(block)  # and its rows with it
        else:
            for rows in block:
                read_only(rows)
            if (memory := block[0].base) is not None:
                read_only(memory)
        self._rows = block
        self._names = names
        self.states = states
        self.padded = padded
        self.timesteps = timesteps

    def __getitem__(self, quantity: str) -> Array:
        if quantity not in self._names:
            raise KeyError(quantity)
        return batch_first(self.rows(quantity))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def rows(self, quantity: str) -> Array:
        """(timesteps, batch, units), in one piece."""
        return self.rows_from_initial(quantity)[-len(self.timesteps) :]

    def rows_from_initial(self, quantity: str) -> Array:
        """(1 + timesteps, batch, units) of a state: the initial one, then as rows."""
        rows: Array = self._rows[self._names.index(quantity)]
        return rows

    def row(self, quantity: str, timestep: int) -> Array:
        """(batch, units) at one timestep; -1 is the initial state."""
        if quantity not in self._names:
            raise EngineError("quantity", f"`quantity` must be one of {', '.join(self)}. Received: {quantity!r}.")
        first = -1 if quantity in self.states else self.timesteps.stop - len(self.rows(quantity))
        if not first <= timestep < self.timesteps.stop:
            raise EngineError("timestep", f"`timestep` of {quantity} must be {first} to {self.timesteps.stop - 1}. Received: {timestep}.")
        row: Array = self.rows_from_initial(quantity)[timestep - self.timesteps.stop]
        return row

    def value(self, quantity: str, timestep: int, unit: int, batch: int = 0) -> Any:
        """One number; timestep -1 is the initial state."""
        row = self.row(quantity, timestep)
        for field, index, size in (("batch", batch, len(row)), ("unit", unit, row.shape[1])):
            if not 0 <= index < size:
                raise EngineError(field, f"`{field}` must be 0 to {size - 1}. Received: {index}.")
        return row[batch, unit].item()


class Trace(NamedTuple):
    """A run forward. stack: the layers with the weights they ran with; flows: what entered each, and the output, timesteps first;
    sequences: whether the output has a timestep axis; padded (timesteps, batch, 1): where the words are padding; None: nowhere."""

    stack: tuple[Layer, ...]
    flows: tuple[Array, ...]
    layers: tuple[LayerTrace, ...]
    sequences: bool
    padded: Array | None = None

    @property
    def inputs(self) -> Array:
        """(batch, timesteps, features): the vectors that the words became, or that were given."""
        return batch_first(self.flows[1] if self.stack[0].encodes else self.flows[0])

    @property
    def output(self) -> Array:
        """(batch, timesteps, units), or (batch, units) when only the last timestep goes out."""
        output = batch_first(self.flows[-1])
        return output if self.sequences else output[:, 0]

    @property
    def initial_state(self) -> list[Array | State]:
        """One entry per recurrent layer, as Sequential.forward takes it."""
        return initial_states(self.stack, self.layers)

    @property
    def mask(self) -> Array | None:
        """(batch, timesteps), False where the states stood still; None: nowhere."""
        return None if self.padded is None else ~self.padded[:, :, 0].T

    @property
    def padded_outputs(self) -> Array | None:
        """(timesteps, batch, 1): the outputs that no loss hears, because they stand at padding. One output for all timesteps is heard."""
        return self.padded if self.sequences else None

    @property
    def weights(self) -> list[Array]:
        """The weights of this run, read-only, in the order of Sequential.get_weights."""
        return [weight for layer in self.stack for weight in layer.weights]


class Gradients(NamedTuple):
    """A run backward: the loss, and dL/d of every number of the trace, at the same address."""

    loss: Any
    weights: list[Array]
    layers: tuple[LayerTrace, ...]
    trace: Trace
    target: Array
    rule: Loss
    d_inputs: Array
    window: int | None = None
    sample_weight: Array | None = None

    @property
    def inputs(self) -> Array:
        """dL/dx behind OneHot or Embedding, (batch, timesteps, features)."""
        return batch_first(self.d_inputs)

    @property
    def initial_state(self) -> list[Array | State]:
        """dL/d the initial state, one entry per recurrent layer, as Sequential.forward takes it."""
        return initial_states(self.trace.stack, self.layers)


def initial_states(stack: Sequence[Layer], records: Sequence[LayerTrace]) -> list[Array | State]:
    """Per recurrent layer (batch, units), or one such array per state if it has several."""
    recurrent = ((layer.states, record) for layer, record in zip(stack, records, strict=True) if layer.states)
    states = [tuple(record.row(name, -1) for name in names) for names, record in recurrent]
    return [state[0] if len(state) == 1 else state for state in states]
