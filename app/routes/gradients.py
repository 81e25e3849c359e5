from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app import gradients
from app.answers import REVALIDATE, answer
from app.computing import json_answer
from app.counting import Cost, scene_cost
from app.errors import Problem, shortened
from app.gradient_documents import GradientsDocument, KindsDocument, MemoryDocument, PathDocument, RemedyDocument, StrongestPathDocument
from app.limits import most
from app.openapi import JSON_SCENE, document_of, responses
from app.routes.traces import SCENE_PROBLEMS, SceneDep
from app.scenes import Scene
from app.services import ServicesDep

router = APIRouter(tags=["gradients"])

PROBLEMS = (*SCENE_PROBLEMS, "unknown-dataset", "invalid-dataset", "cross-site", "busy")
CELLS = re.compile(r"\d{1,3}/\d{1,3}(,\d{1,3}/\d{1,3})*", re.ASCII)
VARIANTS = 8
MOST_CELLS = most("recurrent_layers") + most("timesteps")

Layer = Annotated[int, Query(ge=1, le=most("recurrent_layers"), description="recurrent layer, from 1 at the bottom")]
Timestep = Annotated[int, Query(ge=1, le=most("timesteps"), description="timestep, from 1")]
Cells = Annotated[str, Query(description="a path, layer/timestep each, earliest first: 1/1,1/2,2/2")]
Word = Annotated[str, Query(description="another word of the vocabulary, to stand at this timestep")]
Remedy = Annotated[
    Literal["clipping", "identity", "orthogonal", "LSTM", "GRU", "every timestep", "shorter"], Query(description="what is done about it")
]


@router.post("/api/gradients", responses=responses(document_of(GradientsDocument), *PROBLEMS), openapi_extra=JSON_SCENE)
async def measure_gradients(request: Request, scene: SceneDep, services: ServicesDep) -> Response:
    """The norm of the gradient in every cell of a scene, which is not stored: a slider asks for hundreds."""
    return await _answered(request, services, scene, gradients.gradients)


@router.post("/api/gradients/kinds", responses=responses(document_of(KindsDocument), *PROBLEMS), openapi_extra=JSON_SCENE)
async def measure_kinds(request: Request, scene: SceneDep, services: ServicesDep) -> Response:
    """The norms of a scene as it begins, and with LSTM or GRU cells, in one answer; nothing is stored."""
    return answer(request, await services.pool.compute(cost_of_variants(scene), lambda: json_answer(gradients.kinds(scene))), REVALIDATE)


@router.post(
    "/api/gradients/path",
    responses=responses(document_of(PathDocument), *PROBLEMS, "unknown-number", "invalid-parameter"),
    openapi_extra=JSON_SCENE,
)
async def follow_path(request: Request, scene: SceneDep, services: ServicesDep, cells: Cells) -> Response:
    """The product of the Jacobians along a path of cells of a scene, which is not stored."""
    return await _answered(request, services, scene, gradients.path, _places(cells))


@router.post(
    "/api/gradients/strongest",
    responses=responses(document_of(StrongestPathDocument), *PROBLEMS, "unknown-number", "invalid-parameter"),
    openapi_extra=JSON_SCENE,
)
async def find_strongest_path(request: Request, scene: SceneDep, services: ServicesDep, timestep: Timestep, layer: Layer = 1) -> Response:
    """The path by which most of the gradient comes from the loss to a cell of a scene, which is not stored."""
    return await _answered(request, services, scene, gradients.strongest, layer, timestep)


@router.post(
    "/api/gradients/memory",
    responses=responses(document_of(MemoryDocument), *PROBLEMS, "unknown-number", "invalid-parameter"),
    openapi_extra=JSON_SCENE,
)
async def measure_memory(request: Request, scene: SceneDep, services: ServicesDep, timestep: Timestep, word: Word) -> Response:
    """How long each layer remembers that one word of a scene was another; the scene is not stored."""
    return await _answered(request, services, scene, gradients.memory, timestep, word, also=gradients.rows_of_word(scene, word))


@router.post(
    "/api/gradients/remedy",
    responses=responses(document_of(RemedyDocument), *PROBLEMS, "invalid-parameter"),
    openapi_extra=JSON_SCENE,
)
async def try_remedy(request: Request, scene: SceneDep, services: ServicesDep, name: Remedy) -> Response:
    """The gradients of a scene as it begins, without and with a remedy, from the same seed; neither is stored."""
    return answer(
        request, await services.pool.compute(cost_of_variants(scene), lambda: json_answer(gradients.remedy(scene, name))), REVALIDATE
    )


def cost_of_variants(scene: Scene) -> Cost:
    """What a scene takes with other layers in place of its own: gates have four times the weights of a SimpleRNN."""
    return Cost(*(VARIANTS * part for part in scene_cost(scene)))


async def _answered(
    request: Request, services: ServicesDep, scene: Scene, tell: Callable[..., Any], *args: Any, also: Iterable[int] = ()
) -> Response:
    """What tell says of the trace of the scene, which has also these rows of its embedding."""
    taught = await services.lessons.taught(scene)
    return answer(
        request,
        await services.pool.compute(scene_cost(scene), lambda: json_answer(tell(gradients.measured(scene, taught, also), *args))),
        REVALIDATE,
    )


def _places(cells: str) -> list[tuple[int, int]]:
    places = cells.split(",")
    if not CELLS.fullmatch(cells) or len(places) > MOST_CELLS:
        detail = f"`cells` must be a path such as 1/1,1/2,2/2: layer/timestep, earliest first. Received: {shortened(cells)}. Write it so."
        raise Problem("invalid-parameter", detail)
    return [(int(layer), int(timestep)) for layer, timestep in (place.split("/") for place in places)]
