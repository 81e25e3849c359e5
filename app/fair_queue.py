"""Turns for jobs of which only so many run at once: clients get equal shares of the work, and small jobs go first."""

from __future__ import annotations

import asyncio
import math
from bisect import insort
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from app.clients import client
from app.counting import SMALL, Cost
from app.errors import Problem


@dataclass(eq=False, slots=True)
class Turn:
    """A job that waits or runs. arrived: how far the queue's clock had come."""

    client: str
    cost: Cost
    arrived: float
    began: asyncio.Future[None]

    @property
    def rank(self) -> float:
        """Its place among the turns of its client."""
        return self.arrived + self.cost.work

    @property
    def is_small(self) -> bool:
        """Whether it may run in a place for small jobs."""
        return self.cost.work <= SMALL.work


class FairQueue:
    """Start-time fair queueing by client (Goyal, Vin and Cheng 1996). The clock counts work, not time.

    Of one client's jobs the smallest goes first; a large one goes before small ones that arrive once the clock has moved on by its work.
    """

    def __init__(
        self, places: int, waiting: int, retry_after: int, *, small_places: int = 0, work: float = math.inf, numbers: float = math.inf
    ) -> None:
        """work: how much of it may wait. numbers: how many all jobs that run may hold together; a job that holds more runs alone."""
        self._places, self._small_places = places, small_places
        self._most, self._work, self._numbers = places + waiting, work, numbers
        self._retry_after = retry_after
        self._clock = 0.0
        self._served: dict[str, float] = {}  # up to where on the clock each client has had its share
        self._waiting: dict[str, list[Turn]] = {}  # by client, in the order of rank
        self.running: set[Turn] = set()
        self._closed = False

    async def turn(self, cost: Cost) -> Turn:
        """Waits for a turn, which ends with `leave`. 429 when there is no place to wait; who stops waiting leaves the queue."""
        turn = self.enter(cost)
        await self.begun(turn)
        return turn

    def enter(self, cost: Cost) -> Turn:
        """A turn that waits, or that has begun. Where all places are taken, the client with the most work waiting loses its largest job."""
        if self._closed:
            raise self._busy("The server is being restarted.")
        turn = Turn(client.get(), cost, self._clock, asyncio.get_running_loop().create_future())
        while self._is_full(turn):
            self._refuse(turn)
        insort(self._waiting.setdefault(turn.client, []), turn, key=lambda each: each.rank)
        self._begin()
        return turn

    async def begun(self, turn: Turn) -> None:
        """Until the turn has begun; a problem if another job got its place."""
        try:
            await turn.began
        except BaseException:
            self.leave(turn)
            raise

    def leave(self, turn: Turn) -> None:
        """Ends a turn, whether it waits or runs."""
        self.running.discard(turn)
        self._forget(turn)
        self._begin()

    def close(self) -> None:
        """Nobody waits any more."""
        self._closed = True
        for turn in list(chain.from_iterable(self._waiting.values())):
            self._turn_away(turn, self._busy("The server is being restarted."))

    @property
    def waiting(self) -> int:
        """How many turns wait."""
        return sum(map(len, self._waiting.values()))

    def of_client(self) -> int:
        """How many turns the client of this request has, waiting or running."""
        name = client.get()
        return len(self._waiting.get(name, ())) + sum(turn.client == name for turn in self.running)

    def order(self) -> Iterator[Turn]:
        """Those who wait, in the order in which they will begin if nobody else comes."""
        waiting, served = {name: list(turns) for name, turns in self._waiting.items()}, dict(self._served)
        while waiting:
            turn = min((turns[0] for turns in waiting.values()), key=lambda each: _end(each, served))
            served[turn.client] = _end(turn, served)
            waiting[turn.client].pop(0)
            if not waiting[turn.client]:
                del waiting[turn.client]
            yield turn

    def _begin(self) -> None:
        while turn := self._next():
            self._forget(turn)
            if turn.began.cancelled():  # who waited has just gone, and has not left yet
                continue
            end = self._served[turn.client] = _end(turn, self._served)
            self._clock = max(self._clock, end - turn.cost.work)
            self.running.add(turn)
            if not self._waiting:  # who comes next competes with those who run, and with nobody of the past
                self._served = {each.client: self._served[each.client] for each in self.running}
            turn.began.set_result(None)

    def _next(self) -> Turn | None:
        """The turn that begins now: where no place is free for large jobs, the next of the small ones."""
        if len(self.running) >= self._places + self._small_places:
            return None
        first = [turns[0] for turns in self._waiting.values()]
        free = sum(not turn.is_small for turn in self.running) < self._places
        fitting = [turn for turn in first if turn.is_small or free]
        turn = min(fitting, key=lambda each: _end(each, self._served), default=None)
        if turn and not self._fits(turn):  # small ones may go before it: what runs ends, and then it fits
            turn = min((each for each in fitting if each.is_small), key=lambda each: _end(each, self._served), default=None)
        return turn if turn and self._fits(turn) else None

    def _fits(self, turn: Turn) -> bool:
        held = sum(each.cost.numbers for each in self.running)
        return not self.running or held + turn.cost.numbers <= self._numbers

    def _forget(self, turn: Turn) -> None:
        turns = self._waiting.get(turn.client, [])
        with suppress(ValueError):
            turns.remove(turn)
        if not turns:
            self._waiting.pop(turn.client, None)

    def _is_full(self, newcomer: Turn) -> bool:
        """Whether there is no place left to wait, or too much work before it."""
        work = sum(turn.cost.work for turn in chain.from_iterable(self._waiting.values()))
        return len(self.running) + self.waiting >= self._most or (self.waiting > 0 and work + newcomer.cost.work > self._work)

    def _refuse(self, newcomer: Turn) -> None:
        """Takes the place of the largest job of the client that has the most work waiting, if that is not the newcomer's own."""
        waiting = {name: list(turns) for name, turns in self._waiting.items()}
        waiting.setdefault(newcomer.client, []).append(newcomer)
        heaviest = max(waiting.values(), key=lambda turns: (sum(turn.cost.work for turn in turns), newcomer in turns))
        refused = max(heaviest, key=lambda turn: (turn.cost.work, turn is newcomer))
        busy = self._busy("The server computes as much as it can at once.")
        if refused is newcomer:
            raise busy
        self._turn_away(refused, busy)

    def _turn_away(self, turn: Turn, problem: Problem) -> None:
        self._forget(turn)
        turn.began.set_exception(problem)
        turn.began.exception()  # it is known, also where nobody awaits the turn any more

    def _busy(self, reason: str) -> Problem:
        return Problem("busy", f"{reason} Try again in {self._retry_after} s.", headers={"Retry-After": str(self._retry_after)})


def _end(turn: Turn, served: dict[str, float]) -> float:
    """Where on the clock the turn ends: it begins when it arrived, or when its client has had what went before."""
    return max(turn.arrived, served.get(turn.client, 0.0)) + turn.cost.work
