"""uvicorn, but it says when it takes requests, and waits for nobody's reading or sending when it is told to stop."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Callable, Sequence
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from app.arrival import ArrivingProtocol, Refusals
from app.outlet import Outlet
from app.settings import Settings
from app.traffic import Connections

NET = 5  # s: if a connection does not end although it was told to
SWEEP = 0.05  # s: how often a server that stops looks who needs no more waiting for
READ_AT_ONCE = 16 * 2**10  # bytes
UNSENT = 64 * 2**10  # bytes of an answer that the kernel takes before they can be sent
BODY_RATE = 16 * 2**10  # bytes that give a request a second more


class PoliteServer(uvicorn.Server):
    """Answers that are still computed get `grace` seconds to finish; who reads or sends slowly is let go."""

    def __init__(
        self,
        app: ASGIApp,
        speaks: type[OutletProtocol],
        grace: float,
        proxies: Sequence[str],
        announce: Callable[[], None],
        stopping: Callable[[], None],
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=speaks,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                forwarded_allow_ips=list(proxies),
                timeout_graceful_shutdown=math.ceil(grace) + NET,
            )
        )
        self._grace = grace
        self._announce = announce
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Opens what the app needs, listens, and says so."""
        await super().startup(sockets)
        self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes nobody in any more, ends what would never end by itself, and ends when the last answer has."""
        self._stopping()
        letting_go = asyncio.create_task(self._let_go())
        await super().shutdown(sockets)
        letting_go.cancel()

    async def _let_go(self) -> None:
        """Again and again, because who reads an answer now may stop to."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._grace
        while True:
            for connection in list(self.server_state.connections):
                if loop.time() >= end or not _under_way(connection):
                    connection.transport.abort()
            await asyncio.sleep(SWEEP)


def _under_way(connection: Any) -> bool:
    """Whether the next move is ours: the request is here in full, the answer is not, and nobody has to read first."""
    cycle = connection.cycle
    return cycle is not None and not (cycle.response_complete or cycle.more_body or connection.flow.write_paused)


class OutletProtocol(ArrivingProtocol):
    """HTTP whose answers find their connection in the scope and have to be read in good time; lectures' streams have their own rule."""

    outlet: Outlet | None = None
    answer_seconds: float  # that a client may take to read what is written in one piece
    _unread: asyncio.TimerHandle | None = None
    _computing: asyncio.Task[Any] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Every request of the connection comes with an outlet; a HEAD has nothing to write."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # so writing is paused for exactly as long as something is unsent
        _keep_little_unsent(transport)
        if hasattr(transport, "max_size"):  # asyncio's own: bytes that are read at once, between which all other connections have a turn
            transport.max_size = READ_AT_ONCE
        app = self.app

        async def with_outlet(scope: Any, receive: Any, send: Any) -> None:
            scope["extensions"] = {"connection": self}
            if scope["method"] != "HEAD":
                # an answer before this one may still fill the buffers, and then nobody says again that they are full
                self.outlet = Outlet(transport, chunked=scope["http_version"] == "1.1", paused=self.flow.write_paused)
                scope["extensions"]["outlet"] = self.outlet
            scope["extensions"]["cancel_on_leaving"] = self.cancel_on_leaving
            await app(scope, receive, send)

        self.app = with_outlet

    def cancel_on_leaving(self) -> None:
        """From now on the request that asks for it ends with its connection: nobody waits for what it computes, and it changes nothing."""
        self._computing = asyncio.current_task()
        if self._computing and self.transport.is_closing():
            self._computing.cancel()

    def on_response_complete(self) -> None:
        """The next request asks for itself."""
        self._computing = None
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells the listener, and ends what is computed for this connection."""
        super().connection_lost(exc)
        self._stop_clock()
        if self._computing:
            self._computing.cancel()
        if self.outlet:
            self.outlet.lost()

    def pause_writing(self) -> None:
        """The other side's buffers are full."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.answer_seconds, self._let_go_if_unread)
        if self.outlet:
            self.outlet.paused = True

    def resume_writing(self) -> None:
        """They have room again."""
        super().resume_writing()
        self._stop_clock()
        if self.outlet:
            self.outlet.resumed()

    def _stop_clock(self) -> None:
        if self._unread:
            self._unread.cancel()
            self._unread = None

    def _let_go_if_unread(self) -> None:
        if not (self.outlet and self.outlet.has_listener):
            self.transport.abort()


def _keep_little_unsent(transport: asyncio.Transport) -> None:
    """Keeps the kernel from taking megabytes of an answer that nobody reads. What is on its way is not bounded by this."""
    sock = transport.get_extra_info("socket")
    if sock and (option := getattr(socket, "TCP_NOTSENT_LOWAT", None)):
        sock.setsockopt(socket.IPPROTO_TCP, option, UNSENT)


def protocol(settings: Settings, places: Connections, most: int) -> type[OutletProtocol]:
    """HTTP as this server speaks it, over at most so many connections."""

    class PoliteProtocol(OutletProtocol):
        refusals = Refusals.below(settings.root_path)
        rate = BODY_RATE
        patience = settings.request_seconds
        answer_seconds = settings.answer_seconds

    PoliteProtocol.places = places
    PoliteProtocol.most = most
    return PoliteProtocol
