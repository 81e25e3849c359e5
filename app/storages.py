"""Which storages the settings ask for, opened together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.bounded_store import BoundedStore
from app.lectures.sqlite_storage import SqliteStorage
from app.lectures.storage import LectureStorage
from app.settings import Settings
from app.store import Shelf, SqliteStore, Store, Table


@dataclass(frozen=True, slots=True)
class Storages:
    """Scenes and lectures, in the same place."""

    scenes: Store
    lectures: LectureStorage


@asynccontextmanager
async def storages(settings: Settings) -> AsyncIterator[Storages]:
    """Both, until the block ends. StorageRefused, with a sentence, where they cannot be used."""
    async with _redis(settings) if settings.redis_url else _sqlite(settings) as both:
        yield both


async def try_storages(settings: Settings) -> None:
    """A storage that cannot be used is found before anything is promised. StorageRefused."""
    async with storages(settings.model_copy(update={"reserved_bytes": 0})):  # the reserve takes a while, and is needed once
        pass


@asynccontextmanager
async def _sqlite(settings: Settings) -> AsyncIterator[Storages]:
    limits = (settings.storage_patience, settings.retry_after, settings.reserved_bytes)
    with SqliteStore(settings.data, *limits) as scenes:
        async with SqliteStorage(settings.data, *limits, settings.lecture_log_bytes) as lectures:
            yield Storages(_bounded(settings, scenes, lectures), lectures)


@asynccontextmanager
async def _redis(settings: Settings) -> AsyncIterator[Storages]:
    # imported where it is used: its package takes a quarter of the start, and most servers have no Redis
    from app.lectures.redis_scripts import SCRIPTS
    from app.lectures.redis_storage import RedisStorage
    from app.redis_link import Link
    from app.redis_store import STORE_SCRIPTS, RedisStore

    async with Link(str(settings.redis_url), settings.retry_after, SCRIPTS | STORE_SCRIPTS) as link:
        scenes = RedisStore(link)
        async with RedisStorage(link, settings.retry_after, settings.lecture_log_bytes) as lectures:
            yield Storages(_bounded(settings, scenes, lectures), lectures)


def _bounded(settings: Settings, shelf: Shelf, lectures: LectureStorage) -> BoundedStore:
    budgets: dict[Table, int] = {"scenes": settings.scenes_bytes, "datasets": settings.datasets_bytes}
    return BoundedStore(shelf, lectures.naming, budgets, settings.retry_after)
