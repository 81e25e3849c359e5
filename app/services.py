"""What the routes work with, opened when the server starts and closed when it stops."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.charting import Charts
from app.clients import Seats
from app.computing import Computing
from app.histories import Histories
from app.lectures.entering import Tries
from app.lectures.lectures import Lectures
from app.lessons import DataSets, Lessons
from app.settings import Settings
from app.storages import Storages, storages
from app.store import Store
from app.telemetry import Telemetry
from app.trainings import Trainings
from app.work import Cache, Pool

MINUTE, HOUR = 60.0, 3600.0


@dataclass(frozen=True, slots=True)
class AddressTries:
    """How often an address may fail, or start a lecture."""

    codes: Tries
    passphrases: Tries  # unlike a code and a key, one may be guessed: so a right one is refused too, but not because of wrong codes
    starts: Tries

    @classmethod
    def of(cls, settings: Settings) -> AddressTries:
        """As the settings have it."""
        return cls(
            Tries(settings.wrong_codes, MINUTE),
            Tries(settings.wrong_codes, MINUTE),
            Tries(settings.lectures_per_hour, HOUR),
        )


@dataclass(frozen=True, slots=True)
class Services:
    """One of each."""

    settings: Settings
    store: Store
    cache: Cache
    pool: Pool
    datasets: DataSets
    histories: Histories
    trainings: Trainings
    lessons: Lessons
    computing: Computing
    charts: Charts
    lectures: Lectures
    telemetry: Telemetry
    tries: AddressTries
    seats: Seats


@asynccontextmanager
async def opened(settings: Settings, telemetry: Telemetry, seats: Seats) -> AsyncIterator[Services]:
    """The services of one server."""
    async with storages(settings) as kept:
        with _serving(settings, kept, telemetry, seats) as services:
            yield services


@contextmanager
def _serving(settings: Settings, kept: Storages, telemetry: Telemetry, seats: Seats) -> Iterator[Services]:
    """What computes and who listens, over what is kept."""
    cache, histories, store = Cache(settings.cache_bytes), Histories(settings.history_bytes), kept.scenes
    with (
        Pool(settings.workers, settings.waiting, settings.retry_after) as pool,
        _trainings(settings, store, histories) as trainings,
        Lectures(kept.lectures, settings.lecture_days) as lectures,
    ):
        datasets = DataSets(store, pool)
        lessons = Lessons(datasets, histories, trainings, pool)
        computing = Computing(store, cache, pool, lessons)
        charts = Charts(computing, lessons, cache, pool)
        tries = AddressTries.of(settings)
        yield Services(
            settings, store, cache, pool, datasets, histories, trainings, lessons, computing, charts, lectures, telemetry, tries, seats
        )


def _trainings(settings: Settings, store: Store, histories: Histories) -> Trainings:
    return Trainings(
        store,
        histories,
        settings.training_processes,
        settings.training_waiting,
        settings.training_patience,
        settings.training_slice,
        settings.retry_after,
    )


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]
