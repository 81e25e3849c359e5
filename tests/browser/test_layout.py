from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.pages import Server
from tests.browser.person import drawn, expect_step, go
from tests.browser.shared_page import begin_anew, shared_page

page, _ = shared_page()

SIZES = [(1440, 900), (1280, 720), (390, 844)]

OVERFLOWING = """() => [...document.querySelectorAll("svg.grid .number, svg.grid .output")].flatMap((group) => {
    const [box, text] = [group.querySelector("rect"), group.querySelector("text")].map((node) => node?.getBoundingClientRect());
    return box && text && text.width && (text.left < box.left - 1 || text.right > box.right + 1) ? [group.textContent] : [];
})"""
OVERLAPPING = """() => {
    const boxes = [...document.querySelectorAll("svg.grid .frame")].map((node) => node.getBoundingClientRect());
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => meet(a, b))).length;
}"""
SMALL = """() => [...document.querySelectorAll("body *")]
    .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
    .filter((node) => node.checkVisibility() && !node.closest("math, .hidden, script, style, noscript, title, option"))
    .filter((node) => parseFloat(getComputedStyle(node).fontSize) < 12)
    .map((node) => node.textContent.trim().slice(0, 30))"""
FITS = "(() => { const { scrollWidth, clientWidth } = document.getElementById('window'); return scrollWidth <= clientWidth; })()"
FITS_UPRIGHT = FITS.replace("Width", "Height")
FONT_SIZES = (
    """[...document.querySelectorAll("svg.grid .number text, .panel td")].map((node) => parseFloat(getComputedStyle(node).fontSize))"""
)


def opened(page: Page, server: Server, size: tuple[int, int], fragment: str = "") -> Page:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    begin_anew(page, server.address + fragment)
    return page


@pytest.mark.parametrize("size", SIZES)
def test_the_toy_fits_every_screen_with_nothing_clipped_or_overlapping(page: Page, server: Server, size: tuple[int, int]) -> None:
    opened(page, server, size)
    for step in (7, 14, 20):
        go(page, step)
        expect_step(page, step)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"the page scrolls sideways at step {step}"
        assert page.evaluate(FITS), f"the grid is cut off at step {step}"
        assert page.evaluate(OVERFLOWING) == [], step
        assert page.evaluate(OVERLAPPING) == 0, step
        assert page.evaluate(SMALL) == [], step


def test_the_projector_profile_has_numbers_of_18_px_and_still_fits(page: Page, server: Server) -> None:
    opened(page, server, (1280, 720), "#v=1&projector=1&step=14")
    expect_step(page, 14)
    drawn(page)
    sizes = page.evaluate(FONT_SIZES)
    assert min(sizes) >= 18
    assert page.evaluate(FITS)
    assert page.evaluate(FITS_UPRIGHT)
    assert page.evaluate(OVERFLOWING) == []


def test_ink_on_every_colour_of_the_sign_scale_has_a_contrast_of_at_least_four_and_a_half(page: Page, server: Server) -> None:
    for theme in ("light", "dark"):
        opened(page, server, (1280, 720), f"#v=1&theme={theme}")
        least = page.evaluate("""async () => {
            const { signed } = await import("./static/js/scales.js");
            const part = (s) => (s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4);
            const light = (rgb) => rgb.map((n) => part(n / 255)).reduce((sum, n, i) => sum + n * [0.2126, 0.7152, 0.0722][i], 0);
            return Math.min(...Array.from({ length: 201 }, (_, i) => {
                const { fill, ink } = signed(i / 100 - 1);
                const paper = light(fill.match(/\\d+/g).map(Number)) + 0.05;
                return ink === "#fff" ? 1.05 / paper : paper / 0.05;
            }));
        }""")
        assert least >= 4.5, theme
