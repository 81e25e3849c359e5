"""Clients that read or send slowly hold little memory, and nobody waits for them."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.scenes import default_scene
from tests.server.lectures.beside import PACE, Baseline, Witness, figures_of
from tests.server.lectures.client import Place, Presenter, Student, ask, request_bytes
from tests.server.lectures.pace import pause
from tests.server.lectures.servers import LectureServer
from tests.server.lectures.sockets import SMALL, is_over
from tests.server.lectures.test_floods import connected
from tests.server.serving import PATIENCE, split
from tests.watchdog import run

MIB = 2**20
BUDGETS = {"answer_bytes": str(MIB), "body_bytes": str(MIB)}
AT_ONCE = {"set": {"app.traffic:STALE": 0.0}}  # whatever is still gives way at once


def scene(seed: int, units: int = 24, words: int = 24) -> dict[str, Any]:
    """A scene whose trace has some 400 KB."""
    toy = default_scene().document()
    layers = [{"type": "LSTM", "units": units, "return_sequences": False}, {"type": "Dense", "units": 1, "activation": "sigmoid"}]
    return {**toy, "sentence": ["cat", "mat", "rat"] * (words // 3), "layers": layers, "weights": {"seed": seed}}


@contextmanager
def unread(place: Place, request: bytes) -> Iterator[socket.socket]:
    """A connection over which an answer begins, and nobody reads it."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        sock.settimeout(PATIENCE)
        sock.connect((place.host, place.port))
        sock.sendall(request)
        received = sock.recv(12, socket.MSG_PEEK)
        assert received in (b"HTTP/1.1 200", b"HTTP/1.1 429"), received
        yield sock


async def held(place: Place, what: str) -> int:
    """Bytes that the connections hold, as /metrics says."""
    metrics = (await ask(place, "GET", "/metrics")).body.decode()
    found = re.search(rf'^unrolled_held_bytes{{what="{what}"}} (\S+)$', metrics, re.MULTILINE)
    assert found
    return round(float(found[1]))


def post(place: Place, seed: int, **size: int) -> bytes:
    return request_bytes(place, "POST", "/api/traces", scene(seed, **size))


def test_answers_that_nobody_reads_stay_within_their_budget_and_others_get_theirs(data: Path) -> None:
    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        async with Baseline(server), Witness(place):
            with ExitStack() as readers:
                sockets = []
                for seed in range(6):
                    sockets.append(await asyncio.to_thread(readers.enter_context, unread(place, post(place, seed))))
                    assert 0 < await held(place, "answers") <= MIB
                answer = await ask(place, "POST", "/api/traces", scene(7))
                assert (answer.status, len(answer.body)) == (200, int(answer.headers["content-length"]))
                assert await asyncio.to_thread(is_over, sockets[0]), "it was still for longest"
        assert await held(place, "answers") == 0

    with LectureServer(data, faults=AT_ONCE, **BUDGETS) as server:
        run(lecture(server))
        assert server.said == ""


def test_an_answer_that_is_not_read_in_time_ends_and_a_slow_reader_gets_all_of_it(data: Path) -> None:
    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        async with Baseline(server), Witness(place):
            with ExitStack() as readers:
                sockets = [readers.enter_context(unread(place, post(place, seed))) for seed in range(3)]
                slow = readers.enter_context(unread(place, post(place, 3)))
                received = b""
                while piece := await asyncio.to_thread(slow.recv, 16 * 2**10):
                    received += piece
                _, headers, body = split(received)
                assert len(body) == int(headers["content-length"])
                assert all(await asyncio.gather(*(asyncio.to_thread(is_over, sock) for sock in sockets)))

    with LectureServer(data, answer_seconds="0.5") as server:
        run(lecture(server))
        assert server.said == ""


