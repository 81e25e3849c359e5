"""The scenes and the reviews that the page offers by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.scenes import Scene, default_scene

Document = dict[str, Any]


def review(sentence: str, label: int) -> Document:
    """A sentence and what it should be read as."""
    return {"sentence": sentence.split(), "label": label}


REVIEWS = [review("cat mat rat", 1), review("rat rat mat", 0), review("mat cat cat", 1)]

# The word cat alone decides the labels above; of two sentences of the same words no bag of words can tell which is which.
ORDER_MATTERS = [review("cat mat rat", 1), review("rat mat cat", 0)]

DENSE = {"type": "Dense", "units": 1, "activation": "sigmoid"}
EMBEDDING = {"type": "Embedding", "input_dim": 10_000, "output_dim": 32}


def scene(*layers: Document, reading: Document = REVIEWS[0], below: Sequence[Document] = ()) -> Scene:
    """The toy with other recurrent layers; all but the last hand up every timestep."""
    *lower, top = layers
    stack = [*below, *(layer | {"return_sequences": True} for layer in lower), top, DENSE]
    return Scene.model_validate({**default_scene().document(), **reading, "layers": stack})


def _deep(kind: str) -> Scene:
    return scene({"type": kind, "units": 3}, {"type": kind, "units": 2})


KERAS = tuple({"type": "SimpleRNN", "units": 5} for _ in range(2))

PRESETS: dict[str, Scene] = {
    "the notes' toy": default_scene(),
    "the notes' Keras stack": scene(*KERAS, below=[EMBEDDING]),
    "deep LSTM": _deep("LSTM"),
    "deep GRU": _deep("GRU"),
    "mixed": scene({"type": "LSTM", "units": 3}, {"type": "GRU", "units": 2}, {"type": "SimpleRNN", "units": 2}),
    "order matters": scene(*KERAS, reading=ORDER_MATTERS[1]),  # one-hot: both sentences are the same three vectors
}
