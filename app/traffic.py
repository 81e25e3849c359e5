"""What all connections hold together: bytes of bodies and answers up to a budget, and connections up to a number for each address."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, Self

from starlette.types import Scope

from app.errors import Problem
from app.network import party_of
from app.settings import Settings

COUNTED = 64 * 2**10  # bytes: a smaller answer is written at once, and nothing of it waits but in its connection
PROGRESS = 16 * 2**10  # bytes that have to move before a transfer counts as moving
STALE = 1.0  # s without such progress after which a transfer gives way to a new one


class Share:
    """The bytes that one transfer holds."""

    __slots__ = ("_moved", "key", "let_go", "moved_at", "size")

    def __init__(self, key: Hashable, let_go: Callable[[], None]) -> None:
        self.key = key
        self.let_go = let_go
        self.size = 0
        self.moved_at = time.monotonic()
        self._moved = 0

    def has_moved(self, size: int) -> bool:
        """Whether these bytes complete some progress."""
        self._moved += size
        if self._moved < PROGRESS:
            return False
        self._moved, self.moved_at = 0, time.monotonic()
        return True


class Budget:
    """Bytes that transfers hold. If they are too many, the transfer that has been still for longest is let go.

    If all of them are moving, the largest is let go, and if none is larger than the one that needs room, that one gets 429.
    So a small request gets through. Transfers that send the same bytes have the same key, and count once.
    """

    def __init__(self, most: int, retry_after: int) -> None:
        self.most = most
        self.bytes = 0
        self._retry_after = retry_after
        self._shares: OrderedDict[Share, None] = OrderedDict()  # the one that has been still for longest comes first
        self._holders: Counter[Hashable] = Counter()

    @contextmanager
    def share(self, let_go: Callable[[], None], key: Hashable = None) -> Iterator[Share]:
        """The share of one transfer, until the block ends; `let_go` ends the transfer from outside."""
        share = Share(object() if key is None else key, let_go)
        self._shares[share] = None
        try:
            yield share
        finally:
            self._give_back(share)

    def grow(self, share: Share, size: int) -> None:
        """So many bytes more. Problem("busy") if there is no room for them."""
        if share not in self._shares:  # it was let go a moment ago
            return
        if not share.size:
            self._holders[share.key] += 1
        share.size += size
        if share.size == size and self._holders[share.key] > 1:
            return
        self.bytes += size
        self._make_room(share)

    def move(self, share: Share, size: int) -> None:
        """So many bytes have arrived or left."""
        if share in self._shares and share.has_moved(size):
            self._shares.move_to_end(share)

    def _make_room(self, share: Share) -> None:
        while self.bytes > self.most:
            given_up = self._in_the_way(share)
            if given_up is None:
                detail = f"The server holds as much unfinished traffic as it can. Try again in {self._retry_after} s."
                raise Problem("busy", detail, headers={"Retry-After": str(self._retry_after), "Connection": "close"})
            self._give_back(given_up)
            given_up.let_go()

    def _in_the_way(self, share: Share) -> Share | None:
        """The transfer that gives way to this one."""
        stillest = next(iter(self._shares))
        if stillest is not share and time.monotonic() - stillest.moved_at >= STALE:
            return stillest
        largest = max(self._shares, key=lambda each: each.size)
        return largest if largest.size > share.size else None

    def _give_back(self, share: Share) -> None:
        if share not in self._shares:
            return
        del self._shares[share]
        if not share.size:
            return
        self._holders[share.key] -= 1
        if not self._holders[share.key]:
            del self._holders[share.key]
            self.bytes -= share.size


class Connections:
    """How many connections each address has. Connections of a lecture's participants and presenters are counted apart, all together.

    An address that has all of its connections may open as many again, over which only a participant or a presenter gets answers.
    Proxies have no limit here, because they connect for many.
    """

    def __init__(self, most: int, members: int, is_proxy: Callable[[str], bool]) -> None:
        self.members = 0
        self._most = most
        self._most_members = members
        self._is_proxy = is_proxy
        self._by_party: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Counts one more connection of this address; False if it has far too many."""
        self._by_party[party_of(address)] += 1
        return self._is_proxy(address) or self._by_party[party_of(address)] <= 2 * self._most

    def leave(self, address: str, member: bool) -> None:
        """One connection less."""
        if member:
            self.members -= 1
            return
        party = party_of(address)
        self._by_party[party] -= 1
        if not self._by_party[party]:
            del self._by_party[party]

    def is_crowded(self, address: str) -> bool:
        """Whether this address has more connections than it may."""
        return not self._is_proxy(address) and self._by_party[party_of(address)] > self._most

    def join(self, address: str) -> bool:
        """Counts a connection of this address among the members'; False if there is no room for it."""
        if self.members >= self._most_members:
            return False
        self.members += 1
        self.leave(address, member=False)
        return True

    @property
    def count(self) -> int:
        """All of them."""
        return self.members + self._by_party.total()


class Connection(Protocol):
    """What the application may know and do about the connection of a request."""

    member: bool

    @property
    def is_crowded(self) -> bool:
        """Whether its address has too many connections, so that only members get answers."""

    def join(self) -> bool:
        """Makes it a member's connection; False if there is no room for it."""

    def let_go(self) -> None:
        """Ends it. An incomplete request is answered first."""


def connection_of(scope: Scope) -> Connection | None:
    """The connection of a request; None in a test client, which has none."""
    connection: Connection | None = scope.get("extensions", {}).get("connection")
    return connection


@dataclass(frozen=True, slots=True)
class Traffic:
    """One server's budgets for what its connections hold."""

    bodies: Budget
    answers: Budget
    connections: Connections

    @classmethod
    def of(cls, settings: Settings, is_proxy: Callable[[str], bool]) -> Self:
        """As the settings have it."""
        return cls(
            Budget(settings.body_bytes, settings.retry_after),
            Budget(settings.answer_bytes, settings.retry_after),
            Connections(settings.connections_per_address, settings.member_connections, is_proxy),
        )

    @contextmanager
    def receiving(self, scope: Scope) -> Iterator[Callable[[int], None]]:
        """For a body that is received: called with the size of each piece."""
        connection = connection_of(scope)
        if connection is None:
            yield lambda size: None
            return
        with self.bodies.share(connection.let_go) as share:

            def received(size: int) -> None:
                self.bodies.grow(share, size)
                self.bodies.move(share, size)

            yield received

    @contextmanager
    def sending(self, scope: Scope, body: bytes) -> Iterator[Callable[[int], None]]:
        """For an answer that is sent: called with the size of each piece. An answer that many read at once counts once."""
        connection = connection_of(scope)
        if connection is None or len(body) <= COUNTED:
            yield lambda size: None
            return
        with self.answers.share(connection.let_go, id(body)) as share:
            self.answers.grow(share, len(body))
            yield lambda size: self.answers.move(share, size)
