"""The page at 400 %, without its math font, without motion, and under a finger."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.pages import Server, Watched, open_page
from tests.browser.person import MOVED_BY, drawn, press
from tests.browser.shared_page import begin_anew, shared_page

page, _ = shared_page()

SIDEWAYS = "[document.documentElement.scrollWidth, innerWidth]"
# The element in focus, where no other one stands over its middle; scrolling brought it there.
UNCOVERED = """() => {
    const node = document.activeElement;
    if (node === document.body) return null;
    const { left, right, top, bottom } = node.getBoundingClientRect();
    const [x, y] = [(Math.max(0, left) + Math.min(innerWidth, right)) / 2, (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2];
    const over = document.elementFromPoint(x, y);
    const clear = over && (node.contains(over) || over.contains(node) || (node.closest("svg") && over.closest("svg")));
    const name = node.ariaLabel || node.textContent.trim().slice(0, 30) || node.outerHTML.slice(0, 60);
    return { name, clear: Boolean(clear), sideways: document.documentElement.scrollLeft };
}"""


@pytest.mark.parametrize("size", [(320, 256), (360, 640)])
def test_at_400_percent_nothing_scrolls_sideways_and_every_control_is_reached(page: Page, server: Server, size: tuple[int, int]) -> None:
    """A desk of 1280 by 1024 at 400 %, and the smallest phones."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    begin_anew(page, f"{server.address}#v=1&step=14")
    for tab in ("Layer", "Gradient", "Code", "Cell"):
        page.get_by_role("tab", name=tab).click()
        drawn(page)
        scrolled, wide = page.evaluate(SIDEWAYS)
        assert scrolled <= wide, tab
    press(page, "Reviews and model")
    scrolled, wide = page.evaluate(SIDEWAYS)
    assert scrolled <= wide, "the sheet"
    page.get_by_role("link", name="Skip to the grid").focus()
    reached = []
    for _ in range(150):
        page.keyboard.press("Tab")
        found = page.evaluate(UNCOVERED)
        if found is None:
            break
        reached.append(found)
    assert [found["name"] for found in reached if not found["clear"] or found["sideways"]] == []
    names = {found["name"] for found in reached}
    assert {
        "Undo",
        "Notation",
        "Copy link",
        "Your own sentence",
        "Add layer",
        "Cell",
        "Play",
        "Timeline",
        "Predict first",
        "Export",
    } <= names
    page.get_by_role("button", name="Export").last.click()
    box = page.get_by_role("dialog").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size[0]


# Numbers and letters of formulas that stand in each other, or have no size.
MUDDLED = """() => [...document.querySelectorAll("#panel math, #window text")].flatMap((formula) => {
    if (!formula.checkVisibility()) return [];
    const parts = [...formula.querySelectorAll("mn, mi, mtext")].filter((node) => node.textContent.trim());
    const boxes = (parts.length ? parts : [formula]).map((node) => node.getBoundingClientRect());
    const meet = (a, b) => a.left < b.right - 2 && b.left < a.right - 2 && a.top < b.bottom - 4 && b.top < a.bottom - 4;
    const bad = boxes.filter((box, i) => !box.width || !box.height || boxes.slice(i + 1).some((other) => meet(box, other)));
    return bad.length && formula.textContent.trim() ? [formula.textContent] : [];
})"""


def test_without_the_math_font_formulas_stay_readable(context: BrowserContext, watched: Watched, server: Server) -> None:
    watched.allowed.append("net::ERR_FAILED")
    page = context.pages[0]
    asked: list[str] = []
    page.route("**/fonts/**", lambda route: (asked.append(route.request.url), route.abort()))  # type: ignore[func-returns-value]
    for preset in ("the notes' toy", "deep LSTM"):
        open_page(page, f"{server.address}#v=1&step=14")
        page.get_by_role("combobox", name="Preset").select_option(preset)
        drawn(page)
        page.locator("#panel math").nth(10).wait_for(state="attached")
        assert page.evaluate(MUDDLED) == [], preset
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert asked
    assert not page.evaluate(
        "document.fonts.check('16px \"STIX Two Math\"') && [...document.fonts].some(({ status }) => status === 'loaded')"
    )


def test_less_motion_is_a_cut_where_the_grid_folds_or_plays(page: Page) -> None:
    moving = "document.getAnimations().length"
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(MOVED_BY, "#fold"), "else nothing would be tested"
    page.emulate_media(reduced_motion="reduce")
    for name in ("Folded", "Step forward", "Last step", "Folded"):
        press(page, name)
        assert page.evaluate(moving) == 0, name


FINGER = 44  # px
# What is pressed and is smaller than a fingertip; WCAG lets links and buttons in a line of text or table be.
SMALL = """(least) => [...document.querySelectorAll("button, select, [role=gridcell], [role=switch], summary, dialog a, .side a")]
    .filter((node) => node.checkVisibility() && !node.closest(".hidden, table, .terms, math, .sum, .equation"))
    .map((node) => [node.getBoundingClientRect(), node])
    .filter(([{ width, height }]) => width && (width < least - 0.5 || height < least - 0.5))
    .map(([{ width, height }, node]) => `${node.ariaLabel || node.textContent.trim()}: ${Math.round(width)} x ${Math.round(height)}`)"""


def test_every_target_of_a_phone_is_as_large_as_a_fingertip(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    begin_anew(page, f"{server.address}#v=1&step=14")
    assert page.evaluate(SMALL, FINGER) == []
    press(page, "Reviews and model")
    assert page.evaluate(SMALL, FINGER) == []
    page.get_by_role("button", name="Export").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate(SMALL, FINGER) == []
