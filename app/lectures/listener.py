"""One open stream of a lecture: nothing is kept for it but what it has not been sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from app.lectures.blocks import Block
from app.lectures.mailbox import Mailbox
from app.outlet import Outlet


@dataclass(frozen=True, slots=True)
class About:
    """What a listener says about itself when it connects."""

    presenter: bool = False
    mode: Literal["following", "exploring"] = "following"
    hand: bool = False
    nickname: str = ""


class Listener:
    """Writes at once where the connection takes it; else the mailbox keeps it. `ended` is set when there is nobody to write to."""

    __slots__ = ("_outlet", "_seen", "_snapshot", "_stuck", "about", "ended", "mailbox", "position")

    def __init__(self, outlet: Outlet, about: About, snapshot: Callable[[], Block]) -> None:
        self.about = about
        self.position = 0  # the offset of the last entry that it was sent, or that waits for it
        self.mailbox = Mailbox()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._outlet = outlet
        self._snapshot = snapshot
        self._seen = 0
        self._stuck = 0
        outlet.begin(self)

    def put(self, block: Block) -> None:
        """Never waits. What it has been sent already it is not sent again."""
        if block.offset is not None:
            if block.offset <= self.position:
                return
            self.position = block.offset
        if self._outlet.paused:
            self.mailbox.put(block)
        else:
            self._outlet.write(block.plain, block.chunk)

    def drained(self) -> None:
        """What has waited goes out; too much of it is replaced by the whole state."""
        if not len(self.mailbox) and not self.mailbox.overflowed:
            return
        blocks = [self._snapshot(), *self.mailbox.take()] if self.mailbox.overflowed else self.mailbox.take()
        whole = Block.of(b"".join(block.plain for block in blocks))
        self._outlet.write(whole.plain, whole.chunk)

    def lost(self) -> None:
        """The connection is gone."""
        self.end()

    def end(self) -> None:
        """The stream has no more to say."""
        if not self.ended.done():
            self.ended.set_result(None)

    def is_stuck(self, sweeps: int) -> bool:
        """Whether it has taken nothing for so many sweeps in a row although something waits; called once in each."""
        waiting = self._outlet.waiting
        self._stuck = self._stuck + 1 if self._outlet.paused and waiting == self._seen else 0
        self._seen = waiting
        return self._stuck >= sweeps

    def abort(self) -> None:
        """Lets it go."""
        self._outlet.abort()
