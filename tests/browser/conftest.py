from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from _browser import find
from tests.browser.pages import FLAGS, Contexts, Server, Watched, open_page
from tests.browser.shared_page import Seats


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("data"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser that the machine has. A missing one fails: without it nothing of the page is tested."""
    path = find()
    assert path, "No Chromium, Chrome or Edge was found. Install one, or name it in UNROLLED_BROWSER; scripts/test.py does it by itself."
    rights = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *rights])
        yield started
        started.close()


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Contexts:
    return Contexts(browser)


@pytest.fixture(scope="session")
def seats(contexts: Contexts, server: Server) -> Seats:
    return Seats(contexts, server)


@pytest.fixture
def seat(seats: Seats, server: Server) -> Iterator[Watched]:
    """A page of the seats, which is watched until the test ends."""
    page = seats.take()
    watch = Watched(page, server.address)
    yield watch
    watch.end()
    seats.leave(page)
    assert watch.faults == []


@pytest.fixture
def context(contexts: Contexts, server: Server) -> Iterator[BrowserContext]:
    """For nobody but this test until it ends, with one empty page."""
    taken = contexts.take()
    yield taken
    contexts.leave(taken, server.address)


@pytest.fixture
def watched(context: BrowserContext, server: Server) -> Iterator[Watched]:
    """Its page, which is watched until the test ends."""
    watch = Watched(context.pages[0], server.address)
    yield watch
    assert watch.faults == []


@pytest.fixture
def page(context: BrowserContext, watched: Watched, server: Server) -> Page:
    """The page, loaded for this test, at the toy of the notes and ready to be stepped."""
    opened = context.pages[0]
    open_page(opened, server.address)
    return opened
