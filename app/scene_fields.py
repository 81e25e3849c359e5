"""The fields of a scene: their names, types and limits, each by itself."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeGuard

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


def _left_out_at(default: object) -> Any:
    """A field that a scene of version 1 could do without: at its default it is not written, so that ids stay what they are."""
    return Field(exclude_if=lambda value: value == default)


def _without_minus_zero(number: float) -> float:
    """Canonical JSON has one zero, so the numbers that are computed with have one too."""
    return number + 0.0


VERSION = 1
ID_PATTERN = r"^[0-9a-f]{64}$"
ADDRESS_PATTERN = r"^[\w/,]*$"  # of a number, as a link writes it
CLIPPING = ("clipnorm", "global_clipnorm", "clipvalue")
FROM_LIST = Strict(False)  # a JSON list becomes a tuple: the one conversion there is

Units = Annotated[int, _between("units")]
Rate = Annotated[float, _between("learning_rate"), AfterValidator(_without_minus_zero)]
Number = Annotated[float, Field(ge=-LIMITS["absolute_value"].max, le=LIMITS["absolute_value"].max), AfterValidator(_without_minus_zero)]
Share = Annotated[float, _between("share"), AfterValidator(_without_minus_zero)]
L2 = Annotated[float, _between("l2"), AfterValidator(_without_minus_zero)]
Dropout = Annotated[float, _between("dropout"), AfterValidator(_without_minus_zero)]
Weight = Annotated[float, _between("sample_weight"), AfterValidator(_without_minus_zero)]
Gain = Annotated[float, _between("gain"), AfterValidator(_without_minus_zero)]
Radius = Annotated[float, _between("spectral_radius"), AfterValidator(_without_minus_zero)]
Epsilon = Annotated[float, _between("epsilon")]
Clip = Annotated[float, _between("clip")]
Elementwise = Literal["tanh", "relu", "sigmoid", "linear"]


class EmbeddingLayer(Part):
    """Words as rows 1, 2, 3, ... of a table of learnt vectors; row 0 is padding."""

    type: Literal["Embedding"]
    input_dim: Annotated[int, _between("input_dim")]
    output_dim: Units


class OrthogonalStart(Part):
    """Gain times a matrix that is orthonormal along its shorter side, for all gates together: Keras's default, with gain 1."""

    type: Literal["orthogonal"]
    gain: Gain = 1.0


class ScaledOrthogonalStart(Part):
    """For every gate an orthogonal matrix of its own, times the spectral radius."""

    type: Literal["scaled_orthogonal"]
    spectral_radius: Radius


class IdentityStart(Part):
    """For every gate gain times the identity."""

    type: Literal["identity"]
    gain: Gain = 1.0


Start = Annotated[OrthogonalStart | ScaledOrthogonalStart | IdentityStart, Field(discriminator="type")]


class Recurrent(Part):
    """What every recurrent layer has; without an initializer its recurrent kernel begins orthogonal, as in Keras.

    dropout: the rate of a Dropout layer right above, which acts in training and changes nothing when a run only looks."""

    units: Units
    return_sequences: bool = False
    recurrent_initializer: Annotated[Start | None, _left_out_at(None)] = None
    dropout: Annotated[Dropout, _left_out_at(0.0)] = 0.0


class SimpleRNNLayer(Recurrent):
    """h_t = f(x_t kernel + h_{t-1} recurrent_kernel + bias)."""

    type: Literal["SimpleRNN"]
    activation: Annotated[Elementwise, _left_out_at("tanh")] = "tanh"


class LSTMLayer(Recurrent):
    """c_t = f c_{t-1} + i g, h_t = o tanh(c_t)."""

    type: Literal["LSTM"]


class GRULayer(Recurrent):
    """h_t = z h_{t-1} + (1 - z) n."""

    type: Literal["GRU"]
    reset_after: bool = True


class DenseLayer(Part):
    """y = f(x kernel + bias): the output."""

    type: Literal["Dense"]
    units: Units
    activation: Literal[Elementwise, "softmax"]


Edits = Annotated[dict[str, Number], Field(max_length=most("edits"), description=LIMITS["edits"].description), _left_out_at({})]


class Training(Part):
    """What the weights have learnt: from a data set, known by its id, in batches whose order follows from the seed, in so many updates of
    the scene's optimizer; edits: what is set by hand after that."""

    dataset: Annotated[str, Field(pattern=ID_PATTERN)]
    batch_size: Annotated[int, _between("batch_size")]
    seed: Annotated[int, _between("seed")] = 0
    updates: Annotated[int, _between("updates")] = 0
    edits: Edits = {}


class SeededWeights(Part):
    """Initial weights, drawn by Keras's rules from a seed; edits: what is set by hand, each number by its address, 1/kernel/1,2; training:
    what they have then learnt from a data set; steps: how often the optimizer has then moved them, on this sentence."""

    seed: Annotated[int, _between("seed")]
    edits: Edits = {}
    training: Annotated[Training | None, _left_out_at(None)] = None
    steps: Annotated[Annotated[int, _between("steps")], _left_out_at(0)] = 0


