"""F16: the clock of the server's wall jumps. Whatever waits, waits by another clock."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.server.lectures.beside import Baseline
from tests.server.lectures.client import Place, Presenter, Student, ask, listening
from tests.server.lectures.faults import set_clock
from tests.server.lectures.servers import LectureServer
from tests.watchdog import run

JUMPS = (3600.0, -3600.0, 86_400.0, -86_400.0, 0.0)
FAST = {
    "app.lectures.lectures:TICK": 0.05,
    "app.lectures.lectures:BEATS": 2,
    "app.lectures.lectures:SWEEPS": 1,
    "app.lectures.lectures:EXPIRY": 2,
}


def test_a_clock_that_jumps_by_an_hour_or_a_day_ends_nothing_expires_nothing_and_holds_nothing_up(tmp_path: Path) -> None:
    """Lectures live half an hour here, so an hour would be the end of all of them, if that clock were asked."""
    clock = tmp_path / "clock"
    set_clock(clock, 0)

    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place)
        voter = Student(place, presenter.code)
        await voter.join()
        await presenter.opens("q")
        async with Baseline(server), listening(place, presenter.code, 10) as listeners:
            for number, jump in enumerate(JUMPS):
                set_clock(clock, jump)
                beats = listeners[0].seen.counts["heartbeat"]
                last = await presenter.step(number)
                assert (await voter.vote("q", "left")).status == 200
                await listeners[0].at(last)
                await listeners[0].until(lambda seen, beats=beats: seen.counts["heartbeat"] >= beats + 2)
                assert (await ask(place, "GET", f"/api/lectures/{presenter.code}")).status == 200
            await asyncio.gather(*(listener.at(last) for listener in listeners))
            state = await presenter.state()
            for listener in listeners:
                listener.require(state, "first")
                assert listener.losses == 0
        log = await presenter.log()
        assert max(entry.at for entry in log) - min(entry.at for entry in log) > 86_000, "the clock did jump"

    with LectureServer(tmp_path / "data", faults={"clock": str(clock), "set": FAST}, lecture_days="0.02") as server:
        run(lecture(server))


def test_limits_by_the_minute_are_not_lifted_by_a_clock_that_jumps(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    set_clock(clock, 0)

    async def guess(server: LectureServer) -> None:
        place = Place(server.port)
        answers = [await ask(place, "GET", "/api/lectures/AAAAAAA2") for _ in range(4)]
        assert [answer.status for answer in answers] == [404, 404, 404, 429]
        set_clock(clock, 3600)
        assert (await ask(place, "GET", "/api/lectures/AAAAAAA2")).status == 429

    with LectureServer(tmp_path / "data", faults={"clock": str(clock)}, wrong_codes="3") as server:
        run(guess(server))
