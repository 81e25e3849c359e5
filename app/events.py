"""Server-sent events: how they are written, and the answer that carries them."""

from __future__ import annotations

import json
from asyncio import Future
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.outlet import Outlet

EVENTS_TYPE = "text/event-stream"
HEARTBEAT = b":\n\n"  # a comment: it keeps proxies from closing what is merely quiet
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event(kind: str, data: dict[str, Any], number: int | str | None = None) -> bytes:
    """One event; one with a number can be come back to. JSON has no line breaks that a stream could trip over."""
    place = "" if number is None else f"id: {number}\n"
    return f"{place}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False, allow_nan=False)}\n\n".encode()


def event_stream(blocks: AsyncIterator[bytes]) -> StreamingResponse:
    """The answer that goes on until its source ends or its listener goes."""
    return StreamingResponse(blocks, media_type=EVENTS_TYPE, headers=HEADERS)


class Broadcast(Response):
    """A stream whose blocks are written by others, to its connection: `listen` begins to, and ends when the block ends."""

    def __init__(self, listen: Callable[[Outlet], AbstractContextManager[Future[None]]], welcome: Callable[[], bytes]) -> None:
        super().__init__(media_type=EVENTS_TYPE, headers={**HEADERS, "Connection": "close"})
        del self.headers["Content-Length"]
        self._listen = listen
        self._welcome = welcome

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Until the listener or the lecture ends; without a connection of our own (HEAD, a test client) only the first block."""
        outlet: Outlet | None = scope.get("extensions", {}).get("outlet")
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if outlet is None:
            await send({"type": "http.response.body", "body": self._welcome()})
            return
        with self._listen(outlet) as ended:
            await ended
        await send({"type": "http.response.body"})
