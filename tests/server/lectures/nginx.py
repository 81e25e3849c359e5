"""A real nginx in front of a server, with what docs/hosting.md says that it needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self

import _nginx
from tests.programs import Program
from tests.redis_server import free_port
from tests.server.serving import ROOT

AROUND = """daemon off;
pid {folder}/nginx.pid;
error_log stderr notice;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
{location}
    }}
}}
"""


def documented() -> str:
    """The block of the documentation, word for word."""
    found = re.search(
        r"^    location /unrolled/ \{$.*?^    \}$", (ROOT / "docs/hosting.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found, "docs/hosting.md says what nginx needs"
    return found[0]


class Nginx:
    """Serves what a server has, below /unrolled/. `changed` takes the documented block and gives the one that is used."""

    def __init__(self, folder: Path, upstream: int, **instead: str) -> None:
        found = _nginx.find()
        assert found, "scripts/test.py finds nginx or installs it"
        self.path, self.folder = found, folder
        self.location = documented().replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
        for name, value in instead.items():
            self.location, replaced = re.subn(rf"{name} [^;]+;", f"{name} {value};", self.location)
            assert replaced, name

    def __enter__(self) -> Self:
        for _ in range(10):
            self.port = free_port()
            self.program = Program("nginx", self._command(), ready="start worker process")
            if self.program.is_ready():
                return self
        raise AssertionError(self.program.log)

    def _command(self) -> list[str]:
        configuration = self.folder / "nginx.conf"
        configuration.write_text(AROUND.format(folder=self.folder, port=self.port, location=self.location), encoding="utf-8")
        return [str(self.path), "-p", str(self.folder), "-c", str(configuration), "-e", "stderr"]

    def __exit__(self, *_: object) -> None:
        self.program.stop()
