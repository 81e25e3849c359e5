"""The terms behind the numbers of a cell or a weight, addressed as the page and its links count: from 1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, product
from typing import Any, NamedTuple

from app.errors import Problem
from app.limits import most
from app.scene_fields import EmbeddingLayer
from app.scenes import Scene
from app.traces import SceneTrace
from engine import Explanation, Factor, QuantityAddress, Term, WeightAddress, explain

Document = dict[str, Any]


class Numbers(NamedTuple):
    """Some units of one quantity: layer as model.layers has it, timestep from 1, units from 0."""

    layer: int
    timestep: int
    quantity: str
    units: Sequence[int]


def cell(trace: SceneTrace, layer: int, timestep: int, unit: int | None = None) -> Document:
    """Everything about a cell. The gradients of the input and of the initial state, which have no cell, stand in the one they leave."""
    scene = trace.scene
    _require("layer", layer, len(scene.recurrent))
    _require("timestep", timestep, len(scene.sentence))
    below, own, above = trace.model.layers[layer - 1 : layer + 2]
    units = _chosen("unit", unit, own.width)
    borders = [Numbers(layer, 0, state, units) for state in own.states] if timestep == 1 else []
    if layer == 1 and unit is None:
        borders.append(Numbers(0, timestep, "x", range(below.width)))
    terms = len(units) * (below.width + 2 * own.width) + sum(len(border.units) for border in borders) * own.width
    _require_few_terms(len(own.gates) * terms + len(units) * len(above.gates) * above.width)
    ahead = [Numbers(layer, timestep, quantity, units) for quantity in own.quantities]
    back = [Numbers(layer, timestep, quantity, units) for quantity in trace.gradients.layers[layer]]
    place = {"scene": scene.id, "layer": str(layer), "timestep": timestep}
    return {**place, "forward": _numbers(trace, ahead), "backward": _numbers(trace, back + borders, gradient=True)}


def output(trace: SceneTrace, timestep: int, unit: int | None = None) -> Document:
    """Everything about an output: its units, the loss, and the gradient that enters there."""
    scene, layer = trace.scene, len(trace.model.layers) - 1
    _require_output(timestep, scene.output_timesteps)
    width = scene.output.units
    units = _chosen("unit", unit, width)
    _require_few_terms(len(units) * scene.recurrent[-1].units + 2 * width * len(scene.output_timesteps))
    ahead = [Numbers(layer, timestep, quantity, units) for quantity in trace.model.layers[layer].quantities]
    loss = explain(trace.model, trace.forward, layer=layer, quantity="loss", gradients=trace.gradients)
    back = [Numbers(layer, timestep, quantity, units) for quantity in trace.gradients.layers[layer]]
    place = {"scene": scene.id, "layer": "output", "timestep": timestep}
    told = _document(trace, QuantityAddress(layer, timestep - 1, "loss", 0), loss)
    return {**place, "forward": chain(_numbers(trace, ahead), [told]), "backward": _numbers(trace, back, gradient=True)}


def rows_of(scene: Scene, layer: str, row: int | None) -> tuple[int, ...]:
    """The row of the embedding that a question is about, from 0: also one that the sentence does not read has a place in its trace."""
    lowest = scene.layers[0]
    if layer != "embedding" or row is None or not isinstance(lowest, EmbeddingLayer):
        return ()
    _require("row", row, lowest.input_dim)
    return (row - 1,)


def weight_of(trace: SceneTrace, layer: str, name: str, row: int | None, unit: int) -> tuple[int, ...]:
    """Where one number of a weight stands in its array, from 0; a problem if there is none."""
    index = _known_weight(trace, layer, name)
    *rows, width = trace.model.layers[index].weight(name).shape
    chosen = [_rows(trace, layer, row or 1, size)[0] for size in rows]
    return (*chosen, _chosen("unit", unit, width)[0])


def weight(trace: SceneTrace, layer: str, name: str, row: int | None = None, unit: int | None = None) -> Document:
    """The gradient of every number of a weight, or of those of one row or of one unit; of an embedding, of the rows that are used."""
    index = _known_weight(trace, layer, name)
    *rows, width = trace.model.layers[index].weight(name).shape
    numbers = list(product(*(_rows(trace, layer, row, size) for size in rows), _chosen("unit", unit, width)))
    _require_few_terms(len(numbers) * len(trace.scene.sentence))
    gradients = (_document(trace, *_weight_gradient(trace, index, name, place)) for place in numbers)
    return {"scene": trace.scene.id, "layer": layer, "name": name, "gradients": gradients}


def index_of(trace: SceneTrace, layer: str, place: tuple[int, ...]) -> list[int]:
    """The index of a number of a weight, from 1; of an embedding, among all its rows."""
    if layer == "embedding" and trace.rows is not None:
        place = (trace.rows[place[0]], *place[1:])
    return [part + 1 for part in place]


def _rows(trace: SceneTrace, layer: str, row: int | None, size: int) -> Sequence[int]:
    """The rows of a weight that are asked for, as places in its array. Of an embedding all rows count, and the model has this one."""
    if layer != "embedding" or row is None or trace.rows is None:
        return _chosen("row", row, size)
    return [trace.rows.index(row - 1)]


def _known_weight(trace: SceneTrace, layer: str, name: str) -> int:
    """Which of model.layers has this weight."""
    if (layer, name) not in trace.weight_names:
        known = ", ".join("/".join(names) for names in trace.weight_names)
        raise Problem("unknown-number", f"The weights of this scene are {known}. Received: {layer}/{name}.")
    return 0 if layer == "embedding" else trace.layer_names.index(layer)


def _weight_gradient(trace: SceneTrace, layer: int, name: str, place: tuple[int, ...]) -> tuple[WeightAddress, Explanation]:
    explanation = explain(trace.model, trace.forward, layer=layer, weight=name, index=place, gradients=trace.gradients)
    return WeightAddress(layer, name, place, gradient=True), explanation


def _numbers(trace: SceneTrace, wanted: Iterable[Numbers], gradient: bool = False) -> Iterator[Document]:
    """One after another, as they are written: all at once would be ten times as large as their text."""
    gradients = trace.gradients if gradient else None
    for layer, timestep, quantity, units in wanted:
        for unit in units:
            at = QuantityAddress(layer, timestep - 1, quantity, unit, gradient)
            found = explain(
                trace.model, trace.forward, layer=layer, timestep=timestep - 1, quantity=quantity, unit=unit, gradients=gradients
            )
            yield _document(trace, at, found)


def _document(trace: SceneTrace, at: QuantityAddress | WeightAddress, explanation: Explanation) -> Document:
    terms = [_term(trace, term) for term in explanation.terms]
    return {"address": _address(trace, at), "value": explanation.value, "operation": explanation.operation, "terms": terms}


def _term(trace: SceneTrace, term: Term) -> Document:
    return {"value": _unsigned_zero(term.value), "factors": [_factor(trace, factor) for factor in term.factors]}


def _factor(trace: SceneTrace, factor: Factor) -> Document:
    address = None if factor.address is None else _address(trace, factor.address)
    value, result = _unsigned_zero(factor.value), _unsigned_zero(factor.result)
    return {"value": value, "address": address, "function": factor.function, "result": result}


def _unsigned_zero(number: float) -> float:
    """A student knows one zero; every other number stays as it is."""
    return number + 0.0


def _address(trace: SceneTrace, at: QuantityAddress | WeightAddress) -> Document:
    layer = trace.layer_names[at.layer]
    if isinstance(at, WeightAddress):
        layer = layer if at.layer else "embedding"
        return {"layer": layer, "weight": at.weight, "index": index_of(trace, layer, at.index), "gradient": at.gradient}
    return {"layer": layer, "timestep": at.timestep + 1, "quantity": at.quantity, "unit": at.unit + 1, "gradient": at.gradient}


def _chosen(name: str, number: int | None, most_of_them: int) -> Sequence[int]:
    """The places that are asked for, from 0: all, or the one that the parameter names."""
    if number is None:
        return range(most_of_them)
    _require(name, number, most_of_them)
    return [number - 1]


def _require(name: str, number: int, last: int) -> None:
    if not 1 <= number <= last:
        raise Problem("unknown-number", f"`{name}` counts from 1 to {last} here. Received: {number}.")


def _require_output(timestep: int, places: Sequence[int]) -> None:
    if timestep in places:
        return
    first, last = places[0], places[-1]
    if first == last:
        raise Problem("unknown-number", f"The one output of this scene stands at timestep {last}. Received: {timestep}.")
    raise Problem("unknown-number", f"The outputs of this scene stand at the timesteps {first} to {last}. Received: {timestep}.")


def _require_few_terms(count: int) -> None:
    if count > most("terms"):
        detail = (
            f"One answer may hold {most('terms')} terms. Received: a request for about {count}. Add ?unit=1, or for a weight ?row=1&unit=1."
        )
        raise Problem("too-many-terms", detail)
