"""What SqliteStorage asks: each within the transaction that its caller has open."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.databases import Schema
from app.lectures.entries import Entry, encoded, names_of
from app.lectures.storage import (
    CodeTaken,
    Command,
    EpochChanged,
    FenceChanged,
    First,
    LectureEnded,
    LectureFull,
    Moved,
    PollClosed,
    Record,
    TooManyIdentities,
    UnknownLecture,
    UnknownParticipant,
    new_epoch,
    room_for,
)

FIELDS = "code, epoch, last, fence, holder, session, created, ended, title"
OF_LECTURE = "code TEXT NOT NULL REFERENCES lectures ON DELETE CASCADE"
TABLES = {
    "lectures": (
        "code TEXT PRIMARY KEY, epoch TEXT NOT NULL, last INTEGER NOT NULL, fence INTEGER NOT NULL, holder TEXT NOT NULL, "
        "session TEXT NOT NULL, created REAL NOT NULL, ended INTEGER NOT NULL, title TEXT NOT NULL, plan TEXT, "
        "bytes INTEGER NOT NULL DEFAULT 0"
    ),
    "entries": (
        f"{OF_LECTURE}, number INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, at REAL NOT NULL, command TEXT, "
        "PRIMARY KEY (code, number), UNIQUE (code, command)"
    ),
    "keys": f"{OF_LECTURE}, key TEXT NOT NULL, PRIMARY KEY (code, key)",
    "sessions": f"{OF_LECTURE}, session TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (code, session)",
    "participants": (
        f"{OF_LECTURE}, participant TEXT NOT NULL, nickname TEXT NOT NULL, address TEXT NOT NULL, PRIMARY KEY (code, participant)"
    ),
    "open_polls": f"{OF_LECTURE}, poll TEXT NOT NULL, PRIMARY KEY (code, poll)",
    "names": f"{OF_LECTURE}, name TEXT NOT NULL, PRIMARY KEY (code, name)",
    "votes": (f"{OF_LECTURE}, poll TEXT NOT NULL, participant TEXT NOT NULL, choice TEXT NOT NULL, PRIMARY KEY (code, poll, participant)"),
}
INDEXES = (
    "CREATE INDEX IF NOT EXISTS addresses ON participants (code, address)",
    "CREATE INDEX IF NOT EXISTS ages ON lectures (created)",
    "CREATE INDEX IF NOT EXISTS named ON names (name)",
)
# How many bytes all logs and plans have, kept by triggers: whatever changes a lecture, the sum is right.
TOTAL = (
    "CREATE TABLE IF NOT EXISTS total (bytes INTEGER NOT NULL)",
    "INSERT INTO total SELECT coalesce(sum(bytes), 0) FROM lectures WHERE NOT EXISTS (SELECT 1 FROM total)",
    (
        "CREATE TRIGGER IF NOT EXISTS grown AFTER UPDATE OF bytes ON lectures "
        "BEGIN UPDATE total SET bytes = bytes + new.bytes - old.bytes; END"
    ),
    "CREATE TRIGGER IF NOT EXISTS gone AFTER DELETE ON lectures BEGIN UPDATE total SET bytes = bytes - old.bytes; END",
)
CREATE = {name: f"CREATE TABLE IF NOT EXISTS {name} ({columns}) WITHOUT ROWID" for name, columns in TABLES.items()}
ENTRY = 100  # bytes of an entry beside its body
UPGRADE = (
    "ALTER TABLE lectures ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0",
    CREATE["names"],
    *(
        f"INSERT OR IGNORE INTO names SELECT code, json_extract(body, '{path}') FROM entries WHERE json_type(body, '{path}') = 'text'"
        for path in ("$.scene", "$.view.base")
    ),
    *(
        f"INSERT OR IGNORE INTO names SELECT code, json_extract(step.value, '{path}') FROM lectures, json_each(plan, '$.steps') AS step "
        f"WHERE plan IS NOT NULL AND json_type(step.value, '{path}') = 'text'"
        for path in ("$.scene", "$.view.base", "$.scene.weights.training.dataset")
    ),
    (
        "UPDATE lectures SET bytes = coalesce(length(plan), 0) + "
        f"(SELECT total(length(body) + {ENTRY}) FROM entries WHERE code = lectures.code)"
    ),
)
SCHEMA = Schema(version=2, statements=[*CREATE.values(), *INDEXES, *TOTAL], synchronous="FULL", upgrades={1: UPGRADE})


def value(query: sqlite3.Connection, ask: str, *values: Any) -> Any:
    """The one value of the first row, or None."""
    row = query.execute(ask, values).fetchone()
    return row and row[0]


def find(query: sqlite3.Connection, code: str) -> Record | None:
    """The lecture's record, if it is there."""
    row = query.execute(f"SELECT {FIELDS} FROM lectures WHERE code = ?", (code,)).fetchone()
    return row and replace(Record(*row), ended=bool(row[7]))  # SQLite knows no booleans


