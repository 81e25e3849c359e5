"""R14: a follower whose proxy holds streams back asks again and again, and misses nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.lectures.commands import Start
from app.main import create_app
from app.services import Services
from app.settings import Settings
from tests.server.asking import HOME, require_problem
from tests.server.lectures.client import Place, Presenter, ask
from tests.server.lectures.servers import LectureServer
from tests.watchdog import run


def events_of(body: bytes) -> list[str]:
    return [line.removeprefix("event: ") for line in body.decode().splitlines() if line.startswith("event: ")]


def test_whoever_asks_with_wait_0_is_answered_with_the_beginning_of_a_stream_and_the_end(data: Path) -> None:
    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place)
        events = f"/api/lectures/{presenter.code}/events"
        first = await ask(place, "GET", f"{events}?wait=0")
        assert first.headers["content-type"].startswith("text/event-stream")
        assert first.headers["cache-control"] == "no-store"
        assert int(first.headers["content-length"]) == len(first.body)
        assert events_of(first.body) == ["snapshot"]
        position = first.body.decode().partition("id: ")[2].partition("\n")[0]
        nothing = await ask(place, "GET", f"{events}?wait=0&last_event_id={position}")
        assert events_of(nothing.body) == ["resumed"]
        await presenter.step(1)
        await presenter.step(2)
        missed = await ask(place, "GET", f"{events}?wait=0&last_event_id={position}")
        assert events_of(missed.body) == ["resumed", "view", "view"]
        assert (await ask(place, "GET", f"{events}?wait=1")).problem == "invalid-parameter"
        assert (await ask(place, "GET", "/api/lectures/AAAAAAA2/events?wait=0")).problem == "unknown-lecture"
        assert (await ask(place, "GET", f"{events}?wait=0&as=presenter")).problem == "not-presenter"

    with LectureServer(data) as server:
        run(lecture(server))


def test_whoever_asks_with_wait_0_is_nobody_who_listens_and_hears_that_the_server_restarts(fresh: TestClient) -> None:
    code = fresh.post("/api/lectures", json={}).json()["code"]
    assert fresh.get(f"/api/lectures/{code}/events", params={"wait": "0"}).status_code == 200
    services: Services = fresh.app.state.services  # type: ignore[attr-defined]
    (room,) = services.lectures.open_rooms()
    assert not room.listeners
    services.lectures.stop()
    assert events_of(fresh.get(f"/api/lectures/{code}/events", params={"wait": "0"}).content) == ["snapshot", "restart"]


@pytest.mark.parametrize(
    ("root_path", "base", "sentence"),
    [
        ("", "/unrolled/", "below /unrolled, but the server's setting UNROLLED_ROOT_PATH is not set"),
        ("/unrolled", "/", "below /, but the server's setting UNROLLED_ROOT_PATH is set to /unrolled"),
        ("/unrolled", "/unrolled/", ""),
        ("/r%C3%A9seau", "/r%C3%A9seau/", ""),
        ("", "/", ""),
        ("", None, ""),
        ("/unrolled", None, ""),
    ],
)
def test_a_path_that_the_server_does_not_know_is_told_before_a_lecture_starts(
    settings: Settings, root_path: str, base: str | None, sentence: str
) -> None:
    wanted: dict[str, Any] = Start(base=base).model_dump(exclude_none=True)
    with TestClient(create_app(settings.model_copy(update={"root_path": root_path})), base_url=HOME) as client:
        answer = client.post("/api/lectures", json=wanted)  # as a proxy that strips the path passes it on
        if sentence:
            assert sentence in require_problem(answer, 409, "wrong-path")["detail"]
        else:
            assert answer.status_code == 201
