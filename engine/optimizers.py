"""How weights follow their gradients: by Keras's definitions, with Keras's defaults."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass

import numpy as np

from engine.clipping import clip_each_norm, clip_global_norm, clip_values
from engine.errors import EngineError
from engine.hyperparameters import check_hyperparameters
from engine.types import Array, read_only

PIECE = 16_384
Numbers = dict[str, Array]  # what an optimizer remembers of one weight, by name


@dataclass(frozen=True, slots=True, eq=False)
class OptimizerState:
    """What an optimizer remembers: how many updates there were, and under each name ("momentum", "velocity") one array per weight."""

    updates: int
    numbers: Mapping[str, tuple[Array, ...]]

    def of(self, place: int) -> Numbers:
        """What is remembered of the weight at this place."""
        return {name: arrays[place] for name, arrays in self.numbers.items()}


@dataclass(frozen=True)
class Optimizer(ABC):
    """A rule for one step. It remembers nothing itself: what it must know of earlier steps goes in and comes out as a state."""

    learning_rate: float
    _: KW_ONLY
    clipnorm: float | None = None
    global_clipnorm: float | None = None
    clipvalue: float | None = None

    def __post_init__(self) -> None:
        check_hyperparameters(self)

    @property
    @abstractmethod
    def remembered(self) -> dict[str, float]:
        """The names of the numbers that the rule remembers of every weight, each with the value that it begins with."""

    @abstractmethod
    def step(self, weight: Array, gradient: Array, past: Numbers, update: int) -> tuple[Array, Numbers]:
        """One weight and its clipped gradient, any shape, at the update of this number (from 1) -> the weight after it, and what to
        remember."""

    def start(self, weights: Sequence[Array]) -> OptimizerState:
        """The state before the first update."""
        arrays = {name: tuple(read_only(np.full_like(weight, value)) for weight in weights) for name, value in self.remembered.items()}
        return OptimizerState(0, arrays)

    def update(self, weights: Sequence[Array], gradients: Sequence[Array], state: OptimizerState) -> tuple[list[Array], OptimizerState]:
        """The weights after one step, and the state after it; what is given stays as it is."""
        self._require_state(weights, state)
        number = state.updates + 1
        moved: list[Array] = []
        numbers: dict[str, list[Array]] = {name: [] for name in self.remembered}
        for place, (weight, gradient) in enumerate(zip(weights, self.clip(gradients), strict=True)):
            after, remembered = self._step_in_pieces(weight, gradient, state.of(place), number)
            moved.append(after)
            for name, array in remembered.items():
                numbers[name].append(read_only(array))
        return moved, OptimizerState(number, {name: tuple(arrays) for name, arrays in numbers.items()})

    def _step_in_pieces(self, weight: Array, gradient: Array, past: Numbers, update: int) -> tuple[Array, Numbers]:
        """The same as step, number by number: only in pieces do the parts of a long formula stay in the processor's cache."""
        if weight.size <= PIECE:
            return self.step(weight, gradient, past, update)
        after, now = np.empty(weight.shape, weight.dtype), {name: np.empty(array.shape, array.dtype) for name, array in past.items()}
        for start in range(0, weight.size, PIECE):
            here = slice(start, start + PIECE)
            piece = {name: array.ravel()[here] for name, array in past.items()}
            after.reshape(-1)[here], remembered = self.step(weight.ravel()[here], gradient.ravel()[here], piece, update)
            for name, array in remembered.items():
                now[name].reshape(-1)[here] = array
        return after, now

    def clip(self, gradients: Sequence[Array]) -> list[Array]:
        """The gradients that a step follows: clipped, if one of the three limits is set."""
        if self.clipnorm is not None:
            return clip_each_norm(gradients, self.clipnorm)
        if self.global_clipnorm is not None:
            return clip_global_norm(gradients, self.global_clipnorm)
        if self.clipvalue is not None:
            return clip_values(gradients, self.clipvalue)
        return list(gradients)

    def _require_state(self, weights: Sequence[Array], state: OptimizerState) -> None:
        shapes = [weight.shape for weight in weights]
        fits = all([array.shape for array in arrays] == shapes for arrays in state.numbers.values())
        if state.numbers.keys() != self.remembered.keys() or not fits:
            message = f"`state` must come from {type(self).__name__}.start or update with weights of these shapes, and remember "
            wanted, found = (", ".join(names) or "nothing" for names in (self.remembered, state.numbers))
            raise EngineError("state", f"{message}{wanted}. Received: one that remembers {found}.")


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent, with momentum m: m <- momentum m - learning_rate g; w <- w + m. Nesterov: w <- w + momentum m - learning_rate g."""

    learning_rate: float = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    @property
    def remembered(self) -> dict[str, float]:
        """momentum, if there is one."""
        return {"momentum": 0.0} if self.momentum else {}

    def step(self, weight: Array, gradient: Array, past: Numbers, update: int) -> tuple[Array, Numbers]:
        """w, g -> w, momentum."""
        descent = self.learning_rate * gradient
        if not self.momentum:
            return weight - descent, {}
        m = self.momentum * past["momentum"] - descent
        move = self.momentum * m - descent if self.nesterov else m
        return weight + move, {"momentum": m}


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """v <- rho v + (1 - rho) g^2; w <- w - learning_rate g / sqrt(v + epsilon). Centered: v - average_gradient^2 in place of v."""

    learning_rate: float = 0.001
    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7
    centered: bool = False

    @property
    def remembered(self) -> dict[str, float]:
        """velocity; average_gradient, if centered; momentum, if there is one."""
        return {"velocity": 0.0} | ({"average_gradient": 0.0} if self.centered else {}) | ({"momentum": 0.0} if self.momentum else {})

    def step(self, weight: Array, gradient: Array, past: Numbers, update: int) -> tuple[Array, Numbers]:
        """w, g -> w, velocity, average_gradient, momentum."""
        now = {"velocity": self.rho * past["velocity"] + (1 - self.rho) * np.square(gradient)}
        spread = now["velocity"]
        if self.centered:
            now["average_gradient"] = self.rho * past["average_gradient"] + (1 - self.rho) * gradient
            spread = spread - np.square(now["average_gradient"])
        move = self.learning_rate * gradient / np.sqrt(spread + self.epsilon)
        if self.momentum:
            move = now["momentum"] = self.momentum * past["momentum"] + move
        return weight - move, now


@dataclass(frozen=True)
class Adam(Optimizer):
    """m <- m + (1 - beta_1) (g - m); v <- v + (1 - beta_2) (g^2 - v); w <- w - alpha m / (sqrt(v) + epsilon). m and v begin at 0, which
    alpha = learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t) makes good. AMSGrad: the largest v so far in place of v."""

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    amsgrad: bool = False

    @property
    def remembered(self) -> dict[str, float]:
        """momentum, velocity; largest_velocity, if amsgrad."""
        return {"momentum": 0.0, "velocity": 0.0} | ({"largest_velocity": 0.0} if self.amsgrad else {})

    def step(self, weight: Array, gradient: Array, past: Numbers, update: int) -> tuple[Array, Numbers]:
        """w, g -> w, momentum, velocity, largest_velocity."""
        m = past["momentum"] + (1 - self.beta_1) * (gradient - past["momentum"])
        v = past["velocity"] + (1 - self.beta_2) * (np.square(gradient) - past["velocity"])
        now = {"momentum": m, "velocity": v}
        if self.amsgrad:
            v = now["largest_velocity"] = np.maximum(past["largest_velocity"], v)
        alpha = self.learning_rate * math.sqrt(1 - self.beta_2**update) / (1 - self.beta_1**update)
        return weight - alpha * m / (np.sqrt(v) + self.epsilon), now


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """accumulator <- accumulator + g^2; w <- w - learning_rate g / sqrt(accumulator + epsilon)."""

    learning_rate: float = 0.001
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7

    @property
    def remembered(self) -> dict[str, float]:
        """accumulator."""
        return {"accumulator": self.initial_accumulator_value}

    def step(self, weight: Array, gradient: Array, past: Numbers, update: int) -> tuple[Array, Numbers]:
        """w, g -> w, accumulator."""
        accumulator = past["accumulator"] + np.square(gradient)
        return weight - self.learning_rate * gradient / np.sqrt(accumulator + self.epsilon), {"accumulator": accumulator}
