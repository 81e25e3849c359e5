"""What a Redis that fails does to lectures: people are told in time, nothing is invented, and it goes on by itself."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio.connection import Connection

import app.redis_link
from app.databases import StorageRefused
from app.errors import Problem
from app.lectures.entries import Entry
from app.lectures.storage import EpochChanged, LectureStorage, Record, UnknownLecture
from app.settings import Settings
from app.storages import storages, try_storages
from tests.redis_server import RedisServer, free_port
from tests.server.storages import OTHER, PATIENCE, PRESENTER, Room, appended, begun, command, new_code, redis
from tests.tcp_proxy import Proxy
from tests.watchdog import run

TOLD = 5  # s: so long may pass until students see that the link is paused
STATE = [("scene", {"scene": "as it was shown"})]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that writes down everything before it answers."""
    with RedisServer(tmp_path, appendonly=True) as server:
        yield server


class Process:
    """One server process: a storage, and a room that goes on after every fault as rooms do."""

    def __init__(self, storage: LectureStorage, code: str) -> None:
        self.storage = storage
        self.room = Room(storage, code)
        self.states: list[str] = []
        storage.on_change(lambda state: self.room.told(self.states, state))

    async def start(self) -> None:
        """With all that is stored."""
        record = await self.storage.record(self.room.code)
        assert record
        self.record = record
        self.seen = {(entry.epoch, entry.offset): entry for entry in await self.storage.read(record.code, 0)}

    @property
    def known(self) -> Record:
        """The lecture as this process knows it."""
        offsets = [entry.offset for entry in self.room.entries if entry.epoch == self.record.epoch]
        return replace(self.record, last=max([self.record.last, *offsets]))

    async def recreate(self) -> Record:
        """After `broken`."""
        self.record = await self.storage.recreate(self.known, STATE, {OTHER: "phone"})
        return self.record

    async def is_up_again(self) -> None:
        """After it was down."""
        await self.room.until(lambda: self.states[-2:] == ["down", "up"])


@asynccontextmanager
async def processes(url: str, number: int = 2) -> Any:
    """So many processes that all watch one lecture, which has three entries."""
    async with asyncio.timeout(4 * PATIENCE), AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(redis(url)()) for _ in range(number)]
        record = await begun(opened[0])
        all_of_them = [Process(storage, record.code) for storage in opened]
        for process in all_of_them:
            await process.start()
        for _ in range(2):
            await appended(opened[0], record)
        for process in all_of_them:
            await process.room.until(lambda process=process: 3 in process.room.offsets)
        yield all_of_them


def each_names_one(*logs: list[Entry]) -> bool:
    """Whether nobody has ever seen two entries of one epoch and offset."""
    named: dict[tuple[str, int], dict[str, Any]] = {}
    return all(named.setdefault((entry.epoch, entry.offset), entry.body) == entry.body for log in logs for entry in log)


async def require_refusal(asked: Awaitable[Any]) -> None:
    """A 503 in time, that says when to come back."""
    begin = time.monotonic()
    with pytest.raises(Problem, match="storage") as refused:
        await asked
    assert time.monotonic() - begin < TOLD
    assert refused.value.status == 503
    assert refused.value.headers == {"Retry-After": "1"}


def test_a_redis_that_comes_back_empty_is_found_and_the_lecture_goes_on_from_memory(server: RedisServer) -> None:
    async def scenario() -> None:
        async with processes(server.url) as (one, two):
            before = await one.storage.read(one.record.code, 0)
            server.empty()
            for process in (one, two):
                await process.is_up_again()
                assert process.room.broken == [process.record.code]
                assert process.room.offsets == [2, 3]
            with pytest.raises(UnknownLecture):
                await one.storage.append(one.record.code, one.record.epoch, 3, PRESENTER, command())
            renewed = await one.recreate()
            assert (renewed.epoch != before[0].epoch, renewed.last, renewed.fence, renewed.holder) == (True, 1, 1, "laptop")
            assert (await two.recreate()).epoch == renewed.epoch
            assert await two.storage.session(renewed.code, PRESENTER) == "laptop"
            assert await two.storage.session(renewed.code, OTHER) == "phone"
            added = await one.storage.append(renewed.code, renewed.epoch, 1, PRESENTER, command(after="the fault"))
            await two.room.until(lambda: added in two.room.entries)
            after = await two.storage.read(renewed.code, 0)
            assert [entry.body for entry in after] == [{"scene": "as it was shown"}, {"after": "the fault"}]
            assert each_names_one(before, after, one.room.entries, two.room.entries)

    run(scenario())


