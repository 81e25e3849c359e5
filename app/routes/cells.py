from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from app.answers import Representation, answer
from app.documents import CellDocument, UpdateDocument, WeightDocument
from app.explanations import cell, output, rows_of, weight
from app.limits import most
from app.networks import network, summary_in_keras
from app.openapi import document_of, responses
from app.routes.traces import ID_PROBLEMS, CachingDep
from app.services import ServicesDep
from app.traces import SceneTrace
from app.updates import update
from engine import Sequential

router = APIRouter(tags=["cells"])

PLAIN = "text/plain"
SUMMARY = {"description": "The table that Keras prints", "content": {PLAIN: {"schema": {"type": "string"}}}}
PROBLEMS = ("unknown-scene", "unknown-number", "engine-differs", "invalid-parameter", "too-many-terms", "too-expensive", "busy", "storage")

Layer = Annotated[int, Path(ge=1, le=most("recurrent_layers"), description="recurrent layer, from 1 at the bottom")]
Timestep = Annotated[int, Path(ge=1, le=most("timesteps"), description="timestep, from 1")]
Unit = Annotated[int | None, Query(ge=1, le=most("units"), description="one unit only, from 1")]
COLUMN = Query(ge=1, le=4 * most("units"), description="column of the matrix, from 1; an LSTM has four for each unit")
Row = Annotated[int | None, Query(ge=1, le=most("input_dim"), description="one row of the matrix only, from 1")]


@router.get("/api/traces/{scene_id}/cells/output/{timestep}", responses=responses(document_of(CellDocument), *PROBLEMS))
async def get_output(
    request: Request, scene_id: str, timestep: Timestep, caching: CachingDep, services: ServicesDep, unit: Unit = None
) -> Response:
    """Every number of an output, forward and backward, with every term of its sum."""
    explain = partial(output, timestep=timestep, unit=unit)
    return answer(request, await services.computing.explanation(scene_id, ("output", timestep, unit), explain), caching)


@router.get("/api/traces/{scene_id}/cells/{layer}/{timestep}", responses=responses(document_of(CellDocument), *PROBLEMS))
async def get_cell(
    request: Request, scene_id: str, layer: Layer, timestep: Timestep, caching: CachingDep, services: ServicesDep, unit: Unit = None
) -> Response:
    """Every number of a cell, forward and backward, with every term of its sum."""
    explain = partial(cell, layer=layer, timestep=timestep, unit=unit)
    return answer(request, await services.computing.explanation(scene_id, (layer, timestep, unit), explain), caching)


@router.get("/api/traces/{scene_id}/weights/{layer}/{name}", responses=responses(document_of(WeightDocument), *PROBLEMS))
async def get_weight(
    request: Request,
    scene_id: str,
    layer: str,
    name: str,
    caching: CachingDep,
    services: ServicesDep,
    row: Row = None,
    unit: Annotated[int | None, COLUMN] = None,
) -> Response:
    """The gradient of every number of a weight, with what each timestep contributes to it. Layer: 1 to L, embedding or output."""
    explain = partial(weight, layer=layer, name=name, row=row, unit=unit)
    rows = partial(rows_of, layer=layer, row=row)
    return answer(request, await services.computing.explanation(scene_id, (layer, name, row, unit), explain, rows), caching)


@router.get("/api/traces/{scene_id}/updates/{layer}/{name}", responses=responses(document_of(UpdateDocument), *PROBLEMS))
async def get_update(
    request: Request,
    scene_id: str,
    layer: str,
    name: str,
    caching: CachingDep,
    services: ServicesDep,
    row: Row = None,
    unit: Annotated[int, COLUMN] = 1,
) -> Response:
    """How the optimizer moves one number of a weight, line by line. Layer: 1 to L, embedding or output."""
    explain = partial(update, layer=layer, name=name, row=row, unit=unit)
    rows = partial(rows_of, layer=layer, row=row or 1)
    return answer(request, await services.computing.explanation(scene_id, ("update", layer, name, row, unit), explain, rows), caching)


@router.get("/api/traces/{scene_id}/summary", responses=responses(SUMMARY, *ID_PROBLEMS, "busy", "storage"))
async def get_summary(request: Request, scene_id: str, caching: CachingDep, services: ServicesDep) -> Response:
    """The scene's network in the table that Keras prints: every layer with its output shape and its parameters."""
    return answer(request, await services.computing.made(scene_id, ("summary",), _summary), caching)


def _summary(trace: SceneTrace) -> Representation:
    return Representation.text(summary_in_keras(trace.scene, Sequential(network(trace.scene)).layers).encode(), PLAIN)
