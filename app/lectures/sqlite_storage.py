"""Lectures in SQLite, for one server process: lectures.sqlite3 in the data folder."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from app.databases import Database, State
from app.lectures import sqlite_queries as queries
from app.lectures.entries import Entry
from app.lectures.storage import LOG_BYTES, PRESENCE_SECONDS, Command, First, Record, Undo
from app.lectures.watchers import Watchers

FILE = "lectures.sqlite3"


class SqliteStorage:
    """Every method as LectureStorage has it: here they are queries on one of the two threads."""

    state: State = "up"  # a file is there, or each answer says that it is not

    def __init__(self, folder: Path, patience: float, retry_after: int, reserve: int = 0, log_bytes: int = LOG_BYTES) -> None:
        self._database = Database(folder / FILE, queries.SCHEMA, patience, retry_after, reserve)
        self._log_bytes = log_bytes
        self._watchers = Watchers()
        self._presence: dict[str, dict[str, tuple[float, dict[str, Any]]]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._database.close()

    async def create(self, code: str, title: str, holder: str, key: str, session: str, first: First) -> Record:
        """A new lecture."""
        return await self._database.write(lambda query: queries.create(query, code, title, holder, key, session, first))

    async def record(self, code: str) -> Record | None:
        """What is kept of a lecture."""
        return await self._database.read(lambda query: queries.find(query, code))

    async def append(self, code: str, epoch: str, expected: int, session: str, command: Command) -> Entry:
        """The command as entry expected + 1, or its entry again."""
        return await self._add(code, lambda query: queries.append(query, code, epoch, expected, session, command, self._log_bytes))

    async def take_over(self, code: str, epoch: str, session: str, name: str, command_id: str) -> Entry:
        """The next fence for this session."""
        return await self._add(code, lambda query: queries.take_over(query, code, epoch, session, name, command_id, self._log_bytes))

    async def _add(self, code: str, action: Callable[[sqlite3.Connection], tuple[Entry, bool]]) -> Entry:
        """The entry; those who watch are told when it is new and committed."""
        entry, _ = await self._database.write(action, lambda added: self._watchers.arrived(code, [added[0]] if added[1] else []))
        return entry

    async def recreate(self, record: Record, state: First, sessions: Mapping[str, str]) -> Record:
        """A new epoch, where the caller's is still the newest."""
        return await self._database.write(lambda query: queries.recreate(query, record, state, sessions))

    async def read(self, code: str, after: int, limit: int = 10_000) -> list[Entry]:
        """The entries that follow an offset."""
        return await self._database.read(lambda query: queries.entries(query, code, after, limit))

    async def add_key(self, code: str, key: str) -> None:
        """Another key."""
        await self._database.write(lambda query: queries.add_key(query, code, key))

    async def use_key(self, code: str, key: str, session: str, name: str) -> bool:
        """A session for a key."""
        return await self._database.write(lambda query: queries.use_key(query, code, key, session, name))

    async def session(self, code: str, session: str) -> str | None:
        """The session's name."""
        ask = "SELECT name FROM sessions WHERE code = ? AND session = ?"
        return await self._database.read(lambda query: queries.value(query, ask, code, session))

    async def join(self, code: str, participant: str, nickname: str, address: str, most: int) -> None:
        """A participant, or its new nickname."""
        await self._database.write(lambda query: queries.join(query, code, participant, nickname, address, most))

    async def participates(self, code: str, participant: str) -> bool:
        """Whether the participant has joined."""
        ask = "SELECT 1 FROM participants WHERE code = ? AND participant = ?"
        return bool(await self._database.read(lambda query: queries.value(query, ask, code, participant)))

    async def identities(self, code: str) -> list[int]:
        """How many participants each address has."""
        ask = "SELECT count(*) FROM participants WHERE code = ? GROUP BY address ORDER BY 1 DESC"
        return await self._database.read(lambda query: [row[0] for row in query.execute(ask, (code,))])

    async def vote(self, code: str, poll: str, participant: str, choice: str) -> None:
        """The participant's one vote."""
        await self._database.write(lambda query: queries.vote(query, code, poll, participant, choice))

    async def tally(self, code: str, poll: str) -> dict[str, int]:
        """The votes, counted."""
        ask = "SELECT choice, count(*) FROM votes WHERE code = ? AND poll = ? GROUP BY choice"
        return await self._database.read(lambda query: dict(query.execute(ask, (code, poll)).fetchall()))

    async def put_plan(self, code: str, plan: str, names: Sequence[str] = ()) -> None:
        """Keep the plan."""
        await self._database.write(lambda query: queries.put_plan(query, code, plan, names))

    async def naming(self, names: Sequence[str]) -> set[str]:
        """Those that a lecture names."""
        return await self._database.read(lambda query: queries.naming(query, names))

    async def size(self) -> int:
        """Bytes of all logs and plans."""
        size: int = await self._database.read(lambda query: queries.value(query, "SELECT bytes FROM total"))
        return size

    async def plan(self, code: str) -> str | None:
        """The plan."""
        return await self._database.read(lambda query: queries.value(query, "SELECT plan FROM lectures WHERE code = ?", code))

    async def delete(self, code: str) -> None:
        """Forget a lecture."""
        await self._database.write(lambda query: queries.forget(query, [code]), self._gone)

    async def expire(self, before: float) -> list[str]:
        """Forget the old ones."""
        ask = "SELECT code FROM lectures WHERE created < ?"
        return await self._database.write(
            lambda query: queries.forget(query, [row[0] for row in query.execute(ask, (before,))]), self._gone
        )

    def _gone(self, codes: Sequence[str]) -> None:
        for code in codes:
            self._presence.pop(code, None)
            self._watchers.gone(code)

    def watch(
        self,
        code: str,
        arrived: Callable[[Sequence[Entry]], None],
        soft: Callable[[dict[str, Any]], None],
        broken: Callable[[str], None] = lambda code: None,
        gone: Callable[[str], None] = lambda code: None,
    ) -> Undo:
        """Told of what this process commits, which is all there is."""
        return self._watchers.add(code, arrived, soft, broken, gone)

    async def tell(self, code: str, message: dict[str, Any]) -> None:
        """To every watcher."""
        self._watchers.soft(code, message)

    async def share(self, code: str, process: str, presence: dict[str, Any] | None) -> list[dict[str, Any]]:
        """There is one process as a rule; those that the caller speaks for grow old all the same."""
        shared = self._presence.setdefault(code, {})
        shared.pop(process, None)
        if presence is not None:
            shared[process] = (time.monotonic(), presence)
        fresh = {name: each for name, each in shared.items() if time.monotonic() - each[0] < PRESENCE_SECONDS}
        self._presence[code] = fresh
        if not fresh:
            del self._presence[code]
        return [presence for _, presence in fresh.values()]

    async def check(self) -> None:
        """A problem unless it can be written to."""
        await self._database.check()

    def on_change(self, changed: Callable[[State], None]) -> Undo:
        """Never: it is up."""
        return lambda: None
