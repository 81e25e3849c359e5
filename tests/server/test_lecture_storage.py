"""What every storage of lectures keeps: run over SQLite and over a real Redis."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from app.lectures.entries import KINDS
from app.lectures.secret import ALPHABET
from app.lectures.storage import (
    CodeTaken,
    EpochChanged,
    FenceChanged,
    LectureEnded,
    LectureStorage,
    Moved,
    PollClosed,
    TooManyIdentities,
    UnknownLecture,
    UnknownParticipant,
    new_epoch,
)
from tests.server.storages import OTHER, PRESENTER, Opened, Room, appended, begun, command, new_code, redis, run, sqlite

POLL = ("poll opened", {"poll": "p"})
ODD = ["", "1", "0", "né", 'a "quoted" word', "🧠", "\u2028", "x" * 200, "null", "-1.5e-300", "a\nb"]


@pytest.fixture(params=["sqlite", "redis"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    if request.param == "sqlite":
        return sqlite(tmp_path)
    return redis(request.getfixturevalue("redis_server").url)


def test_a_new_lecture_begins_with_its_first_entries_and_is_held_by_who_made_it(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage, ("view", {"view": {"t": "3"}}))
        assert (record.last, record.fence, record.holder, record.session) == (2, 1, "laptop", PRESENTER)
        assert (record.ended, record.title) == (False, "RNNs")
        assert abs(record.created - time.time()) < 60
        assert await storage.record(record.code) == record
        entries = await storage.read(record.code, 0)
        assert [(entry.offset, entry.kind, entry.body) for entry in entries] == [
            (1, "scene", {"scene": "toy"}),
            (2, "view", {"view": {"t": "3"}}),
        ]
        assert {entry.epoch for entry in entries} == {record.epoch}
        assert all(entry.at >= record.created - 1 for entry in entries)

    run(opened, scenario)


def test_everything_is_there_after_the_storage_was_closed(opened: Opened) -> None:
    async def write(storage: LectureStorage) -> Any:
        record = await begun(storage, POLL)
        await storage.join(record.code, "ada", "Ada", "address", 5)
        await storage.vote(record.code, "p", "ada", "+")
        return await storage.record(record.code), await storage.read(record.code, 0)

    async def read(storage: LectureStorage) -> None:
        assert await storage.record(record.code) == record
        assert await storage.read(record.code, 0) == entries
        assert await storage.tally(record.code, "p") == {"+": 1}
        assert await storage.session(record.code, PRESENTER) == "laptop"

    record, entries = run(opened, write)
    run(opened, read)


def test_a_code_names_one_lecture(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        with pytest.raises(CodeTaken):
            await storage.create(record.code, "another", "phone", "key", OTHER, [])
        assert await storage.record(record.code) == record

    run(opened, scenario)


def test_what_is_asked_of_no_lecture_is_nothing_or_refused(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        code = new_code()
        assert await storage.record(code) is None
        assert await storage.read(code, 0) == []
        assert await storage.session(code, PRESENTER) is None
        assert await storage.plan(code) is None
        assert await storage.identities(code) == []
        assert await storage.tally(code, "p") == {}
        assert not await storage.use_key(code, "key", OTHER, "phone")
        await storage.delete(code)
        for asked in (
            storage.append(code, "epoch", 0, PRESENTER, command()),
            storage.take_over(code, "epoch", OTHER, "phone", "id"),
            storage.add_key(code, "key"),
            storage.join(code, "ada", "", "address", 5),
            storage.put_plan(code, "{}"),
        ):
            with pytest.raises(UnknownLecture):
                await asked
        with pytest.raises(UnknownParticipant):
            await storage.vote(code, "p", "ada", "+")
        assert await storage.record(code) is None

    run(opened, scenario)


@pytest.mark.parametrize("kind", KINDS)
def test_a_command_is_the_next_entry(opened: Opened, kind: str) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        entry = await appended(storage, record, kind, poll="p", text=ODD)
        assert (entry.epoch, entry.offset, entry.kind, entry.body) == (record.epoch, 2, kind, {"poll": "p", "text": ODD})
        assert (await storage.read(record.code, 1)) == [entry]
        now = await storage.record(record.code)
        assert now is not None
        assert (now.last, now.ended) == (2, kind == "ended")

    run(opened, scenario)


def test_who_has_not_seen_all_entries_adds_none(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        for expected in (0, 2, -1):
            with pytest.raises(Moved) as moved:
                await storage.append(record.code, record.epoch, expected, PRESENTER, command())
            assert moved.value.last == 1
        assert len(await storage.read(record.code, 0)) == 1

    run(opened, scenario)


def test_of_two_who_add_at_once_one_is_told_that_it_moved(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        both = [storage.append(record.code, record.epoch, 1, PRESENTER, command()) for _ in range(2)]
        first, second = await asyncio.gather(*both, return_exceptions=True)
        assert not isinstance(first, BaseException)
        assert isinstance(second, Moved)
        assert await storage.read(record.code, 1) == [first]

    run(opened, scenario)


def test_a_command_that_is_repeated_gets_its_entry_again_whatever_happened_since(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        done = command(view={"t": "1"})
        entry = await storage.append(record.code, record.epoch, 1, PRESENTER, done)
        again = storage.append(record.code, record.epoch, 1, PRESENTER, done)
        assert await again == entry
        taken = await storage.take_over(record.code, record.epoch, OTHER, "phone", "over")
        assert await storage.append(record.code, record.epoch, 1, PRESENTER, done) == entry
        await appended(storage, record, "ended")
        assert await storage.append(record.code, "another epoch", 77, "nobody", done) == entry
        assert await storage.take_over(record.code, record.epoch, OTHER, "phone", "over") == taken
        assert len(await storage.read(record.code, 0)) == 4

    run(opened, scenario)


def test_a_command_that_is_sent_twice_at_once_is_done_once(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        done = command()
        entries = await asyncio.gather(*(storage.append(record.code, record.epoch, 1, PRESENTER, done) for _ in range(20)))
        assert entries == [entries[0]] * 20
        assert await storage.read(record.code, 1) == entries[:1]

    run(opened, scenario)


def test_the_same_id_in_another_lecture_is_another_command(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        done = command()
        for record in (await begun(storage), await begun(storage)):
            assert (await storage.append(record.code, record.epoch, 1, PRESENTER, done)).offset == 2

    run(opened, scenario)


def test_a_command_for_another_epoch_is_refused(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        with pytest.raises(EpochChanged):
            await storage.append(record.code, "another", 1, PRESENTER, command())
        with pytest.raises(EpochChanged):
            await storage.take_over(record.code, "another", OTHER, "phone", "over")
        assert await storage.record(record.code) == record

    run(opened, scenario)


def test_who_takes_over_has_the_next_fence_and_the_old_one_is_told_who(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        entry = await storage.take_over(record.code, record.epoch, OTHER, "phone", "over")
        assert (entry.offset, entry.kind, entry.body) == (2, "presenter changed", {"fence": 2, "name": "phone"})
        for session, fence in ((PRESENTER, 1), (PRESENTER, 2), (OTHER, 1), (OTHER, 3)):
            with pytest.raises(FenceChanged) as refused:
                await storage.append(record.code, record.epoch, 2, session, command(fence=fence))
            assert (refused.value.holder, refused.value.fence) == ("phone", 2)
        assert (await storage.append(record.code, record.epoch, 2, OTHER, command(fence=2))).offset == 3
        now = await storage.record(record.code)
        assert now is not None
        assert (now.fence, now.holder, now.session) == (2, "phone", OTHER)

    run(opened, scenario)


def test_a_lecture_that_has_ended_takes_nothing_any_more(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage, POLL)
        await storage.join(record.code, "ada", "", "address", 5)
        await appended(storage, record, "ended")
        with pytest.raises(LectureEnded):
            await appended(storage, record)
        with pytest.raises(LectureEnded):
            await storage.take_over(record.code, record.epoch, OTHER, "phone", "over")
        with pytest.raises(PollClosed):
            await storage.vote(record.code, "p", "ada", "+")
        assert len(await storage.read(record.code, 0)) == 3

    run(opened, scenario)


def test_a_log_is_read_in_order_from_any_offset_and_in_pieces(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage, *(("view", {"number": number}) for number in range(2, 31)))
        whole = await storage.read(record.code, 0)
        assert [entry.offset for entry in whole] == list(range(1, 31))
        assert [entry.body["number"] for entry in whole[1:]] == list(range(2, 31))
        for after in (0, 1, 9, 10, 29, 30, 99):
            assert await storage.read(record.code, after) == whole[after:]
            assert await storage.read(record.code, after, limit=7) == whole[after : after + 7]

    run(opened, scenario)


def test_a_key_makes_one_session_of_its_own_lecture(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record, beside = await begun(storage), await begun(storage)
        await storage.add_key(record.code, "second")
        assert not await storage.use_key(beside.code, "second", OTHER, "phone")
        assert not await storage.use_key(record.code, "no key", OTHER, "phone")
        assert await storage.session(record.code, OTHER) is None
        used = await asyncio.gather(*(storage.use_key(record.code, "second", f"session {number}", "phone") for number in range(5)))
        assert used == [True, False, False, False, False]
        assert await storage.session(record.code, "session 0") == "phone"
        assert await storage.session(record.code, "session 1") is None
        assert await storage.use_key(record.code, "key", OTHER, "tablet")
        assert await storage.session(record.code, OTHER) == "tablet"
        assert await storage.session(record.code, PRESENTER) == "laptop"
        assert await storage.session(beside.code, OTHER) is None

    run(opened, scenario)


def test_an_address_has_only_so_many_participants(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        for name in ("ada", "alan", "ada", "grace"):
            await storage.join(record.code, name, "nickname", "classroom", 3)
        await storage.join(record.code, "edsger", "", "home", 3)
        with pytest.raises(TooManyIdentities):
            await storage.join(record.code, "barbara", "", "classroom", 3)
        await storage.join(record.code, "ada", "another nickname", "classroom", 3)
        await storage.join(record.code, "ada", "from elsewhere", "home", 3)
        assert await storage.identities(record.code) == [3, 1]

    run(opened, scenario)


def test_a_vote_counts_once_and_the_newest_holds(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage, POLL, ("poll opened", {"poll": "other"}))
        for name in ("ada", "alan"):
            await storage.join(record.code, name, "", "address", 5)
        for name, choice in (("ada", "+"), ("alan", "-"), ("ada", "+"), ("ada", "0")):
            await storage.vote(record.code, "p", name, choice)
        assert await storage.tally(record.code, "p") == {"0": 1, "-": 1}
        assert await storage.tally(record.code, "other") == {}

    run(opened, scenario)


def test_a_poll_takes_votes_while_it_is_open(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record, beside = await begun(storage), await begun(storage, POLL)
        await storage.join(record.code, "ada", "", "address", 5)
        with pytest.raises(PollClosed):
            await storage.vote(record.code, "p", "ada", "+")
        await appended(storage, record, "poll opened", poll="p")
        await storage.vote(record.code, "p", "ada", "+")
        await appended(storage, record, "poll closed", poll="p")
        with pytest.raises(PollClosed):
            await storage.vote(record.code, "p", "ada", "-")
        assert await storage.tally(record.code, "p") == {"+": 1}
        await appended(storage, record, "poll opened", poll="p")
        await storage.vote(record.code, "p", "ada", "-")
        assert await storage.tally(record.code, "p") == {"-": 1}
        await appended(storage, record, "poll revealed", poll="p")  # as a log that is made anew has it
        with pytest.raises(PollClosed):
            await storage.vote(record.code, "p", "ada", "+")
        await appended(storage, record, "poll opened", poll="p")
        for participant in ("alan", ""):
            with pytest.raises(UnknownParticipant):
                await storage.vote(record.code, "p", participant, "+")
        with pytest.raises(UnknownParticipant):
            await storage.vote(beside.code, "p", "ada", "+")

    run(opened, scenario)


def test_whatever_is_written_is_counted_as_it_was_written(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage, POLL)
        for number, choice in enumerate(ODD * 2):
            await storage.join(record.code, f"{number}", choice, "address", 99)
            await storage.vote(record.code, "p", f"{number}", choice)
        assert await storage.tally(record.code, "p") == dict.fromkeys(ODD, 2)

    run(opened, scenario)


def test_a_thousand_who_vote_at_once_some_twice_are_counted_exactly(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage, POLL)
        await asyncio.gather(*(storage.join(record.code, f"{number}", "", "address", 1000) for number in range(1000)))
        votes = [(f"{number}", "+" if number % 3 else "-") for number in [*range(1000), *range(0, 1000, 5)]]
        strangers = [storage.vote(record.code, "p", "a stranger", "+") for _ in range(10)]
        answers = await asyncio.gather(*(storage.vote(record.code, "p", *vote) for vote in votes), *strangers, return_exceptions=True)
        assert answers[: len(votes)] == [None] * len(votes)
        assert all(isinstance(answer, UnknownParticipant) for answer in answers[len(votes) :])
        assert await storage.tally(record.code, "p") == {"+": 666, "-": 334}

    run(opened, scenario)


def test_a_plan_is_kept_as_it_is(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        assert await storage.plan(record.code) is None
        for plan in ('{"steps": []}', '{"steps": ["é\\n"]}'):
            await storage.put_plan(record.code, plan)
            assert await storage.plan(record.code) == plan

    run(opened, scenario)


async def complete(storage: LectureStorage) -> str:
    """A lecture that has something of everything; its code."""
    record = await begun(storage, POLL)
    await storage.add_key(record.code, "second")
    await storage.join(record.code, "ada", "Ada", "address", 5)
    await storage.vote(record.code, "p", "ada", "+")
    await storage.put_plan(record.code, "{}")
    await storage.share(record.code, "process", {"students": 1})
    await appended(storage, record)
    return record.code


async def is_forgotten(storage: LectureStorage, code: str) -> bool:
    """Whether nothing that can be asked for is left."""
    answers = [
        await storage.record(code),
        await storage.read(code, 0),
        await storage.session(code, PRESENTER),
        await storage.use_key(code, "second", OTHER, "phone"),
        await storage.identities(code),
        await storage.tally(code, "p"),
        await storage.plan(code),
        await storage.share(code, "another", None),
    ]
    return not any(answers)


def test_a_lecture_that_is_deleted_is_forgotten_and_the_others_stay(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        code, beside = await complete(storage), await complete(storage)
        room, neighbour = Room(storage, code), Room(storage, beside)
        await storage.read(code, 0)
        await storage.delete(code)
        assert await is_forgotten(storage, code)
        await room.until(lambda: room.gone)
        assert await storage.tally(beside, "p") == {"+": 1}
        assert await storage.session(beside, PRESENTER) == "laptop"
        assert (room.broken, neighbour.gone) == ([], [])
        await storage.create(code, "again", "laptop", "key", PRESENTER, [])
        assert await storage.read(code, 0) == []

    run(opened, scenario)


def test_old_lectures_are_forgotten_and_younger_ones_stay(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        old = [await complete(storage) for _ in range(3)]
        young = await complete(storage)
        room = Room(storage, old[0])
        await storage.read(old[0], 0)
        record = await storage.record(young)
        assert record is not None
        assert set(old) <= set(await storage.expire(record.created))
        assert [await is_forgotten(storage, code) for code in old] == [True] * 3
        await room.until(lambda: room.gone)
        assert await storage.record(young) == record
        assert await storage.expire(record.created) == []

    run(opened, scenario)


def test_watchers_hear_in_order_what_is_committed_from_then_on(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record, beside = await begun(storage), await begun(storage)
        await appended(storage, record)
        room, another = Room(storage, record.code), Room(storage, record.code)
        await storage.read(record.code, 0)
        for _ in range(20):
            await appended(storage, record)
        await appended(storage, beside)
        await storage.take_over(record.code, record.epoch, OTHER, "phone", "over")
        for each in (room, another):
            await each.until(lambda each=each: 23 in each.offsets)  # type: ignore[misc]
            assert each.entries[-21:] == await storage.read(record.code, 2)

    run(opened, scenario)


def test_a_repeated_command_is_not_heard_again(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        room = Room(storage, record.code)
        await storage.read(record.code, 0)
        done = command()
        for _ in range(3):
            await storage.append(record.code, record.epoch, 1, PRESENTER, done)
        await appended(storage, record)
        await room.until(lambda: 3 in room.offsets)
        assert room.offsets == [2, 3]

    run(opened, scenario)


def test_who_watches_first_and_reads_second_misses_nothing(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)

        async def present() -> None:
            for expected in range(1, 150):
                await storage.append(record.code, record.epoch, expected, PRESENTER, command())

        async def join_late() -> None:
            room = Room(storage, record.code)
            last = (await storage.read(record.code, 0))[-1].offset
            await room.until(lambda: last == 150 or max(room.offsets, default=0) > last)
            heard = sorted({*range(1, last + 1), *room.offsets})
            assert heard == list(range(1, heard[-1] + 1))
            assert room.offsets == sorted(set(room.offsets))
            room.leave()

        presenting = asyncio.create_task(present())
        while not presenting.done():
            await join_late()
        await presenting

    run(opened, scenario)


def test_who_left_hears_nothing_more_and_may_leave_twice(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        room, stays = Room(storage, record.code), Room(storage, record.code)
        await storage.read(record.code, 0)
        room.leave()
        room.leave()
        await appended(storage, record)
        await storage.tell(record.code, {"hands": "lowered"})
        await stays.until(lambda: stays.entries and stays.messages)
        assert (room.entries, room.messages) == ([], [])
        stays.leave()
        later = Room(storage, record.code)
        await storage.read(record.code, 0)
        await appended(storage, record)
        await later.until(lambda: 3 in later.offsets)

    run(opened, scenario)


def test_a_watcher_that_fails_takes_nothing_from_the_others(opened: Opened, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError

    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        storage.watch(record.code, fail, fail, fail, fail)
        room = Room(storage, record.code)
        await storage.read(record.code, 0)
        await appended(storage, record)
        await storage.tell(record.code, {})
        await appended(storage, record)
        await storage.delete(record.code)
        await room.until(lambda: room.gone)
        assert room.offsets[-2:] == [2, 3]

    run(opened, scenario)
    assert "ZeroDivisionError" in caplog.text


def test_what_is_told_reaches_those_who_watch_and_is_kept_nowhere(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record, beside = await begun(storage), await begun(storage)
        room, neighbour = Room(storage, record.code), Room(storage, beside.code)
        await storage.read(record.code, 0)
        await storage.read(beside.code, 0)
        for number in range(5):
            await storage.tell(record.code, {"pointer": number, "text": ODD})
        await room.until(lambda: len(room.messages) == 5)
        assert room.messages == [{"pointer": number, "text": ODD} for number in range(5)]
        assert neighbour.messages == []
        assert (await storage.record(record.code)) == record

    run(opened, scenario)


def test_presence_is_that_of_every_process_until_it_is_gone(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        code, beside = (await begun(storage)).code, (await begun(storage)).code
        assert await storage.share(code, "one", {"students": 3}) == [{"students": 3}]
        both = await storage.share(code, "two", {"hands": ["é"]})
        assert sorted(both, key=str) == [{"hands": ["é"]}, {"students": 3}]
        assert {"students": 4} in await storage.share(code, "one", {"students": 4})
        assert await storage.share(beside, "one", None) == []
        assert await storage.share(code, "one", None) == [{"hands": ["é"]}]
        assert await storage.share(code, "two", None) == []

    run(opened, scenario)


def test_a_log_goes_on_under_a_new_epoch_with_all_that_is_stored(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage, POLL)
        before = await storage.read(record.code, 0)
        renewed = await storage.recreate(record, [("scene", {"scene": "toy"})], {OTHER: "phone"})
        assert renewed.epoch != record.epoch
        assert (renewed.last, renewed.fence, renewed.session) == (2, 1, PRESENTER)
        after = await storage.read(record.code, 0)
        assert [(entry.offset, entry.body) for entry in after] == [(entry.offset, entry.body) for entry in before]
        assert {entry.epoch for entry in after} == {renewed.epoch}
        assert await storage.session(record.code, OTHER) == "phone"
        with pytest.raises(EpochChanged):
            await storage.append(record.code, record.epoch, 2, PRESENTER, command())
        assert (await storage.append(record.code, renewed.epoch, 2, PRESENTER, command())).offset == 3

    run(opened, scenario)


def test_who_comes_second_goes_on_with_what_the_first_made(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        first = await storage.recreate(record, [], {})
        await storage.append(record.code, first.epoch, 1, PRESENTER, command())
        second = await storage.recreate(record, [("scene", {"scene": "of the second"})], {})
        assert (second.epoch, second.last) == (first.epoch, 2)

    run(opened, scenario)


def test_a_lecture_that_was_deleted_is_not_made_again(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        await storage.delete(record.code)
        with pytest.raises(UnknownLecture):
            await storage.recreate(record, [("scene", {"scene": "toy"})], {})
        assert await storage.record(record.code) is None

    run(opened, scenario)


def test_a_caller_who_goes_away_takes_nothing_with_it(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        record = await begun(storage)
        room = Room(storage, record.code)
        await storage.read(record.code, 0)
        for turns in range(20):
            leaving = asyncio.create_task(appended(storage, record))
            for _ in range(turns):
                await asyncio.wait([leaving], timeout=0)
            leaving.cancel()
            await asyncio.wait([leaving])
        await storage.check()  # after all that was on its way
        last = await appended(storage, record)
        await room.until(lambda: last.offset in room.offsets)
        assert room.offsets == list(range(2, last.offset + 1))
        assert [entry.offset for entry in await storage.read(record.code, 0)] == list(range(1, last.offset + 1))

    run(opened, scenario)


def test_it_can_be_written_to_and_says_that_it_is_up(opened: Opened) -> None:
    async def scenario(storage: LectureStorage) -> None:
        await storage.check()
        assert storage.state == "up"
        undo = storage.on_change(lambda state: None)
        undo()
        undo()

    run(opened, scenario)


def test_epochs_and_codes_are_of_their_letters() -> None:
    epochs = {new_epoch() for _ in range(1000)}
    assert len(epochs) == 1000
    assert {len(epoch) for epoch in epochs} == {11}
    assert len(ALPHABET) == 32 == len(set(ALPHABET))
    assert not {*"IO01"} & {*ALPHABET}
