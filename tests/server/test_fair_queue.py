"""Turns: clients share the work, small jobs go first, memory is shared too, and nobody's place outlives who waits in it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from app.clients import client
from app.counting import SMALL, Cost
from app.errors import Problem
from app.fair_queue import FairQueue, Turn

BIG = Cost(100_000_000)


def enter(queue: FairQueue, name: str, cost: Cost = BIG) -> Turn:
    """A turn of the client of this name."""
    token = client.set(name)
    try:
        return queue.enter(cost)
    finally:
        client.reset(token)


def begun(turn: Turn) -> bool:
    return turn.began.done() and not turn.began.exception()


def refused(turn: Turn) -> bool:
    return turn.began.done() and isinstance(turn.began.exception(), Problem)


def running(scenario: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await scenario()

    asyncio.run(main())


def order_of(queue: FairQueue, first: Turn, turns: dict[Turn, str]) -> list[str]:
    """The names of the turns in the order in which they begin, when each ends at once."""
    seen, last = [], first
    while turns.keys() - {last}:
        queue.leave(last)
        now = [turn for turn in turns if begun(turn) and turns[turn] not in seen]
        if not now:
            break
        (last,) = now
        seen.append(turns[last])
    return seen


def test_one_client_with_seventy_jobs_lets_another_go_after_one() -> None:
    async def scenario() -> None:
        queue = FairQueue(1, 100, 1)
        first, *hostile = [enter(queue, "hostile") for _ in range(70)]
        honest = enter(queue, "honest")
        assert next(queue.order()) is honest
        queue.leave(first)
        assert begun(honest)
        assert not any(map(begun, hostile))

    running(scenario)


def test_clients_take_turns_by_the_work_that_they_had() -> None:
    async def scenario() -> None:
        queue = FairQueue(1, 100, 1)
        first = enter(queue, "c")
        turns = {enter(queue, "a", Cost(300)): "a1", enter(queue, "a", Cost(300)): "a2"}
        turns |= {enter(queue, "b", Cost(100)): f"b{place}" for place in range(1, 5)}
        expected = [turns[turn] for turn in queue.order()]
        assert order_of(queue, first, turns) == expected == ["b1", "b2", "a1", "b3", "b4", "a2"]

    running(scenario)


def test_of_one_clients_jobs_the_smallest_goes_first_but_a_large_one_is_not_passed_for_ever() -> None:
    async def scenario() -> None:
        queue = FairQueue(1, 100, 1)
        first = enter(queue, "a")
        large = enter(queue, "a", Cost(1000))
        small = enter(queue, "a", Cost(400))
        last = first
        passed = 0
        while not begun(large):
            queue.leave(last)
            if begun(small):
                passed, last, small = passed + 1, small, enter(queue, "a", Cost(400))
        assert 0 < passed < 4

    running(scenario)


def test_small_jobs_have_a_place_that_large_ones_do_not_get() -> None:
    async def scenario() -> None:
        queue = FairQueue(1, 100, 1, small_places=1)
        large = [enter(queue, "hostile") for _ in range(3)]
        small = [enter(queue, name, SMALL) for name in ("hostile", "honest")]
        assert [begun(turn) for turn in (*large, *small)] == [True, False, False, True, False]
        queue.leave(small[0])
        assert begun(small[1])

    running(scenario)


def test_what_runs_holds_no_more_numbers_than_the_limit_and_small_jobs_go_on_beside() -> None:
    async def scenario() -> None:
        queue = FairQueue(3, 100, 1, numbers=10)
        first, second = enter(queue, "a", Cost(BIG.work, 6)), enter(queue, "b", Cost(BIG.work, 6))
        third = enter(queue, "c", Cost(10, 4))
        assert [begun(turn) for turn in (first, second, third)] == [True, False, True]
        queue.leave(first)
        assert begun(second)
        alone = enter(queue, "d", Cost(BIG.work, 11))
        queue.leave(second)
        assert not begun(alone)
        queue.leave(third)
        assert begun(alone), "what no scene may need runs alone, if it ever comes here"

    running(scenario)


def test_the_place_of_the_largest_job_of_the_heaviest_client_goes_to_who_comes_when_all_are_taken() -> None:
    async def scenario() -> None:
        queue = FairQueue(1, 3, 7)
        enter(queue, "hostile")
        waiting = [enter(queue, "hostile", Cost(work)) for work in (100, 300, 200)]
        honest = enter(queue, "honest", Cost(50))
        assert [refused(turn) for turn in waiting] == [False, True, False]
        assert not refused(honest)
        with pytest.raises(Problem, match="busy") as problem:
            enter(queue, "hostile", Cost(400))
        assert problem.value.headers == {"Retry-After": "7"}
        same_address = enter(queue, "hostile", Cost(10))
        assert [refused(turn) for turn in waiting] == [False, True, True]
        assert not refused(same_address)

    running(scenario)


def test_no_more_work_waits_than_the_queue_takes_but_one_job_always_may() -> None:
    async def scenario() -> None:
        queue = FairQueue(1, 100, 1, work=250)
        enter(queue, "hostile", Cost(1000))
        enter(queue, "hostile", Cost(1000))
        with pytest.raises(Problem, match="busy"):
            enter(queue, "hostile", Cost(1000))
        honest = enter(queue, "honest", Cost(200))
        assert queue.waiting == 1
        assert not refused(honest)

    running(scenario)


def test_two_hundred_students_of_one_address_are_served_beside_a_hostile_client_there_and_beside_one_elsewhere() -> None:
    async def scenario(hostile: str, students: list[str]) -> int:
        """How much work of the hostile client is done before the last of the students is served."""
        queue = FairQueue(1, 300, 1, work=3_000_000_000)
        last = enter(queue, hostile)
        attack = []
        for _ in range(70):
            with suppress(Problem):
                attack.append(enter(queue, hostile))
        small = {enter(queue, name, Cost(1_000_000)) for name in students}
        assert not any(map(refused, small))
        done, left = 0, set(small)
        while left:
            queue.leave(last)
            (last,) = [turn for turn in (*attack, *small) if turn in queue.running]
            done += last in attack
            left.discard(last)
        return done

    for hostile, students in (
        ("192.0.2.1", ["192.0.2.1"] * 200),
        ("192.0.2.1", [f"seat {number}" for number in range(200)]),
        ("198.51.100.1", ["192.0.2.1"] * 200),
    ):
        assert asyncio.run(scenario(hostile, students)) <= 2


def test_who_stops_waiting_leaves_no_turn_behind() -> None:
    async def scenario() -> None:
        queue = FairQueue(1, 10, 1)
        first = await queue.turn(BIG)
        leaving = [asyncio.create_task(queue.turn(BIG)) for _ in range(10)]
        await asyncio.wait(leaving, timeout=0)
        assert queue.waiting == 10
        for task in leaving:
            task.cancel()
        await asyncio.wait(leaving)
        assert queue.waiting == 0
        queue.leave(first)
        assert not queue.running

    running(scenario)


def test_a_place_is_given_to_nobody_who_is_just_going() -> None:
    async def scenario() -> None:
        queue = FairQueue(1, 10, 1)
        first = await queue.turn(BIG)
        going, staying = (asyncio.create_task(queue.turn(BIG)) for _ in range(2))
        await asyncio.wait([going, staying], timeout=0)
        going.cancel()
        queue.leave(first)
        turn = await staying
        assert queue.running == {turn}

    running(scenario)


def test_a_queue_that_closes_tells_everyone() -> None:
    async def scenario() -> None:
        queue = FairQueue(1, 10, 1)
        first, second = enter(queue, "a"), enter(queue, "b")
        queue.close()
        assert begun(first)
        assert refused(second)
        with pytest.raises(Problem, match="being restarted"):
            enter(queue, "c")

    running(scenario)
