from __future__ import annotations

import hmac
from typing import Annotated, Any, Literal
from urllib.parse import quote, unquote

from fastapi import APIRouter, Cookie, Depends, Header, Query, Request
from pydantic import AfterValidator
from starlette.responses import RedirectResponse, Response

from app.answers import Representation, answer
from app.computing import json_answer
from app.errors import Problem
from app.events import EVENTS_TYPE, HEADERS, Broadcast
from app.lectures.commands import Device, Exchange, Start, parse_command, parsed
from app.lectures.documents import (
    CodeDocument,
    CommandAnswerDocument,
    KeyDocument,
    LectureDocument,
    PresenterDocument,
    ReachDocument,
    StartedDocument,
)
from app.lectures.entering import PARTICIPANT, PRESENTER, address_of, as_given, give_cookie
from app.lectures.lectures import Lectures
from app.lectures.listener import About
from app.lectures.reach import join_address, presenter_address, qr_code, reachable
from app.lectures.recording import recording
from app.lectures.room import Position, Room
from app.lectures.secret import hashed, new_secret, read_code
from app.limits import most
from app.openapi import JSON_COMMAND, body_of, document_of, responses
from app.policies import BodyDep
from app.services import Services, ServicesDep
from app.traffic import Connection, connection_of

LONGEST_CODE = 24  # characters of what was typed for one

router = APIRouter(tags=["lectures"])

NEVER_KEPT = "no-store"
BODY = ("malformed-json", "body-too-large", "unsupported-media-type", "cross-site", "invalid-command")
KNOWN = ("unknown-lecture", "too-many-requests", "storage")
EVENT = {"id": {"type": "string"}, "event": {"type": "string"}, "data": {"type": "string", "contentMediaType": "application/json"}}
EVENTS = {
    "description": "Server-sent events, until the lecture or the server ends",
    "content": {EVENTS_TYPE: {"schema": {"type": "object", "properties": EVENT}}},  # of each event
}
SVG = {"description": "The QR code", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}
RECORDING = {"description": "The lecture's log with its scenes", "content": {"application/json": {"schema": {"type": "object"}}}}
WRONG = "Too many wrong codes came from this address."

Secret = Annotated[str | None, Cookie(alias=PRESENTER), AfterValidator(as_given)]
Known = Annotated[str | None, Cookie(alias=PARTICIPANT), AfterValidator(as_given)]


async def _room(request: Request, code: str, services: ServicesDep, secret: Secret = None, known: Known = None) -> Room:
    """The lecture of the address. Only wrong codes are counted and refused, so no one who has a right one is ever locked out."""
    address = address_of(request)
    try:
        room = await services.lectures.room(code)
    except Problem as problem:
        if problem.name == "unknown-lecture":
            services.tries.codes.require(address, WRONG)
            services.tries.codes.take(address)
        raise
    if connection := connection_of(request.scope):
        await _admit(connection, services.lectures, room, secret, known)
    return room


async def _admit(connection: Connection, lectures: Lectures, room: Room, secret: str | None, known: str | None) -> None:
    """A presenter's or a participant's connection is not counted for its address; any other is refused where the address has too many."""
    if connection.member or (await lectures.knows(room, secret, known) and connection.join()):
        return
    if connection.is_crowded:
        detail = "Your address has too many open connections. Close other tabs of this page, or try again in 5 s."
        raise Problem("too-many-requests", detail, headers={"Retry-After": "5", "Connection": "close"})


RoomDep = Annotated[Room, Depends(_room)]


async def _presenter(room: RoomDep, services: ServicesDep, secret: Secret = None) -> str:
    """The session of whoever may present this lecture; 403 for everyone else."""
    session = await services.lectures.session(room, secret)
    if session is None:
        raise Problem("not-presenter", "This browser does not present this lecture. Open the presenter's link in it first.")
    return session


SessionDep = Annotated[str, Depends(_presenter)]


@router.get("/api/reach", responses=responses(document_of(ReachDocument)))
async def get_reach(request: Request, services: ServicesDep) -> Response:
    """Where others reach this server, if they can, and who may start a lecture here."""
    document = {"address": reachable(services.settings), "starters": services.settings.starters}
    return answer(request, json_answer(document), NEVER_KEPT)


@router.get("/join", include_in_schema=False)
@router.get("/join/{code}", include_in_schema=False)
async def join(request: Request, code: str | None = None) -> Response:
    """The page, as a student of this lecture, or of the one whose code is typed there."""
    language = request.query_params.get("language")
    spoken = f"&language={language}" if language and language.isalpha() else ""
    typed = "" if code is None else quote(read_code(code) or code[:LONGEST_CODE], safe="")
    return RedirectResponse(f"{'./' if code is None else '../'}?join={typed}{spoken}", status_code=307)


