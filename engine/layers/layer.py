"""What all layers have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np

from engine.errors import EngineError
from engine.initializers import Initializer
from engine.trace import LayerTrace
from engine.types import Array, ArrayLike, DType, Generator, Shape, State, Weights, read_only

Pulled = tuple[LayerTrace, Weights, Array]  # dL/d a layer's quantities, its weights and its input


@dataclass(frozen=True)
class Layer(ABC):
    """An immutable description and its weights. Arrays inside the engine are (timesteps, batch, units)."""

    quantities: ClassVar[tuple[str, ...]]
    output: ClassVar[str]
    initializers: ClassVar[Mapping[str, Initializer]] = {}
    states: ClassVar[tuple[str, ...]] = ()
    gates: ClassVar[tuple[str, ...]] = ()  # the pre-activations, in the order of the kernel's groups of columns
    kernels: ClassVar[tuple[str, ...]] = ("kernel",)  # what all gates together read the layer below with
    encodes: ClassVar[bool] = False

    weights: Weights = field(default=(), kw_only=True, repr=False, compare=False)
    dtype: DType = field(default=np.dtype("float64"), kw_only=True, repr=False, compare=False)

    @property
    @abstractmethod
    def width(self) -> int:
        """The length of the vectors that leave this layer."""

    @property
    def state_width(self) -> int:
        """The length of the vectors that it carries through time, if it does."""
        return self.width

    @property
    def keeps_timesteps(self) -> bool:
        """Whether a sequence that enters leaves as a sequence."""
        return True

    @abstractmethod
    def weight_shapes(self, features: int) -> tuple[Shape, ...]:
        """The shapes of the weights, in Keras's order, for inputs of this many features."""

    @abstractmethod
    def forward(self, x: Array, timesteps: range, state: State, padded: Array | None = None) -> tuple[LayerTrace, Array]:
        """x (timesteps, batch, features), initial state or (), padded (timesteps, batch, 1) or None -> every quantity, and the output:
        of every timestep, or of the last."""

    @abstractmethod
    def backward(self, x: Array, record: LayerTrace, d_output: Array, window: int | None = None) -> Pulled:
        """d_output = dL/d outputs -> dL/d every quantity, the weights, x. window: how many timesteps a gradient reaches back at most."""

    def padded(self, x: Array) -> Array | None:
        """Where these tokens (timesteps, batch) are padding, (timesteps, batch, 1); None: nowhere."""
        return None

    def weight(self, name: str) -> Array:
        """The weight of this name."""
        names = tuple(self.initializers)
        if name not in names:
            raise EngineError("weight", f"`weight` must be one of {', '.join(names) or 'none'} for {self!r}. Received: {name!r}.")
        return self.weights[names.index(name)]

    def initializer(self, name: str) -> Initializer:
        """How the weight of this name begins."""
        return self.initializers[name]

    def build(self, features: int, rng: Generator, dtype: DType) -> Self:
        """The same layer with initial weights for inputs of this many features."""
        shapes = self.weight_shapes(features)
        drawn = [self.initializer(name)(shape, rng) for name, shape in zip(self.initializers, shapes, strict=True)]
        return self.with_weights(drawn, dtype)

    def with_weights(self, weights: Sequence[ArrayLike], dtype: DType) -> Self:
        """The same layer with copies of these weights."""
        return replace(self, weights=tuple(_frozen(weight, dtype) for weight in weights), dtype=dtype)


def _frozen(weight: ArrayLike, dtype: DType) -> Array:
    return read_only(np.array(weight, dtype=dtype, order="C"))


def require_size(field_name: str, size: object) -> None:
    """An EngineError unless size is an integer of 1 or more."""
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise EngineError(field_name, f"`{field_name}` must be an integer of 1 or more. Received: {size!r}.")


def require_tokens(tokens: Array, input_dim: int) -> None:
    """An EngineError unless every token is a place in a vocabulary of this size."""
    words = tokens.ravel().tolist()
    if min(words) < 0 or max(words) >= input_dim:
        stranger = next(word for word in words if not 0 <= word < input_dim)
        raise EngineError("x", f"`x` must hold tokens from 0 to {input_dim - 1}. Received: {stranger}.")
