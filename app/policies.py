"""Who may call each route, how much it reads, and what bounds its rate: declared here for all of them, and enforced here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect
from starlette.routing import compile_path

from app.errors import Problem
from app.limits import most
from app.settings import Settings
from app.traffic import Traffic

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Policy:
    """callers: whose pages may call; body: the most bytes that are read; rate: what stops a flood, if it costs more than sending bytes.

    Beside the page: who may do it. What only the presenter or a participant may, their cookies say in the route.
    """

    callers: Literal["any page", "own pages"] = "any page"
    body: int = 0
    rate: Literal["free", "pool", "addresses"] = "free"


READ = Policy()
COMPUTE = Policy(rate="pool")
SCENE = Policy(callers="own pages", body=most("scene_bytes"), rate="pool")

POLICIES: dict[str, Policy] = {
    "GET /": READ,
    "GET /static/{path:path}": READ,
    "GET /fonts/{name}": READ,
    "GET /parts/{name}": READ,
    "GET /docs": READ,
    "GET /checked": READ,
    "GET /problems/{name}": READ,
    "GET /openapi.json": READ,
    "GET /healthz": READ,
    "GET /readyz": READ,
    "GET /version": READ,
    "GET /api/limits": READ,
    "GET /api/scenes/{scene_id}": READ,
    "POST /api/traces": SCENE,
    "POST /api/gradients": SCENE,
    "POST /api/gradients/kinds": SCENE,
    "POST /api/gradients/path": SCENE,
    "POST /api/gradients/strongest": SCENE,
    "POST /api/gradients/memory": SCENE,
    "POST /api/gradients/remedy": SCENE,
    "GET /api/studies/cliff": COMPUTE,
    "GET /api/studies/descent": COMPUTE,
    "GET /api/studies/bifurcation": COMPUTE,
    "GET /api/studies/linear": COMPUTE,
    "GET /api/traces/{scene_id}": COMPUTE,
    "GET /worksheet/{scene_id}": COMPUTE,
    "GET /api/traces/{scene_id}/cells/output/{timestep}": COMPUTE,
    "GET /api/traces/{scene_id}/cells/{layer}/{timestep}": COMPUTE,
    "GET /api/traces/{scene_id}/weights/{layer}/{name}": COMPUTE,
    "GET /api/traces/{scene_id}/updates/{layer}/{name}": COMPUTE,
    "GET /api/traces/{scene_id}/summary": COMPUTE,
}
POLICIES |= {
    "GET /api/datasets": READ,
    "POST /api/datasets": Policy(callers="own pages", body=most("dataset_bytes"), rate="pool"),
    "POST /api/datasets/table": Policy(callers="own pages", body=most("dataset_bytes"), rate="pool"),
    "GET /api/datasets/{dataset_id}": READ,
    "GET /api/datasets/{dataset_id}/examples": COMPUTE,
    "POST /api/trainings": Policy(callers="own pages", body=most("scene_bytes"), rate="pool"),
    "GET /api/trainings/{training_id}/events": READ,
    "DELETE /api/trainings/{training_id}": Policy(callers="own pages"),
    "GET /api/traces/{scene_id}/predictions": COMPUTE,
    "GET /charts/{script}": COMPUTE,
    "GET /api/charts": READ,
    "GET /api/charts/{name}": COMPUTE,
    "GET /api/charts/{name}/table": COMPUTE,
}
COMMAND = Policy(callers="own pages", body=most("command_bytes"), rate="addresses")
SMALL = Policy(callers="own pages", body=most("vote_bytes"), rate="addresses")
FOLLOW = Policy(rate="addresses")
POLICIES |= {
    "GET /metrics": READ,
    "GET /join/{code}": READ,
    "GET /join": READ,
    "GET /api/reach": READ,
    "POST /api/lectures": COMMAND,
    "GET /api/lectures/{code}": FOLLOW,
    "GET /api/lectures/{code}/qr.svg": FOLLOW,
    "POST /api/lectures/{code}/presenter": SMALL,
    "POST /api/lectures/{code}/keys": SMALL,
    "POST /api/lectures/{code}/commands": COMMAND,
    "GET /api/lectures/{code}/events": FOLLOW,
    "GET /api/lectures/{code}/recording": FOLLOW,
    "DELETE /api/lectures/{code}": Policy(callers="own pages", rate="addresses"),
    "GET /api/plans": READ,
    "GET /api/plans/{name}": READ,
    "GET /api/lectures/{code}/plan": FOLLOW,
    "PUT /api/lectures/{code}/plan": Policy(callers="own pages", body=most("plan_bytes"), rate="addresses"),
    "GET /api/lectures/{code}/results": FOLLOW,
    "PUT /api/lectures/{code}/participant": SMALL,
    "PUT /api/lectures/{code}/polls/{poll}/vote": SMALL,
}


PATTERNS = [(method, compile_path(path)[0]) for method, path in (route.split(" ") for route in POLICIES)]


async def enforce(request: Request) -> None:
    """Runs before every route: a problem where its policy says no."""
    policy = policy_of(request)
    if policy.callers == "own pages":
        _require_own_page(request)
    if policy.body:
        _require_plain_json(request)
    if policy.rate == "pool" and (cancel_on_leaving := request.scope.get("extensions", {}).get("cancel_on_leaving")):
        cancel_on_leaving()


def policy_of(request: Request) -> Policy:
    """The policy of the route that answers this request."""
    route = request.scope["route"]
    (method,) = route.methods
    return POLICIES[f"{method} {route.path}"]


async def read_body(request: Request) -> bytes:
    """The body, counted while it comes: what goes over the limit is not kept."""
    limit = policy_of(request).body
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > limit:
        raise _too_large(limit)
    traffic: Traffic = request.app.state.traffic
    body = bytearray()
    try:
        with traffic.receiving(request.scope) as received:
            async for piece in request.stream():
                received(len(piece))
                body += piece
                if len(body) > limit:
                    raise _too_large(limit)
    except ClientDisconnect:
        raise Problem("malformed-json", "The body ended before its declared length. Send all of it.") from None
    return bytes(body)


BodyDep = Annotated[bytes, Depends(read_body)]


def _too_large(limit: int) -> Problem:
    detail = f"The body may have at most {limit} bytes here. Received: more. Take fewer words, or shorter ones."
    return Problem("body-too-large", detail, headers={"Connection": "close"})  # what is still on its way is not read


def _require_own_page(request: Request) -> None:
    """Programs send neither header; browsers send at least one, and it cannot be forged by a page."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    foreign = site not in (None, "same-origin", "none")
    if not foreign and origin is not None and site is None:
        foreign = origin.lower() not in _own_origins(request)
    if foreign:
        detail = (
            "Only pages of this server may send it scenes. Received: a request from a page of another site. Open this server's own page."
        )
        raise Problem("cross-site", detail)


