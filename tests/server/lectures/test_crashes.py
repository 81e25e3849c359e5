"""F1: kill -9 in the middle. What was acknowledged is there, once, and everyone goes on from where they were."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.server.lectures.client import Answer, Listener, Place, Presenter, Student, listening, until_answered
from tests.server.lectures.pace import pause
from tests.server.lectures.seconds import within
from tests.server.lectures.seeds import chance, seeds
from tests.server.lectures.servers import LectureServer
from tests.server.serving import PATIENCE
from tests.watchdog import run

LISTENERS = 10
STUDENTS = 20
STEPS = 40
OPENED = 1  # the offset of the question


class Class:
    """A lecture under way: a presenter who moves on, and students who vote; each repeats until it is answered."""

    def __init__(self, presenter: Presenter, students: list[Student], seed: int) -> None:
        self.presenter, self.students = presenter, students
        self.chance = random.Random(seed)
        self.stored: dict[int, str] = {}  # offset -> step, as acknowledged
        self.choices: dict[str, str] = {}  # cookie -> the newest answer that was acknowledged

    @classmethod
    async def start(cls, place: Place, seed: int) -> Class:
        presenter = await Presenter.start(place)
        assert await presenter.opens("q") == OPENED
        students = [Student(place, presenter.code) for _ in range(STUDENTS)]
        await asyncio.gather(*(student.join() for student in students))
        return cls(presenter, students, seed)

    async def presents(self) -> None:
        for number in range(STEPS):
            offset = await self.presenter.step(number)
            assert offset not in self.stored
            self.stored[offset] = str(number)

    async def votes(self, student: Student) -> None:
        for _ in range(3):
            choice = self.chance.choice(["left", "right"])
            answer = await until_answered(lambda choice=choice: student.vote("q", choice))  # type: ignore[misc]
            assert answer.status == 200, answer
            self.choices[student.cookie] = choice

    async def all_of_it(self) -> None:
        await asyncio.gather(self.presents(), *(self.votes(student) for student in self.students))

    async def require_everything(self, listeners: list[Listener], patience: float) -> None:
        """What was acknowledged is stored once, where it was said to be; every listener has seen it, without a snapshot in between."""
        presenter = self.presenter
        last = await presenter.command("poll revealed", {"poll": "q"})
        await asyncio.gather(*(listener.at(last, patience) for listener in listeners))
        log = await presenter.log()
        assert [entry.offset for entry in log] == list(range(1, last + 1))
        assert {entry.offset: entry.body["view"]["step"] for entry in log if entry.kind == "view"} == self.stored
        assert [entry.kind for entry in log if entry.kind != "view"] == ["poll opened", "poll closed", "poll revealed"]
        state = await presenter.state()
        for listener in listeners:
            listener.require(state, "first", "resumed")
        self.require_tally(state.polls[0]["revealed"])

    def require_tally(self, revealed: dict[str, Any]) -> None:
        """One vote of everyone, the newest."""
        given = list(self.choices.values())
        assert revealed["votes"] == len(self.students) == len(given)
        assert revealed["tally"] == {choice: given.count(choice) for choice in set(given)}


@seeds(1, 50)
def test_a_server_that_is_killed_in_the_middle_loses_nothing_and_doubles_nothing(data: Path, seed: int) -> None:
    draw = chance(seed)

    async def lecture(server: LectureServer) -> None:
        it = await Class.start(Place(server.port), seed)
        async with listening(it.presenter.place, it.presenter.code, LISTENERS) as listeners:
            going_on = asyncio.create_task(it.all_of_it())
            await listeners[0].at(draw.randint(OPENED, STEPS // 2))
            await pause(draw.uniform(0, 0.02))  # the moment: anywhere in a commit, an answer or a broadcast
            server.kill()
            await asyncio.to_thread(server.start)
            await going_on
            await it.require_everything(listeners, 30)

    with LectureServer(data) as server:
        run(lecture(server))


def losing(presenter: Presenter) -> asyncio.Event:
    """Set as soon as a command of the presenter finds no server."""
    lost, send = asyncio.Event(), presenter.send

    async def sends(*given: Any) -> Answer:
        try:
            return await send(*given)
        except OSError:
            lost.set()
            raise

    presenter.send = sends  # type: ignore[method-assign]
    return lost


@pytest.mark.parametrize("moment", ["after commit", "before broadcast"])
@seeds(1, 10)
def test_a_server_that_dies_between_storing_answering_and_telling_has_stored_it_once(data: Path, moment: str, seed: int) -> None:
    number = chance(seed).randint(3, STEPS // 2)

    async def lecture(server: LectureServer) -> None:
        it = await Class.start(Place(server.port), seed)
        async with listening(it.presenter.place, it.presenter.code, LISTENERS) as listeners:
            lost = losing(it.presenter)
            alone = asyncio.create_task(it.presents())
            assert await asyncio.to_thread(server.ends) == -9
            await asyncio.wait_for(lost.wait(), PATIENCE)  # whatever the server had sent before has been read by now
            await listeners[0].until(lambda _: listeners[0].losses)
            told, acknowledged = listeners[0].seen.offset, len(it.stored)
            server.faults = {}
            await asyncio.to_thread(server.start)
            await alone
            assert told == OPENED + acknowledged - (moment == "before broadcast"), "answered, and nobody told; or neither of both"
            await asyncio.gather(*(it.votes(student) for student in it.students))
            await it.require_everything(listeners, 30)

    # the transactions before the first step: the lecture, its question, the students
    with LectureServer(data, faults={"die": {moment: number + (2 + STUDENTS if moment == "after commit" else OPENED)}}) as server:
        run(lecture(server))


@pytest.mark.long
@seeds(3, 3)
def test_after_a_restart_everyone_is_back_within_seconds(data: Path, seed: int) -> None:
    async def lecture(server: LectureServer) -> None:
        it = await Class.start(Place(server.port), seed)
        async with listening(it.presenter.place, it.presenter.code, LISTENERS, haste=1.0) as listeners:
            going_on = asyncio.create_task(it.all_of_it())
            await listeners[0].at(5)
            server.kill()
            began = time.monotonic()
            await asyncio.to_thread(server.start)
            back = time.monotonic()
            await going_on
            allowed = within(5 if back - began < 1 else 20)
            await it.require_everything(listeners, allowed)
            assert time.monotonic() - back < allowed

    with LectureServer(data) as server:
        run(lecture(server))
