"""All lectures of this process: a room is opened when somebody comes and forgotten when nobody is there; the log is elsewhere."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, Self, TypeVar

from app.databases import State
from app.errors import Problem
from app.lectures.blocks import Block, link, soft
from app.lectures.entries import Entry
from app.lectures.presenting import carry_out
from app.lectures.refusals import unknown
from app.lectures.room import Room
from app.lectures.secret import hashed, new_code, new_secret, read_code
from app.lectures.soft_news import SoftNews
from app.lectures.storage import CodeTaken, Command, LectureStorage, Record, Undo, UnknownLecture

TICK = 0.25  # s: soft news leave at most 4 times a second
BEATS = 40  # ticks between heartbeats: 10 s
SWEEPS = 20  # ticks between looks at listeners that take nothing: 5 s
IDLE = 30.0  # s after which a room that nobody is in is forgotten
DAY = 86_400.0
EXPIRY = 14_400  # ticks between looks for old lectures: an hour
RESTART_WINDOW = 5  # s over which listeners come back after a restart

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Lectures:
    """Opens rooms, carries out commands, and beats."""

    def __init__(self, storage: LectureStorage, days: float) -> None:
        self.storage = storage
        self._days = days
        self._began = time.time() - time.monotonic()  # a clock that is set forward makes no lecture older
        self._last_word: Block | None = None
        self._rooms: dict[str, Room] = {}
        self._opening: dict[str, asyncio.Task[Room]] = {}
        self._undo: dict[str, Undo] = {}
        self._news = SoftNews(storage)
        self._tasks: set[asyncio.Task[Any]] = set()

    def __enter__(self) -> Self:
        self._begin(self._beat())
        self._unlink = self.storage.on_change(self._linked)
        return self

    def __exit__(self, *_: object) -> None:
        self._unlink()
        for task in self._tasks:
            task.cancel()
        for code in list(self._rooms):
            self._forget(code)

    def stop(self) -> None:
        """Tells every listener that the server is started anew, and ends its stream."""
        self._last_word = soft("restart", {"within": RESTART_WINDOW})
        for room in self._rooms.values():
            room.close(self._last_word)

    async def start(self, title: str, device: str, first: Sequence[tuple[str, dict[str, Any]]]) -> tuple[Record, str, str]:
        """A new lecture: its record, the key of the presenter's link, and the session of whoever started it."""
        key, session = new_secret(), new_secret()
        while True:
            with suppress(CodeTaken):
                record = await self.storage.create(new_code(), title, device, hashed(key), hashed(session), first)
                return record, key, session

    async def require_room(self, most: int) -> None:
        """Problem("storage") where the lectures that there are have as many bytes as they may."""
        if await self.storage.size() >= most:
            logger.warning("the budget for lectures is full")
            detail = "The server has no room for another lecture. Ask whoever runs it for a larger UNROLLED_LECTURES_BYTES."
            raise Problem("storage", detail, headers={"Retry-After": "60"})

    async def room(self, typed: str) -> Room:
        """The room of a lecture by its code; 404 in equal words, whatever is wrong with it."""
        code = read_code(typed)
        if code is None:
            raise unknown()
        room = self._rooms.get(code) or await self._opened(code)
        room.last_used = time.monotonic()
        return room

    async def _opened(self, code: str) -> Room:
        """Opened once, however many come at once, and whoever of them goes away meanwhile."""
        if code not in self._opening:
            self._opening[code] = self._begin(self._open(code))
            self._opening[code].add_done_callback(lambda _: self._opening.pop(code))
        return await asyncio.shield(self._opening[code])

    async def _open(self, code: str) -> Room:
        record = await self.storage.record(code)
        if record is None:
            raise unknown()
        room = Room(record, self.storage, self._news.gather)
        undo = self.storage.watch(
            code,
            lambda entries: self._arrived(room, entries),
            lambda message: self._news.heard(room, message),
            lambda _: self._broken(room),
            lambda _: self._gone(room),
        )
        try:
            await room.catch_up()
            if room.closed:  # it was deleted meanwhile
                raise unknown()
        except BaseException:
            undo()
            raise
        self._rooms[code], self._undo[code] = room, undo
        if self._last_word:
            room.close(self._last_word)
        return room

    def _arrived(self, room: Room, entries: Sequence[Entry]) -> None:
        room.arrived(entries)
        if entries and entries[-1].offset > room.offset and entries[-1].epoch == room.epoch:
            self._begin(room.catch_up())  # some came before the past was read

    def _broken(self, room: Room) -> None:
        self._begin(self._recreate(room, room.epoch))

    async def _recreate(self, room: Room, epoch: str) -> None:
        """The log that is stored does not continue what was seen here: the lecture goes on from what is known here, in another epoch."""
        async with room.lock:
            if room.epoch != epoch:  # it does already: this was said again while the first time was seen to
                return
            known = Record(
                room.code,
                room.epoch,
                room.offset,
                room.state.fence,
                room.state.holder,
                room.holder,
                room.created,
                room.state.ended,
                room.state.title,
            )
            try:
                record = await self.storage.recreate(known, room.state.entries(), room.presenters)
            except UnknownLecture:
                self._gone(room)
                return
            room.begin_anew(record, await self.storage.read(room.code, 0))
            await room.catch_up()

    def _gone(self, room: Room) -> None:
        """The lecture was deleted, here or elsewhere."""
        room.close(soft("deleted", {}))
        self._forget(room.code)

    def _linked(self, state: State) -> None:
        """The storage is out of reach, or back: everyone is told, and goes on alone meanwhile."""
        for room in self._rooms.values():
            room.tell(link(state))

    async def session(self, room: Room, secret: str | None) -> str | None:
        """The session of a cookie, if it may present this lecture."""
        if not secret:
            return None
        session = hashed(secret)
        if session not in room.presenters:
            name = await self.storage.session(room.code, session)
            if name is None:
                return None
            room.presenters[session] = name
        return session

    async def knows(self, room: Room, presenter: str | None, participant: str | None) -> bool:
        """Whether one of these cookies belongs to this lecture. While the storage is out of reach, only known ones count."""
        with suppress(Problem):
            return await self.session(room, presenter) is not None or await self._participates(room, participant)
        return False

    async def _participates(self, room: Room, secret: str | None) -> bool:
        if not secret:
            return False
        participant = hashed(secret)
        if participant not in room.participants and await self.storage.participates(room.code, participant):
            room.participants.add(participant)
        return participant in room.participants

    async def command(self, room: Room, session: str, command: Command) -> Entry | None:
        """Carries out what a presenter does. None: it was nothing to store."""
        return await carry_out(self.storage, room, session, command)

    async def _beat(self) -> None:
        """The pulse of all rooms. Nothing that goes wrong in one of them stops it."""
        tick = 0
        while True:
            await asyncio.sleep(TICK)
            tick += 1
            for work in self._news.due():
                self._begin(work)
            if tick % BEATS == 0:
                for room in list(self._rooms.values()):
                    room.heartbeat()
                    room.changed_presence()
            if tick % SWEEPS == 0:
                self._sweep()
            if tick % EXPIRY == 1:
                self._begin(self._expire())

    def _sweep(self) -> None:
        now = time.monotonic()
        for code, room in list(self._rooms.items()):
            room.sweep()
            if not room.listeners and now - room.last_used > IDLE:
                self._forget(code)

    async def _expire(self) -> None:
        now = min(time.time(), self._began + time.monotonic())
        for code in await self.storage.expire(now - self._days * DAY):
            if room := self._rooms.get(code):
                self._gone(room)

    def _forget(self, code: str) -> None:
        room = self._rooms.pop(code, None)
        if room:
            self._undo.pop(code)()
            room.close()

    async def delete(self, room: Room) -> None:
        """The lecture and everything about it; whoever follows is told by way of the storage."""
        await self.storage.delete(room.code)
        self._gone(room)

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, Problem):
            logger.error("a lecture's task failed", exc_info=error)

    def open_rooms(self) -> list[Room]:
        """Those that somebody is in, or was a moment ago."""
        return list(self._rooms.values())
