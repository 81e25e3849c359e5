"""A deep SimpleRNN, one scalar at a time, forward: slow, plain, and written without the engine or NumPy."""

from __future__ import annotations

from math import exp, fsum, tanh

Vector = list[float]
Matrix = list[Vector]


def weighted(vector: Vector, kernel: Matrix, unit: int) -> list[float]:
    """The products that lead to one unit."""
    return [value * row[unit] for value, row in zip(vector, kernel, strict=True)]


def simple_rnn(sequence: Matrix, weights: tuple[Matrix, Matrix, Vector], h: Vector) -> tuple[Matrix, Matrix]:
    """(a_t, h_t) of every timestep."""
    kernel, recurrent_kernel, bias = weights
    a_rows, h_rows = [], []
    for x in sequence:
        a = [fsum([*weighted(x, kernel, j), *weighted(h, recurrent_kernel, j), bias[j]]) for j in range(len(bias))]
        h = [tanh(value) for value in a]
        a_rows.append(a)
        h_rows.append(h)
    return a_rows, h_rows


def dense(vector: Vector, kernel: Matrix, bias: Vector, activation: str) -> Vector:
    """y of one vector."""
    a = [fsum([*weighted(vector, kernel, j), bias[j]]) for j in range(len(bias))]
    if activation == "sigmoid":
        return [1 / (1 + exp(-value)) for value in a]
    if activation == "softmax":
        total = fsum(exp(value) for value in a)
        return [exp(value) / total for value in a]
    return a
