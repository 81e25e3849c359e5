"""What a file that cannot be used does to lectures, and what one writer thread promises."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.databases import StorageRefused, Writer
from app.errors import Problem
from app.lectures.sqlite_queries import TABLES
from app.lectures.sqlite_storage import FILE, SqliteStorage
from app.lectures.storage import LectureStorage
from app.settings import Settings
from app.storages import storages
from tests.server.storages import PRESENTER, Room, appended, begun, command, run, sqlite


def require_refusal(answer: object) -> None:
    """A 503 that says when to come back."""
    assert isinstance(answer, Problem)
    assert (answer.status, answer.headers) == (503, {"Retry-After": "1"})


def rows(folder: Path) -> dict[str, int]:
    """How many each table has."""
    with sqlite3.connect(folder / FILE) as other:
        return {table: other.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}


def test_a_lecture_that_is_deleted_leaves_no_row(tmp_path: Path) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage, ("scene", {"scene": "0" * 64}), ("poll opened", {"poll": "p"}))
        await storage.add_key(record.code, "second")
        await storage.join(record.code, "ada", "Ada", "address", 5)
        await storage.vote(record.code, "p", "ada", "+")
        assert all(rows(tmp_path).values())
        await storage.delete(record.code)

    run(sqlite(tmp_path), scenario)
    assert not any(rows(tmp_path).values())


def test_what_has_gathered_is_one_commit_and_one_that_fails_takes_nothing_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    commit: Callable[..., None] = Writer._commit
    monkeypatch.setattr(Writer, "_commit", lambda writer, group: sizes.append(len(group)) or commit(writer, group))

    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage, ("poll opened", {"poll": "p"}))
        await asyncio.gather(*(storage.join(record.code, f"{number}", "", "address", 999) for number in range(500)))
        sizes.clear()
        votes = [storage.vote(record.code, "p", f"{number}", "+") for number in range(1000)]
        answers = await asyncio.gather(*votes, return_exceptions=True)
        assert [answer is None for answer in answers] == [True] * 500 + [False] * 500
        assert await storage.tally(record.code, "p") == {"+": 500}
        assert sum(sizes) == 1000
        assert len(sizes) < 100

    run(sqlite(tmp_path), scenario)


def test_every_commit_is_synced(tmp_path: Path) -> None:
    async def scenario(storage: SqliteStorage) -> list[Any]:
        ask = ("PRAGMA synchronous", "PRAGMA journal_mode", "PRAGMA foreign_keys")
        return [await storage._database.write(lambda query, each=each: query.execute(each).fetchone()[0]) for each in ask]

    assert run(sqlite(tmp_path), scenario) == [2, "wal", 1]


def test_a_locked_file_is_a_503_and_nothing_was_promised_and_then_it_goes_on(tmp_path: Path) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        room = Room(storage, record.code)
        with sqlite3.connect(tmp_path / FILE) as other:
            other.execute("BEGIN IMMEDIATE")
            done = command()
            asked = [storage.append(record.code, record.epoch, 1, PRESENTER, done), storage.check(), storage.vote("", "", "", "")]
            for answer in await asyncio.gather(*asked, return_exceptions=True):
                require_refusal(answer)
            assert len(await storage.read(record.code, 0)) == 1
            other.rollback()
        entry = await storage.append(record.code, record.epoch, 1, PRESENTER, done)
        await room.until(lambda: room.entries)
        assert room.entries == [entry] == await storage.read(record.code, 1)

    run(sqlite(tmp_path, patience=0.2), scenario)


@pytest.mark.long
def test_a_full_disk_refuses_all_that_waits_and_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    async def scenario(storage: SqliteStorage) -> None:
        record = await begun(storage)
        room = Room(storage, record.code)
        full = (await pages(storage, "page_count")) + 2
        await pages(storage, f"max_page_count = {full}")
        answer: object = None
        acknowledged = 1
        while not isinstance(answer, Problem):
            (answer,) = await asyncio.gather(appended(storage, record, text="x" * 3000), return_exceptions=True)
            acknowledged += not isinstance(answer, Problem)
        require_refusal(answer)
        large, small = command(text="x" * 100_000), storage.join(record.code, "ada", "", "address", 5)
        together = [storage.append(record.code, record.epoch, acknowledged, PRESENTER, large), small]
        for answer in await asyncio.gather(*together, return_exceptions=True):
            require_refusal(answer)
        assert await storage.identities(record.code) == []
        await pages(storage, "max_page_count = 100000")
        assert (await appended(storage, record)).offset == acknowledged + 1
        await room.until(lambda: acknowledged + 1 in room.offsets)
        assert room.offsets == list(range(2, acknowledged + 2))

    run(sqlite(tmp_path), scenario)


async def pages(storage: SqliteStorage, pragma: str) -> int:
    number: int = await storage._database.write(lambda query: query.execute(f"PRAGMA {pragma}").fetchone()[0])
    return number


def test_a_damaged_file_is_moved_aside_and_never_overwritten(tmp_path: Path) -> None:
    for number in (1, 2):
        damage = f"this is no database {number}".encode() * 100
        (tmp_path / FILE).write_bytes(damage)
        run(sqlite(tmp_path), begun)
        assert (tmp_path / FILE).with_suffix(f".corrupt-{number}").read_bytes() == damage


def test_a_file_that_is_damaged_inside_is_moved_aside_too(tmp_path: Path) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        for _ in range(50):
            await appended(storage, record, text="x" * 2000)

    run(sqlite(tmp_path), scenario)
    whole = bytearray((tmp_path / FILE).read_bytes())
    whole[4096:] = b"\xff" * (len(whole) - 4096)
    (tmp_path / FILE).write_bytes(whole)
    run(sqlite(tmp_path), begun)
    assert (tmp_path / FILE).with_suffix(".corrupt-1").read_bytes() == whole
    assert rows(tmp_path)["lectures"] == 1


def test_a_file_of_a_newer_schema_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(StorageRefused, match="newer Unrolled"):
        sqlite(tmp_path)()
    assert (tmp_path / FILE).read_bytes() == before


def test_a_file_that_can_only_be_read_is_refused_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(sqlite(tmp_path), begun)
    connect = sqlite3.connect

    def read_only(path: Path, **options: Any) -> sqlite3.Connection:
        return connect(path if options.pop("uri", False) else f"file:{path}?mode=ro", uri=True, **options)

    monkeypatch.setattr(sqlite3, "connect", read_only)
    with pytest.raises(StorageRefused, match="Make it writable, or set UNROLLED_DATA"):
        sqlite(tmp_path)()


def test_a_file_that_another_has_locked_is_refused_with_what_to_do(tmp_path: Path) -> None:
    run(sqlite(tmp_path), begun)
    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageRefused, match="locked"):
            sqlite(tmp_path, patience=0.1)()
        other.rollback()


def test_presence_grows_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.lectures.sqlite_storage.PRESENCE_SECONDS", 0)

    async def scenario(storage: LectureStorage) -> None:
        assert await storage.share("code", "one", {"students": 1}) == []

    run(sqlite(tmp_path), scenario)


def test_scenes_and_lectures_are_two_files_of_the_data_folder(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with storages(Settings(data=tmp_path)) as both:
            await both.scenes.check()
            await begun(both.lectures)

    asyncio.run(scenario())
    assert {path.name for path in tmp_path.iterdir()} == {FILE, "scenes.sqlite3"}


def test_who_waits_when_the_storage_is_closed_is_answered_first(tmp_path: Path) -> None:
    async def scenario() -> list[object]:
        async with SqliteStorage(tmp_path, 5, 1) as storage:
            record = await begun(storage)
            waiting = [asyncio.ensure_future(storage.join(record.code, f"{number}", "", "address", 99)) for number in range(50)]
            await asyncio.wait(waiting, timeout=0)
        return await asyncio.gather(*waiting)

    assert asyncio.run(scenario()) == [None] * 50
