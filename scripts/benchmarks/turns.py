"""Clocks: programs that are compared take turns, so that whatever slows the machine slows all of them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from statistics import median


def medians(calls: Sequence[Callable[[], object]], rounds: int, repeats: Sequence[int], warm: int = 1) -> list[float]:
    """Seconds of one call each: the median round, where each round repeats the first call so often, then the second, ..."""
    times: list[list[float]] = [[] for _ in calls]
    for turn in range(-warm, rounds):
        for call, repeat, seconds in zip(calls, repeats, times, strict=True):
            start = time.perf_counter()
            for _ in range(repeat):
                call()
            if turn >= 0:
                seconds.append((time.perf_counter() - start) / repeat)
    return [*map(median, times)]


def medians_within(calls: Sequence[Callable[[], object]], budget: float, fewest: int = 3, turn: float = 0.01) -> list[float]:
    """The same for about `budget` seconds: a fast call is repeated until its turn takes long enough to be measured."""
    once = [seconds_of(call) for call in calls]
    repeats = [max(1, math.ceil(turn / seconds)) for seconds in once]
    a_round = sum(repeat * seconds for repeat, seconds in zip(repeats, once, strict=True))
    return medians(calls, max(fewest, int(budget / a_round)), repeats)


def seconds_of(call: Callable[[], object]) -> float:
    """Of one call, after one that gets everything ready."""
    call()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
