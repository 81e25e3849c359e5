"""A real server process for a benchmark, with data of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from _environment import ROOT
from bench import ONE_THREAD

PATIENCE = 20.0


@contextmanager
def server() -> Iterator[int]:
    """`python -m app` on a free port of loopback, from the first answer until it has ended; gives the port."""
    with server_process() as (port, _):
        yield port


@contextmanager
def server_process(**settings: str) -> Iterator[tuple[int, int]]:
    """The same with settings of its own; gives the port and the process id."""
    with tempfile.TemporaryDirectory() as folder:
        port, log = free_port(), Path(folder) / "log"
        environ = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
        command = [sys.executable, "-m", "app", "--port", str(port), "--no-browser"]
        with log.open("wb") as output:
            started = subprocess.Popen(
                command, cwd=ROOT, env=environ | {"UNROLLED_DATA": folder, **settings}, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            wait_until_ready(started, port, log)
            yield port, started.pid
        finally:
            started.terminate()
            started.wait(PATIENCE)


def free_port() -> int:
    """One that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(started: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until the server says that it is, or an error with what it said instead."""
    latest = time.monotonic() + PATIENCE
    while time.monotonic() < latest and started.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz"):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise RuntimeError(f"The server did not get ready. It said:\n{log.read_text(encoding='utf-8')}")
