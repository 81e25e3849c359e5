"""Rooms without a process around them: what depends on a moment that no socket can be made to hit."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest

from app.lectures.blocks import Block
from app.lectures.entries import Entry
from app.lectures.lectures import Lectures
from app.lectures.listener import About
from app.lectures.mailbox import MOST_BLOCKS, MOST_BYTES
from app.lectures.recording import recording
from app.lectures.room import RECENT, RECENT_BYTES, Position, Room
from app.lectures.sqlite_storage import SqliteStorage
from app.lectures.state import State
from app.lectures.storage import Command, Record
from app.outlet import Outlet
from tests.server.lectures.client import Seen
from tests.server.lectures.pace import pause
from tests.server.serving import PATIENCE

DAYS = 30.0


class Wire:
    """What stands for a connection: it takes everything, until it is told to take nothing."""

    def __init__(self) -> None:
        self.outlet = Outlet(self, chunked=False)  # type: ignore[arg-type]
        self.written = b""
        self.waiting = 0
        self.aborted = False
        self._news = asyncio.Event()

    def write(self, piece: bytes) -> None:
        self.written += piece
        self._news.set()

    def set_write_buffer_limits(self, high: int) -> None:
        assert high == 0, "or a listener is behind for 64 KiB before anyone notices"

    def get_extra_info(self, name: str) -> None:
        return None

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def abort(self) -> None:
        self.aborted = True

    def seen(self, position: Position | None = None) -> Seen:
        """What whoever reads all of it has seen, having come back from a position."""
        seen = Seen(position.epoch, position.offset) if position else Seen()
        for block in self.written.split(b"\n\n"):
            if block:
                seen.take(block)
        return seen

    async def until(self, true: Callable[[Seen], bool]) -> None:
        """Waits until what was seen has become so."""
        async with asyncio.timeout(PATIENCE):
            while not true(self.seen()):
                self._news.clear()
                await self._news.wait()


class Stage:
    """Lectures over a real storage, with a lecture in it, and as many listeners as a test wants."""

    def __init__(self, lectures: Lectures, storage: SqliteStorage, record: Record, session: str) -> None:
        self.lectures, self.storage, self.record, self.session = lectures, storage, record, session
        self.held = ExitStack()

    async def room(self) -> Room:
        return await self.lectures.room(self.record.code)

    async def listens(self, position: Position | None = None, **about: Any) -> Wire:
        """One more listener, from where it left off."""
        room, wire = await self.room(), Wire()
        self.held.enter_context(room.listen(wire.outlet, About(**about), position))
        return wire

    async def step(self, number: int, text: str = "") -> Entry:
        """The presenter moves on."""
        room = await self.room()
        body = {"view": {"step": str(number), "lab": text}}
        entry = await self.lectures.command(room, self.session, Command(f"step {number}", "view", body, room.state.fence))
        assert entry
        return entry


@asynccontextmanager
async def staged(folder: Path, steps: int = 0) -> AsyncIterator[Stage]:
    """A stage, and what has happened on it."""
    async with SqliteStorage(folder, 2.0, 1) as storage:
        with Lectures(storage, DAYS) as lectures:
            record, _, secret = await lectures.start("t", "desk", [("view", {"view": {"step": str(number)}}) for number in range(steps)])
            session = await lectures.session(await lectures.room(record.code), secret)
            assert session
            stage = Stage(lectures, storage, record, session)
            with stage.held:
                yield stage


Scene = Callable[[Stage], Awaitable[None]]


def on_stage(steps: int = 0) -> Callable[[Scene], Callable[[Path], None]]:
    """A test that runs on a stage of its own, after so many steps."""

    def decorated(scene: Scene) -> Callable[[Path], None]:
        async def run(folder: Path) -> None:
            async with staged(folder, steps) as stage:
                await scene(stage)

        def test(tmp_path: Path) -> None:
            asyncio.run(run(tmp_path))

        test.__name__ = test.__qualname__ = scene.__name__
        return test

    return decorated


def entry(offset: int, epoch: str, **body: Any) -> Entry:
    return Entry(epoch, offset, "view", {"view": body}, at=0.0)


@on_stage()
async def test_a_log_that_begins_anew_and_is_empty_is_told_all_the_same(stage: Stage) -> None:
    wire, room = await stage.listens(), await stage.room()
    room.begin_anew(replace(stage.record, epoch="another"), [])
    room.arrived([entry(1, "another", step="1")])
    seen = wire.seen()
    assert (seen.epoch, seen.offset, seen.counts["snapshot"], seen.faults) == ("another", 1, 2, [])


@on_stage()
async def test_who_takes_nothing_while_the_log_begins_anew_hears_all_of_the_new_one(stage: Stage) -> None:
    wire, room = await stage.listens(), await stage.room()
    wire.outlet.paused = True
    for number in range(20):
        await stage.step(number)
    room.begin_anew(replace(stage.record, epoch="another"), [entry(1, "another", step="1")])
    wire.outlet.resumed()
    room.arrived([entry(2, "another", step="2")])
    seen = wire.seen()
    assert (seen.epoch, seen.offset, seen.faults) == ("another", 2, [])


@on_stage()
async def test_a_log_that_is_said_to_be_broken_twice_begins_anew_once(stage: Stage) -> None:
    wire, room = await stage.listens(), await stage.room()
    entry = await stage.step(1)
    await asyncio.gather(*(stage.lectures._recreate(room, entry.epoch) for _ in range(3)))
    seen = wire.seen()
    assert (seen.counts["snapshot"], seen.epoch == room.epoch, seen.faults) == (2, True, [])
    assert room.epoch != entry.epoch


@pytest.mark.parametrize(("count", "text"), [(MOST_BLOCKS + 50, ""), (40, "x" * (MOST_BYTES // 20))])
def test_who_falls_behind_gets_one_snapshot_and_then_what_is_new(tmp_path: Path, count: int, text: str) -> None:
    async def run() -> None:
        async with staged(tmp_path) as stage:
            wire, other = await stage.listens(), await stage.listens()
            wire.outlet.paused = True
            for number in range(count):
                await stage.step(number, text)
            wire.outlet.resumed()
            await stage.step(count)
            seen, all_of_it = wire.seen(), other.seen()
            assert (seen.counts["snapshot"], len(seen.entries), seen.faults) == (2, 1, [])
            assert seen.state == all_of_it.state
            assert len(all_of_it.entries) == count + 1

    asyncio.run(run())


@on_stage(3)
async def test_a_snapshot_is_encoded_once_for_all_who_come(stage: Stage) -> None:
    room, made = await stage.room(), []

    class Counted(State):
        def document(self) -> dict[str, Any]:
            made.append(1)
            return State.document(self)

    room.state = Counted(**{name: getattr(room.state, name) for name in State.__slots__})
    wires = [await stage.listens() for _ in range(100)]
    assert len(made) == 1
    assert all(wire.seen().offset == 3 for wire in wires)


@on_stage(RECENT + 100)
async def test_who_comes_back_gets_what_was_missed_or_a_snapshot_and_why(stage: Stage) -> None:
    last, epoch = RECENT + 100, (await stage.room()).epoch
    for position, began in {
        None: "first",
        Position("other", 3): "epoch",
        Position(epoch, last + 1): "future",
        Position(epoch, 10): "trimmed",
        Position(epoch, last): "resumed",
        Position(epoch, last - 1): "resumed",
        Position(epoch, last - RECENT): "resumed",
        Position(epoch, last - RECENT - 1): "trimmed",
    }.items():
        seen = (await stage.listens(position)).seen(position)
        assert (seen.began, seen.offset, seen.faults) == (began, last, []), position


@on_stage()
async def test_who_has_missed_more_bytes_than_anyone_may_wait_for_gets_the_state(stage: Stage) -> None:
    epoch = (await stage.room()).epoch
    for number in range(1 + RECENT_BYTES // 10_000):
        await stage.step(number, "x" * 10_000)
    wire = await stage.listens(Position(epoch, 0))
    assert wire.seen(Position(epoch, 0)).began == "trimmed"
    assert len(wire.written) < 12_000
    assert (await stage.listens(Position(epoch, 5))).seen(Position(epoch, 5)).began == "resumed"


@on_stage()
async def test_whoever_comes_at_once_comes_into_one_room_also_when_the_first_gives_up(stage: Stage) -> None:
    room = await stage.room()
    stage.lectures._forget(room.code)
    first = asyncio.create_task(stage.room())
    await pause(0)
    first.cancel()
    others = await asyncio.gather(*(stage.room() for _ in range(5)))
    assert len({id(other) for other in others}) == 1
    wire = await stage.listens()
    await stage.step(1)
    assert wire.seen().offset == 1
    assert list(stage.storage._watchers._by_code[room.code]) != []
    assert len(stage.storage._watchers._by_code[room.code]) == 1, "a room that nobody knows goes on watching"


@on_stage()
async def test_a_stream_of_a_room_that_is_closed_meanwhile_ends_at_once(stage: Stage) -> None:
    room, wire = await stage.room(), Wire()
    stage.lectures.stop()
    with room.listen(wire.outlet, About(), None) as ended:
        async with asyncio.timeout(1):
            await ended
    assert wire.seen().counts["restart"] == 1


@on_stage()
async def test_whoever_takes_nothing_for_twenty_seconds_is_let_go_and_nobody_else(stage: Stage) -> None:
    stalled, slow, quick, room = await stage.listens(), await stage.listens(), await stage.listens(), await stage.room()
    stalled.outlet.paused = slow.outlet.paused = True
    stalled.waiting = slow.waiting = 1000
    for _ in range(5):  # looks 5 s apart: the first one sees where they stand
        slow.waiting -= 1
        room.sweep()
    assert (stalled.aborted, slow.aborted, quick.aborted) == (True, False, False)


@on_stage()
async def test_soft_news_never_fills_a_mailbox(stage: Stage) -> None:
    wire, room = await stage.listens(), await stage.room()
    wire.outlet.paused = True
    before = len(wire.written)
    for number in range(10_000):
        room.tell(Block.of(b"event: pointer\ndata: {}\n\n", lane="pointer"))
        room.heartbeat()
        room.tell(Block.of(b"event: tally\ndata: {}\n\n", lane=f"tally {number % 3}"))
    wire.outlet.resumed()
    assert len(wire.written) - before < 1000


@on_stage()
async def test_whoever_comes_and_goes_is_counted_all_along_and_not_only_at_first(stage: Stage) -> None:
    presenter = await stage.listens(presenter=True)

    for number in range(4):
        await presenter.until(lambda seen, number=number: seen.soft.get("presence", {}).get("students") == number)
        await stage.listens()
    stage.held.pop_all().close()
    presenter = await stage.listens(presenter=True)
    await presenter.until(lambda seen: seen.soft.get("presence", {}).get("students") == 0)


@on_stage()
async def test_a_clock_that_jumps_expires_nothing(stage: Stage) -> None:
    right = time.time
    for jump in (3600.0, 40 * 86_400.0, -40 * 86_400.0):
        time.time = lambda jump=jump: right() + jump  # type: ignore[misc]
        try:
            await stage.lectures._expire()
        finally:
            time.time = right
        assert await stage.storage.record(stage.record.code)


@on_stage()
async def test_what_is_old_does_expire_and_whoever_follows_is_told(stage: Stage) -> None:
    wire = await stage.listens()
    stage.lectures._days = -1.0
    await stage.lectures._expire()
    assert await stage.storage.record(stage.record.code) is None
    assert wire.seen().counts["deleted"] == 1


@on_stage(5)
async def test_a_recording_is_put_together_once_while_nothing_happens_and_again_after_a_fault(stage: Stage) -> None:
    room, reads = await stage.room(), []

    class Counted:
        async def read(self, *asked: Any, **how: Any) -> list[Entry]:
            reads.append(asked)
            if len(reads) == 1:
                raise OSError("away")
            return await stage.storage.read(*asked, **how)

    async def told() -> bytes:
        return (await recording(room, Counted(), AsyncMock(get=AsyncMock(return_value=None)))).body  # type: ignore[arg-type]

    with pytest.raises(OSError, match="away"):
        await told()
    files = await asyncio.gather(*(told() for _ in range(20)))
    counted = len(reads)
    assert len(set(files)) == 1
    assert await told() == files[0]
    assert len(reads) == counted, "it is read again for each who asks"
    await stage.step(9)
    assert len(json.loads(await told())["entries"]) == len(json.loads(files[0])["entries"]) + 1
