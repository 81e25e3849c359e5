"""Every key that the page binds: the same table fills the list that `?` shows. `single` keys can be switched off."""

from __future__ import annotations

from typing import TypedDict


class Key(TypedDict):
    """One binding: the keys (KeyboardEvent.key), how they are written, the name of the command, and what it does, in words."""

    keys: list[str]
    names: list[str]
    command: str
    label: str
    single: bool


KEYS: list[Key] = [
    {"keys": [" "], "names": ["Space"], "command": "play", "label": "Play or pause", "single": True},
    {"keys": ["."], "names": ["."], "command": "stepForward", "label": "Step forward", "single": True},
    {"keys": [","], "names": [","], "command": "stepBack", "label": "Step back", "single": True},
    {
        "keys": ["n", "PageDown"],
        "names": ["N", "Page ↓"],
        "command": "planNext",
        "label": "In a lecture: next step of the plan",
        "single": True,
    },
    {
        "keys": ["b", "PageUp"],
        "names": ["B", "Page ↑"],
        "command": "planBack",
        "label": "In a lecture: previous step of the plan",
        "single": True,
    },
    {"keys": ["?"], "names": ["?"], "command": "showKeys", "label": "Show these keys", "single": True},
    {"keys": ["+", "="], "names": ["+"], "command": "zoomIn", "label": "Zoom in", "single": True},
    {"keys": ["-"], "names": ["−"], "command": "zoomOut", "label": "Zoom out", "single": True},
    {"keys": ["0"], "names": ["0"], "command": "zoomReset", "label": "The picture at its own size", "single": True},
    {"keys": ["p"], "names": ["P"], "command": "toPresenter", "label": "In a lecture: back to the presenter", "single": True},
    {"keys": ["Escape"], "names": ["Esc"], "command": "release", "label": "Let go of what is pinned", "single": False},
    {
        "keys": ["Control+z", "Meta+z"],
        "names": ["Ctrl Z", "⌘ Z"],
        "command": "undo",
        "label": "Undo the last change of the scene",
        "single": False,
    },
    {
        "keys": ["Control+Shift+z", "Meta+Shift+z", "Control+y"],
        "names": ["Ctrl Shift Z", "⌘ ⇧ Z"],
        "command": "redo",
        "label": "Redo it",
        "single": False,
    },
    {
        "keys": ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"],
        "names": ["↑", "↓", "←", "→"],
        "command": "grid",
        "label": "In the grid: move between cells",
        "single": False,
    },
    {
        "keys": ["PageUp", "PageDown"],
        "names": ["Page ↑", "Page ↓"],
        "command": "grid",
        "label": "In the grid: move by ten timesteps",
        "single": False,
    },
    {
        "keys": ["Shift+Arrows"],
        "names": ["Shift ↑ ↓ ← →"],
        "command": "grid",
        "label": "In the grid: move the picture",
        "single": False,
    },
    {"keys": ["Home", "End"], "names": ["Home", "End"], "command": "grid", "label": "In the grid: first or last timestep", "single": False},
    {"keys": ["Enter"], "names": ["Enter"], "command": "grid", "label": "In the grid: pin this cell", "single": False},
    {
        "keys": ["Shift+Enter"],
        "names": ["Shift Enter"],
        "command": "grid",
        "label": "In the grid: keep this cell beside others",
        "single": False,
    },
]
