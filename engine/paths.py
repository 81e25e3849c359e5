"""The strongest path from the loss to a cell: of all paths through the grid the one that carries the longest gradient."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

import numpy as np

from engine.jacobians import Cell, Grid, largest_gain
from engine.norms import norms
from engine.types import Array

MOST_STEPS = 20_000
LARGEST = float(np.finfo(float).max)


class StrongestPath(NamedTuple):
    """cells, earliest first, from the chosen one to the one where the loss enters; carried and whole (states,): what comes to the chosen
    cell by this path, and by all of them; exact: whether no other carries more, which a search that was cut short does not know."""

    cells: tuple[Cell, ...]
    carried: Array
    whole: Array
    exact: bool


class Way(NamedTuple):
    """A path on its way back from the loss: where it is, what it has carried there, and where it came from."""

    cell: Cell
    carried: Array
    after: Way | None

    @property
    def cells(self) -> tuple[Cell, ...]:
        """From here to the loss."""
        way: Way | None = self
        found = []
        while way:
            found.append(way.cell)
            way = way.after
        return tuple(found)


def strongest_path(grid: Grid, target: Cell, most_steps: int = MOST_STEPS) -> StrongestPath:
    """The path whose own product of Jacobians, applied to what the loss sends into its last cell, is longest at the target (Euclidean norm;
    of an LSTM h and c together).

    Found by best-first search from the loss: what a path has carried so far, times the most that the rest of the way could make of it (the
    largest singular values of single steps), is never less than what it ends with, so the first to arrive is the strongest. After
    most_steps the search stops, and the most promising way is walked to its end."""
    grid.require_cell(target)
    bounds = _bounds(grid, target)
    order = count()  # equal bounds are settled by age, never by comparing arrays
    waiting: list[tuple[float, int, Way]] = []

    def wait(way: Way) -> None:
        heappush(waiting, (-_length(way.carried) * bounds[way.cell], next(order), way))

    top = len(grid.cells) - 1
    for t in range(grid.timesteps - 1, target[1] - 1, -1):
        wait(Way((top, t), grid.entering((top, t)), None))
    for _ in range(most_steps):
        *_, way = heappop(waiting)
        if way.cell == target:
            return StrongestPath(way.cells, way.carried, grid.arriving(target), True)
        for onward in _onward(grid, way, target):
            wait(onward)
    *_, way = heappop(waiting)
    while way.cell != target:
        way = max(_onward(grid, way, target), key=lambda onward: _length(onward.carried) * bounds[onward.cell])
    return StrongestPath(way.cells, way.carried, grid.arriving(target), False)


def _onward(grid: Grid, way: Way, target: Cell) -> list[Way]:
    """The way with one more step, to each neighbour towards the target."""
    return [Way(before, way.carried @ grid.edge(before, way.cell), way) for before in _before(way.cell, target)]


def _bounds(grid: Grid, target: Cell) -> dict[Cell, float]:
    """For every cell between target and loss the largest product of singular values on any way to the target."""
    bounds = {target: 1.0}
    for layer in range(target[0], len(grid.cells)):
        for t in range(target[1], grid.timesteps):
            if (cell := (layer, t)) != target:
                most = max(largest_gain(grid.edge(before, cell)) * bounds[before] for before in _before(cell, target))
                bounds[cell] = min(most, LARGEST)  # infinity times what carries nothing would be no number
    return bounds


def _before(cell: Cell, target: Cell) -> list[Cell]:
    """The neighbours towards the target: one back in time, one down in depth."""
    layer, t = cell
    back = [(layer, t - 1)] if t > target[1] else []
    down = [(layer - 1, t)] if layer > target[0] else []
    return back + down


def _length(vector: Array) -> float:
    return float(norms(vector[np.newaxis])[0])
