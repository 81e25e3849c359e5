"""B14: whatever stands in a text, a stream stays a stream, a log a log, and no secret is in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.server.lectures.client import Listener, Place, Presenter, Student, ask, comparable
from tests.server.lectures.servers import LectureServer
from tests.watchdog import run

BREAKS = {
    "LF": "a\nb",
    "CR": "a\rb",
    "CRLF": "a\r\nb",
    "a whole event": "x\n\nevent: ended\ndata: {}\n\n",
    "NUL": "a\0b",
    "NEL": "a\x85b",
    "ESC": "\x1b[2J",
}
HARMLESS = {
    "line and paragraph separators": "a\u2028b\u2029c",
    "HTML": "<script>alert(1)</script>",
    "a template": "{{7*7}}${7*7}#{7*7}",
    "bidi overrides": "\u202eevil\u202c",
    "emoji with joiners": "👩‍👩‍👧‍👦",
    "combining marks": "e" + "\u0301" * 20,
    "Arabic": "شبكة عصبية",
    "quotes": "\"'`\\",
    "a field of a stream": "id: 7",
}
QUESTION = {"poll": "q", "kind": "choice", "text": "Which?", "choices": ["left", "right"]}


def bodies(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Everywhere that a presenter's text goes to others."""
    return [
        ("view", {"view": {"step": text}}),
        ("view", {"view": {text: "1"}}),
        ("poll opened", {**QUESTION, "text": text}),
        ("poll opened", {**QUESTION, "choices": ["left", text]}),
        ("poll opened", {**QUESTION, "poll": text}),
        ("poll revealed", {"poll": "q", "why": text}),
        ("poll revealed", {"poll": "q", "answer": text}),
        ("presenter changed", {"name": text}),
    ]


@pytest.mark.parametrize("name", BREAKS)
def test_no_control_character_gets_into_a_lecture(server: LectureServer, name: str) -> None:
    text = BREAKS[name]

    async def lecture() -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place)
        await presenter.opens("q")
        async with Listener(place, presenter.code) as listener:
            await listener.at(1)
            for kind, body in bodies(text):
                refused = await presenter.send(kind, body)
                assert (refused.status, refused.problem) == (422, "invalid-command"), (kind, body, refused)
                assert b"control" in refused.body or name == "a whole event"
            for refused in (
                await presenter.send("view", {"view": {}}, name=text),
                await ask(place, "POST", "/api/lectures", {"title": text}),
                await ask(place, "POST", "/api/lectures", {"device": text}),
                await ask(place, "POST", f"{presenter.path}/keys", {"device": text}, presenter.cookie),
                await Student(place, presenter.code).join(text),
            ):
                assert (refused.status, refused.problem) == (422, "invalid-command"), refused
            await listener.at(await presenter.step(1))
            assert (listener.seen.offset, len(listener.seen.state.polls)) == (2, 1)
            listener.require(await presenter.state(), "first")

    run(lecture())


@pytest.mark.parametrize("name", HARMLESS)
def test_every_other_text_arrives_as_it_was(server: LectureServer, name: str) -> None:
    text = HARMLESS[name]

    async def lecture() -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place, text, device="desk")
        async with Listener(place, presenter.code) as early:
            await presenter.command("view", {"view": {"step": text, text[:60]: "1"}})
            await presenter.opens("q", text=text, choices=["left", text])
            voter = Student(place, presenter.code)
            assert (await voter.join(text[:40])).document == {"nickname": text[:40]}
            voted = await voter.vote("q", text)
            await early.at(await presenter.command("poll revealed", {"poll": "q", "answer": text, "why": text}))
            async with Listener(place, presenter.code) as late:
                await late.at(early.seen.offset)
                assert comparable(late.seen.state) == comparable(early.seen.state), "a snapshot is what the entries come to"
            assert early.seen.state.title == text
            assert early.seen.state.view == {"step": text, text[:60]: "1"}
            assert early.seen.state.polls[0]["revealed"]["tally"] == {voted.document["choice"]: 1}
            early.require(await presenter.state(), "first")

    run(lecture())


