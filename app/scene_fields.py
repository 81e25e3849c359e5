"""The fields of a scene: their names, types and limits, each by itself."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Strict, Tag

from app.limits import LIMITS, most
from app.tokens import Token


class Part(BaseModel):
    """A part of a scene: nothing is converted, nothing unknown is taken, nothing changes afterwards."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


def _between(name: str) -> Any:
    limit = LIMITS[name]
    return Field(ge=limit.min, le=limit.max, description=limit.description)


def _entries(name: str) -> Any:
    return Field(min_length=int(LIMITS[name].min), max_length=most(name), description=LIMITS[name].description)


def _without_minus_zero(number: float) -> float:
    """Canonical JSON has one zero, so the numbers that are computed with have one too."""
    return number + 0.0


VERSION = 1
FROM_LIST = Strict(False)  # a JSON list becomes a tuple: the one conversion there is

Units = Annotated[int, _between("units")]
LabelNumber = Annotated[int, _between("label")]
Rate = Annotated[float, _between("learning_rate"), AfterValidator(_without_minus_zero)]
StateNumber = Annotated[
    float, Field(ge=-LIMITS["absolute_value"].max, le=LIMITS["absolute_value"].max), AfterValidator(_without_minus_zero)
]


class SimpleRNNLayer(Part):
    """h_t = tanh(x_t kernel + h_{t-1} recurrent_kernel + bias)."""

    type: Literal["SimpleRNN"]
    units: Units
    return_sequences: bool = False


class DenseLayer(Part):
    """y = sigmoid(x kernel + bias): the output."""

    type: Literal["Dense"]
    units: Units
    activation: Literal["sigmoid"]


class SeededWeights(Part):
    """Initial weights, drawn by Keras's rules from a seed."""

    seed: Annotated[int, _between("seed")]


class SGDOptimizer(Part):
    """Gradient descent: w - learning_rate dL/dw."""

    type: Literal["SGD"]
    learning_rate: Rate


Layer = Annotated[SimpleRNNLayer | DenseLayer, Field(discriminator="type")]
Label = Annotated[
    Annotated[LabelNumber, Tag("one")] | Annotated[tuple[LabelNumber, ...], FROM_LIST, _entries("timesteps"), Tag("list")],
    Discriminator(lambda label: "list" if isinstance(label, list | tuple) else "one"),
]
LayerState = Annotated[tuple[StateNumber, ...], FROM_LIST, Field(max_length=most("units"))]


class SceneFields(Part):
    """What is computed: a sentence, a network, a loss and a step of learning. The whole of it; nothing else changes a number."""

    version: Annotated[int, Field(ge=VERSION, le=VERSION)]  # not Literal[1], which takes true for 1
    vocabulary: Annotated[tuple[Token, ...], FROM_LIST, _entries("vocabulary")]
    sentence: Annotated[tuple[Token, ...], FROM_LIST, _entries("timesteps")]
    label: Label
    layers: Annotated[tuple[Layer, ...], FROM_LIST, Field(min_length=1, max_length=most("recurrent_layers") + 1)]
    weights: SeededWeights
    loss: Literal["binary_crossentropy"]
    optimizer: SGDOptimizer
    initial_state: Annotated[tuple[LayerState, ...], FROM_LIST, Field(max_length=most("recurrent_layers"))] | None = None

    @property
    def recurrent(self) -> tuple[SimpleRNNLayer, ...]:
        """The recurrent layers, from the bottom up."""
        return tuple(layer for layer in self.layers if layer.type == "SimpleRNN")

    @property
    def output_timesteps(self) -> list[int]:
        """The timesteps that have an output, from 1: all, or the last."""
        last = len(self.sentence)
        return list(range(1, last + 1)) if self.recurrent[-1].return_sequences else [last]
