"""Scripts that are called, and what their answers are."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.lectures.entries import Entry, encoded
from app.lectures.storage import (
    CodeTaken,
    EpochChanged,
    FenceChanged,
    First,
    LectureEnded,
    LectureFull,
    Moved,
    PollClosed,
    Record,
    TooManyIdentities,
    UnknownLecture,
    UnknownParticipant,
    new_epoch,
)
from app.redis_link import Link

# The word that a script answers with -> what is raised, from the lecture's code and what else it says.
REFUSALS: dict[str, Callable[..., Exception]] = {
    "taken": CodeTaken,
    "unknown": UnknownLecture,
    "epoch": EpochChanged,
    "ended": LectureEnded,
    "full": LectureFull,
    "fence": lambda code, holder, fence: FenceChanged(holder, fence),
    "moved": lambda code, last: Moved(last),
    "closed": PollClosed,
    "participant": UnknownParticipant,
    "many": TooManyIdentities,
}


class Calls:
    """The scripts of a link, as functions that raise what is refused."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.channel = f"unrolled:{link.database}:"  # and the lecture's code; channels, unlike keys, are the same in all databases

    async def raw(self, script: str, code: str, *arguments: Any) -> tuple[str, list[Any]]:
        """The first word of a script's answer, and the rest."""
        word, *answer = json.loads(await self._link.call(script, self.channel, repr(time.time()), code, *arguments))
        return word, answer

    async def call(self, script: str, code: str, *arguments: Any) -> list[Any]:
        """What a script answers after `ok`, or what the other word means."""
        word, answer = await self.raw(script, code, *arguments)
        if word != "ok":
            raise REFUSALS[word](code, *answer)
        return answer

    async def find(self, code: str) -> Record | None:
        """The lecture's record, if it is there; where Redis was started anew, with a new epoch."""
        try:
            (fields,) = await self.call("find", code, new_epoch())
        except UnknownLecture:
            return None
        return record_of(code, fields)

    async def read(self, code: str, after: int, limit: int) -> list[Entry]:
        """What follows an offset, in order."""
        epoch, rows = await self.call("read", code, after, limit)
        return [entry_of(epoch, row) for row in rows]


def flat(first: First) -> list[str]:
    """Kind, body and poll of each, one after the other, as scripts take them."""
    return [text for kind, body in first for text in (kind, encoded(body), body.get("poll", ""))]


def record_of(code: str, fields: Mapping[str, str]) -> Record:
    """A record as its script has it."""
    return Record(
        code=code,
        epoch=fields["epoch"],
        last=int(fields["last"]),
        fence=int(fields["fence"]),
        holder=fields["holder"],
        session=fields["session"],
        created=float(fields["created"]),
        ended=fields["ended"] == "1",
        title=fields["title"],
    )


def entry_of(epoch: str, row: Sequence[Any]) -> Entry:
    """A row of the stream: its id, and names and values in turn."""
    name, (_, kind, _, body, _, at) = row
    return Entry(epoch, int(name.partition("-")[2]), kind, json.loads(body), float(at))


def published_entry(text: str) -> Entry:
    """An entry as it was published."""
    epoch, offset, kind, at, body = text.split("\n", 4)
    return Entry(epoch, int(offset), kind, json.loads(body), float(at))
