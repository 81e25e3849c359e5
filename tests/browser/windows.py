"""A window of any browser, as far as a walk through the page needs it; Chromium's, by Playwright."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from playwright.sync_api import Browser, Page

from tests.browser.pages import PATIENCE

WIDTH, HEIGHT = 1440, 900


class Window(Protocol):
    """What a person does who calls a control by the name that it shows, or is announced by."""

    def go(self, address: str) -> None:
        """Opens an address."""

    def press(self, name: str) -> None:
        """Clicks the control of this name with the pointer, once it can be seen."""

    def enter(self, name: str, text: str) -> None:
        """Types over what stands in the field of this name, and presses Enter."""

    def until(self, expression: str) -> Any:
        """The value of an expression of JavaScript, once it is true."""


Opens = Callable[[], Window]  # one more window of the same browser


def called(name: str) -> str:
    """The XPath of the controls with a name."""
    kinds = " or ".join(f"self::{tag}" for tag in ("a", "button", "input"))
    return f"//*[{kinds}][@aria-label='{name}' or normalize-space()='{name}' or parent::label[normalize-space()='{name}']]"


class PlaywrightWindow:
    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, address: str) -> None:
        self.page.goto(address)

    def press(self, name: str) -> None:
        self.page.locator(f"xpath={called(name)}").filter(visible=True).first.click()

    def enter(self, name: str, text: str) -> None:
        self.press(name)
        for key in ("ControlOrMeta+a", *text, "Enter"):
            self.page.keyboard.press(key)

    def until(self, expression: str) -> Any:
        return self.page.wait_for_function(f"() => {expression}", timeout=1000 * PATIENCE).json_value()


@contextmanager
def chromium(browser: Browser) -> Iterator[Opens]:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    yield lambda: PlaywrightWindow(context.new_page())
    context.close()
