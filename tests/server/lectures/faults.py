"""Faults that nobody can time from outside, put into a server process before it starts: so the product has no word of them.

"set" changes constants ("app.lectures.lectures:SWEEPS": 1), "die" is the moment of a kill -9, "clock" names a file that holds by how many
seconds the clock of the wall is wrong, "files" is how many may be open, "file size" how many bytes each may have.
"""

from __future__ import annotations

import importlib
import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def set_constants(wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        module, _, attribute = name.partition(":")
        holder: Any = importlib.import_module(module)
        *parents, last = attribute.split(".")
        for parent in parents:
            holder = getattr(holder, parent)
        setattr(holder, last, value)


def die_after_commit(number: int) -> None:
    """The transaction is on the disk, and nobody has been told."""
    from app.databases import Writer

    commit = Writer._commit
    left = number

    def committed(self: Any, group: Any) -> None:
        nonlocal left
        commit(self, group)
        if "lectures" in self._thread.name:
            left -= 1
            if left <= 0:
                kill()

    Writer._commit = committed  # type: ignore[method-assign]


def die_before_broadcast(number: int) -> None:
    """Whoever asked has the answer, and no listener has heard of it: the news is held back until the answer has left."""
    from app.lectures.room import Room

    arrived = Room.arrived
    left = number

    def told(self: Any, entries: Any) -> None:
        nonlocal left
        left -= len(entries)
        if left > 0:
            arrived(self, entries)

    Room.arrived = told  # type: ignore[method-assign]
    from app import answers

    sent = answers.Pieces.__call__

    async def last_words(self: Any, scope: Any, receive: Any, send: Any) -> None:
        await sent(self, scope, receive, send)
        if left <= 0:
            kill()

    answers.Pieces.__call__ = last_words  # type: ignore[method-assign]


def set_clock(file: Path, seconds: float) -> None:
    """Written beside and moved into place, so that the server never reads half of it."""
    beside = file.with_suffix(".new")
    beside.write_text(str(seconds), encoding="ascii")
    beside.replace(file)


def wrong_clock(file: str) -> None:
    right = time.time

    def wrong() -> float:
        return right() + float(Path(file).read_text(encoding="ascii"))

    time.time = wrong


def begin(faults: dict[str, Any]) -> None:
    moments: dict[str, Callable[[int], None]] = {"after commit": die_after_commit, "before broadcast": die_before_broadcast}
    if "files" in faults:
        resource.setrlimit(resource.RLIMIT_NOFILE, (faults["files"], faults["files"]))
    if "file size" in faults:
        resource.setrlimit(resource.RLIMIT_FSIZE, (faults["file size"], resource.RLIM_INFINITY))
    if "clock" in faults:
        wrong_clock(faults["clock"])
    set_constants(faults.get("set", {}))
    for moment, number in faults.get("die", {}).items():
        moments[moment](number)
