"""SQLite as every storage here uses it: opened with care, one thread that writes in groups, one that reads."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from app.errors import Problem

T = TypeVar("T")
LOOKED_THROUGH = 64 * 2**20  # bytes; to look through a larger file holds up the start, so its damage shows where it is read
RESERVE = "CREATE TABLE IF NOT EXISTS reserve (id INTEGER PRIMARY KEY, content BLOB NOT NULL)"
State = Literal["up", "down"]
Action = Callable[[sqlite3.Connection], T]
logger = logging.getLogger(__name__)


class StorageRefused(Exception):
    """The storage cannot be used, and a sentence says what to do: the server does not start."""


class DiskFull(Problem):
    """The answer where there was no room on the disk."""


def out_of_reach(retry_after: int, kind: type[Problem] = Problem) -> Problem:
    """The answer where nothing could be stored."""
    detail = f"The server cannot reach its storage, so nothing was stored. Try again in {retry_after} s."
    return kind("storage", detail, headers={"Retry-After": str(retry_after)})


@dataclass(frozen=True, slots=True)
class Schema:
    """What a file holds, and how sure a commit is: NORMAL outlives the process, FULL also the machine.

    `upgrades[n]` makes version n + 1 of the tables of version n; `statements` make whatever is not there yet.
    """

    version: int
    statements: Sequence[str]
    synchronous: Literal["NORMAL", "FULL"]
    upgrades: Mapping[int, Sequence[str]] = field(default_factory=dict)


class Database:
    """A file of this schema, and its two threads."""

    def __init__(self, path: Path, schema: Schema, patience: float, retry_after: int, reserve: int = 0) -> None:
        self._patience = patience
        self._retry_after = retry_after
        self._schema = schema
        connection = opened(path, schema, patience)
        self._reader = sqlite3.connect(path, timeout=patience, check_same_thread=False)
        self._read_thread = ThreadPoolExecutor(1, thread_name_prefix=f"{path.stem}-read")
        self._writer = Writer(connection, f"{path.stem}-write", reserve)

    def close(self) -> None:
        """What waits is written first."""
        self._writer.close()
        self._read_thread.shutdown(cancel_futures=True)
        self._reader.close()

    async def write(self, action: Action[T], committed: Callable[[T], None] = lambda _: None) -> T:
        """What the action gives, once it is committed: then `committed` is called in the event loop, even where nobody waits any more."""
        return await self._answered(self._writer.submit(action, committed))

    async def read(self, action: Action[T]) -> T:
        """What the action gives of what was committed."""
        return await self._answered(asyncio.get_running_loop().run_in_executor(self._read_thread, action, self._reader))

    async def check(self) -> None:
        """A problem unless it can be written to."""
        await self.write(lambda connection: connection.execute(f"PRAGMA user_version = {self._schema.version}"))

    async def _answered(self, answer: asyncio.Future[T]) -> T:
        try:
            async with asyncio.timeout(2 * self._patience):  # its own wait for a lock, and that of one before it
                return await answer
        except (sqlite3.Error, TimeoutError) as error:
            logger.warning("storage does not answer: %r", error)
            raise out_of_reach(self._retry_after, DiskFull if is_full(error) else Problem) from error


def is_full(error: BaseException) -> bool:
    """Whether a write found no room: on the disk, or because a file may not grow."""
    return getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)


class _Operation(Generic[T]):
    """An action on its way through the writer."""

    def __init__(self, action: Action[T], committed: Callable[[T], None]) -> None:
        self.action = action
        self.committed = committed
        self.loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[T] = self.loop.create_future()
        self.result: T
        self.error: BaseException | None = None

    def settle(self) -> None:
        """In the event loop, after the commit or its failure."""
        if self.answer.cancelled():
            return
        if self.error is None:
            self.answer.set_result(self.result)
        else:
            self.answer.set_exception(self.error)

    def announce(self) -> None:
        """In the event loop, after all were answered."""
        if self.error is None:
            self.committed(self.result)


class Writer:
    """One thread that commits whatever has gathered in one transaction: a thousand votes are not a thousand syncs."""

    def __init__(self, connection: sqlite3.Connection, name: str, reserve: int = 0) -> None:
        self._connection = connection
        self._reserve = Reserve(connection, reserve) if reserve else None
        path: str = connection.execute("PRAGMA database_list").fetchone()[2]
        self._paths = (Path(path), Path(f"{path}-wal"))
        self._files = [_identity(each) for each in self._paths]
        self._waiting: queue.SimpleQueue[_Operation[Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, action: Action[T], committed: Callable[[T], None]) -> asyncio.Future[T]:
        """The answer to come. Whoever stops waiting before the action has begun has it not done."""
        operation = _Operation(action, committed)
        self._waiting.put(operation)
        return operation.answer

    def close(self) -> None:
        """What waits is written first."""
        self._waiting.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            group, last = self._gathered(first)
            self._commit(group)
            _settled(group)
            if self._reserve:
                self._reserve.refill()
            if last:
                return

    def _gathered(self, first: _Operation[Any]) -> tuple[list[_Operation[Any]], bool]:
        """All that waits by now, and whether that is the end."""
        group = [first]
        while not self._waiting.empty():
            following = self._waiting.get()
            if following is None:
                return group, True
            group.append(following)
        return group, False

    def _commit(self, group: Sequence[_Operation[Any]]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for operation in group:
                self._attempt(operation)
            self._connection.execute("COMMIT")
            self._require_files()
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):  # a full disk has taken the transaction back already
                self._connection.execute("ROLLBACK")
            for operation in group:
                operation.error = error

    def _require_files(self) -> None:
        """OperationalError where what was committed is gone: an open file can be written to after it was deleted."""
        found = [_identity(path) for path in self._paths]
        if any(before not in (None, now) for before, now in zip(self._files, found, strict=True)):
            raise sqlite3.OperationalError("the data folder was deleted or replaced under the running server: restart it")
        self._files = found  # the log may have been made by this commit

    def _attempt(self, operation: _Operation[Any]) -> None:
        """One that fails takes nothing of the others with it, unless the whole transaction is gone, as on a full disk."""
        if operation.answer.cancelled():
            operation.error = asyncio.CancelledError()
            return
        self._connection.execute("SAVEPOINT operation")
        try:
            operation.result = operation.action(self._connection)
        except Exception as error:
            operation.error = error
            if not self._connection.in_transaction:
                raise
            self._connection.execute("ROLLBACK TO operation")
        self._connection.execute("RELEASE operation")


class Reserve:
    """Free pages in the file, and a log file of the same size, so that some writes need no more of the disk.

    SQLite fills free pages before it makes a file longer, and writes its log from the beginning again once it was copied to the file.
    """

    def __init__(self, connection: sqlite3.Connection, size: int) -> None:
        self._connection = connection
        self._size = size
        self._pages: int = size // connection.execute("PRAGMA page_size").fetchone()[0]
        connection.execute(f"PRAGMA wal_autocheckpoint = {max(1, self._pages // 2)}")
        self._fill()

    def refill(self) -> None:
        """Again and again, as long as the disk has room."""
        with contextlib.suppress(sqlite3.Error):
            if self._connection.execute("PRAGMA freelist_count").fetchone()[0] < self._pages // 2:
                self._fill()

    def _fill(self) -> None:
        """Written and deleted in two steps, or the pages would never reach the disk."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("INSERT OR REPLACE INTO reserve VALUES (1, zeroblob(?))", (self._size,))
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("DELETE FROM reserve")


