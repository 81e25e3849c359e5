from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

import app.computing
from app.counting import SMALL, Cost
from app.errors import Problem
from app.main import create_app
from app.settings import Settings
from app.work import Cache, Pool
from tests.server.asking import HOME, changed, require_problem


@dataclass(frozen=True)
class Thing:
    """Something of a known size."""

    size: int


async def thing(size: int) -> Thing:
    return Thing(size)


def test_the_pool_refuses_who_comes_when_every_place_is_taken() -> None:
    async def scenario(pool: Pool, go: threading.Event) -> None:
        working = [asyncio.create_task(pool.run(go.wait, 30)) for _ in range(3)]
        await asyncio.wait(working, timeout=0)
        with pytest.raises(Problem, match="busy") as refused:
            await pool.run(int)
        assert refused.value.headers == {"Retry-After": "7"}
        go.set()
        assert await asyncio.gather(*working) == [True] * 3
        assert await pool.run(int) == 0

    with Pool(workers=1, waiting=2, retry_after=7) as pool:
        asyncio.run(scenario(pool, threading.Event()))


def test_who_goes_away_does_not_free_the_place_of_work_that_goes_on() -> None:
    async def scenario(pool: Pool, started: threading.Event, go: threading.Event) -> None:
        def work() -> None:
            started.set()
            go.wait(30)

        leaving = asyncio.create_task(pool.run(work))
        await asyncio.to_thread(started.wait, 30)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        with pytest.raises(Problem, match="busy"):
            await pool.run(int)
        go.set()

    with Pool(workers=1, waiting=0, retry_after=1) as pool:
        asyncio.run(scenario(pool, threading.Event(), threading.Event()))


def test_what_takes_long_takes_turns_and_others_compute_between_them() -> None:
    done: list[str] = []

    def steps() -> Iterator[str | None]:
        for turn in range(3):
            done.append(f"turn {turn}")
            yield None
        yield "made"

    def other() -> None:
        done.append("other")

    async def scenario(pool: Pool) -> None:
        long = Cost(2 * SMALL.work)
        making = asyncio.create_task(pool.compute_in_turns(long, steps()))
        asked = asyncio.create_task(pool.compute(long, other))
        assert await making == "made"
        await asked

    with Pool(workers=1, waiting=2, retry_after=7) as pool:
        asyncio.run(scenario(pool))
    assert done == ["turn 0", "other", "turn 1", "turn 2"]


def test_what_many_ask_for_at_once_is_made_once() -> None:
    made = 0

    async def scenario() -> None:
        go = asyncio.Event()

        async def make() -> Thing:
            nonlocal made
            made += 1
            await go.wait()
            return Thing(1)

        cache = Cache(100)
        asking = [asyncio.create_task(cache.get("key", make)) for _ in range(50)]
        await asyncio.wait(asking, timeout=0)
        asking[0].cancel()  # who goes away takes nothing from the others
        go.set()
        answers = await asyncio.gather(*asking, return_exceptions=True)
        assert isinstance(answers[0], asyncio.CancelledError)
        assert all(answer is answers[1] for answer in answers[1:])
        assert await cache.get("key", make) is answers[1]

    asyncio.run(scenario())
    assert made == 1


def test_a_making_that_fails_is_told_to_all_and_tried_again() -> None:
    async def scenario() -> None:
        async def fail() -> Thing:
            raise Problem("storage", "no")

        cache = Cache(100)
        answers = await asyncio.gather(*(cache.get("key", fail) for _ in range(3)), return_exceptions=True)
        assert all(isinstance(answer, Problem) for answer in answers)
        assert await cache.get("key", lambda: thing(1)) == Thing(1)

    asyncio.run(scenario())


def test_the_cache_holds_no_more_bytes_than_it_may_and_forgets_what_was_asked_for_longest_ago() -> None:
    async def scenario() -> None:
        cache = Cache(100)
        kept = {key: await cache.get(key, lambda: thing(30)) for key in "abc"}
        assert await cache.get("a", lambda: thing(30)) is kept["a"]
        await cache.get("d", lambda: thing(30))
        assert cache.bytes == 90
        assert await cache.get("a", lambda: thing(30)) is kept["a"]
        assert await cache.get("b", lambda: thing(30)) is not kept["b"]
        for size in range(200):
            await cache.get(size, lambda size=size: thing(size))
            assert cache.bytes <= 100

    asyncio.run(scenario())


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Semaphore, threading.Event]:
    """Computing stands still: who starts is counted, and all go on at the event."""
    started, go, run = threading.Semaphore(0), threading.Event(), app.computing.run

    def slow(*given: Any) -> Any:
        started.release()
        assert go.wait(30)
        return run(*given)

    monkeypatch.setattr(app.computing, "run", slow)
    return started, go


def crowd(settings: Settings, act: Callable[[TestClient, ThreadPoolExecutor], None], **changes: int) -> None:
    with (
        TestClient(create_app(settings.model_copy(update=changes)), base_url=HOME) as client,
        ThreadPoolExecutor(16) as threads,
    ):
        act(client, threads)


def test_a_server_that_computes_all_it_can_answers_429_and_everything_else(
    settings: Settings, held: tuple[threading.Semaphore, threading.Event]
) -> None:
    started, go = held

    def act(client: TestClient, threads: ThreadPoolExecutor) -> None:
        under_way = threads.submit(client.post, "/api/traces", json=changed("/weights/seed", 1))
        assert started.acquire(timeout=30)
        refused = client.post("/api/traces", json=changed("/weights/seed", 2))
        require_problem(refused, 429, "busy")
        assert refused.headers["Retry-After"] == "1"
        assert client.get("/healthz").status_code == client.get("/").status_code == 200
        go.set()
        assert under_way.result(30).status_code == 200

    crowd(settings, act, workers=1, waiting=0)


def test_a_class_that_sends_one_scene_has_it_computed_once(settings: Settings, held: tuple[threading.Semaphore, threading.Event]) -> None:
    started, go = held

    def act(client: TestClient, threads: ThreadPoolExecutor) -> None:
        answers = [threads.submit(client.post, "/api/traces", json=changed("/weights/seed", 3)) for _ in range(16)]
        assert started.acquire(timeout=30)
        go.set()
        assert len({answer.result(30).content for answer in answers}) == 1
        assert not started.acquire(blocking=False)

    crowd(settings, act, workers=1, waiting=0)


def test_a_cache_of_nothing_still_answers(settings: Settings, toy: dict[str, Any]) -> None:
    def act(client: TestClient, threads: ThreadPoolExecutor) -> None:
        scene_id = client.post("/api/traces", json=toy).headers["Scene-Id"]
        assert client.get(f"/api/traces/{scene_id}/cells/1/1").status_code == 200

    crowd(settings, act, cache_bytes=0)
