"""Whom a computation is for: the participant of a lecture whose cookie a request carries, or the address that it comes from."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from contextvars import ContextVar

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.network import party_of
from app.settings import Settings

SEAT = "unrolled-seat"

client: ContextVar[str] = ContextVar("client", default="")


class Seats:
    """Cookies that participants get beside the one that votes, for all of the API: a name, and a signature that only a server can make."""

    def __init__(self, settings: Settings) -> None:
        self._key = (settings.cookie_key.get_secret_value() or secrets.token_urlsafe(32)).encode()
        self._settings = settings

    def give(self, answer: Response, participant: str) -> None:
        """The seat of a participant, who is known by the hash of a secret."""
        settings = self._settings
        answer.set_cookie(
            SEAT,
            f"{participant}.{self._signature(participant)}",
            max_age=round(settings.lecture_days * 86_400),
            path=f"{settings.root_path}/",
            secure=settings.public_url.startswith("https:"),
            httponly=True,
            samesite="strict",
        )

    def holder(self, cookie: str) -> str | None:
        """The participant whose seat this is; None if no server gave it."""
        participant, _, signature = cookie.partition(".")
        return participant if hmac.compare_digest(signature.encode(), self._signature(participant).encode()) else None

    def _signature(self, participant: str) -> str:
        return hmac.new(self._key, participant.encode(), hashlib.sha256).hexdigest()


class Clients:
    """Says for whom everything is that a request has computed."""

    def __init__(self, app: ASGIApp, seats: Seats) -> None:
        self.app = app
        self.seats = seats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on, with the client in the context of the request."""
        if scope["type"] == "http":
            client.set(self._client_of(scope))
        await self.app(scope, receive, send)

    def _client_of(self, scope: Scope) -> str:
        seat = cookie_parser(Headers(scope=scope).get("cookie", "")).get(SEAT, "")
        return self.seats.holder(seat) or party_of(scope["client"][0] if scope["client"] else "unknown")
