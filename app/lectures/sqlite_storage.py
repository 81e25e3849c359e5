"""Lectures in SQLite, for one server process: lectures.sqlite3 in the data folder."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from app.databases import Database, Schema
from app.lectures.entries import Entry, encoded
from app.lectures.storage import (
    PRESENCE_SECONDS,
    CodeTaken,
    Command,
    EpochChanged,
    FenceChanged,
    First,
    LectureEnded,
    Moved,
    PollClosed,
    Record,
    State,
    TooManyIdentities,
    Undo,
    UnknownLecture,
    UnknownParticipant,
    new_epoch,
)
from app.lectures.watchers import Watchers

FILE = "lectures.sqlite3"
OF_LECTURE = "code TEXT NOT NULL REFERENCES lectures ON DELETE CASCADE"
SCHEMA = Schema(
    version=1,
    statements=[
        "CREATE TABLE IF NOT EXISTS lectures (code TEXT PRIMARY KEY, epoch TEXT NOT NULL, last INTEGER NOT NULL, fence INTEGER NOT NULL, "
        "holder TEXT NOT NULL, session TEXT NOT NULL, created REAL NOT NULL, ended INTEGER NOT NULL, title TEXT NOT NULL, plan TEXT) WITHOUT ROWID",
        f"CREATE TABLE IF NOT EXISTS entries ({OF_LECTURE}, number INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, at REAL NOT NULL, "
        "command TEXT, PRIMARY KEY (code, number), UNIQUE (code, command)) WITHOUT ROWID",
        f"CREATE TABLE IF NOT EXISTS keys ({OF_LECTURE}, key TEXT NOT NULL, PRIMARY KEY (code, key)) WITHOUT ROWID",
        f"CREATE TABLE IF NOT EXISTS sessions ({OF_LECTURE}, session TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (code, session)) WITHOUT ROWID",
        f"CREATE TABLE IF NOT EXISTS participants ({OF_LECTURE}, participant TEXT NOT NULL, nickname TEXT NOT NULL, address TEXT NOT NULL, "
        "PRIMARY KEY (code, participant)) WITHOUT ROWID",
        "CREATE INDEX IF NOT EXISTS addresses ON participants (code, address)",
        f"CREATE TABLE IF NOT EXISTS open_polls ({OF_LECTURE}, poll TEXT NOT NULL, PRIMARY KEY (code, poll)) WITHOUT ROWID",
        f"CREATE TABLE IF NOT EXISTS votes ({OF_LECTURE}, poll TEXT NOT NULL, participant TEXT NOT NULL, choice TEXT NOT NULL, "
        "PRIMARY KEY (code, poll, participant)) WITHOUT ROWID",
    ],
    synchronous="FULL",
)
FIELDS = "code, epoch, last, fence, holder, session, created, ended, title"


class SqliteStorage:
    """Every method as LectureStorage has it: here they are queries on one of the two threads."""

    state: State = "up"  # a file is there, or each answer says that it is not

    def __init__(self, folder: Path, patience: float, retry_after: int) -> None:
        self._database = Database(folder / FILE, SCHEMA, patience, retry_after)
        self._watchers = Watchers()
        self._presence: dict[str, dict[str, tuple[float, dict[str, Any]]]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._database.close()

    async def create(self, code: str, title: str, holder: str, key: str, session: str, first: First) -> Record:
        """A new lecture."""
        return await self._database.write(lambda query: _create(query, code, title, holder, key, session, first))

    async def record(self, code: str) -> Record | None:
        """What is kept of a lecture."""
        return await self._database.read(lambda query: _record(query, code))

    async def append(self, code: str, epoch: str, expected: int, session: str, command: Command) -> Entry:
        """The command as entry expected + 1, or its entry again."""
        return await self._add(code, lambda query: _append(query, code, epoch, expected, session, command))

    async def take_over(self, code: str, epoch: str, session: str, name: str, command_id: str) -> Entry:
        """The next fence for this session."""
        return await self._add(code, lambda query: _take_over(query, code, epoch, session, name, command_id))

    async def _add(self, code: str, action: Callable[[sqlite3.Connection], tuple[Entry, bool]]) -> Entry:
        """The entry; those who watch are told when it is new and committed."""
        entry, _ = await self._database.write(action, lambda added: self._watchers.arrived(code, [added[0]] if added[1] else []))
        return entry

    async def recreate(self, record: Record, state: First, sessions: Mapping[str, str]) -> Record:
        """A new epoch, where the caller's is still the newest."""
        return await self._database.write(lambda query: _recreate(query, record, state, sessions))

    async def read(self, code: str, after: int, limit: int = 10_000) -> list[Entry]:
        """The entries that follow an offset."""
        return await self._database.read(lambda query: _entries(query, code, after, limit))

    async def add_key(self, code: str, key: str) -> None:
        """Another key."""
        await self._database.write(
            lambda query: _known(query, code) and query.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (code, key))
        )

    async def use_key(self, code: str, key: str, session: str, name: str) -> bool:
        """A session for a key."""
        return await self._database.write(lambda query: _use_key(query, code, key, session, name))

    async def session(self, code: str, session: str) -> str | None:
        """The session's name."""
        ask = "SELECT name FROM sessions WHERE code = ? AND session = ?"
        return await self._database.read(lambda query: _value(query, ask, code, session))

    async def join(self, code: str, participant: str, nickname: str, address: str, most: int) -> None:
        """A participant, or its new nickname."""
        await self._database.write(lambda query: _join(query, code, participant, nickname, address, most))

    async def identities(self, code: str) -> list[int]:
        """How many participants each address has."""
        ask = "SELECT count(*) FROM participants WHERE code = ? GROUP BY address ORDER BY 1 DESC"
        return await self._database.read(lambda query: [row[0] for row in query.execute(ask, (code,))])

    async def vote(self, code: str, poll: str, participant: str, choice: str) -> None:
        """The participant's one vote."""
        await self._database.write(lambda query: _vote(query, code, poll, participant, choice))

    async def tally(self, code: str, poll: str) -> dict[str, int]:
        """The votes, counted."""
        ask = "SELECT choice, count(*) FROM votes WHERE code = ? AND poll = ? GROUP BY choice"
        return await self._database.read(lambda query: dict(query.execute(ask, (code, poll)).fetchall()))

    async def put_plan(self, code: str, plan: str) -> None:
        """Keep the plan."""
        await self._database.write(
            lambda query: _known(query, code) and query.execute("UPDATE lectures SET plan = ? WHERE code = ?", (plan, code))
        )

    async def plan(self, code: str) -> str | None:
        """The plan."""
        return await self._database.read(lambda query: _value(query, "SELECT plan FROM lectures WHERE code = ?", code))

    async def delete(self, code: str) -> None:
        """Forget a lecture."""
        await self._database.write(lambda query: _forget(query, [code]), self._gone)

    async def expire(self, before: float) -> list[str]:
        """Forget the old ones."""
        ask = "SELECT code FROM lectures WHERE created < ?"
        return await self._database.write(lambda query: _forget(query, [row[0] for row in query.execute(ask, (before,))]), self._gone)

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


