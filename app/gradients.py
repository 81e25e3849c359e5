"""The gradient laboratory: norms in every cell, paths through the grid, memory and remedies, as documents that count from 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from app.errors import Problem, shortened
from app.limits import most
from app.networks import optimizer
from app.overflow import overflow
from app.remedies import remedied, untrained
from app.scene_fields import EmbeddingLayer
from app.scenes import Scene
from app.traces import SceneTrace, Taught, initial_state, inputs, places, run, token_of, tokens
from engine.clipping import norm
from engine.errors import EngineError
from engine.jacobians import Cell, Grid, follow
from engine.layers.recurrent import Recurrent
from engine.norms import cell_norms
from engine.paths import strongest_path
from engine.remembering import remembered
from engine.spectra import meters

Document = dict[str, Any]


def measured(scene: Scene, taught: Taught | None = None, also: Iterable[int] = ()) -> SceneTrace:
    """The trace of a scene after its training, with also these rows of its embedding. A problem: a number that is not finite is never sent.

    Every gradient ends in a state's or in a weight's, and an infinite term leaves no finite sum: those two kinds tell of all.
    """
    trace = run(scene, taught, also)
    found = trace.gradients
    states = [record["h"] for record in found.layers if "h" in record]
    if np.isfinite(found.loss) and all(np.isfinite(array).all() for array in [*states, *found.weights]):
        return trace
    raise overflow(trace) or _not_finite()


def gradients(trace: SceneTrace) -> Document:
    """The norms of dL/dh in every cell, what the recurrent kernels say of them, and the norms of the weights' gradients."""
    layers = [layer for layer in trace.model.layers if isinstance(layer, Recurrent)]
    clipped = optimizer(trace.scene).clip(trace.gradients.weights)
    weights = zip(trace.weight_names, trace.gradients.weights, clipped, strict=True)
    return {
        "scene": trace.scene.id,
        "timesteps": len(trace.scene.sentence),
        "loss": float(trace.gradients.loss),
        "layers": [
            {
                "layer": str(number),
                "type": type(layer).__name__,
                "units": layer.units,
                "norms": found.whole.tolist(),
                "from_depth": found.from_depth.tolist(),
                "from_time": found.from_time.tolist(),
                "meters": [meter._asdict() for meter in meters(layer)],
            }
            for number, (layer, found) in enumerate(zip(layers, cell_norms(trace.gradients), strict=True), start=1)
        ],
        "weights": [{"layer": layer, "name": name, "norm": norm(whole), "clipped": norm(cut)} for (layer, name), whole, cut in weights],
    }


def kinds(scene: Scene) -> Document:
    """The gradients of a scene as it begins, and with an LSTM or a GRU in place of every recurrent layer, from the same seed."""
    scenes = (untrained(scene), remedied(scene, "LSTM"), remedied(scene, "GRU"))
    return {"networks": [gradients(measured(each)) for each in scenes]}


def remedy(scene: Scene, name: str) -> Document:
    """The gradients of a scene without and with a remedy, each as it begins."""
    before, after = untrained(scene), remedied(scene, name)
    return {"name": name, "scene": after.document(), "before": gradients(measured(before)), "after": gradients(measured(after))}


def path(trace: SceneTrace, cells: Sequence[Cell]) -> Document:
    """The product of the Jacobians along a path of (layer, timestep)."""
    _require_path(trace.scene, cells)
    _require_few_numbers(trace.scene, cells)
    grid = Grid(trace.gradients)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            found = follow(grid, [_cell(place) for place in cells])
    except EngineError:
        raise _not_finite() from None
    return {
        "cells": _places(found.cells),
        "gains": found.gains.tolist(),
        "singular_values": found.singular_values.tolist(),
        "arriving": norm(grid.arriving(found.cells[-1])),
        "carried": norm(found.carried),
        "whole": norm(found.whole),
    }


