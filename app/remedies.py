"""What is done against gradients that vanish or explode: each remedy as a function that changes the document of a scene."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.scene_fields import CLIPPING
from app.scenes import Scene

Document = dict[str, Any]

CLIP = 1.0
LEARNT = ("steps", "training")  # fields of the weights
CELL_FIELDS = ("units", "return_sequences", "recurrent_initializer", "dropout")  # what every kind of recurrent layer has


def remedied(scene: Scene, name: str) -> Scene:
    """The scene, as it begins, with the remedy of this name; a problem if it then breaks a rule, such as its budget."""
    return Scene.model_validate(REMEDIES[name](untrained(scene).document()))


def untrained(scene: Scene) -> Scene:
    """The scene before it has learnt anything: what another network has learnt would fit no other."""
    document = scene.document()
    weights = {field: value for field, value in document["weights"].items() if field not in LEARNT}
    return scene if weights == document["weights"] else Scene.model_validate(document | {"weights": weights})


def clipped(scene: Document) -> Document:
    """All gradients of weights shortened together to a norm of 1; those of the cells stay as they are."""
    kept = {name: value for name, value in scene["optimizer"].items() if name not in CLIPPING}
    return scene | {"optimizer": kept | {"global_clipnorm": CLIP}}


def identity(scene: Document) -> Document:
    """Recurrent kernels that begin as the identity, with relu (Le, Jaitly and Hinton 2015): with tanh the states that add up would
    saturate, and the gradient be the worse for it."""
    begun = _beginning(scene, {"type": "identity"})
    return begun | {"layers": [layer | {"activation": "relu"} if layer["type"] == "SimpleRNN" else layer for layer in begun["layers"]]}


def orthogonal(scene: Document) -> Document:
    """Recurrent kernels that begin orthogonal: no direction is shortened, until a slope shortens it."""
    return _beginning(scene, {"type": "orthogonal"})


def lstm(scene: Document) -> Document:
    """An LSTM in place of every recurrent layer."""
    return _of_cells(scene, "LSTM")


def gru(scene: Document) -> Document:
    """A GRU in place of every recurrent layer."""
    return _of_cells(scene, "GRU")


def every_timestep(scene: Document) -> Document:
    """An output, and so a part of the loss, at every timestep, with the scene's label at each."""
    *below, top, output = scene["layers"]
    return scene | {"layers": [*below, top | {"return_sequences": True}, output]}


def shorter(scene: Document) -> Document:
    """The second half of the sentence."""
    dropped = len(scene["sentence"]) // 2
    changed = {"sentence": scene["sentence"][dropped:], "inputs": {}}
    for field in ("label", "sample_weight"):
        if isinstance(scene.get(field), list):
            changed[field] = scene[field][dropped:]
    for address, value in scene.get("inputs", {}).items():
        _, timestep, _, place = address.split("/")
        if int(timestep) > dropped:
            changed["inputs"][f"input/{int(timestep) - dropped}/x/{place}"] = value
    return scene | changed


REMEDIES: dict[str, Callable[[Document], Document]] = {
    "clipping": clipped,
    "identity": identity,
    "orthogonal": orthogonal,
    "LSTM": lstm,
    "GRU": gru,
    "every timestep": every_timestep,
    "shorter": shorter,
}


def _beginning(scene: Document, start: Document) -> Document:
    layers = [layer | {"recurrent_initializer": start} if _is_recurrent(layer) else layer for layer in scene["layers"]]
    return _without_edits(scene, lambda layer, name: name == "recurrent_kernel") | {"layers": layers}


def _of_cells(scene: Document, kind: str) -> Document:
    """What was set by hand in the layers that are replaced goes with them; of initial states h stays."""
    layers = [
        {"type": kind} | {field: layer[field] for field in CELL_FIELDS if field in layer} if _is_recurrent(layer) else layer
        for layer in scene["layers"]
    ]
    changed = _without_edits(scene, lambda layer, name: layer.isdecimal()) | {"layers": layers}
    if scene.get("initial_state"):
        h = [state["h"] if isinstance(state, dict) else state for state in scene["initial_state"]]
        changed["initial_state"] = [{"h": part, "c": [0.0] * len(part)} for part in h] if kind == "LSTM" else h
    return changed


def _is_recurrent(layer: Document) -> bool:
    return "return_sequences" in layer


def _without_edits(scene: Document, replaced: Callable[[str, str], bool]) -> Document:
    """Without what was set by hand in weights that begin anew."""
    edits = {address: value for address, value in scene["weights"].get("edits", {}).items() if not replaced(*address.split("/")[:2])}
    return scene | {"weights": scene["weights"] | {"edits": edits}}
