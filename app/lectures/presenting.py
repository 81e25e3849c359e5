"""What a presenter does is judged and stored before anyone hears of it; what is never stored is judged all the same."""

from __future__ import annotations

from app.errors import Problem
from app.lectures.commands import SOFT
from app.lectures.entries import Entry
from app.lectures.refusals import not_presenting, require_poll, unknown
from app.lectures.room import Room
from app.lectures.storage import Command, EpochChanged, FenceChanged, LectureEnded, LectureFull, LectureStorage, Moved

TRIES = 5  # of a command whose log moved on meanwhile


async def carry_out(storage: LectureStorage, room: Room, session: str, command: Command) -> Entry | None:
    """One command of a room after the other. None: it was nothing to store."""
    async with room.lock:
        if command.kind in SOFT:
            await _require_holder(storage, room, session, command.fence)
            room.say(command.kind, command.body)
            return None
        try:
            return await _stored(storage, room, session, command)
        except EpochChanged:
            raise Problem("lecture-changed", "The lecture's log began anew. Read it again, then repeat.") from None
        except LectureEnded:
            raise Problem("lecture-ended", "The lecture has ended, so nothing was changed. Watch it again, or start another.") from None
        except LectureFull:
            detail = "The lecture's log has no room for more, so nothing was changed. End the lecture, and start another."
            raise Problem("lecture-full", detail) from None
        except FenceChanged as error:
            raise not_presenting(error.holder, error.fence) from None


async def _stored(storage: LectureStorage, room: Room, session: str, command: Command) -> Entry:
    if command.kind == "presenter changed":
        entry = await storage.take_over(room.code, room.epoch, session, command.body["name"], command.id)
    else:
        entry = await _appended(storage, room, session, await _completed(storage, room, session, command))
    if entry.offset > room.offset:
        await room.catch_up()
    return entry


async def _appended(storage: LectureStorage, room: Room, session: str, command: Command) -> Entry:
    for _ in range(TRIES):
        try:
            return await storage.append(room.code, room.epoch, room.offset, session, command)
        except Moved:
            await room.catch_up()
    raise Problem("lecture-changed", "Others were quicker five times in a row. Try again.")


async def _completed(storage: LectureStorage, room: Room, session: str, command: Command) -> Command:
    """A poll that is revealed is closed first, so that its tally is final; the tally goes with the entry."""
    if command.kind not in ("poll closed", "poll revealed"):
        return command
    poll = require_poll(room, command.body["poll"])
    if command.kind == "poll closed":
        return command
    if poll["open"]:
        closing = Command(f"{command.id}/close", "poll closed", {"poll": poll["poll"]}, command.fence)
        await _appended(storage, room, session, closing)
        await room.catch_up()
    tally = await storage.tally(room.code, poll["poll"])
    return Command(command.id, command.kind, {**command.body, "tally": tally, "votes": sum(tally.values())}, command.fence)


async def _require_holder(storage: LectureStorage, room: Room, session: str, fence: int) -> None:
    """What is not stored is judged by what is: another process may know of another presenter."""
    record = await storage.record(room.code)
    if record is None:
        raise unknown()
    room.holder = record.session
    if (session, fence) != (record.session, record.fence):
        raise not_presenting(record.holder, record.fence)
