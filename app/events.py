"""Server-sent events: how they are written, and the answer that carries them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import StreamingResponse

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
