"""`python -m app`: options and settings to a listening server that says where it is."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import Callable, Sequence

import segno
import uvicorn
from pydantic import ValidationError

from app.main import create_app
from app.network import EVERY_NETWORK, PORTS_TRIED, address, lan_address, listening, own_names
from app.settings import Settings
from app.store import StorageRefused, Store


class AnnouncedServer(uvicorn.Server):
    """A server that says when it takes requests."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Opens what the app needs, listens, and says so."""
        await super().startup(sockets)
        self._announce()


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 when it was asked to stop, 1 with a sentence when it cannot start."""
    try:
        settings = settings_from(arguments)
        with Store(settings.data, settings.storage_patience, settings.retry_after):
            pass  # a storage that cannot be used is found before anything is promised
        with _listen(settings) as listener:
            serve(settings, listener)
    except (StorageRefused, ValidationError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Unrolled cannot listen there: {error.strerror or error}. Choose another --host or --port.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def settings_from(arguments: Sequence[str] | None) -> Settings:
    """What the options say; where they say nothing, the environment, .env and the defaults."""
    parser = argparse.ArgumentParser(prog="python -m app", argument_default=argparse.SUPPRESS)
    for name, kind in (("host", str), ("port", int), ("root-path", str)):
        parser.add_argument(f"--{name}", type=kind, help=Settings.model_fields[name.replace("-", "_")].description)
    parser.add_argument("--lan", action="store_true", help=Settings.model_fields["lan"].description)
    parser.add_argument("--no-browser", dest="open_browser", action="store_false", help="Do not open a browser")
    chosen = Settings(**vars(parser.parse_args(arguments)))
    host = "0.0.0.0" if chosen.lan and "host" not in chosen.model_fields_set else chosen.host
    return chosen.model_copy(update={"host": host, "allowed_hosts": (*chosen.allowed_hosts, *own_names(host))})


def _listen(settings: Settings) -> socket.socket:
    asked_for = settings.port == 0 or "port" in settings.model_fields_set
    listener = listening(settings.host, [settings.port] if asked_for else range(settings.port, settings.port + PORTS_TRIED))
    if not asked_for and (port := listener.getsockname()[1]) != settings.port:
        print(f"Port {settings.port} is taken, so this is port {port}.", flush=True)
    return listener


def serve(settings: Settings, listener: socket.socket) -> None:
    """Until it is told to stop."""
    config = uvicorn.Config(
        create_app(settings),
        http="h11",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises the signal again once it has stopped
    AnnouncedServer(config, lambda: announce(settings, listener.getsockname()[1])).run([listener])


def announce(settings: Settings, port: int) -> None:
    """Says where the page is, and opens it where there is a desktop."""
    here = address("127.0.0.1" if settings.host in EVERY_NETWORK else settings.host, port, settings.root_path)
    print(f"Unrolled is at {here} (Ctrl-C stops it)", flush=True)
    if settings.lan:
        room = address(lan_address(), port, settings.root_path)
        print(f"In this network it is at {room}", flush=True)
        if sys.stdout.isatty():
            segno.make(room).terminal(compact=True)
    if settings.open_browser and has_desktop():
        webbrowser.open(here)


def has_desktop() -> bool:
    """Whether a browser that is opened would be seen."""
    if any(name in os.environ for name in ("CI", "SSH_CONNECTION", "SSH_TTY")):
        return False
    return sys.platform in ("win32", "darwin") or any(name in os.environ for name in ("DISPLAY", "WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
