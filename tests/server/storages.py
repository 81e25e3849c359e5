"""Lectures as the tests of their storage make them, over whichever storage is asked for."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from app.lectures.entries import Entry
from app.lectures.redis_scripts import SCRIPTS
from app.lectures.redis_storage import RedisStorage
from app.lectures.secret import ALPHABET
from app.lectures.sqlite_storage import SqliteStorage
from app.lectures.storage import Command, LectureStorage, Record
from app.redis_link import Link
from tests import watchdog

PATIENCE = 30  # s: far beyond what anything here takes; a noisy machine is no failure
PRESENTER, OTHER = "presenter's session", "another session"
T = TypeVar("T")
Opened = Callable[[], AbstractAsyncContextManager[LectureStorage]]
numbers = itertools.count()
commands = itertools.count()


def sqlite(folder: Path, patience: float = 5) -> Opened:
    """How to open lectures in this folder."""
    return lambda: SqliteStorage(folder, patience, retry_after=1)


def redis(url: str) -> Opened:
    """How to open lectures in this Redis: each time as another server process would."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[LectureStorage]:
        async with Link(url, 1, SCRIPTS) as link, RedisStorage(link, 1) as storage:
            yield storage

    return opened


def run(opened: Opened, scenario: Callable[[LectureStorage], Awaitable[T]]) -> T:
    """What the scenario gives with a storage that is open while it runs."""

    async def whole() -> T:
        async with asyncio.timeout(2 * PATIENCE), opened() as storage:
            return await scenario(storage)

    return watchdog.run(whole())


def new_code() -> str:
    """A code that no other test of this run has."""
    number = next(numbers)
    return "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(8))


async def begun(storage: LectureStorage, *first: tuple[str, dict[str, Any]]) -> Record:
    """A lecture that begins with a scene, and with what is given."""
    return await storage.create(new_code(), "RNNs", "laptop", "key", PRESENTER, [("scene", {"scene": "toy"}), *first])


def command(kind: str = "view", fence: int = 1, **body: Any) -> Command:
    """Something to do, with an id of its own."""
    return Command(f"command {next(commands)}", kind, body, fence)


async def appended(storage: LectureStorage, record: Record, kind: str = "view", **body: Any) -> Entry:
    """The next entry of a lecture whose presenter knows where it is."""
    now = await storage.record(record.code)
    assert now is not None
    return await storage.append(now.code, now.epoch, now.last, now.session, command(kind, now.fence, **body))


class Room:
    """Who watches a lecture, and remembers all that it was told."""

    def __init__(self, storage: LectureStorage, code: str) -> None:
        self.code = code
        self.entries: list[Entry] = []
        self.messages: list[dict[str, Any]] = []
        self.broken: list[str] = []
        self.gone: list[str] = []
        self._changed = asyncio.Event()
        self.leave = storage.watch(
            code,
            lambda entries: self.told(self.entries, *entries),
            lambda message: self.told(self.messages, message),
            lambda code: self.told(self.broken, code),
            lambda code: self.told(self.gone, code),
        )

    def told(self, where: list[Any], *what: Any) -> None:
        """One more thing to remember."""
        where.extend(what)
        self._changed.set()

    async def until(self, holds: Callable[[], object]) -> None:
        """Waits until something holds, which it can only begin to when the room is told something."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    @property
    def offsets(self) -> list[int]:
        """Of the entries that arrived."""
        return [entry.offset for entry in self.entries]
