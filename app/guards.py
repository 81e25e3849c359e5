"""What holds for every request and every answer, also for those that no route makes: plain ASGI, outermost first."""

from __future__ import annotations

import asyncio
import logging
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Problem, problem_answer

logger = logging.getLogger(__name__)

HOST = re.compile(r"(?:\[(?P<address>[0-9a-f:.%]+)\]|(?P<name>[\w.~-]*))(?::\d{1,5})?", re.ASCII)  # in lower case, as Host has it

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # Plotly and the colours of cells set style attributes
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
UNUSED_FEATURES = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES),
}
TRANSPORT_SECURITY = {"Strict-Transport-Security": "max-age=31536000"}


def security_headers(public_url: str) -> dict[str, str]:
    """Returns what every answer carries; over https also that browsers are to ask by no other way for a year."""
    return SECURITY_HEADERS | (TRANSPORT_SECURITY if public_url.startswith("https:") else {})


class SubPath:
    """The path that a proxy serves us under belongs to our addresses, whether the proxy takes it off or leaves it on."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self.app = app
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Says under which path the rest of the path is ours."""
        await self.app({**scope, "root_path": self.root_path}, receive, send)


class PageOfSubPath:
    """The sub-path itself, without a slash, leads to the page below it, whose links count from there."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self.app = app
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds the slash."""
        if self.root_path and scope["type"] == "http" and scope["path"] == self.root_path:
            query = scope["query_string"].decode("latin-1")
            await RedirectResponse(f"{self.root_path}/{query and '?'}{query}", status_code=307)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class SecureAnswers:
    """Every answer carries the headers that keep a browser from doing what the page does not need."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self.app = app
        self.headers = security_headers(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds the headers when an answer starts."""

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, secured)


class HeadRequests:
    """HEAD is GET without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Asks as GET, and keeps the body."""

        async def headers_only(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        if scope["type"] == "http" and scope["method"] == "HEAD":
            await self.app({**scope, "method": "GET"}, receive, headers_only)
        else:
            await self.app(scope, receive, send)


class Faults:
    """A mistake of ours becomes a problem without any of its details, which go to the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on, and answers for whatever is raised."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except (ClientDisconnect, asyncio.CancelledError):
            return  # the client has gone, or the server stops: there is nobody to answer, and nothing went wrong here
        except Exception:
            if started or scope["type"] != "http":
                raise  # the connection breaks off: half an answer must not look like a whole one
            logger.exception("%s %s", scope["method"], scope["path"])
            problem = Problem(
                "internal", "The server made a mistake; your scene did not. Try again, and tell the maintainers if it happens again."
            )
            await problem_answer(problem, scope)(scope, receive, send)


class KnownHosts:
    """A name that leads here without our knowing may be somebody's trick: only the names of the setting are answered to."""

    def __init__(self, app: ASGIApp, allowed: tuple[str, ...]) -> None:
        self.app = app
        self.allowed = {name.lower().strip("[]") for name in allowed}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is meant for us."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "").lower()
        found = HOST.fullmatch(host)
        if found and ("*" in self.allowed or (found["address"] or found["name"]) in self.allowed):
            await self.app(scope, receive, send)
            return
        detail = f"This server answers to the names {', '.join(sorted(self.allowed))}. Received: {host[:64] or 'none'}. Use one of them."
        await problem_answer(Problem("wrong-host", detail), scope)(scope, receive, send)
