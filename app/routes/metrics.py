from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from app.errors import Problem
from app.lectures.entering import address_of
from app.openapi import responses
from app.services import Services, ServicesDep
from app.store import TABLES
from app.traffic import Traffic

router = APIRouter(tags=["server"])

TEXT = {"description": "Figures in Prometheus's text format", "content": {"text/plain": {"schema": {"type": "string"}}}}


@router.get("/metrics", responses=responses(TEXT, "not-for-you"))
async def metrics(request: Request, services: ServicesDep) -> Response:
    """Figures for whoever runs the server: only for the addresses of the setting metrics_from."""
    if address_of(request) not in services.settings.metrics_from:
        raise Problem("not-for-you", "The figures are for whoever runs the server. Ask from an address of UNROLLED_METRICS_FROM.")
    telemetry, rooms = services.telemetry, services.lectures.open_rooms()
    telemetry.rooms.set(len(rooms))
    telemetry.listeners.set(sum(len(room.listeners) for room in rooms))
    traffic: Traffic = request.app.state.traffic
    telemetry.connections.set(traffic.connections.count)
    telemetry.member_connections.set(traffic.connections.members)
    telemetry.held.labels("bodies").set(traffic.bodies.bytes)
    telemetry.held.labels("answers").set(traffic.answers.bytes)
    await _tell_storage(services)
    telemetry.tasks.set(len(asyncio.all_tasks()))
    return Response(telemetry.text(), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


async def _tell_storage(services: Services) -> None:
    """While the storage is out of reach, its figures stay as they were."""
    settings, telemetry = services.settings, services.telemetry
    for table, most in {"scenes": settings.scenes_bytes, "datasets": settings.datasets_bytes, "lectures": settings.lectures_bytes}.items():
        telemetry.budget.labels(table).set(most)
    with suppress(Problem):
        for name in TABLES:
            telemetry.stored.labels(name).set(await services.store.size(name))
        telemetry.stored.labels("lectures").set(await services.lectures.storage.size())
