from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.answers import FOREVER, REVALIDATE, answer
from app.charting import Part
from app.charts.pen import Pen, Theme
from app.charts.table import charts_document, script_name
from app.computing import json_answer
from app.documents import ChartDocument, ChartsDocument, ChartTableDocument
from app.errors import Problem
from app.files import Files
from app.languages import wanted
from app.openapi import document_of, responses
from app.services import ServicesDep

router = APIRouter(tags=["charts"])

PROBLEMS = (
    *("unknown-chart", "unknown-scene", "unknown-dataset", "invalid-dataset", "invalid-parameter"),
    *("too-expensive", "not-finite", "busy", "storage"),
)
BY_LANGUAGE = {"Vary": "Accept-Language"}

SceneId = Annotated[str, Query(description="id of the scene; charts of a training end at the epoch that this scene has come to")]
LanguageCode = Annotated[str | None, Query(description="of the words: en or hi; else Accept-Language decides")]
InTheme = Annotated[Theme, Query(description="the colours")]


def _package() -> Path:
    """Where plotly keeps its script; it is found, not imported, which would cost time and 28 MB."""
    package = find_spec("plotly")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "package_data"


SCRIPTS = Files(_package())


@router.get("/charts/{script}", include_in_schema=False)
async def get_script(request: Request, script: str, services: ServicesDep) -> Response:
    """The library that draws charts in the browser, read and compressed when the first chart is shown."""
    if script != script_name():
        raise Problem("not-found", "There is no such file on this server. Start from the page at the top.")
    found = await services.cache.get(("script",), lambda: services.pool.run(SCRIPTS.get, "plotly.min.js"))
    return answer(request, found, FOREVER)


@router.get("/api/charts", responses=responses(document_of(ChartsDocument)))
async def get_charts(request: Request, language: LanguageCode = None) -> Response:
    """Every chart that can be asked for, and what a page says around them."""
    spoken = wanted(language, request.headers.get("accept-language", ""))
    return answer(request, json_answer(charts_document(spoken)), REVALIDATE, {**BY_LANGUAGE, "Content-Language": spoken.code})


@router.get("/api/charts/{name}", responses=responses(document_of(ChartDocument), *PROBLEMS))
async def get_chart(
    request: Request, name: str, scene: SceneId, services: ServicesDep, language: LanguageCode = None, theme: InTheme = "light"
) -> Response:
    """A chart as a figure that Plotly draws."""
    return await _answered(request, name, scene, services, language, theme, "figure")


@router.get("/api/charts/{name}/table", responses=responses(document_of(ChartTableDocument), *PROBLEMS))
async def get_chart_table(request: Request, name: str, scene: SceneId, services: ServicesDep, language: LanguageCode = None) -> Response:
    """The numbers of a chart as a table, for those who cannot see it, and for programs."""
    return await _answered(request, name, scene, services, language, "light", "table")


async def _answered(
    request: Request, name: str, scene: str, services: ServicesDep, language: str | None, theme: Theme, part: Part
) -> Response:
    spoken = wanted(language, request.headers.get("accept-language", ""))
    found = await services.charts.get(name, scene, Pen(spoken, theme), part)
    return answer(request, found, REVALIDATE, {**BY_LANGUAGE, "Content-Language": spoken.code})