def test_a_redis_that_lost_its_last_entries_is_found_and_what_was_shown_is_added(server: RedisServer) -> None:
    async def scenario() -> None:
        async with processes(server.url) as (one, two):
            with server.forgetting():
                for _ in range(2):
                    await appended(one.storage, one.record)
                await two.room.until(lambda: 5 in two.room.offsets)
            await one.is_up_again()
            await two.is_up_again()
            assert one.room.broken == two.room.broken == [one.record.code]
            with pytest.raises(EpochChanged):
                await one.storage.append(one.record.code, one.record.epoch, 3, PRESENTER, command())
            renewed = await two.recreate()
            assert (renewed.last, (await one.recreate()).epoch) == (4, renewed.epoch)
            log = await one.storage.read(renewed.code, 0)
            assert [entry.offset for entry in log] == [1, 2, 3, 4]
            assert log[-1].body == {"scene": "as it was shown"}
            assert {entry.epoch for entry in log} == {renewed.epoch}
            assert each_names_one(log, one.room.entries, two.room.entries)

    run(scenario())


def test_who_has_seen_more_adds_what_another_process_could_not_know(server: RedisServer) -> None:
    async def scenario() -> None:
        async with processes(server.url) as (one, two):
            two.room.leave()
            with server.forgetting():
                await appended(one.storage, one.record)
                await one.room.until(lambda: 4 in one.room.offsets)
            await one.is_up_again()
            await two.is_up_again()
            found = await two.storage.record(two.record.code)
            assert found
            assert (found.last, found.epoch != one.record.epoch) == (3, True)
            renewed = await one.recreate()
            assert (renewed.last, renewed.epoch not in (found.epoch, two.record.epoch)) == (4, True)
            with pytest.raises(EpochChanged):
                await two.storage.append(found.code, found.epoch, 3, PRESENTER, command())

    run(scenario())


def test_what_was_added_meanwhile_is_never_undone_by_who_comes_late(server: RedisServer) -> None:
    async def scenario() -> None:
        async with processes(server.url) as (one, two):
            two.room.leave()
            with server.forgetting():
                await appended(one.storage, one.record)
                await one.room.until(lambda: 4 in one.room.offsets)
            await one.is_up_again()
            await two.is_up_again()
            added = await appended(two.storage, two.record, after="the fault")
            renewed = await one.recreate()
            assert (renewed.epoch, renewed.last) == (added.epoch, 4)
            log = await one.storage.read(renewed.code, 0)
            assert log[-1] == added
            assert each_names_one(log, one.room.entries)

    run(scenario())


def test_a_redis_that_was_started_anew_with_everything_keeps_the_whole_log(server: RedisServer) -> None:
    async def scenario() -> None:
        async with processes(server.url) as (one, two):
            before = await one.storage.read(one.record.code, 0)
            server.restart()
            for process in (one, two):
                await process.is_up_again()
                await process.recreate()
            assert one.record == two.record
            after = await two.storage.read(one.record.code, 0)
            assert [replace(entry, epoch="") for entry in after] == [replace(entry, epoch="") for entry in before]

    run(scenario())


def test_what_is_gone_without_a_restart_is_found_too(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.redis_link, "REVIEW_SECONDS", 0.05)

    async def scenario() -> None:
        async with processes(server.url, 1) as (one,):
            server.say("FLUSHALL")
            await one.room.until(lambda: one.room.broken)
            await one.recreate()
            assert (await appended(one.storage, one.record)).offset == 2
            assert one.states == []

    run(scenario())


def test_who_finds_the_log_gone_while_adding_looks_at_once(server: RedisServer) -> None:
    async def scenario() -> None:
        async with processes(server.url, 1) as (one,):
            server.say("FLUSHALL")
            with pytest.raises(UnknownLecture):
                await one.storage.append(one.record.code, one.record.epoch, 3, PRESENTER, command())
            await one.room.until(lambda: one.room.broken)

    run(scenario())


@asynccontextmanager
async def behind_proxy(server: RedisServer) -> Any:
    """A process whose way to Redis may be cut, and one that has its own."""
    async with Proxy(server.port) as proxy, processes(server.url, 1) as (near,), redis(proxy.url)() as storage:
        far = Process(storage, near.record.code)
        await far.start()
        yield proxy, far, near


