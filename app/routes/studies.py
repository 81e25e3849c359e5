from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app import studies
from app.answers import Representation, answer
from app.computing import TRACE_TYPE
from app.counting import Cost
from app.gradient_documents import BifurcationDocument, DescentDocument, LinearDocument
from app.limits import LIMITS
from app.openapi import document_of, responses
from app.routes.traces import CachingDep
from app.services import ServicesDep
from app.studies import Span

router = APIRouter(tags=["studies"])

STUDY = Cost(20_000_000, 5_000_000)

PROBLEMS = ("engine-differs", "invalid-parameter", "busy")
SURFACE = {
    "description": "One safetensors file: w and b (points,), wall (any number, 2), error (points of b, points of w)",
    "content": {TRACE_TYPE: {"schema": {"type": "string", "format": "binary"}}},
}


def _query(name: str, description: str) -> Any:
    return Query(ge=LIMITS[name].min, le=LIMITS[name].max, allow_inf_nan=False, description=description)


Weight = Annotated[float, _query("study", "recurrent weight")]
Bias = Annotated[float, _query("study", "bias")]
State = Annotated[float, _query("study", "the first state")]
Points = Annotated[int, Query(ge=LIMITS["points"].min, le=LIMITS["points"].max, description=LIMITS["points"].description)]
Rate = Annotated[float, _query("learning_rate", "learning rate")]
Threshold = Annotated[float, _query("clip", "a longer gradient is made that long")]
Paces = Annotated[int, Query(ge=LIMITS["paces"].min, le=LIMITS["paces"].max, description="steps of each walk")]
Timesteps = Annotated[int, Query(ge=LIMITS["timesteps"].min, le=LIMITS["timesteps"].max, description="the last timestep")]


@router.get("/api/studies/cliff", responses=responses(SURFACE, *PROBLEMS))
async def get_cliff(
    request: Request,
    caching: CachingDep,
    services: ServicesDep,
    w_from: Weight = 3.5,
    w_to: Weight = 6.5,
    b_from: Bias = -4.0,
    b_to: Bias = -1.0,
    points: Points = 301,
) -> Response:
    """The error surface of one unit after 50 timesteps, and where its wall stands (Pascanu, Mikolov and Bengio 2013, figure 6)."""
    spans = (Span("w", w_from, w_to), Span("b", b_from, b_to))
    return answer(request, await _kept(services, studies.cliff, *spans, points), caching)


@router.get("/api/studies/descent", responses=responses(document_of(DescentDocument), *PROBLEMS))
async def get_descent(
    request: Request,
    caching: CachingDep,
    services: ServicesDep,
    w: Weight = 5.0,
    b: Bias = -2.3,
    rate: Rate = 0.05,
    threshold: Threshold = 1.0,
    paces: Paces = 200,
) -> Response:
    """Gradient descent on that surface from one point, without clipping and with (the paper's algorithm 1)."""
    return answer(request, await _kept(services, studies.descent, w, b, rate, threshold, paces), caching)


@router.get("/api/studies/bifurcation", responses=responses(document_of(BifurcationDocument), *PROBLEMS))
async def get_bifurcation(request: Request, caching: CachingDep, services: ServicesDep, w: Weight = 5.0) -> Response:
    """Every state that the unit can settle in or be balanced at, by its bias (figure 3, after Doya 1993)."""
    return answer(request, await _kept(services, studies.bifurcation, w), caching)


@router.get("/api/studies/linear", responses=responses(document_of(LinearDocument), *PROBLEMS))
async def get_linear(
    request: Request, caching: CachingDep, services: ServicesDep, w: Weight = 1.2, x_0: State = 0.5, timesteps: Timesteps = 50
) -> Response:
    """The unit without sigmoid and bias: its state is a power, whose slope and curvature explode together (section 2.3)."""
    return answer(request, await _kept(services, studies.linear, w, x_0, timesteps), caching)


async def _kept(services: ServicesDep, make: Callable[..., Representation], *args: Any) -> Representation:
    """Computed once, and kept by its parameters."""
    return await services.cache.get((make.__name__, *args), lambda: services.pool.compute(STUDY, make, *args))
