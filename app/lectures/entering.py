"""Who is asking: cookies of presenters and participants, and how often an address may try."""

from __future__ import annotations

import time
from collections import OrderedDict

from fastapi import Request
from starlette.responses import Response

from app.errors import Problem
from app.settings import Settings

PRESENTER = "unrolled-presenter"
PARTICIPANT = "unrolled-participant"
ADDRESSES_KEPT = 10_000
LONGEST_SECRET = 64  # characters


class Tries:
    """So many in so many seconds for each address, as a bucket that fills again."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._rate = most, most / seconds
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def left(self, address: str) -> float:
        """How many an address has now."""
        before, at = self._buckets.get(address, (float(self._most), 0.0))
        return min(self._most, before + (time.monotonic() - at) * self._rate)

    def take(self, address: str) -> None:
        """One less."""
        self._buckets[address] = self.left(address) - 1, time.monotonic()
        self._buckets.move_to_end(address)
        if len(self._buckets) > ADDRESSES_KEPT:
            self._buckets.popitem(last=False)

    def require(self, address: str, detail: str) -> None:
        """429 with the seconds to wait, where an address has none left."""
        if (left := self.left(address)) < 1:
            wait = max(1, round((1 - left) / self._rate))
            raise Problem("too-many-requests", f"{detail} Try again in {wait} s.", headers={"Retry-After": str(wait)})


def address_of(request: Request) -> str:
    """Where a request comes from; behind a proxy what the proxy says."""
    return request.client.host if request.client else "unknown"


def as_given(cookie: str | None) -> str | None:
    """Returns a cookie that may be one of ours; None for a longer one, which this server never gave."""
    return cookie if cookie and len(cookie) <= LONGEST_SECRET else None


def give_cookie(answer: Response, name: str, value: str, settings: Settings, code: str) -> None:
    """A cookie that scripts cannot read, that other sites cannot send, and that only this lecture's API gets."""
    answer.set_cookie(
        name,
        value,
        max_age=round(settings.lecture_days * 86_400),
        path=f"{settings.root_path}/api/lectures/{code}",
        secure=settings.public_url.startswith("https:"),
        httponly=True,
        samesite="strict",
    )
