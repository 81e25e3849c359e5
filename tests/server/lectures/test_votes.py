"""F9: a class answers at once, impatiently, over bad connections. Each of them counts once."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.server.lectures.beside import Baseline, Witness
from tests.server.lectures.client import Answer, Listener, Place, Presenter, Student, until_answered
from tests.server.lectures.pace import pause
from tests.server.lectures.proxy import Proxy
from tests.server.lectures.seconds import within
from tests.server.lectures.seeds import chance, seeds, sizes
from tests.server.lectures.servers import LectureServer
from tests.watchdog import run

CHOICES = ("left", "right", "both")
AT_ONCE = 100  # connections of the class at the same time
WITHIN = 3.0  # s in which all of them vote


class Voter:
    """A student with a hasty finger and a bad connection: every number of it is drawn beforehand."""

    def __init__(self, student: Student, draw: random.Random) -> None:
        self.student = student
        self.choices = [draw.choice(CHOICES)] * (2 if draw.random() < 0.2 else 1)  # one in five clicks twice
        if draw.random() < 0.1:
            self.choices.append(draw.choice(CHOICES))  # and one in ten thinks again
        self.loses = draw.random() < 0.05  # one in twenty never sees the answer, and asks again
        self.moment = draw.uniform(0, WITHIN)
        self.delays: list[float] = []

    async def votes(self, poll: str) -> None:
        for choice in self.choices:
            if self.loses:
                await self._without_the_answer(poll, choice)
            began = time.monotonic()
            answer = await until_answered(lambda choice=choice: self.student.vote(poll, choice))  # type: ignore[misc]
            self.delays.append(time.monotonic() - began)
            assert answer.status == 200, answer

    async def _without_the_answer(self, poll: str, choice: str) -> None:
        """The request arrives; the connection ends before the answer."""
        lost = asyncio.create_task(self.student.vote(poll, choice))
        await pause(0.005)
        lost.cancel()
        await asyncio.gather(lost, return_exceptions=True)


@sizes("count", 250, 1000)
@seeds(1, 3)
def test_the_tally_is_the_number_of_those_who_voted(data: Path, count: int, seed: int) -> None:
    draw, whole = chance(seed), count == 1000

    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        async with Baseline(server), Witness(place, 0.1 if whole else None):
            presenter = await Presenter.start(place)
            voters = [Voter(Student(place, presenter.code), draw) for _ in range(count)]
            gate = asyncio.Semaphore(AT_ONCE)

            async def joins(voter: Voter) -> None:
                async with gate:
                    assert (await voter.student.join()).status == 200

            async def votes(voter: Voter) -> None:
                await pause(voter.moment if whole else 0)
                async with gate:
                    await voter.votes("q")

            await asyncio.gather(*map(joins, voters))
            async with Listener(place, presenter.code, presenter.cookie, **{"as": "presenter"}) as projector:
                await presenter.opens("q", choices=list(CHOICES))
                await asyncio.gather(*map(votes, voters))
                await projector.until(lambda seen: seen.soft.get("tally", {}).get("votes") == count)
                last = await presenter.command("poll revealed", {"poll": "q", "answer": "both"})
                await projector.at(last)
                revealed = projector.seen.state.polls[0]["revealed"]
                assert revealed["votes"] == count
                assert revealed["tally"] == Counter(voter.choices[-1] for voter in voters)
                await projector.until(lambda seen: seen.soft["tally"]["tally"] == revealed["tally"])
                projector.require(await presenter.state(), "first")
            if whole:
                delays = sorted(delay for voter in voters for delay in voter.delays)
                assert delays[int(0.99 * len(delays))] < within(1.0)

    with LectureServer(data) as server:
        run(lecture(server))


def test_students_see_how_many_have_voted_but_not_what_until_it_is_revealed(server: LectureServer) -> None:
    async def lecture() -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place)
        async with Listener(place, presenter.code) as student:
            await presenter.opens("q")
            voter = Student(place, presenter.code)
            await voter.join()
            await voter.vote("q", "left")
            await student.until(lambda seen: seen.soft.get("tally", {}).get("votes") == 1)
            assert student.seen.soft["tally"] == {"poll": "q", "votes": 1}
            await student.at(await presenter.command("poll revealed", {"poll": "q"}))
            assert student.seen.state.polls[0]["revealed"]["tally"] == {"left": 1}

    run(lecture())


@pytest.mark.parametrize("moment", ["before the request arrives", "after it arrived"])
def test_a_vote_whose_connection_broke_counts_once_when_it_is_repeated(server: LectureServer, moment: str) -> None:
    async def lecture() -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place)
        await presenter.opens("q")
        async with Proxy(server.port) as network:
            voter = Student(network.place, presenter.code)
            await voter.join()
            network.swallows = moment == "before the request arrives"
            lost = asyncio.create_task(voter.vote("q", "left"))
            async with Listener(place, presenter.code) as watching:
                if network.swallows:
                    await pause(0)
                    lost.cancel()
                else:
                    await watching.until(lambda seen: seen.soft.get("tally", {}).get("votes") == 1)
                network.cut()
                await asyncio.gather(lost, return_exceptions=True)
                network.swallows = False
                assert (await voter.vote("q", "left")).status == 200
                await watching.at(await presenter.command("poll revealed", {"poll": "q"}))
                assert watching.seen.state.polls[0]["revealed"]["tally"] == {"left": 1}

    run(lecture())


def test_a_vote_that_comes_while_the_question_is_revealed_is_counted_or_refused_and_never_both(server: LectureServer) -> None:
    async def lecture() -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place)
        for turn in range(5):
            poll = f"q{turn}"
            await presenter.opens(poll)
            voters = [Student(place, presenter.code) for _ in range(20)]
            await asyncio.gather(*(voter.join() for voter in voters))
            revealing = asyncio.create_task(presenter.command("poll revealed", {"poll": poll}))
            answers: list[Answer] = await asyncio.gather(*(voter.vote(poll, "left") for voter in voters))
            await revealing
            counted = [answer for answer in answers if answer.status == 200]
            assert all(answer.problem == "poll-closed" for answer in answers if answer.status != 200)
            revealed = (await presenter.state()).polls[turn]["revealed"]
            assert revealed["votes"] == len(counted) == sum(revealed["tally"].values())

    run(lecture())
