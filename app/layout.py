"""The bytes of a trace: which number stands where in its safetensors file, in the order in which information flows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import engine
from app.errors import Problem
from app.overflow import overflow
from app.safetensors import encode
from app.traces import Array, SceneTrace

VERSION = 2  # documented in docs/trace-format.md

Entry = dict[str, str | int]
Tensors = dict[str, npt.NDArray[Any]]


class Block:
    """Quantities side by side: one row per timestep, and which columns are whose."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._columns: list[Array] = []
        self.width = 0

    def add(self, layer: str, quantity: str, values: Array) -> None:
        """values: (timesteps, units)."""
        units = values.shape[1]
        self.entries.append({"layer": layer, "quantity": quantity, "start": self.width, "units": units})
        self._columns.append(values)
        self.width += units

    def after(self, other: Block) -> list[Entry]:
        """The entries as they stand behind those of another block."""
        return [entry | {"start": int(entry["start"]) + other.width} for entry in self.entries]

    def rows(self) -> Array:
        """(timesteps, all the units)."""
        return np.concatenate(self._columns, axis=1)


def encoded(trace: SceneTrace) -> bytes:
    """The trace as one safetensors file, or a problem: a number that is not finite is never sent."""
    layout, tensors = wire(trace)
    if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
        raise overflow(trace) or Problem("not-finite", "Every number of a trace must be finite, and a sum of finite ones is not.")
    return encode(tensors, {"layout": json.dumps(layout, separators=(",", ":"))})


def wire(trace: SceneTrace) -> tuple[dict[str, Any], Tensors]:
    """The layout and the tensors in the order in which they are sent: weights in their own shapes, rows of several layers flat."""
    scene = trace.scene
    initial, forward, output, backward, entering = _blocks(trace)
    layout = {
        "version": VERSION,
        "engine": engine.__version__,
        "scene": scene.id,
        "timesteps": len(scene.sentence),
        "output_timesteps": scene.output_timesteps,
        "weights": _shapes(trace),
        **({} if trace.rows is None else {"embedding_rows": [row + 1 for row in trace.rows]}),
        "initial_state": initial.entries,
        "forward": forward.entries,
        "output": output.entries,
        "backward": backward.entries + entering.after(backward),
    }
    tensors = {
        **_by_weight("weights", trace, trace.forward.weights),
        "words": trace.words,
        "initial_state": initial.rows().ravel(),
        **{f"forward/{timestep}": row for timestep, row in enumerate(forward.rows(), start=1)},
        "output": output.rows().ravel(),
        "loss": np.array([trace.gradients.loss]),
        **_backward_tensors(scene.output_timesteps, backward.rows(), entering.rows()),
        **_by_weight("gradients", trace, trace.gradients.weights),
        "gradients/initial_state": _initial_gradients(trace, initial),
        **_by_weight("updated", trace, trace.updated),
    }
    return layout, tensors


def _blocks(trace: SceneTrace) -> tuple[Block, Block, Block, Block, Block]:
    """The initial state, forward, the output, backward, and the output's gradient, which only some timesteps have."""
    initial, forward, output, backward, entering = Block(), Block(), Block(), Block(), Block()
    names = trace.layer_names
    recurrent = range(1, len(names) - 1)
    forward.add("input", "x", trace.forward.inputs[0])
    for index in recurrent:
        record = trace.forward.layers[index]
        for state in trace.model.layers[index].states:
            initial.add(names[index], state, record.row(state, -1))
        for quantity, values in record.items():
            forward.add(names[index], quantity, values[0])
    for quantity, values in trace.forward.layers[-1].items():
        output.add("output", quantity, values[0])
    for index in reversed(recurrent):
        gradient = trace.gradients.layers[index]
        for quantity, values in gradient.items():
            backward.add(names[index], quantity, values[0])
        backward.add(names[index], "h_norm", np.linalg.norm(gradient["h"][0], axis=1, keepdims=True))
    backward.add("input", "x", trace.gradients.inputs[0])
    for quantity, values in trace.gradients.layers[-1].items():
        entering.add("output", quantity, values[0])
    return initial, forward, output, backward, entering


def _backward_tensors(output_timesteps: Sequence[int], rows: Array, entering: Array) -> Tensors:
    """From the last timestep down; where there is an output, its gradient stands at the end."""
    at_output = dict(zip(output_timesteps, entering, strict=True))
    nothing = entering[0, :0]
    return {f"backward/{t}": np.concatenate([rows[t - 1], at_output.get(t, nothing)]) for t in range(len(rows), 0, -1)}


def _initial_gradients(trace: SceneTrace, initial: Block) -> Array:
    """As the initial state itself stands."""
    records = dict(zip(trace.layer_names, trace.gradients.layers, strict=True))
    return np.concatenate([records[str(entry["layer"])].row(str(entry["quantity"]), -1)[0] for entry in initial.entries])


def _by_weight(kind: str, trace: SceneTrace, weights: Sequence[Array]) -> Tensors:
    return {f"{kind}/{layer}/{name}": weight for (layer, name), weight in trace.sent(weights).items()}


def _shapes(trace: SceneTrace) -> dict[str, dict[str, list[int]]]:
    shapes: dict[str, dict[str, list[int]]] = {}
    for (layer, name), weight in trace.sent(trace.forward.weights).items():
        shapes.setdefault(layer, {})[name] = list(weight.shape)
    return shapes