def _value(query: sqlite3.Connection, ask: str, *values: Any) -> Any:
    row = query.execute(ask, values).fetchone()
    return row and row[0]


def _record(query: sqlite3.Connection, code: str) -> Record | None:
    row = query.execute(f"SELECT {FIELDS} FROM lectures WHERE code = ?", (code,)).fetchone()
    if row is None:
        return None
    *fields, ended, title = row
    return Record(*fields, bool(ended), title)


def _known(query: sqlite3.Connection, code: str) -> Record:
    record = _record(query, code)
    if record is None:
        raise UnknownLecture(code)
    return record


def _create(query: sqlite3.Connection, code: str, title: str, holder: str, key: str, session: str, first: First) -> Record:
    if _record(query, code):
        raise CodeTaken(code)
    _insert(query, Record(code, new_epoch(), 0, 1, holder, session, time.time(), False, title))
    query.execute("INSERT INTO keys VALUES (?, ?)", (code, key))
    query.execute("INSERT INTO sessions VALUES (?, ?, ?)", (code, session, holder))
    for kind, body in first:
        _write(query, code, kind, body, None)
    return _known(query, code)


def _insert(query: sqlite3.Connection, record: Record) -> None:
    values = (
        record.code,
        record.epoch,
        record.last,
        record.fence,
        record.holder,
        record.session,
        record.created,
        record.ended,
        record.title,
    )
    query.execute(f"INSERT INTO lectures ({FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def _repeated(query: sqlite3.Connection, code: str, command_id: str) -> Entry | None:
    number = _value(query, "SELECT number FROM entries WHERE code = ? AND command = ?", code, command_id)
    return _entries(query, code, number - 1, 1)[0] if number else None


def _going_on(query: sqlite3.Connection, code: str, epoch: str) -> Record:
    record = _known(query, code)
    if record.epoch != epoch:
        raise EpochChanged(code)
    if record.ended:
        raise LectureEnded(code)
    return record


def _append(query: sqlite3.Connection, code: str, epoch: str, expected: int, session: str, command: Command) -> tuple[Entry, bool]:
    """The entry, and whether it is new."""
    if repeated := _repeated(query, code, command.id):
        return repeated, False
    record = _going_on(query, code, epoch)
    if (record.session, record.fence) != (session, command.fence):
        raise FenceChanged(record.holder, record.fence)
    if record.last != expected:
        raise Moved(record.last)
    return _write(query, code, command.kind, command.body, command.id), True


def _take_over(query: sqlite3.Connection, code: str, epoch: str, session: str, name: str, command_id: str) -> tuple[Entry, bool]:
    """The entry, and whether it is new."""
    if repeated := _repeated(query, code, command_id):
        return repeated, False
    fence = _going_on(query, code, epoch).fence + 1
    query.execute("UPDATE lectures SET fence = ?, holder = ?, session = ? WHERE code = ?", (fence, name, session, code))
    return _write(query, code, "presenter changed", {"fence": fence, "name": name}, command_id), True


def _write(query: sqlite3.Connection, code: str, kind: str, body: dict[str, Any], command_id: str | None) -> Entry:
    """The next entry, and what it does to polls and lecture."""
    query.execute("UPDATE lectures SET last = last + 1 WHERE code = ?", (code,))
    last: int = _value(query, "SELECT last FROM lectures WHERE code = ?", code)
    query.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", (code, last, kind, encoded(body), time.time(), command_id))
    match kind:
        case "poll opened":
            query.execute("INSERT OR IGNORE INTO open_polls VALUES (?, ?)", (code, body["poll"]))
        case "poll closed":
            query.execute("DELETE FROM open_polls WHERE code = ? AND poll = ?", (code, body["poll"]))
        case "ended":
            query.execute("DELETE FROM open_polls WHERE code = ?", (code,))
            query.execute("UPDATE lectures SET ended = 1 WHERE code = ?", (code,))
    return _entries(query, code, last - 1, 1)[0]


def _recreate(query: sqlite3.Connection, record: Record, state: First, sessions: Mapping[str, str]) -> Record:
    stored = _known(query, record.code)
    if stored.epoch != record.epoch:
        return stored
    query.execute("UPDATE lectures SET epoch = ? WHERE code = ?", (new_epoch(), record.code))
    query.executemany(
        "INSERT OR IGNORE INTO sessions VALUES (?, ?, ?)", [(record.code, session, name) for session, name in sessions.items()]
    )
    for kind, body in state if stored.last < record.last else ():
        _write(query, record.code, kind, body, None)
    return _known(query, record.code)


def _entries(query: sqlite3.Connection, code: str, after: int, limit: int) -> list[Entry]:
    ask = (
        "SELECT epoch, number, kind, body, at FROM entries JOIN lectures USING (code) WHERE code = ? AND number > ? ORDER BY number LIMIT ?"
    )
    return [Entry(epoch, number, kind, json.loads(body), at) for epoch, number, kind, body, at in query.execute(ask, (code, after, limit))]


def _use_key(query: sqlite3.Connection, code: str, key: str, session: str, name: str) -> bool:
    if not query.execute("DELETE FROM keys WHERE code = ? AND key = ?", (code, key)).rowcount:
        return False
    query.execute("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)", (code, session, name))
    return True


def _join(query: sqlite3.Connection, code: str, participant: str, nickname: str, address: str, most: int) -> None:
    _known(query, code)
    renamed = query.execute("UPDATE participants SET nickname = ? WHERE code = ? AND participant = ?", (nickname, code, participant))
    if renamed.rowcount:
        return
    if _value(query, "SELECT count(*) FROM participants WHERE code = ? AND address = ?", code, address) >= most:
        raise TooManyIdentities(code)
    query.execute("INSERT INTO participants VALUES (?, ?, ?, ?)", (code, participant, nickname, address))


def _vote(query: sqlite3.Connection, code: str, poll: str, participant: str, choice: str) -> None:
    if not _value(query, "SELECT 1 FROM participants WHERE code = ? AND participant = ?", code, participant):
        raise UnknownParticipant(code)
    if not _value(query, "SELECT 1 FROM open_polls WHERE code = ? AND poll = ?", code, poll):
        raise PollClosed(poll)
    query.execute("INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?)", (code, poll, participant, choice))


def _forget(query: sqlite3.Connection, codes: Sequence[str]) -> Sequence[str]:
    """All tables name the lecture that a row belongs to, and go with it."""
    query.executemany("DELETE FROM lectures WHERE code = ?", [(code,) for code in codes])
    return codes
