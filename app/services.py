"""What the routes work with, opened when the server starts and closed when it stops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.computing import Computing
from app.settings import Settings
from app.store import Store
from app.work import Cache, Pool


@dataclass(frozen=True, slots=True)
class Services:
    """One of each."""

    settings: Settings
    store: Store
    cache: Cache
    pool: Pool
    computing: Computing


@contextmanager
def opened(settings: Settings) -> Iterator[Services]:
    """The services of one server."""
    cache = Cache(settings.cache_bytes)
    with (
        Store(settings.data, settings.storage_patience, settings.retry_after) as store,
        Pool(settings.workers, settings.waiting, settings.retry_after) as pool,
    ):
        yield Services(settings, store, cache, pool, Computing(store, cache, pool))


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]
