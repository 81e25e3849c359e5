"""Whatever two presenters do at once, the log stays one log; and a process that is killed takes nothing with it that was acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.lectures.entries import Entry
from app.lectures.storage import FenceChanged, LectureStorage, Moved, Record
from tests.redis_server import RedisServer
from tests.server import appending
from tests.server.serving import processes
from tests.server.storages import OTHER, PATIENCE, PRESENTER, Opened, Room, begun, command, redis, sqlite


@dataclass(frozen=True)
class Step:
    """What a session does next: it may take over first, be behind by some entries, and send its command more than once."""

    takes_over: bool
    behind: int
    times: int


STEPS = st.lists(st.builds(Step, st.booleans(), st.sampled_from([0, 0, 0, 1, 2]), st.integers(1, 3)), max_size=6)


@dataclass
class Session:
    """A presenter's page: what it believes, and what was acknowledged to it."""

    name: str
    storage: LectureStorage
    record: Record
    fence: int
    acknowledged: dict[str, Entry] = field(default_factory=dict)

    async def act(self, steps: Sequence[Step]) -> None:
        """One step after the other; a refusal teaches where the lecture is."""
        for step in steps:
            if step.takes_over:
                await self._take_over(step)
            await self._append(step)

    async def _take_over(self, step: Step) -> None:
        done = command()
        asked = [self.storage.take_over(self.record.code, self.record.epoch, self.name, self.name, done.id) for _ in range(step.times)]
        first, *others = await asyncio.gather(*asked)
        assert all(other == first for other in others)
        self.fence = first.body["fence"]
        self.acknowledged[done.id] = first

    async def _append(self, step: Step) -> None:
        now = await self.storage.record(self.record.code)
        assert now
        seen = now.last - step.behind
        done = command(fence=self.fence, by=self.name, held=self.fence, seen=seen)
        for _ in range(step.times):
            with suppress(Moved, FenceChanged):
                entry = await self.storage.append(now.code, now.epoch, seen, self.name, done)
                assert self.acknowledged.setdefault(done.id, entry) == entry


async def interleaved(storage: LectureStorage, all_steps: Sequence[Sequence[Step]]) -> None:
    """Both act at once; then the log is looked at."""
    record = await begun(storage)
    room = Room(storage, record.code)
    await storage.read(record.code, 0)
    sessions = [Session(PRESENTER, storage, record, 1), Session(OTHER, storage, record, 0)]
    await asyncio.gather(*(session.act(steps) for session, steps in zip(sessions, all_steps, strict=True)))
    log = await storage.read(record.code, 0)
    assert [entry.offset for entry in log] == list(range(1, len(log) + 1))
    await room.until(lambda: len(log) == 1 or log[-1] in room.entries)
    assert room.entries[-len(log) + 1 :] == log[1:]
    require_one_presenter_at_a_time(log)
    acknowledged = sessions[0].acknowledged | sessions[1].acknowledged
    assert sorted(entry.offset for entry in acknowledged.values()) == list(range(2, len(log) + 1))
    assert all(log[entry.offset - 1] == entry for entry in acknowledged.values())
    room.leave()


def require_one_presenter_at_a_time(log: Sequence[Entry]) -> None:
    """Between two changes, all entries are of the one who holds that fence, and who has seen all that was before."""
    fence, holder = 1, PRESENTER
    for entry in log[1:]:
        if entry.kind == "presenter changed":
            assert entry.body["fence"] == fence + 1
            fence, holder = entry.body["fence"], entry.body["name"]
        else:
            assert (entry.body["held"], entry.body["by"], entry.body["seen"]) == (fence, holder, entry.offset - 1)


@contextmanager
def running(opened: Opened) -> Iterator[Callable[[Callable[[LectureStorage], Awaitable[None]]], None]]:
    """One open storage for many scenarios."""
    with asyncio.Runner() as runner:
        opening = opened()
        storage = runner.run(opening.__aenter__())

        async def do(scenario: Callable[[LectureStorage], Awaitable[None]]) -> None:
            await scenario(storage)

        yield lambda scenario: runner.run(do(scenario))
        runner.run(opening.__aexit__(None, None, None))


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 150), ("redis", 40)])
def test_the_log_of_two_who_present_at_once_has_no_gap_and_each_command_once(
    kind: str, examples: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    opened = sqlite(tmp_path) if kind == "sqlite" else redis(request.getfixturevalue("redis_server").url)
    with running(opened) as run:

        @settings(max_examples=examples)
        @given(st.tuples(STEPS, STEPS))
        def check(all_steps: tuple[list[Step], list[Step]]) -> None:
            run(lambda storage: interleaved(storage, all_steps))

        check()


@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_a_process_that_is_killed_while_it_adds_loses_nothing_that_was_acknowledged(kind: str, tmp_path: Path) -> None:
    with RedisServer(tmp_path / "redis", appendonly=True) as server:
        place = str(tmp_path) if kind == "sqlite" else server.url
        opened = sqlite(tmp_path) if kind == "sqlite" else redis(server.url)
        for acknowledged_before in (1, 7, 60):
            code, acknowledged = killed_after(acknowledged_before, place)
            if kind == "redis":
                server.restart()
            log, tally = asyncio.run(stored(opened, code))
            assert [entry.offset for entry in log] == list(range(1, len(log) + 1))
            ids = [entry.body["id"] for entry in log[2:]]
            assert ids == [f"command {number}" for number in range(len(ids))]
            assert ids[: len(acknowledged)] == acknowledged
            assert len(ids) - len(acknowledged) in (0, 1)
            assert sum(tally.values()) - len(acknowledged) in (0, 1)


def killed_after(number: int, place: str) -> tuple[str, list[str]]:
    """The lecture, and the commands that a process said were acknowledged, before it was killed."""
    hears, says = processes.Pipe(duplex=False)
    process = processes.Process(target=appending.main, args=(place, says), daemon=True)
    process.start()
    says.close()
    with hears:
        code: str = hears.recv()
        acknowledged = [hears.recv() for _ in range(number)]
        process.kill()
        process.join(PATIENCE)
        with suppress(EOFError):
            while True:
                acknowledged.append(hears.recv())
    return code, acknowledged


async def stored(opened: Opened, code: str) -> tuple[list[Entry], dict[str, int]]:
    """What is there afterwards."""
    async with opened() as storage:
        return await storage.read(code, 0), await storage.tally(code, "p")
