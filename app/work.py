"""Computing off the event loop: a bounded number at once, each thing once at a time, results kept up to so many bytes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, Protocol, Self, TypeVar

from app.errors import Problem

P = ParamSpec("P")
T = TypeVar("T")


class Pool:
    """Threads that compute. Who comes when all of them and all places to wait are taken is told to come back."""

    def __init__(self, workers: int, waiting: int, retry_after: int) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="compute")
        self._places = workers + waiting
        self._taken = 0
        self._retry_after = retry_after

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result, from one of the threads; 429 when there is no place."""
        if self._taken >= self._places:
            detail = f"The server computes as much as it can at once. Try again in {self._retry_after} s."
            raise Problem("busy", detail, headers={"Retry-After": str(self._retry_after)})
        self._taken += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, lambda: function(*args, **kwargs))
        future.add_done_callback(self._free)
        return await asyncio.shield(future)  # who goes away frees no thread: the place is taken until the work is done

    def _free(self, _: object) -> None:
        self._taken -= 1


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
        self._made: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[V]]) -> V:
        """What is kept under the key, or what make makes of it."""
        if key in self._kept:
            self._kept.move_to_end(key)
            kept: V = self._kept[key]
            return kept
        if key not in self._made:
            self._made[key] = asyncio.create_task(self._make(key, make))
        made: V = await asyncio.shield(self._made[key])
        return made

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[V]]) -> V:
        try:
            value = await make()
        finally:
            del self._made[key]
        if value.size <= self._most:
            self._kept[key] = value
            self.bytes += value.size
        while self.bytes > self._most:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= oldest.size
        return value
