"""The server as a process: it says where it is as soon as it answers, and leaves at once when asked to."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import webbrowser
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import segno
import uvicorn
from pydantic import ValidationError

from app.address import EVERYWHERE, NoAddress, is_everywhere, listen, names, reachable, url
from app.main import create_app
from app.services import opened
from app.settings import Settings
from app.store import StorageRefused


class Refused(Exception):
    """The server does not start, and a sentence says what to do."""


class Server(uvicorn.Server):
    """Announces itself once it answers. A signal ends it politely, with exit code 0."""

    def __init__(self, config: uvicorn.Config, host: str, *, browser: bool) -> None:
        super().__init__(config)
        self.host = host
        self.browser = browser

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say where."""
        await super().startup(sockets)
        if self.started and sockets:
            announce(self.host, sockets[0].getsockname()[1], browser=self.browser)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does it, but the signal is not raised again afterwards: leaving when asked to is a success."""
        numbers = [signal.SIGINT, signal.SIGTERM]
        former = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


def serve(options: Namespace) -> int:
    """Serve until a signal comes; the exit code."""
    try:
        settings = configure(options)
        with listen(settings.host, settings.port, move_on="port" not in settings.model_fields_set) as listening:
            if listening.getsockname()[1] != settings.port != 0:
                say(f"Port {settings.port} is taken, so this one has another.")
            return run(settings, listening, browser="no_browser" not in options and on_a_desktop(os.environ, sys.platform))
    except (NoAddress, Refused, StorageRefused) as refusal:
        print(refusal, file=sys.stderr)
        return 1


def configure(options: Namespace) -> Settings:
    """The settings: options first, then the environment; a wrong one is refused in a sentence."""
    given = {name: value for name, value in vars(options).items() if name in Settings.model_fields}
    if "lan" in options:
        given["host"] = EVERYWHERE
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise Refused("\n".join(map(_sentence, error.errors()))) from error
    return settings.model_copy(update={"allowed_hosts": (*settings.allowed_hosts, *names(settings.host))})


def _sentence(fault: Mapping[str, object]) -> str:
    name = ".".join(map(str, fault["loc"])) if isinstance(fault["loc"], tuple) else ""
    return f"The setting {name} (UNROLLED_{name.upper()}) cannot be {fault['input']!r}: {fault['msg']}. See docs/hosting.md."


def run(settings: Settings, listening: socket.socket, *, browser: bool) -> int:
    """Serve on a socket until a signal comes; the exit code."""
    with opened(settings):  # a storage that cannot be used is refused here, in a sentence, before the server opens it for itself
        app = create_app(settings)
    config = uvicorn.Config(
        app,
        access_log=False,
        lifespan="on",
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    server = Server(config, settings.host, browser=browser)
    server.run(sockets=[listening])
    return 0 if server.started else 1


def announce(host: str, port: int, *, browser: bool) -> None:
    """Print the address, for a room as a QR code too, and open the browser where there is one to look at."""
    address = url(reachable(host), port)
    say(f"Unrolled is at {address} (Ctrl-C ends it)")
    if is_everywhere(host):
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
        segno.make(address, micro=False).terminal(out=sys.stdout, compact=True)
        say(f"Everybody in this network can reach it; on this machine it is also at {url('127.0.0.1', port)}")
    if browser:
        threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()


def say(sentence: str) -> None:
    """A sentence that is read at once, also through a pipe."""
    print(sentence, flush=True)


def on_a_desktop(environ: Mapping[str, str], platform: str) -> bool:
    """Whether somebody sits before this machine's screen."""
    if {"CI", "SSH_CONNECTION", "SSH_TTY"} & set(environ):
        return False
    return platform in {"darwin", "win32"} or bool({"DISPLAY", "WAYLAND_DISPLAY"} & set(environ))