def known(query: sqlite3.Connection, code: str) -> Record:
    """The lecture's record. UnknownLecture."""
    record = find(query, code)
    if record is None:
        raise UnknownLecture(code)
    return record


def create(query: sqlite3.Connection, code: str, title: str, holder: str, key: str, session: str, first: First) -> Record:
    """A new lecture with its first entries. CodeTaken."""
    if find(query, code):
        raise CodeTaken(code)
    values = (code, new_epoch(), 0, 1, holder, session, time.time(), False, title)
    query.execute(f"INSERT INTO lectures ({FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    query.execute("INSERT INTO keys VALUES (?, ?)", (code, key))
    query.execute("INSERT INTO sessions VALUES (?, ?, ?)", (code, session, holder))
    for kind, body in first:
        write(query, code, kind, body, None)
    return known(query, code)


def repeated(query: sqlite3.Connection, code: str, command_id: str) -> Entry | None:
    """The entry that this command has made already."""
    number = value(query, "SELECT number FROM entries WHERE code = ? AND command = ?", code, command_id)
    return entries(query, code, number - 1, 1)[0] if number else None


def going_on(query: sqlite3.Connection, code: str, epoch: str) -> Record:
    """The record of a lecture that takes entries of this epoch. UnknownLecture, EpochChanged, LectureEnded."""
    record = known(query, code)
    if record.epoch != epoch:
        raise EpochChanged(code)
    if record.ended:
        raise LectureEnded(code)
    return record


def append(
    query: sqlite3.Connection, code: str, epoch: str, expected: int, session: str, command: Command, most: int
) -> tuple[Entry, bool]:
    """The entry, and whether it is new."""
    if again := repeated(query, code, command.id):
        return again, False
    record = going_on(query, code, epoch)
    if (record.session, record.fence) != (session, command.fence):
        raise FenceChanged(record.holder, record.fence)
    if record.last != expected:
        raise Moved(record.last)
    require_room(query, code, command.kind, most)
    return write(query, code, command.kind, command.body, command.id), True


def require_room(query: sqlite3.Connection, code: str, kind: str, most: int) -> None:
    """LectureFull where the log has too many bytes for an entry of this kind."""
    limit = room_for(kind, most)
    if limit is not None and value(query, "SELECT bytes FROM lectures WHERE code = ?", code) >= limit:
        raise LectureFull(most)


def take_over(query: sqlite3.Connection, code: str, epoch: str, session: str, name: str, command_id: str, most: int) -> tuple[Entry, bool]:
    """The entry, and whether it is new."""
    if again := repeated(query, code, command_id):
        return again, False
    fence = going_on(query, code, epoch).fence + 1
    require_room(query, code, "presenter changed", most)
    query.execute("UPDATE lectures SET fence = ?, holder = ?, session = ? WHERE code = ?", (fence, name, session, code))
    return write(query, code, "presenter changed", {"fence": fence, "name": name}, command_id), True


def write(query: sqlite3.Connection, code: str, kind: str, body: dict[str, Any], command_id: str | None) -> Entry:
    """The next entry, and what it does to polls and lecture."""
    text = encoded(body)
    query.execute("UPDATE lectures SET last = last + 1, bytes = bytes + ? WHERE code = ?", (len(text.encode()) + ENTRY, code))
    query.executemany("INSERT OR IGNORE INTO names VALUES (?, ?)", [(code, name) for name in names_of(body)])
    last: int = value(query, "SELECT last FROM lectures WHERE code = ?", code)
    query.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", (code, last, kind, text, time.time(), command_id))
    match kind:
        case "poll opened":
            query.execute("INSERT OR IGNORE INTO open_polls VALUES (?, ?)", (code, body.get("poll", "")))
        case "poll closed" | "poll revealed":
            query.execute("DELETE FROM open_polls WHERE code = ? AND poll = ?", (code, body.get("poll", "")))
        case "ended":
            query.execute("DELETE FROM open_polls WHERE code = ?", (code,))
            query.execute("UPDATE lectures SET ended = 1 WHERE code = ?", (code,))
    return entries(query, code, last - 1, 1)[0]


def recreate(query: sqlite3.Connection, record: Record, state: First, sessions: Mapping[str, str]) -> Record:
    """The lecture under a new epoch, unless somebody was first. UnknownLecture."""
    code, stored = record.code, known(query, record.code)
    if stored.epoch != record.epoch:
        return stored
    query.execute("UPDATE lectures SET epoch = ? WHERE code = ?", (new_epoch(), code))
    query.executemany("INSERT OR IGNORE INTO sessions VALUES (?, ?, ?)", [(code, *each) for each in sessions.items()])
    for kind, body in state if stored.last < record.last else ():
        write(query, code, kind, body, None)
    return known(query, code)


def entries(query: sqlite3.Connection, code: str, after: int, limit: int) -> list[Entry]:
    """What follows an offset, in order."""
    ask = (
        "SELECT epoch, number, kind, body, at FROM entries JOIN lectures USING (code) WHERE code = ? AND number > ? ORDER BY number LIMIT ?"
    )
    return [Entry(epoch, number, kind, json.loads(body), at) for epoch, number, kind, body, at in query.execute(ask, (code, after, limit))]


def add_key(query: sqlite3.Connection, code: str, key: str) -> None:
    """One more key. UnknownLecture."""
    known(query, code)
    query.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (code, key))


