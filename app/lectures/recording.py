"""A lecture as one file: its log, and every scene that it shows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence

from app.answers import Representation
from app.computing import json_answer
from app.lectures.entries import Entry, names_of
from app.lectures.room import Room
from app.lectures.storage import LectureStorage, whole_log
from app.store import Store

VERSION = 1


async def recording(room: Room, storage: LectureStorage, scenes: Store) -> Representation:
    """The file, put together once for all who ask while nothing happens: when a lecture ends, everybody may."""
    place, made = room.recorded or (None, None)
    if made is None or place != (room.epoch, room.offset) or (made.done() and (made.cancelled() or made.exception())):
        made = asyncio.create_task(_made(room, storage, scenes))
        room.recorded = ((room.epoch, room.offset), made)
    return await asyncio.shield(made)


async def _made(room: Room, storage: LectureStorage, scenes: Store) -> Representation:
    """The whole log, in the order in which it happened; a scene that is stored no more is left out."""
    entries = await whole_log(storage, room.code)
    shown = dict.fromkeys(name for entry in entries for name in names_of(entry.body))
    known = {name: await scenes.get(name) for name in shown}
    return await asyncio.to_thread(_told, room.state.title, room.code, entries, known)  # an hour's log takes long


def _told(title: str, code: str, entries: Sequence[Entry], scenes: Mapping[str, bytes | None]) -> Representation:
    return json_answer(
        {
            "unrolled": "recording",
            "version": VERSION,
            "title": title,
            "code": code,
            "entries": [{field: getattr(entry, field) for field in Entry.__slots__} for entry in entries],
            "scenes": {name: json.loads(canonical) for name, canonical in scenes.items() if canonical},
        }
    )
