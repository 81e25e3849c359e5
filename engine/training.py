"""Training, as a row of values: every epoch follows from the one before it, so that any of them can be gone on from, bit by bit."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.arguments import require_seed
from engine.clipping import norm
from engine.errors import EngineError, ShapeError
from engine.hyperparameters import require_number
from engine.layers import Layer
from engine.layers.layer import require_size
from engine.optimizers import Optimizer, OptimizerState
from engine.regularization import penalty, with_penalty
from engine.trace import Gradients
from engine.types import Array, ArrayLike, read_only

if TYPE_CHECKING:
    from engine.sequential import Sequential


@dataclass(frozen=True, slots=True, eq=False)
class Epoch:
    """What an epoch did, and all that is needed to go on from its end. The first is epoch 1.

    loss, accuracy: over all examples, each measured before the update of its batch; accuracy counts outputs by their weights, none at
    padding, and is None where they are plain numbers.
    state_gradient_norms: per recurrent layer (timesteps,), the norm of dL/dh_t over the batch; weight_gradient_norms (weights,), before
    clipping, in the order of get_weights. Both are means over the epoch's batches.
    """

    epoch: int
    loss: float
    accuracy: float | None
    state_gradient_norms: tuple[Array, ...]
    weight_gradient_norms: Array
    layers: tuple[Layer, ...] = field(repr=False)
    optimizer_state: OptimizerState = field(repr=False)

    @property
    def weights(self) -> list[Array]:
        """Copies of the weights at the end of this epoch, in the order of get_weights."""
        return [weight.copy() for layer in self.layers for weight in layer.weights]


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """What one update did: batch (from 1) of so many batches of an epoch (from 1), its loss before it, and all that is needed to go on.

    ended: what the whole epoch did, if this was its last batch."""

    epoch: int
    batch: int
    batches: int
    loss: float
    layers: tuple[Layer, ...] = field(repr=False)
    optimizer_state: OptimizerState = field(repr=False)
    ended: Epoch | None


class Examples(NamedTuple):
    """What is learnt from, one row each, as Sequential.forward and backward take it."""

    x: Array
    y: Array
    sample_weight: Array | None
    mask: Array | None

    @classmethod
    def of(cls, x: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, mask: ArrayLike | None) -> Examples:
        """Our own copies; an EngineError unless there are as many rows of each, and one at least."""
        examples = cls(np.array(x), np.array(y), *(None if rows is None else np.array(rows) for rows in (sample_weight, mask)))
        count = len(examples.x) if examples.x.ndim else 0
        if not count:
            raise ShapeError.between("x", ("batch", "timesteps", "..."), examples.x.shape)
        for name, rows in examples._asdict().items():
            if rows is not None and (not rows.ndim or len(rows) != count):
                raise ShapeError.between(name, (count, "..."), rows.shape)
        return examples

    def at(self, places: Array | slice) -> Examples:
        """Some of the rows."""
        return Examples(self.x[places], self.y[places], *(None if rows is None else rows[places] for rows in self[2:]))


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train."""

    optimizer: Optimizer
    loss: str
    epochs: int
    batch_size: int
    seed: int
    shuffle: bool
    l2: float
    window: int | None

    def __post_init__(self) -> None:
        require_optimizer(self.optimizer)
        require_size("epochs", self.epochs)
        require_size("batch_size", self.batch_size)
        require_seed(self.seed)
        require_number("l2", self.l2)

    def batches(self, epoch: int, count: int) -> list[Array]:
        """The places of each batch's examples; the last may be shorter. An epoch's order follows from the seed and its number alone."""
        order = np.random.default_rng([self.seed, epoch]).permutation(count) if self.shuffle else np.arange(count)
        return [order[start : start + self.batch_size] for start in range(0, count, self.batch_size)]

    def dropout_seed(self, epoch: int, batch: int) -> int:
        """What the Dropout layers drop in this batch follows from the seed and the places alone, as its order does."""
        return int(np.random.default_rng([self.seed, epoch, batch]).integers(2**32))


def require_optimizer(optimizer: object) -> None:
    """An EngineError unless it is an optimizer: its name or its class alone has no learning rate."""
    if not isinstance(optimizer, Optimizer):
        message = f"`optimizer` must be one with its settings, such as Adam(learning_rate=0.01). Received: {optimizer!r}."
        raise EngineError("optimizer", message)


class Batch(NamedTuple):
    """What one update measured."""

    examples: int
    loss: float
    right: float
    judged: float
    state_gradient_norms: list[Array]
    weight_gradient_norms: list[float]


