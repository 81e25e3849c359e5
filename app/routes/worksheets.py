from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.answers import REVALIDATE, answer
from app.languages import wanted
from app.openapi import responses
from app.pages import HTML, worksheet_page
from app.services import ServicesDep

router = APIRouter(tags=["worksheets"])

PAGE = {"description": "A page for print", "content": {HTML: {"schema": {"type": "string"}}}}


@router.get(
    "/worksheet/{scene_id}",
    responses=responses(PAGE, "unknown-scene", "worksheet-too-long", "not-finite", "too-expensive", "busy", "storage"),
)
async def get_worksheet(request: Request, scene_id: str, services: ServicesDep) -> Response:
    """A scene that is known here as a sheet of paper: its weights, blanks for every h and its gradient, and the solution."""
    language = wanted(request.query_params.get("language"), request.headers.get("accept-language", ""))
    sheet = await services.computing.made(scene_id, ("worksheet", language.code), partial(worksheet_page, language))
    return answer(request, sheet, REVALIDATE, {"Vary": "Accept-Language", "Content-Language": language.code})
