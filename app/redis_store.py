"""Scenes and data sets in Redis, for any number of server processes."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Sequence

from app.redis_link import Link, Occasion
from app.store import ROW, Kept, Table, packed, unpacked

MEMORY = 16 * 2**20  # bytes

# A row lies under unrolled:{table}:{id}, its age in unrolled:ages:{table}; unrolled:bytes:{table} is the size of all rows.
# unrolled:learners:{id} has the scenes that learn from a data set, unrolled:learns the data set of each scene.
ADD = """
local name, id, content, now, dataset, row = unpack(ARGV)
if redis.call('SET', 'unrolled:' .. name .. ':' .. id, content, 'NX') then
    redis.call('INCRBY', 'unrolled:bytes:' .. name, #content + row)
    if dataset ~= '' then
        redis.call('SADD', 'unrolled:learners:' .. dataset, id)
        redis.call('HSET', 'unrolled:learns', id, dataset)
    end
end
redis.call('ZADD', 'unrolled:ages:' .. name, now, id)
"""

RENEW = """
for i = 3, #ARGV do redis.call('ZADD', 'unrolled:ages:' .. ARGV[1], 'XX', ARGV[2], ARGV[i]) end
"""

OLDEST = """
local name, count, row = unpack(ARGV)
local found = {}
for _, id in ipairs(redis.call('ZRANGE', 'unrolled:ages:' .. name, 0, count - 1)) do
    found[#found + 1] = {id, redis.call('STRLEN', 'unrolled:' .. name .. ':' .. id) + row}
end
return cjson.encode(found)
"""

REMOVE = """
local name, row = ARGV[1], ARGV[2]
for i = 3, #ARGV do
    local id = ARGV[i]
    local size = redis.call('STRLEN', 'unrolled:' .. name .. ':' .. id)
    if redis.call('UNLINK', 'unrolled:' .. name .. ':' .. id) == 1 then
        redis.call('DECRBY', 'unrolled:bytes:' .. name, size + row)
        local dataset = redis.call('HGET', 'unrolled:learns', id)
        if dataset then
            redis.call('SREM', 'unrolled:learners:' .. dataset, id)
            redis.call('HDEL', 'unrolled:learns', id)
        end
    end
    redis.call('ZREM', 'unrolled:ages:' .. name, id)
end
"""

STORE_SCRIPTS = {"add_row": ADD, "renew_rows": RENEW, "oldest_rows": OLDEST, "remove_rows": REMOVE}


class RedisStore:
    """What was used lately is remembered, too: a Redis that was emptied gets it back, and a lecture that goes on finds its scenes."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._run = link.run
        self._memory: OrderedDict[tuple[Table, str], tuple[bytes, str]] = OrderedDict()  # canonical JSON, and the data set's id
        self._bytes = 0
        link.attend(self._attend)

    async def put(self, name: str, canonical: bytes, table: Table = "scenes", dataset: str | None = None) -> None:
        """Keep one by its id."""
        await self._add(table, name, canonical, dataset or "")
        self._remember(table, name, canonical, dataset or "")

    async def _add(self, table: Table, name: str, canonical: bytes, dataset: str) -> None:
        await self._link.call("add_row", table, name, packed(canonical), time.time(), dataset, ROW)

    async def get(self, name: str, table: Table = "scenes") -> bytes | None:
        """The canonical JSON, if it is known; an id says what it is, so a memory of it is never out of date."""
        if (table, name) in self._memory:
            self._memory.move_to_end((table, name))
            return self._memory[table, name][0]
        stored: bytes | None = await self._link.ask("GET", f"unrolled:{table}:{name}")
        if stored is None:
            return None
        canonical = unpacked(stored)
        dataset = await self._link.ask("HGET", "unrolled:learns", name)
        self._remember(table, name, canonical, dataset.decode() if dataset else "")
        return canonical

    async def refresh(self, names: Sequence[str], table: Table = "scenes") -> None:
        """Makes them the newest."""
        await self._link.call("renew_rows", table, time.time(), *names)

    async def size(self, table: Table) -> int:
        """Bytes of a table."""
        return int(await self._link.ask("GET", f"unrolled:bytes:{table}") or 0)

    async def oldest(self, table: Table, count: int) -> list[Kept]:
        """The oldest rows."""
        rows = json.loads(await self._link.call("oldest_rows", table, count, ROW))
        return [Kept(*row) for row in rows]

    async def remove(self, names: Sequence[str], table: Table) -> None:
        """Forget these."""
        for name in names:
            self._forget(table, name)
        await self._link.call("remove_rows", table, ROW, *names)

    async def learners(self, dataset: str) -> list[str]:
        """Ids of the scenes that learn from a data set."""
        return [name.decode() for name in await self._link.ask("SMEMBERS", f"unrolled:learners:{dataset}")]

    async def check(self) -> None:
        """A problem unless it can be written to."""
        await self._link.check()

    def _remember(self, table: Table, name: str, canonical: bytes, dataset: str) -> None:
        self._forget(table, name)
        self._memory[table, name] = canonical, dataset
        self._bytes += len(canonical)
        while self._bytes > MEMORY:
            self._forget(*next(iter(self._memory)))

    def _forget(self, table: Table, name: str) -> None:
        canonical, _ = self._memory.pop((table, name), (b"", ""))
        self._bytes -= len(canonical)

    async def _attend(self, occasion: Occasion) -> None:
        if self._link.run == self._run:
            return
        for (table, name), (canonical, dataset) in list(self._memory.items()):
            await self._add(table, name, canonical, dataset)
        self._run = self._link.run
