"""A class is asked: before a step, about a cell, or whatever comes to the presenter's mind; and sees what it answered."""

from __future__ import annotations

import csv
import io
import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app.scenes import default_scene
from app.traces import run
from tests.browser.classroom import Class, room, until
from tests.browser.person import cell, drawn, press, to_step, written
from tests.browser.violations import EACH_SIZE, SIZES, expect_nothing

__all__ = ["room"]  # a fixture

SECRET = "thirty-six zebras"


def card(page: Page) -> Locator:
    """What the class is asked."""
    return page.get_by_role("region", name="Question", exact=True)


def now(page: Page) -> Locator:
    """The question that is asked now, in the presenter's panel."""
    return page.get_by_role("article", name="The question now")


def mark(page: Page, name: str) -> Locator:
    """What is painted on the grid."""
    return page.locator("#window").get_by_role("img", name=name)


def open_panel(presenter: Page) -> None:
    press(presenter, "Private panel")
    expect(presenter.get_by_role("button", name="Ask the class", exact=True)).to_be_visible()


def ask_next(presenter: Page, question: str) -> None:
    """Asks what the engine can answer, before the step that comes next."""
    presenter.get_by_role("combobox", name="Before the next step").select_option(label=question)
    press(presenter, "Ask the class")


def ask_own(presenter: Page, kind: str, question: str, **fields: str) -> None:
    """Writes a question and asks it."""
    presenter.get_by_text("A question of your own").click()
    form = presenter.locator("form.composer")
    form.get_by_role("combobox", name="Kind").select_option(label=kind)
    form.get_by_role("textbox", name="Question", exact=True).fill(question)
    for label, value in fields.items():
        form.get_by_label(label.replace("_", " "), exact=False).fill(value)
    press(presenter, "Ask the class this")


def vote(class_: Class, poll: str, *choices: str) -> None:
    """As many students as there are choices, each a browser of its own, as far as the server knows."""
    for choice in choices:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        for path, body in (("participant", {}), (f"polls/{poll}/vote", {"choice": choice})):
            address = f"{class_.server.address}api/lectures/{class_.code}/{path}"
            request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="PUT")
            assert opener.open(request).status == 200


def poll_of(page: Page) -> str:
    expect(card(page)).to_be_visible()
    return card(page).get_by_role("article").first.get_attribute("data-poll") or ""


@contextmanager
def listening(class_: Class) -> Iterator[list[str]]:
    """Everything that a student's stream says, line by line, as it comes."""
    heard: list[str] = []
    stream = urllib.request.urlopen(f"{class_.server.address}api/lectures/{class_.code}/events", timeout=60)

    def listen() -> None:
        with suppress(OSError, ValueError):  # the test is over
            heard.extend(line.decode() for line in stream)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield heard
    stream.fp.raw._sock.shutdown(2)
    thread.join(10)
    stream.close()


def test_a_question_about_the_next_cell_is_asked_answered_closed_and_revealed(room: Class) -> None:
    presenter, desk, phone = room.presenter, room.join(), room.join((390, 844))
    state = float(run(default_scene()).forward.layers[1]["h"][0, 1, 0])
    to_step(presenter, 5)
    open_panel(presenter)
    ask_next(presenter, "Will h₂⁽¹⁾[1] be positive or negative?")
    for student in (desk, phone):
        expect(card(student).get_by_role("heading", level=3)).to_have_text("Will h₂⁽¹⁾[1] be positive or negative?")
        expect(card(student)).to_contain_text("About layer 1, t = 2, unit 1.")
        expect(mark(student, "Asked about layer 1, t = 2, unit 1")).to_be_visible()
    card(desk).get_by_role("button", name="negative").click()
    card(phone).get_by_role("button", name="negative").click()
    expect(card(phone)).to_contain_text("Stored: negative. You may change it until the question closes.")
    card(phone).get_by_role("button", name="positive").click()
    expect(card(phone)).to_contain_text("Stored: positive.")
    expect(card(phone).get_by_role("button", name="positive")).to_have_attribute("aria-pressed", "true")
    expect(now(presenter)).to_contain_text("2 answers. Open.")
    expect(now(presenter).get_by_role("listitem")).to_have_text(["positive1 · 50 %", "negative✓ right1 · 50 %"])
    press(presenter, "Close the question")
    expect(card(phone)).to_contain_text("The question is closed. Your answer: positive.")
    expect(card(phone).get_by_role("button", name="positive")).to_be_hidden()
    press(presenter, "Reveal the answer")
    why = f"h₂⁽¹⁾[1] = {written(state, 4)}."
    expect(card(phone)).to_contain_text(f"Your answer: positive.No. The answer: negative.{why}2 answers.")
    expect(card(desk)).to_contain_text(f"Right: negative.{why}")
    expect(card(phone).get_by_role("listitem")).to_have_text(["positiveyour answer1 · 50 %", "negative✓ right1 · 50 %"])
    card(phone).get_by_text("As a table").click()
    expect(card(phone).get_by_role("row")).to_have_text(["AnswerVotesShare", "positiveyour answer150 %", "negative✓ right150 %"])
    for page in (presenter, desk, phone):
        expect(mark(page, "Answers about layer 1, t = 2, unit 1: positive: 1 and negative, which is right: 1")).to_be_visible()


