"""F17: what stands in front of a hosted server gathers, ends what is quiet, and serves below a path of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.server.lectures.client import Listener, Place, Presenter, Student, ask, listening
from tests.server.lectures.nginx import Nginx
from tests.server.lectures.proxy import Proxy
from tests.server.lectures.servers import LectureServer
from tests.server.serving import PATIENCE
from tests.watchdog import run

PATH = "/unrolled"
IDLE = 4.0  # s of silence after which the short form's proxies end a connection: longer than any answer takes on a busy machine
BEAT = 0.1  # s between heartbeats there
SILENCE = 1.2 * IDLE / BEAT  # beats in which nothing else is said
FAST = {"set": {"app.lectures.lectures:TICK": BEAT / 2, "app.lectures.lectures:BEATS": 2}}
HOST = {"Host": "example.org"}


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LectureServer]:
    folder = tmp_path_factory.mktemp("proxies")
    settings = {"root_path": PATH, "public_url": "https://example.org/unrolled", "allowed_hosts": '["127.0.0.1", "example.org"]'}
    with LectureServer(folder / "data", faults=FAST, **settings) as server:
        yield server


def gathers(head: bytes) -> int:
    """As nginx does: an answer is held back until there is a page of it, unless it asks not to be."""
    return 0 if b"x-accel-buffering: no" in head.lower() else 4096


async def goes_well(place: Place, beats_of_silence: float) -> None:
    """A lecture by way of a proxy: start, follow, vote, silence, reveal."""
    presenter = await Presenter.start(place)
    async with listening(place, presenter.code, 5) as listeners:
        await presenter.opens("q")
        voter = Student(place, presenter.code)
        assert (await voter.join()).status == 200
        assert (await voter.vote("q", "left")).status == 200
        beats = listeners[0].seen.counts["heartbeat"]
        await listeners[0].until(lambda seen: seen.counts["heartbeat"] - beats >= beats_of_silence, 10 * beats_of_silence + PATIENCE)
        last = await presenter.command("poll revealed", {"poll": "q"})
        await asyncio.gather(*(listener.at(last) for listener in listeners))
        state = await presenter.state()
        for listener in listeners:
            listener.require(state, "first")
            assert listener.losses == 0


def test_a_proxy_that_gathers_and_ends_what_is_quiet_lets_a_lecture_through(mounted: LectureServer) -> None:
    async def lecture() -> None:
        async with Proxy(mounted.port, PATH, gathers=gathers, idle=IDLE) as proxy:
            await goes_well(proxy.place, SILENCE)

    run(lecture())


def test_without_heartbeats_the_same_proxy_would_end_the_stream(data: Path) -> None:
    """That the test above can fail: here the heart beats every 10 s."""

    async def lecture(server: LectureServer) -> None:
        async with Proxy(server.port, gathers=gathers, idle=0.3) as proxy:
            presenter = await Presenter.start(Place(server.port))
            async with Listener(proxy.place, presenter.code) as listener:
                await listener.until(lambda seen: listener.losses > 1)
                await listener.at(await presenter.step(1))
                listener.require(await presenter.state(), "first", "resumed")

    with LectureServer(data) as server:
        run(lecture(server))


def test_a_proxy_that_holds_everything_back_for_a_moment_only_delays_the_lecture(mounted: LectureServer) -> None:
    async def lecture() -> None:
        async with Proxy(mounted.port, PATH, delay=0.1) as proxy:
            await goes_well(proxy.place, 1)

    run(lecture())


def test_nginx_as_the_documentation_sets_it_up_lets_a_lecture_through(mounted: LectureServer, tmp_path: Path) -> None:
    with Nginx(tmp_path, mounted.port, proxy_read_timeout=f"{IDLE * 1000:.0f}ms") as nginx:
        run(goes_well(Place(nginx.port, PATH), SILENCE))


def test_nginx_that_speaks_http_1_0_to_the_server_lets_a_lecture_through(mounted: LectureServer, tmp_path: Path) -> None:
    """As it does where nobody says otherwise: then a stream has no chunks, and ends with its connection."""
    with Nginx(tmp_path, mounted.port, proxy_http_version="1.0") as nginx:
        run(goes_well(Place(nginx.port, PATH), 2))


@pytest.mark.long
def test_two_minutes_of_silence_pass_through_nginx_with_its_sixty_seconds(data: Path, tmp_path: Path) -> None:
    with LectureServer(data, root_path=PATH) as server, Nginx(tmp_path, server.port) as nginx:
        run(goes_well(Place(nginx.port, PATH), 13))


def test_a_class_behind_nginx_has_addresses_of_its_own(data: Path, tmp_path: Path) -> None:
    """The server believes the proxy on its own machine: so one address's wrong codes are not another's."""

    async def lecture(place: Place) -> None:
        for _ in range(3):
            assert (await ask(place, "GET", "/api/lectures/AAAAAAA2")).status == 404
        assert (await ask(place, "GET", "/api/lectures/AAAAAAA2")).status == 429
        assert (await ask(place, "GET", "/api/lectures/AAAAAAA2", X_Forwarded_For="203.0.113.9")).status == 429, "who asks cannot say so"
        assert (await ask(replace(place, source="127.0.0.2"), "GET", "/api/lectures/AAAAAAA2")).status == 404

    with LectureServer(data, root_path=PATH, wrong_codes="3") as server, Nginx(tmp_path, server.port) as nginx:
        run(lecture(Place(nginx.port, PATH)))


def test_below_a_sub_path_every_address_that_is_told_lies_below_it(mounted: LectureServer) -> None:
    async def lecture() -> None:
        place = Place(mounted.port, PATH)
        started = await ask(place, "POST", "/api/lectures", {}, **HOST)
        code = started.document["code"]
        cookie = started.headers["set-cookie"]
        assert f"Path={PATH}/api/lectures/{code}" in cookie
        assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Secure"))
        seen = await ask(place, "GET", f"/api/lectures/{code}", **HOST)
        assert seen.document["address"] == f"https://example.org/unrolled/join/{code}"
        joined = await ask(place, "GET", f"/join/{code}", **HOST)
        assert (joined.status, joined.headers["location"]) == (307, f"../?join={code}")
        stripped = await ask(Place(mounted.port), "GET", f"/join/{code}", **HOST)
        assert stripped.headers["location"] == f"../?join={code}", "a proxy may take the path off"
        wrong = await ask(place, "GET", "/api/lectures/AAAAAAA2", **HOST)
        assert wrong.document["type"] == f"{PATH}/problems/unknown-lecture"

    run(lecture())


def test_a_stream_says_to_proxies_that_it_is_not_to_be_held_back_or_kept(mounted: LectureServer) -> None:
    async def lecture() -> None:
        presenter = await Presenter.start(Place(mounted.port, PATH))
        reader, writer = await asyncio.open_connection("127.0.0.1", mounted.port)
        writer.write(f"GET {PATH}{presenter.path}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        writer.close()
        await writer.wait_closed()
        told = dict(re.findall(r"^([\w-]+): (.*)\r$", head, re.MULTILINE))
        assert (told["x-accel-buffering"], told["cache-control"], told["content-type"]) == (
            "no",
            "no-store",
            "text/event-stream; charset=utf-8",
        )
        assert "content-encoding" not in told

    run(lecture())