def test_a_nickname_in_the_address_of_a_stream_cannot_break_it(server: LectureServer) -> None:
    async def lecture() -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place)
        async with Listener(place, presenter.code, presenter.cookie, **{"as": "presenter"}) as watching:
            async with Listener(place, presenter.code, nickname="Ada\n\nevent: ended\ndata: {}\n\n"[:40], hand="true") as student:
                await watching.until(lambda seen: seen.soft.get("presence", {}).get("hands"))
                assert watching.seen.soft["presence"]["hands"] == ["Adaevent: endeddata: {}"]
                await student.at(await presenter.step(1))
            assert not watching.seen.faults
            assert not watching.seen.state.ended

    run(lecture())


def test_what_a_proxy_calls_a_request_is_taken_over_only_if_it_is_a_name(server: LectureServer) -> None:
    async def asked() -> None:
        place = Place(server.port)
        for given in ("a b", "x" * 65, '"', "<", "ünfug", "{}"):
            assert (await ask(place, "GET", "/healthz", X_Request_Id=given)).headers["x-request-id"] != given
        assert (await ask(place, "GET", "/healthz", X_Request_Id="proxy-7_f")).headers["x-request-id"] == "proxy-7_f"

    run(asked())


def test_every_line_of_the_log_is_json_and_none_holds_a_secret(data: Path) -> None:
    """With a line for every request, over everything that has a secret in it, and over what tries to break a line."""
    secrets: set[str] = {"sesame", "not the passphrase", "Ada Lovelace", "right answer"}

    async def lecture(server: LectureServer) -> None:
        place = Place(server.port)
        refused = await ask(place, "POST", "/api/lectures", {"passphrase": "not the passphrase"})
        assert refused.status == 403
        first = await Presenter.start(place, passphrase="sesame")
        second = await first.another("tablet")
        await second.take_over()
        await second.opens("q", choices=["left", "right answer"])
        voter = Student(place, first.code)
        await voter.join("Ada Lovelace")
        await voter.vote("q", "right answer")
        async with Listener(place, first.code, second.cookie, nickname="Ada Lovelace", **{"as": "presenter"}) as listener:
            await listener.at(2)
        async with Listener(place, first.code, voter.cookie, nickname="Ada Lovelace") as listener:
            await listener.at(2)
        made = await ask(place, "POST", f"{second.path}/keys", {}, second.cookie)
        secrets.update(
            {first.key, made.document["key"], *(cookie.partition("=")[2] for cookie in (first.cookie, second.cookie, voter.cookie))}
        )
        for path in (
            "/api/lectures/%0d%0a%7B%22level%22:%22FAKE%22%7D",
            f"/?key={first.key}",
            f"/api/lectures/{first.code}?key={first.key}",
            "/%1b[2J",
        ):
            await ask(place, "GET", path)
        await ask(place, "GET", "/healthz", X_Request_Id="evil\tname")
        await ask(place, "DELETE", second.path, cookie=second.cookie)

    with LectureServer(data, starters="passphrase", passphrase="sesame", log_requests="true") as server:
        run(lecture(server))
        assert server.stop() == 0
        lines = [json.loads(line) for line in server.said.splitlines()]
        said = server.said
    assert len(lines) > 15
    assert {"at", "level", "message", "request_id", "method", "path", "status", "seconds"} <= set.union(*map(set, lines))
    assert not [line for line in lines if line["level"] == "FAKE"]
    assert len({line["request_id"] for line in lines}) == len(lines)
    for secret in secrets:
        assert secret not in said, "a log is read by more people than a lecture"


def test_a_recording_holds_no_secret_and_no_name_of_a_student(server: LectureServer) -> None:
    async def lecture() -> None:
        place = Place(server.port)
        presenter = await Presenter.start(place)
        await presenter.opens("q")
        voter = Student(place, presenter.code)
        await voter.join("Ada Lovelace")
        await voter.vote("q", "left")
        await presenter.command("poll revealed", {"poll": "q"})
        recording = (await ask(place, "GET", f"{presenter.path}/recording")).body.decode()
        for secret in ("Ada", presenter.key, *(cookie.partition("=")[2] for cookie in (presenter.cookie, voter.cookie))):
            assert secret not in recording

    run(lecture())