def use_key(query: sqlite3.Connection, code: str, key: str, session: str, name: str) -> bool:
    """Whether there was such a key; now there is a session instead."""
    if not query.execute("DELETE FROM keys WHERE code = ? AND key = ?", (code, key)).rowcount:
        return False
    query.execute("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)", (code, session, name))
    return True


def join(query: sqlite3.Connection, code: str, participant: str, nickname: str, address: str, most: int) -> None:
    """A participant, or its new nickname. UnknownLecture, TooManyIdentities."""
    known(query, code)
    renamed = query.execute("UPDATE participants SET nickname = ? WHERE code = ? AND participant = ?", (nickname, code, participant))
    if renamed.rowcount:
        return
    if value(query, "SELECT count(*) FROM participants WHERE code = ? AND address = ?", code, address) >= most:
        raise TooManyIdentities(code)
    query.execute("INSERT INTO participants VALUES (?, ?, ?, ?)", (code, participant, nickname, address))


def vote(query: sqlite3.Connection, code: str, poll: str, participant: str, choice: str) -> None:
    """The one vote of a participant. UnknownParticipant, PollClosed."""
    if not value(query, "SELECT 1 FROM participants WHERE code = ? AND participant = ?", code, participant):
        raise UnknownParticipant(code)
    if not value(query, "SELECT 1 FROM open_polls WHERE code = ? AND poll = ?", code, poll):
        raise PollClosed(poll)
    query.execute("INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?)", (code, poll, participant, choice))


def put_plan(query: sqlite3.Connection, code: str, plan: str, names: Sequence[str]) -> None:
    """The plan, instead of an earlier one. UnknownLecture."""
    known(query, code)
    values = (plan, len(plan.encode()), code)
    query.execute("UPDATE lectures SET bytes = bytes + ?2 - coalesce(length(CAST(plan AS BLOB)), 0), plan = ?1 WHERE code = ?3", values)
    query.executemany("INSERT OR IGNORE INTO names VALUES (?, ?)", [(code, name) for name in names])


def naming(query: sqlite3.Connection, names: Sequence[str]) -> set[str]:
    """Those of some ids that a lecture names."""
    marks = ", ".join("?" * len(names))
    return {row[0] for row in query.execute(f"SELECT DISTINCT name FROM names WHERE name IN ({marks})", tuple(names))}


def forget(query: sqlite3.Connection, codes: Sequence[str]) -> list[str]:
    """All tables name the lecture that a row belongs to, and rows go with it."""
    query.executemany("DELETE FROM lectures WHERE code = ?", [(code,) for code in codes])
    return list(codes)
