"""Charts of a training: what its epochs measured, and how the weights moved."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from app.charts.pen import Pen, hover
from app.charts.sheet import Chart, Figure, Sheet, axis, whole
from app.counting import weight_shapes
from app.histories import Past
from app.learning import beginning
from app.scenes import Scene
from engine.types import Array

MOST_LINES = 80  # more of them nobody can tell apart
MOST_POINTS = 200  # epochs at which weights are drawn

Place = tuple[str, str, tuple[int, ...]]  # layer, weight and index, from 1


def loss(scene: Scene, past: Past, pen: Pen) -> Chart:
    """Loss and, where it is counted, accuracy, epoch by epoch."""
    numbers = [record.epoch for record in past.records]
    told = [(pen.say("chart.loss.axis"), [record.loss for record in past.records])]
    judged = [100 * record.accuracy for record in past.records if record.accuracy is not None]
    if judged:
        told.append((pen.say("chart.accuracy"), judged))
    sheet, epoch = Sheet(pen, pen.say("chart.loss"), rows=len(told)), pen.say("chart.epoch")
    for row, (what, values) in enumerate(told):
        span = {"range": [-4, 104]} if row else {"rangemode": "tozero"}
        panel = sheet.panel("", whole(epoch, numbers[-1], **({"matches": "x"} if row else {})), axis(what, **span), row)
        (line,) = pen.lines("forward", 1)
        tip = hover((epoch, "%{x}"), (what, "%{y:.5~g}"))
        sheet.draw(panel, type="scatter", name=what, x=numbers, y=values, line=line, showlegend=False, hovertemplate=tip, **marks(numbers))
    columns = [numbers, *(values for _, values in told)]
    return Chart(
        pen.say("chart.loss"), sheet.figure(), [epoch, *(what for what, _ in told)], [list(row) for row in zip(*columns, strict=True)]
    )


def gradients(scene: Scene, past: Past, pen: Pen) -> Chart:
    """The norm of dL/dh of every recurrent layer, epoch by epoch: a line falls out where the norm is 0, which no logarithm has."""
    title, epoch, norm = pen.say("chart.gradients"), pen.say("chart.epoch"), pen.say("chart.norm")
    names = [pen.layer(str(number)) for number, _ in enumerate(scene.recurrent, start=1)]
    sheet, numbers = Sheet(pen, title), [record.epoch for record in past.records]
    panel = sheet.panel("", whole(epoch, numbers[-1]), axis(norm, type="log", **_decades(past)))
    rows: list[list[float | str]] = []
    for place, (name, line) in enumerate(zip(names, pen.lines("backward", len(names)), strict=True)):
        values = [record.gradient_norms[place] for record in past.records]
        tip = hover((pen.say("chart.layer.column"), name), (epoch, "%{x}"), (norm, "%{y:.3~e}"))
        sheet.draw(panel, type="scatter", name=name, x=numbers, y=values, line=line, hovertemplate=tip, **marks(numbers))
        rows += [[name, number, value] for number, value in zip(numbers, values, strict=True)]
    return Chart(title, sheet.figure(), [pen.say("chart.layer.column"), epoch, norm], rows)


def _decades(past: Past) -> Figure:
    """Ticks at the powers of ten alone, if there are some."""
    norms = [norm for record in past.records for norm in record.gradient_norms if norm]
    return {"dtick": 1} if norms and max(norms) > 10 * min(norms) else {}


def weights(scene: Scene, past: Past, pen: Pen) -> Chart:
    """Every weight of a small network over the epochs, of a larger one those that moved most; epoch 0 is before the training."""
    shown = spread(list(past.weights), MOST_POINTS)
    numbers, moments = [0, *shown], [beginning(scene).weights, *(past.weights[number] for number in shown)]
    chosen, total = moved_most(scene, moments[0], moments[-1])
    key = "chart.weights.all" if len(chosen) == total else "chart.weights.most"
    title, epoch, value = pen.say(key, shown=len(chosen), all=total), pen.say("chart.epoch"), pen.say("chart.weight")
    sheet = Sheet(pen, title)
    known = epoch if len(shown) == len(past.records) else pen.say("chart.epochs", shown=len(shown), all=len(past.records))
    panel = sheet.panel("", whole(known, numbers[-1]), axis(value))
    shapes = weight_shapes(scene)
    layers = list(dict.fromkeys(layer for layer, _ in shapes))
    lines = dict(zip(layers, pen.lines("update", len(layers)), strict=True))
    places, named, rows = list(shapes), set[str](), []
    for layer, weight, index in chosen:
        values = [float(moment[places.index((layer, weight))][tuple(at - 1 for at in index)]) for moment in moments]
        sheet.draw(
            panel,
            **_weight_line(pen, (layer, weight, index), numbers, values),
            line=lines[layer] | {"width": 1.2},
            showlegend=layer not in named,
        )
        named.add(layer)
        rows += [[pen.layer(layer), address(weight, index), number, value] for number, value in zip(numbers, values, strict=True)]
    return Chart(title, sheet.figure(), [pen.say("chart.layer.column"), value, epoch, pen.say("chart.value")], rows)


def _weight_line(pen: Pen, place: Place, numbers: Sequence[int], values: Sequence[float]) -> Figure:
    layer, weight, index = place
    name = pen.layer(layer)
    tip = hover((name, address(weight, index)), (pen.say("chart.epoch"), "%{x}"), (pen.say("chart.value"), "%{y:.5~g}"))
    return {"type": "scatter", **marks(numbers), "name": name, "legendgroup": layer, "x": numbers, "y": values, "hovertemplate": tip}


def moved_most(scene: Scene, before: Sequence[Array], after: Sequence[Array]) -> tuple[list[Place], int]:
    """The places of the numbers that are farthest from where they began, in the order of get_weights; and how many numbers there are."""
    moves = np.concatenate([np.abs(now - then).ravel() for then, now in zip(before, after, strict=True)])
    most = np.sort(np.argsort(-moves, kind="stable")[:MOST_LINES])
    ends = np.cumsum([weight.size for weight in before])
    found: list[Place] = []
    for flat in most:
        which = int(np.searchsorted(ends, flat, side="right"))
        layer, weight = list(weight_shapes(scene))[which]
        index = np.unravel_index(flat - (ends[which] - before[which].size), before[which].shape)
        found.append((layer, weight, tuple(int(at) + 1 for at in index)))
    return found, len(moves)


def spread(epochs: Sequence[int], most: int) -> list[int]:
    """At most so many of them, evenly, the last among them."""
    return list(epochs[:: -math.ceil(len(epochs) / most)])[::-1]


def address(weight: str, index: Sequence[int]) -> str:
    """A number of a weight by its place, from 1."""
    return f"{weight}[{', '.join(map(str, index))}]"


def marks(numbers: Sequence[int]) -> dict[str, str]:
    """A line, and its points where they are few: one point alone would else not be seen."""
    return {"mode": "lines+markers" if len(numbers) <= 30 else "lines"}
