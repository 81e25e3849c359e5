"""F11: the disk is full, the database locked, read-only, damaged, or of a newer program. Nothing is acknowledged that is not stored."""

from __future__ import annotations

import asyncio
import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.lectures.sqlite_storage import FILE, SqliteStorage
from app.services import Services
from app.settings import Settings
from tests.server.asking import changed, require_problem
from tests.server.lectures.client import Listener, Place, Presenter, Student, ask, listening, until_answered
from tests.server.lectures.servers import LectureServer
from tests.watchdog import run

IMPATIENT = {"storage_patience": "0.2", "reserved_bytes": "0"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Without a reserve."""
    return Settings(data=tmp_path, reserved_bytes=0)


Fault = Callable[[LectureServer], AbstractContextManager[None]]


def longest(server: LectureServer, files: str) -> int:
    """Bytes of the longest of these files, and of the complaints."""
    return max(path.stat().st_size for path in [*server.data.glob(files), server.complaints])


@contextmanager
def full_disk(server: LectureServer, files: str = "lectures*-wal") -> Iterator[None]:
    """No file of the server's may become any longer than these: what a full disk looks like to who writes."""
    _, most = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (longest(server, files), most))
    try:
        yield
    finally:
        if server.process.is_alive():
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def locked(server: LectureServer) -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    with closing(sqlite3.connect(server.data / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize("fault", [full_disk, locked])
def test_what_cannot_be_stored_is_not_acknowledged_not_shown_and_not_lost(data: Path, fault: Fault) -> None:
    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place)
        voter = Student(place, presenter.code)
        await voter.join()
        await presenter.opens("q")
        async with listening(place, presenter.code, 5) as listeners:
            with fault(server):
                refused = [
                    await presenter.send("view", {"view": {"step": "1", **{f"part{n}": "x" * 2000 for n in range(4)}}}, "one"),
                    await voter.vote("q", "left"),
                    await Student(place, presenter.code).join(),
                    await ask(place, "POST", "/api/lectures", {}),
                ]
                for answer in refused:
                    assert (answer.status, answer.problem, answer.headers["retry-after"]) == (503, "storage", "1")
                assert (await ask(place, "GET", "/healthz")).status == 200
                assert (await ask(place, "GET", "/readyz")).status == 503
                assert [entry.kind for entry in await presenter.log()] == ["poll opened"], "reading goes on"
                assert all(listener.seen.offset == 1 for listener in listeners)
                async with Listener(place, presenter.code) as late:
                    await late.at(1)
            again = await until_answered(lambda: presenter.send("view", {"view": {"step": "1"}}, "one"))
            assert (again.status, again.document["offset"]) == (200, 2)
            assert (await until_answered(lambda: voter.vote("q", "right"))).status == 200
            last = await presenter.command("poll revealed", {"poll": "q"})
            await asyncio.gather(*(listener.at(last) for listener in listeners))
            state = await presenter.state()
            assert state.polls[0]["revealed"]["tally"] == {"right": 1}
            for listener in listeners:
                listener.require(state, "first")
                assert listener.losses == 0

    with LectureServer(data, **IMPATIENT) as server:
        run(lecture(server))
        assert "Traceback" not in server.said


def test_what_was_acknowledged_before_the_disk_was_full_outlives_a_crash(data: Path) -> None:
    async def lecture(server: LectureServer) -> None:
        presenter = await Presenter.start(Place(server.port))
        for number in range(10):
            await presenter.step(number)
        with full_disk(server):
            assert (await presenter.send("view", {"view": {"part": "x" * 2000, "more": "x" * 2000, "most": "x" * 2000}})).status == 503
            server.kill()
        await asyncio.to_thread(server.start)
        assert [entry.body["view"]["step"] for entry in await presenter.log()] == [str(number) for number in range(10)]
        await presenter.step(10)

    with LectureServer(data, **IMPATIENT) as server:
        run(lecture(server))


def test_on_a_full_disk_lectures_go_on_scenes_give_way_and_a_restart_is_possible(data: Path) -> None:
    """Each file has a reserve, and what is in it can be replaced."""

    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place)
        first = (await ask(place, "POST", "/api/traces", changed("/weights/seed", 0))).headers["scene-id"]
        await presenter.command("scene", {"scene": first, "view": {}})
        voter = Student(place, presenter.code)
        await voter.join()
        await presenter.opens("q")
        with full_disk(server, "lectures*"):
            for number in range(50):
                await presenter.step(number, **{f"part{part}": "x" * 2000 for part in range(5)})
                answer = await ask(place, "POST", "/api/traces", changed("/weights/seed", number + 1))
                assert answer.status == 200
            await presenter.command("scene", {"scene": answer.headers["scene-id"], "view": {}})
            assert (await voter.vote("q", "left")).status == 200
            assert (await ask(place, "POST", "/api/lectures", {})).status == 201
            assert (await ask(place, "GET", f"/api/scenes/{first}")).status == 200
        server.faults = {"file size": longest(server, "lectures*")}
        server.kill()
        await asyncio.to_thread(server.start)
        assert len(await presenter.log()) == 53
        await presenter.step(-1)

    with LectureServer(data, scenes_bytes=str(2**20), reserved_bytes=str(2**20)) as server:
        run(lecture(server))
        assert server.said == ""


def storage_of(client: TestClient) -> SqliteStorage:
    services: Services = client.app.state.services  # type: ignore[attr-defined]
    storage = services.lectures.storage
    assert isinstance(storage, SqliteStorage)
    return storage


