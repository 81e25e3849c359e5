"""A server process that can be killed, stopped and started again at its address, and looked at from outside."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

from app.process import main
from tests.server.lectures.faults import begin
from tests.server.serving import PATIENCE

LIMITS = {"lectures_per_hour": "1000000", "identities": "1000000", "wrong_codes": "1000000"}  # the tests all come from one address
TICKS = os.sysconf("SC_CLK_TCK")

# Each server is a process of its own. To load what it is made of takes a second of processor time, so one process does that, and the
# servers are its forks; `python -m app` itself is started in tests/server/serving.py.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["app.process", "tests.server.lectures.servers"])


def serve(arguments: list[str], environment: dict[str, str], complaints: Path, says: Connection, faults: dict[str, Any]) -> None:
    """What the new process does: it becomes a server with this environment and these faults."""
    os.dup2(says.fileno(), sys.stdout.fileno())
    os.dup2(os.open(complaints, os.O_WRONLY | os.O_CREAT | os.O_APPEND), sys.stderr.fileno())
    os.environ.clear()
    os.environ.update(environment)
    begin(faults)
    sys.exit(main(arguments))


class LectureServer:
    """`python -m app` over a folder of data: the port is chosen once, and kept over restarts. `faults` are those of faults.py."""

    def __init__(self, data: Path, *options: str, faults: dict[str, Any] | None = None, **settings: str) -> None:
        self.data = data
        self.port = 0
        self.sub_path = settings.get("root_path", "")
        self.complaints = data.parent / f"{data.name}.stderr"  # a file, because a pipe that nobody reads would hold the server up
        self._options = options
        self._settings = LIMITS | settings
        self.faults = faults or {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Returns when it listens."""
        hears, says = processes.Pipe(duplex=False)
        arguments = ["--no-browser", "--port", str(self.port), *self._options]
        self.process = processes.Process(
            target=serve, args=(arguments, self._environment(), self.complaints, says, self.faults), daemon=True
        )
        self.process.start()
        says.close()
        with open(hears.fileno(), encoding="utf-8", closefd=False) as lines, hears:
            said = lines.readline()
        found = re.search(r"http://[^:]+:(\d+)(\S*)/", said)
        if not found:
            self.kill()
            raise AssertionError((said, self.said))
        self.port = int(found[1])

    def _environment(self) -> dict[str, str]:
        ours = {f"UNROLLED_{name.upper()}": value for name, value in self._settings.items()}
        return {**os.environ, "UNROLLED_DATA": str(self.data), **ours}

    def kill(self) -> None:
        """kill -9, if it is still there."""
        self.process.kill()
        self.ends()

    def ends(self) -> int:
        """Waits until it has ended; its exit code."""
        self.process.join(PATIENCE)
        assert self.process.exitcode is not None, "it does not end"
        return self.process.exitcode

    @property
    def pid(self) -> int:
        """The process that there is now."""
        assert self.process.pid
        return self.process.pid

    def tell(self, number: signal.Signals) -> None:
        """Sends a signal."""
        os.kill(self.pid, number)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.tell(signal.SIGTERM)
        return self.ends()

    @property
    def said(self) -> str:
        """Everything on its stderr, of all its lives."""
        return self.complaints.read_text(encoding="utf-8") if self.complaints.exists() else ""

    @property
    def memory(self) -> int:
        """Bytes that it holds."""
        found = re.search(r"VmRSS:\s+(\d+) kB", self._proc("status"))
        assert found
        return int(found[1]) * 1024

    @property
    def files(self) -> int:
        """Open files and sockets."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))  # noqa: PTH208 - names are enough, and some vanish meanwhile

    @property
    def cpu(self) -> float:
        """Seconds of processor time."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self.pid}/{name}").read_text(encoding="ascii")