def test_who_is_cut_off_without_a_reset_is_told_in_time_and_misses_nothing_afterwards(server: RedisServer) -> None:
    async def scenario() -> None:
        async with behind_proxy(server) as (proxy, far, near):
            begin = time.monotonic()
            proxy.cut()
            held = far.storage.append(far.record.code, far.record.epoch, 3, PRESENTER, unanswered := command())
            await asyncio.gather(require_refusal(held), require_refusal(far.storage.vote(far.record.code, "p", "ada", "+")))
            await far.room.until(lambda: far.states == ["down"])
            assert time.monotonic() - begin < TOLD
            for asked in (far.storage.check(), far.storage.read(far.record.code, 0), far.storage.tell(far.record.code, {})):
                await require_refusal(asked)
            missed = [await appended(near.storage, near.record) for _ in range(3)]
            proxy.heal()
            await far.is_up_again()
            await far.room.until(lambda: missed[-1] in far.room.entries)
            assert far.room.offsets == list(range(4, missed[-1].offset + 1))
            assert far.room.broken == []
            now = await far.storage.record(far.record.code)
            assert now
            entry = await far.storage.append(now.code, now.epoch, now.last, PRESENTER, unanswered)
            bodies = [entry.offset for entry in await near.storage.read(near.record.code, 0)]
            assert bodies == list(range(1, len(bodies) + 1))
            assert entry.offset in bodies

    run(scenario())


def test_a_redis_that_stands_still_is_a_503_in_time_and_what_was_refused_is_done_once_when_repeated(server: RedisServer) -> None:
    async def scenario() -> None:
        async with processes(server.url) as (one, two):
            server.pause()
            unanswered = command(name="unanswered")
            await require_refusal(one.storage.append(one.record.code, one.record.epoch, 3, PRESENTER, unanswered))
            for process in (one, two):
                await process.room.until(lambda process=process: process.states == ["down"])
            server.go_on()
            await one.is_up_again()
            await two.is_up_again()
            now = await one.storage.record(one.record.code)
            assert now
            entries = [await one.storage.append(now.code, now.epoch, now.last, PRESENTER, unanswered) for _ in range(3)]
            assert entries == [entries[0]] * 3
            await two.room.until(lambda: entries[0] in two.room.entries)
            named = [entry for entry in await two.storage.read(now.code, 0) if entry.body == {"name": "unanswered"}]
            assert named == entries[:1]
            assert one.room.broken == two.room.broken == []

    run(scenario())


def test_a_redis_that_is_slow_is_waited_for(server: RedisServer) -> None:
    async def scenario() -> None:
        async with behind_proxy(server) as (proxy, far, near):
            proxy.slow(0.5)
            for expected in (3, 4):
                await far.storage.append(far.record.code, far.record.epoch, expected, PRESENTER, command())
            await asyncio.gather(*(far.storage.join(far.record.code, f"{number}", "", "address", 99) for number in range(50)))
            await far.room.until(lambda: 5 in far.room.offsets)
            assert far.states == near.states == []
            async with redis(proxy.url)() as late:
                room = Room(late, far.record.code)
                assert len(await late.read(far.record.code, 0)) == 5
                await appended(near.storage, near.record)
                await room.until(lambda: 6 in room.offsets)

    run(scenario())


def test_a_process_that_was_held_up_does_not_add_with_an_old_fence(server: RedisServer) -> None:
    async def scenario() -> None:
        async with behind_proxy(server) as (proxy, far, near):
            proxy.cut()
            held = asyncio.create_task(far.storage.append(far.record.code, far.record.epoch, 3, PRESENTER, command(name="old")))
            await near.storage.take_over(near.record.code, near.record.epoch, OTHER, "phone", "over")
            proxy.heal()
            outcome = (await asyncio.gather(held, return_exceptions=True))[0]
            assert isinstance(outcome, Exception)
            assert [entry.kind for entry in await near.storage.read(near.record.code, 3)] == ["presenter changed"]

    run(scenario())


