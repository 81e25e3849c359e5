"""A stack of layers: forward, backward, weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from engine.arguments import (
    per_layer_state,
    require_dtype,
    require_seed,
    time_major_input,
    time_major_padding,
    time_major_target,
    time_major_weights,
)
from engine.errors import EngineError, ShapeError
from engine.layers import Dense, Dropout, Layer
from engine.layers.layer import require_size
from engine.losses import Loss, find_loss, require_targets
from engine.optimizers import Optimizer
from engine.summary import summary
from engine.trace import Gradients, LayerTrace, Trace
from engine.training import Epoch, Examples, Plan, train
from engine.types import Array, ArrayLike, DType, State, read_only


class Sequential:
    """Layers one upon another. It holds weights and nothing that happens: forward and backward only return."""

    def __init__(self, layers: Sequence[Layer], *, seed: int = 0, dtype: str = "float64", features: int | None = None) -> None:
        """features: the length of the input vectors, when the first layer takes vectors and not tokens."""
        self.dtype = require_dtype(dtype)
        self.layers = _build(layers, features, np.random.default_rng(require_seed(seed)), self.dtype)
        self._sequences = all(layer.keeps_timesteps for layer in self.layers)
        self.features = self.layers[0].width if features is None else features

    def count_params(self) -> int:
        """How many numbers the weights hold."""
        return sum(weight.size for weight in _weights(self.layers))

    def summary(self) -> str:
        """The table that Keras prints: every layer with its output shape and its parameters."""
        return summary(self.layers, self.dtype)

    def get_weights(self) -> list[Array]:
        """Copies, layer by layer, in Keras's order: kernel, recurrent_kernel, bias."""
        return [weight.copy() for weight in _weights(self.layers)]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Copies the same list back. Complex weights make every result complex. Traces keep the weights they ran with."""
        self.layers = _with_weights(self.layers, weights, self.dtype)

    def forward(
        self,
        x: ArrayLike,
        initial_state: Sequence[ArrayLike | Sequence[ArrayLike]] | None = None,
        mask: ArrayLike | None = None,
        *,
        dropout_seed: int | None = None,
    ) -> Trace:
        """x: tokens (batch, timesteps) or vectors (batch, timesteps, features); initial_state per recurrent layer (batch, units), for an
        LSTM the pair (h, c); mask (batch, timesteps): False where states stand still, as an Embedding with mask_zero says by itself.

        dropout_seed: what the Dropout layers drop, as in training; None: nothing, a run that only looks."""
        rng = None if dropout_seed is None else np.random.default_rng(require_seed(dropout_seed, "dropout_seed"))
        stack = self.layers
        flow = time_major_input(x, stack[0], self.features)
        states: Sequence[State] = [()] * len(stack)
        kinds = [flow.dtype.kind]
        if initial_state is not None:
            states = per_layer_state(initial_state, stack, flow.shape[1])
            kinds += [part.dtype.kind for state in states for part in state]
        if "c" in kinds:
            stack = _with_weights(stack, _weights(stack), np.result_type(self.dtype, 1j))
        if flow.ndim == 3:
            flow = flow.astype(stack[0].dtype, copy=False)
        padded = stack[0].padded(flow) if mask is None else time_major_padding(mask, flow)

        flows, records, timesteps = [read_only(flow)], [], range(len(flow))
        for layer, state in zip(stack, states, strict=True):
            if rng is not None and isinstance(layer, Dropout):
                record, flow = layer.drop(flow, timesteps, rng)
            else:
                record, flow = layer.forward(flow, timesteps, state, padded)
            if len(flow) < len(timesteps):
                timesteps = timesteps[-len(flow) :]
            records.append(record)
            flows.append(flow)
        return Trace(stack, tuple(flows), tuple(records), self._sequences, padded)

    def backward(
        self, trace: Trace, y: ArrayLike, loss: str, sample_weight: ArrayLike | None = None, *, window: int | None = None
    ) -> Gradients:
        """y (the shape of trace.output, or (batch,) for one unit) -> the loss, and its gradient at every number of the trace.

        sample_weight (batch,), or (batch, timesteps) where every timestep goes out: what each output's loss is multiplied with;
        window: truncated BPTT. The states are detached at every so many timesteps, counted from the end."""
        if window is not None:
            require_size("window", window)
        rule, target, weighting, value = self._measure(trace, y, loss, sample_weight)
        flow = rule.gradient(_entering(trace, rule), trace.flows[-1], target, weighting, trace.padded_outputs)

        records: list[LayerTrace] = []
        weights: list[Array] = []
        for layer, x, record in [*zip(trace.stack, trace.flows, trace.layers, strict=False)][::-1]:  # the last flow enters no layer
            enters_at_a = rule.activation is not None and not records
            if enters_at_a and isinstance(layer, Dense):
                d_record, d_weights, flow = layer.backward_from_a(x, record, flow)
            else:
                d_record, d_weights, flow = layer.backward(x, record, flow, window)
            records.append(d_record)
            weights[:0] = d_weights
        return Gradients(value, weights, tuple(records[::-1]), trace, target, rule, flow, window, weighting)

    def loss(self, trace: Trace, y: ArrayLike, loss: str, sample_weight: ArrayLike | None = None) -> Any:
        """The loss alone, without its gradients."""
        return self._measure(trace, y, loss, sample_weight)[-1]

    def fit(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        optimizer: Optimizer,
        loss: str,
        epochs: int,
        batch_size: int = 32,
        seed: int = 0,
        shuffle: bool = True,
        l2: float = 0.0,
        window: int | None = None,
        sample_weight: ArrayLike | None = None,
        mask: ArrayLike | None = None,
        resume: Epoch | None = None,
    ) -> Iterator[Epoch]:
        """Trains while it is iterated over: gives one Epoch after another, up to number `epochs`; the model holds the last one's weights.

        seed: with the number of an epoch, it decides the order of that epoch's examples and what is dropped; l2: see regularization.py;
        window, sample_weight: as in backward; resume: an Epoch to go on from, with the same arguments, as if there had been no pause."""
        plan = Plan(optimizer, loss, epochs, batch_size, seed, shuffle, l2, window)
        return train(self, Examples.of(x, y, sample_weight, mask), plan, resume)

    def _measure(self, trace: Trace, y: ArrayLike, loss: str, sample_weight: ArrayLike | None) -> tuple[Loss, Array, Array | None, Any]:
        self.require_own(trace)
        rule = find_loss(loss, trace.stack[-1])
        target = time_major_target(y, trace)
        padded = trace.padded_outputs
        require_targets(rule, target, padded)
        entering = _entering(trace, rule)
        weighting = None if sample_weight is None else time_major_weights(sample_weight, trace)
        return rule, target, weighting, rule.value(entering, target, weighting, padded)

    def require_own(self, trace: Trace) -> None:
        """An EngineError unless the trace comes from a model of the same layers."""
        if trace.stack != self.layers:
            raise EngineError("trace", f"`trace` must come from a model of the same layers. Received one of {trace.stack!r}.")


def _build(layers: Sequence[Layer], features: int | None, rng: np.random.Generator, dtype: DType) -> tuple[Layer, ...]:
    if all(layer.encodes or isinstance(layer, Dropout) for layer in layers):
        raise EngineError("layers", f"`layers` must hold at least one layer with weights. Received: {list(layers)!r}.")
    if (features is None) != layers[0].encodes:
        raise EngineError("features", "`features` must be given exactly when the first layer takes vectors and not tokens.")
    if features is not None:
        require_size("features", features)
    built: list[Layer] = []
    sequence = True
    for position, layer in enumerate(layers):
        if layer.encodes and position:
            raise EngineError("layers", f"{layer!r} takes tokens, so it must be the first layer. Received at place {position}.")
        if layer.states and not sequence:
            raise EngineError("return_sequences", _NO_SEQUENCE.format(position=position, layer=layer, width=built[-1].width))
        built.append(layer.build(built[-1].width if built else features or 0, rng, dtype))
        sequence = sequence and layer.keeps_timesteps
    return tuple(built)


_NO_SEQUENCE = (
    "Input 0 of layer {position}, {layer!r}, is incompatible with the layer: expected ndim=3, found ndim=2. "
    "Full shape received: (None, {width}). The recurrent layer below hands up its last state only: give it return_sequences=True."
)


def _entering(trace: Trace, rule: Loss) -> Array:
    """What the loss is computed from, (timesteps, batch, units), of the timesteps that go out."""
    return trace.layers[-1].rows(rule.entry(trace.stack[-1]))[-len(trace.flows[-1]) :]


def _weights(layers: Sequence[Layer]) -> list[Array]:
    return [weight for layer in layers for weight in layer.weights]


def _with_weights(layers: Sequence[Layer], weights: Sequence[ArrayLike], dtype: DType) -> tuple[Layer, ...]:
    counts = [len(layer.weights) for layer in layers]
    if len(weights) != sum(counts):
        raise EngineError("weights", f"`weights` must be a list of {sum(counts)} arrays. Received: {len(weights)}.")
    if any(np.iscomplexobj(weight) for weight in weights):
        dtype = np.result_type(dtype, 1j)
    rest = iter(weights)
    changed = tuple(layer.with_weights([next(rest) for _ in range(count)], dtype) for layer, count in zip(layers, counts, strict=True))
    for position, (old, new) in enumerate(zip(layers, changed, strict=True)):
        for name, before, after in zip(old.initializers, old.weights, new.weights, strict=True):
            if after.shape != before.shape:
                raise ShapeError.between(f"{name} of layer {position}", before.shape, after.shape)
    return changed
