"""What a training tells: a log of events that only grows, read by each listener at its own pace."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from typing import Any

from app.events import HEARTBEAT, event
from app.trainer import Progress

BEAT = 10.0  # s: a stream that is quiet for so long gets a heartbeat


class TrainingLog:
    """Its events, numbered from 1, and how far it is inside an epoch; `deserted` is called when nobody has listened for a while."""

    def __init__(self, patience: float, deserted: Callable[[], None]) -> None:
        self.id = secrets.token_urlsafe(12)
        self.ended = False
        self._patience = patience
        self._deserted = deserted
        self._blocks: list[bytes] = []
        self._progress = b""
        self._listeners = 0
        self._timer: asyncio.TimerHandle | None = None
        self._changed = asyncio.Condition()
        self._await_listeners()

    async def tell(self, kind: str, **data: Any) -> None:
        """Adds an event, for those who listen and those who come back."""
        self._blocks.append(event(kind, data, len(self._blocks) + 1))
        self._progress = b""
        await self._wake()

    async def tell_once(self, kind: str, **data: Any) -> None:
        """The same, unless it was what was told last."""
        if not self._blocks or self._blocks[-1] != event(kind, data, len(self._blocks)):
            await self.tell(kind, **data)

    def close(self, reason: str) -> None:
        """The last event; nothing can be told after it."""
        self._blocks.append(event("ended", {"reason": reason}, len(self._blocks) + 1))
        self.ended = True
        self._stop_timer()
        self._waking = asyncio.ensure_future(self._wake())

    async def tell_progress(self, progress: Progress) -> None:
        """Only the last is of interest, and only to those who are here."""
        self._progress = event("progress", asdict(progress))
        await self._wake()

    async def follow(self, position: int) -> AsyncIterator[bytes]:
        """Every event after this one, as they come, and the end."""
        self._listeners += 1
        self._stop_timer()
        shown = b""
        try:
            while True:
                if missed := self._blocks[position:]:
                    position += len(missed)
                    yield b"".join(missed)
                elif self.ended:
                    return
                elif self._progress not in (b"", shown):
                    shown = self._progress
                    yield shown
                elif not await self._news(position, shown):
                    yield HEARTBEAT
        finally:
            self._listeners -= 1
            if not self._listeners and not self.ended:
                self._await_listeners()

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _news(self, position: int, shown: bytes) -> bool:
        """Waits for something new; False: there was nothing for a while."""
        try:
            async with asyncio.timeout(BEAT), self._changed:
                await self._changed.wait_for(lambda: len(self._blocks) > position or self.ended or self._progress not in (b"", shown))
        except TimeoutError:
            return False
        return True

    def _await_listeners(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._patience, self._deserted)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
