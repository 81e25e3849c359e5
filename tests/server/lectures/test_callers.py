"""B10, B12, B15: who may do what. Other sites nothing, a student what students do, and nobody anything by GET."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.guards import CONTENT_SECURITY_POLICY
from app.lectures.commands import BODIES, SOFT
from app.lectures.sqlite_storage import FILE
from app.main import create_app
from app.policies import POLICIES
from app.settings import Settings
from tests.server.asking import HOME, require_problem
from tests.server.lectures.client import Listener, Place, Presenter, Student, ask
from tests.server.lectures.servers import LectureServer
from tests.watchdog import run

LECTURES = [route for route in POLICIES if "/lectures" in route or route.split()[1] in ("/join/{code}", "/api/reach", "/metrics")]
CHANGING = [route for route in LECTURES if not route.startswith("GET ")]
READING = [route for route in LECTURES if route.startswith("GET ")]
BODIES_OF = {
    "POST /api/lectures": {"title": "t"},
    "POST /api/lectures/{code}/presenter": {"key": "x"},
    "POST /api/lectures/{code}/keys": {},
    "POST /api/lectures/{code}/commands": {"id": "1", "kind": "view", "fence": 1, "body": {"view": {"step": "1"}}},
    "PUT /api/lectures/{code}/plan": {"unrolled": "plan", "version": 1, "title": "", "steps": []},
    "PUT /api/lectures/{code}/participant": {"nickname": "Ada"},
    "PUT /api/lectures/{code}/polls/{poll}/vote": {"choice": "left"},
}
OF_THE_PRESENTER = [
    route for route in LECTURES if route.endswith(("/keys", "/commands", "/plan", "/results")) or route == "DELETE /api/lectures/{code}"
]
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": f"{HOME}.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": HOME},
]


@dataclass(frozen=True)
class Scene:
    """A lecture with an open question, and what its people would send."""

    client: TestClient
    code: str
    key: str
    presenter: str
    student: str

    def send(self, route: str, cookie: str = "", body: Any = None, **headers: str) -> Response:
        """A request of a route, in this lecture; nothing is remembered."""
        method, path = route.split()
        content = json.dumps(BODIES_OF.get(route) if body is None else body) if route in BODIES_OF else None
        told = {"Content-Type": "application/json"} if content else {}
        told |= {"Cookie": cookie} if cookie else {}
        self.client.cookies.clear()
        return self.client.request(method, path.format(code=self.code, poll="q"), content=content, headers=told | headers)


def begun(client: TestClient) -> Scene:
    client.cookies.clear()
    started = client.post("/api/lectures", json={"title": "t", "device": "desk"})
    cookie = started.headers["set-cookie"].partition(";")[0]
    scene = Scene(client, started.json()["code"], started.json()["key"], cookie, "")
    question = {"poll": "q", "kind": "choice", "text": "Which?", "choices": ["left", "right"]}
    command = {"id": "open", "kind": "poll opened", "fence": 1, "body": question}
    assert scene.send("POST /api/lectures/{code}/commands", cookie, command).status_code == 200
    joined = scene.send("PUT /api/lectures/{code}/participant")
    return Scene(client, scene.code, scene.key, cookie, joined.headers["set-cookie"].partition(";")[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("callers")


@pytest.fixture(scope="module")
def unlimited(folder: Path) -> Iterator[TestClient]:
    settings = Settings(data=folder, lectures_per_hour=10_000, wrong_codes=10_000)
    with TestClient(create_app(settings), base_url=HOME, follow_redirects=False) as client:
        yield client


@pytest.fixture
def scene(unlimited: TestClient) -> Scene:
    return begun(unlimited)


def contents(folder: Path) -> str:
    """All that is stored, as a hash."""
    with closing(sqlite3.connect(folder / FILE)) as reader:
        return hashlib.sha256("\n".join(reader.iterdump()).encode()).hexdigest()


def secret_of(cookie: str) -> str:
    return cookie.partition("=")[2]


@pytest.mark.parametrize("route", CHANGING)
@pytest.mark.parametrize("headers", FOREIGN)
def test_a_page_of_another_site_changes_nothing(scene: Scene, folder: Path, route: str, headers: dict[str, str]) -> None:
    before = contents(folder)
    require_problem(scene.send(route, scene.presenter, None, **headers), 403, "cross-site")
    assert contents(folder) == before


@pytest.mark.parametrize("route", LECTURES)
def test_another_name_than_ours_is_not_answered_to(scene: Scene, route: str) -> None:
    require_problem(scene.send(route, scene.presenter, None, Host="evil.example"), 421, "wrong-host")


@pytest.mark.parametrize("route", READING)
def test_whatever_is_read_changes_nothing(scene: Scene, folder: Path, route: str) -> None:
    before = contents(folder)
    for cookie in ("", scene.presenter, scene.student):
        for method in ("GET", "HEAD"):
            scene.send(route.replace("GET", method), cookie)
    assert contents(folder) == before


@pytest.mark.parametrize("path", sorted({route.split()[1] for route in LECTURES}))
def test_no_method_but_the_declared_ones_is_taken(scene: Scene, folder: Path, path: str) -> None:
    declared = {route.split()[0] for route in LECTURES if route.split()[1] == path}
    before = contents(folder)
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - declared:
        require_problem(scene.send(f"{method} {path}", scene.presenter), 405, "method-not-allowed")
    assert contents(folder) == before


@pytest.mark.parametrize("route", LECTURES)
def test_every_answer_carries_what_keeps_a_browser_from_doing_more(scene: Scene, route: str) -> None:
    for cookie in ("", scene.presenter):
        answer = scene.send(route, cookie)
        assert answer.status_code < 500
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY
        assert (answer.headers["x-content-type-options"], answer.headers["referrer-policy"]) == ("nosniff", "no-referrer")
        assert "access-control-allow-origin" not in answer.headers
        if answer.status_code < 300:
            assert "no-store" in answer.headers["cache-control"], "a lecture is of this moment and this person"


def presenter_commands() -> Iterator[dict[str, Any]]:
    """One of every kind."""
    bodies: dict[str, dict[str, Any]] = {
        "scene": {"scene": "0" * 64},
        "view": {"view": {}},
        "frozen": {"frozen": True},
        "blanked": {"blanked": True},
        "poll opened": {"poll": "p", "kind": "words", "text": "?"},
        "poll closed": {"poll": "q"},
        "poll revealed": {"poll": "q"},
        "pointer": {"x": 0.5, "y": 0.5},
    }
    for number, kind in enumerate({*BODIES, "poll opened"}):
        yield {"id": str(number), "kind": kind, "fence": 1, "body": bodies.get(kind, {})}


@pytest.mark.parametrize("who", ["nobody", "student", "presenter of another lecture", "student's cookie as a presenter's", "made up"])
def test_only_the_presenter_presents(scene: Scene, unlimited: TestClient, folder: Path, who: str) -> None:
    other = begun(unlimited)
    cookie = {
        "nobody": "",
        "student": scene.student,
        "presenter of another lecture": other.presenter,
        "student's cookie as a presenter's": f"unrolled-presenter={secret_of(scene.student)}",
        "made up": "unrolled-presenter=" + "x" * 32,
    }[who]
    before = contents(folder)
    for route in OF_THE_PRESENTER:
        require_problem(scene.send(route, cookie), 403, "not-presenter")
    for command in presenter_commands():
        require_problem(scene.send("POST /api/lectures/{code}/commands", cookie, command), 403, "not-presenter")
    require_problem(scene.client.get(f"/api/lectures/{scene.code}/events?as=presenter", headers={"Cookie": cookie}), 403, "not-presenter")
    assert contents(folder) == before


def test_there_is_a_command_of_every_kind_in_the_test_above() -> None:
    assert {command["kind"] for command in presenter_commands()} >= {*SOFT, "ended", "presenter changed", "poll opened"}


@pytest.mark.parametrize("who", ["nobody", "of another lecture", "presenter's cookie as a student's", "made up"])
def test_only_who_takes_part_votes(scene: Scene, unlimited: TestClient, folder: Path, who: str) -> None:
    cookie = {
        "nobody": "",
        "of another lecture": begun(unlimited).student,
        "presenter's cookie as a student's": f"unrolled-participant={secret_of(scene.presenter)}",
        "made up": "unrolled-participant=x",
    }[who]
    before = contents(folder)
    require_problem(scene.send("PUT /api/lectures/{code}/polls/{poll}/vote", cookie), 401, "no-participant")
    assert contents(folder) == before


@pytest.mark.parametrize("choice", ["999", "", "Left", "left\n", "\ud800", "x" * 501, "left right"])
def test_an_answer_that_cannot_be_given_is_refused(scene: Scene, folder: Path, choice: str) -> None:
    before = contents(folder)
    answer = scene.send("PUT /api/lectures/{code}/polls/{poll}/vote", scene.student, {"choice": choice})
    if choice == "left\n":
        assert answer.json()["choice"] == "left"
    else:
        assert answer.status_code in (400, 422)
        require_problem(answer, answer.status_code)
        assert contents(folder) == before


def test_who_votes_after_the_end_of_a_question_or_in_none_is_told_so(scene: Scene) -> None:
    close = {"id": "close", "kind": "poll closed", "fence": 1, "body": {"poll": "q"}}
    assert scene.send("POST /api/lectures/{code}/commands", scene.presenter, close).status_code == 200
    require_problem(scene.send("PUT /api/lectures/{code}/polls/{poll}/vote", scene.student), 409, "poll-closed")
    other = scene.client.put(f"/api/lectures/{scene.code}/polls/other/vote", json={"choice": "left"}, headers={"Cookie": scene.student})
    require_problem(other, 404, "unknown-poll")


def test_the_key_of_one_lecture_opens_no_other_and_every_key_one_session(scene: Scene, unlimited: TestClient) -> None:
    other, route = begun(unlimited), "POST /api/lectures/{code}/presenter"
    require_problem(other.send(route, "", {"key": scene.key}), 403, "key-used")
    assert scene.send(route, "", {"key": scene.key}).status_code == 200
    require_problem(scene.send(route, "", {"key": scene.key}), 403, "key-used")


def test_a_lecture_that_has_ended_takes_no_command_and_no_vote(scene: Scene, folder: Path) -> None:
    end = {"id": "end", "kind": "ended", "fence": 1, "body": {}}
    assert scene.send("POST /api/lectures/{code}/commands", scene.presenter, end).status_code == 200
    before = contents(folder)
    for command in presenter_commands():
        if command["kind"] not in ("scene", *SOFT):
            require_problem(scene.send("POST /api/lectures/{code}/commands", scene.presenter, command), 409, "lecture-ended")
    require_problem(scene.send("PUT /api/lectures/{code}/polls/{poll}/vote", scene.student), 409, "poll-closed")
    assert contents(folder) == before


def test_a_lecture_that_is_deleted_is_gone_with_everything_that_opened_it(scene: Scene, folder: Path) -> None:
    assert scene.send("DELETE /api/lectures/{code}", scene.presenter).status_code == 200
    for route in LECTURES:
        if "{code}" in route and "/join/" not in route:
            require_problem(scene.send(route, scene.presenter), 404, "unknown-lecture")
    with closing(sqlite3.connect(folder / FILE)) as reader:
        tables = [name for (name,) in reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert {"reserve", "total"} < set(tables), "of no lecture: free pages, and one number"
        assert all(
            reader.execute(f"SELECT count(*) FROM {table} WHERE code = ?", (scene.code,)).fetchone() == (0,)
            for table in set(tables) - {"reserve", "total"}
        )
        assert reader.execute("SELECT count(*) FROM reserve").fetchone() == (0,)


def test_no_secret_is_stored_or_handed_out(scene: Scene, folder: Path) -> None:
    secrets = [scene.key, secret_of(scene.presenter), secret_of(scene.student)]
    with closing(sqlite3.connect(folder / FILE)) as reader:
        stored = "\n".join(reader.iterdump())
    for route in READING:
        stored += scene.send(route, scene.student).text
    assert not [secret for secret in secrets if secret in stored]


def test_cookies_are_for_this_lecture_and_no_script(scene: Scene) -> None:
    for route, body in (("POST /api/lectures/{code}/presenter", {"key": scene.key}), ("PUT /api/lectures/{code}/participant", {})):
        cookie = scene.send(route, "", body).headers["set-cookie"]
        assert f"; Path=/api/lectures/{scene.code};" in cookie
        assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Max-Age="))
        assert "expires=" not in cookie.lower(), "a browser whose clock is a day off would drop it"


def test_one_address_has_only_so_many_participants_and_the_presenter_sees_how_many(data: Path) -> None:
    async def lecture(server: LectureServer) -> None:
        home, other = Place(server.port), Place(server.port, source="127.0.0.2")
        presenter = await Presenter.start(home)
        async with Listener(home, presenter.code, presenter.cookie, **{"as": "presenter"}) as watching:
            many = [Student(home, presenter.code) for _ in range(5)]
            assert [(await each.join()).status for each in many] == [200] * 5
            refused = await Student(home, presenter.code).join()
            assert (refused.status, refused.problem, refused.headers["retry-after"]) == (429, "too-many-identities", "60")
            assert (await many[0].join("Ada")).status == 200, "who is in already may come again"
            assert (await Student(other, presenter.code).join()).status == 200
            await presenter.opens("q")
            assert [(await each.vote("q", "left")).status for each in many] == [200] * 5
            await watching.until(lambda seen: seen.soft.get("presence", {}).get("identities") == 5)
        seen = await ask(home, "GET", presenter.path)
        assert seen.status == 200

    with LectureServer(data, identities="5") as server:
        run(lecture(server))
