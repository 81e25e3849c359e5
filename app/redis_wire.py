"""Connections to Redis: where it is, whether it can be used, and what is heard from it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Any

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import RedisError

from app.databases import StorageRefused

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 3.0  # and then the line is given up: people are told within 5 s
PING_SECONDS, HEARING_SECONDS = 1.0, 3.5
OLDEST = 7
SCHEMA_KEY, SCHEMA_VERSION = "unrolled:schema", 1
LOST = (RedisError, OSError, TimeoutError)

logger = logging.getLogger(__name__)


class Address:
    """Where a Redis is."""

    def __init__(self, url: str) -> None:
        options: dict[str, Any] = {"protocol": 2, "driver_info": None, "socket_timeout": None, "socket_connect_timeout": CONNECT_SECONDS}
        try:
            self._pool = ConnectionPool.from_url(url, **options)
            self._pool.make_connection()  # type: ignore[no-untyped-call]
        except (TypeError, ValueError) as error:
            raise StorageRefused(f"UNROLLED_REDIS_URL has an option that cannot be read: {error}.") from error

    def __str__(self) -> str:
        """Without its password."""
        place = self._pool.connection_kwargs
        return f"Redis at {place.get('host', 'localhost')}:{place.get('port', 6379)}"

    @property
    def database(self) -> int:
        """The number of the database."""
        return int(self._pool.connection_kwargs.get("db", 0))

    async def connect(self) -> AbstractConnection:
        """A new connection, signed in."""
        connection: AbstractConnection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await connection.connect()  # type: ignore[no-untyped-call]
        except BaseException:
            await close(connection)
            raise
        return connection

    async def examine(self) -> None:
        """Whether this Redis can be used. StorageRefused, with a sentence."""
        try:
            connection = await self.connect()
            async with contextlib.AsyncExitStack() as stack, asyncio.timeout(ANSWER_SECONDS):
                stack.push_async_callback(close, connection)
                info, schema = await answers(connection, ["INFO"], ["GET", SCHEMA_KEY])
        except TimeoutError as error:
            raise self.refused("does not answer") from error
        except LOST as error:
            raise self.refused(f"cannot be used ({error})") from error
        self._judge(about_server(info), int(schema or 0))

    def _judge(self, about: Mapping[str, str], schema: int) -> None:
        if int(about["redis_version"].partition(".")[0]) < OLDEST:
            raise self.refused(f"is version {about['redis_version']}, and {OLDEST} is the oldest that works")
        if schema > SCHEMA_VERSION:
            raise self.refused(f"is used by a newer Unrolled (schema {schema})")
        if about.get("aof_enabled") == "0":
            logger.warning("%s keeps nothing when it stops: set appendonly yes, see docs/hosting.md", self)
        if about.get("maxmemory_policy", "noeviction") != "noeviction":
            logger.warning("%s forgets when its memory is full: set maxmemory-policy noeviction, see docs/hosting.md", self)

    def refused(self, what: str) -> StorageRefused:
        """Why it cannot be used, and what to do."""
        return StorageRefused(f"{self} {what}. Mend that, name another with UNROLLED_REDIS_URL, or unset it to use SQLite.")


class Channels:
    """What is subscribed to. One change at a time, until its answer is there: so it is known from when on something is heard."""

    def __init__(self, ears: AbstractConnection) -> None:
        self._ears = ears
        self.heard: Callable[[str, bytes], None] = lambda channel, message: None
        self._chosen: set[str] = set()
        self._answered = asyncio.Event()
        self._unanswered = 0
        self._sending = asyncio.Lock()

    async def choose(self, channels: set[str]) -> None:
        """Once this returns, everything that is published on them is heard."""
        await self._send("SUBSCRIBE", channels - self._chosen)
        await self._send("UNSUBSCRIBE", self._chosen - channels)
        self._chosen = channels

    async def _send(self, command: str, channels: set[str]) -> None:
        if not channels:
            return
        self._unanswered = len(channels)
        self._answered.clear()
        async with self._sending:
            await self._ears.send_command(command, *channels, check_health=False)
        await self._answered.wait()

    async def hear(self) -> None:
        """Whatever comes; a line that says nothing, not even to a ping, is lost."""
        while True:
            async with asyncio.timeout(HEARING_SECONDS):
                answer = await self._ears.read_response()
            if isinstance(answer, list):  # and not PONG, as it is said where nothing is subscribed to
                self._take(*answer)

    def _take(self, kind: bytes, *rest: Any) -> None:
        match kind:
            case b"message":
                self.heard(rest[0].decode(), rest[1])
            case b"subscribe" | b"unsubscribe":
                self._unanswered -= 1
                if self._unanswered <= 0:
                    self._answered.set()

    async def ping(self) -> None:
        """Something to answer, once a second."""
        while True:
            async with self._sending:
                await self._ears.send_command("PING", check_health=False)
            await asyncio.sleep(PING_SECONDS)


async def answers(connection: AbstractConnection, *commands: list[str]) -> list[Any]:
    """What Redis says to a few commands that go out together."""
    await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
    return [await connection.read_response() for _ in commands]


async def close(connection: AbstractConnection) -> None:
    """Without a wait for the other side."""
    with contextlib.suppress(*LOST):
        await connection.disconnect(nowait=True)


def about_server(info: bytes) -> dict[str, str]:
    """What INFO says, by name."""
    lines = (line.partition(":") for line in info.decode().splitlines() if not line.startswith("#"))
    return {name: value for name, _, value in lines if name}
