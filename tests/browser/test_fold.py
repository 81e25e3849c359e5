"""The network as one cell per layer with its loop, and as the grid."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.person import cell, drawn, go, press, read
from tests.browser.shared_page import shared_page

page, _ = shared_page()


def test_folded_the_cells_of_all_timesteps_lie_at_one_place_and_the_present_one_is_seen(page: Page) -> None:
    go(page, 7)
    middle = cell(page, 2, 2).locator(".frame").bounding_box()
    names = [node.get_attribute("aria-label") for node in page.get_by_role("gridcell").all()]
    press(page, "Folded")
    for timestep in (1, 2, 3):
        box = cell(page, 2, timestep).locator(".frame").bounding_box()
        assert box
        assert middle
        assert abs(box["x"] + box["width"] / 2 - middle["x"] - middle["width"] / 2) < 2
        expect(cell(page, 2, timestep)).to_have_css("opacity", "1" if timestep == 2 else "0")
    assert [node.get_attribute("aria-label") for node in page.get_by_role("gridcell").all()] == names
    expect(page.locator(".loop")).to_have_count(2)
    expect(page.locator(".loops")).to_contain_text("t\u00a0=\u00a02 of 3")
    expect(page.locator(".loops .uses")).to_have_text(["used 3 ×"] * 4)
    press(page, "Step forward", 2)
    expect(cell(page, 2, 3)).to_have_css("opacity", "1")
    expect(page.locator(".loops .uses")).to_have_text([*["used 3 ×"] * 4, "used 1 ×"])


def test_unfolded_every_cell_is_back_in_its_place(page: Page) -> None:
    before = [cell(page, 1, timestep).bounding_box() for timestep in (1, 2, 3)]
    press(page, "Folded")
    press(page, "Folded")
    for timestep, box in enumerate(before, start=1):
        expect(cell(page, 1, timestep)).to_have_css("opacity", "1")
        assert cell(page, 1, timestep).bounding_box() == box
    expect(page.locator(".loops")).to_have_css("opacity", "0")


# What of the folded picture is not wholly inside its window.
OUTSIDE = """() => {
    const { left, right } = document.getElementById("window").getBoundingClientRect();
    const shown = document.querySelectorAll("svg.grid :is(.cell.present, .input.present, .output.present, .loop, .loops > text)");
    const boxes = [...shown].map((node) => [node.textContent, node.getBoundingClientRect()]);
    return boxes.filter(([, box]) => box.left < left - 1 || box.right > right + 1).map(([text]) => text);
}"""


def test_a_long_sentence_folds_into_the_middle_of_its_window(page: Page) -> None:
    read(page, "cat mat rat rat mat cat rat")
    press(page, "Last step")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        press(page, "Folded")
        expect(page.locator("svg.grid .loops .uses").first).to_have_text("used 7 ×")
        drawn(page)
        assert page.evaluate(OUTSIDE) == [], width
        expect(page.locator("#minimap")).to_be_hidden()
        press(page, "Folded")
        expect(page.locator("#minimap")).to_be_visible()