def test_everything_that_redis_acknowledged_outlives_a_power_cut(server: RedisServer) -> None:
    async def scenario() -> None:
        async with processes(server.url, 1) as (one,):
            done: list[Entry] = []

            async def present() -> None:
                while True:
                    done.append(await one.storage.append(one.record.code, one.record.epoch, 3 + len(done), PRESENTER, command()))
                    if len(done) == 200:
                        server.program.signal(signal.SIGKILL)

            with pytest.raises(Problem):
                await present()
            server.restart()
            await one.is_up_again()
            stored = await one.storage.read(one.record.code, 3)
            assert [entry.offset for entry in stored] == list(range(4, len(stored) + 4))
            assert [(entry.offset, entry.at) for entry in stored[: len(done)]] == [(entry.offset, entry.at) for entry in done]
            assert len(stored) - len(done) in (0, 1)

    run(scenario())


def test_scripts_that_redis_forgot_are_given_to_it_again(server: RedisServer) -> None:
    async def scenario() -> None:
        async with processes(server.url, 1) as (one,):
            server.say("SCRIPT", "FLUSH")
            await require_refusal(one.storage.vote(one.record.code, "p", "ada", "+"))
            await one.is_up_again()
            assert (await appended(one.storage, one.record)).offset == 4
            assert one.room.broken == []

    run(scenario())


def test_a_redis_whose_memory_is_full_refuses_and_the_link_stays(server: RedisServer) -> None:
    async def scenario() -> None:
        async with processes(server.url, 1) as (one,):
            server.say("CONFIG", "SET", "maxmemory", "1")
            await require_refusal(one.storage.append(one.record.code, one.record.epoch, 3, PRESENTER, command()))
            await require_refusal(one.storage.check())
            assert len(await one.storage.read(one.record.code, 0)) == 3
            server.say("CONFIG", "SET", "maxmemory", "0")
            assert (await appended(one.storage, one.record)).offset == 4
            assert one.states == []

    run(scenario())


def test_a_lecture_leaves_nothing_in_redis_but_that_it_is_gone_for_a_day(server: RedisServer) -> None:
    async def scenario() -> None:
        async with processes(server.url, 1) as (one,):
            code = one.record.code
            await appended(one.storage, one.record, "poll opened", poll="p")
            await one.storage.join(code, "ada", "Ada", "address", 5)
            await one.storage.vote(code, "p", "ada", "+")
            await one.storage.put_plan(code, "{}")
            await one.storage.share(code, "process", {})
            await one.storage.delete(code)
            left = server.say("KEYS", "*").decode().split("\r\n")
            assert sorted(key for key in left if key.startswith("unrolled")) == [f"unrolled:{code}:gone"]
            assert 0 < int(server.say("TTL", f"unrolled:{code}:gone")[1:]) <= 86_400

    run(scenario())


