"""How the states of neighbouring cells depend on each other, as matrices, and what a path of cells makes of a gradient.

The state of a cell is h, and for an LSTM c behind it. J[i, j] = d after_i / d before_j, so a gradient, a row, goes back as g @ J
(Pascanu, Mikolov and Bengio 2013, equation 5). A whole gradient is the sum over all paths; one path is one term of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from engine.activations import ELEMENTWISE, sigmoid, sigmoid_slope, tanh_slope
from engine.errors import EngineError
from engine.layers import GRU, LSTM, SimpleRNN
from engine.layers.layer import Layer
from engine.layers.recurrent import Recurrent, window_starts
from engine.trace import Gradients, LayerTrace
from engine.types import Array

Cell = tuple[int, int]  # recurrent layer and timestep, both from 0


class StepJacobians(NamedTuple):
    """One step of one cell: by_input (states, features), by_past (states, states)."""

    by_input: Array
    by_past: Array


class Grid:
    """The Jacobians between the cells of one example of a run; window: those that its backward pass did not go through are zero."""

    def __init__(self, gradients: Gradients, example: int = 0) -> None:
        """Stacks of SimpleRNN, LSTM and GRU, over words or vectors and under at most one Dense layer."""
        trace = gradients.trace
        places = [place for place, layer in enumerate(trace.stack) if layer.states]
        for layer in trace.stack[places[0] : places[-1] + 1] if places else trace.stack:
            if not isinstance(layer, SimpleRNN | LSTM | GRU):
                raise EngineError("layers", f"Jacobians are those of SimpleRNN, LSTM and GRU layers. Received: {layer!r}.")
        self.cells = tuple(layer for layer in trace.stack if isinstance(layer, Recurrent))
        self.timesteps = len(trace.layers[places[0]].timesteps)
        self._example = example
        self._records = [trace.layers[place] for place in places]
        self._gradients = [gradients.layers[place] for place in places]
        self._cuts = {row - 1 for row in window_starts(self.timesteps, gradients.window)}
        self._known: dict[Cell, StepJacobians] = {}

    def step(self, cell: Cell) -> StepJacobians:
        """By what enters from below, and by the own state of the timestep before."""
        if cell not in self._known:
            layer, t = cell
            found = step_jacobians(self.cells[layer], self._records[layer], t, self._example)
            if t in self._cuts:
                found = found._replace(by_past=np.zeros_like(found.by_past))
            self._known[cell] = found
        return self._known[cell]

    def edge(self, before: Cell, after: Cell) -> Array:
        """(states after, states before) of two neighbours: one up in depth, or one on in time."""
        self.require_cell(before)
        self.require_cell(after)
        if after == (before[0], before[1] + 1):
            return self.step(after).by_past
        if after != (before[0] + 1, before[1]):
            raise EngineError("path", f"Each step of `path` goes one layer up or one timestep on. Received: {before} to {after}.")
        by_input = self.step(after).by_input
        memory = np.zeros((len(by_input), self.states(before[0]) - by_input.shape[1]))  # c goes up through h alone
        return np.concatenate([by_input, memory], axis=1)

    def states(self, layer: int) -> int:
        """How many numbers the state of a cell of this layer has."""
        return self.cells[layer].width * len(self.cells[layer].states)

    def arriving(self, cell: Cell) -> Array:
        """(states,): dL/d the state as it comes from the cells above and after; what an LSTM's own h says to its c is not in it yet."""
        layer, t = cell
        record, d_record = self._records[layer], self._gradients[layer]
        d_h: Array = d_record.row("h", t)[self._example]
        if "c" not in record.states:
            return d_h
        last = t + 1 == self.timesteps or t + 1 in self._cuts
        d_c = np.zeros_like(d_h) if last else d_record.row("c", t + 1)[self._example] * self._kept(layer, t + 1)
        return np.concatenate([d_h, d_c])

    def entering(self, cell: Cell) -> Array:
        """(states,): what the loss sends into a cell of the top layer; zero in every other."""
        layer, t = cell
        entering = np.zeros(self.states(layer))
        if layer + 1 == len(self.cells):
            h = self._gradients[layer].row("h_from_depth", t)[self._example]
            entering[: len(h)] = h
        return entering

    def require_cell(self, cell: Cell) -> None:
        """An EngineError unless there is such a cell."""
        for field, place, size in (("layer", cell[0], len(self.cells)), ("timestep", cell[1], self.timesteps)):
            if not 0 <= place < size:
                raise EngineError(field, f"`{field}` must be 0 to {size - 1}. Received: {place}.")

    def _kept(self, layer: int, t: int) -> Array:
        record = self._records[layer]
        if record.padded is not None and record.padded[t, self._example]:
            return np.ones(self.cells[layer].width)
        kept: Array = record.row("f", t)[self._example]
        return kept


class Path(NamedTuple):
    """A path of cells, earliest first. product (states of the last, states of the first): d the last state / d the first along it;
    singular_values, falling; gains: the largest singular value of each single step; carried: what comes of the gradient that arrives at
    the last cell to the first one by this path, and whole: all that arrives there."""

    cells: tuple[Cell, ...]
    product: Array
    singular_values: Array
    gains: Array
    carried: Array
    whole: Array


