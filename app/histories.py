"""What trainings have been through: what every epoch measured, and of as many epochs as there is room for all that is needed to go on."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import rfc8785

import engine
from app.scenes import Scene
from engine import Epoch
from engine.types import Array

OVERHEAD = 8 * 2**10  # bytes of the objects of an epoch or a history, beside their numbers
LEARNT = ("vocabulary", "layers", "weights", "loss", "optimizer", "window", "l2")  # what decides a training; the rest is what is looked at


@dataclass(frozen=True, slots=True)
class Record:
    """What an epoch measured; gradient norms are one for each recurrent layer, over all its states, and one for each weight."""

    epoch: int
    loss: float
    accuracy: float | None
    gradient_norms: tuple[float, ...]
    weight_gradient_norms: tuple[float, ...]

    def document(self) -> dict[str, Any]:
        """As an event has it."""
        return asdict(self)


@dataclass(slots=True)
class History:
    """One training, epoch by epoch, from 1; fits: its data set was found to fit its scene."""

    records: dict[int, Record] = field(default_factory=dict)
    epochs: dict[int, Epoch] = field(default_factory=dict)
    fits: bool = False

    def before(self, epoch: int) -> Epoch | None:
        """The last epoch up to this one that can be gone on from."""
        known = [number for number in self.epochs if number <= epoch]
        return self.epochs[max(known)] if known else None

    def thin_out(self) -> int:
        """Forgets every other epoch, but not the newest, and gives the bytes that are free now; those between are computed again from the
        one before."""
        forgotten = sorted(self.epochs)[-2::-2]
        return sum(size_of(self.epochs.pop(number)) for number in forgotten)

    @property
    def size(self) -> int:
        """What it costs to keep, in bytes."""
        return OVERHEAD + sum(map(size_of, self.epochs.values()))


@dataclass(frozen=True, slots=True)
class Past:
    """A training as far as a scene has come: what every epoch measured, and the weights, in the order of get_weights, after those epochs
    of which they are known; the last is among them."""

    records: Sequence[Record]
    weights: Mapping[int, Sequence[Array]]


class Histories:
    """The histories of the trainings that were used last, in so many bytes."""

    def __init__(self, most_bytes: int) -> None:
        self.bytes = 0
        self._most = most_bytes
        self._kept: OrderedDict[str, History] = OrderedDict()

    def of(self, scene: Scene) -> History:
        """Of the training of this scene, however far the scene has come in it."""
        return self.at(training_key(scene))

    def at(self, key: str) -> History:
        """By the training's key; it is the last used now."""
        if key not in self._kept:
            self._kept[key] = History()
            self.bytes += OVERHEAD
            self._bound()
        self._kept.move_to_end(key)
        return self._kept[key]

    def keep(self, key: str, record: Record, whole: Epoch | None) -> None:
        """What an epoch measured, and the epoch itself where it was handed over."""
        history = self.at(key)
        history.records[record.epoch] = record
        if whole and record.epoch not in history.epochs:
            history.epochs[record.epoch] = whole
            self.bytes += size_of(whole)
            self._bound()

    def _bound(self) -> None:
        """Forgets what there is no room for, of the longest unused first; of the last used the newest epoch stays."""
        while self.bytes > self._most:
            oldest = next(iter(self._kept.values()))
            if len(oldest.epochs) > 1:
                self.bytes -= oldest.thin_out()
            elif len(self._kept) > 1:
                self.bytes -= self._kept.popitem(last=False)[1].size
            else:
                return


def size_of(epoch: Epoch) -> int:
    """Bytes of the weights, of what the optimizer remembers, and of the objects around them."""
    return OVERHEAD + sum(
        array.nbytes for array in (*weights_of(epoch), *(each for arrays in epoch.optimizer_state.numbers.values() for each in arrays))
    )


def weights_of(epoch: Epoch) -> list[Array]:
    """The weights at its end, in the order of get_weights; not to be written to."""
    return [weight for layer in epoch.layers for weight in layer.weights]


def training_key(scene: Scene) -> str:
    """The same for all scenes that are moments of one training, under one engine: what another engine learnt is computed anew."""
    document = {name: value for name, value in scene.document().items() if name in LEARNT}
    weights = document["weights"]
    training = {name: value for name, value in weights["training"].items() if name not in ("updates", "edits")}
    kept = {
        "engine": engine.__version__,
        **document,
        "weights": {"seed": weights["seed"], "edits": weights.get("edits", {}), "training": training},
    }
    return hashlib.sha256(rfc8785.dumps(kept)).hexdigest()
