"""Scenes and data sets within a budget of bytes: the oldest that no lecture names give way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from app.databases import DiskFull
from app.errors import Problem
from app.store import TABLES, Kept, Shelf, Table

LOOKED_AT = 64  # rows at a time
ROOM = 2**20  # bytes that are freed at once on a full disk
NAMED_AT_ONCE = 500  # ids of one question

Naming = Callable[[Sequence[str]], Awaitable[set[str]]]
logger = logging.getLogger(__name__)


class BoundedStore:
    """A store that evicts. `naming` tells which of some ids the log or the plan of a lecture names."""

    def __init__(self, shelf: Shelf, naming: Naming, budgets: Mapping[Table, int], retry_after: int) -> None:
        self.budgets = budgets
        self.get, self.refresh, self.size, self.check = shelf.get, shelf.refresh, shelf.size, shelf.check
        self._shelf = shelf
        self._naming = naming
        self._retry_after = retry_after
        self._evicting = {table: asyncio.Lock() for table in TABLES}

    async def put(self, name: str, canonical: bytes, table: Table = "scenes", dataset: str | None = None) -> None:
        """Keeps one by its id. Problem("storage") if there is no room, and nothing that may be forgotten."""
        try:
            await self._shelf.put(name, canonical, table, dataset)
        except DiskFull:
            if not await self._evict(table, ROOM):
                raise
            await self._shelf.put(name, canonical, table, dataset)
        async with self._evicting[table]:
            over = await self._shelf.size(table) - self.budgets[table]
            if over > 0 and await self._evict(table, over, new=name) < over:
                await self._require_named(name, table)

    async def _require_named(self, name: str, table: Table) -> None:
        """All that is left is needed: the new row as well, or it goes again."""
        if name in await self._named([name], table):
            return
        await self._shelf.remove([name], table)
        logger.warning("the budget for %s is full of what lectures need", table)
        setting = f"UNROLLED_{table.upper()}_BYTES"
        detail = f"The server has no room for more: lectures need all that it keeps. Ask whoever runs it for a larger {setting}."
        raise Problem("storage", detail, headers={"Retry-After": str(self._retry_after)})

    async def _evict(self, table: Table, wanted: int, new: str = "") -> int:
        """Forgets the oldest rows until so many bytes are free; how many there were."""
        freed, seen = 0, set[str]()
        while freed < wanted:
            rows = [row for row in await self._shelf.oldest(table, LOOKED_AT) if row.id not in seen and row.id != new]
            if not rows:
                break
            seen.update(row.id for row in rows)
            named = await self._named([row.id for row in rows], table)
            if named:
                await self._shelf.refresh(list(named), table)  # so that they are not looked at every time
            freed += await self._forget([row for row in rows if row.id not in named], table, wanted - freed)
        return freed

    async def _forget(self, rows: Sequence[Kept], table: Table, wanted: int) -> int:
        """Forgets as few of these as free so many bytes."""
        gone, freed = list[str](), 0
        for row in rows:
            if freed >= wanted:
                break
            gone.append(row.id)
            freed += row.bytes
        await self._shelf.remove(gone, table)
        return freed

    async def _named(self, names: Sequence[str], table: Table) -> set[str]:
        """Those that a lecture names. A data set is also named by every named scene that learns from it."""
        named = await self._naming(names)
        if table == "datasets":
            for name in set(names) - named:
                if await self._any_named(await self._shelf.learners(name)):
                    named.add(name)
        return named

    async def _any_named(self, names: Sequence[str]) -> bool:
        for start in range(0, len(names), NAMED_AT_ONCE):
            if await self._naming(names[start : start + NAMED_AT_ONCE]):
                return True
        return False
