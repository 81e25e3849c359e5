"""A lecture that is over is watched again: from the server or from a file, at any speed, with its questions to be answered again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.classroom import DESK, PLACES, SEEN, UNSEEN, Class, expect_same, until
from tests.browser.markup import difference
from tests.browser.pages import Contexts, Server, Watched, open_page
from tests.browser.person import cell, expect_step, layer, press, step, to_step
from tests.browser.test_questions import ask_next, card, mark, now, open_panel, vote
from tests.browser.violations import EACH_SIZE, SIZES, expect_nothing

QUESTION = "Will h₂⁽¹⁾[1] be positive or negative?"


class Recorded:
    """A lecture as it was: what the class saw after each thing that the presenter did, and the file."""

    def __init__(self, code: str, file: dict[str, Any], seen: list[str], height: int) -> None:
        self.code, self.file, self.seen, self.height = code, file, seen, height

    def offer(self) -> dict[str, Any]:
        return {"name": "lecture.json", "mimeType": "application/json", "buffer": json.dumps(self.file).encode()}


@pytest.fixture(scope="module")
def recorded(contexts: Contexts, server: Server) -> Iterator[Recorded]:
    """Steps, a question with two answers, another network, an edit, the end: held once for all tests here."""
    room = Class(contexts, server)
    presenter, seen = room.presenter, []
    room.start()
    student = room.join()
    press(presenter, "Close this card")

    def looked(number: int) -> None:
        expect_step(student, number)
        expect_same(presenter, student)
        seen.append(without_marks(student))

    to_step(presenter, 5)
    looked(5)
    height = height_of(student)
    open_panel(presenter)
    ask_next(presenter, QUESTION)
    expect(card(student)).to_be_visible()
    vote(room, card(student).get_by_role("article").get_attribute("data-poll") or "", "negative", "positive", "negative")
    expect(now(presenter)).to_contain_text("3 answers.")
    press(presenter, "Reveal the answer")
    expect(card(student)).to_contain_text("negative")
    presenter.get_by_role("combobox", name="Preset").select_option(label="deep LSTM")
    expect(layer(presenter, 1)).to_contain_text("84")
    press(presenter, "Last step")
    looked(20)
    presenter.get_by_role("button", name="End", exact=True).click()
    presenter.get_by_role("dialog").get_by_role("button", name="End it", exact=True).click()
    expect(student.get_by_role("link", name="Watch it again")).to_be_visible()
    file = json.loads(student.request.get(f"{server.address}api/lectures/{room.code}/recording").body())
    yield Recorded(room.code, file, seen, height)
    room.close()


@pytest.fixture
def replay(context: BrowserContext, watched: Watched, server: Server, recorded: Recorded) -> Page:
    """The page, at the beginning of the recording."""
    [page] = context.pages
    page.goto(f"{server.address}?replay={recorded.code}")
    expect(moment(page)).to_be_visible()
    return page


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Recording", exact=True)


def moment(page: Page) -> Locator:
    return page.get_by_role("slider", name="Moment of the recording")


def mode(page: Page) -> Locator:
    return bar(page).get_by_role("group", name="Mode")


def to_question(page: Page) -> None:
    page.get_by_role("combobox", name="Questions of the recording").select_option(index=1)
    expect(card(page)).to_contain_text(QUESTION)


def more(page: Page) -> None:
    bar(page).get_by_text("More", exact=True).click()


def open_file(page: Page, recording: dict[str, Any] | bytes, name: str = "lecture.json") -> None:
    press(page, "Open a recording")
    expect(page.get_by_role("dialog", name="Open a recording")).to_be_visible()
    body = recording if isinstance(recording, bytes) else json.dumps(recording).encode()
    chosen = {"name": name, "mimeType": "application/json", "buffer": body}
    page.get_by_label("A file that was downloaded from a lecture").set_input_files(chosen)  # type: ignore[arg-type]


def test_a_lecture_is_watched_again_and_looks_as_the_class_saw_it(replay: Page, recorded: Recorded) -> None:
    expect_step(replay, 0)
    replay.set_viewport_size({"width": DESK[0], "height": DESK[1] + recorded.height - height_of(replay)})
    assert height_of(replay) == recorded.height, "the picture has as much room as in the class"
    replay.get_by_role("combobox", name="Speed of the recording").select_option("16")
    press(replay, "Play the recording")
    expect(card(replay)).to_contain_text(QUESTION)  # there it stops, for an answer
    expect(replay.get_by_role("button", name="Play the recording")).to_be_visible()
    expect_step(replay, 5)
    expect_seen(replay, recorded.seen[0])
    press(replay, "Play the recording")
    expect_step(replay, 20)
    expect(replay.get_by_role("button", name="Play the recording")).to_be_visible()
    expect_seen(replay, recorded.seen[1])
    expect(mode(replay)).to_have_text("following")


def without_marks(page: Page) -> str:
    """What a class looks at, but for what is painted of a question, which comes and goes beside the picture."""
    return str(page.evaluate(f"([places, left]) => ({SEEN})(places, left)", [PLACES, f"{UNSEEN}, .poll-marks"]))


def height_of(page: Page) -> int:
    """What the bars leave of the page's height for the picture."""
    return int(page.locator("#window").evaluate("(window) => window.clientHeight"))


