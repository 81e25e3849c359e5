"""A server process that can be killed, stopped and started again at its address, and looked at from outside."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from tests.server.serving import PATIENCE, ROOT

FAULTS = Path(__file__).parent / "faults"
LIMITS = {"lectures_per_hour": "1000000", "identities": "1000000", "wrong_codes": "1000000"}  # the tests all come from one address
TICKS = os.sysconf("SC_CLK_TCK")


class LectureServer:
    """`python -m app` over a folder of data: the port is chosen once, and kept over restarts. `faults` are those of sitecustomize.py."""

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
        command = [sys.executable, "-m", "app", "--no-browser", "--port", str(self.port), *self._options]
        with self.complaints.open("ab") as complaints:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(), stdout=subprocess.PIPE, stderr=complaints, text=True, start_new_session=True
            )
        assert self.process.stdout
        said = self.process.stdout.readline()
        found = re.search(r"http://[^:]+:(\d+)(\S*)/", said)
        if not found:
            self.kill()
            raise AssertionError((said, self.said))
        self.port = int(found[1])

    def _environment(self) -> dict[str, str]:
        ours = {f"UNROLLED_{name.upper()}": value for name, value in self._settings.items()}
        environment = {**os.environ, "UNROLLED_DATA": str(self.data), **ours}
        if self.faults:
            environment |= {"TEST_FAULTS": json.dumps(self.faults), "PYTHONPATH": f"{FAULTS}{os.pathsep}{ROOT}"}
        return environment

    def kill(self) -> None:
        """kill -9, if it is still there."""
        self.process.kill()
        self._ended()

    def _ended(self) -> int:
        """Its exit code, once it has ended."""
        code = self.process.wait(PATIENCE)
        assert self.process.stdout
        self.process.stdout.close()
        return code

    def ends(self) -> int:
        """Waits for it to die by itself; its exit code."""
        return self._ended()

    def tell(self, number: signal.Signals) -> None:
        """Sends a signal."""
        self.process.send_signal(number)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.tell(signal.SIGTERM)
        return self._ended()

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
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))  # noqa: PTH208 - names are enough, and some vanish meanwhile

    @property
    def cpu(self) -> float:
        """Seconds of processor time."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self.process.pid}/{name}").read_text(encoding="ascii")
