"""HTTP whose requests have to arrive: in a bounded time, with a head of a bounded size. What does not is refused as a problem."""

from __future__ import annotations

import asyncio
import http
import sys
from dataclasses import dataclass
from typing import Any

import h11
from starlette.responses import Response
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.errors import Problem, problem_answer
from app.guards import SECURITY_HEADERS
from app.traffic import Connections

HEAD_BYTES = 16 * 2**10  # of a request line with its headers
CLOSE = {"Connection": "close"}

NOT_HTTP = Problem(
    "malformed-request",
    "A request must be HTTP/1.1 (RFC 9112). Received: something else. Check the request line, the headers, and that this is no HTTPS.",
    headers=CLOSE,
)
TWO_LENGTHS = Problem(
    "malformed-request",
    "A request says in one way where its body ends. Received: Content-Length and Transfer-Encoding. Send one of the two.",
    headers=CLOSE,
)
TOO_LONG = Problem(
    "request-too-long",
    f"The address and the headers of a request may have at most {HEAD_BYTES} bytes. Received: more. Ask for less, or send it in a body.",
    headers=CLOSE,
)
CROWDED = Problem(
    "too-many-requests",
    "Your address has too many open connections. Close other tabs of this page, or try again in 5 s.",
    headers={**CLOSE, "Retry-After": "5"},
)
TOO_SLOW = Problem(
    "request-too-slow",
    "A request has to arrive in good time, and this one did not. Send it again, over a better connection.",
    headers=CLOSE,
)


@dataclass(frozen=True, slots=True)
class Refusals:
    """The answers that no route makes, for wherever the server is mounted."""

    not_http: Response
    two_lengths: Response
    too_long: Response
    too_slow: Response
    crowded: Response

    @classmethod
    def below(cls, root_path: str) -> Refusals:
        """With addresses that begin with this path."""
        return cls(*(_refusal(problem, root_path) for problem in (NOT_HTTP, TWO_LENGTHS, TOO_LONG, TOO_SLOW, CROWDED)))


def _refusal(problem: Problem, root_path: str) -> Response:
    answer = problem_answer(problem, {"root_path": root_path, "path": ""})
    answer.headers.update(SECURITY_HEADERS)
    return answer


def as_bytes(answer: Response) -> bytes:
    """The answer as it is sent where HTTP itself has failed."""
    headers = b"".join(b"%s: %s\r\n" % header for header in answer.raw_headers)
    return b"HTTP/1.1 %d %s\r\n%s\r\n%s" % (answer.status_code, http.HTTPStatus(answer.status_code).phrase.encode(), headers, answer.body)


class ArrivingProtocol(H11Protocol):
    """Whoever connects has so many seconds to say what they want, and a little more for every piece of it that comes."""

    refusals: Refusals
    patience: float  # s
    rate: float  # bytes of a body that give a second more
    most: int  # connections at the same time
    places: Connections  # and for each address

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._overdue: asyncio.TimerHandle | None = None
        self._began = 0.0
        self._received = 0
        self._address = ""
        self.member = False
        app = self.app

        async def bounded(scope: Any, receive: Any, send: Any) -> None:
            if _has_two_lengths(scope):
                await self.refusals.two_lengths(scope, receive, send)
            elif _is_long(scope):
                await self.refusals.too_long(scope, receive, send)
            elif self.is_crowded and not _may_be_a_member(scope):
                await self.refusals.crowded(scope, receive, send)
            else:
                await app(scope, receive, send)

        self.app = bounded

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The clock begins to run. Who comes when all places are taken is let go at once: those who are in stay."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        has_place = self.places.enter(self._address)
        if len(self.connections) > self.most or not has_place:
            transport.abort()
        else:
            self._judge(arriving=True)

    def data_received(self, data: bytes) -> None:
        """Something more of a request, or all of it."""
        self._received += len(data)
        super().data_received(data)
        self._judge(self._is_arriving())

    def on_response_complete(self) -> None:
        """The next request may have begun to arrive behind the last one."""
        super().on_response_complete()
        self._judge(self._is_arriving())

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any more."""
        super().connection_lost(exc)
        self.places.leave(self._address, self.member)
        self._judge(arriving=False)

    @property
    def is_crowded(self) -> bool:
        """Whether its address has too many connections, so that only members get answers."""
        return not self.member and self.places.is_crowded(self._address)

    def join(self) -> bool:
        """Counts it among the members' connections; False if there is no room for it."""
        self.member = self.member or self.places.join(self._address)
        return self.member

    def let_go(self) -> None:
        """Ends it. An incomplete request is answered first; half an answer just ends."""
        if self._is_arriving():
            self._refuse(self.refusals.too_slow)
        else:
            self.transport.abort()

    def _is_arriving(self) -> bool:
        """Whether the next move is the other side's, in the middle of a request."""
        return self.conn.their_state is h11.SEND_BODY or (self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0]))

    def _judge(self, arriving: bool) -> None:
        if arriving and not self._overdue:
            self._began, self._received = self.loop.time(), 0
            self._overdue = self.loop.call_at(self._began + self.patience, self._is_overdue)
        elif self._overdue and not arriving:
            self._overdue.cancel()
            self._overdue = None

    def _is_overdue(self) -> None:
        due = self._began + self.patience + self._received / self.rate
        if due > self.loop.time():
            self._overdue = self.loop.call_at(due, self._is_overdue)
        else:
            self._refuse(self.refusals.too_slow if self._is_arriving() else None)

    def send_400_response(self, msg: str) -> None:
        """Our words instead of msg: what h11 could not read was no HTTP, or had no end."""
        too_long = getattr(sys.exc_info()[1], "error_status_hint", 0) == self.refusals.too_long.status_code
        self._refuse(self.refusals.too_long if too_long else self.refusals.not_http)

    def _refuse(self, answer: Response | None) -> None:
        """Where half an answer is out already, or nothing was asked, the connection just ends."""
        if answer and (self.cycle is None or self.cycle.response_complete or not self.cycle.response_started):
            self.transport.write(as_bytes(answer))
        self.transport.close()


def _has_two_lengths(scope: Scope) -> bool:
    """A proxy in front may have believed the other one, and taken what is body here for the next request (RFC 9112, 6.1)."""
    return {b"content-length", b"transfer-encoding"} <= {name for name, _ in scope["headers"]}


def _is_long(scope: Scope) -> bool:
    """h11 counts only what is not complete yet: a head that comes in one piece may be longer."""
    return (
        len(scope["raw_path"]) + len(scope["query_string"]) + sum(len(name) + len(value) for name, value in scope["headers"]) > HEAD_BYTES
    )


def _may_be_a_member(scope: Scope) -> bool:
    """Whether a request carries a cookie where a lecture looks for one. Whether the cookie is good, the lecture finds out."""
    return "/api/lectures/" in scope["path"] and any(name == b"cookie" for name, _ in scope["headers"])