@router.post(
    "/api/lectures",
    status_code=201,
    responses=responses(
        document_of(StartedDocument), *BODY, "lecture-refused", "wrong-path", "unknown-scene", "too-many-requests", "storage", status=201
    ),
    openapi_extra=body_of(Start, {"title": "Deep RNNs", "view": {"step": "7"}}),
)
async def start_lecture(request: Request, body: BodyDep, services: ServicesDep) -> Response:
    """Start a lecture. Whoever does presents it, by the cookie that comes back; the key lets another device present it."""
    wanted = parsed(Start, body)
    _require_same_path(wanted.base, services.settings.root_path)
    _require_starter(request, wanted.passphrase, services)
    services.tries.starts.require(address_of(request), "Many lectures were started from this address.")
    await services.lectures.require_room(services.settings.lectures_bytes)
    first = await _first(wanted, services)
    record, key, session = await services.lectures.start(wanted.title, wanted.device, first)
    services.tries.starts.take(address_of(request))
    document = {"code": record.code, "key": key, "epoch": record.epoch, "offset": record.last, "fence": record.fence}
    told = answer(request, json_answer(document), NEVER_KEPT)
    told.status_code = 201
    give_cookie(told, PRESENTER, session, services.settings, record.code)
    return told


def _require_same_path(base: str | None, root_path: str) -> None:
    """A problem where a proxy has another path for the page than the setting: a browser would not send the presenter's cookie back."""
    if base is not None and (path := unquote(base).rstrip("/")) != unquote(root_path):
        known = f"set to {root_path}" if root_path else "not set"
        detail = (
            f"A proxy serves this page below {path or '/'}, but the server's setting UNROLLED_ROOT_PATH is {known}, so the browser "
            f"would not send back the presenter's cookie. Whoever runs the server has to set UNROLLED_ROOT_PATH={path}. Nothing began."
        )
        raise Problem("wrong-path", detail)


def _require_starter(request: Request, passphrase: str, services: Services) -> None:
    settings, address = services.settings, address_of(request)
    if settings.starters == "nobody":
        raise Problem(
            "lecture-refused", "Lectures cannot be started on this server. Start a server of your own: python3 scripts/serve.py --lan"
        )
    if settings.starters == "passphrase":
        services.tries.passphrases.require(address, "Too many wrong passphrases came from this address.")
        if not hmac.compare_digest(passphrase.encode(), settings.passphrase.get_secret_value().encode()):
            services.tries.passphrases.take(address)
            raise Problem(
                "lecture-refused", "A lecture needs the passphrase of this server, and this is another. Ask whoever runs the server."
            )


async def _first(wanted: Start, services: Services) -> list[tuple[str, dict[str, Any]]]:
    """The first entries of the log: where the presenter stands."""
    if wanted.scene is None:
        return []
    await services.computing.needed(wanted.scene)
    return [("scene", {"scene": wanted.scene, "view": wanted.view})]


@router.get("/api/lectures/{code}", responses=responses(document_of(LectureDocument), *KNOWN))
async def get_lecture(
    request: Request,
    room: RoomDep,
    services: ServicesDep,
    secret: Secret = None,
) -> Response:
    """What a page needs to know before it follows."""
    base = reachable(services.settings)
    session, record = await services.lectures.session(room, secret), await services.lectures.storage.record(room.code)
    document = {
        "code": room.code,
        "title": room.state.title,
        "epoch": room.epoch,
        "offset": room.offset,
        "created": room.created,
        "ended": room.state.ended,
        "presenter": session is not None,
        "presenting": session is not None and record is not None and session == record.session,
        "fence": room.state.fence,
        "holder": room.state.holder,
        "address": base and join_address(base, room.code),
    }
    return answer(request, json_answer(document), NEVER_KEPT)


@router.get("/api/lectures/{code}/qr.svg", responses=responses(SVG, *KNOWN))
async def get_qr_code(request: Request, room: RoomDep, services: ServicesDep) -> Response:
    """The QR code of the address to join at."""
    return answer(request, Representation.text(qr_code(join_address(_base(request, services), room.code)), "image/svg+xml"), NEVER_KEPT)


def _base(request: Request, services: Services) -> str:
    """Where other devices find this server, or else where this one did."""
    return reachable(services.settings) or str(request.base_url).rstrip("/")