def expect_seen(page: Page, seen: str) -> None:
    until(lambda: without_marks(page) == seen, page, lambda: f"the class saw something else\n{difference(seen, without_marks(page))}")


def test_a_question_is_answered_again_and_judged_when_its_answer_was_shown(replay: Page, recorded: Recorded) -> None:
    to_question(replay)
    expect(mark(replay, "Asked about layer 1, t = 2, unit 1")).to_be_visible()
    card(replay).get_by_role("button", name="positive").click()
    expect(card(replay)).to_contain_text("Stored: positive.")
    expect(card(replay)).not_to_contain_text("right")
    press(replay, "Play the recording")
    expect(bar(replay)).to_contain_text("0 of 1 right")
    expect(card(replay)).to_contain_text("No. The answer: negative.")
    expect(card(replay).locator(".bars li")).to_have_text(["positiveyour answer1 · 33 %", "negative✓ right2 · 67 %"])
    to_question(replay)
    card(replay).get_by_role("button", name="negative").click()
    press(replay, "Play the recording")
    expect(bar(replay)).to_contain_text("1 of 1 right")
    votes = replay.request.get(f"{replay.url.split('?')[0]}api/lectures/{recorded.code}/recording").json()["entries"]
    assert [entry["body"]["votes"] for entry in votes if entry["kind"] == "poll revealed"] == [3]


def test_time_is_scrubbed_in_both_directions_by_keyboard_too(replay: Page) -> None:
    moment(replay).focus()
    replay.keyboard.press("End")
    expect_step(replay, 20)
    expect(layer(replay, 1)).to_contain_text("84")
    expect(moment(replay)).to_have_attribute("aria-valuetext", re.compile(r"^(\d+:\d\d) of \1$"))
    replay.keyboard.press("Home")
    expect_step(replay, 0)
    expect(layer(replay, 1)).to_contain_text("21")
    expect(card(replay)).to_be_hidden()


def test_whoever_lets_go_explores_and_comes_back_to_where_the_recording_is(replay: Page) -> None:
    to_question(replay)
    press(replay, "Step forward", 3)
    expect(mode(replay)).to_have_text("exploring")
    assert step(replay) == 8
    cell(replay, 1, 1).click()
    press(replay, "Back to the recording")
    expect(mode(replay)).to_have_text("following")
    expect_step(replay, 5)
    press(replay, "Explore on my own")
    expect(mode(replay)).to_have_text("exploring")
    press(replay, "Play the recording")
    expect(mode(replay)).to_have_text("following")


