"""An honest student and a lecture beside one client that asks for everything that it may."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.scenes import default_scene
from app.shipped_datasets import shipped
from tests.server.lectures.beside import PACE, Baseline, Witness
from tests.server.lectures.client import Place, ask
from tests.server.lectures.pace import pause
from tests.server.lectures.seconds import within
from tests.server.lectures.servers import LectureServer
from tests.server.lectures.test_load import MIB, at_the_limit
from tests.server.serving import processes

Scene = dict[str, Any]
HOSTILE, HONEST = {"X-Forwarded-For": "198.51.100.9"}, {"X-Forwarded-For": "192.0.2.1"}
MOST = 600 * MIB
TOY = default_scene().document()


def with_a_large_embedding(seed: int) -> Scene:
    table = {"type": "Embedding", "input_dim": 10_001, "output_dim": 128}
    return {**TOY, "layers": [table, *TOY["layers"]], "weights": {"seed": seed}, "optimizer": {"type": "Adam", "learning_rate": 0.1}}


def with_many_terms(seed: int) -> Scene:
    layers = [{"type": "LSTM", "units": 16, "return_sequences": place < 2} for place in range(3)]
    return {**TOY, "layers": [*layers, TOY["layers"][-1]], "sentence": ["cat", "mat"] * 32, "weights": {"seed": seed}}


def after_many_updates(seed: int) -> Scene:
    dataset = shipped()["order matters"]
    training = {"dataset": dataset.id, "batch_size": 4, "updates": 300_000}
    return {**TOY, "vocabulary": list(dataset.vocabulary), "weights": {"seed": seed, "training": training}}


async def hostile(place: Place, count: int) -> None:
    """So many of each of the dearest requests, all at once, and two that ask for the longest answer again and again."""
    dear = [
        *(("/api/traces", at_the_limit(seed)) for seed in range(count)),
        *(("/api/traces", with_a_large_embedding(seed)) for seed in range(count)),
        *(("/api/traces", after_many_updates(seed)) for seed in range(count)),
        *(("/api/trainings?epochs=2000", after_many_updates(seed)) for seed in range(count)),
    ]
    seeds = itertools.count()

    async def again_and_again() -> None:
        while True:
            scene = await ask(place, "POST", "/api/traces", with_many_terms(next(seeds)), **HOSTILE)
            if scene.status == 200:
                longest = f"/api/traces/{scene.headers['scene-id']}/weights/1/recurrent_kernel"
                assert (await ask(place, "GET", longest, **HOSTILE)).status in (200, 429)

    asking = [asyncio.create_task(ask(place, "POST", path, body, **HOSTILE)) for path, body in dear]
    await asyncio.gather(again_and_again(), again_and_again())
    await asyncio.gather(*asking)


def attack(port: int, count: int) -> None:
    """In a process of its own: what it reads must not hold up those whose time is taken."""
    asyncio.run(hostile(Place(port), count))


def small_scenes() -> Iterator[Scene]:
    return ({**TOY, "weights": {"seed": seed}} for seed in itertools.count(1))


@pytest.mark.long
def test_a_lecture_and_a_student_beside_a_client_that_asks_for_all_it_may(data: Path) -> None:
    async def beside(server: LectureServer) -> None:
        place = Place(server.port)
        async with Baseline(server), Witness(place, 0.2) as witness:
            took, most = [], 0
            attacker = processes.Process(target=attack, args=(server.port, 70), daemon=True)
            attacker.start()
            for scene in small_scenes():
                if len(witness.delays) > 600:
                    break
                began = time.monotonic()
                answer = await ask(place, "POST", "/api/traces", scene, **HONEST)
                assert answer.status == 200, answer
                took.append(time.monotonic() - began)
                most = max(most, server.memory)
                await pause(PACE)
            assert attacker.is_alive(), "it goes on to the end"
            attacker.kill()
        assert max(took) < within(1), sorted(took)
        assert most < MOST
        print(f"small scenes: {sorted(took)[len(took) // 2]:.3f} s, at most {max(took):.3f} s; memory at most {most / MIB:.0f} MiB")

    with LectureServer(data) as server:
        asyncio.run(beside(server))
