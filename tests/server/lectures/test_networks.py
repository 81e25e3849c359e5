"""F6: the network goes away and comes back; old connections end late. Whoever comes back gets what was missed, and nothing else."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, ExitStack

import pytest

from tests.server.lectures.beside import Baseline, Witness
from tests.server.lectures.client import Listener, Place, Presenter, Seen, listening
from tests.server.lectures.conftest import RECENT
from tests.server.lectures.pace import pause
from tests.server.lectures.proxy import Proxy
from tests.server.lectures.seconds import within
from tests.server.lectures.seeds import chance, seeds, sizes
from tests.server.lectures.servers import LectureServer
from tests.server.lectures.sockets import stream_of
from tests.watchdog import run


@pytest.mark.parametrize(
    ("missed", "began"),
    [
        pytest.param(0, "resumed", id="nothing"),
        pytest.param(7, "resumed", id="a few"),
        pytest.param(RECENT - 1, "resumed", id="all that is kept at hand"),
        pytest.param(RECENT, "trimmed", id="more than is kept at hand"),
    ],
)
def test_who_loses_the_network_gets_exactly_what_was_missed(server: LectureServer, missed: int, began: str) -> None:
    async def lecture() -> None:
        place = Place(server.port)
        async with Witness(place), Proxy(server.port) as network:
            presenter = await Presenter.start(place)
            await presenter.step(0)
            async with Listener(place, presenter.code) as staying, Listener(network.place, presenter.code) as listener:
                await listener.at(1)
                network.away = True
                network.cut()
                for number in range(missed):
                    await presenter.step(number)
                last = await presenter.step(-1)
                network.away = False
                await listener.at(last)
                await staying.at(last)
                state = await presenter.state()
                staying.require(state, "first")
                listener.require(state, "first", began)
                assert began in listener.seen.openings[1:]
                if began == "resumed":
                    assert [entry.offset for entry in listener.seen.entries] == list(range(2, last + 1))

    run(lecture())


@pytest.mark.long
@pytest.mark.parametrize("seconds", [1, 30, 600])
def test_after_a_long_silence_of_the_network_a_listener_is_back_within_its_longest_wait(server: LectureServer, seconds: int) -> None:
    """Real waits, as the page has them; after ten minutes its next try may be 20 s away."""

    async def lecture() -> None:
        place = Place(server.port)
        async with Proxy(server.port) as network:
            presenter = await Presenter.start(place)
            async with Listener(network.place, presenter.code, haste=1.0) as listener:
                await listener.welcomed()
                network.away = True
                network.cut()
                await presenter.step(1)
                await pause(seconds)
                network.away = False
                last = await presenter.step(2)
                await listener.at(last, within(21))
                listener.require(await presenter.state(), "first", "resumed")

    run(lecture())


def test_what_is_swallowed_without_a_word_is_noticed_by_the_silence(server: LectureServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """R8: the client comes anew, for heartbeats do not come; here its patience is a second, and not 25."""
    monkeypatch.setattr("tests.server.lectures.client.SILENCE", 1.0)

    async def lecture() -> None:
        place = Place(server.port)
        async with Proxy(server.port) as network:
            presenter = await Presenter.start(place)
            async with Listener(network.place, presenter.code) as listener:
                await listener.welcomed()
                network.swallows = True
                last = await presenter.step(1)
                await listener.until(lambda seen: listener.losses > 0)
                network.swallows = False
                await listener.at(last)
                listener.require(await presenter.state(), "first", "resumed")

    run(lecture())


@seeds(2, 20)
def test_many_losses_in_a_row_while_events_are_published_leave_no_gap(server: LectureServer, seed: int) -> None:
    draw = chance(seed)

    async def lecture() -> None:
        place = Place(server.port)
        async with Baseline(server), Witness(place), Proxy(server.port) as network:
            presenter = await Presenter.start(place)
            async with listening(network.place, presenter.code, 5) as listeners:
                for number in range(60):
                    await presenter.step(number)
                    if draw.random() < 0.15:
                        network.cut(reset=draw.random() < 0.5)
                    network.away = draw.random() < 0.2
                network.away = False
                last = await presenter.step(-1)
                await asyncio.gather(*(listener.at(last) for listener in listeners))
                state = await presenter.state()
                for listener in listeners:
                    listener.require(state, "first", "resumed")
                    assert listener.losses >= 3

    run(lecture())


@sizes("times", 25, 100)
def test_an_old_connection_that_ends_late_does_not_disturb_the_new_one(server: LectureServer, times: int) -> None:
    """The same browser, with the same name and cookie, is back before the server knows that it was gone."""

    async def lecture() -> None:
        place = Place(server.port)
        async with AsyncExitStack() as held:
            presenter = await Presenter.start(place)
            watching = await held.enter_async_context(Listener(place, presenter.code, presenter.cookie, **{"as": "presenter"}))
            for time in range(times):
                with ExitStack() as old:
                    old.enter_context(stream_of(place, presenter.code, query="?nickname=Ada&hand=true"))
                    async with Listener(place, presenter.code, nickname="Ada", hand="true") as new:
                        await new.welcomed()
                        old.close()  # the late end of the one before
                        await new.at(await presenter.step(time))
                        assert new.losses == 0
                        new.require(await presenter.state(), "first")
            await watching.until(nobody_is_left)

    run(lecture())


def nobody_is_left(seen: Seen) -> bool:
    presence = seen.soft.get("presence", {})
    return (presence.get("students"), presence.get("hands")) == (0, [])


def test_who_is_back_within_fifty_milliseconds_is_one_listener_and_not_two(server: LectureServer) -> None:
    async def lecture() -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place)
        async with Listener(place, presenter.code, presenter.cookie, **{"as": "presenter"}) as watching:
            async with Listener(place, presenter.code, haste=0.0) as listener:
                await listener.welcomed()
                for number in range(5):
                    listener.drop()
                    await listener.at(await presenter.step(number))
                listener.require(await presenter.state(), "first", "resumed")
                await watching.until(lambda seen: seen.soft.get("presence", {}).get("students") == 1)
            await watching.until(nobody_is_left)

    run(lecture())


def test_a_position_that_nobody_can_have_gets_the_state_and_never_an_error(server: LectureServer) -> None:
    async def lecture() -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place)
        last = await presenter.step(1)
        state = await presenter.state()
        for position in ("", "0", ":", f"{presenter.code}:x", "a" * 100, "😀:1", "other:1", "-1", f"{'9' * 60}:{'9' * 9}"):
            async with Listener(place, presenter.code, last_event_id=position) as listener:
                await listener.at(last)
                listener.require(state, "first", "epoch")

    run(lecture())
