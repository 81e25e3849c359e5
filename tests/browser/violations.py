"""What axe says of a page: nothing, in either theme."""

from __future__ import annotations

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.person import drawn

SIZES = {"desk": (1440, 900), "projector": (1280, 720), "phone": (390, 844)}
EACH_SIZE = ["desk", pytest.param("projector", marks=pytest.mark.long), "phone"]  # a projector's page is the desk's in a smaller window

# The theme changes nothing but colours, so in the second one only their rules are asked.
RULES = {"light": {}, "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}
FOUND = """async ([within, options]) => (await axe.run(within, { resultTypes: ["violations"], ...options })).violations
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`))"""


def expect_no_violations(page: Page, state: str = "", within: str = "html") -> None:
    """In the theme that the page has; where a state changes one part of it, only that part is looked at."""
    drawn(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    theme = page.evaluate("document.documentElement.dataset.theme ?? 'light'")
    assert page.evaluate(FOUND, [within, RULES[theme]]) == [], f"{state}, {theme}"


def expect_nothing(page: Page, state: str = "", within: str = "html") -> None:
    """In both themes."""
    page.mouse.move(0, 0)
    for theme in RULES:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        expect_no_violations(page, state, within)
