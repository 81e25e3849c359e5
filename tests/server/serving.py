"""A real server process and real sockets, for what a test client cannot show."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import re
import select
import signal
import socket
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.process import main
from tests.programs import ENDS, PATIENCE
from tests.server.lectures.faults import begin
from tests.watchdog import Watch

ROOT = Path(__file__).parents[2]


# To load what a server is made of takes a second of processor time. One process does that, and the servers are its forks;
# `python -m app` itself is the subject of tests/scripts/test_process.py.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["app.process", "tests.server.serving"])


def serve(arguments: list[str], environment: dict[str, str], complaints: Path, says: Connection, faults: dict[str, Any]) -> None:
    """What the new process does: it becomes a server with this environment and these faults."""
    os.dup2(says.fileno(), sys.stdout.fileno())
    says.close()
    os.dup2(os.open(complaints, os.O_WRONLY | os.O_CREAT | os.O_APPEND), sys.stderr.fileno())
    os.environ.clear()
    os.environ.update(environment)
    begin(faults)
    sys.exit(main(arguments))


class ServerProcess:
    """A server over a folder of data, ended when the block ends. Its port is chosen once, and kept over restarts.

    `faults` are those of faults.py; `settings` those of the server.
    """

    def __init__(self, data: Path, *options: str, faults: dict[str, Any] | None = None, **settings: str) -> None:
        self.data = data
        self.port = 0
        self.sub_path = ""
        self.complaints = data.parent / f"{data.name}.stderr"  # a file, because a pipe that nobody reads would hold the server up
        self.faults = faults or {}
        self._options = options
        self._settings = settings
        self._watch: Watch | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()
        if error and self.said:
            error.add_note(f"The server wrote:\n{self.said}")

    def start(self) -> None:
        """Returns when it listens."""
        hears, says = processes.Pipe(duplex=False)
        arguments = ["--no-browser", "--port", str(self.port), *self._options]
        self.process = processes.Process(target=serve, args=(arguments, self.environment, self.complaints, says, self.faults), daemon=True)
        self.process.start()
        says.close()
        with open(hears.fileno(), encoding="utf-8", closefd=False) as lines, hears:
            said = lines.readline()
        found = re.search(r"http://[^:]+:(\d+)(\S*)/", said)
        if not found:
            self.process.join(0 if said else PATIENCE)
            self.kill()
            raise AssertionError((said, self.said))
        self.port, self.sub_path = int(found[1]), found[2]
        if "die" not in self.faults:
            process = self.process
            self._watch = Watch("the server", lambda: multiprocessing.connection.wait([process.sentinel]), lambda: self.said)

    @property
    def environment(self) -> dict[str, str]:
        """Ours, with the settings."""
        ours = {f"UNROLLED_{name.upper()}": value for name, value in self._settings.items()}
        return {**os.environ, "UNROLLED_DATA": str(self.data), **ours}

    @property
    def pid(self) -> int:
        """The process that there is now."""
        assert self.process.pid
        return self.process.pid

    def tell(self, number: signal.Signals) -> None:
        """Sends a signal; it may end of it."""
        if number in ENDS:
            self._release()
        os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9, if it is still there."""
        self._release()
        self.process.kill()
        self.ends()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.tell(signal.SIGTERM)
        return self.ends()

    def ends(self) -> int:
        """Waits until it has ended; its exit code."""
        self._release()
        self.process.join(PATIENCE)
        assert self.process.exitcode is not None, "it does not end"
        return self.process.exitcode

    def _release(self) -> None:
        if self._watch:
            self._watch.release()

    @property
    def said(self) -> str:
        """Everything on its stderr, of all its lives."""
        return self.complaints.read_text(encoding="utf-8") if self.complaints.exists() else ""

    def connect(self) -> socket.socket:
        """A connection of one's own, to send anything over."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def ask(self, request: bytes) -> bytes:
        """Whatever comes back until the server closes the connection."""
        with self.connect() as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65536), b""))


def until_gone(pid: int) -> None:
    """Waits until a process has ended that is nobody's here to wait for."""
    with suppress(ProcessLookupError):
        ended = os.pidfd_open(pid)
        try:
            assert select.select([ended], [], [], PATIENCE)[0], f"process {pid} does not end"
        finally:
            os.close(ended)


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
