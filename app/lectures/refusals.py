"""What a lecture refuses, in the words of whoever asked."""

from __future__ import annotations

from typing import Any

from app.errors import Problem
from app.lectures.room import Room


def unknown() -> Problem:
    """The same for a code that never was, that is deleted, and that cannot be one."""
    return Problem("unknown-lecture", "There is no lecture with this code. Check the eight letters and digits on the presenter's screen.")


def not_presenting(holder: str, fence: int) -> Problem:
    """Says who presents now."""
    name = f"The device “{holder}”" if holder else "Another device"
    return Problem("not-presenting", f"{name} presents now (its number is {fence}). Take over first, or leave it to the other.")


def require_poll(room: Room, name: str) -> dict[str, Any]:
    """A poll of the lecture, or 404."""
    poll = room.state.poll(name)
    if poll is None:
        raise Problem("unknown-poll", "This lecture has no such question among its last ones. Open it again.")
    return poll
