"""Whatever stands between a class and its server: a proxy that cuts, swallows, delays, slows, gathers, or ends what is quiet."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Self

from tests.server.lectures.client import Place
from tests.server.lectures.pace import pause

PIECE = 64 * 2**10
NARROW = 4096
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST


class Proxy:
    """Passes bytes on, until one of its faults is set; each can be changed while connections are open."""

    def __init__(
        self,
        port: int | Sequence[int],
        path: str = "",
        *,
        delay: float = 0.0,
        rate: float = 0.0,
        gathers: Callable[[bytes], int] = lambda head: 0,
        idle: float | None = None,
    ) -> None:
        self.upstreams, self.path = [port] if isinstance(port, int) else list(port), path
        self.delay, self.rate, self.idle = delay, rate, idle
        self.gathers = gathers  # head of an answer -> bytes that are kept until so many are there
        self.away = False  # nobody gets through
        self.flows = asyncio.Event()  # else nothing is taken from the server
        self.flows.set()
        self.swallows = False  # everything gets lost, and no connection says so
        self.count = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.place = Place(self._server.sockets[0].getsockname()[1], self.path)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self, reset: bool = False) -> None:
        """Every connection ends now, on both sides."""
        for writer in list(self._writers):
            self.end(writer, reset)

    def end(self, writer: asyncio.StreamWriter, reset: bool = False) -> None:
        """One side of a connection ends."""
        if reset and (sock := writer.get_extra_info("socket")):
            with suppress(OSError):  # it has ended already
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()

    def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._pass(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.count += 1
        self._writers.add(writer)
        with suppress(OSError):
            if not self.away:
                await self._both_ways(reader, writer)
        self.end(writer)
        self._writers.discard(writer)

    async def _both_ways(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await self._connect()
        self._writers.add(back)
        ways = [asyncio.create_task(self._one_way(reader, back)), asyncio.create_task(self._one_way(there, writer, answers=True))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if not ways[1].done() and not ways[0].exception():
                await asyncio.wait(ways, return_when=asyncio.ALL_COMPLETED)  # who asks has said everything, and waits
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._writers.discard(back)
            for each in (back, writer):
                each.close()
                with suppress(OSError):
                    await each.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """To one server after the other, or the next one that is there, as a load balancer does."""
        for _ in self.upstreams:
            port = self.upstreams[0]
            self.upstreams = [*self.upstreams[1:], port]
            with suppress(ConnectionRefusedError, ConnectionResetError):
                return await self._connect_to(port)
        raise ConnectionRefusedError("no server is there")

    async def _connect_to(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A way that is slow holds nothing back in buffers of its own."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        if self.rate:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
        try:
            await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        except OSError:
            sock.close()
            raise
        return await asyncio.open_connection(sock=sock, limit=NARROW if self.rate else PIECE)

    async def _one_way(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, answers: bool = False) -> None:
        kept, needed = b"", 0
        while True:
            await self.flows.wait()
            async with asyncio.timeout(self.idle if answers else None):
                piece = await source.read(NARROW if self.rate else PIECE)
            if self.delay:
                await pause(self.delay)
            if self.rate and answers:
                await pause(len(piece) / self.rate)
            if answers and piece.startswith(b"HTTP/1.1"):
                needed = self.gathers(piece)
            kept += piece
            if len(kept) >= needed or not piece:
                if not self.swallows:
                    target.write(kept)
                    await target.drain()
                kept = b""
            if not piece:
                if target.can_write_eof() and not self.swallows:
                    target.write_eof()  # else the server would hear only with its next heartbeat that a listener has left
                return
