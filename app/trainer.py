"""A process that trains: it reads one job from its standard input, writes what happens to its standard output, and ends.

Ours at both ends: nothing that a client sends is unpickled here."""

from __future__ import annotations

import math
import os
import pickle
import sys
import time
from dataclasses import dataclass
from typing import IO

import numpy as np

from app.datasets import DataSet
from app.histories import Record, size_of
from app.learning import batches, lessons, taught_by
from app.limits import most
from app.scenes import Scene, parse_scene
from app.traces import Taught
from engine import EngineError, Epoch
from engine.clipping import norm
from engine.training import Update

PROGRESS = 0.05  # s between two reports of progress inside an epoch
SPACED = 1.0  # s between two epochs that are handed over whole, where that is not cheap
CHEAP = 256 * 2**10  # bytes of an epoch that is always handed over
KINDNESS = 10  # a trace that somebody waits for goes first, and the frames of a page on the same machine


@dataclass(frozen=True, slots=True)
class Job:
    """Train the scene up to an update, from the beginning or from the end of an epoch."""

    scene: bytes
    dataset: bytes
    updates: int
    resume: Epoch | None

    @classmethod
    def of(cls, scene: Scene, dataset: DataSet, updates: int, resume: Epoch | None) -> Job:
        """Scene and data set as the other side reads them: its own validation is part of what it knows."""
        return cls(scene.canonical, dataset.canonical, updates, resume)


@dataclass(frozen=True, slots=True)
class Progress:
    """Inside an epoch: so many of its batches are done, and the loss of the last of them."""

    epoch: int
    batch: int
    batches: int
    loss: float


@dataclass(frozen=True, slots=True)
class Ended:
    """An epoch is done; whole: all that is needed to go on from it, where it is handed over."""

    record: Record
    whole: Epoch | None


@dataclass(frozen=True, slots=True)
class Diverged:
    """The numbers left the finite ones, in the engine's words."""

    detail: str


@dataclass(frozen=True, slots=True)
class Reached:
    """What the training came to at its last update."""

    taught: Taught


Message = Progress | Ended | Diverged | Reached


class Reporter:
    """Writes messages: all epochs, and not more of the rest than somebody can watch."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._told = self._handed_over = time.monotonic()

    def tell(self, update: Update, last: bool) -> None:
        """What an update did, if it is worth a message."""
        now = time.monotonic()
        if epoch := update.ended:
            whole = last or size_of(epoch) <= CHEAP or now - self._handed_over >= SPACED
            self._handed_over = now if whole else self._handed_over
            self.send(Ended(record_of(epoch), epoch if whole else None))
        elif now - self._told >= PROGRESS and math.isfinite(update.loss):
            self.send(Progress(update.epoch, update.batch, update.batches, update.loss))
        else:
            return
        self._told = now

    def send(self, message: Message) -> None:
        """One message, after its length."""
        body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
        self._out.write(len(body).to_bytes(8, "big") + body)
        self._out.flush()


def record_of(epoch: Epoch) -> Record:
    """What is told of an epoch, as plain numbers."""
    states = tuple(norm(norms) for norms in epoch.state_gradient_norms)
    return Record(epoch.epoch, epoch.loss, epoch.accuracy, states, tuple(map(float, epoch.weight_gradient_norms)))


def require_bounded(update: Update) -> None:
    """An EngineError once an epoch's weights have left what a scene may hold: they are on their way to infinity."""
    if update.ended and not np.isfinite([*map(norm, update.ended.state_gradient_norms), *update.ended.weight_gradient_norms]).all():
        message = (
            f"A gradient left the range of finite numbers in epoch {update.epoch}: take a smaller `learning_rate`, or fewer timesteps."
        )
        raise EngineError("learning_rate", message)
    if update.ended and max(np.abs(weight).max() for layer in update.layers for weight in layer.weights) > most("absolute_value"):
        message = f"Weights grew beyond {most('absolute_value'):,} in epoch {update.epoch}: take a smaller `learning_rate`, or clip."
        raise EngineError("learning_rate", message)


def train(job: Job, out: IO[bytes]) -> None:
    """Every epoch of the job, and what its last update left, as messages."""
    reporter = Reporter(out)
    scene, dataset = parse_scene(job.scene), DataSet.parse(job.dataset)
    each = batches(scene, dataset)
    epochs = math.ceil(job.updates / each)
    try:
        for update in lessons(scene, dataset, epochs, job.resume):
            require_bounded(update)
            reporter.tell(update, last=update.epoch == epochs)
            if (update.epoch - 1) * each + update.batch == job.updates:
                reporter.send(Reached(taught_by(update)))
                return
    except EngineError as error:
        reporter.send(Diverged(str(error)))


def main() -> None:
    """The job from standard input; what happens to standard output."""
    if hasattr(os, "nice"):
        os.nice(KINDNESS)
    train(pickle.load(sys.stdin.buffer), sys.stdout.buffer)
