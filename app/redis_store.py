"""Scenes and data sets in Redis, for any number of server processes."""

from __future__ import annotations

from collections import OrderedDict

from app.redis_link import Link, Occasion
from app.store import Table

MEMORY = 16 * 2**20  # bytes


class RedisStore:
    """What was used lately is remembered, too: a Redis that was emptied gets it back, and a lecture that goes on finds its scenes."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._run = link.run
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        link.attend(self._attend)

    async def put(self, name: str, canonical: bytes, table: Table = "scenes") -> None:
        """Keep one by its id."""
        key = _key(name, table)
        await self._link.ask("SET", key, canonical, "NX")
        self._remember(key, canonical)

    async def get(self, name: str, table: Table = "scenes") -> bytes | None:
        """The canonical JSON, if it is known; an id says what it is, so a memory of it is never out of date."""
        key = _key(name, table)
        canonical: bytes | None = self._memory.get(key) or await self._link.ask("GET", key)
        if canonical is not None:
            self._remember(key, canonical)
        return canonical

    async def check(self) -> None:
        """A problem unless it can be written to."""
        await self._link.check()

    def _remember(self, key: str, canonical: bytes) -> None:
        self._bytes += len(canonical) - len(self._memory.get(key, b""))
        self._memory[key] = canonical
        self._memory.move_to_end(key)
        while self._bytes > MEMORY:
            self._bytes -= len(self._memory.popitem(last=False)[1])

    async def _attend(self, occasion: Occasion) -> None:
        if self._link.run == self._run:
            return
        for key, canonical in list(self._memory.items()):
            await self._link.ask("SET", key, canonical, "NX")
        self._run = self._link.run


def _key(name: str, table: Table) -> str:
    return f"unrolled:{table}:{name}"