@router.post(
    "/api/lectures/{code}/presenter",
    responses=responses(document_of(PresenterDocument), *BODY, *KNOWN, "key-used"),
    openapi_extra=body_of(Exchange, {"key": "k2Jx0bLm", "device": "tablet"}),
)
async def become_presenter(request: Request, room: RoomDep, body: BodyDep, services: ServicesDep) -> Response:
    """Exchange the key of a presenter's link for the cookie that presents. A key works once."""
    wanted, session = parsed(Exchange, body), new_secret()
    if not await services.lectures.storage.use_key(room.code, hashed(wanted.key), hashed(session), wanted.device):
        services.tries.codes.require(address_of(request), WRONG)
        services.tries.codes.take(address_of(request))
        raise Problem(
            "key-used", "This presenter's link was opened before, or is not of this lecture. Make a new one on a device that presents."
        )
    told = answer(request, json_answer({"fence": room.state.fence, "holder": room.state.holder}), NEVER_KEPT)
    give_cookie(told, PRESENTER, session, services.settings, room.code)
    return told


@router.post(
    "/api/lectures/{code}/keys",
    responses=responses(document_of(KeyDocument), *BODY, *KNOWN, "not-presenter"),
    openapi_extra=body_of(Device, {"device": "tablet"}),
)
async def make_key(request: Request, room: RoomDep, session: SessionDep, body: BodyDep, services: ServicesDep) -> Response:
    """The key of one more presenter's link, for another device or another person."""
    parsed(Device, body)
    key = new_secret()
    await services.lectures.storage.add_key(room.code, hashed(key))
    address = presenter_address(_base(request, services), room.code, key)
    return answer(request, json_answer({"key": key, "address": address, "qr": qr_code(address).decode()}), NEVER_KEPT)


@router.post(
    "/api/lectures/{code}/commands",
    responses=responses(
        document_of(CommandAnswerDocument),
        *BODY,
        *KNOWN,
        "not-presenter",
        "not-presenting",
        "lecture-ended",
        "lecture-full",
        "lecture-changed",
        "unknown-poll",
        "unknown-scene",
    ),
    openapi_extra=JSON_COMMAND,
)
async def command(request: Request, room: RoomDep, session: SessionDep, body: BodyDep, services: ServicesDep) -> Response:
    """What the presenter does: stored, then answered, then sent to everyone. A repeated id gets the first answer again."""
    wanted = parse_command(body)
    if wanted.kind == "scene":
        await services.computing.needed(wanted.body["scene"])
    entry = await services.lectures.command(room, session, wanted)
    document = {"epoch": room.epoch, "offset": entry.offset if entry else room.offset}
    return answer(request, json_answer(document), NEVER_KEPT)


@router.get("/api/lectures/{code}/events", responses=responses(EVENTS, *KNOWN, "not-presenter", "invalid-parameter"))
async def follow(
    room: RoomDep,
    services: ServicesDep,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
    last: Annotated[str | None, Query(alias="last_event_id", max_length=100)] = None,
    role: Annotated[Literal["student", "presenter"], Query(alias="as")] = "student",
    mode: Annotated[Literal["following", "exploring"], Query()] = "following",
    hand: Annotated[bool, Query()] = False,
    wait: Annotated[
        Literal["0"] | None, Query(description="0: what the stream begins with, then the end; nobody is counted for it")
    ] = None,
    nickname: Annotated[str, Query(max_length=most("nickname"))] = "",
    secret: Secret = None,
) -> Response:
    """The lecture as server-sent events, from where this listener left off; it says about itself what is counted."""
    if role == "presenter":
        await _presenter(room, services, secret)
    position = Position.read(last_event_id or last)
    if wait:
        return Response(room.glimpse(position), media_type=EVENTS_TYPE, headers=HEADERS)
    about = About(role == "presenter", mode, hand, "".join(filter(str.isprintable, nickname)))
    return Broadcast(lambda outlet: room.listen(outlet, about, position), lambda: room.welcome(position))


@router.get("/api/lectures/{code}/recording", responses=responses(RECORDING, *KNOWN))
async def get_recording(request: Request, room: RoomDep, services: ServicesDep) -> Response:
    """The log of a lecture and every scene in it: enough to watch it again anywhere."""
    told = await recording(room, services.lectures.storage, services.store)
    return answer(request, told, NEVER_KEPT, {"Content-Disposition": f'attachment; filename="lecture-{room.code}.json"'})


@router.delete("/api/lectures/{code}", responses=responses(document_of(CodeDocument), *KNOWN, "cross-site", "not-presenter"))
async def delete_lecture(request: Request, room: RoomDep, session: SessionDep, services: ServicesDep) -> Response:
    """Delete a lecture and everything about it. Whoever follows is told."""
    await services.lectures.delete(room)
    return answer(request, json_answer({"code": room.code}), NEVER_KEPT)
