"""A virtual environment with pinned requirements, made when missing and refreshed when out of date. Standard library only.

Older Pythons must be able to read this file, down to the sentence that says which one is needed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterator, NoReturn  # noqa: UP035 - Python 3.8 cannot subscript the newer one

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)


def stop(sentence: str) -> NoReturn:
    """End the command with a sentence that says what to do, and exit code 1."""
    sys.exit(f"\n{sentence}")


def require_python() -> None:
    """Only Python 3.11 or newer goes on."""
    if sys.version_info < OLDEST:
        this, needed = (".".join(map(str, version)) for version in (sys.version_info[:3], OLDEST))
        stop(f"Unrolled needs Python {needed} or newer, and this is {this}. Install a newer one and start the same script with it.")


def interpreter(folder: Path) -> Path:
    """Where the Python of a virtual environment is, on this system."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def environment(requirements: str, folder: Path = ROOT / ".venv") -> Path:
    """The Python of an environment that holds what the file named lists; when nothing changed, no process is started."""
    require_python()
    stamp = _stamp(ROOT / requirements)
    if not _is_current(folder, requirements, stamp):
        with _alone(ROOT / ".cache" / f"{folder.name}.lock"):
            if not _is_current(folder, requirements, stamp):
                _refresh(folder, requirements, stamp)
    return interpreter(folder)


def _stamp(requirements: Path) -> str:
    """What an environment is up to date with: this Python, and the text of the file and of those that it includes."""
    digest = hashlib.sha256(str(sys.implementation.cache_tag).encode())
    for line in requirements.read_text(encoding="utf-8").splitlines():
        digest.update(line.encode())
        if line.startswith("-r "):
            digest.update(_stamp(requirements.parent / line[3:].strip()).encode())
    return digest.hexdigest()


def _stamp_file(folder: Path, requirements: str) -> Path:
    return folder / f"{requirements}.stamp"


def _unfinished(folder: Path) -> Path:
    return folder / "unfinished"


def _is_current(folder: Path, requirements: str, stamp: str) -> bool:
    written = _stamp_file(folder, requirements)
    return not _unfinished(folder).exists() and interpreter(folder).exists() and written.is_file() and written.read_text() == stamp


def _refresh(folder: Path, requirements: str, stamp: str) -> None:
    """The mark `unfinished` stands while files change: whoever finds it knows that an earlier try was cut off, and starts anew."""
    if not _is_usable(folder):
        _make(folder)
    _unfinished(folder).touch()
    print(f"Installing {requirements} into {folder.name} (only when it has changed; a minute or so) ...", flush=True)
    if _pip_install(folder, requirements):
        stop(f"{requirements} could not be installed: pip says why, above. The same command tries again.")
    _stamp_file(folder, requirements).write_text(stamp)
    _unfinished(folder).unlink()


def _pip_install(folder: Path, requirements: str) -> int:
    """pip's exit code."""
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    return subprocess.run([str(interpreter(folder)), "-m", "pip", "install", *quiet, "-r", requirements], cwd=ROOT).returncode


def _is_usable(folder: Path) -> bool:
    """Whole, of this Python's line, and with a pip that answers."""
    configuration = folder / "pyvenv.cfg"
    if _unfinished(folder).exists() or not interpreter(folder).exists() or not configuration.is_file():
        return False
    major, minor = sys.version_info[:2]
    if f"= {major}.{minor}." not in configuration.read_text(encoding="utf-8"):
        return False
    return subprocess.run([str(interpreter(folder)), "-m", "pip", "--version"], stdout=subprocess.DEVNULL).returncode == 0


def _make(folder: Path) -> None:
    """From nothing: what is in the way goes."""
    require_venv()
    print(f"Making {folder.name} ...", flush=True)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    _unfinished(folder).touch()
    if subprocess.run([_base_python(), "-m", "venv", str(folder)]).returncode:
        stop(f"{folder.name} could not be made: Python says why, above. The same command tries again.")


def _base_python() -> str:
    """The Python that is there whatever happens to an environment, also when a script runs inside one."""
    return getattr(sys, "_base_executable", None) or sys.executable


def require_venv() -> None:
    """Debian keeps what makes environments in a package of its own: as root it is installed, else the command is printed."""
    if all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        return
    package = "python{}.{}-venv".format(*sys.version_info[:2])
    if not shutil.which("apt-get"):
        stop("This Python comes without venv and ensurepip, so it cannot make an environment. Install a complete one (python.org has it).")
    if not apt_install(package):
        stop(f"This Python cannot make an environment yet. Type this, then start again:\n\n    sudo apt-get install -y {package}")


def apt_install(*packages: str) -> bool:
    """Whether Debian's packages are there now: only root can install them, and only where there is an apt-get."""
    if os.name == "nt" or os.geteuid() or not shutil.which("apt-get"):
        return False
    print(f"Installing Debian's {' and '.join(packages)} ...", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *packages])
    return all(subprocess.run(step, env=quiet, stdin=subprocess.DEVNULL).returncode == 0 for step in steps)


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time changes an environment. The system lets go of the lock when its process ends, however it ends."""
    lock.parent.mkdir(exist_ok=True)
    with lock.open("a") as file:
        if sys.platform == "win32":
            _lock_on_windows(file.fileno())
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock_on_windows(descriptor: int) -> None:
    import msvcrt

    while True:
        with contextlib.suppress(OSError):
            return msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,no-any-return,unused-ignore]
        time.sleep(0.2)
