"""F12, F13, and F10 with several processes: Redis dies, forgets, stalls or is slow, and so do the servers around it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.lectures.state import State
from tests.redis_server import RedisServer
from tests.server.lectures.beside import Baseline, Witness
from tests.server.lectures.client import Answer, Listener, Place, Presenter, Student, ask, listening, request_bytes, until_answered
from tests.server.lectures.pace import pause
from tests.server.lectures.proxy import Proxy
from tests.server.lectures.seconds import within
from tests.server.lectures.seeds import chance, seeds
from tests.server.lectures.servers import LectureServer
from tests.server.serving import split
from tests.watchdog import run

NOTICED = 5.0  # s within which the class hears that the link is paused
CONVERGED = 20.0  # s after which everyone is where everyone is


@dataclass(frozen=True)
class Shared:
    """A Redis that keeps what it is told, and a server process over it."""

    redis: RedisServer
    server: LectureServer

    @property
    def place(self) -> Place:
        return Place(self.server.port)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    folder = tmp_path_factory.mktemp("redis")
    with RedisServer(folder / "redis", appendonly=True) as redis, LectureServer(folder / "data", redis_url=redis.url) as server:
        yield Shared(redis, server)


def killed(redis: RedisServer) -> None:
    redis.restart()


def emptied(redis: RedisServer) -> None:
    redis.empty()


@pytest.mark.parametrize("fault", [killed, emptied])
def test_a_redis_that_dies_and_comes_back_begins_another_epoch_from_what_the_server_remembers(
    shared: Shared, fault: Callable[[RedisServer], None]
) -> None:
    """Nobody can know whether its last words were written; so nobody is told that the log goes on."""

    async def lecture() -> None:
        presenter = await Presenter.start(shared.place)
        await presenter.opens("q")
        await presenter.step(1)
        voter = Student(shared.place, presenter.code)
        await voter.join()
        await voter.vote("q", "left")
        async with listening(shared.place, presenter.code, 5) as listeners, Listener(shared.place, presenter.code) as away:
            await away.at(2)
            old = away.seen.epoch
            before = listeners[0].seen.state
            await asyncio.to_thread(fault, shared.redis)
            await asyncio.gather(*(listener.until(lambda seen: seen.epoch != old) for listener in listeners))
            assert all(shown(listener.seen.state) == shown(before) for listener in listeners), "nothing that was seen is lost"
            last = await presenter.step(2)
            await asyncio.gather(*(listener.at(last) for listener in listeners))
            away.drop()
            await away.until(lambda seen: seen.epoch != old and seen.offset >= last)
            for listener in [*listeners, away]:
                assert (listener.seen.epoch != old, listener.seen.faults) == (True, []), listener.story
                assert listener.seen.state == listeners[0].seen.state
                assert listener.seen.counts["link"] >= 2, "paused, and live"
                assert listener.seen.soft["link"] == {"state": "live"}
            async with Listener(shared.place, presenter.code, last_event_id=f"{old}:2") as returning:
                await returning.at(last)
                returning.require(listeners[0].seen.state, "epoch")
            assert len({listener.seen.epoch for listener in [*listeners, away, returning]}) == 1
            await again(presenter, voter, fault is emptied)

    run(lecture())


def shown(state: State) -> State:
    """What a class sees of it: where a question stands in the log is another matter in another log."""
    return replace(state, polls=tuple({**poll, "offset": 0} for poll in state.polls))


async def again(presenter: Presenter, voter: Student, forgotten: bool) -> None:
    """Whoever voted before votes on; who is not known any more is told so, and joins anew, as the page does."""
    answer = await voter.vote("q", "right")
    if forgotten:
        assert (answer.status, answer.problem) == (401, "no-participant")
        await voter.join()
        answer = await voter.vote("q", "right")
    assert answer.status == 200
    await presenter.command("poll revealed", {"poll": "q"})
    assert (await presenter.state()).polls[0]["revealed"]["tally"] == {"right": 1}


def test_a_redis_that_has_lost_its_last_entries_gets_them_back_in_another_epoch(shared: Shared) -> None:
    async def lecture() -> None:
        presenter = await Presenter.start(shared.place)
        await presenter.step(1)
        async with listening(shared.place, presenter.code, 5) as listeners:
            old = listeners[0].seen.epoch
            with shared.redis.forgetting():
                lost = await presenter.step(2)
                await asyncio.gather(*(listener.at(lost) for listener in listeners))
            await asyncio.gather(*(listener.until(lambda seen: seen.epoch != old) for listener in listeners))
            for listener in listeners:
                assert listener.seen.state.view == {"step": "2"}, "it was shown, so it stays"
                assert not listener.seen.faults, listener.story
            last = await presenter.step(3)
            await asyncio.gather(*(listener.at(last) for listener in listeners))
            assert (await presenter.state()).view == {"step": "3"}

    run(lecture())


def test_a_redis_that_says_nothing_pauses_the_lecture_and_nothing_is_acknowledged_until_it_is_back(shared: Shared) -> None:
    async def lecture() -> None:
        presenter = await Presenter.start(shared.place)
        await presenter.step(1)
        async with Baseline(shared.server), listening(shared.place, presenter.code, 5) as listeners:
            await asyncio.gather(*(listener.at(1) for listener in listeners))
            shared.redis.pause()
            try:
                trying = asyncio.create_task(presenter.send("view", {"view": {"step": "2"}}, "during"))
                await asyncio.gather(*(listener.until(paused) for listener in listeners))
                refused: list[Answer] = [await trying, await presenter.send("view", {"view": {"step": "2"}}, "during")]
                assert [(answer.status, answer.problem) for answer in refused] == [(503, "storage")] * 2
                assert all("retry-after" in answer.headers for answer in refused)
                assert (await ask(shared.place, "GET", "/readyz")).status == 503
                assert (await ask(shared.place, "GET", "/healthz")).status == 200
                assert all(listener.seen.offset == 1 for listener in listeners)
            finally:
                shared.redis.go_on()
            answer = await until_answered(lambda: presenter.send("view", {"view": {"step": "2"}}, "during"))
            assert (answer.status, answer.document["offset"]) == (200, 2), "whether it had been stored or not, it is once"
            await asyncio.gather(*(listener.until(lambda seen: seen.soft["link"] == {"state": "live"}) for listener in listeners))
            last = await presenter.step(3)
            await asyncio.gather(*(listener.at(last) for listener in listeners))
            state = await presenter.state()
            for listener in listeners:
                listener.require(state, "first")
                assert listener.losses == 0
                assert listener.seen.counts["snapshot"] == 1, "the log went on, so nobody needs another state"
            assert [entry.body["view"]["step"] for entry in await presenter.log()] == ["1", "2", "3"]

    run(lecture())


def paused(seen: object) -> bool:
    return getattr(seen, "soft").get("link") == {"state": "paused"}  # noqa: B009


@asynccontextmanager
async def at_a_distance(folder: Path, **faults: float) -> AsyncIterator[tuple[RedisServer, Proxy, LectureServer]]:
    """A server whose way to Redis can be made worse."""
    async with AsyncExitStack() as held:
        redis = held.enter_context(RedisServer(folder / "redis"))
        way = await held.enter_async_context(Proxy(redis.port, **faults))  # type: ignore[arg-type]
        server = LectureServer(folder / "data", redis_url=f"redis://127.0.0.1:{way.place.port}/0")
        await asyncio.to_thread(server.start)
        held.callback(server.kill)
        yield redis, way, server


def test_a_redis_that_is_half_a_second_away_slows_a_lecture_and_breaks_nothing(tmp_path: Path) -> None:
    async def lecture() -> None:
        async with at_a_distance(tmp_path) as (_, way, server):
            presenter = await Presenter.start(Place(server.port))
            await presenter.opens("q")
            voters = [Student(Place(server.port), presenter.code) for _ in range(20)]
            async with listening(Place(server.port), presenter.code, 5) as listeners:
                way.delay = 0.25  # there, and back
                await asyncio.gather(*(voter.join() for voter in voters))
                answers = await asyncio.gather(*(until_answered(lambda voter=voter: voter.vote("q", "left")) for voter in voters))  # type: ignore[misc]
                assert {answer.status for answer in answers} == {200}
                for number in range(3):
                    await presenter.step(number)
                last = await presenter.command("poll revealed", {"poll": "q"})
                await asyncio.gather(*(listener.at(last) for listener in listeners))
                way.delay = 0.0
                state = await presenter.state()
                assert state.polls[0]["revealed"]["tally"] == {"left": 20}
                for listener in listeners:
                    listener.require(state, "first")
                    assert listener.seen.counts["link"] == 0

    run(lecture())


@seeds(1, 10)
def test_a_way_to_redis_that_breaks_again_and_again_loses_nothing_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    draw = chance(seed)

    async def lecture() -> None:
        async with at_a_distance(tmp_path) as (_, way, server):
            presenter = await Presenter.start(Place(server.port))
            async with listening(Place(server.port), presenter.code, 5) as listeners:

                async def presents() -> int:
                    for number in range(40):
                        last = await presenter.step(number)
                        await pause(0.02)
                    return last

                presenting = asyncio.create_task(presents())
                for _ in range(4):
                    await pause(draw.uniform(0.05, 0.3))
                    way.away = draw.random() < 0.5
                    way.cut(reset=draw.random() < 0.5)
                    await pause(draw.uniform(0.0, 0.3))
                    way.away = False
                last = await presenting
                await asyncio.gather(*(listener.at(last) for listener in listeners))
                log, state = await presenter.log(), await presenter.state()
                assert [entry.body["view"]["step"] for entry in log] == [str(number) for number in range(40)]
                for listener in listeners:
                    listener.require(state, "first")
                    assert listener.seen.counts["snapshot"] == 1, "Redis itself never went away"

    run(lecture())


@pytest.mark.long
@pytest.mark.parametrize("seconds", [30])
def test_a_redis_that_is_cut_off_without_a_word_is_noticed_within_five_seconds_and_caught_up_with(tmp_path: Path, seconds: int) -> None:
    async def lecture() -> None:
        async with at_a_distance(tmp_path) as (_, way, server):
            presenter = await Presenter.start(Place(server.port))
            await presenter.step(1)
            async with listening(Place(server.port), presenter.code, 20, haste=1.0) as listeners:
                way.swallows = True
                async with asyncio.timeout(within(NOTICED)):
                    await asyncio.gather(*(listener.until(paused) for listener in listeners))
                await pause(seconds)
                way.swallows = False
                last = await presenter.step(2)
                await asyncio.gather(*(listener.at(last, within(CONVERGED)) for listener in listeners))
                for listener in listeners:
                    listener.require(await presenter.state(), "first")

    run(lecture())


class Pair:
    """Two server processes over one Redis, and a balancer in front of them."""

    def __init__(self, redis: RedisServer, servers: list[LectureServer]) -> None:
        self.redis, self.servers = redis, servers

    def balanced(self) -> Proxy:
        """Each connection goes to the other process, or to the one that is there."""
        return Proxy([server.port for server in self.servers])


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    forgets = {"set": {"app.lectures.redis_storage:PRESENCE_SECONDS": 2, "app.lectures.lectures:BEATS": 4}}
    with ExitStack() as held:
        redis = held.enter_context(RedisServer(folder / "redis"))
        servers = [LectureServer(folder / name, faults=forgets, redis_url=redis.url) for name in ("one", "two")]
        yield Pair(redis, [held.enter_context(server) for server in servers])


def test_two_processes_are_one_lecture(pair: Pair) -> None:
    async def lecture() -> None:
        places = [Place(server.port) for server in pair.servers]
        presenter = await Presenter.start(places[0])
        async with AsyncExitStack() as held:
            here, there = [await held.enter_async_context(listening(place, presenter.code, 5)) for place in places]
            projector = await held.enter_async_context(Listener(places[1], presenter.code, presenter.cookie, **{"as": "presenter"}))
            await presenter.opens("q")
            voters = [Student(places[number % 2], presenter.code) for number in range(10)]
            await asyncio.gather(*(voter.join() for voter in voters))
            await asyncio.gather(*(voter.vote("q", "left") for voter in voters))
            await projector.until(lambda seen: seen.soft.get("tally", {}).get("votes") == 10)
            await projector.until(lambda seen: seen.soft.get("presence", {}).get("students") == 10)
            presenter.place = places[1]
            await presenter.command("pointer", {"x": 0.5, "y": 0.5})
            await asyncio.gather(*(listener.until(lambda seen: "pointer" in seen.soft) for listener in [*here, *there]))
            last = await presenter.command("poll revealed", {"poll": "q"})
            await asyncio.gather(*(listener.at(last) for listener in [*here, *there, projector]))
            state = await presenter.state()
            for listener in [*here, *there, projector]:
                listener.require(state, "first")

    run(lecture())


@seeds(1, 5)
def test_when_one_of_two_processes_is_killed_its_listeners_go_on_with_the_other(pair: Pair, seed: int) -> None:
    draw = chance(seed)

    async def lecture() -> None:
        async with pair.balanced() as balancer:
            presenter = await Presenter.start(balancer.place)
            voters = [Student(balancer.place, presenter.code) for _ in range(10)]
            await presenter.opens("q")
            await asyncio.gather(*(voter.join() for voter in voters))
            async with listening(balancer.place, presenter.code, 20) as listeners:
                presenting = asyncio.create_task(steps(presenter, 30))
                await listeners[0].at(draw.randint(2, 15))
                victim = pair.servers[seed % 2]
                victim.kill()
                answers = await asyncio.gather(*(until_answered(lambda voter=voter: voter.vote("q", "left")) for voter in voters))  # type: ignore[misc]
                assert {answer.status for answer in answers} == {200}
                last = await presenting
                await asyncio.gather(*(listener.at(last) for listener in listeners))
                state = await presenter.state()
                assert sum(listener.losses > 0 for listener in listeners) in range(5, 16), "about half of them were there"
                for listener in listeners:
                    listener.require(state, "first", "resumed")
                await listeners[0].until(lambda seen: seen.soft.get("presence", {}).get("students") == 20)
                await asyncio.to_thread(victim.start)
                log = await presenter.log()
                assert [entry.body["view"]["step"] for entry in log[1:]] == [str(number) for number in range(30)]
                last = await presenter.command("poll revealed", {"poll": "q"})
                await asyncio.gather(*(listener.at(last) for listener in listeners))
                assert listeners[0].seen.state.polls[0]["revealed"]["tally"] == {"left": 10}

    run(lecture())


async def steps(presenter: Presenter, count: int) -> int:
    for number in range(count):
        last = await presenter.step(number)
    return last


def test_a_process_that_was_paused_wakes_with_an_old_fence_and_changes_nothing(pair: Pair) -> None:
    """F10: its presenter's command has arrived, and nobody took it; meanwhile another device presents, by way of the other process."""
    asleep, awake = pair.servers

    async def lecture() -> None:
        first = await Presenter.start(Place(asleep.port))
        await first.step(1)
        second = await first.another("tablet")
        second.place = Place(awake.port)
        async with Listener(Place(asleep.port), first.code) as there, Listener(Place(awake.port), first.code) as here:
            await asyncio.gather(there.at(1), here.at(1))
            asleep.tell(signal.SIGSTOP)
            try:
                reader, writer = await first.place.connect()
                body = {"id": "asleep", "kind": "view", "body": {"view": {"step": "old"}}, "fence": first.fence}
                writer.write(request_bytes(first.place, "POST", f"{first.path}/commands", body, first.cookie))
                await second.take_over()
                await second.step(2)
                await here.at(3)
            finally:
                asleep.tell(signal.SIGCONT)
            status, _, answer = split(await reader.read())
            writer.close()
            await writer.wait_closed()
            assert (status, b"tablet" in answer, b"not-presenting" in answer) == (409, True, True), answer
            await there.at(3)
            state = await second.state()
            for listener in (here, there):
                listener.require(state, "first")
            assert [entry.kind for entry in await second.log()] == ["view", "presenter changed", "view"]

    run(lecture())


def test_a_lecture_beside_is_not_disturbed_by_one_that_is_deleted_in_the_other_process(pair: Pair) -> None:
    async def lecture() -> None:
        one, two = (Place(server.port) for server in pair.servers)
        async with Witness(one):
            presenter = await Presenter.start(one)
            await presenter.step(1)
            async with Listener(two, presenter.code) as listener:
                await listener.at(1)
                assert (await ask(one, "DELETE", presenter.path, cookie=presenter.cookie)).status == 200
                await listener.until(lambda seen: seen.counts["deleted"] == 1)
                await listener.until(lambda seen: listener.refused[404] > 0)

    run(lecture())
