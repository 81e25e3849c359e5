"""Connections of one's own, for what no well-behaved client does: never to read, or to be gone without a word."""

from __future__ import annotations

import ctypes
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from tests.server.lectures.client import Place, request_bytes
from tests.server.serving import PATIENCE

SMALL = 4096
SO_ATTACH_FILTER = 26  # Linux
DROP = struct.pack("HBBI", 0x06, 0, 0, 0)  # a filter of one instruction: nothing of the packet is kept


@contextmanager
def stream_of(place: Place, code: str, cookie: str = "", query: str = "") -> Iterator[socket.socket]:
    """A stream of a lecture that has begun, over a socket with small buffers; nobody reads on."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        sock.settimeout(PATIENCE)
        sock.connect((place.host, place.port))
        sock.sendall(request_bytes(place, "GET", f"/api/lectures/{code}/events{query}", cookie=cookie))
        received = b""
        while b"event: " not in received:
            piece = sock.recv(SMALL)
            assert piece, received
            received += piece
        assert received.startswith(b"HTTP/1.1 200"), received
        yield sock


def vanish(sock: socket.socket) -> None:
    """From now on nothing reaches the other side or comes from it, and neither is told: a cable is pulled.

    The kernel drops what comes for this socket before TCP sees it, so nothing is acknowledged, no probe and no data.
    """
    code = ctypes.create_string_buffer(DROP, len(DROP))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", 1, ctypes.addressof(code)))


def is_over(sock: socket.socket) -> bool:
    """Whether the other side has ended the connection; what it had sent before is read, and forgotten."""
    try:
        while sock.recv(1 << 16):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True
