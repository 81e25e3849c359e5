"""A lecture's people as programs: who presents, who votes, and who listens and comes back as the page does."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import urlencode

from app.lectures.entries import Entry
from app.lectures.state import State
from tests.server.lectures.pace import pause
from tests.server.serving import PATIENCE, split

JSON = {"Content-Type": "application/json"}
SOFT = ("tally", "presence", "pointer", "hands_lowered", "heartbeat", "restart", "link", "deleted")
LONGEST_WAIT, FIRST_WAIT = 20.0, 0.5  # s: as the page has them
SILENCE = 25.0  # s without a word after which a listener comes anew


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server is reached: its own port, or a proxy's."""

    port: int
    path: str = ""
    host: str = "127.0.0.1"
    source: str = ""  # where whoever asks comes from: Linux has all of 127.0.0.0/8

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection of one's own."""
        return await asyncio.open_connection(self.host, self.port, local_addr=(self.source, 0) if self.source else None)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document

    @property
    def problem(self) -> str:
        """The name of the problem, or nothing."""
        return self.document["type"].rpartition("/")[2] if self.headers.get("content-type") == "application/problem+json" else ""

    @property
    def cookie(self) -> str:
        """What the browser would send from now on."""
        return self.headers.get("set-cookie", "").partition(";")[0]