def test_the_file_is_enough_for_a_server_that_knows_nothing_of_the_lecture(
    browser: Browser, recorded: Recorded, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = Server(tmp_path_factory.mktemp("stranger"))
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    watched = Watched(page, stranger.address)
    open_page(page, stranger.address)
    open_file(page, recorded.file)
    expect(moment(page)).to_be_visible()
    moment(page).press("End")
    expect_step(page, 20)
    expect(layer(page, 1)).to_contain_text("84")
    more(page)
    with page.expect_download() as download:
        press(page, "Download the recording")
    assert download.value.suggested_filename == f"lecture-{recorded.code}.json"
    assert json.loads(Path(download.value.path()).read_text(encoding="utf-8")) == recorded.file
    page.reload()
    expect(page.get_by_role("dialog", name="Open a recording")).to_contain_text("Choose the file again")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("button", name="Step forward")).to_be_visible()
    assert watched.faults == []
    context.close()
    stranger.stop()


# No two sentences in a row are the same, so that none is taken for the one before it.
NO_RECORDINGS: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda file: json.dumps(file).encode()[:-30], "This file cannot be read as a recording: it is damaged, or cut off."),
    (lambda file: file | {"unrolled": "plan"}, "This file is no recording of a lecture."),
    (lambda file: b"\x89PNG\r\n", "This file cannot be read as a recording: it is damaged, or cut off."),
    (lambda file: file | {"version": 2}, "This recording is of version 2, which only a newer Unrolled can play. Open it there."),
    (lambda file: file | {"entries": []}, "Nothing was shown in this recording"),
    (lambda file: file | {"entries": [*file["entries"][:2], {"kind": "view"}]}, "Entry 3 of this recording cannot be read"),
]


def test_a_recording_that_cannot_be_played_says_why_and_the_page_stays(page: Page, recorded: Recorded) -> None:
    to_step(page, 3)
    dialog = page.get_by_role("dialog", name="Open a recording")
    for change, says in NO_RECORDINGS:
        open_file(page, change(recorded.file))
        expect(dialog.get_by_role("alert")).to_contain_text(says)
        dialog.get_by_role("button", name="Close", exact=True).click()
        expect(dialog).to_be_hidden()
        expect_step(page, 3)


def test_a_scene_that_was_changed_in_the_file_is_found_out(page: Page, recorded: Recorded) -> None:
    scenes = {name: {**scene, "weights": {"seed": 77}} for name, scene in recorded.file["scenes"].items()}
    open_file(page, recorded.file | {"scenes": scenes})
    expect(bar(page)).to_contain_text("A scene of this recording is not the one that it says.")


def test_a_code_leads_to_its_recording_and_a_wrong_one_says_so(page: Page, recorded: Recorded, watched: Watched) -> None:
    watched.allowed.append("404")
    press(page, "Open a recording")
    dialog = page.get_by_role("dialog", name="Open a recording")
    field = dialog.get_by_role("textbox", name="Or the code of a lecture on this server")
    field.fill("abc")
    press(page, "Watch it")
    expect(dialog.get_by_role("alert")).to_have_text("A code has eight letters and digits.")
    field.fill("ABCD EFGH")
    press(page, "Watch it")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("There is no lecture with this code.")
    field.fill(f"{recorded.code[:4].lower()}-{recorded.code[4:]}")
    press(page, "Watch it")
    expect(moment(page)).to_be_visible()
    more(page)
    press(page, "Leave the recording")
    expect(page.get_by_role("button", name="Start a lecture")).to_be_visible()


@pytest.mark.parametrize("size", EACH_SIZE)
def test_axe_finds_nothing_in_a_recording_at_any_size(replay: Page, size: str) -> None:
    width, height = SIZES[size]
    replay.set_viewport_size({"width": width, "height": height})
    moment(replay).press("Home")
    expect_nothing(replay, "the beginning")
    to_question(replay)
    expect_nothing(replay, "a question", "#lecture")
    more(replay)
    expect_nothing(replay, "more", "#lecture")
