"""uvicorn, but it says when it takes requests, and waits for nobody's reading when it is told to stop."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

NET = 5  # s: if a connection does not end although it was told to


class PoliteServer(uvicorn.Server):
    """Answers under way get `grace` seconds to finish; who reads more slowly than that is let go."""

    def __init__(self, app: ASGIApp, grace: float, announce: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="on",
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=math.ceil(grace) + NET,
            )
        )
        self._grace = grace
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Opens what the app needs, listens, and says so."""
        await super().startup(sockets)
        self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes nobody in any more, and ends when the last answer has."""
        asyncio.get_running_loop().call_later(self._grace, self._let_go)
        await super().shutdown(sockets)

    def _let_go(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
