"""Who is to be told of a lecture within this process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.lectures.entries import Entry

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Watcher:
    """What one of them wants to be called with."""

    arrived: Callable[[Sequence[Entry]], None]
    soft: Callable[[dict[str, Any]], None]
    broken: Callable[[str], None]
    gone: Callable[[str], None]


class Watchers:
    """All of this process, by the code of their lecture. One that fails takes nothing from the others."""

    def __init__(self) -> None:
        self._by_code: dict[str, list[Watcher]] = {}

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def codes(self) -> list[str]:
        """The lectures that somebody watches."""
        return list(self._by_code)

    def add(
        self,
        code: str,
        arrived: Callable[[Sequence[Entry]], None],
        soft: Callable[[dict[str, Any]], None],
        broken: Callable[[str], None],
        gone: Callable[[str], None],
    ) -> Callable[[], None]:
        """One more; its undo, which may be called twice."""
        watcher = Watcher(arrived, soft, broken, gone)
        self._by_code.setdefault(code, []).append(watcher)

        def stop() -> None:
            here = self._by_code.get(code, [])
            if watcher in here:
                here.remove(watcher)
            if not here:
                self._by_code.pop(code, None)

        return stop

    def arrived(self, code: str, entries: Sequence[Entry]) -> None:
        """These were committed."""
        if entries:
            each(watcher.arrived for watcher in self._of(code))(entries)

    def soft(self, code: str, message: dict[str, Any]) -> None:
        """This was told."""
        each(watcher.soft for watcher in self._of(code))(message)

    def broken(self, code: str) -> None:
        """The log is another one."""
        each(watcher.broken for watcher in self._of(code))(code)

    def gone(self, code: str) -> None:
        """The lecture was deleted."""
        each(watcher.gone for watcher in self._of(code))(code)

    def _of(self, code: str) -> list[Watcher]:
        return list(self._by_code.get(code, ()))


def each(callbacks: Iterable[Callable[[Any], None]]) -> Callable[[Any], None]:
    """One call for all, that goes on where one fails."""

    def call(value: Any) -> None:
        for callback in callbacks:
            try:
                callback(value)
            except Exception:
                logger.exception("who watches a lecture failed")

    return call
