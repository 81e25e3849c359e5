"""F2, F3: the server is told to stop while a class follows, and comes back."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests.server.lectures.client import Answer, Listener, Place, Presenter, ask, listening
from tests.server.lectures.pace import pause
from tests.server.lectures.seconds import within
from tests.server.lectures.seeds import chance, seeds, sizes
from tests.server.lectures.servers import LectureServer
from tests.watchdog import run

WINDOW = 5  # s over which the server asks its listeners to come back
RESTARTS = 3
PACE = 0.05  # s between events: 20 a second


@sizes("count", 150, 500)
def test_whoever_follows_is_told_to_come_back_before_the_server_stops_well(data: Path, count: int) -> None:
    async def lecture(server: LectureServer) -> None:
        presenter = await Presenter.start(Place(server.port))
        async with listening(presenter.place, presenter.code, count, haste=1000.0) as listeners:
            await presenter.step(1)
            began = time.monotonic()
            server.tell(signal.SIGTERM)
            with suppress(ProcessLookupError):
                server.tell(signal.SIGTERM)  # a second one hurts nothing
            assert await asyncio.to_thread(server.ends) == 0
            seconds = time.monotonic() - began
            for listener in listeners:
                await listener.until(lambda _, listener=listener: listener.endings)
                assert (listener.endings, listener.seen.offset, listener.seen.faults) == (["whole"], 1, []), listener.story
                assert listener.seen.counts["restart"] == 1
                assert listener.window == WINDOW
            assert count < 500 or seconds < within(10), "the whole form asserts seconds"

    with LectureServer(data) as server:
        run(lecture(server))
        assert server.said == ""


def test_what_is_under_way_when_the_server_is_told_to_stop_is_answered(data: Path) -> None:
    """A command that has come is stored and answered; one that comes too late is refused, and neither is half done."""

    async def lecture(server: LectureServer) -> None:
        presenter = await Presenter.start(Place(server.port))
        commands = [asyncio.create_task(presenter.send("view", {"view": {"step": str(number)}})) for number in range(20)]
        await commands[0]
        server.tell(signal.SIGTERM)
        answers = await asyncio.gather(*commands, return_exceptions=True)
        assert await asyncio.to_thread(server.ends) == 0
        came = [answer for answer in answers if not isinstance(answer, OSError)]
        told = [answer.document["offset"] for answer in came if isinstance(answer, Answer) and answer.status == 200]
        assert len(told) == len(came), came
        await asyncio.to_thread(server.start)
        log = await presenter.log()
        assert sorted(told) == sorted(set(told))
        assert set(told) <= {entry.offset for entry in log}
        assert len({entry.body["view"]["step"] for entry in log}) == len(log)

    with LectureServer(data) as server:
        run(lecture(server))


@seeds(1, 5)
def test_three_restarts_while_events_are_published_leave_no_gap_and_no_duplicate(data: Path, seed: int) -> None:
    draw = chance(seed)
    whole = seed > 0

    async def lecture(server: LectureServer) -> None:
        presenter = await Presenter.start(Place(server.port))
        restarting = asyncio.Event()
        restarting.set()

        async def presents() -> int:
            last = number = 0
            while restarting.is_set() or number % 10:
                number += 1
                last = await presenter.step(number)
                await pause(PACE if whole else 0)
            return last

        async with listening(presenter.place, presenter.code, 20, haste=1.0 if whole else 0.02) as listeners:
            presenting = asyncio.create_task(presents())
            for stop in range(RESTARTS):
                await listeners[0].at(listeners[0].seen.offset + draw.randint(5, 20))
                if draw.random() < 0.5:
                    server.kill()
                else:
                    assert await asyncio.to_thread(server.stop) == 0, stop
                await asyncio.to_thread(server.start)
            restarting.clear()
            last = await presenting
            await asyncio.gather(*(listener.at(last) for listener in listeners))
            log, state = await presenter.log(), await presenter.state()
            assert [entry.body["view"]["step"] for entry in log] == [str(number) for number in range(1, last + 1)]
            for listener in listeners:
                listener.require(state, "first", "resumed")
                assert listener.losses >= RESTARTS

    with LectureServer(data) as server:
        run(lecture(server))


def test_listeners_do_not_all_come_back_at_the_same_moment(server: LectureServer) -> None:
    async def lecture() -> None:
        presenter = await Presenter.start(Place(server.port))
        async with listening(presenter.place, presenter.code, 30) as listeners:
            told = {listener.seen.retries[0] for listener in listeners}
            assert len(told) > 20
            assert all(500 <= wait <= 3000 for wait in told)

    run(lecture())


def test_a_server_that_has_lost_its_data_is_told_apart_from_one_that_went_on(data: Path, tmp_path: Path) -> None:
    """R13: the code is unknown there, in plain words, and nobody is told that it goes on."""

    async def before(server: LectureServer) -> tuple[str, str]:
        presenter = await Presenter.start(Place(server.port))
        await presenter.step(1)
        async with Listener(presenter.place, presenter.code) as listener:
            await listener.at(1)
            assert listener.seen.position
            return presenter.code, listener.seen.position

    async def after(server: LectureServer, code: str, position: str) -> None:
        answer = await ask(Place(server.port), "GET", f"/api/lectures/{code}/events", Last_Event_ID=position)
        assert (answer.status, answer.problem) == (404, "unknown-lecture")

    with LectureServer(data) as server:
        code, position = run(before(server))
    with LectureServer(tmp_path / "empty") as server:
        run(after(server, code, position))
