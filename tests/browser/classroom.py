"""A class: a presenter and students in several browsers, and what it means that they see the same."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import PATIENCE, Contexts, Server, Watched, open_page
from tests.browser.person import drawn

DESK = (1440, 900)

# What a class looks at: the picture, the sentence, the panel and the controls, but for what belongs to one screen alone.
PLACES = "#window, #panel [role=tabpanel]:not([hidden]), #model, #reviews, #transport .story, #legend, #gradients, #training"
SEEN = """(places) => [...document.querySelectorAll(places)].filter((node) => node.checkVisibility()).map((node) => {
        const copy = node.cloneNode(true);
        for (const each of copy.querySelectorAll("[hidden]")) each.remove();
        const own = ["style", "tabindex", "class", "open"];
        for (const each of [copy, ...copy.querySelectorAll("*")]) for (const name of own) each.removeAttribute(name);
        return copy.innerHTML.replaceAll(/\\b(clip|legend|modebar-|(top)?defs-)[0-9a-f]{6}/g, "$1"); // what Plotly names at random
    }).concat(document.documentElement.dataset.theme, document.body.dataset.view).join("\\n")"""


def until(true: Callable[[], bool], page: Page, what: str) -> None:
    """Asks after every frame; what a page shows follows from what reaches it, at no set time."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what
        drawn(page)


class Class:
    """A presenter and students, each in a browser of their own, all of them watched."""

    def __init__(self, contexts: Contexts, server: Server) -> None:
        self.contexts, self.server = contexts, server
        self.taken: list[BrowserContext] = []
        self.watched: list[Watched] = []
        self.presenter = self.visit()
        open_page(self.presenter, server.address)

    def visit(self, size: tuple[int, int] = DESK) -> Page:
        context = self.contexts.take()
        self.taken.append(context)
        [page] = context.pages
        page.set_viewport_size({"width": size[0], "height": size[1]})
        self.watched.append(Watched(page, self.server.address))
        self.watched[-1].allowed += ["ERR_INTERNET_DISCONNECTED", "422"]  # a network that is gone, a stack that cannot work
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

    def leave(self, page: Page) -> None:
        self.taken.remove(page.context)
        self.contexts.leave(page.context, self.server.address)

    def close(self) -> None:
        """Everybody leaves, and nothing has gone wrong on any page."""
        for context in [*self.taken]:
            self.leave(context.pages[0])
        assert [fault for watch in self.watched for fault in watch.faults] == []

    def join_ended(self) -> Page:
        """Whoever comes after the end finds the last picture, and nobody to follow."""
        page = self.visit()
        page.goto(f"{self.server.address}join/{self.code}")
        expect(page.get_by_role("region", name="Lecture", exact=True)).to_contain_text("The lecture has ended.")
        return page


def code_of(page: Page) -> str:
    """The code, as it stands in the bar."""
    shown = page.get_by_role("group", name="Join code")
    expect(shown).to_have_text(re.compile("^[A-HJ-NP-Z2-9]{8}$"))
    return shown.inner_text()


def mode(page: Page) -> Locator:
    return page.get_by_role("group", name="Mode", exact=True)


def expect_mode(page: Page, name: str) -> None:
    expect(mode(page)).to_have_text(name)


def expect_same(one: Page, other: Page, what: str = "") -> None:
    """Both show the same: of the presenter's page and a student's all that a class looks at."""
    until(lambda: one.evaluate(SEEN, PLACES) == other.evaluate(SEEN, PLACES), other, f"the student sees something else: {what}")


def expect_same_pixels(one: Page, other: Page, what: str = "") -> None:
    """Both screens are the same, pixel by pixel."""
    for page in (one, other):
        page.mouse.move(0, 0)
    until(lambda: one.screenshot() == other.screenshot(), other, f"the screens differ: {what}")


@pytest.fixture
def room(contexts: Contexts, server: Server) -> Iterator[Class]:
    opened = Class(contexts, server)
    opened.start()
    yield opened
    opened.close()
