"""From whatever a route raises to a problem."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.answers import answer
from app.errors import Faulty, Problem, problem_answer
from app.languages import wanted
from app.lectures.storage import UnknownLecture
from app.pages import missing_page
from app.policies import methods_at
from app.problems import PROBLEMS
from app.validation import faults_of

HTML_WANTED = re.compile(r"\btext/html\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", re.IGNORECASE)
BY_STATUS = {
    404: ("not-found", "There is nothing at this address. The documentation, at docs, lists every address that works."),
    405: ("method-not-allowed", "This address does not take this method. The header Allow names those that it takes."),
}


def add_handlers(app: FastAPI) -> None:
    """Every error becomes a problem of the table."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(UnknownLecture, _gone)


async def _problem(request: Request, problem: Any) -> Response:
    if problem.name == "not-found":
        return _not_found(request, problem)
    return problem_answer(problem, request.scope)


def _not_found(request: Request, problem: Problem) -> Response:
    """A page for a person who followed a link, a problem for everything else."""
    if request.method != "GET" or not HTML_WANTED.search(request.headers.get("accept", "")):
        told = problem_answer(problem, request.scope)
        told.headers["Vary"] = "Accept"
        return told
    language = wanted(request.query_params.get("language"), request.headers.get("accept-language", ""))
    path = request.scope["raw_path"].decode("latin-1").removeprefix(request.scope.get("root_path", ""))
    headers = {"Vary": "Accept, Accept-Language", "Content-Language": language.code}
    page = answer(request, missing_page(language, "../" * (path.count("/") - 1)), "no-store", headers)
    page.status_code = problem.status
    return page


async def _parameters(request: Request, error: Any) -> Response:
    """A place in the path that cannot be is a place that is not there; anything else is a bad parameter."""
    errors = [{**each, "loc": each["loc"][1:]} for each in error.errors()]
    in_path = any(each["loc"][0] == "path" for each in error.errors())
    return problem_answer(Faulty(faults_of(errors), "unknown-number" if in_path else "invalid-parameter"), request.scope)


async def _gone(request: Request, error: Any) -> Response:
    """A lecture that was there when the request began: it was deleted meanwhile, or its log is being made anew."""
    return problem_answer(Problem("lecture-changed", "The lecture changed meanwhile. Read it again, then repeat."), request.scope)


async def _framework(request: Request, error: Any) -> Response:
    name, detail = BY_STATUS.get(error.status_code, ("internal", PROBLEMS["internal"].meaning))
    headers = dict(error.headers or {})
    if error.status_code == 405:  # the framework names the methods of one route, and a path may have several
        headers["Allow"] = ", ".join(methods_at(get_route_path(request.scope)))
    return await _problem(request, Problem(name, detail, headers=headers))
