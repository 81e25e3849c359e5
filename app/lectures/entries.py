"""The log of a lecture: what an entry is, and the kinds that there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SCENE_ID = re.compile(r"[0-9a-f]{64}")

# Every kind of a durable event, and what has happened then.
KINDS = {
    "scene": "Another scene is shown.",
    "view": "The playhead, the selection or another part of the view has changed.",
    "poll opened": "A question is asked, and may be answered from now on.",
    "poll closed": "A question takes no more answers.",
    "poll revealed": "The answer to a question is shown, and how many gave which.",
    "frozen": "The class's screens stay as they are, or follow again.",
    "blanked": "The class's screens are empty, or shown again.",
    "presenter changed": "Another device presents from now on.",
    "ended": "The lecture is over.",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A durable event. Epoch and offset together name one entry and no other, ever."""

    epoch: str
    offset: int
    kind: str
    body: dict[str, Any]
    at: float  # seconds since 1970, by the clock of the server that took it


def encoded(body: dict[str, Any]) -> str:
    """A body as it is stored."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def names_of(body: Mapping[str, Any]) -> Iterator[str]:
    """The scenes of a body: what is shown, and what it is compared with after an edit."""
    for name in (body.get("scene"), (body.get("view") or {}).get("base")):
        if isinstance(name, str) and SCENE_ID.fullmatch(name):
            yield name