def request_bytes(place: Place, method: str, path: str, body: Any = None, cookie: str = "", **headers: str) -> bytes:
    """One request, after which the connection closes."""
    told = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Host": place.host, "Connection": "close"} | ({"Cookie": cookie} if cookie else {})
    if body is not None:
        sent |= JSON | {"Content-Length": str(len(told))}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{method} {place.path}{path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", ""]
    return "\r\n".join(lines).encode() + told


async def ask(place: Place, method: str, path: str, body: Any = None, cookie: str = "", **headers: str) -> Answer:
    """One request over a connection of its own. ConnectionError where the answer does not come whole."""
    reader, writer = await place.connect()
    try:
        writer.write(request_bytes(place, method, path, body, cookie, **headers))
        async with asyncio.timeout(PATIENCE):
            received = await reader.read(-1)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    if b"\r\n\r\n" not in received:
        raise ConnectionResetError("the answer did not come")
    status, sent, content = split(received)
    if len(content) < int(sent.get("content-length", "0")):
        raise ConnectionResetError("half an answer came")
    return Answer(status, sent, content)


async def until_answered(work: Callable[[], Awaitable[Answer]], seed: int = 0) -> Answer:
    """Again and again, until the server has said something else than that it is away, busy or out of storage."""
    chance = random.Random(seed)
    async with asyncio.timeout(2 * PATIENCE):
        while True:
            with suppress(OSError):
                answer = await work()
                if answer.status not in (429, 503, 502, 504) and answer.problem != "lecture-changed":
                    return answer
            await pause(chance.uniform(0.01, 0.1))


class Presenter:
    """A device that presents: it has the cookie, and numbers its commands."""

    def __init__(self, place: Place, code: str, cookie: str, fence: int = 1, name: str = "") -> None:
        self.place, self.code, self.cookie, self.fence, self.name = place, code, cookie, fence, name
        self.key = ""
        self.acknowledged: dict[str, int] = {}  # command -> offset
        self._numbers = itertools.count(1)

    @classmethod
    async def start(cls, place: Place, title: str = "", device: str = "desk", **more: Any) -> Self:
        """A new lecture."""
        answer = await ask(place, "POST", "/api/lectures", {"title": title, "device": device, **more})
        assert answer.status == 201, answer
        started = cls(place, answer.document["code"], answer.cookie, name=device)
        started.key = answer.document["key"]
        return started

    @property
    def path(self) -> str:
        return f"/api/lectures/{self.code}"

    def new_id(self) -> str:
        """Of a command that was never sent before."""
        return f"{self.name or 'device'}-{next(self._numbers)}"

    async def send(self, kind: str, body: dict[str, Any], name: str | None = None, fence: int | None = None) -> Answer:
        """One try of a command."""
        name = name or self.new_id()
        sent = {"id": name, "kind": kind, "body": body, "fence": self.fence if fence is None else fence}
        answer = await ask(self.place, "POST", f"{self.path}/commands", sent, self.cookie)
        if answer.status == 200:
            self.acknowledged[name] = answer.document["offset"]
        return answer

    async def command(self, kind: str, body: dict[str, Any] | None = None) -> int:
        """A command that is repeated, with its id, until it is answered; its offset."""
        name = self.new_id()
        answer = await until_answered(lambda: self.send(kind, body or {}, name))
        assert answer.status == 200, answer
        offset: int = answer.document["offset"]
        return offset

    async def step(self, number: int, **parts: str) -> int:
        """Moves the playhead."""
        return await self.command("view", {"view": {"step": str(number), **parts}})

    async def opens(self, poll: str, **question: Any) -> int:
        """Asks a question; by default which of two."""
        asked = {"kind": "choice", "text": "Which?", "choices": ["left", "right"]} | question
        return await self.command("poll opened", {"poll": poll, **asked})

    async def another(self, name: str) -> Presenter:
        """A second device that may present, by a key of the first."""
        made = await ask(self.place, "POST", f"{self.path}/keys", {"device": name}, self.cookie)
        used = await ask(self.place, "POST", f"{self.path}/presenter", {"key": made.document["key"], "device": name})
        assert used.status == 200, used
        return Presenter(self.place, self.code, used.cookie, fence=0, name=name)

    async def take_over(self) -> Answer:
        """From now on this device presents."""
        name = self.new_id()
        answer = await until_answered(lambda: self.send("presenter changed", {"name": self.name}, name))
        seen = await ask(self.place, "GET", self.path, cookie=self.cookie)
        self.fence = seen.document["fence"]
        return answer

    async def log(self) -> list[Entry]:
        """Everything that the server has stored."""
        recording = await until_answered(lambda: ask(self.place, "GET", f"{self.path}/recording"))
        return [Entry(**entry) for entry in recording.document["entries"]]

    async def state(self) -> State:
        """What the stored log comes to."""
        seen = (await until_answered(lambda: ask(self.place, "GET", self.path))).document
        return folded(State(title=seen["title"], holder="desk"), await self.log())


class Student:
    """Takes part, and votes."""

    def __init__(self, place: Place, code: str, cookie: str = "") -> None:
        self.place, self.code, self.cookie = place, code, cookie

    async def join(self, nickname: str = "") -> Answer:
        """Asks for the cookie that votes."""
        answer = await ask(self.place, "PUT", f"/api/lectures/{self.code}/participant", {"nickname": nickname}, self.cookie)
        self.cookie = answer.cookie or self.cookie
        return answer

    async def vote(self, poll: str, choice: str) -> Answer:
        """One try."""
        return await ask(self.place, "PUT", f"/api/lectures/{self.code}/polls/{poll}/vote", {"choice": choice}, self.cookie)


def folded(state: State, entries: Iterable[Entry]) -> State:
    """The state after so many entries."""
    for entry in entries:
        state = state.after(entry)
    return state


def state_of(document: dict[str, Any]) -> State:
    """The state of a snapshot."""
    return State(**{**document, "polls": tuple(document["polls"])})


@dataclass(slots=True)
class Seen:
    """What a listener has seen, over all of its connections, and everything that was wrong with it."""

    epoch: str = ""
    offset: int = 0
    state: State = field(default_factory=State)
    openings: list[str] = field(default_factory=list)  # how its streams began: resumed, or why there was a snapshot
    retries: list[int] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    soft: dict[str, dict[str, Any]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    opened: bool = False  # this stream has said how it begins

    @property
    def position(self) -> str | None:
        """As Last-Event-ID has it."""
        return f"{self.epoch}:{self.offset}" if self.epoch else None

    @property
    def began(self) -> str:
        """How the last stream began."""
        return self.openings[-1]

    def take(self, block: bytes) -> None:
        """One block of the stream."""
        fields = dict(line.split(": ", 1) for line in block.decode().split("\n"))
        if "retry" in fields:
            self.opened = False
            self.retries.append(int(fields["retry"]))
        if "event" not in fields:
            return
        kind, data = fields["event"], json.loads(fields["data"])
        self.counts[kind] += 1
        if kind == "snapshot":
            self._snapshot(data)
        elif kind == "resumed":
            self._resumed(data)
        elif not self.opened:
            self.faults.append(f"{kind} before the stream said how it begins")
        elif kind in SOFT:
            self._soft(kind, data)
        else:
            self._entry(kind, data, fields.get("id", ""))

    def _snapshot(self, data: dict[str, Any]) -> None:
        if data["epoch"] == self.epoch and data["offset"] < self.offset and data["reason"] != "future":
            self.faults.append(f"a snapshot goes back from {self.offset} to {data['offset']}")
        self._opens(data["reason"])
        self.epoch, self.offset, self.state = data["epoch"], data["offset"], state_of(data["state"])

    def _opens(self, how: str) -> None:
        if not self.opened:
            self.openings.append(how)
        self.opened = True

    def _resumed(self, data: dict[str, Any]) -> None:
        if self.opened or (data["epoch"], data["from"]) != (self.epoch, self.offset):
            self.faults.append(f"resumed from {data['epoch']}:{data['from']}, being at {self.position}")
        self._opens("resumed")

    def _soft(self, kind: str, data: dict[str, Any]) -> None:
        self.soft[kind] = data
        if kind == "heartbeat" and (data["epoch"], data["offset"]) != (self.epoch, self.offset):
            self.faults.append(f"a heartbeat of {data['epoch']}:{data['offset']}, being at {self.position}")

    def _entry(self, kind: str, data: dict[str, Any], place: str) -> None:
        offset, at = data.pop("offset"), data.pop("at")
        entry = Entry(place.partition(":")[0], offset, kind.replace("_", " "), data, at)
        if (entry.epoch, offset) != (self.epoch, self.offset + 1) or place != f"{entry.epoch}:{offset}":
            self.faults.append(f"{place} follows {self.position}")
        self.offset, self.state = offset, self.state.after(entry)
        self.entries.append(entry)


class Listener:
    """Follows a lecture in a task of its own, and comes back with its position whenever the stream ends, until the block ends.

    `haste`: by how much its waits are shorter than the page's; what it does is the same.
    """

    def __init__(self, place: Place, code: str, cookie: str = "", haste: float = 0.02, seed: int = 0, **query: str) -> None:
        self.place, self.code, self.cookie, self.query = place, code, cookie, query
        self.seen = Seen()
        self.losses = 0
        self.refused: Counter[int] = Counter()  # answers that were no stream
        self.endings: list[str] = []  # "whole": the stream said its end; "broken"
        self.connected = asyncio.Event()
        self.window = 0.0  # s within which the server has asked it to come back
        self._haste = haste
        self._chance = random.Random(seed)
        self._changed = asyncio.Condition()
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._follow())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self._let_go()

    async def _follow(self) -> None:
        try:
            await self._come_back_for_ever()
        finally:
            await self._tell()  # nobody waits for a listener that has failed

    async def _come_back_for_ever(self) -> None:
        failed = 0
        while True:
            try:
                opened = await self._listen()
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                opened = self.connected.is_set()
                self.endings.append("broken")
            await self._let_go()
            self.losses += 1
            await self._tell()
            failed = 0 if opened else failed + 1
            await self._wait(failed)

    async def _wait(self, failed: int) -> None:
        """R9: the cap first, then by chance; after a restart within the window that the server named."""
        self.window = self.seen.soft.pop("restart", {}).get("within", 0.0)
        most = self.window or min(LONGEST_WAIT, FIRST_WAIT * 2**failed)
        await pause(self._haste * self._chance.uniform(0, most))

    async def _let_go(self) -> None:
        self.connected.clear()
        if self._writer:
            self._writer.close()
            with suppress(OSError):
                await self._writer.wait_closed()
            self._writer = None

    def drop(self) -> None:
        """The network is gone, for this connection."""
        if self._writer:
            self._writer.transport.abort()

    async def _listen(self) -> bool:
        """One connection, from its beginning to its end; whether it was a stream."""
        reader, self._writer = await self.place.connect()
        query = urlencode(self.query)
        headers = {"Last_Event_ID": self.seen.position} if self.seen.position else {}
        path = f"/api/lectures/{self.code}/events{query and '?'}{query}"
        self._writer.write(request_bytes(self.place, "GET", path, cookie=self.cookie, **headers))
        async with asyncio.timeout(SILENCE):
            head = await reader.readuntil(b"\r\n\r\n")
        status, sent, _ = split(head)
        self.seen.opened = False
        if status != 200:
            self.refused[status] += 1
            return False
        await self._read(events_of(reader, "chunked" in sent.get("transfer-encoding", "")))
        self.endings.append("whole")
        return True

    async def _read(self, blocks: AsyncIterator[bytes]) -> None:
        async for block in blocks:
            self.seen.take(block)
            if self.seen.opened:
                self.connected.set()
            await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, true: Callable[[Seen], Any], patience: float = PATIENCE) -> None:
        """Waits until what was seen has become so."""
        async with asyncio.timeout(patience), self._changed:
            await self._changed.wait_for(lambda: self._task.done() or true(self.seen))
        if self._task.done() and not true(self.seen):
            self._task.result()  # what went wrong with it
            raise AssertionError(self.story)

    async def welcomed(self) -> None:
        """Waits until a stream of it has begun."""
        try:
            await self.until(lambda _: self.connected.is_set(), 2 * PATIENCE)
        except TimeoutError:
            raise AssertionError(f"waits for its stream: {self.story}") from None

    async def at(self, offset: int, patience: float = PATIENCE) -> None:
        """Waits until it has come so far."""
        try:
            await self.until(lambda seen: seen.offset >= offset, patience)
        except TimeoutError:
            raise AssertionError(f"waits for {offset}: {self.story}") from None

    @property
    def story(self) -> str:
        """What has happened to it, for a message."""
        ways = f"began {self.seen.openings[-5:]}, ended {self.endings[-5:]}, refused {dict(self.refused)}"
        return f"at {self.seen.position}, {ways}, {self.seen.faults}"

    def require(self, state: State, *kinds: str) -> None:
        """No gap, no duplicate, and the state that is wanted; `kinds`: how its streams may have begun."""
        assert not self.seen.faults, self.story
        assert comparable(self.seen.state) == comparable(state), self.story
        if kinds:
            assert set(self.seen.openings) <= set(kinds), self.story


