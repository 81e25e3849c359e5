"""From options and settings to a listening server that says where it is."""

from __future__ import annotations

import argparse
import asyncio
import gc
import io
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from typing import Any

import segno
from fastapi import FastAPI
from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.databases import StorageRefused
from app.main import create_app
from app.network import EVERY_NETWORK, PORTS_TRIED, address, lan_address, listening, most_connections, own_names
from app.polite_server import PoliteServer, protocol
from app.services import Services
from app.settings import Settings
from app.storages import try_storages
from app.telemetry import configure_logging
from app.traffic import Traffic

SWITCH = 0.001  # s for which a thread that computes keeps the interpreter while the event loop has something to do

SECRET = {"redis_url", "passphrase", "cookie_key"}  # the first may hold a password; they are shown nowhere

# What pydantic calls it -> what a setting must be.
RULES = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_parsing": "true or false",
    "string_type": "a text, or a list of texts",
    "url_parsing": "an address such as redis://127.0.0.1:6379/0",
    "url_scheme": "an address such as redis://127.0.0.1:6379/0",
    "string_pattern_mismatch": "empty, or a path such as /unrolled",
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "literal_error": "{expected}",
    "no_passphrase": "what people type to start a lecture, because UNROLLED_STARTERS is passphrase",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 when it was asked to stop, 1 with a sentence when it cannot start."""
    try:
        settings = settings_from(arguments)
        asyncio.run(try_storages(settings))
        with _listen(settings) as listener:
            serve(settings, listener)
    except StorageRefused as error:
        print(error, file=sys.stderr)
        return 1
    except ValidationError as error:
        print("\n".join(map(_sentence, error.errors())), file=sys.stderr)
        return 1
    except SettingsError:
        print("A setting that holds a list must be JSON, such as UNROLLED_ALLOWED_HOSTS='[\"example.org\"]'.", file=sys.stderr)
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


def _sentence(fault: Mapping[str, Any]) -> str:
    name = "_".join(map(str, fault["loc"][:1]))
    rule = RULES.get(fault["type"], "of its kind").format(**fault.get("ctx", {}))
    received = "" if name in SECRET else f" Received: {fault['input']!r}."
    return f"The setting {name} (UNROLLED_{name.upper()}) must be {rule}.{received} docs/hosting.md has all settings."


def _listen(settings: Settings) -> socket.socket:
    asked_for = settings.port == 0 or "port" in settings.model_fields_set
    listener = listening(settings.host, [settings.port] if asked_for else range(settings.port, settings.port + PORTS_TRIED))
    if not asked_for and (port := listener.getsockname()[1]) != settings.port:
        print(f"Port {settings.port} is taken, so this is port {port}.", flush=True)
    return listener


def serve(settings: Settings, listener: socket.socket) -> None:
    """Until it is told to stop."""
    configure_logging(settings.log_requests)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises the signal again once it has stopped
    sys.setswitchinterval(SWITCH)
    gc.freeze()  # what is loaded by now stays: to look through it for garbage, at the very end too, takes a tenth of a second
    port = listener.getsockname()[1]
    settings = settings.model_copy(update={"port": port})
    app = create_app(settings)
    traffic: Traffic = app.state.traffic
    speaks = protocol(settings, traffic.connections, most_connections())
    server = PoliteServer(
        app, speaks, settings.shutdown_seconds, settings.trusted_proxies, lambda: announce(settings, port), lambda: end_streams(app)
    )
    server.run([listener])


def end_streams(app: FastAPI) -> None:
    """Whoever follows a lecture is told to come back, and so is whoever waits for a computation."""
    services: Services = app.state.services
    services.lectures.stop()
    services.pool.stop()
    services.trainings.stop()


def announce(settings: Settings, port: int) -> None:
    """Says where the page is, and opens it where there is a desktop."""
    here = address("127.0.0.1" if settings.host in EVERY_NETWORK else settings.host, port, settings.root_path)
    print(f"Unrolled is at {here} (Ctrl-C stops it)", flush=True)
    if settings.lan:
        room = address(lan_address(), port, settings.root_path)
        print(f"In this network it is at {room}")
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a pipe on Windows may know no blocks
        segno.make(room, micro=False).terminal(compact=True)
        sys.stdout.flush()
    if settings.open_browser and has_desktop():
        webbrowser.open(here)


def has_desktop() -> bool:
    """Whether a browser that is opened would be seen."""
    if any(name in os.environ for name in ("CI", "SSH_CONNECTION", "SSH_TTY")):
        return False
    return sys.platform in ("win32", "darwin") or any(name in os.environ for name in ("DISPLAY", "WAYLAND_DISPLAY"))
