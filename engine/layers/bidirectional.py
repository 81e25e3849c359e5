"""One recurrent layer read twice: with time, and against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from engine.directed_trace import DIRECTIONS, DirectedTrace
from engine.errors import EngineError
from engine.initializers import Initializer
from engine.layers.layer import Layer, Pulled
from engine.layers.recurrent import Recurrent
from engine.trace import LayerTrace
from engine.types import Array, Shape, State


@dataclass(frozen=True)
class Bidirectional(Layer):
    """h_t = [forward_h_t, backward_h_t] of two copies of a layer; the second reads the sequence from its end. Weights and states: those of
    the first, then those of the second. Without return_sequences h is what each ends with, at the last and at the first timestep."""

    output: ClassVar = "h"
    kernels: ClassVar = tuple(f"{direction}_kernel" for direction in DIRECTIONS)

    layer: Recurrent

    def __post_init__(self) -> None:
        if not isinstance(self.layer, Recurrent):
            raise EngineError("layer", f"`layer` must be a SimpleRNN, an LSTM or a GRU. Received: {self.layer!r}.")

    @property
    def quantities(self) -> tuple[str, ...]:  # type: ignore[override]  # here they follow from the layer within
        """Those of both directions, and h."""
        return (*self._twice(self.layer.quantities), "h")

    @property
    def states(self) -> tuple[str, ...]:  # type: ignore[override]
        """Those of both directions."""
        return self._twice(self.layer.states)

    @property
    def gates(self) -> tuple[str, ...]:  # type: ignore[override]
        """Those of both directions."""
        return self._twice(self.layer.gates)

    @property
    def initializers(self) -> Mapping[str, Initializer]:  # type: ignore[override]
        """The weights of both directions."""
        return {f"{direction}_{name}": self.layer.initializer(name) for direction in DIRECTIONS for name in self.layer.initializers}

    @property
    def width(self) -> int:
        """Twice the units."""
        return 2 * self.layer.width

    @property
    def state_width(self) -> int:
        """units."""
        return self.layer.width

    @property
    def keeps_timesteps(self) -> bool:
        """return_sequences."""
        return self.layer.keeps_timesteps

    @property
    def directions(self) -> tuple[Recurrent, Recurrent]:
        """The layer with the weights of either direction."""
        cut = len(self.weights) // 2
        return (
            replace(self.layer, weights=self.weights[:cut], dtype=self.dtype),
            replace(self.layer, weights=self.weights[cut:], dtype=self.dtype),
        )

    def weight_shapes(self, features: int) -> tuple[Shape, ...]:
        """Those of the layer, twice."""
        return self.layer.weight_shapes(features) * 2

    def forward(self, x: Array, timesteps: range, state: State, padded: Array | None = None) -> tuple[LayerTrace, Array]:
        """x (timesteps, batch, features), states of both or () -> every quantity of both, and h (timesteps, batch, 2 * units)."""
        first, second = self.directions
        cut = len(state) // 2
        record, h = first.forward(x, timesteps, state[:cut], padded)
        turned, turned_h = second.forward(x[::-1], timesteps, state[cut:], None if padded is None else padded[::-1])
        h = np.concatenate([h, turned_h[::-1]], axis=2)
        return DirectedTrace(record, turned, h), h

    def backward(self, x: Array, record: LayerTrace, d_output: Array, window: int | None = None) -> Pulled:
        """d_output = dL/dh of the last or of all timesteps -> dL/d every quantity of both, the weights and x. A window is counted from
        where each of the two stops reading."""
        assert isinstance(record, DirectedTrace)
        first, second = self.directions
        d_first, d_second = np.split(d_output, 2, axis=2)
        d_record, d_weights, d_x = first.backward(x, record.directions[0], d_first, window)
        d_turned, d_turned_weights, d_turned_x = second.backward(x[::-1], record.directions[1], d_second[::-1], window)
        return DirectedTrace(d_record, d_turned, d_output), (*d_weights, *d_turned_weights), d_x + d_turned_x[::-1]

    def _twice(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"{direction}_{name}" for direction in DIRECTIONS for name in names)
