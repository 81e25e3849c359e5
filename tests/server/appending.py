"""A process that adds entries and votes to a new lecture, and says what was acknowledged, until somebody kills it."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from multiprocessing.connection import Connection
from pathlib import Path

from app.lectures.secret import ALPHABET
from app.lectures.storage import Command
from tests.server.storages import redis, sqlite


def main(place: str, says: Connection) -> None:
    """Until it is killed."""
    asyncio.run(appends(place, says))


async def appends(place: str, says: Connection) -> None:
    """Sends the lecture's code, then the ids, each as soon as it is acknowledged."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(8))
    async with (redis(place) if "://" in place else sqlite(Path(place)))() as storage:
        record = await storage.create(code, "RNNs", "laptop", "key", "session", [("scene", {}), ("poll opened", {"poll": "p"})])
        says.send(code)
        for number in itertools.count():
            name = f"command {number}"
            await storage.join(code, name, "", "address", 10**9)
            await storage.vote(code, "p", name, "+")
            await storage.append(code, record.epoch, 2 + number, "session", Command(name, "view", {"id": name}, 1))
            says.send(name)
