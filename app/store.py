"""Where scenes and data sets are kept: SQLite in the data folder, one thread that writes and one that reads."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, Self, TypeVar, get_args

from app.errors import Problem

SCHEMA_VERSION = 1
FILE = "scenes.sqlite3"
SCHEMA = "CREATE TABLE IF NOT EXISTS {table} (id TEXT PRIMARY KEY, canonical BLOB NOT NULL) WITHOUT ROWID"
Table = Literal["scenes", "datasets"]

T = TypeVar("T")
logger = logging.getLogger(__name__)


class StorageRefused(Exception):
    """The storage cannot be used, and a sentence says what to do: the server does not start."""


class Store:
    """Scenes by id. What put has answered stays, also when the process ends the hard way."""

    def __init__(self, folder: Path, patience: float, retry_after: int) -> None:
        self._path = folder / FILE
        self._patience = patience
        self._retry_after = retry_after
        self._writer = self._open()
        self._reader = sqlite3.connect(self._path, check_same_thread=False)
        self._write_thread = ThreadPoolExecutor(1, thread_name_prefix="store-write")
        self._read_thread = ThreadPoolExecutor(1, thread_name_prefix="store-read")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for thread in (self._write_thread, self._read_thread):
            thread.shutdown(cancel_futures=True)
        self._reader.close()
        self._writer.close()

    async def put(self, name: str, canonical: bytes, table: Table = "scenes") -> None:
        """Keep a scene or a data set by its id; a problem if it could not be kept."""
        await self._answered(self._write_thread, lambda: self._insert(name, canonical, table))

    async def get(self, name: str, table: Table = "scenes") -> bytes | None:
        """The canonical JSON of a scene or a data set, if it is known."""
        return await self._answered(self._read_thread, lambda: self._select(name, table))

    async def check(self) -> None:
        """A problem unless the storage can be written to."""
        await self._answered(self._write_thread, self._touch)

    def _open(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return _connected(self._path, self._patience)
        except (OSError, sqlite3.OperationalError) as error:
            sentence = (
                f"The data folder {self._path.parent} cannot be written to ({error}). Make it writable, or set UNROLLED_DATA to another."
            )
            raise StorageRefused(sentence) from error
        except sqlite3.DatabaseError:
            _move_aside(self._path)
            return _connected(self._path, self._patience)

    def _insert(self, name: str, canonical: bytes, table: Table) -> None:
        with self._writer:
            self._writer.execute(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", (name, canonical))

    def _select(self, name: str, table: Table) -> bytes | None:
        row: tuple[bytes] | None = self._reader.execute(f"SELECT canonical FROM {table} WHERE id = ?", (name,)).fetchone()
        return row and row[0]

    def _touch(self) -> None:
        with self._writer:
            self._writer.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    async def _answered(self, thread: ThreadPoolExecutor, action: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(2 * self._patience):  # its own wait for a lock, and that of one before it
                return await asyncio.get_running_loop().run_in_executor(thread, action)
        except (sqlite3.Error, TimeoutError) as error:
            logger.warning("storage does not answer: %r", error)
            detail = f"The server cannot reach its storage, so nothing was stored. Try again in {self._retry_after} s."
            raise Problem("storage", detail, headers={"Retry-After": str(self._retry_after)}) from error


def _connected(path: Path, patience: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=patience, check_same_thread=False)
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise StorageRefused(f"{path} is of a newer Unrolled (schema {version}). Start that one, or set UNROLLED_DATA to another folder.")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # WAL: survives the end of the process; a lost scene can be sent again
    with connection:
        for table in get_args(Table):
            connection.execute(SCHEMA.format(table=table))
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _move_aside(path: Path) -> None:
    """A file that is no database is kept under another name: somebody may want to look."""
    number = next(number for number in range(1, 10_000) if not path.with_suffix(f".corrupt-{number}").exists())
    aside = path.with_suffix(f".corrupt-{number}")
    path.rename(aside)
    for companion in ("-wal", "-shm"):
        path.with_name(path.name + companion).unlink(missing_ok=True)
    logger.warning("%s is damaged: moved to %s, and started anew", path, aside)
