"""F4, F5: listeners that read slowly, never, or are no longer there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.outlet import KEEP_ALIVE, USER_TIMEOUT
from tests.server.lectures.beside import Baseline, Witness
from tests.server.lectures.client import Listener, Place, Presenter, listening
from tests.server.lectures.pace import pause
from tests.server.lectures.proxy import Proxy
from tests.server.lectures.seconds import within
from tests.server.lectures.servers import LectureServer
from tests.server.lectures.sockets import is_over, stream_of, vanish
from tests.watchdog import run

MIB = 2**20
LARGE = {f"part{number}": "x" * 2000 for number in range(4)}  # 8 KB of a view
LARGER = {f"part{number}": "x" * 2000 for number in range(7)}  # 14 KB
HASTY = {"set": {"app.lectures.lectures:SWEEPS": 1}}  # looks every 0.25 s, so that 20 s are one
GONE = {"set": {"app.outlet:KEEP_ALIVE": {"TCP_KEEPIDLE": 1, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 1}, "app.outlet:USER_TIMEOUT": 1500}}


@pytest.fixture
def hasty(data: Path) -> Iterator[LectureServer]:
    with LectureServer(data, faults=HASTY) as server:
        yield server


def stalled(held: ExitStack, presenter: Presenter, count: int) -> list[object]:
    return [held.enter_context(stream_of(presenter.place, presenter.code)) for _ in range(count)]


def test_listeners_that_never_read_cost_little_memory_are_let_go_and_hold_up_nobody(hasty: LectureServer) -> None:
    run(never_read(hasty, count=20, events=250))


@pytest.mark.long
def test_listeners_that_never_read_are_let_go_within_thirty_seconds(data: Path) -> None:
    with LectureServer(data) as server:
        began = time.monotonic()
        run(never_read(server, count=50, events=500, slowest=0.1))
        assert time.monotonic() - began < within(60), "the events, and then 30 s"


async def never_read(server: LectureServer, count: int, events: int, slowest: float | None = None) -> None:
    place = Place(server.port)
    async with Baseline(server), Witness(place, slowest):
        presenter = await Presenter.start(place)
        async with Listener(place, presenter.code) as reading:
            await reading.welcomed()
            with ExitStack() as held:
                sockets = stalled(held, presenter, count)
                before = server.memory
                for number in range(events):
                    await presenter.step(number, **LARGE)
                last = await presenter.step(-1)
                assert server.memory - before < (count + 10) * MIB, "10 MiB for what is kept of the lecture itself"
                await reading.at(last)
                await reading.until(lambda seen: seen.soft["presence"]["students"] == 1)  # the others were let go
                assert all(await asyncio.gather(*(asyncio.to_thread(is_over, sock) for sock in sockets)))  # type: ignore[arg-type]
            reading.require(await presenter.state(), "first")


def test_slow_listeners_stay_and_see_what_the_others_see(server: LectureServer) -> None:
    """Nothing is taken for a moment, in which more comes than waits for anyone; then all of it, slowly."""

    async def lecture() -> None:
        place = Place(server.port)
        async with Baseline(server), Proxy(server.port, rate=400_000) as narrow, Witness(place):
            presenter = await Presenter.start(place)
            async with listening(place, presenter.code, 10) as quickly, listening(narrow.place, presenter.code, 2) as slowly:
                narrow.flows.clear()
                for number in range(80):
                    await presenter.step(number, **LARGER)
                narrow.flows.set()
                last = await presenter.step(-1)
                await require_all(presenter, [*quickly, *slowly], last)
                assert all(listener.seen.counts["snapshot"] == 1 for listener in quickly)
                assert all(listener.seen.counts["snapshot"] == 2 for listener in slowly), "who fell behind was given the state instead"

    run(lecture())


@pytest.mark.long
def test_listeners_at_two_kilobytes_a_second_stay_and_cost_the_others_nothing(data: Path) -> None:
    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        async with Baseline(server), Proxy(server.port, rate=2000) as narrow, Witness(place, 0.1):
            presenter = await Presenter.start(place)
            async with listening(place, presenter.code, 95) as quickly, listening(narrow.place, presenter.code, 5) as slowly:
                before = server.memory
                for number in range(1000):
                    await presenter.step(number, lab="x" * 300)
                    await pause(0.05)
                last = await presenter.step(-1)
                assert server.memory - before < (5 + 10) * MIB
                await require_all(presenter, [*quickly, *slowly], last)

    with LectureServer(data) as server:
        run(lecture(server))


async def require_all(presenter: Presenter, listeners: list[Listener], last: int) -> None:
    """All of them come to the end over their first connection, however long it takes."""
    await asyncio.gather(*(listener.at(last, 600) for listener in listeners))
    state = await presenter.state()
    for listener in listeners:
        listener.require(state, "first")
        assert listener.losses == 0


def test_a_listener_that_vanishes_without_a_word_is_noticed(data: Path) -> None:
    with LectureServer(data, faults=GONE) as server:
        run(vanishing(server))


@pytest.mark.long
@pytest.mark.parametrize("busy", [False, True])
def test_a_listener_that_vanishes_is_noticed_within_thirty_five_seconds(data: Path, busy: bool) -> None:
    with LectureServer(data) as server:
        began = time.monotonic()
        run(vanishing(server, busy))
        assert time.monotonic() - began < within(35 + 2)


async def vanishing(server: LectureServer, busy: bool = False) -> None:
    """Between two events probes find it out, and while something is sent the time that it stays unacknowledged."""
    place = Place(server.port)
    async with Baseline(server), Witness(place):
        presenter = await Presenter.start(place)
        async with Listener(place, presenter.code) as staying:
            with stream_of(place, presenter.code) as gone:
                await staying.until(lambda seen: seen.soft.get("presence", {}).get("students") == 2)
                vanish(gone)
                if busy:
                    await presenter.step(1)
                await staying.until(lambda seen: seen.soft["presence"]["students"] == 1, 60)


def test_what_finds_a_vanished_listener_adds_up_to_less_than_thirty_five_seconds() -> None:
    """The short form of the test above changes these numbers, so they are held here."""
    probes = KEEP_ALIVE["TCP_KEEPIDLE"] + KEEP_ALIVE["TCP_KEEPINTVL"] * KEEP_ALIVE["TCP_KEEPCNT"]
    assert (probes, USER_TIMEOUT) == (25, 25_000)
