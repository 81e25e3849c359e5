"""A crowd of listeners in one process: plain sockets and epoll, so that the load client is not what is measured. Linux.

    python -m benchmarks.crowd PORT PATH COUNT STALLED

It opens COUNT streams at PATH and STALLED more that never read, says `ready` with the seconds that it took, and reads until its standard
input ends. Each view that arrives carries in its part `lab` when it was sent, by the clock that all processes share; its age is
what is measured. It ends with one JSON object.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from collections import Counter

from benchmarks.report import quantile

STARTED = b'"lab": "'
AT_ONCE = 200  # connections that are opened before the first of them is waited for
PATIENCE = 60.0  # s without anything to read, after which something is wrong


def asked(port: int, path: str) -> socket.socket:
    """A connection that has asked for the stream."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 2**10)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n".encode())
    return connection


class Crowd:
    """Counts what arrives, and how old it is."""

    def __init__(self, port: int, path: str, count: int, stalled: int) -> None:
        began = time.monotonic()
        self.ages: list[float] = []
        self.received: Counter[int] = Counter()
        self.bytes = 0
        self.lost = 0
        self.sockets: dict[int, socket.socket] = {}
        self.idle = [asked(port, path) for _ in range(stalled)]
        self.epoll = select.epoll()
        while len(self.sockets) < count:
            opened = [asked(port, path) for _ in range(min(AT_ONCE, count - len(self.sockets)))]
            for connection in opened:
                self._welcomed(connection)
        self.seconds = time.monotonic() - began

    def _welcomed(self, connection: socket.socket) -> None:
        """Reads up to the end of the first event."""
        read = b""
        while b"event: snapshot" not in read or not read.endswith(b"\n\n\r\n"):
            piece = connection.recv(65536)
            if not piece:
                raise RuntimeError(f"The server ended a stream at once: {read.decode()}")
            read += piece
        connection.setblocking(False)
        self.sockets[connection.fileno()] = connection
        self.epoll.register(connection.fileno(), select.EPOLLIN)

    def listen(self) -> None:
        """Until standard input ends."""
        self.epoll.register(sys.stdin.fileno(), select.EPOLLIN | select.EPOLLHUP)
        while True:
            for descriptor, _ in self.epoll.poll(PATIENCE):
                if descriptor == sys.stdin.fileno():
                    return
                self._read(descriptor)

    def _read(self, descriptor: int) -> None:
        try:
            piece = self.sockets[descriptor].recv(65536)
        except BlockingIOError:
            return
        if not piece:
            self.lost += 1
            self.epoll.unregister(descriptor)
            return
        now = time.monotonic_ns()
        self.bytes += len(piece)
        at = piece.find(STARTED)
        while at >= 0:
            end = piece.index(b'"', at + len(STARTED))
            self.ages.append((now - int(piece[at + len(STARTED) : end])) / 1e6)
            self.received[descriptor] += 1
            at = piece.find(STARTED, end)

    def report(self) -> dict[str, float]:
        """What was measured; `fewest` and `most` events of any listener show whether something was lost or doubled."""
        counts = [self.received[descriptor] for descriptor in self.sockets]
        ages = self.ages or [float("nan")]
        return {
            "p50": quantile(ages, 0.5),
            "p99": quantile(ages, 0.99),
            "worst": max(ages),
            "fewest": min(counts),
            "most": max(counts),
            "lost": self.lost,
            "bytes": self.bytes,
            "cpu": time.process_time(),
        }


def main() -> None:
    """See above."""
    port, path, count, stalled = sys.argv[1:]
    crowd = Crowd(int(port), path, int(count), int(stalled))
    print(f"ready {crowd.seconds}", flush=True)
    crowd.listen()
    print(json.dumps(crowd.report()), flush=True)


if __name__ == "__main__":
    main()
