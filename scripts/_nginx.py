"""The nginx that the tests put in front of the server: found on the machine, or installed. Standard library only."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from _environment import apt_install, stop

VARIABLE = "UNROLLED_NGINX"
PACKAGE = "nginx"
BESIDE = "/usr/sbin"  # where Debian keeps it, which is not on everyone's path


def nginx() -> Path:
    """The program; where there is none it is installed, and where that fails a sentence says what to do."""
    named = os.environ.get(VARIABLE)
    if named and not Path(named).is_file():
        stop(f"{VARIABLE} names {named}, and there is no such file. Correct it, or unset it to have an nginx found.")
    found = find() or _from_debian()
    if not found:
        stop(
            "The tests put nginx in front of the server, none was found, and none could be installed. "
            f"Install nginx (Debian: nginx, macOS: brew install nginx), or set {VARIABLE} to the program's path."
        )
    return found


def find() -> Path | None:
    """The program that the environment names, or the one that is on the machine."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    path = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{BESIDE}")
    return Path(path) if path else None


def _from_debian() -> Path | None:
    return find() if apt_install(PACKAGE) else None
