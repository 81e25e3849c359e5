"""How long each layer remembers: one word is changed, and the states are compared, after Hermans and Schrauwen 2013."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.errors import EngineError
from engine.layers.recurrent import Recurrent
from engine.norms import norms
from engine.trace import Trace
from engine.types import Array


class Remembered(NamedTuple):
    """Of one layer: first, |h' - h| at the timestep of the change; distances, the same at it and at every timestep after it, as shares of
    the first; timesteps: how many of those after the change hear of it, until the distance falls below the share asked for, for good."""

    first: float
    distances: Array
    timesteps: int


def remembered(before: Trace, after: Trace, timestep: int, share: float = 0.1, example: int = 0) -> list[Remembered]:
    """What is left of a change at a timestep (from 0) in h of every recurrent layer, from the bottom up; Euclidean norms of one example.

    Two runs of one stack on sentences that differ in that one word. Where the change does not reach a layer at once, all shares are 0."""
    if not 0 <= timestep < len(before.flows[0]):
        raise EngineError("timestep", f"`timestep` must be 0 to {len(before.flows[0]) - 1}. Received: {timestep}.")
    pairs = zip(before.stack, before.layers, after.layers, strict=True)
    gaps = [
        norms(changed["h"][example] - record["h"][example])[timestep:] for layer, record, changed in pairs if isinstance(layer, Recurrent)
    ]
    return [_left(gap, share) for gap in gaps]


def _left(gap: Array, share: float) -> Remembered:
    distances = gap / gap[0] if gap[0] else np.zeros_like(gap)
    heard = np.flatnonzero(distances[1:] >= share)
    return Remembered(float(gap[0]), distances, int(heard[-1]) + 1 if len(heard) else 0)
