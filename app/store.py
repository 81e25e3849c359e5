"""Where scenes and data sets are kept: an interface, and SQLite in the data folder behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol, Self, get_args

from app.databases import Database, Schema

FILE = "scenes.sqlite3"
Table = Literal["scenes", "datasets"]
CREATE = "CREATE TABLE IF NOT EXISTS {table} (id TEXT PRIMARY KEY, canonical BLOB NOT NULL) WITHOUT ROWID"
SCHEMA = Schema(
    version=1,
    statements=[CREATE.format(table=table) for table in get_args(Table)],
    synchronous="NORMAL",  # WAL: survives the end of the process; a lost scene can be sent again
)


class Store(Protocol):
    """Scenes and data sets by id. What put has answered stays; where the storage is out of reach, there is a Problem("storage")."""

    async def put(self, name: str, canonical: bytes, table: Table = "scenes") -> None:
        """Keep a scene or a data set by its id."""

    async def get(self, name: str, table: Table = "scenes") -> bytes | None:
        """The canonical JSON of a scene or a data set, if it is known."""

    async def check(self) -> None:
        """A problem unless the storage can be written to."""


class SqliteStore:
    """Scenes of one machine. What put has answered stays, also when the process ends the hard way."""

    def __init__(self, folder: Path, patience: float, retry_after: int) -> None:
        self._database = Database(folder / FILE, SCHEMA, patience, retry_after)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    async def put(self, name: str, canonical: bytes, table: Table = "scenes") -> None:
        """Keep one by its id."""
        statement = f"INSERT OR IGNORE INTO {table} VALUES (?, ?)"
        await self._database.write(lambda query: query.execute(statement, (name, canonical)))

    async def get(self, name: str, table: Table = "scenes") -> bytes | None:
        """The canonical JSON, if it is known."""
        ask = f"SELECT canonical FROM {table} WHERE id = ?"
        row: tuple[bytes] | None = await self._database.read(lambda query: query.execute(ask, (name,)).fetchone())
        return row and row[0]

    async def check(self) -> None:
        """A problem unless it can be written to."""
        await self._database.check()
