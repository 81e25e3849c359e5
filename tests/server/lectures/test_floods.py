"""B13: whoever sends slowly, endlessly or very much is ended or refused, and the lecture beside it does not notice."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest

from app.network import FILES_OF_OURS, MOST_FILES
from tests.server.lectures.beside import Baseline, Witness
from tests.server.lectures.client import Listener, Place, Presenter, ask, listening, request_bytes
from tests.server.lectures.pace import pause
from tests.server.lectures.seeds import sizes
from tests.server.lectures.servers import LectureServer
from tests.server.serving import PATIENCE, ROOT, split
from tests.watchdog import run

SECONDS = 1.0  # that a request may take here
MIB = 2**20
CONNECTIONS = 40


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LectureServer]:
    with LectureServer(tmp_path_factory.mktemp("floods") / "data", request_seconds=str(SECONDS)) as server:
        yield server


@asynccontextmanager
async def connected(place: Place, sent: bytes = b"") -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection over which something was sent."""
    reader, writer = await place.connect()
    try:
        writer.write(sent)
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def dribble(writer: asyncio.StreamWriter, piece: bytes) -> None:
    """A little now and then, so that it never falls silent."""
    with suppress(OSError):
        while not writer.is_closing():
            writer.write(piece)
            await pause(0.1)


async def slowly(place: Place, begun: bytes, piece: bytes) -> bytes:
    """What comes back from a server to which a request is sent for ever."""
    async with connected(place, begun) as (reader, writer):
        dribbling = asyncio.create_task(dribble(writer, piece))
        received = b""
        with suppress(ConnectionError):
            async with asyncio.timeout(PATIENCE):
                while more := await reader.read(65536):
                    received += more
        dribbling.cancel()
        return received


