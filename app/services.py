"""What the routes work with, opened when the server starts and closed when it stops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.charting import Charts
from app.computing import Computing
from app.histories import Histories
from app.lectures.entering import Tries
from app.lectures.lectures import Lectures
from app.lectures.sqlite_storage import SqliteLectureStorage
from app.lessons import DataSets, Lessons
from app.settings import Settings
from app.store import Store
from app.trainings import Trainings
from app.work import Cache, Pool


MINUTE, HOUR = 60.0, 3600.0


@dataclass(frozen=True, slots=True)
class AddressTries:
    """How often an address may try what costs more than an answer."""

    codes: Tries
    starts: Tries

    @classmethod
    def of(cls, settings: Settings) -> AddressTries:
        """As the settings have it."""
        return cls(Tries(settings.wrong_codes, MINUTE), Tries(settings.lectures_per_hour, HOUR))


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
    tries: AddressTries


@contextmanager
def opened(settings: Settings) -> Iterator[Services]:
    """The services of one server."""
    cache, histories = Cache(settings.cache_bytes), Histories(settings.history_bytes)
    with (
        Store(settings.data, settings.storage_patience, settings.retry_after) as store,
        Pool(settings.workers, settings.waiting, settings.retry_after) as pool,
        _trainings(settings, store, histories) as trainings,
    ):
        datasets = DataSets(store, pool)
        lessons = Lessons(datasets, histories, trainings, pool)
        computing = Computing(store, cache, pool, lessons)
        charts = Charts(computing, lessons, cache, pool)
        yield Services(settings, store, cache, pool, datasets, histories, trainings, lessons, computing, charts)


def _trainings(settings: Settings, store: Store, histories: Histories) -> Trainings:
    return Trainings(
        store,
        histories,
        settings.training_processes,
        settings.training_waiting,
        settings.training_patience,
        settings.retry_after,
    )


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]
