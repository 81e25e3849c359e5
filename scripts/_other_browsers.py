"""The Firefox and the WebKit that a smoke walk drives beside Chromium: found on the machine, on Debian installed. Standard library only."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from _environment import apt_install, stop

FIREFOX_VARIABLE = "UNROLLED_FIREFOX"
WEBKIT_VARIABLE = "UNROLLED_WEBKIT_DRIVER"
FIREFOX_COMMANDS = ("firefox-esr", "firefox")
WEBKIT_COMMAND = "WebKitWebDriver"
SCREEN_COMMAND = "Xvfb"  # WebKitGTK has no headless mode


class Needed(NamedTuple):
    """A browser: how it is found, the variable that names it, and Debian's packages with all that it takes."""

    find: Callable[[], Path | None]
    variable: str
    packages: tuple[str, ...]


def find_firefox() -> Path | None:
    """The Firefox that the environment names, or the first one that is on the machine."""
    if named := os.environ.get(FIREFOX_VARIABLE):
        return Path(named)
    commands = [Path(path) for path in map(shutil.which, FIREFOX_COMMANDS) if path]
    return next((path for path in [*commands, *_usual_places(sys.platform)] if path.is_file()), None)


def find_webkit() -> Path | None:
    """The driver of WebKitGTK that the environment names, or the one on the machine; none where there is no Xvfb to draw on."""
    path = os.environ.get(WEBKIT_VARIABLE) or shutil.which(WEBKIT_COMMAND)
    return Path(path) if path and shutil.which(SCREEN_COMMAND) else None


NEEDED = {
    "Firefox": Needed(find_firefox, FIREFOX_VARIABLE, ("firefox-esr",)),
    "WebKit": Needed(find_webkit, WEBKIT_VARIABLE, ("webkit2gtk-driver", "xvfb")),
}


def other_browsers() -> list[str]:
    """The names of those that this machine does not have; on Debian, which has them all, a missing one ends the command."""
    for name, needed in NEEDED.items():
        _require_file(needed.variable)
        if not needed.find() and is_debian() and not (apt_install(*needed.packages) and needed.find()):
            stop(what_to_do(name))
    return missing()


def missing() -> list[str]:
    """The names of those that were not found."""
    return [name for name, needed in NEEDED.items() if not needed.find()]


def not_walked(names: list[str]) -> str:
    """The last line of a run that could not drive every browser."""
    return f"Not walked through, because this machine does not have it: {' and '.join(names)}."


def what_to_do(name: str) -> str:
    """How Debian gets a browser that is missing."""
    packages = " ".join(NEEDED[name].packages)
    return f"The tests drive {name}, and none was found. Type this, then start again:\n\n    sudo apt-get install -y {packages}"


def is_debian() -> bool:
    """Whether this is Debian itself: what descends from it packages Firefox in other ways."""
    try:
        return platform.freedesktop_os_release()["ID"] == "debian"
    except OSError:
        return False


def _require_file(variable: str) -> None:
    named = os.environ.get(variable)
    if named and not Path(named).is_file():
        stop(f"{variable} names {named}, and there is no such file. Correct it, or unset it to have a browser found.")


def _usual_places(system: str) -> list[Path]:
    """Where macOS and Windows keep Firefox, which is not among the commands there."""
    if system == "darwin":
        return [folder / "Firefox.app/Contents/MacOS/firefox" for folder in (Path("/Applications"), Path.home() / "Applications")]
    if system == "win32":
        return [Path(os.environ[name]) / "Mozilla Firefox/firefox.exe" for name in ("PROGRAMFILES", "LOCALAPPDATA") if name in os.environ]
    return []
