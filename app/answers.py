"""Answers of known bytes: with a hash as ETag, not sent again to who has them, compressed where that helps, in pieces."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.traffic import Traffic

PIECE = 64 * 2**10  # bytes: the page starts to draw after the first
WORTH_COMPRESSING = 1000  # bytes: less than that fits one packet anyway
COMPRESSION = 6
QUICK = 1  # for what is sent once: a third of the time, and 6 % more bytes
REFUSED_GZIP = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")

REVALIDATE = "no-cache"
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Representation:
    """Bytes to send, with their hash, and compressed if they are text."""

    body: bytes
    media_type: str
    etag: str
    compressed: bytes | None

    @classmethod
    def text(cls, body: bytes, media_type: str, compression: int = COMPRESSION) -> Self:
        """Text, which is kept in a compressed form as well."""
        worth = len(body) >= WORTH_COMPRESSING
        return cls(body, media_type, _hash(body), gzip.compress(body, compression, mtime=0) if worth else None)

    @classmethod
    def binary(cls, body: bytes, media_type: str) -> Self:
        """Bytes that compression would not make smaller."""
        return cls(body, media_type, _hash(body), None)

    @property
    def size(self) -> int:
        """What it costs to keep, in bytes."""
        return len(self.body) + len(self.compressed or b"")


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


class Pieces(Response):
    """A body that is sent piece by piece, as fast as the other side takes it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send waits while the other side's buffers are full, so a slow reader costs no memory."""
        traffic: Traffic = scope["app"].state.traffic
        size, body = len(self.body), bytes(self.body)
        with traffic.sending(scope, body) as sent:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            for start in range(0, max(size, 1), PIECE):
                end = start + PIECE
                await send({"type": "http.response.body", "body": body[start:end], "more_body": end < size})
                sent(PIECE)


def answer(request: Request, it: Representation, caching: str, headers: Mapping[str, str] | None = None) -> Response:
    """The representation in the form that the client takes, or 304 if it has it."""
    compress = it.compressed is not None and _takes_gzip(request)
    etag = f'"{it.etag}-gzip"' if compress else f'"{it.etag}"'
    sent = {"ETag": etag, "Cache-Control": caching, **(headers or {})}
    if it.compressed is not None:
        sent["Vary"] = ", ".join(filter(None, (sent.get("Vary"), "Accept-Encoding")))
    if _has_it(request, it.etag):
        return Response(status_code=304, headers=sent)
    if compress:
        sent["Content-Encoding"] = "gzip"
    return Pieces(it.compressed if compress else it.body, media_type=it.media_type, headers=sent)


def _takes_gzip(request: Request) -> bool:
    accepted = request.headers.get("accept-encoding", "")
    return "gzip" in accepted and not REFUSED_GZIP.search(accepted)


def _has_it(request: Request, etag: str) -> bool:
    known = request.headers.get("if-none-match", "") if request.method == "GET" else ""
    return known.strip() == "*" or f'"{etag}"' in known or f'"{etag}-gzip"' in known
