from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

import engine
from app.answers import FOREVER, REVALIDATE, answer
from app.computing import TRACE_TYPE, Computed
from app.errors import Problem, shortened
from app.openapi import JSON_SCENE, responses
from app.policies import BodyDep
from app.scenes import Scene, parse_scene
from app.services import ServicesDep

router = APIRouter(tags=["traces"])

READ_AT_ONCE = 1024  # bytes: a larger scene takes milliseconds to validate, in which others would wait

TRACE = {"description": "The trace, one safetensors file", "content": {TRACE_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
SCENE_PROBLEMS = (
    "malformed-json",
    "invalid-scene",
    "unknown-token",
    "broken-stack",
    "too-expensive",
    "newer-scene",
    "not-finite",
    "body-too-large",
    "unsupported-media-type",
)
ID_PROBLEMS = ("unknown-scene", "engine-differs", "invalid-parameter", "not-finite", "too-expensive")


async def _scene(body: BodyDep, services: ServicesDep) -> Scene:
    return parse_scene(body) if len(body) <= READ_AT_ONCE else await services.pool.run(parse_scene, body)


SceneDep = Annotated[Scene, Depends(_scene)]

Transient = Annotated[bool, Query(description="store nothing: the scene is a step on the way to another, and its id is not asked for")]
EngineVersion = Annotated[str | None, Query(alias="engine", min_length=1, description="only an answer of this version of the engine")]


async def caching(engine_version: EngineVersion = None) -> str:
    """How long an answer stays true: for one version of the engine, for ever."""
    if engine_version is None:
        return REVALIDATE
    if engine_version != engine.__version__:
        ours = engine.__version__
        detail = f"This server computes with engine {ours}. Received: {shortened(engine_version)}. Ask for {ours}."
        raise Problem("engine-differs", detail)
    return FOREVER


CachingDep = Annotated[str, Depends(caching)]


@router.post(
    "/api/traces",
    responses=responses(TRACE, *SCENE_PROBLEMS, "unknown-dataset", "invalid-dataset", "invalid-parameter", "cross-site", "busy", "storage"),
    openapi_extra=JSON_SCENE,
)
async def run_scene(request: Request, scene: SceneDep, services: ServicesDep, transient: Transient = False) -> Response:
    """Compute a scene, forward and backward, and stream its trace in the order in which information flows."""
    return _sent(request, await services.computing.trace(scene, transient), REVALIDATE)


@router.get(
    "/api/traces/{scene_id}",
    responses=responses(TRACE, *ID_PROBLEMS, "busy", "storage"),
)
async def get_trace(request: Request, scene_id: str, caching: CachingDep, services: ServicesDep) -> Response:
    """The trace of a scene that is known here."""
    return _sent(request, await services.computing.trace_by_id(scene_id), caching)


def _sent(request: Request, computed: Computed, caching: str) -> Response:
    return answer(request, computed.sent, caching, {"Scene-Id": computed.trace.scene.id})
