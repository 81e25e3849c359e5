from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.answers import FOREVER, REVALIDATE, Representation, answer
from app.computing import json_answer
from app.documents import LimitDocument
from app.limits import limits_document
from app.openapi import SCENE, reference, responses
from app.services import ServicesDep

router = APIRouter(tags=["scenes"])

LIMITS = {
    "description": "Each limit by its name",
    "content": {"application/json": {"schema": {"type": "object", "additionalProperties": reference(LimitDocument)}}},
}


@router.get("/api/scenes/{scene_id}", responses=responses(SCENE, "unknown-scene", "storage"))
async def get_scene(request: Request, scene_id: str, services: ServicesDep) -> Response:
    """The canonical JSON of a scene that is known here: the bytes whose SHA-256 is its id."""
    return answer(request, Representation.text(await services.computing.scene(scene_id), "application/json"), FOREVER)


@router.get("/api/limits", responses=responses(LIMITS))
async def get_limits(request: Request) -> Response:
    """Every limit of what may be asked."""
    return answer(request, json_answer(limits_document()), REVALIDATE)
