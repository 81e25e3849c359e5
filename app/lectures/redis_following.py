"""What any process commits reaches the watchers of this one: in order, each once; and where something was lost, they are told."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Literal

from app.lectures.entries import Entry
from app.lectures.redis_calls import Calls, published_entry, record_of
from app.lectures.storage import Record
from app.lectures.watchers import Watchers
from app.redis_link import Link, Occasion
from app.redis_wire import ANSWER_SECONDS

PAGE = 10_000


@dataclass(slots=True, eq=False)
class Followed:
    """How far this process has come with a log."""

    status: Literal["new", "live", "behind", "broken"] = "new"
    epoch: str = ""
    position: int = 0
    heard: int = 0  # the newest offset that was spoken of
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    def go_on(self, record: Record) -> None:
        """From what this record says."""
        self.epoch, self.position, self.status = record.epoch, record.last, "live"
        self.begun.set()

    def takes(self, entry: Entry) -> bool:
        """Whether it is the next, and may be passed on as it comes."""
        return self.status == "live" and (entry.epoch, entry.offset) == (self.epoch, self.position + 1)

    def has(self, entry: Entry) -> bool:
        """Whether it was passed on already."""
        return self.status == "live" and entry.epoch == self.epoch and entry.offset <= self.position


class Following:
    """Every lecture that is watched here. Entries are published as they are committed; the offset tells what was missed, and it is read."""

    def __init__(self, link: Link, calls: Calls, watchers: Watchers) -> None:
        self._link = link
        self._calls = calls
        self._watchers = watchers
        self._followed: dict[str, Followed] = {}
        self._suspects: set[str] = set()
        link.attend(self._attend)

    def begin(self, code: str) -> None:
        """From now on."""
        self._followed.setdefault(code, Followed())
        self.suspect(code)

    def end(self, code: str) -> None:
        """Nobody watches any more."""
        if self._followed.pop(code, None):
            self._link.wake()

    def suspect(self, code: str) -> None:
        """Something about this log is to be looked at."""
        if code in self._followed:
            self._suspects.add(code)
            self._link.wake()

    def go_on(self, record: Record) -> None:
        """After a log was made anew; what others have added to it since is still to come."""
        if followed := self._followed.get(record.code):
            followed.go_on(record)
            self.suspect(record.code)

    async def begun(self, code: str) -> None:
        """Once this returns, what is committed arrives. TimeoutError."""
        if followed := self._followed.get(code):
            async with asyncio.timeout(ANSWER_SECONDS):
                await followed.begun.wait()

    def _heard(self, channel: str, message: bytes) -> None:
        code = channel.removeprefix(self._calls.channel)
        word, _, rest = message.decode().partition("\n")
        match word:
            case "entry":
                self._announced(code, published_entry(rest))
            case "told":
                self._watchers.soft(code, json.loads(rest))
            case _:  # "gone" or "renewed"
                self.suspect(code)

    def _announced(self, code: str, entry: Entry) -> None:
        followed = self._followed.get(code)
        if followed is None or followed.has(entry):
            return
        followed.heard = max(followed.heard, entry.offset)
        if followed.takes(entry):
            followed.position = entry.offset
            self._watchers.arrived(code, [entry])
        elif followed.status != "broken":  # then whoever watches was told, and will come back
            self.suspect(code)

    async def _attend(self, occasion: Occasion) -> None:
        """Listen first, look second: then nothing falls between."""
        suspects, self._suspects = self._suspects, set()
        await self._link.listen((self._calls.channel + code for code in self._followed), self._heard)
        codes = suspects & self._followed.keys() if occasion == "woken" else set(self._followed)
        async with asyncio.TaskGroup() as looks:
            for code in codes:
                looks.create_task(self._look(code, self._followed[code]))

    async def _look(self, code: str, followed: Followed) -> None:
        """Whether the log that is stored continues what was seen here; then what was missed arrives."""
        if followed.status == "new":
            return await self._start(code, followed)
        epoch, position = followed.epoch, followed.position  # an entry may arrive, or the log be made anew, before the answer is here
        word, rest = await self._calls.raw("peek", code)
        if self._followed.get(code) is not followed or followed.epoch != epoch:
            return
        if word == "gone":
            del self._followed[code]
            self._watchers.gone(code)
        elif word == "ok" and followed.status != "broken" and continues(epoch, position, stored := record_of(code, rest[0])):
            await self._catch_up(code, followed, stored.last)
        else:
            followed.status = "broken"
            self._watchers.broken(code)

    async def _start(self, code: str, followed: Followed) -> None:
        """Whoever knows nothing of a log yet takes it as it is."""
        record = await self._calls.find(code)
        if record and followed.status == "new":
            followed.go_on(record)
            await self._catch_up(code, followed, record.last)
        followed.begun.set()

    async def _catch_up(self, code: str, followed: Followed, last: int) -> None:
        """What was missed, up to the last that is spoken of."""
        followed.status = "behind" if followed.position < max(last, followed.heard) else "live"
        while followed.status == "behind":
            entries = await self._calls.read(code, followed.position, PAGE)
            if self._followed.get(code) is not followed or followed.status != "behind":
                return
            if any(entry.epoch != followed.epoch for entry in entries[:1]):
                return self.suspect(code)
            if entries:
                followed.position = entries[-1].offset
                self._watchers.arrived(code, entries)
            if not entries or followed.position >= followed.heard:
                followed.status = "live"


def continues(epoch: str, position: int, stored: Record) -> bool:
    """Whether a log goes on from there: an epoch lives no longer than the Redis that it was made in, and nothing is lost within one."""
    return stored.epoch == epoch and stored.last >= position
