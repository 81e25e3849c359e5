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

NET = 5  # s: if a connection does not end although it was told to
SWEEP = 0.05  # s: how often a server that stops looks who needs no more waiting for
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
    """HTTP in whose scope an answer that goes on for long finds its connection, and is told what becomes of it."""

    outlet: Outlet | None = None
    _computing: asyncio.Task[Any] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Every request of the connection comes with an outlet; a HEAD has nothing to write."""
        super().connection_made(transport)
        app = self.app

        async def with_outlet(scope: Any, receive: Any, send: Any) -> None:
            if scope["method"] != "HEAD":
                # an answer before this one may still fill the buffers, and then nobody says again that they are full
                self.outlet = Outlet(transport, chunked=scope["http_version"] == "1.1", paused=self.flow.write_paused)
                scope["extensions"] = {"outlet": self.outlet}
            scope.setdefault("extensions", {})["cancel_on_leaving"] = self.cancel_on_leaving
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
        if self._computing:
            self._computing.cancel()
        if self.outlet:
            self.outlet.lost()

    def pause_writing(self) -> None:
        """The other side's buffers are full."""
        super().pause_writing()
        if self.outlet:
            self.outlet.paused = True

    def resume_writing(self) -> None:
        """They have room again."""
        super().resume_writing()
        if self.outlet:
            self.outlet.resumed()


def protocol(root_path: str, patience: float, most: int) -> type[OutletProtocol]:
    """HTTP as this server speaks it: a request has `patience` seconds to arrive, over one of at most so many connections."""

    class PoliteProtocol(OutletProtocol):
        refusals = Refusals.below(root_path)
        rate = BODY_RATE

    PoliteProtocol.patience = patience
    PoliteProtocol.most = most
    return PoliteProtocol
