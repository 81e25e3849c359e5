"""Fails a test at once when a process that it needs has ended, with what that process wrote, instead of after a long wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
lost: list[Watch] = []  # processes that ended although nobody had asked them to
alarms: set[Callable[[], None]] = set()


class Watch:
    """Waits in a thread of its own until a process has ended. `wait` blocks until then; `log` returns what the process wrote."""

    def __init__(self, name: str, wait: Callable[[], object], log: Callable[[], str]) -> None:
        self._name, self._wait, self._log = name, wait, log
        self._expected = False
        Thread(target=self._watch, daemon=True, name=f"watches {name}").start()

    def _watch(self) -> None:
        self._wait()
        if not self._expected:
            lost.append(self)
            for alarm in list(alarms):
                alarm()

    def release(self) -> None:
        """From now on the process may end."""
        self._expected = True
        if self in lost:
            lost.remove(self)

    def __str__(self) -> str:
        return f"{self._name} has ended, and nobody asked it to. It wrote:\n{self._log()}"


def require_all() -> None:
    """Raises an AssertionError with the logs of the processes that were lost."""
    assert not lost, "\n".join(map(str, lost))


def run(scenario: Coroutine[Any, Any, T]) -> T:
    """asyncio.run, which cancels the scenario as soon as a watched process is lost, and then fails with its log."""

    async def watched() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(scenario)

        def alarm() -> None:
            with suppress(RuntimeError):  # the scenario has just ended by itself
                loop.call_soon_threadsafe(task.cancel)

        alarms.add(alarm)
        try:
            if lost:
                task.cancel()
            return await task
        finally:
            alarms.discard(alarm)

    try:
        return asyncio.run(watched())
    except BaseException:
        require_all()
        raise