def _own_origins(request: Request) -> set[str]:
    """How a browser names a page of this server, asked for as this request was, or as the setting says that others ask for it."""
    settings: Settings = request.app.state.services.settings
    public = urlsplit(settings.public_url.lower())
    asked = {f"{request.url.scheme}://{request.headers.get('host', '').lower()}"}
    return asked | ({f"{public.scheme}://{public.netloc}"} if public.netloc else set())


def methods_at(path: str) -> list[str]:
    """Returns the methods of all routes at this path, for the header Allow."""
    methods = {method for method, pattern in PATTERNS if pattern.fullmatch(path)}
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


def _require_plain_json(request: Request) -> None:
    kind, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    charsets = [value.strip('" ') for name, _, value in (each.partition("=") for each in parameters) if name.strip() == "charset"]
    encoding = request.headers.get("content-encoding", "identity")
    if kind != JSON_TYPE:
        detail = f"The body must be {JSON_TYPE}. Received: {kind or 'no Content-Type'}. Send the scene as JSON and say so in Content-Type."
        raise Problem("unsupported-media-type", detail)
    if foreign := set(charsets) - {"utf-8"}:
        detail = (
            f"The body must be UTF-8. Received: charset {', '.join(sorted(foreign)) or 'none'}. Send the JSON in UTF-8 and say no other."
        )
        raise Problem("unsupported-media-type", detail)
    if encoding.lower() != "identity":
        detail = f"The body must not be compressed. Received: Content-Encoding {encoding}. Send the JSON as it is."
        raise Problem("unsupported-media-type", detail)