def stands_above(mark: Locator, place: Locator) -> bool:
    """Whether a mark stands in the middle above its cell; what makes room for a larger picture takes some frames."""
    sign, box = mark.bounding_box(), place.bounding_box()
    assert sign
    assert box
    middle = abs(box["x"] + box["width"] / 2 - sign["x"] - sign["width"] / 2)
    return middle < 4 and abs(box["y"] - sign["y"] - sign["height"]) < 30  # its halo counts


def test_what_is_painted_stands_at_its_cell_also_zoomed_and_leaves_with_the_scene(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    press(presenter, "Close this card")
    to_step(presenter, 4)
    cell(presenter, 2, 3).click()
    open_panel(presenter)
    ask_own(presenter, "sign of a number", "Up or down?")
    expect(mark(presenter, "Asked")).to_have_count(0)  # nobody said that it is about the cell
    presenter.get_by_text("A question of your own").click()
    presenter.get_by_role("checkbox", name="About layer 2, t = 3, unit 1").check()
    presenter.locator("form.composer").get_by_role("textbox", name="Question", exact=True).fill("And this one?")
    presenter.locator("form.composer").get_by_role("combobox", name="Kind").select_option(label="sign of a number")
    press(presenter, "Ask the class this")
    for page in (presenter, student):
        asked = mark(page, "Asked about layer 2, t = 3, unit 1")
        expect(asked).to_be_visible()
        for _ in range(2):
            until(partial(stands_above, asked, cell(page, 2, 3)), page, "the mark stands somewhere else")
            page.keyboard.press("+")
            drawn(page)
    presenter.get_by_role("combobox", name="Preset").select_option(label="deep LSTM")
    expect(mark(presenter, "Asked")).to_have_count(0)


def test_the_right_answer_never_reaches_a_student_before_it_is_revealed(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    open_panel(presenter)
    with listening(room) as heard:
        ask_own(presenter, "one of several", "How many?", Choices="six\nseven\neight", Right_answer="seven", Why=SECRET)
        card(student).get_by_role("button", name="six").click()
        expect(now(presenter)).to_contain_text("One answer. Open.")
        press(presenter, "Close the question")
        expect(card(student)).to_contain_text("The question is closed.")
        before = "".join(heard)
        assert '"votes":1' in before.replace(" ", "")
        assert SECRET not in before
        assert '"answer"' not in before
        assert '"tally"' not in before
        assert SECRET not in student.content()
        press(presenter, "Reveal the answer")
        expect(card(student)).to_contain_text(SECRET)
        expect(card(student)).to_contain_text("No. The answer: seven.")
    assert SECRET in "".join(heard)


def test_numbers_are_a_histogram_with_the_band_of_what_is_right(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    to_step(presenter, 9)
    open_panel(presenter)
    ask_next(presenter, "What will ŷ₃ be?")
    field = card(student).get_by_role("spinbutton", name="Your answer")
    press_send(student)
    expect(card(student).get_by_role("alert")).to_have_text("Type a number, such as −0.5.")
    field.fill("2000000")
    press_send(student)
    expect(card(student).get_by_role("alert")).to_contain_text("The answer must be −1,000,000 to 1,000,000.")
    expect(card(student).get_by_role("alert")).to_have_attribute("lang", "en")
    student_allows(room, "422")
    field.fill("0.5")
    press_send(student)
    expect(card(student)).to_contain_text("Stored: 0.5.")
    vote(room, poll_of(student), "0.31", "0.4", "0.40", "0.9", "-1", "77")
    expect(now(presenter)).to_contain_text("7 answers. Open.")
    press(presenter, "Reveal the answer")
    expect(card(student).get_by_role("img", name="From −1 to 77. Within the tolerance: 4 of 7.")).to_be_visible()
    expect(card(student)).to_contain_text("Right: 0.4051 ± 0.1.")
    card(student).get_by_text("As a table").click()
    rows = card(student).get_by_role("row").all_inner_texts()
    assert [row.split()[0].strip("✓") for row in rows[1:]] == ["−1", "0.31", "0.4", "0.5", "0.9", "77"]
    expect(mark(student, "Answers about Dense, t = 3: right, which is right: 4 and not right: 3")).to_be_visible()


def press_send(page: Page) -> None:
    card(page).get_by_role("button", name="Send").click()


def student_allows(class_: Class, status: str) -> None:
    """A refusal that a test asks for is one line in the browser's console."""
    for watch in class_.watched:
        watch.faults = [fault for fault in watch.faults if f"status of {status}" not in fault]


def test_words_are_a_cloud_in_which_nothing_runs(room: Class) -> None:
    presenter, student = room.presenter, room.join((390, 844))
    open_panel(presenter)
    ask_own(presenter, "words, as a cloud", "One word?")
    hostile = ["<img src=x onerror=alert(1)>", "{{7*7}}", "=1+1", "__proto__", "\u202eabc"]
    card(student).get_by_role("textbox", name="Your answer").fill("  MEMORY ")
    press_send(student)
    expect(card(student)).to_contain_text("Stored: memory.")
    vote(room, poll_of(student), "Memory", "memory", "स्मृति", *hostile)
    press(presenter, "Reveal the answer")
    expect(card(student).get_by_role("listitem")).to_have_count(7)
    expect(card(student).get_by_role("listitem").first).to_have_text("memory× 3")
    assert set(hostile) <= set(card(student).locator(".cloud bdi").all_inner_texts())
    expect(card(student).locator("img")).to_have_count(0)


KINDS = [
    ("count of parameters", {"Right_answer": "36"}, "0036", "36", "Right: 36."),
    ("count of parameters", {"Choices": "9\n15\n18"}, "15", "15", "Your answer: 15."),
    ("shape", {"Choices": "3×2\n2×3", "Right_answer": "3×2"}, "2×3", "2×3", "No. The answer: 3×2."),
    ("edge that carries the gradient", {"Right_answer": "from both"}, "from above", "from above", "No. The answer: from both."),
]


def test_every_kind_of_question_can_be_written_asked_and_answered(room: Class) -> None:
    presenter, student = room.presenter, room.join((390, 844))
    open_panel(presenter)
    for number, (kind, fields, answer, stored, verdict) in enumerate(KINDS):
        ask_own(presenter, kind, f"Which, number {number}?", **fields)
        expect(card(student).get_by_role("heading", level=3)).to_have_text(f"Which, number {number}?")
        if card(student).get_by_role("button", name="Send").count():
            card(student).get_by_role("spinbutton").fill(answer)
            press_send(student)
        else:
            card(student).get_by_role("button", name=answer, exact=True).click()
        expect(card(student)).to_contain_text(f"Stored: {stored}.")
        press(presenter, "Reveal the answer")
        expect(card(student)).to_contain_text(verdict)


def test_a_question_that_cannot_be_asked_says_what_is_missing_and_loses_nothing(room: Class) -> None:
    presenter = room.presenter
    open_panel(presenter)
    presenter.get_by_text("A question of your own").click()
    form = presenter.locator("form.composer")
    press(presenter, "Ask the class this")
    expect(form.get_by_role("alert")).to_have_text("Write the question.")
    form.get_by_role("textbox", name="Question", exact=True).fill("Which?")
    expect(form.get_by_role("alert")).to_be_hidden()
    press(presenter, "Ask the class this")
    expect(form.get_by_role("alert")).to_have_text("Write two choices or more, one per line.")
    form.get_by_label("Choices").fill("a\nb")
    form.get_by_label("Right answer").fill("c")
    press(presenter, "Ask the class this")
    expect(form.get_by_role("alert")).to_have_text("The right answer is none of the choices.")
    expect(form.get_by_role("textbox", name="Question", exact=True)).to_have_value("Which?")
    expect(card(presenter)).to_be_hidden()


def test_a_vote_that_is_lost_on_its_way_arrives_and_a_page_that_is_loaded_again_knows_it(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    to_step(presenter, 3)
    open_panel(presenter)
    ask_next(presenter, "Will h₁⁽¹⁾[2] be positive or negative?")
    expect(card(student)).to_be_visible()
    student.context.set_offline(True)
    card(student).get_by_role("button", name="positive").click()
    expect(card(student)).to_contain_text("Not stored yet: trying again …")
    card(student).get_by_role("button", name="negative").click()
    student.context.set_offline(False)
    expect(card(student)).to_contain_text("Stored: negative.")
    expect(now(presenter)).to_contain_text("One answer. Open.")
    student.reload()
    expect(card(student)).to_contain_text("Stored: negative.")
    expect(card(student).get_by_role("button", name="negative")).to_have_attribute("aria-pressed", "true")
    card(student).get_by_role("button", name="positive").click()
    expect(card(student)).to_contain_text("Stored: positive.")
    press(presenter, "Reveal the answer")
    expect(now(presenter)).to_contain_text("One answer. Revealed.")
    expect(card(student)).to_contain_text("No. The answer: negative.")


def test_a_presenter_who_loads_the_page_again_still_has_the_answer_and_the_tally(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    open_panel(presenter)
    ask_own(presenter, "one of several", "Which?", Choices="a\nb", Right_answer="b", Why="It is b.")
    card(student).get_by_role("button", name="b", exact=True).click()
    expect(now(presenter)).to_contain_text("One answer.")
    presenter.reload()
    open_panel(presenter)
    expect(now(presenter)).to_contain_text("One answer. Open.")
    expect(now(presenter)).to_contain_text("The answer, which only you see: b")
    now(presenter).get_by_text("Change the answer before it is shown").click()
    expect(now(presenter).get_by_role("combobox", name="Right answer")).to_have_value("b")
    now(presenter).get_by_label("Why").fill("Because b.")
    press(presenter, "Reveal the answer")
    expect(card(student)).to_contain_text("Right: b.Because b.")


def test_what_is_right_may_be_said_late_and_is_judged_like_an_answer(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    open_panel(presenter)
    ask_own(presenter, "count of parameters", "How many?")
    card(student).get_by_role("spinbutton").fill("36")
    press_send(student)
    expect(card(student)).to_contain_text("Stored: 36.")
    now(presenter).get_by_text("Change the answer before it is shown").click()
    now(presenter).get_by_role("textbox", name="Right answer").fill("many")
    press(presenter, "Reveal the answer")
    expect(now(presenter).get_by_role("alert")).to_have_text("This cannot be an answer to the question.")
    now(presenter).get_by_role("textbox", name="Right answer").fill("0036")
    press(presenter, "Reveal the answer")
    expect(card(student)).to_contain_text("Right: 36.")


def test_one_question_at_a_time_and_the_earlier_ones_stay_readable(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    open_panel(presenter)
    ask_own(presenter, "one of several", "First?", Choices="a\nb")
    card(student).get_by_role("button", name="a", exact=True).click()
    expect(now(presenter)).to_contain_text("One answer.")
    ask_own(presenter, "one of several", "Second?", Choices="c\nd")
    expect(card(student).get_by_role("heading", level=3)).to_have_text(["Second?"])
    presenter.get_by_text("Earlier questions").click()
    expect(presenter.locator(".asking ol > li")).to_contain_text(["First?"])
    press(presenter, "Reveal the answer")
    press(student, "Put this question away")
    expect(card(student)).to_be_hidden()
    expect(student.locator("#window [role=gridcell][tabindex='0']")).to_be_focused()


def test_the_answers_can_be_taken_home_as_a_table(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    open_panel(presenter)
    ask_own(presenter, "words, as a cloud", "One word?")
    vote(room, poll_of(student), "=gate", "memory")
    with presenter.expect_download() as download:
        presenter.get_by_role("link", name="All answers as a table (CSV)").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8-sig"))))
    assert sorted((row["text"], row["answer"], row["votes"]) for row in rows) == [
        ("One word?", "'=gate", "1"),
        ("One word?", "memory", "1"),
    ]


def test_each_student_reads_the_choices_in_their_own_language(room: Class) -> None:
    presenter, student = room.presenter, room.visit()
    student.goto(f"{room.server.address}join/{room.code}?language=hi")
    to_step(presenter, 14)
    open_panel(presenter)
    ask_next(presenter, "From where will blame reach layer 1 at t = 2?")
    choices = student.locator(".poll-card .choices button")
    expect(choices).to_have_text(["ऊपर से", "भविष्य से", "दोनों से"])
    choices.nth(2).click()
    expect(student.locator(".poll-card")).to_contain_text("सहेजा गया: दोनों से")
    expect(now(presenter).get_by_role("listitem").nth(2)).to_contain_text("from both")


def test_the_presenter_s_own_screen_shows_the_class_what_is_asked_and_not_what_is_right(room: Class) -> None:
    presenter = room.presenter
    open_panel(presenter)
    ask_own(presenter, "one of several", "Which?", Choices="a\nb", Right_answer="b")
    expect(now(presenter)).to_be_visible()
    expect(card(presenter)).to_be_hidden()
    press(presenter, "Private panel")
    expect(card(presenter).get_by_role("listitem")).to_have_text(["a", "b"])
    expect(card(presenter).get_by_role("button", name="a", exact=True)).to_have_count(0)
    expect(card(presenter)).not_to_contain_text("right")


def test_a_question_is_asked_and_answered_by_keyboard_alone(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    presenter.get_by_role("button", name="Private panel").focus()
    presenter.keyboard.press("Enter")
    ask = presenter.get_by_role("button", name="Ask the class", exact=True)
    expect(ask).to_be_visible()
    to_step(presenter, 3)
    presenter.get_by_role("combobox", name="Before the next step").focus()
    presenter.keyboard.press("Tab")
    expect(ask).to_be_focused()
    presenter.keyboard.press("Enter")
    expect(card(student)).to_be_visible()
    first = card(student).locator(".choices button").first
    first.focus()
    student.keyboard.press("Tab")
    student.keyboard.press("Enter")
    second = card(student).locator(".choices button").nth(1)
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(second).to_be_focused()
    expect(card(student)).to_contain_text("Stored:")
    expect(second).to_be_focused()
    expect(student.locator("[aria-live=polite]").filter(has_text="The presenter asks")).to_have_count(1)


@pytest.mark.parametrize("size", EACH_SIZE)
def test_axe_finds_nothing_in_a_question_at_any_size(room: Class, size: str) -> None:
    presenter, student = room.presenter, room.join(SIZES[size])
    to_step(presenter, 5)
    open_panel(presenter)
    ask_next(presenter, "What will h₂⁽¹⁾[1] be?")
    vote(room, poll_of(student), "-0.5", "-0.4", "0.3")
    expect(now(presenter)).to_contain_text("3 answers.")
    expect_nothing(student, "asked")
    press(presenter, "Reveal the answer")
    expect(card(student).get_by_role("img")).to_be_visible()
    card(student).get_by_text("As a table").click()
    expect_nothing(student, "revealed", "#lecture")
    if size == "desk":
        presenter.get_by_text("A question of your own").click()
        expect_nothing(presenter, "the private panel", "#lecture")


def test_what_a_thumb_has_to_hit_on_a_phone_is_large_enough(room: Class) -> None:
    presenter, student = room.presenter, room.join((390, 844))
    open_panel(presenter)
    ask_own(presenter, "one of several", "Which?", Choices="a\nb\nc")
    expect(card(student)).to_be_visible()
    boxes = [button.bounding_box() for button in card(student).get_by_role("button").all()]
    assert len(boxes) == 4
    assert all(box and box["height"] >= 44 and box["width"] >= 44 for box in boxes)


def test_whatever_the_engine_asks_can_be_revealed_as_it_knows_it(room: Class) -> None:
    presenter = room.presenter
    open_panel(presenter)
    offered = presenter.get_by_role("combobox", name="Before the next step").locator("option")
    asked: list[str] = []
    for step in (5, 12):
        to_step(presenter, step)
        drawn(presenter)
        questions = offered.all_inner_texts()
        assert len(questions) > 1
        assert not set(questions) <= set(asked)
        asked += questions
        for question in questions:
            ask_next(presenter, question)
            expect(now(presenter)).to_contain_text(question)
            expect(now(presenter)).to_contain_text("Open.")
            press(presenter, "Reveal the answer")
            expect(now(presenter)).to_contain_text("Revealed.")
