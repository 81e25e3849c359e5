from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.answers import REVALIDATE, answer
from app.computing import json_answer
from app.errors import Problem
from app.openapi import openapi
from app.pages import checked_page, docs_page
from app.problems import PROBLEMS

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
async def document(request: Request) -> Response:
    """The OpenAPI document of this server."""
    return answer(request, json_answer(openapi(request.app)), REVALIDATE)


@router.get("/docs")
async def page(request: Request) -> Response:
    """The documentation of the API, made from its OpenAPI document."""
    return answer(request, docs_page(request.app), REVALIDATE)


@router.get("/checked")
async def what_was_checked(request: Request) -> Response:
    """What the engine was checked against."""
    return answer(request, checked_page(), REVALIDATE)


@router.get("/problems/{name}")
async def problem(name: str) -> Response:
    """The `type` of a problem leads to its place in the documentation."""
    if name not in PROBLEMS:
        raise Problem("not-found", "There is no problem of this name. The documentation, at docs, lists them all.")
    return RedirectResponse(f"../docs#problem-{name}", status_code=303)
