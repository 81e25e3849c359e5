"""A way between a client and a server that can be slow, or silent without a reset: what a bad network does."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Self

PIECE = 65536


class Proxy:
    """Listens at a port of its own and passes everything on to another, until the block ends."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._delay = 0.0
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """Of the Redis behind it."""
        return f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/0"

    def slow(self, seconds: float) -> None:
        """From now on every piece takes so long, each way."""
        self._delay = seconds

    def cut(self) -> None:
        """Nothing passes, and nobody is told: connections stay, and new ones are taken."""
        self._open.clear()

    def heal(self) -> None:
        """What was held up passes, and the rest as before."""
        self._open.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        with suppress(OSError, asyncio.CancelledError):
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._to)
            try:
                await asyncio.gather(self._pass_on(reader, server_writer), self._pass_on(server_reader, writer))
            finally:
                server_writer.close()
        writer.close()
        self._tasks.discard(task)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while piece := await reader.read(PIECE):
            await self._open.wait()
            loop.call_later(self._delay, writer.write, piece) if self._delay else writer.write(piece)
        writer.close()
