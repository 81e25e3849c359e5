"""Where the numbers of a scene leave the finite ones first, and why: in a sentence for a student."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from app.errors import Problem
from app.limits import most
from app.traces import Array, SceneTrace

LARGE = 1e3  # of a weight or a state: beyond it, it is what the sentence speaks of


class Place(NamedTuple):
    """A group of numbers: what a sentence calls it, its numbers, and what they come from."""

    name: str
    numbers: Array
    comes_from: str  # "weights", "forward", "backward" or "update"


def overflow(trace: SceneTrace) -> Problem | None:
    """Returns the problem of a trace in which a number is not finite; None if there is none."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = next((place for place in _places(trace) if not np.isfinite(place.numbers).all()), None)
    if found is None:
        return None
    unit = int(np.argmin(np.isfinite(found.numbers.ravel())))
    received = "infinity" if np.isinf(found.numbers.ravel()[unit]) else "not a number"
    where = f"{found.name}, unit {unit + 1}" if found.comes_from in ("forward", "backward") else found.name
    return Problem("not-finite", f"Every number of a trace must be finite. Received: {received} in {where}. {_advice(trace, found)}")


def _places(trace: SceneTrace) -> Iterator[Place]:
    """Yields every group of numbers in the order in which information flows."""
    yield from _weights(trace, trace.forward.weights, "{}", "weights")
    names, timesteps = trace.layer_names, trace.scene.output_timesteps
    recurrent = range(1, len(names) - 1)
    for step in range(len(trace.scene.sentence)):
        for index in recurrent:
            yield from _cells(names[index], step + 1, trace.forward.layers[index], step, "forward")
        if step + 1 in timesteps:
            yield from _cells("output", step + 1, trace.forward.layers[-1], timesteps.index(step + 1), "forward")
    yield Place("the loss", np.array([trace.gradients.loss]), "forward of all")
    for step in reversed(range(len(trace.scene.sentence))):
        if step + 1 in timesteps:
            yield from _cells("output", step + 1, trace.gradients.layers[-1], timesteps.index(step + 1), "backward")
        for index in reversed(recurrent):
            gradient = trace.gradients.layers[index]
            yield from _cells(names[index], step + 1, gradient, step, "backward")
            norm = np.linalg.norm(gradient["h"][0][step])  # of numbers beyond 10^154 it is infinite before they are
            yield Place(
                f"the norm of the gradient of h of layer {names[index]} at timestep {step + 1}", np.array([norm]), "backward of all"
            )
    yield from _weights(trace, trace.gradients.weights, "the gradient of {}", "backward of all")
    yield from _weights(trace, trace.updated, "{} after the step", "update")


def _cells(layer: str, timestep: int, record: Mapping[str, Array], row: int, comes_from: str) -> Iterator[Place]:
    place = "the output" if layer == "output" else f"layer {layer}"
    of = "the gradient of " if comes_from == "backward" else ""
    flow = reversed(list(record.items())) if comes_from == "backward" else record.items()
    for quantity, values in flow:
        yield Place(f"{of}{quantity} of {place} at timestep {timestep}", values[0][row], comes_from)


def _weights(trace: SceneTrace, weights: Sequence[Array], form: str, comes_from: str) -> Iterator[Place]:
    for name, weight in zip(trace.weight_names, weights, strict=True):
        yield Place(form.format(_called(name)), weight, comes_from)


def _called(name: tuple[str, str]) -> str:
    layer, weight = name
    return f"{weight} of {layer if layer == 'embedding' else 'the output' if layer == 'output' else f'layer {layer}'}"


def _advice(trace: SceneTrace, found: Place) -> str:
    """Returns what to do about it: the largest weight or state is to blame, unless the optimizer made it or the step alone did it."""
    if found.comes_from == "update":
        return "Take a smaller learning_rate, or clip the gradients."
    weights = {_called(name): _largest(weight) for name, weight in zip(trace.weight_names, trace.forward.weights, strict=True)}
    name = max(weights, key=lambda each: weights[each])
    learnt = trace.scene.weights.steps > 0 and weights[name] > most("absolute_value")
    if found.comes_from == "weights" or learnt:
        return "The steps of learning before made the weights so large: take fewer steps, or a smaller learning_rate."
    state = max((_largest(values) for values in _initial(trace)), default=0.0)
    if state > max(weights[name], LARGE):
        return f"The largest number of the initial states is {state:g}: take smaller ones."
    if weights[name] > LARGE:
        return f"The largest weight is {weights[name]:g}, in {name}: take a smaller one."
    return (
        f"The largest weight is {weights[name]:g}, in {name}, and it is multiplied once per timestep: take smaller weights, or fewer words."
    )


def _largest(values: Array) -> float:
    """Returns the largest absolute value; infinity where one is not a number."""
    return float(np.nan_to_num(np.abs(values), nan=np.inf, posinf=np.inf).max(initial=0.0))


def _initial(trace: SceneTrace) -> Iterator[Array]:
    for index in range(1, len(trace.layer_names) - 1):
        record = trace.forward.layers[index]
        for state in trace.model.layers[index].states:
            yield record.row(state, -1)
