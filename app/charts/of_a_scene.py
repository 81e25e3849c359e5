"""Charts of a network as it is now, reading its sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from app.charts.over_epochs import marks
from app.charts.pen import Pen, hover, plain
from app.charts.sheet import Chart, Figure, Sheet, axis, whole
from app.traces import SceneTrace
from engine.types import Array

MOST_WORDS = 24  # written along an axis, or beside points
MOST_BINS = 30
FEW_BINS = 5


def states(trace: SceneTrace, pen: Pen) -> Chart:
    """Every h as a colour, timesteps to the right, the first unit on top; the highest layer on top, as in the grid."""
    title, layers = pen.say("chart.states"), list(_states(trace))
    sheet, timesteps = Sheet(pen, title, rows=len(layers)), list(range(1, len(trace.scene.sentence) + 1))
    farthest = max(1.0, *(float(np.abs(h).max()) for _, h in layers))
    words = [plain(word) for word in trace.scene.sentence]
    rows: list[list[Any]] = []
    for row, (layer, h) in enumerate(reversed(layers)):
        x = axis(pen.say("chart.timestep"), **_word_ticks(words)) | ({"matches": "x"} if row else {})
        panel = sheet.panel(pen.layer(layer), x, whole(pen.say("chart.unit"), h.shape[1], autorange="reversed"), row)
        tip = hover((pen.say("chart.timestep"), "%{x} (%{text})"), (pen.say("chart.unit"), "%{y}"), ("h", "%{z:.5~g}"))
        units = list(range(1, h.shape[1] + 1))
        image = {"x": timesteps, "y": units, "z": h.T.tolist(), "text": [words] * len(units)}
        sheet.draw(panel, type="heatmap", name=pen.layer(layer), coloraxis="coloraxis", hovertemplate=tip, **_gaps(h), **image)
        rows += [
            [pen.layer(layer), timestep, word, unit, value]
            for timestep, word, values in zip(timesteps, trace.scene.sentence, h.tolist(), strict=True)
            for unit, value in zip(units, values, strict=True)
        ]
    bar = {"title": {"text": "h"}, "thickness": 12, "outlinewidth": 0}
    sheet.lay_out(coloraxis={"cmin": -farthest, "cmax": farthest, "colorscale": pen.signs, "colorbar": bar})
    head = [pen.say("chart.layer.column"), pen.say("chart.timestep"), pen.say("chart.word"), pen.say("chart.unit"), "h"]
    return Chart(title, sheet.figure(), head, rows)


def path(trace: SceneTrace, pen: Pen) -> Chart:
    """Where every layer's h goes, seen along its two principal components, with the words as points."""
    title, layers = pen.say("chart.path"), list(_states(trace))
    columns = min(2, len(layers))
    sheet = Sheet(pen, title, rows=math.ceil(len(layers) / columns), columns=columns)
    words = [f"{timestep} {plain(word)}" for timestep, word in enumerate(trace.scene.sentence, start=1)]
    few = "lines+markers+text" if len(words) <= MOST_WORDS else "lines+markers"
    (line,) = pen.lines("forward", 1)
    names = [pen.say("chart.component", number=number) for number in (1, 2)]
    rows: list[list[Any]] = []
    for place, (layer, h) in enumerate(layers):
        points, shares = principal(h)
        heading = pen.say("chart.share", layer=pen.layer(layer), share=f"{100 * sum(shares):.1f}")
        along = [axis(f"{name} ({100 * share:.1f} %)") for name, share in zip(names, shares, strict=True)]
        panel = sheet.panel(heading, along[0], along[1], place // columns, place % columns)
        first, second = points.T.tolist()
        tip = hover((pen.say("chart.timestep"), "%{text}"), (names[0], "%{x:.4~g}"), (names[1], "%{y:.4~g}"))
        timesteps = list(range(1, len(h) + 1))
        drawn = {"x": first, "y": second, "text": words, "textposition": _beside(points[:, 1]), "mode": few}
        sheet.draw(panel, type="scatter", name=pen.layer(layer), line=line, hovertemplate=tip, showlegend=False, cliponaxis=False, **drawn)
        rows += [[pen.layer(layer), *row] for row in zip(timesteps, trace.scene.sentence, first, second, strict=True)]
    return Chart(title, sheet.figure(), [pen.say("chart.layer.column"), pen.say("chart.timestep"), pen.say("chart.word"), *names], rows)


def histogram(trace: SceneTrace, pen: Pen) -> Chart:
    """How many numbers of every weight lie where; a row per layer, the output on top."""
    title = pen.say("chart.histogram")
    named = dict(zip(trace.weight_names, trace.forward.weights, strict=True))
    layers = list(dict.fromkeys(layer for layer, _ in named))[::-1]
    kinds = [[name for owner, name in named if owner == layer] for layer in layers]
    sheet = Sheet(pen, title, rows=len(layers), columns=max(map(len, kinds)))
    value, count = pen.say("chart.value"), pen.say("chart.count")
    rows: list[list[Any]] = []
    for row, (layer, names) in enumerate(zip(layers, kinds, strict=True)):
        for column, name in enumerate(names):
            counts, edges = binned(named[layer, name])
            heading = f"{pen.layer(layer)} · {name} ({', '.join(map(str, named[layer, name].shape))})"
            panel = sheet.panel(heading, axis(value, nticks=6), whole(count, counts.max(), rangemode="tozero"), row, column)
            spans = np.stack([edges[:-1], edges[1:]], axis=1).tolist()
            tip = hover((value, "%{customdata[0]:.4~g} … %{customdata[1]:.4~g}"), (count, "%{y}"))
            bars = {
                "x": ((edges[:-1] + edges[1:]) / 2).tolist(),
                "y": counts.tolist(),
                "width": np.diff(edges).tolist(),
                "customdata": spans,
            }
            colour = {"color": pen.colour("update"), "line": {"width": 0}}
            sheet.draw(panel, type="bar", name=f"{pen.layer(layer)} {name}", marker=colour, hovertemplate=tip, showlegend=False, **bars)
            rows += [[pen.layer(layer), name, *span, number] for span, number in zip(spans, counts.tolist(), strict=True)]
    head = [pen.say("chart.layer.column"), pen.say("chart.weight"), pen.say("chart.from"), pen.say("chart.to"), count]
    return Chart(title, sheet.figure(), head, rows)


def singular(trace: SceneTrace, pen: Pen) -> Chart:
    """How much every recurrent kernel, gate by gate, can stretch and shrink; the dotted line is where it does neither."""
    title, kernels = pen.say("chart.singular"), list(_recurrent_kernels(trace))
    layers = list(dict.fromkeys(layer for layer, *_ in kernels))[::-1]
    gates = list(dict.fromkeys(gate for _, gate, _ in kernels))
    lines = dict(zip(gates, pen.lines("update", len(gates)), strict=True))
    sheet, place, value = Sheet(pen, title, rows=len(layers)), pen.say("chart.place"), pen.say("chart.singular.value")
    sizes = {layer: matrix for layer, _, matrix in kernels}
    panels = {
        layer: sheet.panel(pen.layer(layer), whole(place, len(sizes[layer])), axis(value, rangemode="tozero"), row)
        for row, layer in enumerate(layers)
    }
    rows: list[list[Any]] = []
    named = set[str]()
    for layer, gate, matrix in kernels:
        values = np.linalg.svd(matrix, compute_uv=False).tolist()
        places = list(range(1, len(values) + 1))
        tip = hover((pen.say("chart.gate"), gate), (place, "%{x}"), (value, "%{y:.5~g}"))
        drawn = {"x": places, "y": values, "line": lines[gate], "legendgroup": gate, **marks(places)}
        sheet.draw(panels[layer], type="scatter", name=gate, hovertemplate=tip, showlegend=gate not in named, **drawn)
        named.add(gate)
        rows += [[pen.layer(layer), gate, *row] for row in zip(places, values, strict=True)]
    for panel in panels.values():
        sheet.level(panel, 1)
    return Chart(title, sheet.figure(), [pen.say("chart.layer.column"), pen.say("chart.gate"), place, value], rows)


def principal(h: Array) -> tuple[Array, list[float]]:
    """h (timesteps, units) -> (timesteps, 2) along its two principal components, and the share of the variance of each; of a component,
    whose sign is free, the largest part is positive. Where nothing varies nothing is left out, and the first has all."""
    from_mean = h - h.mean(axis=0)
    _, sizes, directions = np.linalg.svd(from_mean, full_matrices=False)
    largest = np.abs(directions).argmax(axis=1)
    directions = directions * np.where(directions[np.arange(len(directions)), largest] < 0, -1.0, 1.0)[:, np.newaxis]
    points = np.zeros((len(h), 2))
    kept = directions[:2]
    points[:, : len(kept)] = from_mean @ kept.T
    variances = np.square(sizes)
    shares = variances / variances.sum() if variances.sum() else np.eye(len(sizes))[0]
    return points, [*shares[:2].tolist(), 0.0][:2]


def _beside(heights: Array) -> list[str]:
    """Where a word stands: below a point that lies lower than its neighbours, so that the path does not cross it."""
    around = np.pad(heights, 1, mode="edge")
    return [
        "bottom center" if height < (before + after) / 2 else "top center"
        for height, before, after in zip(heights, around, around[2:], strict=False)
    ]


def binned(weight: Array) -> tuple[Array, Array]:
    """How many numbers lie in each of some bins of one width, and the bins' edges."""
    counts, edges = np.histogram(weight, bins=int(np.clip(math.sqrt(weight.size), FEW_BINS, MOST_BINS)))
    return counts, edges


def _states(trace: SceneTrace) -> Iterator[tuple[str, Array]]:
    """Every recurrent layer by its name, from the bottom up, with its h (timesteps, units)."""
    for name, layer, record in zip(trace.layer_names, trace.model.layers, trace.forward.layers, strict=True):
        if layer.states:
            yield name, record["h"][0]


def _recurrent_kernels(trace: SceneTrace) -> Iterator[tuple[str, str, Array]]:
    """Layer, gate and the square matrix of that gate, from the bottom up; the one matrix of a SimpleRNN is U."""
    for name, layer in zip(trace.layer_names, trace.model.layers, strict=True):
        if layer.states:
            parts = np.split(layer.weight("recurrent_kernel"), len(layer.gates), axis=1)
            yield from (
                (name, gate.removeprefix("a").removeprefix("_") or "U", part) for gate, part in zip(layer.gates, parts, strict=True)
            )


def _gaps(h: Array) -> Figure:
    """A hair between rectangles that are large enough for one."""
    return {name: int(count <= MOST_WORDS) for name, count in zip(("xgap", "ygap"), h.shape, strict=True)}


def _word_ticks(words: Sequence[str]) -> Figure:
    """The words under their timesteps, of a long sentence every so manieth."""
    step = math.ceil(len(words) / MOST_WORDS)
    at = range(1, len(words) + 1, step)
    return {"tickvals": list(at), "ticktext": [f"{timestep}<br>{words[timestep - 1]}" for timestep in at]}
