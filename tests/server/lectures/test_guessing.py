"""B11: whoever tries codes learns nothing, is slowed down, and locks nobody out."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import Problem
from app.lectures.entering import ADDRESSES_KEPT, Tries
from tests.server.lectures.client import Answer, Listener, Place, Presenter, Student, ask
from tests.server.lectures.servers import LectureServer
from tests.watchdog import run

TRIES = 5
NEVER = "AAAAAAA2"


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LectureServer]:
    """Each test comes from addresses of its own."""
    settings = {"wrong_codes": str(TRIES), "starters": "passphrase", "passphrase": "gradient"}
    with LectureServer(tmp_path_factory.mktemp("guessing") / "data", **settings) as server:
        yield server


async def guesses(place: Place, count: int, **headers: str) -> list[Answer]:
    return [await ask(place, "GET", f"/api/lectures/{NEVER}", **headers) for _ in range(count)]


def test_whatever_is_wrong_with_a_code_is_said_in_the_same_words(server: LectureServer) -> None:
    async def codes() -> None:
        place = Place(server.port)
        gone = await Presenter.start(place)
        assert (await ask(place, "DELETE", gone.path, cookie=gone.cookie)).status == 200
        documents = []
        for code in (gone.code, NEVER, "A", "A" * 9, "AAAAAAA0", "%00", "%F0%9F%98%80", "..%2F..%2Fetc", "AAAA%0D%0AAAA2"):
            for path in ("", "/events", "/recording", "/qr.svg"):
                answer = await ask(place, "GET", f"/api/lectures/{code}{path}")
                assert answer.status in (404,), (code, path, answer)
                if "%2F" not in code:
                    documents.append({**answer.document, "instance": ""})
        assert all(document == documents[0] for document in documents)

    run(codes())


def test_the_address_to_join_at_answers_the_same_for_every_code(server: LectureServer) -> None:
    async def codes() -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place)
        for code in (presenter.code, NEVER):
            answer = await ask(place, "GET", f"/join/{code}")
            assert (answer.status, answer.headers["location"]) == (307, f"../?join={code}")

    run(codes())


@pytest.mark.long
def test_a_lecture_that_was_deleted_and_one_that_never_was_take_the_same_time(server: LectureServer) -> None:
    """Loosely: the medians of many, which a look at more or fewer rows would part."""

    async def measured() -> None:
        place = Place(server.port)
        gone = await Presenter.start(place)
        await ask(place, "DELETE", gone.path, cookie=gone.cookie)
        seconds: dict[str, list[float]] = {gone.code: [], NEVER: []}
        for _ in range(500):
            for code, taken in seconds.items():
                began = time.perf_counter()
                await ask(place, "GET", f"/api/lectures/{code}")
                taken.append(time.perf_counter() - began)
        first, second = map(statistics.median, seconds.values())
        assert abs(first - second) < 0.25 * min(first, second)

    run(measured())


def test_whoever_tries_codes_is_told_to_wait_also_with_cookies_of_their_own_making(strict: LectureServer) -> None:
    async def tries() -> None:
        presenter = await Presenter.start(Place(strict.port, source="127.0.0.4"), passphrase="gradient")
        stranger = Place(strict.port, source="127.0.0.2")
        answers = await guesses(stranger, TRIES + 1)
        assert [answer.status for answer in answers] == [404] * TRIES + [429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        for cookie in ("unrolled-participant=x", "unrolled-presenter=x", "unrolled-participant=x; unrolled-presenter=y"):
            assert (await ask(stranger, "GET", f"/api/lectures/{NEVER}", cookie=cookie)).status == 429
        for path in ("", "/qr.svg", "/recording"):
            assert (await ask(stranger, "GET", f"/api/lectures/{presenter.code}{path}")).status == 200, "or a class could be locked out"
        assert (await ask(Place(strict.port, source="127.0.0.3"), "GET", presenter.path)).status == 200

    run(tries())


def test_a_class_behind_one_address_gets_in_whatever_one_of_them_tries(strict: LectureServer) -> None:
    async def lecture() -> None:
        place = Place(strict.port, source="127.0.0.5")
        presenter = await Presenter.start(place, passphrase="gradient")
        await presenter.opens("q")
        async with Listener(place, presenter.code) as follower:
            voter = Student(place, presenter.code)
            await voter.join()
            assert (await guesses(place, 3 * TRIES))[-1].status == 429
            assert (await voter.vote("q", "left")).status == 200
            follower.drop()
            await follower.at(await presenter.step(1))
            follower.require(await presenter.state(), "first", "resumed")
            late = Student(place, presenter.code)
            assert (await late.join()).status == 200, "also who comes only now"
            async with Listener(place, presenter.code) as newcomer:
                await newcomer.at(2)
            assert not follower.refused

    run(lecture())


def test_after_a_restart_wrong_codes_lock_out_neither_listeners_nor_presenters_nor_voters(data: Path) -> None:
    async def lecture(server: LectureServer) -> None:
        place = Place(server.port, source="127.0.0.8")
        presenter = await Presenter.start(place)
        await presenter.opens("q")
        voter = Student(place, presenter.code)
        await voter.join()
        async with Listener(place, presenter.code) as follower:
            await follower.at(1)
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)
            assert [answer.status for answer in await guesses(place, TRIES + 1)] == [404] * TRIES + [429]
            await follower.at(await presenter.step(1))
            assert not follower.refused
        assert (await voter.vote("q", "left")).status == 200
        late = Student(place, presenter.code)
        assert (await late.join()).status == 200
        used = await ask(place, "POST", f"{presenter.path}/presenter", {"key": presenter.key})
        assert used.status == 200, "a right key is looked up before wrong codes are counted"
        assert (await ask(place, "POST", f"{presenter.path}/presenter", {"key": presenter.key})).status == 429

    with LectureServer(data, wrong_codes=str(TRIES)) as server:
        run(lecture(server))


def test_wrong_codes_leave_the_passphrase_alone(strict: LectureServer) -> None:
    async def tries() -> None:
        place = Place(strict.port, source="127.0.0.9")
        assert (await guesses(place, TRIES + 1))[-1].status == 429
        assert (await ask(place, "POST", "/api/lectures", {"passphrase": "gradient"})).status == 201

    run(tries())


def test_a_wrong_passphrase_is_refused_and_counted(strict: LectureServer) -> None:
    async def tries() -> None:
        place, other = Place(strict.port, source="127.0.0.6"), Place(strict.port, source="127.0.0.7")
        statuses = [(await ask(place, "POST", "/api/lectures", {"passphrase": str(number)})).status for number in range(TRIES + 1)]
        assert statuses == [403] * TRIES + [429]
        assert (await ask(other, "POST", "/api/lectures", {"passphrase": "gradient"})).status == 201

    run(tries())


def test_tries_come_back_with_time_and_never_more_than_there_were(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("app.lectures.entering.time.monotonic", lambda: now)
    tries = Tries(60, 60.0)
    for _ in range(60):
        tries.take("here")
    with pytest.raises(Problem) as refused:
        tries.require("here", "Too many.")
    assert refused.value.headers == {"Retry-After": "1"}
    tries.require("there", "Too many.")
    now += 1
    tries.require("here", "Too many.")
    now += 3600
    assert tries.left("here") == 60


def test_addresses_that_are_remembered_are_bounded_and_the_newest_stay() -> None:
    tries = Tries(1, 3600.0)
    for number in range(ADDRESSES_KEPT + 10):
        tries.take(str(number))
    assert tries.left("5") == 1
    assert tries.left(str(ADDRESSES_KEPT)) < 1
