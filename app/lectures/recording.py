"""A lecture as one file: its log, and every scene that it shows."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from app.lectures.room import Room
from app.lectures.storage import LectureStorage
from app.store import Store

VERSION = 1
READ_AT_ONCE = 10_000


async def recording(room: Room, storage: LectureStorage, scenes: Store) -> dict[str, Any]:
    """The whole log, in the order in which it happened; a scene that is stored no more is left out."""
    entries: list[dict[str, Any]] = []
    while more := await storage.read(room.code, len(entries), READ_AT_ONCE):
        entries += [asdict(entry) for entry in more]
    shown = dict.fromkeys(entry["body"]["scene"] for entry in entries if "scene" in entry["body"])
    known = {name: await scenes.get(name) for name in shown}
    return {
        "unrolled": "recording",
        "version": VERSION,
        "title": room.state.title,
        "code": room.code,
        "entries": entries,
        "scenes": {name: json.loads(canonical) for name, canonical in known.items() if canonical},
    }
