"""Which storages the settings ask for, opened together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.lectures.sqlite_storage import SqliteStorage
from app.lectures.storage import LectureStorage
from app.settings import Settings
from app.store import Store


@dataclass(frozen=True, slots=True)
class Storages:
    """Scenes and lectures, in the same place."""

    scenes: Store
    lectures: LectureStorage


@asynccontextmanager
async def storages(settings: Settings) -> AsyncIterator[Storages]:
    """Both, until the block ends. StorageRefused, with a sentence, where they cannot be used."""
    limits = (settings.storage_patience, settings.retry_after)
    with Store(settings.data, *limits) as scenes:
        async with SqliteStorage(settings.data, *limits) as lectures:
            yield Storages(scenes, lectures)


async def try_storages(settings: Settings) -> None:
    """A storage that cannot be used is found before anything is promised. StorageRefused."""
    async with storages(settings):
        pass