class Optimizer(Part):
    """What every optimizer has: a rate, and at most one limit for gradients: of each weight's norm, of all together, of each number."""

    learning_rate: Rate
    clipnorm: Annotated[Clip | None, _left_out_at(None)] = None
    global_clipnorm: Annotated[Clip | None, _left_out_at(None)] = None
    clipvalue: Annotated[Clip | None, _left_out_at(None)] = None


class SGDOptimizer(Optimizer):
    """Gradient descent, with momentum if there is one."""

    type: Literal["SGD"]
    momentum: Annotated[Share, _left_out_at(0.0)] = 0.0
    nesterov: Annotated[bool, _left_out_at(False)] = False


class RMSpropOptimizer(Optimizer):
    """Steps measured by the recent size of each gradient."""

    type: Literal["RMSprop"]
    rho: Share = 0.9
    momentum: Share = 0.0
    epsilon: Epsilon = 1e-7
    centered: bool = False


class AdamOptimizer(Optimizer):
    """Momentum, and steps measured by the recent size of each gradient."""

    type: Literal["Adam"]
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Epsilon = 1e-7
    amsgrad: bool = False


class AdagradOptimizer(Optimizer):
    """Steps measured by the size of all gradients so far."""

    type: Literal["Adagrad"]
    initial_accumulator_value: Clip = 0.1
    epsilon: Epsilon = 1e-7


RecurrentLayer = SimpleRNNLayer | LSTMLayer | GRULayer
Layer = Annotated[EmbeddingLayer | RecurrentLayer | DenseLayer, Field(discriminator="type")]


Label = Annotated[
    Annotated[Number, Tag("one")] | Annotated[tuple[Number, ...], FROM_LIST, _entries("timesteps"), Tag("list")],
    Discriminator(lambda label: "list" if isinstance(label, list | tuple) else "one"),
]
Vector = Annotated[tuple[Number, ...], FROM_LIST, Field(max_length=most("units"))]


class LSTMState(Part):
    """Both states of an LSTM before the first word."""

    h: Vector
    c: Vector


LayerState = Annotated[
    Annotated[Vector, Tag("list")] | Annotated[LSTMState, Tag("pair")],
    Discriminator(lambda state: "pair" if isinstance(state, dict | LSTMState) else "list"),
]


class SceneFields(Part):
    """What is computed: a sentence, a network, a loss and a step of learning. The whole of it; nothing else changes a number.

    inputs: numbers of the words' one-hot vectors that are set by hand, each by its address, input/2/x/1."""

    version: Annotated[int, Field(ge=VERSION, le=VERSION)]  # not Literal[1], which takes true for 1
    vocabulary: Annotated[tuple[Token, ...], FROM_LIST, _entries("vocabulary")]
    sentence: Annotated[tuple[Token, ...], FROM_LIST, _entries("timesteps")]
    label: Label
    layers: Annotated[tuple[Layer, ...], FROM_LIST, Field(min_length=1, max_length=most("recurrent_layers") + 2)]
    weights: SeededWeights
    loss: Literal["binary_crossentropy", "categorical_crossentropy", "mse"]
    optimizer: Annotated[SGDOptimizer | RMSpropOptimizer | AdamOptimizer | AdagradOptimizer, Field(discriminator="type")]
    window: Annotated[Annotated[int, _between("timesteps")] | None, _left_out_at(None)] = None
    l2: Annotated[L2, _left_out_at(0.0)] = 0.0
    inputs: Edits = {}
    sample_weight: Annotated[Annotated[tuple[Weight, ...], FROM_LIST, _entries("timesteps")] | None, _left_out_at(None)] = None
    initial_state: Annotated[tuple[LayerState, ...], FROM_LIST, Field(max_length=most("recurrent_layers"))] | None = None

    @property
    def recurrent(self) -> tuple[RecurrentLayer, ...]:
        """The recurrent layers, from the bottom up."""
        return tuple(layer for layer in self.layers if is_recurrent(layer))

    @property
    def output(self) -> DenseLayer:
        """The last layer of a stack that works."""
        last = self.layers[-1]
        assert isinstance(last, DenseLayer)
        return last

    @property
    def labels(self) -> tuple[float, ...]:
        """The label, or one per timestep, as a list."""
        return self.label if isinstance(self.label, tuple) else (self.label,)

    @property
    def output_timesteps(self) -> list[int]:
        """The timesteps that have an output, from 1: all, or the last."""
        last = len(self.sentence)
        return list(range(1, last + 1)) if self.recurrent[-1].return_sequences else [last]


def is_recurrent(layer: Any) -> TypeGuard[RecurrentLayer]:
    """Whether a layer is used again at every timestep."""
    return isinstance(layer, Recurrent)


def numbers_of(state: Vector | LSTMState) -> tuple[float, ...]:
    """An initial state as one list, h before c."""
    return (*state.h, *state.c) if isinstance(state, LSTMState) else state
