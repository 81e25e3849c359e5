"""Every table that the page reads, as one JSON document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from app.keys import KEYS
from app.languages import ENGLISH, LANGUAGES, Language
from app.limits import limits_document
from app.networks import OPTIMIZERS
from app.notation import NOTATIONS
from app.presets import ORDER_MATTERS, PRESETS, REVIEWS
from app.scene_fields import CLIPPING
from app.scenes import default_scene
from app.shipped_datasets import shipped_by_id
from app.words_late import is_late
from engine import GRU, LSTM, Dense, Embedding, SimpleRNN
from engine.activations import ELEMENTWISE
from engine.initializers import RECURRENT_INITIALIZERS
from engine.losses import LOSSES
from engine.optimizers import Optimizer
from engine.quantities import QUANTITIES, forward_quantities

ELSEWHERE = ("worksheet.", "chart", "plans.")  # words of a sheet of paper, of charts and of plans: the page does not begin with them
WEIGHTED = (Embedding, SimpleRNN, LSTM, GRU, Dense)


def operations(layer: str) -> dict[str, list[str]]:
    """The quantities that a cell passes through, forward, and backward from the parts that arrive down to the pre-activation."""
    forward = list(forward_quantities(layer))
    parts = [quantity.name for quantity in QUANTITIES[layer] if quantity.role == "part"]
    return {"forward": forward, "backward": [*parts, *reversed(forward)]}


def options(rule: Callable[[], Optimizer]) -> list[tuple[str, float | bool]]:
    """What an optimizer can be told beside clipping, with Keras's defaults, the rate first."""
    return [(name, value) for name, value in asdict(rule()).items() if name not in CLIPPING]


def page_tables(language: Language = ENGLISH) -> dict[str, Any]:
    """What index.html carries in its script element `tables`, in a language; the names in code are the same in all of them."""
    return {
        "words": {key: sentence for key, sentence in language.words.items() if not is_late(key) and not key.startswith(ELSEWHERE)},
        "languages": {code: each.name for code, each in LANGUAGES.items()},
        "keys": [{**key, "label": language.label(key["label"])} for key in KEYS],
        "notations": NOTATIONS,
        "operations": {layer: operations(layer) for layer in QUANTITIES},
        "weights": {layer.__name__: list(layer.initializers) for layer in WEIGHTED},
        "gates": {layer.__name__: list(layer.gates) for layer in WEIGHTED},
        "activations": list(ELEMENTWISE),
        "losses": {loss.name: loss.activation for loss in LOSSES.values()},
        "optimizers": {name: options(rule) for name, rule in OPTIMIZERS.items()},
        "clipping": CLIPPING,
        "initializers": {name: asdict(start()) for name, start in RECURRENT_INITIALIZERS.items()},
        "quantities": {
            layer: [{**asdict(quantity), "label": language.label(quantity.label)} for quantity in quantities]
            for layer, quantities in QUANTITIES.items()
        },
        "datasets": list(shipped_by_id()),
        "limits": limits_document(),
        "reviews": REVIEWS,
        "scene": default_scene().document(),
        "presets": [
            {"name": language.label(name), "scene": scene.document(), "reviews": ORDER_MATTERS if name == "order matters" else REVIEWS}
            for name, scene in PRESETS.items()
        ],
    }
