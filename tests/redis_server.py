"""A real redis-server for a test: at a free port, in a folder of its own, ended by its process id."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.programs import PATIENCE, Program

COMMAND = os.environ.get("UNROLLED_REDIS_SERVER") or "redis-server"
FILES = "appendonlydir"  # where it writes down what it is told


class RedisServer:
    """`redis-server` until the block ends; it can be killed, paused, emptied and set back to an earlier moment in between."""

    def __init__(self, folder: Path, appendonly: bool = False, fsync: str = "always") -> None:
        self.folder = folder
        self._port = 0
        self._options = ["--appendonly", "yes" if appendonly else "no", "--appendfsync", fsync, "--save", "", "--bind", "127.0.0.1"]

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()

    @property
    def url(self) -> str:
        """For UNROLLED_REDIS_URL."""
        return f"redis://127.0.0.1:{self._port}/0"

    @property
    def port(self) -> int:
        """Where it listens, also after a restart."""
        return self._port

    def start(self) -> None:
        """Returns when it takes commands. The port is chosen once: clients come back to it."""
        for _ in range(10):
            self._port = self._port or free_port()
            command = [COMMAND, "--port", str(self._port), "--dir", str(self.folder), *self._options]
            self.program = Program("redis-server", command, ready="Ready to accept connections")
            if self.program.is_ready():
                return
            self._port = 0  # somebody else was given it in between
        raise AssertionError(self.program.log)

    def kill(self) -> None:
        """At once, as a power cut would."""
        self.program.kill()

    def pause(self) -> None:
        """It takes nothing and says nothing, and its connections stay."""
        self.program.signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """After a pause."""
        self.program.signal(signal.SIGCONT)

    def restart(self) -> None:
        """Killed and started again, with what it had written."""
        self.kill()
        self.start()

    def empty(self) -> None:
        """Killed and started again, with nothing."""
        self.kill()
        shutil.rmtree(self.folder / FILES, ignore_errors=True)
        self.start()

    @contextmanager
    def forgetting(self) -> Iterator[None]:
        """What is written within the block is lost at its end: killed, and started again as it was before."""
        earlier = self.folder / "earlier"
        shutil.copytree(self.folder / FILES, earlier)
        yield
        self.kill()
        shutil.rmtree(self.folder / FILES)
        earlier.rename(self.folder / FILES)
        self.start()

    def say(self, *command: str) -> bytes:
        """A command over a connection of its own, and the first piece of the answer."""
        return said(self._port, *command)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def said(port: int, *command: str) -> bytes:
    """What Redis says to a command, as it stands on the wire."""
    packed = [f"*{len(command)}\r\n", *(f"${len(word.encode())}\r\n{word}\r\n" for word in command)]
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall("".join(packed).encode())
        return connection.recv(65536)
