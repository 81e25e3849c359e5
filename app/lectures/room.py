"""A lecture in this process: its state, its last entries as bytes, and whoever listens here."""

from __future__ import annotations

import asyncio
import itertools
import random
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import engine
from app.answers import Representation
from app.events import event
from app.lectures.blocks import Block, link, soft
from app.lectures.entries import Entry
from app.lectures.listener import About, Listener
from app.lectures.news import News
from app.lectures.state import State
from app.lectures.storage import LectureStorage, Record
from app.outlet import Outlet

RECENT = 512  # entries that are kept as bytes; who has missed more gets the state instead
RECENT_BYTES = 256 * 2**10  # of them: as much as may wait for anyone
STUCK_SWEEPS = 4  # looks, 5 s apart: 20 s
RETRY = (500, 3000)  # ms: each client is told another wait
POSITION = re.compile(r"([\w-]{1,64}):(\d{1,9})", re.ASCII)

Reason = Literal["first", "epoch", "trimmed", "future", "slow"]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a client says it is: the last entry that it has."""

    epoch: str
    offset: int

    @classmethod
    def read(cls, text: str | None) -> Position | None:
        """As Last-Event-ID has it; what cannot be read is no position."""
        found = POSITION.fullmatch(text or "")
        return cls(found[1], int(found[2])) if found else None


def block_of(entry: Entry) -> Block:
    """An entry as every listener gets it."""
    data = {"offset": entry.offset, "at": entry.at, **entry.body}
    return Block.of(event(entry.kind.replace(" ", "_"), data, f"{entry.epoch}:{entry.offset}"), entry.offset)


class Room:
    """Publishing never waits for a listener, and a listener is welcomed and registered with nothing awaited between: it misses nothing."""

    def __init__(self, record: Record, storage: LectureStorage, gather: Callable[[Room], None]) -> None:
        self.code, self.epoch, self.created = record.code, record.epoch, record.created
        self.holder = record.session
        self.state = State(title=record.title, fence=record.fence, holder=record.holder)
        self.offset = 0
        self.lock = asyncio.Lock()  # one command at a time: each is judged by the state that the one before left
        self.listeners: dict[Listener, None] = {}  # in the order in which they came: a hand that is raised comes anew
        self.recent: deque[bytes] = deque()
        self.presenters: dict[str, str] = {}  # sessions that may present, and their names
        self.participants: set[str] = set()  # those who have come with their cookies
        self.news = News()  # until it is told
        self.recorded: tuple[tuple[str, int], asyncio.Task[Representation]] | None = None  # the file, and up to where
        self.last_used = 0.0
        self.closed = False
        self._last_word: Block | None = None
        self._storage = storage
        self._gather = gather
        self._recent_bytes = 0
        self._snapshots: dict[Reason, Block] = {}

    def arrived(self, entries: Sequence[Entry]) -> None:
        """Entries that are stored, in order: the state follows, and every listener is told."""
        for entry in entries:
            if entry.epoch != self.epoch or entry.offset != self.offset + 1:
                continue  # known already; a gap is closed by whoever finds it, before it publishes
            self.state = self.state.after(entry)
            self.offset = entry.offset
            self._snapshots.clear()
            block = block_of(entry)
            self._keep(block.plain)
            self.tell(block)

    def _keep(self, told: bytes) -> None:
        """For who comes back and has missed it; a crowd that comes back must neither wait for the storage nor fill the memory."""
        self.recent.append(told)
        self._recent_bytes += len(told)
        while len(self.recent) > RECENT or self._recent_bytes > RECENT_BYTES:
            self._recent_bytes -= len(self.recent.popleft())

    async def catch_up(self) -> None:
        """Reads what was not seen here; who watches hears the rest."""
        while entries := await self._storage.read(self.code, self.offset):
            before = self.offset
            self.arrived(entries)
            if self.offset == before:
                return

    def begin_anew(self, record: Record, entries: Sequence[Entry]) -> None:
        """Another log, that cannot be proven to continue the one before: everyone gets the whole state."""
        self.epoch, self.offset, self.holder = record.epoch, 0, record.session
        self.state = State(title=record.title, fence=record.fence, holder=record.holder)
        self.recent.clear()
        self._recent_bytes = 0
        self.presenters.clear()
        self.participants.clear()
        self._snapshots.clear()
        told, self.listeners = self.listeners, {}
        self.arrived(entries)
        self.listeners = told
        for listener in self.listeners:
            listener.position = -1  # the new log may be empty, and is told all the same
        self.tell(self.snapshot("epoch"))

    def tell(self, block: Block, presenters: bool | None = None) -> None:
        """Sends a block to everyone, or to presenters or students alone."""
        for listener in self.listeners:
            if presenters is None or listener.about.presenter == presenters:
                listener.put(block)

    def snapshot(self, reason: Reason) -> Block:
        """The whole state and why it comes; encoded once for all who need it."""
        if reason not in self._snapshots:
            data = {"reason": reason, **self._where(), "state": self.state.document()}
            self._snapshots[reason] = Block.of(event("snapshot", data, f"{self.epoch}:{self.offset}"), self.offset)
        return self._snapshots[reason]

    def _where(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "offset": self.offset, "version": engine.__version__}

    def welcome(self, position: Position | None) -> bytes:
        """Exactly what was missed, or the whole state and the reason why."""
        retry = b"retry: %d\n\n" % random.randint(*RETRY)
        untold = self._untold(position)
        if position is None or untold:
            return retry + self.snapshot(untold or "first").plain
        resumed = event("resumed", {"from": position.offset, "to": self.offset, "version": engine.__version__, "epoch": self.epoch})
        missed = itertools.islice(self.recent, len(self.recent) - (self.offset - position.offset), None)
        return retry + resumed + b"".join(missed)

    def glimpse(self, position: Position | None) -> bytes:
        """Returns all that a stream would begin with, for a client whose proxy holds streams back."""
        last = self._last_word if self.closed else None
        blocks = [*([link("down")] if self._storage.state == "down" else []), *([last] if last else [])]
        return self.welcome(position) + b"".join(block.plain for block in blocks)

    def _untold(self, position: Position | None) -> Reason | None:
        """Why a position cannot be told what it has missed."""
        if position is None:
            return "first"
        if position.epoch != self.epoch:
            return "epoch"
        if position.offset > self.offset:
            return "future"
        return "trimmed" if self.offset - position.offset > len(self.recent) else None

    @contextmanager
    def listen(self, outlet: Outlet, about: About, position: Position | None) -> Iterator[asyncio.Future[None]]:
        """A listener for as long as the block lasts; it has been welcomed when the block begins."""
        listener = Listener(outlet, about, lambda: self.snapshot("slow"))
        listener.put(Block.of(self.welcome(position)))
        listener.position = self.offset
        if self._storage.state == "down":  # which the others have heard
            listener.put(link("down"))
        self.listeners[listener] = None
        self.changed_presence()
        for poll in self.state.polls:
            if poll["open"] or (about.presenter and not poll["revealed"]):
                self.voted(poll["poll"])  # a tally is told when it changes, and whoever comes now has heard none
        if self.closed:  # meanwhile
            self._end(listener)
        try:
            yield listener.ended
        finally:
            self.listeners.pop(listener, None)
            self.changed_presence()

    def changed_presence(self) -> None:
        """Whoever counts is told soon."""
        self.news.moved = True
        self._gather(self)

    def voted(self, poll: str) -> None:
        """A tally is counted again soon."""
        self.news.voted.add(poll)
        self._gather(self)

    def say(self, kind: str, body: dict[str, Any]) -> None:
        """What the presenter does that is never stored is told soon."""
        self.news.said[kind] = body
        self._gather(self)

    def presence(self) -> dict[str, Any]:
        """Who listens in this process."""
        students = [listener.about for listener in self.listeners if not listener.about.presenter]
        modes = Counter(about.mode for about in students)
        hands = [about.nickname for about in students if about.hand]
        return {"students": len(students), "exploring": modes["exploring"], "hands": hands[:100], "raised": len(hands)}

    def heartbeat(self) -> None:
        """Carries the position, so that a gap shows."""
        self.tell(soft("heartbeat", {"epoch": self.epoch, "offset": self.offset}))

    def sweep(self) -> None:
        """Lets go whoever has taken nothing for too long."""
        for listener in list(self.listeners):
            if listener.is_stuck(STUCK_SWEEPS):
                listener.abort()

    def close(self, last: Block | None = None) -> None:
        """Ends every stream, with a last word; whoever was on the way here hears it too."""
        if self.closed:
            return
        self.closed, self._last_word = True, last
        for listener in list(self.listeners):
            self._end(listener)

    def _end(self, listener: Listener) -> None:
        if self._last_word:
            listener.put(self._last_word)
        listener.end()
