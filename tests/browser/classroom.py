"""A class: a presenter and students in several browsers, and what it means that they see the same."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.markup import LINES, difference
from tests.browser.pages import PATIENCE, Contexts, Server, Watched, open_page
from tests.browser.person import drawn
from tests.browser.shared_page import BEGIN_ANEW, Seats

DESK = (1440, 900)

# What a class looks at: the picture, the sentence, the panel and the controls, but for what belongs to one screen alone.
PLACES = "#window, #panel [role=tabpanel]:not([hidden]), #model, #reviews, #transport .story, #legend, #gradients, #training"
UNSEEN = "[hidden], svg.grid:not([data-folded]) .loops"  # the loops stay, invisible, where a picture has been folded
SEEN = f"""(places, left = "{UNSEEN}") =>
    [...document.querySelectorAll(places)].filter((node) => node.checkVisibility()).flatMap((node) =>
        ({LINES})(node, {{ attributes: ["style", "tabindex", "class", "open"], elements: left }}).slice(1, -1))
    .map((line) => line.replaceAll(/\\b(clip|legend|modebar-|(top)?defs-)[0-9a-f]{{6}}/g, "$1")) // what Plotly names at random
    .concat(document.documentElement.dataset.theme, document.body.dataset.view).join("\\n")"""

# Waits until the page shows this, and looks again whenever something on it has changed. Returns what it shows at last.
SETTLED = f"""([places, wanted, patience]) => new Promise((done) => {{
    const seen = () => ({SEEN})(places);
    let frame = 0;
    const end = (shown) => {{
        watch.disconnect();
        cancelAnimationFrame(frame);
        clearTimeout(timer);
        done(shown);
    }};
    const look = () => {{
        frame = 0;
        if (seen() === wanted) end(wanted);
    }};
    const watch = new MutationObserver(() => {{ frame ||= requestAnimationFrame(look); }});
    watch.observe(document, {{ attributes: true, characterData: true, childList: true, subtree: true }});
    const timer = setTimeout(() => end(seen()), patience);
    look();
}})"""
ROUND = 1000  # ms after which the other page is asked again what it shows


def until(true: Callable[[], bool], page: Page, what: str | Callable[[], str]) -> None:
    """Asks after every frame; what a page shows follows from what reaches it, at no set time."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what if isinstance(what, str) else what()
        drawn(page)


# Begins the page anew as the page of a lecture's student, which the server writes another way.
JOIN = f"""async (address) => {{
    window.served = await (await fetch(address)).text();
    await ({BEGIN_ANEW})(address);
    window.served = null;
}}"""


class Class:
    """A presenter and students, each in a browser of their own, all of them watched; with seats their pages need not be loaded."""

    def __init__(self, contexts: Contexts, server: Server, seats: Seats | None = None) -> None:
        self.contexts, self.server, self.seats = contexts, server, seats
        self.taken: list[BrowserContext] = []
        self.seated: list[Page] = []
        self.watched: list[Watched] = []
        self.presenter = self.sit(seats) if seats else self.visit()
        if not seats:
            open_page(self.presenter, server.address)

    def watch(self, page: Page) -> Page:
        self.watched.append(Watched(page, self.server.address))
        self.watched[-1].allowed += ["ERR_INTERNET_DISCONNECTED", "422"]  # a network that is gone, a stack that cannot work
        return page

    def sit(self, seats: Seats) -> Page:
        page = seats.take()
        self.seated.append(page)
        return self.watch(page)

    def visit(self, size: tuple[int, int] = DESK) -> Page:
        context = self.contexts.take()
        self.taken.append(context)
        [page] = context.pages
        page.set_viewport_size({"width": size[0], "height": size[1]})
        return self.watch(page)

    def start(self) -> str:
        self.presenter.get_by_role("button", name="Start a lecture").click()
        self.code = code_of(self.presenter)
        return self.code

    def join(self, size: tuple[int, int] = DESK) -> Page:
        """A student, whose page is loaded only where there are no seats."""
        if not self.seats:
            return self.load(size)
        student = self.sit(self.seats)
        student.set_viewport_size({"width": size[0], "height": size[1]})
        student.evaluate(JOIN, f"{self.server.address}?join={self.code}")
        expect_mode(student, "following")
        return student

    def load(self, size: tuple[int, int] = DESK) -> Page:
        """A student who comes by the address that stands on the card."""
        student = self.visit(size)
        student.goto(f"{self.server.address}join/{self.code}")
        expect_mode(student, "following")
        return student

    def leave(self, page: Page) -> None:
        if page in self.seated and self.seats:
            self.seated.remove(page)
            return self.seats.leave(page)
        self.taken.remove(page.context)
        self.contexts.leave(page.context, self.server.address)

    def close(self) -> None:
        """Everybody leaves, and nothing has gone wrong on any page."""
        for watch in self.watched:
            watch.end()
        for page in [*self.seated, *(context.pages[0] for context in self.taken)]:
            self.leave(page)
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
    drawn(one)
    end = time.monotonic() + PATIENCE
    wanted, seen = one.evaluate(SEEN, PLACES), None
    while seen != wanted:
        assert time.monotonic() < end, f"the student sees something else: {what}\n{difference(wanted, seen or '')}"
        seen = other.evaluate(SETTLED, [PLACES, wanted, ROUND])
        wanted = one.evaluate(SEEN, PLACES)


def expect_same_pixels(one: Page, other: Page, what: str = "") -> None:
    """Both screens are the same, pixel by pixel; a picture is taken once the markup is the same."""
    for page in (one, other):
        page.mouse.move(0, 0)
    expect_same(one, other, what)
    end = time.monotonic() + PATIENCE
    while (pictures := [page.screenshot() for page in (one, other)])[0] != pictures[1]:
        assert time.monotonic() < end, f"the screens differ: {what}\n{where_they_differ(one, pictures)}"
        drawn(other)


WHERE = """async (pictures) => {
    const [one, other] = await Promise.all(pictures.map(async (text) => {
        const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))]));
        const pen = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
        pen.drawImage(picture, 0, 0);
        return pen.getImageData(0, 0, picture.width, picture.height);
    }));
    const at = [...one.data.keys()].filter((i) => one.data[i] !== other.data[i]).map((i) => i >> 2);
    const [x, y] = [at.map((i) => i % one.width), at.map((i) => Math.floor(i / one.width))];
    const range = (numbers) => [Math.min, Math.max].map((end) => numbers.reduce((one, other) => end(one, other))).join(" to ");
    const name = (node) => node?.outerHTML.slice(0, 200);
    return `x ${range(x)}, y ${range(y)}: ${name(document.elementFromPoint(x[0], y[0]))}`;
}"""


def where_they_differ(page: Page, pictures: list[bytes]) -> str:
    """Returns the box around the pixels that differ, and the element in which the first of them stands."""
    return str(page.evaluate(WHERE, [base64.b64encode(picture).decode() for picture in pictures]))


@pytest.fixture
def room(contexts: Contexts, server: Server, seats: Seats) -> Iterator[Class]:
    opened = Class(contexts, server, seats)
    opened.start()
    yield opened
    opened.close()
