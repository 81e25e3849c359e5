"""Links that open a training: limited by the work that they take, in a queue with an end, for as long as somebody waits, in turns."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.counting import Cost
from app.learning import cost_of
from app.lessons import AT_ONCE
from app.limits import LIMITS, Limit, most
from app.main import create_app
from app.scenes import Scene
from app.settings import Settings
from app.shipped_datasets import shipped
from app.work import Shared
from tests.server.asking import HOME, require_problem
from tests.server.serving import PATIENCE, ServerProcess, request, split

Document = dict[str, Any]
HONEST = "X-Forwarded-For: 192.0.2.1"
FAR = 300_000  # updates of the toy: minutes


def after(updates: int, toy: Document, seed: int = 0, **changes: Any) -> Document:
    """The toy after so many updates with a data set that comes with Unrolled."""
    dataset = shipped()["order matters"]
    training = {"dataset": dataset.id, "batch_size": 4, "updates": updates}
    example = dataset.examples[0].model_dump(mode="json")
    return {**toy, **example, "vocabulary": list(dataset.vocabulary), "weights": {"seed": seed, "training": training}, **changes}


def test_a_link_that_would_take_hours_is_refused_with_the_limit_and_what_to_do(client: TestClient, toy: Document) -> None:
    scene = after(900_000, toy)
    refused = require_problem(client.post("/api/traces", json=scene), 422, "too-expensive")
    (fault,) = refused["errors"]
    assert (fault["code"], fault["limit"]) == ("recall_too_far", most("recall_work"))
    assert fault["received"] > most("recall_work")
    assert "900,000 updates" in refused["detail"]
    assert "Start the training" in refused["detail"]


def test_work_inside_of_an_epoch_counts_which_no_history_shortens(
    client: TestClient, toy: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, dataset = Scene.model_validate(after(5, toy)), shipped()["order matters"]
    monkeypatch.setitem(LIMITS, "recall_work", Limit(1, cost_of(scene, dataset, 1).work - 1, ""))
    monkeypatch.setattr("app.lessons.AT_ONCE", Cost(0))
    assert client.post("/api/traces", json=after(0, toy)).status_code == 200
    refused = require_problem(client.post("/api/traces", json=scene.document()), 422, "too-expensive")
    assert refused["errors"][0]["code"] == "recall_too_far"


def test_a_link_to_the_end_of_the_longest_training_of_every_shipped_data_set_opens(toy: Document) -> None:
    """Two thousand epochs by the network that the page begins with, in batches of four."""
    for dataset in shipped().values():
        example = dataset.examples[0].model_dump(mode="json")
        weights = {"seed": 0, "training": {"dataset": dataset.id, "batch_size": 4}}
        layers = [{**layer, "return_sequences": isinstance(example["label"], list)} for layer in toy["layers"][1:2]]
        scene = Scene.model_validate(
            {**toy, **example, "vocabulary": list(dataset.vocabulary), "layers": [*layers, toy["layers"][2]], "weights": weights}
        )
        updates = 2_000 * -(-len(dataset.examples) // 4)
        assert cost_of(scene, dataset, updates).work <= most("recall_work")


def test_a_training_inside_an_epoch_is_recalled_by_a_process_as_it_is_taught_here(
    settings: Settings, toy: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = after(7, toy)
    with TestClient(create_app(settings), base_url=HOME) as here:
        taught = here.post("/api/traces", json=scene)
    monkeypatch.setattr("app.lessons.AT_ONCE", cost_of(Scene.model_validate(scene), shipped()["order matters"], 1))
    with TestClient(create_app(settings), base_url=HOME) as elsewhere:
        assert elsewhere.post("/api/traces", json=scene).content == taught.content


def test_what_is_shared_goes_on_for_those_who_stay_and_ends_with_the_last() -> None:
    async def scenario() -> None:
        begun, ended = asyncio.Event(), asyncio.Event()

        async def make() -> int:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()
            return 1

        shared = Shared()
        waiting = [asyncio.create_task(shared.get("key", make)) for _ in range(3)]
        await begun.wait()
        for task in waiting[:2]:
            task.cancel()
        await asyncio.wait(waiting[:2])
        assert not ended.is_set()
        waiting[2].cancel()
        anew = asyncio.create_task(shared.get("key", _one))
        assert await anew == 1
        await ended.wait()
        assert waiting[2].cancelled()

    asyncio.run(scenario())


async def _one() -> int:
    return 1


def children(server: ServerProcess) -> set[str]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(server.process.pid)], capture_output=True, text=True)
    return set(listed.stdout.split())


def tasks(server: ServerProcess) -> int:
    found = re.search(rb"unrolled_tasks (\d+)", server.ask(request("/metrics")))
    assert found
    return int(found[1])


def posted(scene: Document, *headers: str) -> bytes:
    return request("/api/traces", json.dumps(scene).encode(), "Content-Type: application/json", *headers, method="POST")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path, training_slice="1", training_waiting="20") as process:
        yield process


def test_many_links_of_one_client_wait_in_a_bounded_queue_let_others_go_first_and_end_with_their_connections(
    server: ServerProcess, toy: Document
) -> None:
    """300 requests with closed sockets left 904 tasks, an honest one had no answer in 45 s, and a stop wrote 301 stacks."""
    before = tasks(server)
    with ExitStack() as stack:
        waiting: list[socket.socket] = []
        for seed in range(60):
            waiting.append(stack.enter_context(server.connect()))
            waiting[-1].sendall(posted(after(FAR, toy, seed)))
        status, headers, body = split(b"".join(iter(lambda: waiting[-1].recv(65536), b"")))
        assert (status, headers["retry-after"]) == (429, "1")
        assert json.loads(body)["type"] == "/problems/busy"
        assert len(children(server)) <= 1
        assert cost_of(Scene.model_validate(after(800, toy)), shipped()["order matters"], 800).work > AT_ONCE.work
        honest = split(server.ask(posted(after(800, toy, seed=99), HONEST)))
        assert honest[0] == 200
        assert split(server.ask(posted(toy, HONEST)))[0] == 200
    deadline = time.monotonic() + PATIENCE
    while children(server) or tasks(server) > before:
        assert time.monotonic() < deadline
    with ExitStack() as stack:
        for seed in range(60):
            stack.enter_context(server.connect()).sendall(posted(after(FAR, toy, seed)))
        while not children(server):
            assert time.monotonic() < deadline + PATIENCE
        assert server.stop() == 0
    assert "Traceback" not in server.said, server.said[:2000]
    assert "Cancel" not in server.said
