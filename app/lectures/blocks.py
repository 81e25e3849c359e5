"""What listeners are sent: each event encoded once, framed once, and written as it is to however many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.databases import State
from app.events import event


@dataclass(frozen=True, slots=True)
class Block:
    """One or more events as bytes, and the same as a chunk of HTTP/1.1. `lane` is set where only the newest of its kind counts."""

    plain: bytes
    chunk: bytes
    offset: int | None = None  # of the last entry in it
    lane: str | None = None

    @classmethod
    def of(cls, plain: bytes, offset: int | None = None, lane: str | None = None) -> Block:
        """Frames the bytes."""
        return cls(plain, b"%x\r\n%b\r\n" % (len(plain), plain), offset, lane)


def soft(kind: str, data: dict[str, Any]) -> Block:
    """What is never stored, and replaced by the next of its kind."""
    return Block.of(event(kind, data), lane=kind)


def link(state: State) -> Block:
    """Whether the storage is within reach: where it is not, everyone goes on alone meanwhile."""
    return soft("link", {"state": "live" if state == "up" else "paused"})
