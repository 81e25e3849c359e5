"""What happened in a layer that reads a sequence twice, told in the sequence's own time."""

from __future__ import annotations

import numpy as np

from engine.trace import LayerTrace
from engine.types import Array, read_only

DIRECTIONS = ("forward", "backward")


class DirectedTrace(LayerTrace):
    """Every number of both directions, and h. Timesteps are those of the words; before the first stand the states each began with."""

    __slots__ = ("directions",)

    def __init__(self, first: LayerTrace, second: LayerTrace, h: Array) -> None:
        """first and second in the order in which each reads; h (timesteps, batch, 2 * units), or the one row that leaves the layer."""
        names, states = (tuple(f"{direction}_{name}" for direction in DIRECTIONS for name in group) for group in (first, first.states))
        super().__init__((h,), (*names, "h"), first.timesteps, states, first.padded)
        self.directions = (first, second)

    def rows_from_initial(self, quantity: str) -> Array:
        """(1 + timesteps, batch, units): the initial row, then as rows; of h what leaves the layer."""
        if quantity == "h":
            return self._rows[0]
        direction, name = quantity.split("_", 1)
        rows = self.directions[DIRECTIONS.index(direction)].rows_from_initial(name)
        return rows if direction == "forward" else read_only(np.concatenate([rows[:1], rows[:0:-1]]))
