"""F10: several devices may present, one at a time. The fence says which."""

from __future__ import annotations

import asyncio

from tests.server.lectures.client import Answer, Listener, Place, Presenter, ask, request_bytes
from tests.server.lectures.seeds import chance, seeds
from tests.server.lectures.servers import LectureServer
from tests.watchdog import run


async def two(server: LectureServer) -> tuple[Presenter, Presenter]:
    """Two devices of one lecture; the first presents."""
    first = await Presenter.start(Place(server.port), "t", "desk")
    return first, await first.another("tablet")


def test_an_old_fence_is_refused_and_told_who_presents_now(server: LectureServer) -> None:
    async def lecture() -> None:
        first, second = await two(server)
        await first.step(1)
        assert (await second.take_over()).status == 200
        refused = await first.send("view", {"view": {"step": "2"}})
        assert (refused.status, refused.problem) == (409, "not-presenting")
        assert "tablet" in refused.document["detail"]
        await second.step(3)
        assert [entry.kind for entry in await first.log()] == ["view", "presenter changed", "view"]
        await first.take_over()
        assert first.fence == 3
        await first.step(4)

    run(lecture())


def test_a_device_that_slept_while_another_took_over_changes_nothing_when_it_wakes(server: LectureServer) -> None:
    """Its command was sent long ago, and arrives now: over a connection that had stood still."""

    async def lecture() -> None:
        first, second = await two(server)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        body = {"id": "asleep", "kind": "view", "body": {"view": {"step": "old"}}, "fence": first.fence}
        sent = request_bytes(first.place, "POST", f"{first.path}/commands", body, first.cookie)
        writer.write(sent[:-5])
        await writer.drain()
        await second.take_over()
        await second.step(1)
        writer.write(sent[-5:])
        answer = await reader.read(-1)
        writer.close()
        await writer.wait_closed()
        assert answer.startswith(b"HTTP/1.1 409")
        assert b"not-presenting" in answer
        assert all(entry.body.get("view", {}).get("step") != "old" for entry in await first.log())

    run(lecture())


def test_a_command_that_was_stored_before_the_other_took_over_is_answered_again_as_it_was(server: LectureServer) -> None:
    async def lecture() -> None:
        first, second = await two(server)
        stored = await first.send("view", {"view": {"step": "1"}}, "once")
        await second.take_over()
        again = await first.send("view", {"view": {"step": "1"}}, "once")
        assert (again.status, again.document) == (200, stored.document)
        other = await first.send("view", {"view": {"step": "something else"}}, "once", fence=99)
        assert other.document == stored.document, "an id is a command, whatever comes with it"
        assert len(await first.log()) == 2

    run(lecture())


@seeds(2, 10)
def test_two_who_take_over_from_each_other_all_the_time_never_present_at_once(server: LectureServer, seed: int) -> None:
    draw = chance(seed)

    async def presents(device: Presenter, answers: list[Answer]) -> None:
        for number in range(15):
            if draw.random() < 0.3:
                await device.take_over()
            answers.append(await device.send("view", {"view": {"by": device.name, "step": str(number)}}))

    async def lecture() -> None:
        first, second = await two(server)
        answers: list[Answer] = []
        async with Listener(first.place, first.code) as listener:
            await asyncio.gather(presents(first, answers), presents(second, answers))
            log = await first.log()
            await listener.at(len(log))
            listener.require(await first.state(), "first")
        holder = "desk"
        for entry in log:
            if entry.kind == "presenter changed":
                holder = entry.body["name"]
            else:
                assert entry.body["view"]["by"] == holder, "who does not present has written"
        fences = [entry.body["fence"] for entry in log if entry.kind == "presenter changed"]
        assert fences == list(range(2, len(fences) + 2))
        accepted = [answer for answer in answers if answer.status == 200]
        assert len(accepted) == len(log) - len(fences)
        assert all(answer.problem == "not-presenting" for answer in answers if answer.status != 200)

    run(lecture())


def test_the_pointer_of_who_does_not_present_is_refused_too(server: LectureServer) -> None:
    async def lecture() -> None:
        first, second = await two(server)
        async with Listener(first.place, first.code) as listener:
            await second.take_over()
            assert (await second.send("pointer", {"hidden": True, "address": "<b>"})).problem == "invalid-command"
            refused = await first.send("pointer", {"x": 0.1, "y": 0.1})
            assert refused.problem == "not-presenting"
            assert (await second.send("pointer", {"x": 0.5, "y": 0.25, "address": "1/2/h/1"})).status == 200
            await listener.until(lambda seen: "pointer" in seen.soft)
            assert listener.seen.soft["pointer"] == {"x": 0.5, "y": 0.25, "hidden": False, "address": "1/2/h/1"}

    run(lecture())


def test_a_key_makes_one_presenter_and_works_once(server: LectureServer) -> None:
    async def lecture() -> None:
        first = await Presenter.start(Place(server.port))
        answers = await asyncio.gather(
            *(ask(first.place, "POST", f"{first.path}/presenter", {"key": first.key, "device": str(number)}) for number in range(5))
        )
        assert sorted(answer.status for answer in answers) == [200, 403, 403, 403, 403]
        assert {answer.problem for answer in answers if answer.status == 403} == {"key-used"}

    run(lecture())


def test_students_go_on_while_the_presenter_is_away(server: LectureServer) -> None:
    async def lecture() -> None:
        first, _ = await two(server)
        await first.opens("q")
        async with Listener(first.place, first.code, mode="exploring") as student:
            await student.at(1)
            page = await ask(first.place, "GET", f"/api/lectures/{first.code}")
            assert page.document["holder"] == "desk"
            assert student.losses == 0

    run(lecture())


def test_a_device_hears_whether_it_has_the_word_and_a_link_for_the_next_keeps_its_key_behind_the_fragment(server: LectureServer) -> None:
    async def presents(device: Presenter) -> bool:
        return bool((await ask(device.place, "GET", device.path, cookie=device.cookie)).document["presenting"])

    async def lecture() -> None:
        first, second = await two(server)
        assert [await presents(device) for device in (first, second)] == [True, False]
        await second.take_over()
        assert [await presents(device) for device in (first, second)] == [False, True]
        made = (await ask(second.place, "POST", f"{second.path}/keys", {}, second.cookie)).document
        before, fragment = made["address"].split("#")
        assert fragment == f"key={made['key']}"
        assert made["key"] not in before
        assert made["qr"].startswith("<svg")

    run(lecture())
