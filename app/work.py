"""Computing off the event loop: a bounded number at once, each thing once at a time, results kept up to so many bytes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ParamSpec, Protocol, Self, TypeVar

from app.counting import SMALL, Cost
from app.fair_queue import FairQueue
from app.limits import most

WAITING_WORK = 3_000_000_000  # 30 s: more work does not wait for one worker

P = ParamSpec("P")
T = TypeVar("T")


class Pool:
    """Threads that compute, in fair turns; one thread more than workers is for small jobs alone."""

    def __init__(self, workers: int, waiting: int, retry_after: int) -> None:
        self._threads = ThreadPoolExecutor(workers + 1, thread_name_prefix="compute")
        self._queue = FairQueue(workers, waiting, retry_after, small_places=1, work=WAITING_WORK * workers, numbers=most("work_numbers"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def stop(self) -> None:
        """Refuses whatever waits; what runs ends by itself."""
        self._queue.close()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a function that takes milliseconds."""
        return await self.compute(SMALL, function, *args, **kwargs)

    async def compute(self, cost: Cost, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a function of this cost, from one of the threads; 429 when there is no place to wait."""
        turn = await self._queue.turn(cost)
        future = asyncio.get_running_loop().run_in_executor(self._threads, lambda: function(*args, **kwargs))
        future.add_done_callback(lambda _: self._queue.leave(turn))
        return await asyncio.shield(future)  # a client that goes away frees no thread: the turn lasts until the work is done

    async def compute_in_turns(self, cost: Cost, steps: Iterator[T | None]) -> T:
        """What comes after all the None of these steps, each of which is a job of this cost: others have their turns between them."""
        while True:
            made = await self.compute(cost, lambda: next(steps))
            if made is not None:
                return made


@dataclass(slots=True)
class _Making:
    task: asyncio.Task[Any]
    waiting: int = 0


class Shared:
    """One making of each thing at a time, for all that ask for it meanwhile; it ends when the last of them has gone."""

    def __init__(self) -> None:
        self._makings: dict[Hashable, _Making] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """What make makes, here or for somebody who asked before."""
        if key not in self._makings:
            self._makings[key] = _Making(asyncio.create_task(self._make(key, make)))
        making = self._makings[key]
        making.waiting += 1
        try:
            made: T = await asyncio.shield(making.task)
            return made
        finally:
            making.waiting -= 1
            if not making.waiting and not making.task.done():
                self._makings.pop(key)  # who asks from now on has it made anew
                making.task.cancel()

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        try:
            return await make()
        finally:
            making = self._makings.get(key)
            if making and making.task is asyncio.current_task():
                del self._makings[key]


class Sized(Protocol):
    """Something that knows what it costs to keep, in bytes."""

    @property
    def size(self) -> int:
        """In bytes."""


V = TypeVar("V", bound=Sized)


class Cache:
    """What was made last, up to a number of bytes. Who asks for what is just being made waits for the same making."""

    def __init__(self, most_bytes: int) -> None:
        self.bytes = 0
        self._most = most_bytes
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._shared = Shared()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[V]]) -> V:
        """What is kept under the key, or what make makes of it."""
        if key in self._kept:
            self._kept.move_to_end(key)
            kept: V = self._kept[key]
            return kept
        return await self._shared.get(key, lambda: self._make(key, make))

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[V]]) -> V:
        value = await make()
        if value.size <= self._most and key not in self._kept:
            self._kept[key] = value
            self.bytes += value.size
        while self.bytes > self._most:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= oldest.size
        return value
