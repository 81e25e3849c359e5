"""The server, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from starlette.middleware import Middleware
from starlette.responses import Response

import engine
from app.clients import Clients, Seats
from app.guards import Faults, HeadRequests, KnownHosts, PageOfSubPath, SecureAnswers, SubPath
from app.handlers import add_handlers
from app.network import trusted_by
from app.policies import enforce
from app.routes import (
    cells,
    charts,
    docs,
    gradients,
    health,
    lectures,
    metrics,
    pages,
    plans,
    polls,
    scenes,
    studies,
    traces,
    trainings,
    worksheets,
)
from app.services import opened
from app.settings import Settings
from app.telemetry import Observed, Telemetry
from app.traffic import Traffic

DESCRIPTION = "Deep recurrent networks, unrolled: every number forward, every gradient backward, each with the terms it comes from."


def create_app(settings: Settings) -> FastAPI:
    """The application with these settings; what it needs is opened when it starts and closed when it stops."""

    telemetry, seats = Telemetry(), Seats(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(settings, telemetry, seats) as services:
            app.state.services = services
            yield

    app = FastAPI(
        title="Unrolled",
        description=DESCRIPTION,
        version=engine.__version__,
        lifespan=lifespan,
        servers=[{"url": settings.root_path or "/"}],
        openapi_url=None,  # served by a route of ours, with the documentation
        redirect_slashes=False,
        default_response_class=Response,  # every route makes its answer itself
        generate_unique_id_function=lambda route: route.name,
        dependencies=[Depends(enforce)],
        middleware=[
            Middleware(SubPath, root_path=settings.root_path),
            Middleware(Observed, telemetry=telemetry),
            Middleware(Clients, seats=seats),
            Middleware(SecureAnswers, public_url=settings.public_url),
            Middleware(HeadRequests),
            Middleware(Faults),
            Middleware(KnownHosts, allowed=settings.allowed_hosts),
            Middleware(PageOfSubPath, root_path=settings.root_path),
        ],
    )
    computed = (scenes, traces, cells, worksheets, trainings, charts, gradients, studies)
    app.state.traffic = Traffic.of(settings, trusted_by(settings.trusted_proxies))
    for routes in (pages, docs, health, metrics, *computed, lectures, polls, plans):
        app.include_router(routes.router)
    add_handlers(app)
    return app
