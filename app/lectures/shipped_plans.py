"""The plans that come with Unrolled, in every language: now one, the notes' lecture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from app.languages import Language
from app.lectures.plans import Plan, Prepared, Step
from app.presets import PRESETS
from app.scenes import Scene, default_scene

Document = dict[str, Any]

KERAS_ERROR = (
    "ValueError: Input 0 with name 'None' of layer 'simple_rnn_1' is incompatible with the layer: expected ndim=3, found ndim=2. "
    "Full shape received: (None, 3)"
)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, whose sentences stand in the words of its step: ask and why, and the names of choices that are words."""

    kind: str
    answer: str | None
    choices: Sequence[str] = ()
    named: bool = False  # are the choices keys of words?
    cell: Document | None = None
    tolerance: float | None = None
    filled: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stop:
    """A step of a plan by its key in the words: what is shown, how, and what is asked."""

    key: str
    scene: Document
    view: Mapping[str, str]
    ask: Ask | None = None


def _changed(scene: Scene, **sequences: bool) -> Document:
    """The toy with other `return_sequences`: lower and upper."""
    document = scene.document()
    for layer, name in zip(document["layers"], ("lower", "upper"), strict=False):
        layer["return_sequences"] = sequences.get(name, layer["return_sequences"])
    return document


TOY = default_scene().document()
EVERY = _changed(default_scene(), upper=True)
BROKEN = _changed(default_scene(), lower=False, upper=True)
SHOWN = {name: scene.document() for name, scene in PRESETS.items()}
KERAS = SHOWN["the notes' Keras stack"]

NOTES: Sequence[Stop] = (
    Stop("deep", TOY, {}),
    Stop("reviews", TOY, {}),
    Stop("onehot", TOY, {"step": "words.input.3"}),
    Stop("time", TOY, {"step": "forward.1.1"}, Ask("choice", "either", ("above", "after", "either"), named=True)),
    Stop("kernel", TOY, {"step": "forward.1.1"}, Ask("shape", "3×2", ("2×2", "2×3", "3×2", "3×3"))),
    Stop("shapes", TOY, {"step": "forward.1.1", "shapes": "1"}),
    Stop(
        "sign",
        TOY,
        {"step": "forward.1.2"},
        Ask("sign", "negative", cell={"layer": "2", "timestep": 2, "unit": 1}, filled={"value": "\u22120.0820"}),
    ),
    Stop("formula", TOY, {"step": "forward.2.2", "pinned": "2,2", "beside": "keras"}),
    Stop(
        "verdict",
        TOY,
        {"step": "forward.2.3"},
        Ask("number", "0.4051", cell={"layer": "output", "timestep": 3}, tolerance=0.1, filled={"value": "0.4051"}),
    ),
    Stop("blame", TOY, {"step": "backward.2.2"}, Ask("edge", "both", cell={"layer": "1", "timestep": 2, "gradient": True})),
    Stop("update", TOY, {"step": "update.1"}),
    Stop("code", KERAS, {"tab": "code"}),
    Stop("embedding", KERAS, {}, Ask("count", "320000", ("32000", "320000", "3200000"))),
    Stop("counts", KERAS, {}, Ask("count", "190", ("37", "165", "185", "190"))),
    Stop(
        "sequences",
        EVERY,
        {"step": "output.output"},
        Ask("choice", "error", ("last", "same", "error"), named=True, filled={"error": KERAS_ERROR}),
    ),
    Stop("error", TOY, {"draft": json.dumps(BROKEN, separators=(",", ":"))}),
    Stop("lstm", SHOWN["deep LSTM"], {"step": "forward.2.2", "pinned": "1,2"}, Ask("words", None)),
    Stop("gru", SHOWN["deep GRU"], {}, Ask("count", "72", ("63", "72", "84"))),
    Stop("mixed", SHOWN["mixed"], {"step": "output.output"}),
    Stop("warning", SHOWN["order matters"], {}, Ask("choice", "no", ("yes", "no"), named=True)),
)

SHIPPED: Mapping[str, Sequence[Stop]] = {"notes": NOTES}


@cache
def shipped_plan(name: str, language: Language) -> Plan:
    """The plan of this name, in a language."""
    start = f"plans.{name}"
    steps = [
        Step(
            title=language.words[f"{start}.{stop.key}"],
            scene=stop.scene,
            view=dict(stop.view),
            notes=language.words[f"{start}.{stop.key}.notes"],
            question=_question(f"{start}.{stop.key}", stop.ask, language) if stop.ask else None,
        )
        for stop in SHIPPED[name]
    ]
    return Plan(unrolled="plan", version=1, title=language.words[start], steps=tuple(steps))


def _question(key: str, ask: Ask, language: Language) -> Prepared:
    def named(choice: str) -> str:
        return language.words[f"{key}.{choice}"] if ask.named else choice

    return Prepared.model_validate(
        {
            "kind": ask.kind,
            "text": language.words[f"{key}.ask"],
            "choices": [named(choice) for choice in ask.choices],
            "cell": ask.cell,
            "tolerance": ask.tolerance,
            "answer": ask.answer and named(ask.answer),
            "why": language.words[f"{key}.why"].format(**ask.filled),
        }
    )


def keys_of_words() -> set[str]:
    """Every sentence that the plans are made of."""
    return {
        key
        for name, stops in SHIPPED.items()
        for stop in stops
        for key in (
            f"plans.{name}",
            f"plans.{name}.{stop.key}",
            f"plans.{name}.{stop.key}.notes",
            *_keys(f"plans.{name}.{stop.key}", stop.ask),
        )
    }


def _keys(start: str, ask: Ask | None) -> list[str]:
    if ask is None:
        return []
    return [f"{start}.{part}" for part in ("ask", "why", *(ask.choices if ask.named else ()))]
