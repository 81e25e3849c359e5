"""Soft news: what is never stored, and told to everyone at most once a tick, of each kind the newest."""

from __future__ import annotations

import secrets
from collections.abc import Coroutine
from typing import Any

from app.errors import Problem
from app.events import event
from app.lectures.blocks import Block, soft
from app.lectures.news import News
from app.lectures.room import Room
from app.lectures.storage import LectureStorage


class SoftNews:
    """Of all rooms of this process, by way of the storage, so that every other process has them too."""

    def __init__(self, storage: LectureStorage) -> None:
        self._storage = storage
        self._process = secrets.token_urlsafe(6)
        self._rooms: set[Room] = set()

    def gather(self, room: Room) -> None:
        """The room has something to tell."""
        self._rooms.add(room)

    def due(self) -> list[Coroutine[Any, Any, None]]:
        """What is to be done in this tick."""
        rooms = list(self._rooms)
        self._rooms.clear()
        return [self._flush(room) for room in rooms]

    def heard(self, room: Room, message: dict[str, Any]) -> None:
        """What some process, this one too, says of a lecture."""
        match message:
            case {"pointer": body}:
                room.tell(soft("pointer", body))
            case {"hands lowered": _}:
                room.tell(soft("hands_lowered", {}))
            case {"voted": poll}:
                room.news.counting.add(poll)
                self.gather(room)
            case {"presence": process} if process != self._process:
                room.news.presence = True
                self.gather(room)

    async def _flush(self, room: Room) -> None:
        news, room.news = room.news, News()
        try:
            await self._tell(room, news)
        except Problem:  # the storage is out of reach: the next heartbeat gathers presence, and tallies with it
            room.news.voted |= news.voted | news.counting

    async def _tell(self, room: Room, news: News) -> None:
        if news.moved or news.presence:
            await self._tell_presence(room)
        if news.moved:
            await self._storage.tell(room.code, {"presence": self._process})
        for kind, body in news.said.items():
            await self._storage.tell(room.code, {kind: body})
        for poll in news.voted:
            await self._storage.tell(room.code, {"voted": poll})
        news.counting |= room.news.counting  # this process has heard itself by now
        room.news.counting = set()
        for poll in news.counting:
            await self._tell_tally(room, poll)

    async def _tell_presence(self, room: Room) -> None:
        everywhere = await self._storage.share(room.code, self._process, room.presence() if room.listeners else None)
        students = sum(each["students"] for each in everywhere)
        whole = {
            "students": students,
            "exploring": sum(each["exploring"] for each in everywhere),
            "hands": [name for each in everywhere for name in each["hands"]],
            "raised": sum(each["raised"] for each in everywhere),
            "identities": next(iter(await self._storage.identities(room.code)), 0),
        }
        room.tell(soft("presence", whole), presenters=True)
        room.tell(soft("presence", {"students": students}), presenters=False)

    async def _tell_tally(self, room: Room, name: str) -> None:
        tally = await self._storage.tally(room.code, name)
        votes = {"poll": name, "votes": sum(tally.values())}
        room.tell(Block.of(event("tally", {**votes, "tally": tally}), lane=f"tally {name}"), presenters=True)
        room.tell(Block.of(event("tally", votes), lane=f"tally {name}"), presenters=False)
