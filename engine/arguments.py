"""What callers pass, checked and brought into the engine's form: (timesteps, batch, ...), contiguous, our own copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from engine.errors import EngineError, ShapeError
from engine.layers import Layer
from engine.types import Array, ArrayLike, DType, State

if TYPE_CHECKING:
    from engine.trace import Trace


def require_dtype(dtype: str) -> DType:
    """float32 or float64."""
    if dtype not in ("float32", "float64"):
        raise EngineError("dtype", f"`dtype` must be float32 or float64. Received: {dtype!r}.")
    return np.dtype(dtype)


def require_seed(seed: object, field: str = "seed") -> int:
    """An integer of 0 or more."""
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise EngineError(field, f"`{field}` must be an integer of 0 or more. Received: {seed!r}.")
    return seed


def time_major_input(x: ArrayLike, first: Layer, features: int) -> Array:
    """Tokens (batch, timesteps) or vectors (batch, timesteps, features) -> (timesteps, batch[, features])."""
    x = np.asarray(x)
    if first.encodes and x.ndim != 3 and x.dtype.kind in "iu":
        expected: tuple[str | int, ...] = ("batch", "timesteps")
    elif x.dtype.kind in "iufc":
        expected = ("batch", "timesteps", features)
    else:
        raise EngineError("x", f"`x` must be an array of numbers. Received: {x.dtype}.")
    if x.ndim != len(expected) or not x.size or (x.ndim == 3 and x.shape[2] != features):
        raise ShapeError.between("x", expected, x.shape)
    return np.array(x.swapaxes(0, 1), order="C")


def time_major_padding(mask: ArrayLike, x: Array) -> Array:
    """mask (batch, timesteps), False at padding, x (timesteps, batch, ...) -> (timesteps, batch, 1), True at padding."""
    mask = np.asarray(mask)
    if mask.dtype.kind != "b":
        raise EngineError("mask", f"`mask` must be an array of truth values. Received: {mask.dtype}.")
    if mask.shape != x.shape[1::-1]:
        raise ShapeError.between("mask", x.shape[1::-1], mask.shape)
    return ~mask.T[:, :, None]


def per_layer_state(initial_state: Sequence[ArrayLike | Sequence[ArrayLike]], stack: Sequence[Layer], batch: int) -> list[State]:
    """One entry per recurrent layer -> per layer the tuple of its states, each (batch, width)."""
    recurrent = sum(1 for layer in stack if layer.states)
    if len(initial_state) != recurrent:
        message = f"`initial_state` must have one entry per recurrent layer, {recurrent}. Received: {len(initial_state)}."
        raise EngineError("initial_state", message)
    rest = iter(initial_state)
    return [_layer_state(next(rest), layer, batch) if layer.states else () for layer in stack]


def _layer_state(entry: ArrayLike | Sequence[ArrayLike], layer: Layer, batch: int) -> State:
    parts = [entry] if len(layer.states) == 1 else cast("Sequence[ArrayLike]", entry)
    if not isinstance(parts, Sequence | np.ndarray) or len(parts) != len(layer.states):
        names = ", ".join(layer.states)
        raise EngineError("initial_state", f"`initial_state` of {layer!r} must be the arrays {names}. Received: {type(entry).__name__}.")
    arrays = tuple(np.asarray(part) for part in parts)
    for array in arrays:
        if array.shape != (batch, layer.state_width):
            raise ShapeError.between("initial_state", (batch, layer.state_width), array.shape)
    return arrays


def time_major_target(y: ArrayLike, trace: Trace) -> Array:
    """y, of the output's shape or without its last axis of one unit -> (timesteps, batch, units)."""
    y = np.asarray(y)
    if y.dtype.kind not in "iufcb":
        raise EngineError("y", f"`y` must be an array of numbers. Received: {y.dtype}.")
    steps, batch, units = trace.flows[-1].shape
    shape = (batch, steps, units) if trace.sequences else (batch, units)
    if y.shape not in (shape, shape[:-1] if shape[-1] == 1 else shape):
        raise ShapeError.between("y", shape, y.shape)
    target = np.array(y, trace.stack[0].dtype).reshape(batch, steps, units).swapaxes(0, 1)
    return target


def time_major_weights(sample_weight: ArrayLike, trace: Trace) -> Array:
    """sample_weight (batch,), or (batch, timesteps) where every timestep goes out -> (timesteps, batch, 1)."""
    weights = np.asarray(sample_weight)
    steps, batch, _ = trace.flows[-1].shape
    shapes = [(batch,), (batch, steps)] if trace.sequences else [(batch,)]
    if weights.shape not in shapes:
        wanted = " or ".join(map(str, shapes))
        raise ShapeError("sample_weight", f"`sample_weight` must have shape {wanted}. Received: {weights.shape}.")
    if weights.dtype.kind not in "iufb" or not np.isfinite(weights).all() or np.any(weights < 0):
        raise EngineError("sample_weight", "`sample_weight` must hold finite numbers of 0 or more. Received others.")
    rows = weights.reshape(batch, -1).T[:, :, np.newaxis]
    return np.array(np.broadcast_to(rows, (steps, batch, 1)), trace.stack[0].dtype)
