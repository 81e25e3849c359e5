from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.answers import answer
from app.computing import json_answer
from app.errors import Problem
from app.lectures.commands import Participant, Vote, parsed
from app.lectures.documents import ParticipantDocument, VoteDocument
from app.lectures.entering import PARTICIPANT, address_of, give_cookie
from app.lectures.questions import parse_question
from app.lectures.refusals import require_poll
from app.lectures.secret import hashed, new_secret
from app.lectures.state import question_of
from app.lectures.storage import PollClosed, TooManyIdentities, UnknownParticipant
from app.openapi import body_of, document_of, responses
from app.policies import BodyDep
from app.routes.lectures import BODY, KNOWN, NEVER_KEPT, Known, RoomDep
from app.services import ServicesDep

router = APIRouter(tags=["lectures"])

WITHOUT = "A vote needs a participant of this lecture. Ask for one with PUT at participant, and send its cookie."


@router.put(
    "/api/lectures/{code}/participant",
    responses=responses(document_of(ParticipantDocument), *BODY, *KNOWN, "too-many-identities"),
    openapi_extra=body_of(Participant, {"nickname": ""}),
)
async def take_part(request: Request, room: RoomDep, body: BodyDep, services: ServicesDep, known: Known = None) -> Response:
    """Take part in a lecture: the cookie that comes back votes once in every question. Nobody needs a name."""
    wanted, secret = parsed(Participant, body), known or new_secret()
    settings = services.settings
    try:
        await services.lectures.storage.join(room.code, hashed(secret), wanted.nickname, hashed(address_of(request)), settings.identities)
    except TooManyIdentities:
        detail = f"{settings.identities} participants came from this network already, and no more may vote from there. Ask the presenter."
        raise Problem("too-many-identities", detail, headers={"Retry-After": "60"}) from None
    told = answer(request, json_answer({"nickname": wanted.nickname}), NEVER_KEPT)
    give_cookie(told, PARTICIPANT, secret, settings, room.code)
    services.seats.give(told, hashed(secret))
    return told


@router.put(
    "/api/lectures/{code}/polls/{poll}/vote",
    responses=responses(document_of(VoteDocument), *BODY, *KNOWN, "unknown-poll", "poll-closed", "no-participant", "invalid-vote"),
    openapi_extra=body_of(Vote, {"choice": "positive"}),
)
async def vote(request: Request, room: RoomDep, poll: str, body: BodyDep, services: ServicesDep, known: Known = None) -> Response:
    """Answer a question. A second answer replaces the first, as long as the question is open."""
    wanted = parsed(Vote, body)
    if known is None:
        raise Problem("no-participant", WITHOUT)
    asked = require_poll(room, poll)
    choice = parse_question(question_of(asked)).normal(wanted.choice)
    try:
        await services.lectures.storage.vote(room.code, poll, hashed(known), choice)
    except PollClosed:
        raise Problem("poll-closed", "The question is closed, so nothing was changed. Wait for the next one.") from None
    except UnknownParticipant:
        raise Problem("no-participant", WITHOUT) from None
    room.voted(poll)
    return answer(request, json_answer({"poll": poll, "choice": choice}), NEVER_KEPT)
