"""The page on paper, as Ctrl+P gives it: what is seen stands on a sheet, whole, black on white, and nothing there can be pressed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.person import go, grid, press, read
from tests.browser.shared_page import shared_page

page, watched = shared_page()

SHEET = {"width": 1032, "height": 703}  # px inside the margins of A4, landscape
SIZES = {"desk": (1440, 900), "phone": (390, 844), "projector": (1280, 720)}

# What is seen of the sheet: what could be pressed, what lies beyond its edges, and the colours of what is drawn.
ON_PAPER = """(sheet) => {
    const shows = { visibilityProperty: true, opacityProperty: true };
    const seen = [...document.querySelectorAll("body *")].filter((node) => node.checkVisibility(shows));
    const named = (nodes) => [...new Set(nodes.map((node) => node.outerHTML.slice(0, 80)))];
    const picture = document.querySelector("#window svg.grid, #window .heat").getBoundingClientRect();
    const drawn = seen.filter((node) => node.closest("#window svg.grid"));
    return {
        controls: named(seen.filter((node) => node.matches("button, input, select, textarea, summary, header, .side, .panel"))),
        beyond: [picture.left < 0, picture.top < 0, picture.right > sheet.width + 1, picture.bottom > sheet.height + 1],
        ground: getComputedStyle(document.body).backgroundColor,
        texts: [...new Set(drawn.filter((node) => node.tagName === "text").map((node) => getComputedStyle(node).fill))],
        boxes: [...new Set(drawn.filter((node) => node.matches(".frame, .number rect")).map((node) => getComputedStyle(node).fill))],
        words: [...new Set(seen.filter((node) => node.matches(".say, .legend span")).map((node) => getComputedStyle(node).color))],
    };
}"""
BLACK, WHITE = "rgb(0, 0, 0)", "rgb(255, 255, 255)"


@pytest.fixture
def paper(page: Page) -> Iterator[Page]:
    """The page, which is on the screen again afterwards."""
    yield page
    page.emulate_media(media="null")


def sheets(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_grid_is_printed_whole_and_black_on_white_without_controls(paper: Page, theme: Literal["light", "dark"], size: str) -> None:
    width, height = SIZES[size]
    paper.set_viewport_size({"width": width, "height": height})
    paper.emulate_media(color_scheme=theme, reduced_motion="reduce")
    expect(paper.locator("html")).to_have_attribute("data-theme", theme)
    if size == "projector":
        press(paper, "Projector")
    go(paper, 13)
    paper.emulate_media(media="print")
    paper.set_viewport_size(SHEET)  # type: ignore[arg-type]
    expect(grid(paper).get_by_role("gridcell")).to_have_count(6)
    assert paper.evaluate(ON_PAPER, SHEET) == {
        "controls": [],
        "beyond": [False] * 4,
        "ground": WHITE,
        "texts": [BLACK],
        "boxes": [WHITE],
        "words": [BLACK],
    }
    assert sheets(paper) == 1


def test_a_heat_map_is_printed_whole_on_one_sheet(paper: Page) -> None:
    read(paper, " ".join(["cat", "mat", "rat"] * 20))
    expect(grid(paper).get_by_role("gridcell")).to_have_count(120)
    paper.emulate_media(media="print", color_scheme="dark", reduced_motion="reduce")
    on_paper = paper.evaluate(ON_PAPER, SHEET)
    assert (on_paper["controls"], on_paper["beyond"], on_paper["ground"]) == ([], [False] * 4, WHITE)
    assert sheets(paper) == 1