def strongest(trace: SceneTrace, layer: int, timestep: int) -> Document:
    """The strongest path from the loss to a cell."""
    scene = trace.scene
    _require_place(scene, (layer, timestep))
    layers, timesteps = range(layer, len(scene.recurrent) + 1), range(timestep, len(scene.sentence) + 1)
    _require_few_numbers(scene, [(above, after) for above in layers for after in timesteps])
    grid = Grid(trace.gradients)
    with np.errstate(over="ignore", invalid="ignore"):
        found = strongest_path(grid, _cell((layer, timestep)))
    if not np.isfinite(found.carried).all():
        raise _not_finite()
    return {"cells": _places(found.cells), "carried": norm(found.carried), "whole": norm(found.whole), "exact": found.exact}


def rows_of_word(scene: Scene, word: str) -> tuple[int, ...]:
    """The row of the embedding, from 0, that a word reads, if it reads one."""
    return (token_of(scene)[word],) if word in scene.vocabulary and isinstance(scene.layers[0], EmbeddingLayer) else ()


def memory(trace: SceneTrace, timestep: int, word: str) -> Document:
    """What one changed word leaves behind, with the weights that the scene has, which may have learnt on its own sentence."""
    scene = trace.scene
    _require_place(scene, (1, timestep))
    before = scene.sentence[timestep - 1]
    if word not in scene.vocabulary or word == before:
        detail = f"`word` must be another word of the vocabulary than {shortened(before)}. Received: {shortened(word)}. Choose one of them."
        raise Problem("invalid-parameter", detail)
    sentence = [*scene.sentence[: timestep - 1], word, *scene.sentence[timestep:]]
    changed = scene.model_copy(update={"sentence": tuple(sentence)})
    with np.errstate(over="ignore", invalid="ignore"):
        after = trace.model.forward(inputs(changed, places(trace.rows, tokens(changed)))[np.newaxis], initial_state(scene))
        found = remembered(trace.forward, after, timestep - 1)
    if not all(np.isfinite(left.distances).all() and np.isfinite(left.first) for left in found):
        raise _not_finite()
    layers = [
        {"layer": str(number), "first": left.first, "distances": left.distances.tolist(), "timesteps": left.timesteps}
        for number, left in enumerate(found, start=1)
    ]
    return {"timestep": timestep, "word": word, "before": before, "layers": layers}


def _not_finite() -> Problem:
    detail = "Every number must be finite. Received: a scene in which one is not. Take a smaller spectral radius, or fewer timesteps."
    return Problem("not-finite", detail)


def _require_path(scene: Scene, places: Sequence[Cell]) -> None:
    for place in places:
        _require_place(scene, place)
    for (layer, timestep), after in pairwise(places):
        if after not in ((layer + 1, timestep), (layer, timestep + 1)):
            received = f"{layer}/{timestep} and then {after[0]}/{after[1]}"
            detail = f"Each step of `cells` goes one layer up or one timestep on. Received: {received}. Name the cells between them."
            raise Problem("invalid-parameter", detail)


def _require_place(scene: Scene, place: Cell) -> None:
    for name, number, last in (("layer", place[0], len(scene.recurrent)), ("timestep", place[1], len(scene.sentence))):
        if not 1 <= number <= last:
            raise Problem("unknown-number", f"`{name}` counts from 1 to {last} here. Received: {number}.")


def _require_few_numbers(scene: Scene, places: Sequence[Cell]) -> None:
    """Both Jacobians of a cell are at most as large as its states squared, or as its states times those of the layer below."""
    states = [layer.units * (2 if layer.type == "LSTM" else 1) for layer in scene.recurrent]
    below = [states[0], *states]
    count = sum(states[layer - 1] * (states[layer - 1] + below[layer - 1]) for layer, _ in places)
    if count > most("jacobian_numbers"):
        detail = (
            f"The Jacobians of one answer may have {most('jacobian_numbers'):,} numbers. Received: a request that needs about {count:,}. "
            "Take fewer units or timesteps, or a cell nearer to the loss."
        )
        raise Problem("too-expensive", detail)


def _cell(place: Cell) -> Cell:
    """As the engine counts, from 0."""
    return place[0] - 1, place[1] - 1


def _places(cells: Sequence[Cell]) -> list[list[int]]:
    """As people count, from 1."""
    return [[layer + 1, t + 1] for layer, t in cells]
