from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from app.errors import Problem
from app.lectures.entering import address_of
from app.openapi import responses
from app.services import ServicesDep
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
    telemetry.tasks.set(len(asyncio.all_tasks()))
    return Response(telemetry.text(), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})
