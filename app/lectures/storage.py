"""What a lecture needs of its storage: one interface over SQLite, for one process, and over Redis, for any number."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from app.databases import State
from app.lectures.entries import Entry

LOG_BYTES = 2**24  # that a log may have where no setting says otherwise
PRESENCE_SECONDS = 30  # a process that has said nothing for so long has no listeners any more

First = Sequence[tuple[str, dict[str, Any]]]  # kind and body of entries to come
Undo = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Command:
    """What the presenter does. The id is the client's: on a retry it is the same."""

    id: str
    kind: str
    body: dict[str, Any]
    fence: int


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of a lecture beside its log. `session` is the holder's: the hash of a secret, like every other here."""

    code: str
    epoch: str
    last: int
    fence: int
    holder: str
    session: str
    created: float
    ended: bool
    title: str


class Refused(Exception):
    """The storage is there, and what was asked breaks a rule of the lecture: nothing was stored."""


class CodeTaken(Refused):
    """Another lecture has this code."""


class UnknownLecture(Refused):
    """There is no lecture of this code."""


class EpochChanged(Refused):
    """The log was made anew since: what the caller knows of it is of another one."""


class LectureEnded(Refused):
    """Nothing can be added any more."""


class LectureFull(Refused):
    """The log has as many bytes as it may have."""


class FenceChanged(Refused):
    """Somebody else presents by now."""

    def __init__(self, holder: str, fence: int) -> None:
        super().__init__(holder, fence)
        self.holder = holder
        self.fence = fence


class Moved(Refused):
    """There are entries that the caller has not seen; `last` is the newest."""

    def __init__(self, last: int) -> None:
        super().__init__(last)
        self.last = last


class PollClosed(Refused):
    """This poll takes no votes, or is not there."""


class UnknownParticipant(Refused):
    """Nobody of this name has joined."""


class TooManyIdentities(Refused):
    """This address has as many participants as one may have."""


def room_for(kind: str, most: int) -> int | None:
    """How many bytes a log may have for an entry of this kind. It can always be ended, and brought to an end in good order."""
    return {"ended": None, "poll closed": 2 * most, "poll revealed": 2 * most, "presenter changed": 2 * most}.get(kind, most)


def new_epoch() -> str:
    """Eleven characters that were never an epoch before."""
    return secrets.token_urlsafe(8)


class LectureStorage(Protocol):
    """All lectures. Whatever has answered is stored; what is out of reach raises Problem("storage"). Opened and closed by `async with`."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def create(self, code: str, title: str, holder: str, key: str, session: str, first: First) -> Record:
        """A new lecture, held by this session with fence 1, that begins with these entries. CodeTaken."""

    async def record(self, code: str) -> Record | None:
        """What is kept of a lecture, if it is there."""

    async def append(self, code: str, epoch: str, expected: int, session: str, command: Command) -> Entry:
        """The command as entry expected + 1. A repeated id gets its entry again, whatever happened since.

        In the same step a poll opens or closes for votes, and the end closes all.
        UnknownLecture, EpochChanged, LectureEnded, LectureFull, FenceChanged, Moved.
        """

    async def take_over(self, code: str, epoch: str, session: str, name: str, command_id: str) -> Entry:
        """This session presents now, with the next fence; a repeated id as above.

        UnknownLecture, EpochChanged, LectureEnded, LectureFull.
        """

    async def recreate(self, record: Record, state: First, sessions: Mapping[str, str]) -> Record:
        """Goes on after `broken` under a new epoch, unless another process was first and knew as much. Gives what holds: read it anew.

        `state` are entries that lead to what the caller shows; they are added where the storage has lost what the caller had seen.
        `sessions` (hash -> name) may present. Whatever is still stored stays: log, votes, participants. UnknownLecture when it was deleted.
        """

    async def read(self, code: str, after: int, limit: int = 10_000) -> list[Entry]:
        """The entries that follow an offset, in order; all of the epoch that the log has now."""

    async def add_key(self, code: str, key: str) -> None:
        """Another key that makes one session. UnknownLecture."""

    async def use_key(self, code: str, key: str, session: str, name: str) -> bool:
        """Whether the key was good: it makes this session, once."""

    async def session(self, code: str, session: str) -> str | None:
        """The session's name, if it may present this lecture."""

    async def join(self, code: str, participant: str, nickname: str, address: str, most: int) -> None:
        """Who may vote; again, it is a new nickname. UnknownLecture; TooManyIdentities where this address has `most` already."""

    async def participates(self, code: str, participant: str) -> bool:
        """Whether the participant has joined."""

    async def identities(self, code: str) -> list[int]:
        """How many participants each address has, the largest first."""

    async def vote(self, code: str, poll: str, participant: str, choice: str) -> None:
        """The participant's one vote in this poll, the newest. UnknownParticipant, PollClosed."""

    async def tally(self, code: str, poll: str) -> dict[str, int]:
        """How many votes each choice has, counted."""

    async def put_plan(self, code: str, plan: str, names: Sequence[str] = ()) -> None:
        """Keep the presenter's plan, as JSON, and the ids that it names. UnknownLecture."""

    async def naming(self, names: Sequence[str]) -> set[str]:
        """Those of some ids of scenes and data sets that the log or the plan of a lecture names."""

    async def size(self) -> int:
        """Bytes of all logs and plans."""

    async def plan(self, code: str) -> str | None:
        """The presenter's plan, if there is one."""

    async def delete(self, code: str) -> None:
        """Forget a lecture and all that belongs to it; those who watch it are told that it is gone."""

    async def expire(self, before: float) -> list[str]:
        """Forget every lecture that was created before then; their codes."""

    def watch(
        self,
        code: str,
        arrived: Callable[[Sequence[Entry]], None],
        soft: Callable[[dict[str, Any]], None],
        broken: Callable[[str], None] = lambda code: None,
        gone: Callable[[str], None] = lambda code: None,
    ) -> Undo:
        """Called in the event loop, in order, for entries that any process commits from now on; and for what was told.

        Watch first and read the past second: then nothing falls between, and what comes twice is known by its offset.
        `broken`: the stored log does not continue what was seen here, and nothing arrives until `recreate`; told again until then.
        `gone`: the lecture was deleted.
        """

    async def tell(self, code: str, message: dict[str, Any]) -> None:
        """To every watcher of every process, this one too; never stored."""

    async def share(self, code: str, process: str, presence: dict[str, Any] | None) -> list[dict[str, Any]]:
        """This process's presence (None: it is gone) for that of all processes that spoke lately."""

    async def check(self) -> None:
        """A problem unless the storage can be written to."""

    @property
    def state(self) -> State:
        """Whether the storage is within reach, as far as is known."""

    def on_change(self, changed: Callable[[State], None]) -> Undo:
        """Called in the event loop whenever the state changes; after `broken`, where continuity was lost."""


async def whole_log(storage: LectureStorage, code: str) -> list[Entry]:
    """Every entry of a lecture, in order."""
    entries: list[Entry] = []
    while more := await storage.read(code, len(entries)):
        entries += more
    return entries