POST = request_bytes(Place(0), "POST", "/api/lectures", {})
SLOW = {
    "a request line": (b"GET /api/le", b"c"),
    "headers": (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X-More: yes\r\n"),
    "a body with its length": (POST[:-2].replace(b"Content-Length: 2", b"Content-Length: 2000"), b" "),
    "a body in chunks": (POST[:-2].replace(b"Content-Length: 2", b"Transfer-Encoding: chunked"), b"1\r\n \r\n"),
    "the next request": (request_bytes(Place(0), "GET", "/healthz", Connection="keep-alive") + b"GET /", b"x"),
}


def test_whatever_is_sent_too_slowly_is_answered_in_time_and_ended(impatient: LectureServer) -> None:
    async def sent() -> None:
        place = Place(impatient.port)
        async with Baseline(impatient), Witness(place):
            answers = await asyncio.gather(*(slowly(place, *each) for each in SLOW.values()))
        for name, answer in zip(SLOW, answers, strict=True):
            last = answer[answer.rindex(b"HTTP/1.1") :]
            status, headers, body = split(last)
            assert (status, headers["connection"], headers["content-type"]) == (408, "close", "application/problem+json"), name
            assert json.loads(body)["type"] == "/problems/request-too-slow"

    run(sent())


def test_who_connects_and_says_nothing_is_let_go(impatient: LectureServer) -> None:
    async def silent() -> None:
        place = Place(impatient.port)
        async with Baseline(impatient), Witness(place):
            received = await asyncio.gather(*(nothing(place) for _ in range(100)))
            assert set(received) == {b""}

    async def nothing(place: Place) -> bytes:
        async with connected(place) as (reader, _), asyncio.timeout(PATIENCE):
            return await reader.read()

    run(silent())


def test_a_large_body_over_a_slow_line_has_the_time_that_it_needs(impatient: LectureServer) -> None:
    """Three seconds for 40 KiB, where a request without a body has one."""
    scene = b" " * 40 * 2**10 + b"{}"

    async def sent() -> tuple[int, str]:
        head = request_bytes(Place(0), "POST", "/api/traces", scene)[: -len(scene)]
        async with connected(Place(impatient.port), head) as (reader, writer):
            for start in range(0, len(scene), 2**11):
                writer.write(scene[start : start + 2**11])
                await pause(0.1)
            async with asyncio.timeout(PATIENCE):
                status, _, body = split(await reader.read())
            return status, json.loads(body)["type"]

    assert run(sent()) == (422, "/problems/invalid-scene")


ENDLESS = {
    "an address": b"GET /" + b"a" * 100_000,
    "parameters": b"GET /api/reach?" + b"a=1&" * 25_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a header": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + b"a=1; " * 25_000 + b"\r\n\r\n",
    "headers": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-A: 1\r\n" * 10_000 + b"\r\n",
    "no end": b"\x00" * 100_000,
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_is_too_long_before_its_body_is_refused(impatient: LectureServer, name: str) -> None:
    async def sent() -> bytes:
        async with connected(Place(impatient.port), ENDLESS[name]) as (reader, _), asyncio.timeout(PATIENCE):
            with suppress(ConnectionError):
                return await reader.read()
            return b""

    answer = run(sent())
    if answer:  # else the rest of it, which nobody read, has swept the answer away
        status, headers, body = split(answer)
        assert (status, headers["connection"]) == ((400 if name == "no end" else 431), "close"), name
        assert json.loads(body)["type"] in ("/problems/request-too-long", "/problems/malformed-request")


def test_a_head_that_comes_in_one_piece_is_bounded_too(impatient: LectureServer) -> None:
    """h11 counts only what is incomplete. 20 KB fit in one piece, and are always answered."""

    async def sent() -> bytes:
        head = b"GET /api/reach?" + b"a=1&" * 5000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        async with connected(Place(impatient.port), head) as (reader, _), asyncio.timeout(PATIENCE):
            return await reader.read()

    status, headers, body = split(run(sent()))
    assert (status, headers["x-content-type-options"], headers["connection"]) == (431, "nosniff", "close")
    assert json.loads(body)["type"] == "/problems/request-too-long"


def test_many_parameters_that_fit_are_only_many(impatient: LectureServer) -> None:
    async def asked() -> int:
        return (await ask(Place(impatient.port), "GET", "/api/reach?" + "a=1&" * 3000)).status

    assert run(asked()) == 200


@sizes("count", 1000, 20_000)
def test_a_flood_of_requests_holds_up_nobody(server: LectureServer, count: int) -> None:
    """Behind each other on twenty connections, as fast as they are taken; nobody waits to read the answers."""
    one = request_bytes(Place(0), "GET", "/api/lectures/AAAAAAA2", Connection="keep-alive")

    async def floods(place: Place) -> int:
        async with connected(place) as (reader, writer):
            writer.write(one * (count // 20))
            seen = 0
            async with asyncio.timeout(4 * PATIENCE):
                while seen < count // 20:
                    seen += (await reader.readuntil(b"\r\n\r\n")).count(b"HTTP/1.1 404")
            return seen

    async def flood() -> None:
        place = Place(server.port)
        async with Baseline(server), Witness(place):
            assert await asyncio.gather(*(floods(place) for _ in range(20))) == [count // 20] * 20

    run(flood())


def test_a_flood_of_lectures_is_stopped_by_the_hour(data: Path) -> None:
    async def starts(server: LectureServer) -> None:
        place = Place(server.port)
        answers = [await ask(place, "POST", "/api/lectures", {}) for _ in range(5)]
        assert [answer.status for answer in answers] == [201, 201, 201, 429, 429]
        assert answers[-1].problem == "too-many-requests"
        assert int(answers[-1].headers["retry-after"]) > 60
        assert (await ask(Place(server.port, source="127.0.0.2"), "POST", "/api/lectures", {})).status == 201

    with LectureServer(data, lectures_per_hour="3") as server:
        run(starts(server))


def test_what_a_listener_sends_over_its_stream_is_never_gathered(server: LectureServer) -> None:
    async def sends() -> None:
        place = Place(server.port)
        async with Witness(place):
            presenter = await Presenter.start(place)
            request = request_bytes(place, "GET", f"{presenter.path}/events", Connection="keep-alive")
            before = server.memory
            async with connected(place, request) as (reader, writer):
                await reader.readuntil(b"event: snapshot")
                with suppress(OSError, TimeoutError):
                    async with asyncio.timeout(1):
                        for _ in range(64):
                            writer.write(b"x" * MIB)
                            await writer.drain()
                assert server.memory - before < 8 * MIB
                writer.transport.abort()

    run(sends())


def test_the_server_takes_as_many_connections_as_the_system_lets_it() -> None:
    """Systems begin with 1,024 files; a class of a thousand needs more."""
    code = (
        "import resource as r; most = r.getrlimit(r.RLIMIT_NOFILE)[1]; r.setrlimit(r.RLIMIT_NOFILE, (256, most));"
        "from app.network import most_connections; print(most_connections(), *r.getrlimit(r.RLIMIT_NOFILE))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    connections, now, most = map(int, told)
    assert now == min(most, MOST_FILES)
    assert connections == now - FILES_OF_OURS


def test_when_all_connections_are_taken_the_lecture_goes_on_and_afterwards_everyone_comes_in(data: Path) -> None:
    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place)
        await presenter.step(0)
        async with Baseline(server), listening(place, presenter.code, 5) as listeners, connected(place) as (reader, writer):
            async with AsyncExitStack() as crowd:
                for _ in range(CONNECTIONS + 50):
                    await crowd.enter_async_context(connected(place))
                async with connected(place, request_bytes(place, "GET", "/healthz")) as (refused, _):
                    with suppress(ConnectionError):
                        assert await refused.read() == b""
                body = {"id": "one", "kind": "view", "fence": 1, "body": {"view": {"step": "1"}}}
                writer.write(request_bytes(place, "POST", f"{presenter.path}/commands", body, presenter.cookie))
                assert (await reader.read()).startswith(b"HTTP/1.1 200"), "who is in stays in"
                await asyncio.gather(*(listener.at(2) for listener in listeners))
            async with Listener(place, presenter.code) as late:
                await late.at(2)
            assert all(listener.losses == 0 for listener in listeners)

    with LectureServer(data, faults={"files": CONNECTIONS + FILES_OF_OURS}) as server:
        run(lecture(server))
        assert server.said == ""
