"""Pages that go from test to test: after each of them a page is begun anew, which costs a tenth of loading it.

Everything that a test can have left is gone by then: what was mounted is taken down with its store, every element is as the server
wrote it, the storages are empty, and the address is that of the toy. Only modules, style sheets and cached answers stay. A test whose
subject is loading, an init script or a context asks for `context` and opens the page itself.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Error, Page

from tests.browser.pages import DESK, Contexts, Server, Watched, open_page

BEGIN_ANEW = """async (address) => {
    const source = document.querySelector("script[type=module]").src;
    const main = await import(source);
    const { openPage } = await import(source.replace(/main[.]js.*/, "page.js"));
    window.served ??= await (await fetch(location.pathname)).text();
    const written = new DOMParser().parseFromString(window.served, "text/html");
    (window.mounted ?? main).unmount();
    localStorage.clear();
    sessionStorage.clear();
    history.replaceState(null, "", address);
    for (const name of ["documentElement", "body"]) {
        for (const { name: attribute } of [...document[name].attributes]) document[name].removeAttribute(attribute);
        for (const { name: attribute, value } of written[name].attributes) document[name].setAttribute(attribute, value);
    }
    document.body.replaceChildren(document.createRange().createContextualFragment(written.body.innerHTML));
    scrollTo({ left: 0, top: 0, behavior: "instant" });
    window.mounted = openPage(main.mount);
}"""


def begin_anew(page: Page, address: str) -> None:
    """What `open_page` does, without loading anything: the page is mounted at this address, and ready to be stepped."""
    page.evaluate(BEGIN_ANEW, address)
    page.get_by_role("button", name="Step forward", disabled=False).wait_for()


class Seats:
    """Pages at the toy of the notes, each in a context of its own. A page that got a clock, or cannot begin anew, is not used again."""

    def __init__(self, contexts: Contexts, server: Server) -> None:
        self.contexts, self.address = contexts, server.address
        self.free: list[Page] = []

    def take(self) -> Page:
        if self.free:
            return self.free.pop()
        page = self.contexts.take().pages[0]
        open_page(page, self.address)
        return page

    def leave(self, page: Page) -> None:
        """Takes back what belongs to the context and to the window, and begins the page anew."""
        try:
            self._tidy(page)
            if page.evaluate("'__pwClock' in globalThis"):
                raise Error("It has a clock of its own.")
            if page.evaluate("document.documentElement.lang") == "en":
                begin_anew(page, self.address)
            else:
                open_page(page, self.address)  # its words came with the page
        except Error:
            self.contexts.leave(page.context, self.address)
        else:
            self.free.append(page)

    def _tidy(self, page: Page) -> None:
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.unroute_all(behavior="ignoreErrors")
        page.context.set_offline(False)
        page.context.clear_permissions()
        page.context.clear_cookies()
        if page.viewport_size != DESK:
            page.set_viewport_size(DESK)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.mouse.move(0, 0)


def shared_page() -> tuple[Any, Any]:
    """Returns the fixtures `page` and `watched` of a file whose tests take a page from the seats."""

    @pytest.fixture
    def page(seat: Watched) -> Page:
        return seat.page

    @pytest.fixture
    def watched(seat: Watched) -> Watched:
        return seat

    return page, watched