def comparable(state: State) -> State:
    """A view that is not there and an empty one are the same picture."""
    return replace(state, view=state.view or {})


async def events_of(reader: asyncio.StreamReader, chunked: bool) -> AsyncIterator[bytes]:
    """The blocks of a stream, until it ends well. IncompleteReadError where a chunked one breaks off."""
    rest = b""
    async for piece in pieces_of(reader, chunked):
        *blocks, rest = (rest + piece).split(b"\n\n")
        for block in blocks:
            if block and not block.startswith(b":"):
                yield block


async def pieces_of(reader: asyncio.StreamReader, chunked: bool) -> AsyncIterator[bytes]:
    """As they come; silence ends in a TimeoutError."""
    while True:
        async with asyncio.timeout(SILENCE):
            if chunked:
                size = int(await reader.readuntil(b"\r\n"), 16)
                piece = (await reader.readexactly(size + 2))[:-2]
            else:
                piece = await reader.read(65536)
        if not piece:
            return
        yield piece


@asynccontextmanager
async def listening(place: Place, code: str, count: int, **options: Any) -> AsyncIterator[list[Listener]]:
    """So many listeners, all of them welcomed."""
    listeners = [Listener(place, code, seed=number, **options) for number in range(count)]
    try:
        for listener in listeners:
            await listener.__aenter__()
        await asyncio.gather(*(listener.welcomed() for listener in listeners))
        yield listeners
    finally:
        await asyncio.gather(*(listener.__aexit__() for listener in listeners))