def train(model: Sequential, examples: Examples, plan: Plan, resume: Epoch | None) -> Iterator[Epoch]:
    """Checks what can be checked, and gives the epochs, which are computed one by one as they are asked for."""
    return (update.ended for update in updates(model, examples, plan, resume) if update.ended is not None)


def updates(model: Sequential, examples: Examples, plan: Plan, resume: Epoch | None) -> Iterator[Update]:
    """The same, update by update: the last of an epoch's batches carries the Epoch."""
    first = examples.at(slice(1))
    model.loss(model.forward(first.x, mask=first.mask), first.y, plan.loss, first.sample_weight)
    if resume is not None and resume.layers != model.layers:
        raise EngineError("resume", f"`resume` must be an epoch of a model of the same layers. Received one of {resume.layers!r}.")
    return _updates(model, examples, plan, resume)


def _updates(model: Sequential, examples: Examples, plan: Plan, resume: Epoch | None) -> Iterator[Update]:
    """The model itself moves only at the end of an epoch, so it always holds the weights of the last one given."""
    learner = copy.copy(model)
    state, done = plan.optimizer.start(model.get_weights()), 0
    if resume is not None:
        learner.set_weights(resume.weights)
        state, done = resume.optimizer_state, resume.epoch
    for number in range(done + 1, plan.epochs + 1):
        batches: list[Batch] = []
        places = plan.batches(number, len(examples.x))
        for place, chosen in enumerate(places):
            with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is found at the end of the epoch, and said in our words
                batch, state = _update(learner, examples.at(chosen), plan, state, plan.dropout_seed(number, place))
            batches.append(batch)
            ended = _summed(number, batches, learner.layers, state) if len(batches) == len(places) else None
            if ended is not None:
                model.layers = learner.layers
            yield Update(number, len(batches), len(places), batch.loss, learner.layers, state, ended)


def _update(learner: Sequential, examples: Examples, plan: Plan, state: OptimizerState, dropout_seed: int) -> tuple[Batch, OptimizerState]:
    """Forward, backward, and one step of the optimizer."""
    trace = learner.forward(examples.x, mask=examples.mask, dropout_seed=dropout_seed)
    gradients = learner.backward(trace, examples.y, plan.loss, examples.sample_weight, window=plan.window)
    loss, d_weights = float(gradients.loss), gradients.weights
    if plan.l2:
        loss += float(penalty(trace.stack, plan.l2))
        d_weights = with_penalty(d_weights, trace.stack, plan.l2)
    weights, state = plan.optimizer.update(trace.weights, d_weights, state)
    learner.set_weights(weights)
    right, judged = gradients.rule.judge(trace.flows[-1], gradients.target, gradients.sample_weight, trace.padded_outputs)
    return Batch(len(examples.x), loss, right, judged, state_gradient_norms(gradients), [*map(norm, d_weights)]), state


def state_gradient_norms(gradients: Gradients) -> list[Array]:
    """Per recurrent layer (timesteps,): the norm of dL/dh_t over batch and units."""
    pairs = zip(gradients.trace.stack, gradients.layers, strict=True)
    states = [record.rows(layer.output) for layer, record in pairs if layer.states]
    return [np.sqrt(np.square(d_h).sum(axis=(1, 2))) for d_h in states]


def _summed(number: int, batches: Sequence[Batch], layers: tuple[Layer, ...], state: OptimizerState) -> Epoch:
    """The epoch of these updates; an EngineError if its numbers left the finite ones."""
    examples, judged = sum(batch.examples for batch in batches), sum(batch.judged for batch in batches)
    loss = math.fsum(batch.examples * batch.loss for batch in batches) / examples if _finite(batches, layers) else math.nan
    if not math.isfinite(loss):
        message = f"Training left the range of finite numbers in epoch {number}: take a smaller `learning_rate`, or clip the gradients."
        raise EngineError("learning_rate", message)
    accuracy = sum(batch.right for batch in batches) / judged if judged else None
    per_layer = zip(*(batch.state_gradient_norms for batch in batches), strict=True)
    state_norms = tuple(read_only(np.mean(norms, axis=0)) for norms in per_layer)
    weight_norms = read_only(np.mean([batch.weight_gradient_norms for batch in batches], axis=0))
    return Epoch(number, loss, accuracy, state_norms, weight_norms, layers, state)


def _finite(batches: Sequence[Batch], layers: Sequence[Layer]) -> bool:
    return all(math.isfinite(batch.loss) for batch in batches) and all(
        np.isfinite(weight).all() for layer in layers for weight in layer.weights
    )
