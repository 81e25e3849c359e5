"""F7, F8: whoever comes, whenever they come, and however many come at once, stands where everyone stands."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from typing import Any

import pytest

from app.lectures.state import State
from tests.server.lectures.beside import Baseline, Witness
from tests.server.lectures.client import Listener, Place, Presenter, ask, comparable, listening, state_of
from tests.server.lectures.proxy import Proxy
from tests.server.lectures.seconds import within
from tests.server.lectures.seeds import chance, seeds, sizes
from tests.server.lectures.servers import LectureServer
from tests.watchdog import run


def script(draw: random.Random, length: int) -> list[tuple[str, dict[str, Any]]]:
    """Everything that a presenter does, in an order that makes sense, and ends the lecture at last."""
    told: list[tuple[str, dict[str, Any]]] = []
    polls, flags = 0, {"frozen": False, "blanked": False}
    while len(told) < length - 1:
        match draw.choice(["view", "view", "view", "frozen", "blanked", "poll", "presenter"]):
            case "view":
                told.append(("view", {"view": {"step": str(len(told)), "selected": f"{draw.randint(1, 2)}/{draw.randint(1, 6)}"}}))
            case "frozen" | "blanked" as kind:
                flags[kind] = not flags[kind]
                told.append((kind, {kind: flags[kind]}))
            case "poll":
                polls += 1
                name = {"poll": f"q{polls}"}
                told.append(("poll opened", {**name, "kind": "words", "text": f"Question {polls}?"}))
                told.append(("poll closed", name))
                told.append(("poll revealed", {**name, "answer": "tanh", "why": "because"}))
            case "presenter":
                told.append(("presenter changed", {"name": "desk"}))
    return [*told[: length - 1], ("ended", {})]


@sizes("length", 80, 200)
@seeds(1, 3)
def test_whoever_joins_at_any_moment_of_a_lecture_sees_what_one_saw_who_was_there_from_the_start(
    server: LectureServer, length: int, seed: int
) -> None:
    told = script(chance(seed), length)

    async def lecture() -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place, "Unrolled")
        states: list[State] = []
        joined: list[Listener] = []
        async with Baseline(server), Listener(place, presenter.code) as veteran:
            try:
                for kind, body in told:
                    await veteran.at(await presenter.command(kind, body))
                    presenter.fence = veteran.seen.state.fence
                    states.append(veteran.seen.state)
                    joined.append(await Listener(place, presenter.code).__aenter__())
                    await joined[-1].at(len(states))
                    joined[-1].require(veteran.seen.state, "first")
                    assert joined[-1].seen.counts["snapshot"] == 1
                for listener in [veteran, *joined]:
                    await listener.at(len(told))
                    listener.require(await presenter.state() if listener is veteran else veteran.seen.state, "first")
            finally:
                await asyncio.gather(*(listener.__aexit__() for listener in joined))
        assert (states[-1].ended, len(states)) == (True, length)

    run(lecture())


def test_who_joins_after_the_end_sees_how_it_ended(server: LectureServer) -> None:
    async def lecture() -> None:
        presenter = await Presenter.start(Place(server.port))
        await presenter.step(3)
        await presenter.command("ended")
        async with Listener(presenter.place, presenter.code) as listener:
            await listener.at(2)
            listener.require(await presenter.state(), "first")
            assert listener.seen.state.ended

    run(lecture())


@sizes("count", 200, 1000)
def test_a_crowd_that_drops_at_once_and_comes_back_misses_nothing_and_is_welcomed_soon(data: Path, count: int) -> None:
    """As many files as a system begins with would not be enough for the whole form: the server asks for more."""
    whole = count == 1000

    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        async with Witness(place, 0.25 if whole else None), Proxy(server.port) as network:
            presenter = await Presenter.start(place)
            await presenter.step(0)
            async with Baseline(server), listening(network.place, presenter.code, count, haste=1.0 if whole else 0.05) as listeners:
                before = server.memory
                network.cut()
                began = time.monotonic()
                for number in range(20):
                    await presenter.step(number)
                last = await presenter.step(-1)
                await asyncio.gather(*(listener.at(last) for listener in listeners))
                await asyncio.gather(*(listener.welcomed() for listener in listeners))
                seconds = time.monotonic() - began
                state = await presenter.state()
                for listener in listeners:
                    listener.require(state, "first", "resumed")
                assert server.memory - before < count * 100 * 1024
                assert not whole or seconds < within(20)

    with LectureServer(data) as server:
        run(lecture(server))


def test_a_crowd_whose_positions_are_of_another_log_gets_the_state(server: LectureServer) -> None:
    async def lecture() -> None:
        presenter = await Presenter.start(Place(server.port))
        last = await presenter.step(1)
        async with listening(presenter.place, presenter.code, 50, last_event_id="another:7") as listeners:
            state = await presenter.state()
            for listener in listeners:
                await listener.at(last)
                listener.require(state, "epoch")

    run(lecture())


def test_what_a_page_is_told_before_it_follows_is_where_the_stream_begins(server: LectureServer) -> None:
    async def lecture() -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place, "Unrolled", passphrase="")
        last = await presenter.step(4)
        seen = (await ask(place, "GET", f"/api/lectures/{presenter.code.lower()[:4]}-{presenter.code[4:]}")).document
        assert (seen["offset"], seen["title"], seen["ended"], seen["presenter"], seen["fence"]) == (last, "Unrolled", False, False, 1)
        async with Listener(place, presenter.code) as listener:
            await listener.at(last)
            assert listener.seen.epoch == seen["epoch"]
            assert comparable(state_of({**listener.seen.state.document()})) == comparable(await presenter.state())

    run(lecture())


@pytest.mark.long
def test_a_thousand_late_joiners_are_in_within_five_seconds(data: Path) -> None:
    async def lecture(server: LectureServer) -> None:
        presenter = await Presenter.start(Place(server.port))
        await presenter.step(1)
        began = time.monotonic()
        async with listening(presenter.place, presenter.code, 1000):
            assert time.monotonic() - began < within(5)

    with LectureServer(data) as server:
        run(lecture(server))