def test_bodies_that_do_not_end_stay_within_their_budget_and_others_are_received(data: Path) -> None:
    half = b" " * 60_000

    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        begun = request_bytes(place, "POST", "/api/traces", half + b"{}")[:-2]
        async with Baseline(server), Witness(place), AsyncExitStack() as senders:
            connections = []
            for _ in range(40):
                reader, writer = await senders.enter_async_context(connected(place, begun))
                await writer.drain()
                connections.append(reader)
                assert await held(place, "bodies") <= MIB
            assert await held(place, "bodies") > MIB / 2
            assert (await ask(place, "POST", "/api/traces", half + json.dumps(default_scene().document()).encode())).status == 200
            status, headers, body = split(await connections[0].read())
            assert (status, headers["connection"]) == (408, "close")
            assert json.loads(body)["type"] == "/problems/request-too-slow"

    with LectureServer(data, faults=AT_ONCE, **BUDGETS) as server:
        run(lecture(server))
        assert server.said == ""


@pytest.fixture
def narrow(data: Path) -> Iterator[LectureServer]:
    """Few places."""
    with LectureServer(data, connections_per_address="8", member_connections="3") as server:
        yield server


def test_an_address_has_so_many_connections_and_a_lectures_people_get_in_all_the_same(narrow: LectureServer) -> None:
    async def lecture() -> None:
        crowd, elsewhere = Place(narrow.port, source="127.0.0.2"), Place(narrow.port, source="127.0.0.3")
        presenter = await Presenter.start(crowd)
        await presenter.opens("q")
        student = Student(crowd, presenter.code)
        await student.join()
        async with Witness(Place(narrow.port)), AsyncExitStack() as silent:
            for _ in range(8):
                await silent.enter_async_context(connected(crowd))
            refused = [
                await ask(crowd, "GET", "/healthz"),
                await ask(crowd, "GET", presenter.path),
                await ask(crowd, "GET", presenter.path, cookie="unrolled-participant=made-up"),
                await ask(crowd, "GET", "/healthz", cookie=student.cookie),
            ]
            for answer in refused:
                assert (answer.status, answer.problem, answer.headers["retry-after"]) == (429, "too-many-requests", "5")
            assert (await student.vote("q", "left")).status == 200
            assert (await presenter.send("view", {"view": {"step": "1"}})).status == 200
            assert (await ask(elsewhere, "GET", "/healthz")).status == 200
            while (await figures_of(Place(narrow.port)))["unrolled_member_connections"]:
                pass  # the last two are on their way out
            events = request_bytes(crowd, "GET", f"{presenter.path}/events", cookie=student.cookie)
            for _ in range(3):
                reader, _ = await silent.enter_async_context(connected(crowd, events))
                assert (await reader.readuntil(b"event: snapshot")).startswith(b"HTTP/1.1 200")
            assert (await student.vote("q", "right")).status == 429, "all places of members are taken"
            for _ in range(10):
                await silent.enter_async_context(connected(crowd))
            with pytest.raises(ConnectionError):
                await ask(crowd, "GET", "/healthz")

    run(lecture())
    assert narrow.said == ""


@pytest.mark.long
def test_sixty_readers_and_four_hundred_senders_leave_memory_where_it_may_be(data: Path) -> None:
    """The sizes at which memory once grew to 1.3 GB."""

    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        begun = request_bytes(place, "POST", "/api/datasets", b" " * 2 * MIB)[: MIB // 4]
        async with Witness(place, slowest=0.1) as witness, AsyncExitStack() as senders:
            with ExitStack() as readers:
                for seed in range(60):
                    request = request_bytes(place, "POST", "/api/traces", scene(seed, units=64, words=255))
                    await asyncio.to_thread(readers.enter_context, unread(place, request))
                    assert server.memory < 600 * MIB
                for _ in range(400):
                    _, writer = await senders.enter_async_context(connected(place, begun))
                    writer.transport.set_write_buffer_limits(high=0)
                    assert server.memory < 600 * MIB
                while len(witness.delays) < 300:  # commands that are judged
                    assert (await ask(place, "POST", "/api/traces", scene(99 + len(witness.delays)))).status == 200
                    assert server.memory < 600 * MIB
                    await pause(PACE)

    with LectureServer(data) as server:
        run(lecture(server))
