"""A server for a class: its limits are out of the way, and it can be looked at from outside."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from tests.server.serving import ServerProcess

LIMITS = {"lectures_per_hour": "1000000", "identities": "1000000", "wrong_codes": "1000000"}  # the tests all come from one address


class LectureServer(ServerProcess):
    """A server process that takes as many lectures and people as a test has."""

    def __init__(self, data: Path, *options: str, faults: dict[str, Any] | None = None, **settings: str) -> None:
        super().__init__(data, *options, faults=faults, **LIMITS | settings)

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

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self.pid}/{name}").read_text(encoding="ascii")
