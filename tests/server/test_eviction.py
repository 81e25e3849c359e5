"""Scenes and data sets stay within their budgets, over SQLite and over a real Redis; what lectures name stays."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.bounded_store import BoundedStore
from app.errors import Problem
from app.lectures.plans import parse_plan
from app.lectures.redis_scripts import SCRIPTS
from app.lectures.redis_storage import RedisStorage
from app.lectures.sqlite_queries import SCHEMA as LECTURES_SCHEMA
from app.lectures.sqlite_storage import SqliteStorage
from app.lectures.storage import LectureFull, LectureStorage
from app.main import create_app
from app.redis_link import Link
from app.redis_store import STORE_SCRIPTS, RedisStore
from app.scenes import default_scene
from app.settings import Settings
from app.store import FILE, ROW, SqliteStore, Table
from tests.server.asking import HOME, changed, require_problem
from tests.server.storages import appended, begun, command

BUDGET = 10_000
Places = Callable[[], AbstractAsyncContextManager[tuple[BoundedStore, LectureStorage]]]


@pytest.fixture(params=["sqlite", "redis"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    """A store with small budgets beside lectures."""
    budgets: dict[Table, int] = {"scenes": BUDGET, "datasets": BUDGET}

    @asynccontextmanager
    async def in_files() -> AsyncIterator[tuple[BoundedStore, LectureStorage]]:
        with SqliteStore(tmp_path, 5, 1) as shelf:
            async with SqliteStorage(tmp_path, 5, 1, log_bytes=BUDGET) as lectures:
                yield BoundedStore(shelf, lectures.naming, budgets, 1), lectures

    @asynccontextmanager
    async def in_redis() -> AsyncIterator[tuple[BoundedStore, LectureStorage]]:
        url = request.getfixturevalue("redis_server").url
        async with Link(url, 1, SCRIPTS | STORE_SCRIPTS) as link, RedisStorage(link, 1, log_bytes=BUDGET) as lectures:
            await link.ask("FLUSHDB")
            yield BoundedStore(RedisStore(link), lectures.naming, budgets, 1), lectures

    return in_files if request.param == "sqlite" else in_redis


def noise(number: int, size: int = 400) -> bytes:
    """What cannot be compressed much, with braces as a scene has them."""
    text = "".join(hashlib.sha256(f"{number} {part}".encode()).hexdigest() for part in range(size // 64))
    return b'{"noise":"' + text.encode() + b'"}'


def name_of(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


async def again_and_again(act: Callable[[int], Awaitable[object]]) -> None:
    for number in range(200):
        await act(number)


async def known(store: BoundedStore, numbers: Sequence[int], table: Table = "scenes") -> list[int]:
    return [number for number in numbers if await store.get(name_of(number), table)]


def test_the_oldest_give_way_and_the_budget_holds_after_every_one(places: Places) -> None:
    async def scenario() -> None:
        async with places() as (store, _):
            for number in range(100):
                await store.put(name_of(number), noise(number))
                assert 0 < await store.size("scenes") <= BUDGET
            left = await known(store, range(100))
            assert left == list(range(left[0], 100)), "the newest are there, without a gap"
            assert len(left) > BUDGET // (800 + ROW)

    asyncio.run(scenario())


def test_what_a_log_or_a_plan_names_stays_also_as_the_base_of_a_comparison(places: Places) -> None:
    async def scenario() -> None:
        async with places() as (store, lectures):
            for number in range(4):
                await store.put(name_of(number), noise(number))
            record = await begun(lectures)
            await appended(lectures, record, "scene", scene=name_of(0), view={"base": name_of(1)})
            await lectures.put_plan(record.code, "{}", [name_of(2)])
            assert await lectures.naming([name_of(number) for number in range(5)]) == {name_of(0), name_of(1), name_of(2)}
            for number in range(10, 100):
                await store.put(name_of(number), noise(number))
                assert await store.size("scenes") <= BUDGET
            assert await known(store, range(4)) == [0, 1, 2]
            await lectures.delete(record.code)
            assert await lectures.naming([name_of(0)]) == set()
            for number in range(100, 200):
                await store.put(name_of(number), noise(number))
            assert await known(store, range(4)) == []

    asyncio.run(scenario())


def test_a_data_set_stays_while_a_named_scene_learns_from_it(places: Places) -> None:
    async def scenario() -> None:
        async with places() as (store, lectures):
            await store.put(name_of(0), noise(0), "datasets")
            await store.put(name_of(1), noise(1), "datasets")
            await store.put(name_of(2), noise(2), dataset=name_of(0))
            await store.put(name_of(3), noise(3), dataset=name_of(1))
            record = await begun(lectures)
            await appended(lectures, record, "scene", scene=name_of(2))
            for number in range(10, 60):
                await store.put(name_of(number), noise(number), "datasets")
            assert await known(store, (0, 1), "datasets") == [0]

    asyncio.run(scenario())


def test_where_lectures_need_everything_the_new_one_is_refused_unless_a_lecture_names_it(places: Places) -> None:
    async def scenario() -> None:
        async with places() as (store, lectures):
            record = await begun(lectures)
            named = [name_of(number) for number in range(30)]
            await lectures.put_plan(record.code, "{}", [*named, name_of(98)])
            for number in range(30):
                await store.put(name_of(number), noise(number))
            assert await known(store, range(30)) == list(range(30))
            with pytest.raises(Problem, match="UNROLLED_SCENES_BYTES") as refused:
                await store.put(name_of(99), noise(99))
            assert refused.value.status == 503
            await store.put(name_of(98), noise(98))
            assert await known(store, (98, 99)) == [98]

    asyncio.run(scenario())


def test_what_is_stored_again_is_new_again(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.FRESH", 0.0)

    async def scenario() -> None:
        async with places() as (store, _):
            for number in range(100):
                await store.put(name_of(number), noise(number))
                await store.put(name_of(0), noise(0))
            assert await known(store, (0, 1, 99)) == [0, 99]

    asyncio.run(scenario())


def test_a_log_has_so_many_bytes_and_can_be_ended_all_the_same(places: Places) -> None:
    async def scenario() -> None:
        async with places() as (_, lectures):
            record = await begun(lectures)
            before = await lectures.size()
            with pytest.raises(LectureFull):
                await again_and_again(lambda number: appended(lectures, record, view={"lab": "x" * 1000}))
            assert BUDGET - 2000 < await lectures.size() - before < BUDGET + 2000
            await appended(lectures, record, "poll closed", poll="p")
            with pytest.raises(LectureFull):
                await again_and_again(lambda number: lectures.take_over(record.code, record.epoch, "other", "x" * 40, f"again {number}"))
            now = await lectures.record(record.code)
            assert now
            await lectures.append(now.code, now.epoch, now.last, now.session, command("ended", now.fence))
            await lectures.delete(record.code)
            assert await lectures.size() == 0

    asyncio.run(scenario())


def test_a_stored_scene_takes_less_room_than_its_text(tmp_path: Path) -> None:
    scene = default_scene().canonical * 8
    with SqliteStore(tmp_path, 5, 1) as store:
        asyncio.run(store.put("id", scene))
        assert asyncio.run(store.size("scenes")) < len(scene) / 4
        assert asyncio.run(store.get("id")) == scene


def of_version_1(path: Path, tables: Sequence[str], rows: Sequence[tuple[str, tuple[Any, ...]]]) -> None:
    with sqlite3.connect(path) as old:
        for statement in tables:
            old.execute(statement)
        for statement, values in rows:
            old.execute(statement, values)
        old.execute("PRAGMA user_version = 1")
    old.close()


def test_a_store_of_version_1_is_read_counted_and_evicted(tmp_path: Path) -> None:
    learns = json.dumps({"weights": {"training": {"dataset": name_of(7)}}}).encode()
    create = "CREATE TABLE {} (id TEXT PRIMARY KEY, canonical BLOB NOT NULL) WITHOUT ROWID"
    rows = [("INSERT INTO scenes VALUES (?, ?)", (name_of(number), noise(number))) for number in range(10)]
    rows += [("INSERT INTO scenes VALUES (?, ?)", ("learns", learns))]
    of_version_1(tmp_path / FILE, [create.format("scenes"), create.format("datasets")], rows)

    async def scenario(shelf: SqliteStore) -> None:
        assert await shelf.get(name_of(3)) == noise(3)
        assert await shelf.size("scenes") == len(learns) + ROW + 10 * (len(noise(0)) + ROW)
        assert await shelf.learners(name_of(7)) == ["learns"]

        async def nothing(names: Sequence[str]) -> set[str]:
            return set()

        store = BoundedStore(shelf, nothing, {"scenes": 3000, "datasets": 3000}, 1)
        await store.put(name_of(20), noise(20))
        assert await store.size("scenes") <= 3000
        assert await store.get(name_of(20)) == noise(20)

    with SqliteStore(tmp_path, 5, 1) as shelf:
        asyncio.run(scenario(shelf))


def test_lectures_of_version_1_name_what_they_show(tmp_path: Path) -> None:
    plan = parse_plan(
        json.dumps({"unrolled": "plan", "version": 1, "steps": [{"scene": name_of(3), "view": {"base": name_of(4)}}]}).encode()
    )
    create = [statement for statement in LECTURES_SCHEMA.statements if statement.startswith("CREATE TABLE") and "names" not in statement]
    lecture = "INSERT INTO lectures VALUES ('CODE', 'e', 1, 1, '', '', 0.0, 0, '', ?)"
    rows = [
        (lecture, (plan.text,)),
        (
            "INSERT INTO entries VALUES ('CODE', 1, 'scene', ?, 0.0, NULL)",
            (json.dumps({"scene": name_of(1), "view": {"base": name_of(2)}}),),
        ),
    ]
    of_version_1(tmp_path / "lectures.sqlite3", [statement.replace(", bytes INTEGER NOT NULL DEFAULT 0", "") for statement in create], rows)

    async def scenario() -> None:
        async with SqliteStorage(tmp_path, 5, 1) as lectures:
            names = [name_of(number) for number in range(6)]
            assert await lectures.naming(names) == {name_of(number) for number in (1, 2, 3, 4)}
            assert await lectures.size() > len(plan.text)

    asyncio.run(scenario())


def test_the_metrics_show_what_is_stored_and_a_full_server_starts_no_lecture(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, lectures_bytes=2**20, metrics_from=("testclient",))
    with TestClient(create_app(settings), base_url=HOME) as client:
        client.post("/api/traces", json=changed("/weights/seed", 5))
        code = client.post("/api/lectures", json={}).json()["code"]
        figures = client.get("/metrics").text
        assert 'unrolled_stored_bytes{table="scenes"} 0.0' not in figures
        assert 'unrolled_stored_bytes_budget{table="lectures"} 1.048576e+06' in figures
        view = {f"part{number}": "x" * 2000 for number in range(7)}
        for number in range(75):
            sent = {"id": str(number), "fence": 1, "kind": "view", "body": {"view": view}}
            assert client.post(f"/api/lectures/{code}/commands", json=sent).status_code == 200
        refused = require_problem(client.post("/api/lectures", json={}), 503, "storage")
        assert "UNROLLED_LECTURES_BYTES" in refused["detail"]
        assert client.post(f"/api/lectures/{code}/commands", json={**sent, "id": "more"}).status_code == 200, "those that run go on"
