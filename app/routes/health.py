from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

import engine
from app.answers import answer
from app.computing import json_answer
from app.documents import HealthDocument, VersionDocument
from app.openapi import document_of, responses
from app.scene_fields import VERSION
from app.services import ServicesDep

router = APIRouter(tags=["server"])

NEVER_KEPT = "no-store"
OK = json_answer({"status": "ok"})


@router.get("/healthz", responses=responses(document_of(HealthDocument)))
async def live(request: Request) -> Response:
    """The process answers."""
    return answer(request, OK, NEVER_KEPT)


@router.get("/readyz", responses=responses(document_of(HealthDocument), "storage"))
async def ready(request: Request, services: ServicesDep) -> Response:
    """The server can do its work: its storages can be written to."""
    await services.store.check()
    await services.lectures.storage.check()
    return answer(request, OK, NEVER_KEPT)


@router.get("/version", responses=responses(document_of(VersionDocument)))
async def version(request: Request) -> Response:
    """What runs here."""
    return answer(request, json_answer({"version": engine.__version__, "engine": engine.__version__, "scene": VERSION}), NEVER_KEPT)
