"""What the papers show of one unit, as answers: the error surface with its cliff, walks on it, the bifurcation diagram, the linear case."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from app.answers import Representation
from app.computing import TRACE_TYPE, json_answer
from app.errors import Problem
from app.safetensors import encode
from engine import classics

STATES = np.linspace(-4, 4, 401)  # the diagram's: at these weights all that bends is within


class Span(NamedTuple):
    """What an axis shows, both ends included."""

    name: str
    low: float
    high: float


def cliff(w: Span, b: Span, points: int) -> Representation:
    """A safetensors file: w and b (points,), error (points of b, points of w) as float32, and wall (any number, 2), the w and b at
    which the cliff stands."""
    for span in (w, b):
        if not span.low < span.high:
            detail = f"`{span.name}_from` must be below `{span.name}_to`. Received: {span.low:g} and {span.high:g}. Exchange them."
            raise Problem("invalid-parameter", detail)
    along_w, along_b = (np.linspace(span.low, span.high, points) for span in (w, b))
    wall = np.array([(weight, at) for weight in along_w.tolist() if (at := classics.cliff(weight)) is not None]).reshape(-1, 2)
    surface = classics.error_surface(along_w, along_b).astype("<f4")
    return Representation.binary(encode({"w": along_w, "b": along_b, "wall": wall, "error": surface}, {}), TRACE_TYPE)


def descent(w: float, b: float, rate: float, threshold: float, paces: int) -> Representation:
    """Two walks from one point, without clipping and with."""
    free, clipped = (classics.descend(w, b, rate, paces, limit) for limit in (None, threshold))
    return json_answer({"free": _walk(free), "clipped": _walk(clipped)})


def bifurcation(w: float) -> Representation:
    """All fixed points at a recurrent weight."""
    found = classics.diagram(w, STATES)
    return json_answer(
        {
            "w": w,
            "x": found.x.tolist(),
            "b": found.b.tolist(),
            "slope": found.slope.tolist(),
            "stable": found.stable.tolist(),
            "folds": [fold._asdict() for fold in found.folds],
        }
    )


def linear(w: float, x_0: float, timesteps: int) -> Representation:
    """Powers of the recurrent weight, and their derivatives."""
    return json_answer({name: values.tolist() for name, values in classics.linear(w, x_0, timesteps)._asdict().items()})


def _walk(walk: classics.Walk) -> dict[str, Any]:
    return {"points": walk.points.tolist(), "errors": walk.errors.tolist(), "norms": walk.norms.tolist(), "left": walk.left}
