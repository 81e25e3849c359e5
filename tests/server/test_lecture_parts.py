from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from app.errors import Problem
from app.lectures.blocks import Block
from app.lectures.entries import Entry
from app.lectures.listener import About, Listener
from app.lectures.mailbox import MOST_BLOCKS, MOST_BYTES, Mailbox
from app.lectures.room import Room
from app.lectures.secret import ALPHABET, new_code, read_code
from app.lectures.soft_news import SoftNews
from app.lectures.sqlite_storage import SqliteStorage
from app.lectures.state import State
from app.outlet import Outlet
from tests.server.lectures.client import folded


def block(offset: int, size: int = 10) -> Block:
    return Block.of(b"x" * size, offset)


def test_a_mailbox_keeps_entries_in_order_and_of_soft_news_the_newest() -> None:
    mailbox = Mailbox()
    mailbox.put(block(1))
    mailbox.put(Block.of(b"old", lane="pointer"))
    mailbox.put(block(2))
    mailbox.put(Block.of(b"new", lane="pointer"))
    assert [(each.offset, each.plain) for each in mailbox.take()] == [(1, b"x" * 10), (2, b"x" * 10), (None, b"new")]
    assert len(mailbox) == 0


@pytest.mark.parametrize(("count", "size"), [(MOST_BLOCKS, 10), (1, MOST_BYTES)])
def test_a_mailbox_holds_its_bounds_and_is_emptied_by_one_more(count: int, size: int) -> None:
    mailbox = Mailbox()
    for offset in range(count):
        mailbox.put(block(offset, size))
    assert not mailbox.overflowed
    mailbox.put(block(count))
    assert mailbox.overflowed
    assert len(mailbox) == 0
    mailbox.put(block(count + 1))
    assert mailbox.take() == []
    assert not mailbox.overflowed


def test_a_code_is_read_however_it_is_typed() -> None:
    code = new_code()
    assert set(code) <= set(ALPHABET)
    assert read_code(f" {code[:4].lower()}-{code[4:]}\n") == code
    assert read_code(code[:-1]) is None
    assert read_code(code[:-1] + "0") is None
    assert len({new_code() for _ in range(1000)}) == 1000


def entry(offset: int, kind: str, /, **body: object) -> Entry:
    return Entry("epoch", offset, kind, body, at=0.0)


def test_a_state_follows_from_the_log_alone() -> None:
    entries = [
        entry(1, "scene", scene="a" * 64, view={"step": "0"}),
        entry(2, "view", view={"step": "7"}),
        entry(3, "frozen", frozen=True),
        entry(4, "poll opened", poll="q", kind="choice", text="?", choices=["a", "b"]),
        entry(5, "presenter changed", fence=2, name="tablet"),
        entry(6, "poll revealed", poll="q", answer="a", why="so", tally={"a": 3}, votes=3),
        entry(7, "frozen", frozen=False),
    ]
    state = folded(State(title="t"), entries)
    assert (state.scene, state.view, state.frozen, state.fence, state.holder) == ("a" * 64, {"step": "7"}, False, 2, "tablet")
    poll = state.poll("q")
    assert poll is not None
    assert (poll["open"], poll["past"], poll["revealed"]["tally"], poll["offset"]) == (False, False, {"a": 3}, 4)
    moved = state.after(entry(8, "view", view={"step": "8"})).poll("q")
    assert moved is not None
    assert moved["past"], "what is over makes room"


def test_a_log_that_is_made_anew_leads_to_the_same_state() -> None:
    told = [
        entry(1, "scene", scene="a" * 64, view={"step": "7"}),
        entry(2, "poll opened", poll="q", kind="choice", text="?", choices=["a", "b"]),
        entry(3, "presenter changed", fence=3, name="tablet"),
        entry(4, "poll revealed", poll="q", answer="a", why="so", tally={"a": 3}, votes=3),
        entry(5, "blanked", blanked=True),
    ]
    state = folded(State(title="t", holder="desk"), told)
    again = folded(State(title="t", holder="desk"), [entry(i, kind, **body) for i, (kind, body) in enumerate(state.entries(), start=1)])
    assert replace(again, polls=()) == replace(state, polls=())
    assert [poll | {"offset": 0} for poll in again.polls] == [poll | {"offset": 0} for poll in state.polls]


def test_the_end_closes_every_poll_and_shows_the_class_its_screen_again() -> None:
    state = State(blanked=True).after(entry(1, "poll opened", poll="q", kind="words", text="?")).after(entry(2, "ended"))
    assert (state.ended, state.blanked, state.polls[0]["open"]) == (True, False, False)


def test_an_entry_of_no_known_kind_is_never_passed_over() -> None:
    with pytest.raises(ValueError, match="of the kind 'jumped'"):
        State().after(entry(1, "jumped"))


class Line:
    """What stands for a connection that nobody reads from."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, piece: bytes) -> None:
        self.written.append(piece)

    def set_write_buffer_limits(self, high: int) -> None:
        """There are no buffers."""

    def get_extra_info(self, name: str) -> None:
        return None


def test_who_went_away_before_the_stream_began_is_no_listener() -> None:
    async def comes_and_goes() -> bool:
        outlet = Outlet(Line(), chunked=False)  # type: ignore[arg-type]
        outlet.lost()
        return Listener(outlet, About(), lambda: block(1)).ended.done()

    assert asyncio.run(comes_and_goes())


def test_a_stream_behind_an_answer_that_nobody_reads_waits_for_it() -> None:
    async def comes_behind() -> tuple[list[bytes], list[bytes]]:
        line = Line()
        outlet = Outlet(line, chunked=False, paused=True)  # type: ignore[arg-type]
        listener = Listener(outlet, About(), lambda: block(1))
        listener.put(block(1))
        before = list(line.written)
        outlet.resumed()
        return before, line.written

    assert asyncio.run(comes_behind()) == ([], [b"x" * 10])


@asynccontextmanager
async def room_with_news(folder: Path) -> AsyncIterator[tuple[Room, SoftNews, SqliteStorage]]:
    """A room, and what tells its soft news."""
    async with SqliteStorage(folder, 2.0, 1) as storage:
        news = SoftNews(storage)
        room = Room(await storage.create(new_code(), "t", "desk", "key", "session", ()), storage, news.gather)
        storage.watch(room.code, room.arrived, lambda message: news.heard(room, message))
        yield room, news, storage


def test_a_tally_that_could_not_be_told_is_told_when_the_storage_is_back(tmp_path: Path) -> None:
    async def votes() -> None:
        async with room_with_news(tmp_path) as (room, news, storage):
            line = Line()
            with room.listen(Outlet(line, chunked=False), About(), None):  # type: ignore[arg-type]
                told = storage.tell
                storage.tell = AsyncMock(side_effect=Problem("storage", "away"))  # type: ignore[method-assign]
                room.voted("q")
                await asyncio.gather(*news.due())
                assert not any(b"event: tally" in piece for piece in line.written)
                storage.tell = told  # type: ignore[method-assign]
                room.changed_presence()  # as each heartbeat does
                await asyncio.gather(*news.due())
                assert any(b"event: tally" in piece for piece in line.written)

    asyncio.run(votes())


def test_whoever_comes_while_the_storage_is_away_hears_so_too(tmp_path: Path) -> None:
    async def comes() -> None:
        async with room_with_news(tmp_path) as (room, _, storage):
            storage.state, line = "down", Line()
            with room.listen(Outlet(line, chunked=False), About(), None):  # type: ignore[arg-type]
                assert b'event: link\ndata: {"state": "paused"}' in line.written[-1]

    asyncio.run(comes())
