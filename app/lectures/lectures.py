"""All lectures of this process: a room is opened when somebody comes and forgotten when nobody is there; the log is elsewhere."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, Self, TypeVar

from app.databases import State
from app.errors import Problem
from app.events import event
from app.lectures.blocks import Block, soft
from app.lectures.commands import SOFT
from app.lectures.entries import Entry
from app.lectures.room import Room
from app.lectures.secret import hashed, new_code, new_secret, read_code
from app.lectures.storage import (
    CodeTaken,
    Command,
    EpochChanged,
    FenceChanged,
    LectureEnded,
    LectureStorage,
    Moved,
    Record,
    UnknownLecture,
)

TICK = 0.25  # s: soft news leave at most 4 times a second
BEATS = 40  # ticks between heartbeats: 10 s
SWEEPS = 20  # ticks between looks at listeners that take nothing: 5 s
IDLE = 30.0  # s after which a room that nobody is in is forgotten
DAY = 86_400.0
EXPIRY = 14_400  # ticks between looks for old lectures: an hour
RESTART_WINDOW = 5  # s over which listeners come back after a restart
TRIES = 5  # of a command whose log moved on meanwhile
READ_AT_ONCE = 10_000

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
        self._undo: dict[str, Any] = {}
        self._dirty: set[Room] = set()
        self._counts: dict[str, set[str]] = {}
        self._process = secrets.token_urlsafe(6)
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

    async def room(self, typed: str) -> Room:
        """The room of a lecture by its code; 404 in equal words, whatever is wrong with it."""
        code = read_code(typed)
        if code is None:
            raise unknown()
        room = self._rooms.get(code) or await self._opened(code)
        room.last_used = time.monotonic()
        return room

    def welcomes(self, typed: str, address: str) -> bool:
        """Whether somebody of this address is in this lecture, or was a moment ago."""
        room = self._rooms.get(read_code(typed) or "")
        return room is not None and address in room.addresses

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
        room = Room(record, (), self.storage, self._dirty.add)
        undo = self.storage.watch(
            code,
            lambda entries: self._arrived(room, entries),
            lambda message: self._heard(room, message),
            lambda _: void(self._begin(self._recreate(room, room.epoch))),
            lambda _: self._gone(room),
        )
        try:
            await self._catch_up(room)
        except BaseException:
            undo()
            raise
        self._rooms[code], self._undo[code] = room, undo
        if self._last_word:
            room.close(self._last_word)
        return room

    async def _catch_up(self, room: Room) -> None:
        """Reads what the room has not seen; who watches hears the rest."""
        while entries := await self.storage.read(room.code, room.offset, READ_AT_ONCE):
            before = room.offset
            room.arrived(entries)
            if room.offset == before:
                return

    def _arrived(self, room: Room, entries: Sequence[Entry]) -> None:
        room.arrived(entries)
        if entries and entries[-1].offset > room.offset and entries[-1].epoch == room.epoch:
            self._begin(self._catch_up(room))  # some came before the past was read

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
            await self._catch_up(room)

    def _gone(self, room: Room) -> None:
        """The lecture was deleted, here or elsewhere."""
        room.close(soft("deleted", {}))
        self._forget(room.code)

    def _linked(self, state: State) -> None:
        """The storage is out of reach, or back: everyone is told, and goes on alone meanwhile."""
        for room in self._rooms.values():
            room.tell(soft("link", {"state": "live" if state == "up" else "paused"}))

    def _heard(self, room: Room, message: dict[str, Any]) -> None:
        """What some process says of a lecture, and nobody keeps."""
        match message:
            case {"pointer": body}:
                room.tell(soft("pointer", body))
            case {"hands lowered": _}:
                room.tell(soft("hands_lowered", {}))
            case {"voted": poll}:
                self._counts.setdefault(room.code, set()).add(poll)
                self._dirty.add(room)
            case {"presence": process} if process != self._process:
                self._begin(self._tell_presence(room))

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

    async def command(self, room: Room, session: str, command: Command) -> Entry | None:
        """Carries out what a presenter does: it is stored before anyone hears of it. None: it was nothing to store."""
        async with room.lock:
            if command.kind in SOFT:
                await self._require_holder(room, session, command.fence)
                room.news[command.kind] = command.body
                self._dirty.add(room)
                return None
            try:
                return await self._stored(room, session, command)
            except EpochChanged:
                raise Problem("lecture-changed", "The lecture's log began anew. Read it again, then repeat.") from None
            except LectureEnded:
                raise Problem("lecture-ended", "The lecture has ended, so nothing was changed. Watch it again, or start another.") from None
            except FenceChanged as error:
                raise not_presenting(error.holder, error.fence) from None

    async def _stored(self, room: Room, session: str, command: Command) -> Entry:
        if command.kind == "presenter changed":
            entry = await self.storage.take_over(room.code, room.epoch, session, command.body["name"], command.id)
        else:
            entry = await self._appended(room, session, await self._completed(room, session, command))
        if entry.offset > room.offset:
            await self._catch_up(room)
        return entry

    async def _appended(self, room: Room, session: str, command: Command) -> Entry:
        for _ in range(TRIES):
            try:
                return await self.storage.append(room.code, room.epoch, room.offset, session, command)
            except Moved:
                await self._catch_up(room)
        raise Problem("lecture-changed", "Others were quicker five times in a row. Try again.")

    async def _completed(self, room: Room, session: str, command: Command) -> Command:
        """A poll that is revealed is closed first, so that its tally is final; the tally goes with the entry."""
        if command.kind not in ("poll closed", "poll revealed"):
            return command
        poll = require_poll(room, command.body["poll"])
        if command.kind == "poll closed":
            return command
        if poll["open"]:
            closing = Command(f"{command.id}/close", "poll closed", {"poll": poll["poll"]}, command.fence)
            await self._appended(room, session, closing)
            await self._catch_up(room)
        tally = await self.storage.tally(room.code, poll["poll"])
        return Command(command.id, command.kind, {**command.body, "tally": tally, "votes": sum(tally.values())}, command.fence)

    async def _require_holder(self, room: Room, session: str, fence: int) -> None:
        """What is not stored is judged by what is: another process may know of another presenter."""
        record = await self.storage.record(room.code)
        if record is None:
            raise unknown()
        room.holder = record.session
        if (session, fence) != (record.session, record.fence):
            raise not_presenting(record.holder, record.fence)

    async def _beat(self) -> None:
        """The pulse of all rooms. Nothing that goes wrong in one of them stops it."""
        tick = 0
        while True:
            await asyncio.sleep(TICK)
            tick += 1
            dirty = list(self._dirty)
            self._dirty.clear()  # and not another set: every room adds itself to this one
            for room in dirty:
                self._begin(self._flush(room))
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
            self._counts.pop(code, None)

    async def delete(self, room: Room) -> None:
        """The lecture and everything about it; whoever follows is told by way of the storage."""
        await self.storage.delete(room.code)
        self._gone(room)

    async def _flush(self, room: Room) -> None:
        """Soft news of a room, at most once a tick."""
        with suppress(Problem):  # the storage is out of reach: the next tick tells them
            if room.presence_changed:
                room.presence_changed = False
                await self._tell_presence(room)
                await self.storage.tell(room.code, {"presence": self._process})
            news, room.news = room.news, {}
            for kind, body in news.items():
                await self.storage.tell(room.code, {kind: body})
            for poll in list(room.votes):
                room.votes.discard(poll)
                await self.storage.tell(room.code, {"voted": poll})
            counted = self._counts.pop(room.code, set())
            for poll in counted:
                await self._tell_tally(room, poll)

    async def _tell_presence(self, room: Room) -> None:
        everywhere = await self.storage.share(room.code, self._process, room.presence() if room.listeners else None)
        students = sum(each["students"] for each in everywhere)
        hands = [name for each in everywhere for name in each["hands"]]
        whole = {
            "students": students,
            "exploring": sum(each["exploring"] for each in everywhere),
            "hands": hands,
            "raised": sum(each["raised"] for each in everywhere),
            "identities": next(iter(await self.storage.identities(room.code)), 0),
        }
        room.tell(soft("presence", whole), presenters=True)
        room.tell(soft("presence", {"students": students}), presenters=False)

    async def _tell_tally(self, room: Room, name: str) -> None:
        tally = await self.storage.tally(room.code, name)
        votes = {"poll": name, "votes": sum(tally.values())}
        room.tell(Block.of(event("tally", {**votes, "tally": tally}), lane=f"tally {name}"), presenters=True)
        room.tell(Block.of(event("tally", votes), lane=f"tally {name}"), presenters=False)

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


def void(_: object) -> None:
    """Nobody waits for it here."""


def unknown() -> Problem:
    """The same for a code that never was, that is deleted, and that cannot be one."""
    return Problem("unknown-lecture", "There is no lecture with this code. Check the eight letters and digits on the presenter's screen.")


def not_presenting(holder: str, fence: int) -> Problem:
    """Says who presents now."""
    name = f"The device “{holder}”" if holder else "Another device"
    return Problem("not-presenting", f"{name} presents now (its number is {fence}). Take over first, or leave it to the other.")


def require_poll(room: Room, name: str) -> dict[str, Any]:
    """A poll of the lecture, or 404."""
    poll = room.state.poll(name)
    if poll is None:
        raise Problem("unknown-poll", "This lecture has no such question among its last ones. Open it again.")
    return poll
