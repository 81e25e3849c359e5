"""A lecture in several browsers: whatever the presenter does is on the students' screens, and whoever comes to it by whatever way sees the same."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import Server, Watched, open_page
from tests.browser.person import cell, drawn, grid, layer, press, read

PATIENCE = 30  # s: a busy machine takes its time
SOON = 1000 * PATIENCE
DESK = (1440, 900)

# What a class looks at: the picture, the sentence, the panel and the controls, but for what belongs to one screen alone.
SEEN = """() => ["#window", "#panel [role=tabpanel]:not([hidden])", "#model", "#reviews", "#transport .story", "#legend", "#gradients", "#training"]
    .flatMap((place) => [...document.querySelectorAll(place)]).filter((node) => node.checkVisibility()).map((node) => {
        const copy = node.cloneNode(true);
        for (const each of [copy, ...copy.querySelectorAll("*")]) for (const name of ["style", "tabindex", "class", "open"]) each.removeAttribute(name);
        return copy.innerHTML;
    }).concat(document.documentElement.dataset.theme, document.body.dataset.view).join("\\n")"""


def until(true: Callable[[], bool], page: Page, what: str) -> None:
    """Asks after every frame; what a page shows follows from what reaches it, at no set time."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what
        drawn(page)


class Class:
    """A presenter and students, each in a browser of their own, all of them watched."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.browser, self.server = browser, server
        self.contexts: list[BrowserContext] = []
        self.watched: list[Watched] = []
        self.presenter = self.visit()
        open_page(self.presenter, server.address)

    def visit(self, size: tuple[int, int] = DESK) -> Page:
        context = self.browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
        context.set_default_timeout(SOON)
        self.contexts.append(context)
        page = context.new_page()
        self.watched.append(Watched(page, self.server.address))
        self.watched[-1].allowed.append("ERR_INTERNET_DISCONNECTED")
        return page

    def start(self) -> str:
        self.presenter.get_by_role("button", name="Start a lecture").click()
        self.code = code_of(self.presenter)
        return self.code

    def join(self, size: tuple[int, int] = DESK, how: str = "") -> Page:
        student = self.visit(size)
        student.goto(f"{self.server.address}join/{self.code}{how}")
        expect_mode(student, "following")
        return student


def code_of(page: Page) -> str:
    """The code, as it stands in the bar."""
    shown = page.get_by_role("group", name="Join code")
    expect(shown).to_have_text(re.compile("^[A-HJ-NP-Z2-9]{8}$"), timeout=SOON)
    return shown.inner_text()


def mode(page: Page) -> Locator:
    return page.get_by_role("group", name="Mode", exact=True)


def expect_mode(page: Page, name: str) -> None:
    expect(mode(page)).to_have_text(name, timeout=SOON)


def expect_same(one: Page, other: Page, what: str = "") -> None:
    """Both show the same: of the presenter's page and a student's all that a class looks at."""
    until(lambda: one.evaluate(SEEN) == other.evaluate(SEEN), other, f"the student sees something else: {what}")


def expect_same_pixels(one: Page, other: Page, what: str = "") -> None:
    """Both screens are the same, pixel by pixel."""
    for page in (one, other):
        page.mouse.move(0, 0)
    try:
        until(lambda: one.screenshot() == other.screenshot(), other, f"the screens differ: {what}")
    except AssertionError:
        one.screenshot(path="/tmp/one.png")
        other.screenshot(path="/tmp/other.png")
        raise


@pytest.fixture
def room(browser: Browser, server: Server) -> Iterator[Class]:
    opened = Class(browser, server)
    opened.start()
    yield opened
    for context in opened.contexts:
        context.close()
    assert [fault for watch in opened.watched for fault in watch.faults] == []


def choose(page: Page, name: str, option: str) -> None:
    page.get_by_role("combobox", name=name, exact=True).select_option(label=option)


def go(page: Page, view: str) -> None:
    page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()


def edit_weight(page: Page) -> None:
    page.get_by_role("tab", name="Layer").click()
    value = page.get_by_role("spinbutton", name="Value")
    expect(value).not_to_have_value("", timeout=SOON)  # the tab is there
    value.fill("0.75")
    value.press("Enter")


ACTIONS: list[tuple[str, Callable[[Page], None]]] = [
    ("a step", lambda page: press(page, "Step forward", 8)),
    ("a chosen cell", lambda page: cell(page, 2, 1).click()),
    ("a cell kept beside others", lambda page: press(page, "Keep beside")),
    ("full precision", lambda page: press(page, "Full precision")),
    ("the notation", lambda page: choose(page, "Notation", "PyTorch")),
    ("a second notation", lambda page: choose(page, "Beside", "Ng")),
    ("shapes", lambda page: press(page, "Shapes")),
    ("the detail", lambda page: choose(page, "Detail", "by operation")),
    ("the order", lambda page: choose(page, "Order", "by diagonal")),
    ("the last step", lambda page: press(page, "Last step")),
    ("a tab of the panel", lambda page: page.get_by_role("tab", name="Gradient").click()),
    ("an edit", edit_weight),
    ("the difference that it made", lambda page: press(page, "Difference")),
    ("undo", lambda page: press(page, "Undo")),
    ("another seed", lambda page: press(page, "New weights")),
    ("one's own sentence", lambda page: read(page, "rat cat mat cat")),
    ("another kind of cell", lambda page: layer(page, 2).get_by_role("combobox", name="cell type").select_option("LSTM")),
    ("the first step", lambda page: press(page, "First step")),
    ("the inside of a gate", lambda page: press(page, "Step forward", 10)),
    ("folding", lambda page: press(page, "Folded")),
    ("a larger picture", lambda page: (press(page, "Folded"), page.keyboard.press("+"), page.keyboard.press("+"))),
    (
        "another part of it",
        lambda page: (page.mouse.move(700, 500), page.mouse.down(), page.mouse.move(620, 380, steps=4), page.mouse.up()),
    ),
    ("its own size", lambda page: page.keyboard.press("0")),
    ("the dark theme", lambda page: (press(page, "Theme: system"), press(page, "Theme: light"))),
    ("two grids", lambda page: go(page, "Compare")),
    ("the laboratory", lambda page: go(page, "Gradients")),
    ("training", lambda page: go(page, "Training")),
    ("the grid again", lambda page: go(page, "Grid")),
]


def test_whatever_the_presenter_does_is_on_the_students_screen(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    press(presenter, "Close this card")
    for what, act in ACTIONS:
        act(presenter)
        expect_same(presenter, student, what)
    expect_mode(student, "following")


def test_late_reloaded_or_offline_the_screen_is_that_of_one_who_never_left(room: Class) -> None:
    presenter, steady = room.presenter, room.join()
    wandering = room.join()
    press(presenter, "Close this card")
    for number, (what, act) in enumerate(ACTIONS):
        if number % 5 == 1:
            wandering.context.set_offline(True)
        act(presenter)
        expect_same(presenter, steady, what)
        if number % 5 == 2:
            wandering.context.set_offline(False)
        elif number % 5 == 3:
            wandering.reload()
        elif number % 5 == 4:
            wandering.context.close()
            wandering = room.join()
        else:
            continue
        expect_mode(wandering, "following")
        expect_same_pixels(steady, wandering, what)


def wander(page: Page) -> None:
    """Whatever a person may leave behind: other views, an edit, a zoom, an open menu, a scrolled panel, a question, typed words, a dark page."""
    press(page, "Step back")
    expect_mode(page, "exploring")
    for view in ("Gradients", "Training", "Compare", "Grid"):
        go(page, view)
    press(page, "New weights")
    press(page, "Last step")
    cell(page, 1, 1).click()
    press(page, "Keep beside")
    edit_weight(page)
    press(page, "Difference")
    page.keyboard.press("Escape")
    page.keyboard.press("+")
    page.locator("#learning summary").click()
    page.get_by_role("textbox", name="Your own sentence").fill("mat mat")
    page.locator("#panel").evaluate("(panel) => panel.scrollTo(0, 200)")
    press(page, "Predict first")
    press(page, "First step")
    press(page, "Step forward")
    press(page, "Theme: system")
    press(page, "Projector")


def test_who_comes_back_from_exploring_sees_what_one_sees_who_never_left(room: Class) -> None:
    presenter, steady, explorer = room.presenter, room.join(), room.join()
    press(presenter, "Close this card")
    press(presenter, "Step forward", 9)
    cell(presenter, 2, 2).click()
    wander(explorer)
    press(presenter, "Step forward", 4)
    expect_mode(explorer, "exploring")
    expect(explorer.get_by_role("region", name="Lecture")).to_contain_text("The presenter is at step 13")
    explorer.get_by_role("button", name="Back to the presenter").click()
    expect_mode(explorer, "following")
    expect_same_pixels(steady, explorer, "by the button")
    go(presenter, "Compare")
    wander(explorer)
    grid(explorer).first.get_by_role("gridcell").last.focus()
    explorer.keyboard.press("ArrowLeft")
    explorer.keyboard.press("p")
    expect_mode(explorer, "following")
    expect_same_pixels(steady, explorer, "by the key")
    press(presenter, "Step forward")
    expect_same(presenter, explorer)
    expect_same_pixels(steady, explorer, "afterwards")