def _identity(path: Path) -> tuple[int, int] | None:
    """Returns device and inode of the file that stands there now; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _settled(group: Sequence[_Operation[Any]]) -> None:
    """Answers go to their event loop in one go, and what follows from them after all."""

    def settle(operations: Sequence[_Operation[Any]]) -> None:
        for operation in operations:
            operation.settle()
        for operation in operations:
            operation.announce()

    for loop in {operation.loop for operation in group}:
        with contextlib.suppress(RuntimeError):  # a loop that is closed has nobody who waits
            loop.call_soon_threadsafe(settle, [operation for operation in group if operation.loop is loop])


def opened(path: Path, schema: Schema, patience: float) -> sqlite3.Connection:
    """A connection that writes. A file that is damaged is moved aside; one that cannot be used is refused with what to do."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _require_whole(path)
        return _connected(path, schema, patience)
    except (OSError, sqlite3.OperationalError) as error:
        sentence = f"The data folder {path.parent} cannot be written to ({error}). Make it writable, or set UNROLLED_DATA to another."
        raise StorageRefused(sentence) from error
    except sqlite3.DatabaseError:
        _move_aside(path)
        return _connected(path, schema, patience)


def _require_whole(path: Path) -> None:
    """DatabaseError for a damaged file, found by a connection that cannot write: one that can would merge the log into it as it closes."""
    if not path.exists() or path.stat().st_size > LOOKED_THROUGH:
        return
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as reader:
        if (found := reader.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)


def _connected(path: Path, schema: Schema, patience: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=patience, check_same_thread=False, isolation_level=None)
    try:
        _prepare(connection, path, schema)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.version:
        raise StorageRefused(f"{path} is of a newer Unrolled (schema {version}). Start that one, or set UNROLLED_DATA to another folder.")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {schema.synchronous}")
    connection.execute("PRAGMA foreign_keys = ON")
    try:
        connection.execute("BEGIN IMMEDIATE")
        if version != schema.version:
            _make_current(connection, version, schema)
        connection.execute(f"PRAGMA user_version = {schema.version}")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if not is_full(error) or version != schema.version:
            raise
        with contextlib.suppress(sqlite3.Error):  # a full disk keeps no server from starting: what is there can be read
            connection.execute("ROLLBACK")


def _make_current(connection: sqlite3.Connection, version: int, schema: Schema) -> None:
    for number in range(version or schema.version, schema.version):
        for statement in schema.upgrades.get(number, ()):
            connection.execute(statement)
    for statement in (*schema.statements, RESERVE):
        connection.execute(statement)


def _move_aside(path: Path) -> None:
    """A file that is no database is kept under another name: somebody may want to look."""
    number = next(number for number in range(1, 10_000) if not path.with_suffix(f".corrupt-{number}").exists())
    aside = path.with_suffix(f".corrupt-{number}")
    for companion in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + companion).rename(aside.with_name(aside.name + companion))
    logger.warning("%s is damaged: moved to %s, and started anew", path, aside)
