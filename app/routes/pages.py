from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.answers import FOREVER, REVALIDATE, answer
from app.files import Files
from app.languages import wanted
from app.pages import STATIC, index_page, part_page
from app.services import ServicesDep

router = APIRouter(include_in_schema=False)

LECTURES = {"join", "present", "replay"}  # in the query of a page that is part of a lecture
HASHED = re.compile(r"(?P<hash>[0-9a-f]{16})/(?P<name>.+)", re.ASCII | re.DOTALL)
FONT_NAMES = {"stix-two-math.ttf": "STIXTwoMath-Regular.ttf"}


def _font_folder() -> Path:
    """Where the package ziamath keeps its font; it is found, not imported."""
    package = find_spec("ziamath")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "fonts"


FONTS = Files(_font_folder())


@router.get("/")
async def index(request: Request, services: ServicesDep) -> Response:
    """The page, in the language that the address or else the browser asks for."""
    language = wanted(request.query_params.get("language"), request.headers.get("accept-language", ""))
    headers = {"Vary": "Accept-Language", "Content-Language": language.code}
    page = index_page(language, not LECTURES.isdisjoint(request.query_params), services.settings.starters != "nobody")
    return answer(request, page, REVALIDATE, headers)


@router.get("/parts/{name}")
async def part(request: Request, name: str) -> Response:
    """A part of the page that is brought when it is first wanted, in a language."""
    language = wanted(request.query_params.get("language"), request.headers.get("accept-language", ""))
    return answer(request, part_page(name, language), REVALIDATE, {"Vary": "Accept-Language"})


@router.get("/static/{path:path}")
async def static(request: Request, path: str) -> Response:
    """A file of the page. Below the hash of all files it never changes; below that of another version it is what it is now."""
    found = HASHED.fullmatch(path)
    keep = FOREVER if found and found["hash"] == STATIC.fingerprint else REVALIDATE
    return answer(request, STATIC.get(found["name"] if found else path), keep)


@router.get("/fonts/{name}")
async def font(request: Request, name: str) -> Response:
    """The font of the formulas, under the OFL."""
    return answer(request, FONTS.get(FONT_NAMES.get(name, "")), FOREVER)