@pytest.mark.parametrize(
    "fault", ["PRAGMA query_only = 1", "PRAGMA max_page_count = 1"], ids=["a file that may only be read", "a file that may not grow"]
)
def test_a_storage_that_may_not_be_written_is_a_503_that_says_so(fresh: TestClient, fault: str) -> None:
    code = fresh.post("/api/lectures", json={}).json()["code"]
    fresh.portal.call(storage_of(fresh)._database.write, lambda query: query.execute(fault))  # type: ignore[union-attr]
    big = {"id": "1", "kind": "view", "fence": 1, "body": {"view": {f"part{number}": "x" * 2000 for number in range(7)}}}
    answers = [fresh.post(f"/api/lectures/{code}/commands", json={**big, "id": str(number)}) for number in range(3)]
    require_problem(answers[-1], 503, "storage")
    assert fresh.get(f"/api/lectures/{code}").status_code == 200


def replaced(folder: Path) -> None:
    """Another folder of the same name, with copies of the files: what a restored backup looks like."""
    folder.rename(folder.with_name("before"))
    shutil.copytree(folder.with_name("before"), folder)


def without_log(folder: Path) -> None:
    (folder / f"{FILE}-wal").unlink()


@pytest.mark.parametrize("fault", [shutil.rmtree, replaced, without_log], ids=["deleted", "replaced", "without its log"])
def test_nothing_is_acknowledged_after_the_data_folder_is_gone(
    fresh: TestClient, settings: Settings, caplog: pytest.LogCaptureFixture, fault: Callable[[Path], None]
) -> None:
    code = fresh.post("/api/lectures", json={}).json()["code"]
    view = {"kind": "view", "fence": 1, "body": {"view": {"step": "1"}}}
    assert fresh.get("/readyz").status_code == 200
    assert fresh.post(f"/api/lectures/{code}/commands", json={**view, "id": "before"}).status_code == 200
    fault(settings.data)
    for answer in (
        fresh.post(f"/api/lectures/{code}/commands", json={**view, "id": "after"}),
        fresh.post(f"/api/lectures/{code}/commands", json={**view, "id": "after"}),
        fresh.put(f"/api/lectures/{code}/participant", json={}),
        fresh.post("/api/lectures", json={}),
        fresh.get("/readyz"),
    ):
        require_problem(answer, 503, "storage")
    assert fresh.get("/healthz").status_code == 200
    assert "the data folder was deleted or replaced under the running server: restart it" in caplog.text


def stored(data: Path) -> str:
    """A lecture in a folder whose server was stopped well."""
    code = "LECTURES"

    async def written() -> None:
        async with SqliteStorage(data, 2.0, 1) as storage:
            await storage.create(code, "t", "desk", "key", "session", [("view", {"view": {"lab": "x" * 500}})] * 200)

    run(written())
    return code


def damage(path: Path, offset: int) -> bytes:
    """Overwrites everything from an offset on; what the file is then."""
    whole = path.read_bytes()
    broken = whole[:offset] + b"\xa5" * (len(whole) - offset)
    path.write_bytes(broken)
    return broken


@pytest.mark.parametrize("offset", [0, 4096], ids=["from its beginning", "behind its first page"])
def test_a_damaged_file_is_moved_aside_as_it_is_and_the_server_begins_anew(data: Path, offset: int) -> None:
    code = stored(data)
    broken = damage(data / FILE, offset)

    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        assert (await ask(place, "GET", f"/api/lectures/{code}")).problem == "unknown-lecture"
        await (await Presenter.start(place)).step(1)

    with LectureServer(data) as server:
        run(lecture(server))
        assert "is damaged: moved to" in server.said
    (aside,) = data.glob("*.corrupt-?")
    assert aside.read_bytes() == broken


def test_what_was_committed_last_is_kept_beside_a_damaged_file(data: Path) -> None:
    """It stands in the write-ahead log until that is merged into the file, which a crash prevents."""
    code = stored(data)

    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        student = Student(place, code)
        await student.join("Ada, who came last")

    with LectureServer(data) as server:
        run(lecture(server))
    last = (data / f"{FILE}-wal").read_bytes()
    assert b"Ada, who came last" in last
    broken = damage(data / FILE, 8192)
    with LectureServer(data):
        pass
    aside, log = sorted(path for path in data.glob("*.corrupt-*") if not path.name.endswith("-shm"))
    assert (aside.read_bytes(), log.read_bytes()) == (broken, last)


def test_a_file_that_is_damaged_while_the_server_runs_is_a_503_and_never_a_wrong_answer(data: Path) -> None:
    code = stored(data)

    async def lecture(server: LectureServer) -> None:
        damage(data / FILE, 4096)
        for method, path in (
            ("GET", f"/api/lectures/{code}"),
            ("GET", f"/api/lectures/{code}/recording"),
            ("GET", f"/api/lectures/{code}/events"),
        ):
            answer = await ask(Place(server.port), method, path)
            assert (answer.status, answer.problem) == (503, "storage"), path

    with LectureServer(data) as server:
        run(lecture(server))


def test_a_file_of_a_newer_program_is_left_alone_and_the_server_says_what_to_do(data: Path) -> None:
    stored(data)
    with closing(sqlite3.connect(data / FILE)) as newer:
        newer.execute("PRAGMA user_version = 99")
    before = (data / FILE).read_bytes()
    with pytest.raises(AssertionError), LectureServer(data) as server:
        pytest.fail(f"it listens at {server.port}")
    said = (data.parent / f"{data.name}.stderr").read_text(encoding="utf-8")
    assert "is of a newer Unrolled (schema 99). Start that one, or set UNROLLED_DATA to another folder." in said
    assert (data / FILE).read_bytes() == before
