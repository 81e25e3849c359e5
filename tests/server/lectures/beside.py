"""What must stay as it was beside a fault: another lecture, and what the server holds."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from contextlib import suppress
from typing import Self

from tests.server.lectures.client import Listener, Place, Presenter, ask
from tests.server.lectures.pace import pause
from tests.server.lectures.seconds import within
from tests.server.lectures.servers import LectureServer
from tests.server.serving import PATIENCE

PACE = 0.1  # s between the witness's events
LOOK = 0.02  # s between two looks at what a server still holds, which it tells nobody by itself


class Witness:
    """A lecture that goes on beside: every event arrives, in order, over one connection, and nothing is refused."""

    def __init__(self, place: Place, slowest: float | None = None) -> None:
        self.place = place
        self.slowest = slowest  # s: the p99 that is asked for, where seconds are asserted
        self.delays: list[float] = []
        self._leaving = False

    async def __aenter__(self) -> Self:
        self.presenter = await Presenter.start(self.place, "witness")
        self.listener = Listener(self.place, self.presenter.code)
        await self.listener.__aenter__()
        await self.listener.welcomed()
        self._task = asyncio.create_task(self._go_on())
        return self

    async def _go_on(self) -> None:
        for number in itertools.count():
            if self._leaving:
                return
            began = time.monotonic()
            answer = await self.presenter.send("view", {"view": {"step": str(number)}})
            assert answer.status == 200, answer
            await self.listener.at(answer.document["offset"])
            self.delays.append(time.monotonic() - began)
            await pause(PACE)

    async def __aexit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._leaving = True  # its last move is made before it is judged
                await self._task
                await self._judge()
        finally:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            await self.listener.__aexit__()

    async def _judge(self) -> None:
        await self.listener.at(await self.presenter.step(-1))
        self.listener.require(await self.presenter.state(), "first")
        assert self.listener.losses == 0
        if self.slowest is not None:
            found = sorted(self.delays)[int(0.99 * len(self.delays))]
            assert found <= within(self.slowest), f"p99 of the witness: {found:.3f} s of {len(self.delays)}"


class Baseline:
    """Files, streams and tasks of a server are as many after the block as before it."""

    def __init__(self, server: LectureServer) -> None:
        self.server = server

    async def __aenter__(self) -> Self:
        first = await Presenter.start(Place(self.server.port, self.server.sub_path))
        await first.step(0)  # opens what is opened once
        await first.log()
        self.before = await self._held()
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            return
        end, held = time.monotonic() + PATIENCE, await self._held()
        while any(now > then for now, then in zip(held, self.before, strict=True)):
            assert time.monotonic() < end, f"files, streams, tasks: {self.before} before, {held} after"
            await pause(LOOK)
            held = await self._held()

    async def _held(self) -> tuple[int, ...]:
        """Files, streams of lectures, tasks."""
        figures = await figures_of(Place(self.server.port, self.server.sub_path))
        return self.server.files, figures["unrolled_lecture_listeners"], figures["unrolled_tasks"]


async def figures_of(place: Place) -> dict[str, int]:
    """What /metrics says, of the figures without labels."""
    answer = await ask(place, "GET", "/metrics")
    return {name: round(float(value)) for name, value in re.findall(r"^(\w+) (\S+)$", answer.body.decode(), re.MULTILINE)}
