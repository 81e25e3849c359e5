"""A lecture as one file: its log, and every scene that it shows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.lectures.entries import Entry
from app.lectures.room import Room
from app.lectures.storage import LectureStorage, whole_log
from app.store import Store

VERSION = 1


async def recording(room: Room, storage: LectureStorage, scenes: Store) -> dict[str, Any]:
    """The whole log, in the order in which it happened; a scene that is stored no more is left out."""
    entries = await whole_log(storage, room.code)
    shown = dict.fromkeys(entry.body["scene"] for entry in entries if "scene" in entry.body)
    known = {name: await scenes.get(name) for name in shown}
    return await asyncio.to_thread(_document, room.state.title, room.code, entries, known)  # an hour's log takes long to copy


def _document(title: str, code: str, entries: Sequence[Entry], scenes: Mapping[str, bytes | None]) -> dict[str, Any]:
    return {
        "unrolled": "recording",
        "version": VERSION,
        "title": title,
        "code": code,
        "entries": [asdict(entry) for entry in entries],
        "scenes": {name: json.loads(canonical) for name, canonical in scenes.items() if canonical},
    }
