"""Lectures in Redis, for any number of server processes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from app.databases import State, out_of_reach
from app.lectures.entries import Entry, encoded
from app.lectures.redis_calls import Calls, entry_of, flat, record_of
from app.lectures.redis_following import PAGE, Following
from app.lectures.storage import (
    LOG_BYTES,
    PRESENCE_SECONDS,
    Command,
    EpochChanged,
    First,
    Record,
    Undo,
    UnknownLecture,
    new_epoch,
    room_for,
)
from app.lectures.watchers import Watchers
from app.redis_link import Link


class RedisStorage:
    """Every method as LectureStorage has it: here each is a script that Redis runs in one step."""

    def __init__(self, link: Link, retry_after: int, log_bytes: int = LOG_BYTES) -> None:
        self._link = link
        self._log_bytes = log_bytes
        self._retry_after = retry_after
        self._calls = Calls(link)
        self._watchers = Watchers()
        self._following = Following(link, self._calls, self._watchers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """The link is closed by whoever opened it."""

    @property
    def state(self) -> State:
        """Whether Redis is there, and what it holds was looked at."""
        return self._link.state

    def on_change(self, changed: Callable[[State], None]) -> Undo:
        """Called when that changes."""
        return self._link.on_change(changed)

    async def create(self, code: str, title: str, holder: str, key: str, session: str, first: First) -> Record:
        """A new lecture."""
        (fields,) = await self._calls.call("create", code, new_epoch(), title, holder, session, key, *flat(first))
        return record_of(code, fields)

    async def record(self, code: str) -> Record | None:
        """What is kept of a lecture."""
        return await self._calls.find(code)

    async def append(self, code: str, epoch: str, expected: int, session: str, command: Command) -> Entry:
        """The command as entry expected + 1, or its entry again."""
        body = (command.kind, encoded(command.body), command.body.get("poll", ""), self._room_for(command.kind))
        return entry_of(*await self._add("append", code, command.id, epoch, expected, session, command.fence, *body))

    async def take_over(self, code: str, epoch: str, session: str, name: str, command_id: str) -> Entry:
        """The next fence for this session."""
        return entry_of(*await self._add("take_over", code, command_id, epoch, session, name, self._room_for("presenter changed")))

    def _room_for(self, kind: str) -> int | str:
        """How many bytes the log may have before an entry of this kind; empty: any number."""
        limit = room_for(kind, self._log_bytes)
        return "" if limit is None else limit

    async def _add(self, script: str, code: str, *arguments: Any) -> list[Any]:
        """A log that is not as it was is looked at, whoever finds out."""
        try:
            return await self._calls.call(script, code, *arguments)
        except (UnknownLecture, EpochChanged):
            self._following.suspect(code)
            raise

    async def recreate(self, record: Record, state: First, sessions: Mapping[str, str]) -> Record:
        """A new epoch, where nobody who has seen as much was first."""
        may = {record.session: record.holder, **sessions}
        known = (record.epoch, record.last, record.fence, record.holder, record.session, record.created, int(record.ended), record.title)
        names = [text for each in may.items() for text in each]
        (fields,) = await self._calls.call("recreate", record.code, new_epoch(), *known, len(may), *names, *flat(state))
        renewed = record_of(record.code, fields)
        self._following.go_on(renewed)
        return renewed

    async def read(self, code: str, after: int, limit: int = PAGE) -> list[Entry]:
        """The entries that follow an offset; of a lecture that is watched, once nothing can fall between."""
        try:
            await self._following.begun(code)
        except TimeoutError as error:
            raise out_of_reach(self._retry_after) from error
        return await self._calls.read(code, after, limit)

    async def add_key(self, code: str, key: str) -> None:
        """Another key."""
        await self._calls.call("add_key", code, key)

    async def use_key(self, code: str, key: str, session: str, name: str) -> bool:
        """A session for a key."""
        (used,) = await self._calls.call("use_key", code, key, session, name)
        return bool(used)

    async def session(self, code: str, session: str) -> str | None:
        """The session's name."""
        (name,) = await self._calls.call("session", code, session)
        return name if isinstance(name, str) else None

    async def join(self, code: str, participant: str, nickname: str, address: str, most: int) -> None:
        """A participant, or its new nickname."""
        await self._calls.call("join", code, participant, nickname, address, most)

    async def participates(self, code: str, participant: str) -> bool:
        """Whether the participant has joined."""
        (there,) = await self._calls.call("participates", code, participant)
        return bool(there)

    async def identities(self, code: str) -> list[int]:
        """How many participants each address has."""
        (counts,) = await self._calls.call("identities", code)
        return sorted(map(int, counts), reverse=True)

    async def vote(self, code: str, poll: str, participant: str, choice: str) -> None:
        """The participant's one vote."""
        await self._calls.call("vote", code, poll, participant, choice)

    async def tally(self, code: str, poll: str) -> dict[str, int]:
        """The votes, counted."""
        (tally,) = await self._calls.call("tally", code, poll)
        return dict(tally)

    async def put_plan(self, code: str, plan: str, names: Sequence[str] = ()) -> None:
        """Keep the plan."""
        await self._calls.call("put_plan", code, plan, *names)

    async def naming(self, names: Sequence[str]) -> set[str]:
        """Those that a lecture names."""
        (named,) = await self._calls.call("naming", "", *names)
        return set(named)

    async def size(self) -> int:
        """Bytes of all logs and plans."""
        (size,) = await self._calls.call("size", "")
        return int(size)

    async def plan(self, code: str) -> str | None:
        """The plan."""
        (plan,) = await self._calls.call("plan", code)
        return plan if isinstance(plan, str) else None

    async def delete(self, code: str) -> None:
        """Forget a lecture."""
        await self._calls.call("delete", code)

    async def expire(self, before: float) -> list[str]:
        """Forget the old ones, a hundred at a time."""
        expired: list[str] = []
        while codes := list((await self._calls.call("expire", "", before))[0]):
            expired += codes
        return expired

    async def tell(self, code: str, message: dict[str, Any]) -> None:
        """To every watcher of every process."""
        await self._calls.call("tell", code, encoded(message))

    async def share(self, code: str, process: str, presence: dict[str, Any] | None) -> list[dict[str, Any]]:
        """Everyone's presence; how old it is, Redis's own clock says."""
        (shared,) = await self._calls.call("share", code, process, "" if presence is None else encoded(presence), PRESENCE_SECONDS)
        return [json.loads(each) for each in shared]

    async def check(self) -> None:
        """A problem unless it can be written to."""
        await self._link.check()

    def watch(
        self,
        code: str,
        arrived: Callable[[Sequence[Entry]], None],
        soft: Callable[[dict[str, Any]], None],
        broken: Callable[[str], None] = lambda code: None,
        gone: Callable[[str], None] = lambda code: None,
    ) -> Undo:
        """Told of what any process commits."""
        undo = self._watchers.add(code, arrived, soft, broken, gone)
        self._following.begin(code)

        def stop() -> None:
            undo()
            if code not in self._watchers:
                self._following.end(code)

        return stop
