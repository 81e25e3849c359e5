"""What axe says of a page: nothing, in either theme."""

from __future__ import annotations

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

SIZES = {"desk": (1440, 900), "projector": (1280, 720), "phone": (390, 844)}
EACH_SIZE = ["desk", pytest.param("projector", marks=pytest.mark.long), "phone"]  # a projector's page is the desk's in a smaller window

# The theme changes nothing but colours, so in the second one only their rules are asked.
RULES = {"light": {}, "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}
# What is wrong in the frame after the next, in the theme that the page has; null where axe is not there yet.
FOUND = """async ([within, rules]) => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    if (!("axe" in window)) return null;
    const theme = document.documentElement.dataset.theme ?? "light";
    const { violations } = await axe.run(within, { resultTypes: ["violations"], ...rules[theme] });
    return [theme, violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`))];
}"""


def expect_no_violations(page: Page, state: str = "", within: str = "html") -> str:
    """In the theme that the page has, which is returned; where a state changes one part of it, only that part is looked at."""
    found = page.evaluate(FOUND, [within, RULES])
    if found is None:
        page.evaluate(AXE_SCRIPT)
        found = page.evaluate(FOUND, [within, RULES])
    theme, violations = found
    assert violations == [], f"{state}, {theme}"
    return str(theme)


def expect_nothing(page: Page, state: str = "", within: str = "html") -> None:
    """In both themes."""
    page.mouse.move(0, 0)
    for theme in RULES:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        expect_no_violations(page, state, within)
