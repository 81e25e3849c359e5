"""The terms of a weight's gradient: one per timestep and row of the batch in which the weight was used."""

from __future__ import annotations

from collections.abc import Iterable

from engine.explanation import Factor, Term
from engine.layers import GRU
from engine.reader import Reader, products
from engine.recipes.shared import Terms

Place = tuple[int, int]


def weight_terms(read: Reader, layer: int, name: str, index: tuple[int, ...]) -> Terms:
    """dL/dW = sum x^T dL/da, dL/dU = sum h_{t-1}^T dL/da, dL/db = sum dL/da."""
    places = [(batch, timestep) for batch in range(len(read.trace.output)) for timestep in read.trace.layers[layer].timesteps]
    if name == "embeddings":
        used = [place for place in places if read.token(place[1], place[0]) == index[0]]
        return tuple(map(Term.of, _over(read, layer, "x", index[1], used, gradient=True)))
    gate, unit = divmod(index[-1], read.layer(layer).width)
    past = name == "recurrent_kernel" or (name == "bias" and index[:-1] == (1,))
    pulled, source = _past(read, layer, gate) if past else (read.layer(layer).gates[gate], "")
    arriving = _over(read, layer, pulled, unit, places, gradient=True)
    if name == "bias":
        return tuple(map(Term.of, arriving))
    if name == "kernel":
        return products(_over(read, layer - 1, read.input_of(layer), index[0], places), arriving)
    before = places if source == "m" else [(batch, timestep - 1) for batch, timestep in places]
    return products(_over(read, layer, source, index[0], before), arriving)


def _past(read: Reader, layer: int, gate: int) -> tuple[str, str]:
    """What the recurrent kernel's columns lead to, and from what: a GRU's candidate listens to the past by way of m."""
    name = read.layer(layer).gates[gate]
    if isinstance(read.layer(layer), GRU) and name == "a_n":
        return ("m", "h") if read.resets_after(layer) else ("a_n", "m")
    return name, "h"


def _over(read: Reader, layer: int, quantity: str, unit: int, places: Iterable[Place], *, gradient: bool = False) -> list[Factor]:
    return [read.one(layer, timestep, quantity, unit, batch, gradient) for batch, timestep in places]
