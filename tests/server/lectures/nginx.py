"""A real nginx in front of a server, with what docs/hosting.md says that it needs."""

from __future__ import annotations

import re
import socket
import subprocess
from pathlib import Path
from typing import Self

import _nginx
from tests.server.serving import PATIENCE, ROOT

AROUND = """daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
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


def free_port() -> int:
    """One that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class Nginx:
    """Serves what a server has, below /unrolled/. `changed` takes the documented block and gives the one that is used."""

    def __init__(self, folder: Path, upstream: int, **instead: str) -> None:
        program = _nginx.find()
        assert program, "scripts/test.py finds nginx or installs it"
        self.program, self.folder, self.port = program, folder, free_port()
        location = documented().replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
        for name, value in instead.items():
            location, found = re.subn(rf"{name} [^;]+;", f"{name} {value};", location)
            assert found, name
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, port=self.port, location=location), encoding="utf-8")

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [str(self.program), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", str(self.folder / "error.log")],
            stderr=subprocess.PIPE,
            text=True,
        )
        while self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE).close()
                return self
            except ConnectionRefusedError:
                continue
        raise AssertionError(self.process.communicate())

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE)
