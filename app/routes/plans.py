from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.answers import REVALIDATE, Representation, answer
from app.computing import json_answer
from app.errors import Problem, shortened
from app.languages import wanted
from app.lectures.documents import CodeDocument, PlansDocument
from app.lectures.plans import Plan, parse_plan
from app.lectures.results import results_csv
from app.lectures.shipped_plans import SHIPPED, shipped_plan
from app.lectures.storage import whole_log
from app.openapi import body_of, document_of, reference, responses
from app.policies import BodyDep
from app.routes.lectures import BODY, KNOWN, NEVER_KEPT, RoomDep, SessionDep
from app.services import ServicesDep

router = APIRouter(tags=["lectures"])

EMPTY = Plan(unrolled="plan", version=1)
PLAN_ANSWER = {"description": Plan.__doc__, "content": {"application/json": {"schema": reference(Plan)}}}
CSV = {"description": "One line per answer of every question", "content": {"text/csv": {"schema": {"type": "string"}}}}
PLAN_BODY = tuple(name for name in BODY if name != "invalid-command")


@router.get("/api/plans", responses=responses(document_of(PlansDocument)))
async def list_plans(request: Request) -> Response:
    """The plans that come with Unrolled, in the language of the address or else of the browser."""
    language = wanted(request.query_params.get("language"), request.headers.get("accept-language", ""))
    plans = [{"name": name, "title": plan.title, "steps": len(plan.steps)} for name in SHIPPED for plan in [shipped_plan(name, language)]]
    return answer(request, json_answer({"plans": plans}), REVALIDATE, {"Vary": "Accept-Language"})


@router.get("/api/plans/{name}", responses=responses(PLAN_ANSWER, "unknown-plan"))
async def get_plan(request: Request, name: str) -> Response:
    """A plan that comes with Unrolled: scenes, views, notes and questions, step by step."""
    if name not in SHIPPED:
        raise Problem(
            "unknown-plan", f"No plan of this name comes with Unrolled. Received: {shortened(name)}. There are: {', '.join(SHIPPED)}."
        )
    language = wanted(request.query_params.get("language"), request.headers.get("accept-language", ""))
    return answer(request, json_answer(shipped_plan(name, language).document()), REVALIDATE, {"Vary": "Accept-Language"})


@router.get("/api/lectures/{code}/plan", responses=responses(PLAN_ANSWER, *KNOWN, "not-presenter"))
async def get_lecture_plan(request: Request, room: RoomDep, session: SessionDep, services: ServicesDep) -> Response:
    """The plan of a lecture, for its presenter alone: notes and answers stand in it. Without one, an empty plan."""
    text = await services.lectures.storage.plan(room.code)
    return answer(request, Representation.text((text or EMPTY.text).encode(), "application/json"), NEVER_KEPT)


@router.put(
    "/api/lectures/{code}/plan",
    responses=responses(document_of(CodeDocument), *PLAN_BODY, *KNOWN, "not-presenter", "invalid-plan", "newer-plan"),
    openapi_extra=body_of(Plan, EMPTY.document()),
)
async def put_lecture_plan(request: Request, room: RoomDep, session: SessionDep, body: BodyDep, services: ServicesDep) -> Response:
    """Keep a plan with a lecture, so that every device that presents it has the plan."""
    plan = await services.pool.run(parse_plan, body)
    await services.lectures.storage.put_plan(room.code, plan.text, plan.names)
    return answer(request, json_answer({"code": room.code}), NEVER_KEPT)


@router.get("/api/lectures/{code}/results", responses=responses(CSV, *KNOWN, "not-presenter"))
async def get_results(request: Request, room: RoomDep, session: SessionDep, services: ServicesDep) -> Response:
    """What the class answered, as a table for a spreadsheet. Nobody's name stands in it."""
    storage = services.lectures.storage
    entries = await whole_log(storage, room.code)
    polls = [entry.body["poll"] for entry in entries if entry.kind == "poll opened"]
    tallies = {poll: await storage.tally(room.code, poll) for poll in polls}
    headers = {"Content-Disposition": f'attachment; filename="lecture-{room.code}-results.csv"'}
    return answer(request, Representation.text(results_csv(entries, tallies), "text/csv"), NEVER_KEPT, headers)
