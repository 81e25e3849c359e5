"""A process that adds entries and votes to a new lecture, and says what was acknowledged, until somebody kills it."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import sys
from pathlib import Path

from app.lectures.secret import ALPHABET
from app.lectures.storage import Command
from tests.server.storages import redis, sqlite


async def main(place: str) -> None:
    """One line of JSON each: the lecture's code, then the ids."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(8))
    async with (redis(place) if "://" in place else sqlite(Path(place)))() as storage:
        record = await storage.create(code, "RNNs", "laptop", "key", "session", [("scene", {}), ("poll opened", {"poll": "p"})])
        print(json.dumps(code), flush=True)
        for number in itertools.count():
            name = f"command {number}"
            await storage.join(code, name, "", "address", 10**9)
            await storage.vote(code, "p", name, "+")
            await storage.append(code, record.epoch, 2 + number, "session", Command(name, "view", {"id": name}, 1))
            print(json.dumps(name), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
