"""The Chromium, Chrome or Edge that the browser tests drive: found on the machine, or installed. Standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from _environment import apt_install, stop

VARIABLE = "UNROLLED_BROWSER"
SHELL = "chromium-headless-shell"  # Chromium without a window, as Playwright's own: a page costs half of the processor
COMMANDS = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
APPLICATIONS = ("Google Chrome", "Chromium", "Microsoft Edge")
WINDOWS_PLACES = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe", "Chromium/Application/chrome.exe")
WINDOWS_ROOTS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")


def browser(python: Path) -> Path:
    """The one to drive: without a window where Debian has it, else any that is there. Where there is none a sentence says what to do."""
    named = os.environ.get(VARIABLE)
    if named and not Path(named).is_file():
        stop(f"{VARIABLE} names {named}, and there is no such file. Correct it, or unset it to have a browser found.")
    if not named and not shutil.which(SHELL):
        apt_install(SHELL)
    found = find() or _from_debian() or _from_playwright(python)
    if not found:
        stop(
            "The tests drive a browser, none was found, and none could be installed. "
            f"Install Chromium, Chrome or Edge, or set {VARIABLE} to the program's path."
        )
    return found


def find() -> Path | None:
    """The browser that the environment names, or the first one that is on the machine."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    commands = [Path(path) for path in map(shutil.which, COMMANDS) if path]
    return next((path for path in [*commands, *_usual_places(sys.platform)] if path.is_file()), None)


def name_of(version: str) -> str:
    """The browser that was found, as a report names it."""
    found = find()
    return f"{found.stem if found else 'Chromium'} {version}"


def _usual_places(platform: str) -> list[Path]:
    """Where macOS and Windows keep browsers, which are not among the commands there."""
    if platform == "darwin":
        folders = (Path("/Applications"), Path.home() / "Applications")
        return [folder / f"{name}.app/Contents/MacOS/{name}" for folder in folders for name in APPLICATIONS]
    if platform == "win32":
        roots = [Path(os.environ[name]) for name in WINDOWS_ROOTS if name in os.environ]
        return [root / place for root in roots for place in WINDOWS_PLACES]
    return []


def _from_debian() -> Path | None:
    """Its Chromium, where it is too old to have one without a window."""
    return find() if apt_install("chromium") else None


def _from_playwright(python: Path) -> Path | None:
    """Playwright's own build, which it says the place of."""
    print("Installing Playwright's Chromium ...", flush=True)
    if subprocess.run([str(python), "-m", "playwright", "install", "chromium"]).returncode:
        return None
    ask = "from playwright.sync_api import sync_playwright as p\nwith p() as playwright: print(playwright.chromium.executable_path)"
    answer = subprocess.run([str(python), "-c", ask], capture_output=True, text=True)
    path = Path(answer.stdout.strip())
    return path if answer.returncode == 0 and path.is_file() else None
