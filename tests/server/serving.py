"""A real server process and real sockets, for what a test client cannot show."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]
PATIENCE = 30  # s: far beyond what anything here takes; a noisy machine is no failure


class ServerProcess:
    """`python -m app` at a free port, ended when the block ends."""

    def __init__(self, data: Path, *options: str, **settings: str) -> None:
        self.environment = {
            **os.environ,
            "UNROLLED_DATA": str(data),
            **{f"UNROLLED_{name.upper()}": value for name, value in settings.items()},
        }
        self.command = [sys.executable, "-m", "app", "--no-browser", "--port", "0", *options]

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)(\S*)/", self.said)
        assert found, (self.said, self.process.communicate())
        self.port, self.sub_path = int(found[1]), found[2]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate()

    def connect(self) -> socket.socket:
        """A connection of one's own, to send anything over."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def ask(self, request: bytes) -> bytes:
        """Whatever comes back until the server closes the connection."""
        with self.connect() as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65536), b""))


def request(path: str, body: bytes = b"", *headers: str, method: str = "GET", close: bool = True) -> bytes:
    """A request as bytes; the length is declared unless a header of the caller speaks of it."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    if body and not any(header.lower().startswith(("content-length", "transfer-encoding")) for header in headers):
        lines.append(f"Content-Length: {len(body)}")
    if body:
        lines.append("Content-Type: application/json")
    if close:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode() + body


def chunked(*pieces: bytes) -> bytes:
    """The pieces as a chunked body, with its end."""
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))


def split(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (names in lower case; of those with one name the first) and body of an answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), {name.lower(): value for name, value in (line.split(": ", 1) for line in reversed(lines))}, body