def test_the_presence_of_a_process_that_says_nothing_any_more_ends(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.lectures.redis_storage.PRESENCE_SECONDS", 1)

    async def scenario() -> None:
        async with processes(server.url) as (one, two):
            begin = time.monotonic()
            await one.storage.share(one.record.code, "one", {"students": 1})
            while {"students": 1} in await two.storage.share(two.record.code, "two", {"students": 2}):
                assert time.monotonic() - begin < PATIENCE

    run(scenario())


@asynccontextmanager
async def scenes(url: str) -> Any:
    async with storages(Settings(redis_url=url)) as both:
        yield both


def test_scenes_and_data_sets_are_those_of_every_process(server: RedisServer) -> None:
    async def scenario() -> None:
        async with scenes(server.url) as one, scenes(server.url) as two:
            await one.scenes.put("id", b"{}")
            await one.scenes.put("id", b"{}")
            await one.scenes.put("id", b"[]", "datasets")
            assert await two.scenes.get("id") == b"{}"
            assert await two.scenes.get("id", "datasets") == b"[]"
            assert await two.scenes.get("other") is None
            await two.scenes.check()

    run(scenario())


def test_a_redis_that_was_emptied_gets_back_the_scenes_that_are_in_use(server: RedisServer) -> None:
    async def scenario() -> None:
        async with asyncio.timeout(PATIENCE), scenes(server.url) as one, scenes(server.url) as two:
            await one.scenes.put("id", b"{}")
            back = asyncio.Event()
            one.lectures.on_change(lambda state: back.set() if state == "up" else None)
            server.empty()
            await back.wait()
            while two.lectures.state != "up":
                await asyncio.wait([asyncio.ensure_future(back.wait())], timeout=0.01)
            assert await two.scenes.get("id") == b"{}"

    run(scenario())


def test_scenes_are_refused_while_redis_is_gone_but_those_in_use_are_known(server: RedisServer) -> None:
    async def scenario() -> None:
        async with scenes(server.url) as one:
            await one.scenes.put("id", b"{}")
            server.kill()
            await require_refusal(one.scenes.put("new", b"{}"))
            await require_refusal(one.scenes.check())
            assert await one.scenes.get("id") == b"{}"

    run(scenario())


def test_what_is_remembered_has_a_limit(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.redis_store.MEMORY", 100)

    async def scenario() -> None:
        async with scenes(server.url) as one:
            for name in "abc":
                await one.scenes.put(name, name.encode() * 40)
            server.kill()
            await require_refusal(one.scenes.get("a"))
            assert await one.scenes.get("c") == b"c" * 40

    run(scenario())


def refused(url: str) -> str:
    """Why a server with this setting does not start."""
    with pytest.raises(StorageRefused) as error:
        run(try_storages(Settings(redis_url=url)))
    return str(error.value)


def test_a_server_without_its_redis_does_not_start_and_says_what_to_do() -> None:
    port = free_port()
    sentence = refused(f"redis://user:secret@127.0.0.1:{port}/0")
    assert f"Redis at 127.0.0.1:{port} cannot be used" in sentence
    assert "UNROLLED_REDIS_URL" in sentence
    assert "secret" not in sentence


def test_a_redis_that_never_answers_is_refused_in_time(server: RedisServer) -> None:
    server.pause()
    begin = time.monotonic()
    assert "does not answer" in refused(server.url)
    assert time.monotonic() - begin < TOLD


def test_a_password_that_is_wrong_is_refused_and_shown_nowhere(server: RedisServer) -> None:
    server.say("CONFIG", "SET", "requirepass", "right")
    for url in (server.url, server.url.replace("//", "//:wrong@")):
        sentence = refused(url)
        assert "cannot be used" in sentence
        assert "wrong@" not in sentence
    run(try_storages(Settings(redis_url=server.url.replace("//", "//:right@"))))


def test_a_redis_of_a_newer_schema_is_refused_and_left_as_it_is(server: RedisServer) -> None:
    server.say("SET", "unrolled:schema", "99")
    assert "newer Unrolled (schema 99)" in refused(server.url)
    assert server.say("GET", "unrolled:schema") == b"$2\r\n99\r\n"


def test_an_old_redis_is_refused(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.redis_wire.OLDEST", 99)
    assert "99 is the oldest that works" in refused(server.url)


def test_an_option_that_cannot_be_read_is_refused(server: RedisServer) -> None:
    assert "has an option that cannot be read" in refused(server.url + "?colour=red")


def test_a_redis_that_keeps_nothing_is_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with RedisServer(tmp_path) as server, caplog.at_level(logging.WARNING):
        server.say("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        run(try_storages(Settings(redis_url=server.url)))
    assert "set appendonly yes" in caplog.text
    assert "set maxmemory-policy noeviction" in caplog.text


def test_two_databases_of_one_redis_hear_nothing_of_each_other(server: RedisServer) -> None:
    async def scenario() -> None:
        async with redis(server.url)() as one, redis(server.url.replace("/0", "/1"))() as two:
            code = new_code()
            rooms = []
            for storage in (one, two):
                await storage.create(code, "RNNs", "laptop", "key", PRESENTER, STATE)
                rooms.append(Room(storage, code))
                await storage.read(code, 0)
            await one.tell(code, {"from": "one"})
            await two.tell(code, {"from": "two"})
            for room, name in zip(rooms, ("one", "two"), strict=True):
                await room.until(lambda room=room: room.messages)
                assert room.messages == [{"from": name}]

    run(scenario())


def test_no_connection_is_left_open(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.redis_link, "REVIEW_SECONDS", 0.05)
    made: list[Connection] = []
    connect: Callable[[Connection], Awaitable[None]] = Connection.connect
    monkeypatch.setattr(Connection, "connect", lambda connection: made.append(connection) or connect(connection))

    async def scenario() -> None:
        async with processes(server.url, 1) as (one,):
            server.say("CLIENT", "KILL", "TYPE", "normal")
            await one.is_up_again()

    run(scenario())
    assert len(made) == 5
    assert not [connection for connection in made if connection.is_connected]
