"""F14, F15: a server that computes as much as it can, and one that has seen very many lectures."""

from __future__ import annotations

import asyncio
import gc
import json
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

from app.lectures.lectures import Lectures
from app.lectures.sqlite_storage import SqliteStorage
from app.lectures.storage import Command
from app.scenes import default_scene
from tests.server.lectures.beside import LOOK, Baseline, Witness, figures_of
from tests.server.lectures.client import Answer, Listener, Place, Presenter, Student, ask
from tests.server.lectures.pace import pause
from tests.server.lectures.seeds import sizes
from tests.server.lectures.servers import LectureServer
from tests.watchdog import run

KIB, MIB = 2**10, 2**20
FORGETFUL = {"set": {"app.lectures.lectures:IDLE": 0.0, "app.lectures.lectures:SWEEPS": 1}}  # rooms without anyone are left at once


def at_the_limit(seed: int) -> dict[str, Any]:
    """A scene of 2.6 million numbers, and its own for each seed."""
    layers = [{"type": "SimpleRNN", "units": 128, "return_sequences": True} for _ in range(8)]
    scene = default_scene().document() | {"sentence": ["cat"] * 256}
    return {**scene, "layers": [*layers, scene["layers"][-1]], "weights": {"seed": seed}}


@sizes("count", 12, 50)
def test_as_many_computations_as_are_allowed_leave_the_lecture_alone_and_the_rest_is_told_when_to_come_back(data: Path, count: int) -> None:
    whole = count == 50
    allowed = 3 if not whole else 20

    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        async with Baseline(server), Witness(place, 0.1 if whole else None):
            answers: list[Answer] = await asyncio.gather(*(ask(place, "POST", "/api/traces", at_the_limit(seed)) for seed in range(count)))
        statuses = Counter(answer.status for answer in answers)
        assert statuses.keys() == {200, 429}
        assert statuses[200] >= allowed
        for answer in answers:
            if answer.status == 429:
                assert (answer.problem, answer.headers["retry-after"]) == ("busy", "1")

    with LectureServer(data, workers="1", waiting=str(allowed - 1), cache_bytes="0") as server:
        run(lecture(server))


async def lived(place: Place, number: int) -> None:
    """A short lecture, from its start to its end."""
    presenter = await Presenter.start(place, f"lecture {number}")
    student = Student(place, presenter.code)
    async with Listener(place, presenter.code) as listener:
        await presenter.opens("q")
        await student.join()
        await student.vote("q", "left")
        await presenter.step(number)
        await listener.at(await presenter.command("ended"))
        listener.require(await presenter.state(), "first", "resumed")  # its room may have been left before it came


async def round_of(place: Place, count: int) -> None:
    """So many of them, a few at a time; nothing is left open."""
    gate = asyncio.Semaphore(10)

    async def one(number: int) -> None:
        async with gate:
            await lived(place, number)

    await asyncio.gather(*(one(number) for number in range(count)))
    while (await figures_of(place))["unrolled_lecture_rooms"]:
        await pause(LOOK)


@sizes("count", 40, 5000)
def test_many_lectures_that_are_opened_used_and_ended_leave_nothing_behind(data: Path, count: int) -> None:
    async def lectures(server: LectureServer) -> None:
        place = Place(server.port)
        await round_of(place, count)
        async with Baseline(server):
            before = server.memory
            await round_of(place, count)
            grown = server.memory - before
        assert grown < 2 * MIB + count * 100, f"{grown / count:.0f} bytes of each of the second {count} are still there"

    with LectureServer(data, faults=FORGETFUL) as server:
        run(lectures(server))


def test_a_lecture_that_nobody_is_in_costs_less_than_twenty_kibibytes(tmp_path: Path) -> None:
    """Its room, with what happened in it as bytes; it is left after half a minute."""
    count, steps = 100, 10

    async def rooms() -> None:
        async with SqliteStorage(tmp_path, 2.0, 1) as storage:
            with Lectures(storage, 30.0) as lectures:
                started = [await lectures.start("A lecture", "desk", []) for _ in range(count)]
                gc.collect()
                tracemalloc.start()
                for record, _, secret in started:
                    room = await lectures.room(record.code)
                    session = await lectures.session(room, secret)
                    assert session
                    for number in range(steps):
                        view = {"step": str(number), "selected": "1/3", "notation": "keras", "theme": "dark"}
                        await lectures.command(room, session, Command(f"{number}", "view", {"view": view}, 1))
                    room.snapshot("first")
                gc.collect()
                held, _ = tracemalloc.get_traced_memory()
                tracemalloc.stop()
                assert held / count < 20 * KIB, json.dumps({"bytes of each": held / count})

    run(rooms())