def follow(grid: Grid, cells: Sequence[Cell]) -> Path:
    """The product of the Jacobians along a path, from its first cell, at the bottom left, to its last."""
    if not cells:
        raise EngineError("path", "`path` must name one cell at least. Received: none.")
    for cell in cells:
        grid.require_cell(cell)
    edges = [grid.edge(before, after) for before, after in pairwise(cells)]
    product = np.eye(grid.states(cells[-1][0]))
    for edge in reversed(edges):
        product = product @ edge
    if not np.isfinite(product).all():
        raise EngineError("path", "The product of the Jacobians along `path` grows beyond what a float can hold. Take a shorter path.")
    gains = np.array([largest_gain(edge) for edge in edges])
    singular_values = np.linalg.svd(product, compute_uv=False)
    return Path(tuple(cells), product, singular_values, gains, grid.arriving(cells[-1]) @ product, grid.arriving(cells[0]))


def largest_gain(jacobian: Array) -> float:
    """The largest singular value: how much longer a gradient can get at most."""
    return float(np.linalg.svd(jacobian, compute_uv=False)[0])


def step_jacobians(layer: Layer, record: LayerTrace, t: int, example: int = 0) -> StepJacobians:
    """d state_t / d (x_t, state_{t-1}) of a SimpleRNN, an LSTM or a GRU, from what a run has recorded."""
    if record.padded is not None and record.padded[t, example]:
        states = layer.width * len(layer.states)
        return StepJacobians(np.zeros((states, len(layer.weights[0]))), np.eye(states))
    values = {name: record.row(name, t)[example] for name in record}
    past = {name: record.row(name, t - 1)[example] for name in layer.states}
    match layer:
        case SimpleRNN():
            return _simple(layer, values)
        case LSTM():
            return _lstm(layer, values, past)
        case GRU():
            return _gru(layer, values, past)
    raise EngineError("layer", f"`layer` must be a SimpleRNN, an LSTM or a GRU. Received: {layer!r}.")


def _at(function: Callable[[Array, Array], Array], a: Array) -> Array:
    return function(a, np.empty_like(a))


def _simple(layer: SimpleRNN, values: dict[str, Array]) -> StepJacobians:
    kernel, recurrent_kernel, _ = layer.weights
    slope = _at(ELEMENTWISE[layer.activation].derivative, values["a"])[:, np.newaxis]
    return StepJacobians(slope * kernel.T, slope * recurrent_kernel.T)


def _lstm(layer: LSTM, values: dict[str, Array], past: dict[str, Array]) -> StepJacobians:
    i, f, g, o, tanh_c = (values[name] for name in ("i", "f", "g", "o", "tanh_c"))
    own_i, own_f, own_o = (_at(sigmoid_slope, values[name]) for name in ("a_i", "a_f", "a_o"))
    slopes = (g * own_i, past["c"] * own_f, i * _at(tanh_slope, values["a_g"]))  # dc/da_i, dc/da_f, dc/da_g
    o_slope, c_slope = (tanh_c * own_o)[:, np.newaxis], (o * _at(tanh_slope, values["c"]))[:, np.newaxis]  # dh/da_o, dh/dc

    def both(weight: Array) -> Array:
        """d (h, c) / d what this kernel is multiplied with."""
        *ifg, W_o = np.split(weight.T, 4)
        c = sum((slope[:, np.newaxis] * W for slope, W in zip(slopes, ifg, strict=True)), np.zeros_like(W_o))
        return np.concatenate([c_slope * c + o_slope * W_o, c])

    kernel, recurrent_kernel, _ = layer.weights
    kept = np.diag(f)
    by_c = np.concatenate([c_slope * kept, kept])
    return StepJacobians(both(kernel), np.concatenate([both(recurrent_kernel), by_c], axis=1))


def _gru(layer: GRU, values: dict[str, Array], past: dict[str, Array]) -> StepJacobians:
    z, r, m, n = (values[name] for name in ("z", "r", "m", "n"))
    h = past["h"]
    z_slope = ((h - n) * _at(sigmoid_slope, values["a_z"]))[:, np.newaxis]  # dh/da_z
    n_slope = (_at(sigmoid, -values["a_z"]) * _at(tanh_slope, values["a_n"]))[:, np.newaxis]  # dh/da_n
    r_slope = ((m if layer.reset_after else h) * _at(sigmoid_slope, values["a_r"]))[:, np.newaxis]
    (W_z, W_r, W_n), (U_z, U_r, U_n) = (np.split(weight.T, 3) for weight in layer.weights[:2])
    if layer.reset_after:
        n_by_input, n_by_past = W_n + r_slope * W_r, r[:, np.newaxis] * U_n + r_slope * U_r
    else:
        n_by_input, n_by_past = W_n + U_n @ (r_slope * W_r), U_n @ (np.diag(r) + r_slope * U_r)
    return StepJacobians(z_slope * W_z + n_slope * n_by_input, np.diag(z) + z_slope * U_z + n_slope * n_by_past)
