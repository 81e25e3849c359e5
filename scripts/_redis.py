"""The redis-server that the tests start: found on the machine, or installed. Standard library only."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from _environment import apt_install, stop

VARIABLE = "UNROLLED_REDIS_SERVER"
COMMANDS = ("redis-server", "valkey-server")
PACKAGE = "redis-server"


def redis_server() -> Path:
    """The program; where there is none it is installed, and where that fails a sentence says what to do."""
    named = os.environ.get(VARIABLE)
    if named and not Path(named).is_file():
        stop(f"{VARIABLE} names {named}, and there is no such file. Correct it, or unset it to have a redis-server found.")
    found = find() or _from_debian()
    if not found:
        stop(
            "The tests run lectures over Redis too, no redis-server was found, and none could be installed. "
            f"Install Redis 7 or newer (Debian: redis-server, macOS: brew install redis), or set {VARIABLE} to the program's path."
        )
    return found


def find() -> Path | None:
    """The program that the environment names, or the first one that is on the machine."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    return next((Path(path) for path in map(shutil.which, COMMANDS) if path), None)


def _from_debian() -> Path | None:
    return find() if apt_install(PACKAGE) else None
