"""Where scenes and data sets are kept: an interface, and SQLite in the data folder behind it."""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, Self, get_args

from app.databases import Database, Schema

FILE = "scenes.sqlite3"
Table = Literal["scenes", "datasets"]
TABLES: tuple[Table, ...] = get_args(Table)
FRESH = 60.0  # s after which a row that is stored again is made the newest
ROW = 150  # bytes of a row beside its text: id, age, the data set's id, and its place in the index

CREATE = (
    (
        "CREATE TABLE IF NOT EXISTS {table} "
        "(id TEXT PRIMARY KEY, canonical BLOB NOT NULL, at REAL NOT NULL DEFAULT 0, dataset TEXT) WITHOUT ROWID"
    ),
    "CREATE INDEX IF NOT EXISTS {table}_at ON {table} (at)",
    "INSERT OR IGNORE INTO totals SELECT '{table}', total(length(canonical) + {row}) FROM {table}",
    (
        "CREATE TRIGGER IF NOT EXISTS {table}_added AFTER INSERT ON {table} BEGIN "
        "UPDATE totals SET bytes = bytes + length(new.canonical) + {row} WHERE name = '{table}'; END"
    ),
    (
        "CREATE TRIGGER IF NOT EXISTS {table}_removed AFTER DELETE ON {table} BEGIN "
        "UPDATE totals SET bytes = bytes - length(old.canonical) - {row} WHERE name = '{table}'; END"
    ),
)
UPGRADE = ("ALTER TABLE {table} ADD COLUMN at REAL NOT NULL DEFAULT 0", "ALTER TABLE {table} ADD COLUMN dataset TEXT")
SCHEMA = Schema(
    version=2,
    statements=[
        "CREATE TABLE IF NOT EXISTS totals (name TEXT PRIMARY KEY, bytes INTEGER NOT NULL)",
        *(statement.format(table=table, row=ROW) for table in TABLES for statement in CREATE),
        "CREATE INDEX IF NOT EXISTS learners ON scenes (dataset)",
    ],
    synchronous="NORMAL",  # WAL: survives the end of the process; a lost scene can be sent again
    upgrades={
        1: [
            *(statement.format(table=table) for table in TABLES for statement in UPGRADE),
            "UPDATE scenes SET dataset = json_extract(CAST(canonical AS TEXT), '$.weights.training.dataset')",
        ]
    },
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A row as eviction sees it."""

    id: str
    bytes: int


class Store(Protocol):
    """Scenes and data sets by id. What put has answered stays; where the storage is out of reach, there is a Problem("storage")."""

    async def put(self, name: str, canonical: bytes, table: Table = "scenes", dataset: str | None = None) -> None:
        """Keep a scene or a data set by its id. `dataset` is what a scene learns from. Stored again, it counts as new."""

    async def get(self, name: str, table: Table = "scenes") -> bytes | None:
        """The canonical JSON of a scene or a data set, if it is known."""

    async def refresh(self, names: Sequence[str], table: Table = "scenes") -> None:
        """Makes them the newest."""

    async def size(self, table: Table) -> int:
        """Bytes of a table."""

    async def check(self) -> None:
        """A problem unless the storage can be written to."""


class Shelf(Store, Protocol):
    """A store whose rows can be removed, oldest first."""

    async def oldest(self, table: Table, count: int) -> list[Kept]:
        """The oldest rows."""

    async def remove(self, names: Sequence[str], table: Table) -> None:
        """Forget these."""

    async def learners(self, dataset: str) -> list[str]:
        """Ids of the scenes that learn from a data set."""


def packed(canonical: bytes) -> bytes:
    """The JSON as it is stored."""
    return zlib.compress(canonical)


def unpacked(stored: bytes) -> bytes:
    """The JSON of what is stored. Version 1 stored it as it is."""
    return stored if stored[:1] == b"{" else zlib.decompress(stored)


class SqliteStore:
    """Scenes of one machine. What put has answered stays, also when the process ends the hard way."""

    def __init__(self, folder: Path, patience: float, retry_after: int, reserve: int = 0) -> None:
        self._database = Database(folder / FILE, SCHEMA, patience, retry_after, reserve)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    async def put(self, name: str, canonical: bytes, table: Table = "scenes", dataset: str | None = None) -> None:
        """Keep one by its id."""
        statement = (
            f"INSERT INTO {table} VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at WHERE at < excluded.at - {FRESH}"
        )
        values = (name, packed(canonical), time.time(), dataset)
        await self._database.write(lambda query: query.execute(statement, values))

    async def get(self, name: str, table: Table = "scenes") -> bytes | None:
        """The canonical JSON, if it is known."""
        ask = f"SELECT canonical FROM {table} WHERE id = ?"
        row: tuple[bytes] | None = await self._database.read(lambda query: query.execute(ask, (name,)).fetchone())
        return row and unpacked(row[0])

    async def refresh(self, names: Sequence[str], table: Table = "scenes") -> None:
        """Makes them the newest."""
        now = time.time()
        values = [(now, name, now - FRESH) for name in names]
        await self._database.write(lambda query: query.executemany(f"UPDATE {table} SET at = ? WHERE id = ? AND at < ?", values))

    async def size(self, table: Table) -> int:
        """Bytes of a table."""
        ask = "SELECT bytes FROM totals WHERE name = ?"
        row: tuple[int] = await self._database.read(lambda query: query.execute(ask, (table,)).fetchone())
        return row[0]

    async def oldest(self, table: Table, count: int) -> list[Kept]:
        """The oldest rows."""
        ask = f"SELECT id, length(canonical) + {ROW} FROM {table} ORDER BY at LIMIT ?"

        def rows(query: sqlite3.Connection) -> list[Kept]:
            return [Kept(*row) for row in query.execute(ask, (count,))]

        return await self._database.read(rows)

    async def remove(self, names: Sequence[str], table: Table) -> None:
        """Forget these."""
        await self._database.write(lambda query: query.executemany(f"DELETE FROM {table} WHERE id = ?", [(name,) for name in names]))

    async def learners(self, dataset: str) -> list[str]:
        """Ids of the scenes that learn from a data set."""
        ask = "SELECT id FROM scenes WHERE dataset = ?"
        return await self._database.read(lambda query: [row[0] for row in query.execute(ask, (dataset,))])

    async def check(self) -> None:
        """A problem unless it can be written to."""
        await self._database.check()
