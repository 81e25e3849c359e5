"""The one-unit network of Pascanu, Mikolov and Bengio 2013, sections 2.2 and 2.3: its error surface with a cliff, gradient descent on it
with and without clipping, the linear case, and the bifurcation diagram (after Doya 1993).

    x_t = w sigmoid(x_{t-1}) + b      E = (sigmoid(x_50) - 0.7)^2      x_0 = 0.5                                       (equation 8)
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from engine.activations import sigmoid as elementwise_sigmoid
from engine.activations import sigmoid_slope
from engine.types import Array

X_0, TARGET, TIMESTEPS = 0.5, 0.7, 50
FARTHEST = 1e6  # a walk ends where a coordinate would grow larger: from farther away a product of 50 slopes could overflow


class Walk(NamedTuple):
    """Gradient descent. points (steps + 1, 2): w and b; errors, norms (steps + 1,): E there, and |dE/d(w, b)| before any clipping; left:
    whether the next step would have gone beyond FARTHEST, so that the walk ends early."""

    points: Array
    errors: Array
    norms: Array
    left: bool


class Linear(NamedTuple):
    """The linear case without b, each (timesteps + 1,): x_t = x_0 w^t, dx_t/dw and d2x_t/dw2."""

    x: Array
    slope: Array
    curvature: Array


class Fold(NamedTuple):
    """Where a stable and an unstable fixed point meet: the bias, and the state."""

    b: float
    x: float


class Diagram(NamedTuple):
    """All fixed points of x = w sigmoid(x) + b, by x (points,): the bias that has it; slope: by what a small distance from it is multiplied
    in one step; stable where that is below 1 in size."""

    x: Array
    b: Array
    slope: Array
    folds: tuple[Fold, ...]

    @property
    def stable(self) -> Array:
        """Whether the state comes back after a small push."""
        return np.abs(self.slope) < 1


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), any shape, also complex; it overflows nowhere."""
    x = np.asarray(x)
    return elementwise_sigmoid(x, np.empty_like(x))


def states(w: Any, b: Any, x_0: Any = X_0, timesteps: int = TIMESTEPS) -> list[Any]:
    """x_0 to x_T, each of the shape that w and b have together."""
    x = [np.broadcast_to(np.asarray(x_0, np.result_type(w, b, float)), np.broadcast_shapes(np.shape(w), np.shape(b)))]
    for _ in range(timesteps):
        x.append(w * sigmoid(x[-1]) + b)
    return x


def error(w: Any, b: Any) -> Any:
    """E, of the shape that w and b have together."""
    return (sigmoid(states(w, b)[-1]) - TARGET) ** 2


def error_surface(w: Array, b: Array) -> Array:
    """E over a grid: w (columns,), b (rows,) -> (rows, columns)."""
    surface: Array = error(w[np.newaxis], b[:, np.newaxis])
    return surface


def error_gradient(w: float, b: float) -> tuple[float, float]:
    """dE/dw and dE/db by BPTT: back through all timesteps, each adding its own share, because w and b are used at each."""
    outputs = [_logistic(X_0)]
    for _ in range(TIMESTEPS):
        outputs.append(_logistic(w * outputs[-1][0] + b))
    *past, (y, slope) = outputs
    d_x, d_w, d_b = 2 * (y - TARGET) * slope, 0.0, 0.0
    for y, slope in reversed(past):
        d_w, d_b, d_x = d_w + d_x * y, d_b + d_x, d_x * w * slope
    return d_w, d_b


def _logistic(x: float) -> tuple[float, float]:
    """Returns the sigmoid of one number and its slope there, for which NumPy would take twenty times as long."""
    decayed = math.exp(-abs(x))
    return (1 if x >= 0 else decayed) / (1 + decayed), decayed / (1 + decayed) ** 2


def descend(w: float, b: float, rate: float, steps: int, threshold: float | None = None) -> Walk:
    """Gradient descent on E from (w, b). threshold: a longer gradient is made that long, its direction kept (the paper's algorithm 1)."""
    points, lengths, left = [(w, b)], [], False
    for _ in range(steps):
        d_w, d_b = error_gradient(w, b)
        lengths.append(math.hypot(d_w, d_b))
        pace = rate if threshold is None or lengths[-1] <= threshold else rate * threshold / lengths[-1]
        w, b = w - pace * d_w, b - pace * d_b
        if left := max(abs(w), abs(b)) > FARTHEST:
            break
        points.append((w, b))
    else:
        lengths.append(math.hypot(*error_gradient(w, b)))
    walk = np.array(points)
    return Walk(walk, error(walk[:, 0], walk[:, 1]), np.array(lengths), left)


def linear(w: float, x_0: float = X_0, timesteps: int = TIMESTEPS) -> Linear:
    """x_t = x_0 w^t with its first and second derivative by w: when the one explodes, so does the other (section 2.3)."""
    t = np.arange(timesteps + 1)
    with np.errstate(divide="ignore", invalid="ignore"):  # 0^-1 and 0^-2, which a factor of 0 makes 0
        slope = np.where(t > 0, t * x_0 * w ** np.maximum(t - 1.0, 0), 0)
        curvature = np.where(t > 1, t * (t - 1) * x_0 * w ** np.maximum(t - 2.0, 0), 0)
    return Linear(x_0 * float(w) ** t, slope, curvature)


def diagram(w: float, x: Array) -> Diagram:
    """The bifurcation diagram: not the states of each b but the b of each state, b = x - w sigmoid(x), which needs no solver."""
    y = sigmoid(x)
    return Diagram(x, x - w * y, w * sigmoid_slope(x, np.empty_like(x)), folds(w))


def folds(w: float) -> tuple[Fold, ...]:
    """The two ends of the range of b with two attractors, larger b first; none for w up to 4. There w sigmoid'(x) = 1, so that
    sigmoid(x) = (1 -+ sqrt(1 - 4/w)) / 2."""
    if w <= 4:
        return ()
    roots = [(1 + sign * math.sqrt(1 - 4 / w)) / 2 for sign in (-1, 1)]
    return tuple(Fold(math.log(y / (1 - y)) - w * y, math.log(y / (1 - y))) for y in roots)


def cliff(w: float) -> float | None:
    """The b at which x_0 itself is the unstable fixed point, on the boundary between two basins: there the error surface has its wall. None
    where that fixed point is stable, w sigmoid'(x_0) <= 1. Derived; the paper draws the wall and gives no formula."""
    y = float(sigmoid(X_0))
    return None if w * y * (1 - y) <= 1 else X_0 - w * y
