"""A lecture is prepared beside the page, and walked in front of a class."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from app.languages import ENGLISH
from app.lectures.plans import parse_plan
from app.lectures.shipped_plans import shipped_plan
from tests.browser.classroom import Class, expect_same, room
from tests.browser.pages import Server, Watched, open_page
from tests.browser.person import cell, expect_step, layer, press, read, to_step
from tests.browser.shared_page import shared_page
from tests.browser.test_questions import card
from tests.browser.violations import EACH_SIZE, SIZES, expect_nothing

__all__ = ["room"]  # a fixture

page, watched = shared_page()

SHIPPED = shipped_plan("notes", ENGLISH)
NUMBERS = (0, 0, 3, 4, 4, 4, 6, 7, 9, 14, 20, 0, 0, 0, 10, 0, 7, 0, 13, 0)  # at which its steps stand in the timelines of their scenes


def desk(page: Page) -> Locator:
    """Where a lecture is prepared."""
    return page.get_by_role("complementary", name="Prepare a lecture")


def steps(page: Page) -> Locator:
    return page.get_by_role("list", name="Steps").get_by_role("listitem").filter(has=page.locator(".stop"))


def expect_titles(page: Page, titles: list[str]) -> None:
    expect(page.get_by_role("list", name="Steps").locator(".stop bdi")).to_have_text(titles)


def open_desk(page: Page) -> None:
    press(page, "Prepare a lecture")
    expect(desk(page)).to_be_visible()


def say_it(page: Page, title: str, notes: str = "") -> None:
    """Names the chosen step, and writes what is to be said."""
    page.get_by_role("textbox", name="Title of the step").fill(title)
    page.get_by_role("textbox", name="Notes, which only you see").fill(notes)
    page.get_by_role("textbox", name="Title", exact=True).focus()


def add(page: Page, title: str, notes: str = "") -> None:
    press(page, "Add what is shown now")
    say_it(page, title, notes)


def choose(page: Page, title: str) -> None:
    page.get_by_role("list", name="Steps").locator(".stop").filter(has_text=title).click()


def import_plan(page: Page, plan: Any, name: str = "plan.json") -> None:
    body = plan if isinstance(plan, bytes) else json.dumps(plan).encode()
    page.get_by_label("Import a plan from a file").set_input_files({"name": name, "mimeType": "application/json", "buffer": body})


def export_plan(page: Page) -> tuple[str, dict[str, Any]]:
    with page.expect_download() as download:
        press(page, "Export the plan")
    return download.value.suggested_filename, json.loads(Path(download.value.path()).read_text(encoding="utf-8"))


def open_shipped(page: Page) -> None:
    press(page, "Open this plan")
    expect(page.get_by_text("Opened: The notes' lecture, steps: 20.")).to_be_visible()


def test_pictures_become_steps_that_are_shown_again(page: Page) -> None:
    to_step(page, 7)
    cell(page, 2, 2).click()
    open_desk(page)
    add(page, "The toy", "Say hello.\nThen wait.")
    page.get_by_role("combobox", name="Preset").select_option(label="deep LSTM")
    expect(layer(page, 1)).to_contain_text("84")
    press(page, "Last step")
    add(page, "An LSTM")
    expect_titles(page, ["The toy", "An LSTM"])
    choose(page, "The toy")
    expect_step(page, 7)
    expect(layer(page, 1)).to_contain_text("21")
    expect(cell(page, 2, 2)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("textbox", name="Notes, which only you see")).to_have_value("Say hello.\nThen wait.")
    choose(page, "An LSTM")
    expect(layer(page, 1)).to_contain_text("84")
    press(page, "Step back", 3)
    press(page, "Show what is shown now in this step")
    choose(page, "The toy")
    expect_step(page, 7)
    choose(page, "An LSTM")
    expect_step(page, 17)


def test_steps_are_moved_and_taken_out_by_keyboard_and_every_change_can_be_undone(page: Page) -> None:
    open_desk(page)
    for title in ("a", "b", "c"):
        add(page, title)
    page.get_by_role("button", name="Earlier: c").focus()
    page.keyboard.press("Enter")
    expect_titles(page, ["a", "c", "b"])
    expect(page.get_by_role("button", name="Earlier: c")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect_titles(page, ["c", "a", "b"])
    page.keyboard.press("Alt+ArrowDown")
    expect_titles(page, ["a", "c", "b"])
    page.get_by_role("button", name="Take out: c").focus()
    page.keyboard.press("Enter")
    expect_titles(page, ["a", "b"])
    expect(page.get_by_role("button", name="Take out: b")).to_be_focused()
    press(page, "Undo in the plan", 2)
    expect_titles(page, ["c", "a", "b"])


def test_a_plan_stays_with_the_browser_and_goes_as_one_file(page: Page, server: Server) -> None:
    open_desk(page)
    page.get_by_role("textbox", name="Title", exact=True).fill("Tuesday, 10 o'clock")
    add(page, "One", "Note.")
    page.get_by_text("Question of this step").click()
    composer = desk(page).locator(".composer")
    composer.get_by_role("combobox", name="Kind").select_option(label="sign of a number")
    composer.get_by_role("textbox", name="Question", exact=True).fill("Up or down?")
    composer.get_by_label("Right answer").fill("positive")
    press(page, "Keep the question")
    expect(page.get_by_text("The question is in the step.")).to_be_visible()
    open_page(page, server.address)
    open_desk(page)
    expect_titles(page, ["One"])
    name, plan = export_plan(page)
    assert name == "Tuesday-10-o-clock.json"
    (step,) = parse_plan(json.dumps(plan).encode()).steps
    assert (step.title, step.notes, step.question and step.question.answer) == ("One", "Note.", "positive")
    press(page, "Take out: One")
    import_plan(page, plan)
    expect(page.get_by_text("Opened: Tuesday, 10 o'clock, steps: 1.")).to_be_visible()
    choose(page, "One")
    expect(composer.get_by_label("Right answer")).to_have_value("positive")
    press(page, "Take the question out")
    expect(page.get_by_role("img", name="with a question")).to_have_count(0)


GOOD = {"unrolled": "plan", "version": 1, "title": "", "steps": []}


# No two sentences in a row are the same, so that none is taken for the one before it.
NO_PLANS: list[tuple[Any, str]] = [
    (b"", "This file cannot be read as a plan: it is damaged, or cut off. Nothing was changed."),
    ({"unrolled": "recording", "version": 1}, "This file is no plan of a lecture."),
    (json.dumps(SHIPPED.document()).encode()[:-9], "This file cannot be read as a plan: it is damaged, or cut off. Nothing was changed."),
    (GOOD | {"version": 2}, "This plan is of version 2, which only a newer Unrolled can read. Open it there. Nothing was changed."),
    (b"PK\x03\x04\xff\xfe", "This file cannot be read as a plan: it is damaged, or cut off. Nothing was changed."),
    (GOOD | {"steps": [{"title": 7}]}, "Step 1 of this plan cannot be read."),
    (GOOD | {"steps": [SHIPPED.document()["steps"][0]] * 201}, "A plan may have at most 200 steps, and this one has more."),
    (GOOD | {"title": "x" * 300_000}, "A plan may have at most 256 kilobytes, and this file has more."),
]


def test_a_file_that_is_no_plan_gets_a_sentence_and_nothing_is_lost(page: Page) -> None:
    open_desk(page)
    add(page, "Mine")
    fault = desk(page).locator("[data-part=fault]").first
    for file, says in NO_PLANS:
        import_plan(page, file)
        expect(fault).to_contain_text(says)
        expect_titles(page, ["Mine"])


def test_the_plan_that_comes_with_unrolled_can_be_walked_from_end_to_end(page: Page, watched: Watched) -> None:
    watched.allowed.append("422")  # the server says why one of its stacks cannot work
    open_desk(page)
    open_shipped(page)
    expect_titles(page, [step.title for step in SHIPPED.steps])
    for step, number in zip(SHIPPED.steps, NUMBERS, strict=True):
        choose(page, step.title)
        expect_step(page, number)
        layers = [each for each in step.scene["layers"] if each["type"] not in ("Embedding", "Dense")]
        for number, each in enumerate(layers, start=1):
            expect(layer(page, number).get_by_role("combobox", name="cell type")).to_have_value(each["type"])
        if "draft" in step.view:
            expect(layer(page, 1).get_by_role("alert")).to_contain_text("expected ndim=3, found ndim=2")


def test_two_keys_walk_the_plan_and_the_class_follows_to_the_sub_step(page: Page, server: Server, room: Class) -> None:
    presenter, student = room.presenter, room.join()
    for watch in room.watched:
        watch.allowed.append("422")
    press(presenter, "Close this card")
    press(presenter, "Private panel")
    presenter.get_by_text("Edit the plan").click()
    open_shipped(presenter)
    plan = presenter.get_by_role("region", name="Plan", exact=True)
    expect(plan).to_contain_text("Not begun yet.")
    expect(plan.get_by_role("listitem")).to_have_text([step.title for step in SHIPPED.steps[:3]])
    presenter.locator("body").press("n")
    for number, step in enumerate(SHIPPED.steps, start=1):
        expect(plan).to_contain_text(f"{number} of 20: {step.title}")
        expect(plan).to_contain_text(step.notes.split("\n")[0])
        expect_step(student, NUMBERS[number - 1])
        expect_same(presenter, student, step.title)
        presenter.keyboard.press("PageDown")
    expect(plan).to_contain_text("20 of 20")
    presenter.keyboard.press("b")
    expect(plan).to_contain_text("19 of 20")
    press(presenter, "Previous step")
    expect(plan).to_contain_text("18 of 20")
    press(presenter, "Ask the class this step's question")
    expect(card(student)).to_contain_text("How many has it as a GRU?")
    card(student).get_by_role("button", name="63").click()
    expect(card(student)).to_contain_text("Stored: 63.")
    press(presenter, "Reveal the answer")
    expect(card(student)).to_contain_text("No. The answer: 72.")
    assert [step.notes for step in SHIPPED.steps if step.notes.split("\n")[-1] in student.content()] == []


def test_the_keys_do_nothing_while_something_is_typed_and_paging_in_the_grid_stays_what_it_was(room: Class) -> None:
    presenter = room.presenter
    press(presenter, "Private panel")
    presenter.get_by_text("Edit the plan").click()
    open_shipped(presenter)
    plan = presenter.get_by_role("region", name="Plan", exact=True)
    presenter.get_by_role("textbox", name="Title", exact=True).press("n")
    presenter.get_by_role("textbox", name="Title", exact=True).press("PageDown")
    cell(presenter, 1, 1).focus()
    presenter.keyboard.press("PageDown")
    expect(cell(presenter, 1, 3)).to_be_focused()
    expect(plan).to_contain_text("Not begun yet.")


def test_a_plan_prepared_before_is_there_in_the_lecture_and_on_every_device_of_the_presenter(room: Class, server: Server) -> None:
    presenter = room.visit()
    open_page(presenter, server.address)
    open_desk(presenter)
    read(presenter, "rat rat mat")
    add(presenter, "Rats")
    press(presenter, "Close the plan")
    expect(presenter.get_by_role("button", name="Prepare a lecture")).to_be_focused()
    press(presenter, "Start a lecture")
    press(presenter, "Private panel")
    plan = presenter.get_by_role("region", name="Plan", exact=True)
    expect(plan.get_by_role("listitem")).to_have_text(["Rats"])
    expect(presenter.get_by_role("button", name="Prepare a lecture")).to_be_hidden()
    with presenter.expect_response(lambda response: response.url.endswith("/plan") and response.request.method == "PUT"):
        presenter.get_by_text("Edit the plan").click()
        choose(presenter, "Rats")
        say_it(presenter, "Two rats", "Notes for me.")
    presenter.get_by_role("button", name="Another device").click()
    link = presenter.get_by_role("textbox", name="Presenter’s link")
    expect(link).not_to_have_value("")
    other = room.visit()
    other.goto(link.input_value())
    press(other, "Take over")
    press(other, "Private panel")
    expect(other.get_by_role("region", name="Plan", exact=True).get_by_role("listitem")).to_have_text(["Two rats"])


@pytest.mark.parametrize("size", EACH_SIZE)
def test_axe_finds_nothing_in_the_editor(page: Page, size: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    if size == "phone":
        press(page, "Reviews and model")
    open_desk(page)
    open_shipped(page)
    choose(page, SHIPPED.steps[3].title)
    expect_nothing(page)
