"""A page that stands for many tests: before each of them it is begun anew, which costs a tenth of loading it.

Everything that a test can have left is gone by then: what was mounted is taken down with its store, every element is as the server
wrote it, the storages are empty, and the address is that of the toy. Only modules, style sheets and cached answers stay. A test whose
subject is loading, an init script or a context asks for `context` and opens the page itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, Page

from tests.browser.conftest import Contexts, Server, Watched, open_page

VIEWPORT = {"width": 1440, "height": 900}

BEGIN_ANEW = """async (address) => {
    const source = document.querySelector("script[type=module]").src;
    const main = await import(source);
    const { openPage } = await import(source.replace(/main[.]js.*/, "page.js"));
    window.served ??= await (await fetch(location.pathname)).text();
    const written = new DOMParser().parseFromString(window.served, "text/html");
    (window.standing ?? main).unmount();
    localStorage.clear();
    sessionStorage.clear();
    history.replaceState(null, "", address);
    for (const name of ["documentElement", "body"]) {
        for (const { name: attribute } of [...document[name].attributes]) document[name].removeAttribute(attribute);
        for (const { name: attribute, value } of written[name].attributes) document[name].setAttribute(attribute, value);
    }
    document.body.replaceChildren(document.createRange().createContextualFragment(written.body.innerHTML));
    scrollTo({ left: 0, top: 0, behavior: "instant" });
    window.standing = openPage(main.mount);
}"""


def begin_anew(page: Page, address: str) -> None:
    """What `open_page` does, without loading anything: the page is mounted at this address, and ready to be stepped."""
    page.evaluate(BEGIN_ANEW, address)
    page.get_by_role("button", name="Step forward", disabled=False).wait_for()


class Standing:
    """A page in a context of its own, and what it must not do. One with a clock, or that cannot begin anew, is replaced."""

    def __init__(self, contexts: Contexts, server: Server) -> None:
        self.contexts, self.address = contexts, server.address
        self.context: BrowserContext | None = None

    def begin(self) -> Page:
        """Returns the page, at the toy of the notes."""
        if self.context is not None:
            try:
                begin_anew(self.page, self.address)
                return self.page
            except Error:
                self.let_go()
        self.context = self.contexts.take()
        self.page = self.context.pages[0]
        self.watch = Watched(self.page, self.address)
        open_page(self.page, self.address)
        return self.page

    def leave(self) -> None:
        """Takes back what belongs to the context and to the browser's window."""
        assert self.context
        for other in self.context.pages:
            if other is not self.page:
                other.close()
        self.page.unroute_all(behavior="ignoreErrors")
        self.context.clear_permissions()
        self.context.clear_cookies()
        if self.page.viewport_size != VIEWPORT:
            self.page.set_viewport_size(VIEWPORT)  # type: ignore[arg-type]
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.page.mouse.move(0, 0)
        faults = list(self.watch.faults)
        self.watch.faults.clear()
        self.watch.allowed.clear()
        if faults or self.page.evaluate("'__pwClock' in globalThis"):
            self.let_go()
        assert not faults, faults

    def let_go(self) -> None:
        """The next test gets another page."""
        if self.context is not None:
            self.contexts.leave(self.context, self.address)
            self.context = None


def standing_page() -> tuple[Any, Any]:
    """Returns the fixtures `page` and `watched` of a file whose tests share the standing page."""

    @pytest.fixture
    def page(standing: Standing) -> Iterator[Page]:
        yield standing.begin()
        standing.leave()

    @pytest.fixture
    def watched(page: Page, standing: Standing) -> Watched:
        return standing.watch

    return page, watched
