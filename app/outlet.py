"""A connection that is written to from outside: one encoded block goes straight to every listener, past the layers that made the answer."""

from __future__ import annotations

import socket
import sys
from asyncio import Transport
from typing import Protocol

SEND_BUFFER = 32 * 2**10  # bytes that the kernel may hold for a listener: by default it swallows megabytes before anyone notices
KEEP_ALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}  # s, s, probes: a connection that is half open shows
USER_TIMEOUT = 25_000  # ms that what was sent may stay unacknowledged


class Listener(Protocol):
    """Who is told what becomes of the connection."""

    def drained(self) -> None:
        """All that was written has left."""

    def lost(self) -> None:
        """There is nobody at the other end any more."""


class Outlet:
    """What a listener writes to. `paused`: the other side's buffers are full, and whatever comes has to wait elsewhere."""

    __slots__ = ("_chunked", "_gone", "_listener", "_transport", "paused")

    def __init__(self, transport: Transport, chunked: bool, paused: bool = False) -> None:
        self._transport = transport
        self._chunked = chunked
        self._listener: Listener | None = None
        self._gone = False
        self.paused = paused

    def begin(self, listener: Listener) -> None:
        """From now on the connection is this listener's, and its buffers are small."""
        self._listener = listener
        if self._gone:  # while its past was read
            listener.lost()
            return
        self._transport.set_write_buffer_limits(high=0)
        if sock := self._transport.get_extra_info("socket"):
            _watched_over(sock)

    def write(self, plain: bytes, chunk: bytes) -> None:
        """One block, in the framing of this connection."""
        self._transport.write(chunk if self._chunked else plain)

    def resumed(self) -> None:
        """The other side's buffers have room again."""
        self.paused = False
        if self._listener:
            self._listener.drained()

    def lost(self) -> None:
        """There is nobody at the other end any more."""
        self._gone = True
        if self._listener:
            self._listener.lost()

    @property
    def has_listener(self) -> bool:
        """Whether the connection is a listener's, which has its own rule for what is not read."""
        return self._listener is not None

    @property
    def waiting(self) -> int:
        """Bytes that were written and that the kernel has not taken."""
        return self._transport.get_write_buffer_size()

    def abort(self) -> None:
        """Ends the connection at once."""
        self._transport.abort()


def _watched_over(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEP_ALIVE.items():
        if option := getattr(socket, name, None):  # every system has its own selection of them
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
    if sys.platform == "linux":
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT)
