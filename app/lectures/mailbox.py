"""What a listener has not been sent yet: bounded, and never waited for."""

from __future__ import annotations

from collections import deque

from app.lectures.blocks import Block

HEARTBEAT = "heartbeat"
MOST_BLOCKS = 256
MOST_BYTES = 256 * 2**10


class Mailbox:
    """Entries in their order, and the newest of each soft kind. One that would overflow is emptied: then only a snapshot helps."""

    __slots__ = ("_bytes", "_entries", "_soft", "overflowed")

    def __init__(self) -> None:
        self._entries: deque[Block] = deque()
        self._soft: dict[str, Block] = {}
        self._bytes = 0
        self.overflowed = False

    def put(self, block: Block) -> None:
        """Keeps a block, or forgets everything where there is no room for it."""
        if block.lane == HEARTBEAT:
            return  # where the lecture was then is old when it leaves; whoever is behind hears of it by the entries
        if block.lane:
            self._soft[block.lane] = block
        elif not self.overflowed:
            self._entries.append(block)
            self._bytes += len(block.plain)
            if len(self._entries) > MOST_BLOCKS or self._bytes > MOST_BYTES:
                self.overflowed = True
                self._entries.clear()

    def take(self) -> list[Block]:
        """All that has gathered, in order; the mailbox is empty afterwards."""
        blocks = [*self._entries, *self._soft.values()]
        self._entries.clear()
        self._soft.clear()
        self._bytes = 0
        self.overflowed = False
        return blocks

    def __len__(self) -> int:
        return len(self._entries) + len(self._soft)
