"""Every recurrent cell, one scalar at a time, forward: slow, plain, and written without the engine or NumPy."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, fsum, tanh
from typing import Any

Vector = list[float]
Matrix = list[Vector]
Step = dict[str, Vector]


def weighted(vector: Vector, kernel: Matrix, unit: int) -> list[float]:
    """The products that lead to one unit."""
    return [value * row[unit] for value, row in zip(vector, kernel, strict=True)]


def sigmoid(a: float) -> float:
    """For modest a."""
    return 1 / (1 + exp(-a))


def affine(x: Vector, kernel: Matrix, h: Vector, recurrent_kernel: Matrix, bias: Vector, units: int, gate: int) -> Vector:
    """a of every unit of one gate, whose columns are those from gate * units on."""
    columns = range(gate * units, gate * units + units)
    return [fsum([*weighted(x, kernel, j), *weighted(h, recurrent_kernel, j), bias[j]]) for j in columns]


def simple_rnn(x: Vector, weights: Any, states: list[Vector]) -> Step:
    """a, h."""
    kernel, recurrent_kernel, bias = weights
    a = affine(x, kernel, states[0], recurrent_kernel, bias, len(states[0]), 0)
    return {"a": a, "h": [tanh(value) for value in a]}


def lstm(x: Vector, weights: Any, states: list[Vector]) -> Step:
    """Every quantity of one step."""
    kernel, recurrent_kernel, bias = weights
    h, c = states
    a = {gate: affine(x, kernel, h, recurrent_kernel, bias, len(h), place) for place, gate in enumerate("ifgo")}
    q = {gate: [tanh(v) if gate == "g" else sigmoid(v) for v in a[gate]] for gate in "ifgo"}
    c = [fsum([f * past, i * g]) for f, past, i, g in zip(q["f"], c, q["i"], q["g"], strict=True)]
    tanh_c = [tanh(value) for value in c]
    h = [o * shown for o, shown in zip(q["o"], tanh_c, strict=True)]
    return {f"a_{gate}": a[gate] for gate in "ifgo"} | q | {"c": c, "tanh_c": tanh_c, "h": h}


def gru(x: Vector, weights: Any, states: list[Vector]) -> Step:
    """Every quantity of one step; a bias of two rows says that the reset comes after the recurrent kernel."""
    kernel, recurrent_kernel, bias = weights
    (past,), units = states, len(states[0])
    nothing, after = [0.0] * units, isinstance(bias[0], list)
    of_x, of_h = bias if after else (bias, [0.0] * 3 * units)
    both = [one + other for one, other in zip(of_x, of_h, strict=True)]
    a_z, a_r = (affine(x, kernel, past, recurrent_kernel, both, units, gate) for gate in (0, 1))
    z, r = ([sigmoid(value) for value in a] for a in (a_z, a_r))
    if after:
        m = affine([0.0] * len(x), kernel, past, recurrent_kernel, of_h, units, 2)
        side = affine(x, kernel, nothing, recurrent_kernel, of_x, units, 2)
        a_n = [value + gate * memory for value, gate, memory in zip(side, r, m, strict=True)]
    else:
        m = [gate * value for gate, value in zip(r, past, strict=True)]
        a_n = affine(x, kernel, m, recurrent_kernel, of_x, units, 2)
    n = [tanh(value) for value in a_n]
    h = [fsum([gate * old, (1 - gate) * new]) for gate, old, new in zip(z, past, n, strict=True)]
    return {"a_z": a_z, "a_r": a_r, "a_n": a_n, "z": z, "r": r, "m": m, "n": n, "h": h}


def unrolled(
    step: Callable[[Vector, Any, list[Vector]], Step], sequence: Matrix, weights: Any, states: dict[str, Vector]
) -> dict[str, Matrix]:
    """Every quantity of every timestep."""
    steps: list[Step] = []
    for x in sequence:
        steps.append(step(x, weights, list(states.values())))
        states = {name: steps[-1][name] for name in states}
    return {name: [each[name] for each in steps] for name in steps[0]}


def dense(vector: Vector, kernel: Matrix, bias: Vector, activation: str) -> Vector:
    """y of one vector."""
    a = [fsum([*weighted(vector, kernel, j), bias[j]]) for j in range(len(bias))]
    if activation == "sigmoid":
        return [sigmoid(value) for value in a]
    if activation == "softmax":
        total = fsum(exp(value) for value in a)
        return [exp(value) / total for value in a]
    return a
