from __future__ import annotations

import re
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.person import cell, computed, drawn, grid, press, written


def shelf(page: Page) -> Locator:
    return page.get_by_role("region", name="Kept cells")


def cards(page: Page) -> Locator:
    return shelf(page).get_by_role("listitem")


def names(page: Page) -> list[str]:
    return [name.replace("\u00a0", " ") for name in shelf(page).locator(".top .to").all_inner_texts()]


def rows(card: Locator) -> list[list[str]]:
    return [row.locator("td").all_inner_texts() for row in card.locator("tbody tr").all()]


def expect_link(page: Page, kept: str) -> None:
    """Until the address says which cells are kept."""
    said = quote(kept, safe="")
    expect(page).to_have_url(re.compile(rf"&kept={said}(&|$)" if kept else "^((?!kept=).)*$"))


def test_cells_are_kept_beside_each_other_with_their_numbers_as_far_as_they_are_known(page: Page) -> None:
    press(page, "Step forward", 4)
    expect(shelf(page)).to_have_count(0)
    page.get_by_role("button", name="Keep beside").click()
    cell(page, 2, 3).click(modifiers=["Shift"])
    expect(cards(page)).to_have_count(2)
    assert names(page) == ["layer 1 · t = 1", "layer 2 · t = 3"]
    _, trace, gradients = computed()
    a, h = (trace.layers[1][quantity][0, 0] for quantity in ("a", "h"))
    assert rows(cards(page).first) == [[written(x), written(y)] for x, y in zip(a, h, strict=True)]
    assert rows(cards(page).last) == [["", ""], ["", ""]]
    press(page, "Last step")
    a, h, d = trace.layers[2]["a"][0, 2], trace.layers[2]["h"][0, 2], gradients.layers[2]["h"][0, 2]
    assert rows(cards(page).last) == [[written(x), written(y), written(z)] for x, y, z in zip(a, h, d, strict=True)]
    expect(cards(page).last.get_by_role("columnheader")).to_have_text(["a", "h", "∂L/∂h"])
    page.get_by_role("button", name="Full precision").click()
    shown = float(rows(cards(page).last)[0][1].replace("\u2212", "-"))
    assert shown == float(h[0])


def test_a_kept_cell_is_marked_in_the_grid_opened_removed_and_all_are_removed(page: Page) -> None:
    press(page, "Last step")
    for number, timestep in ((2, 3), (1, 2), (1, 1)):
        cell(page, number, timestep).click(modifiers=["Shift"])
    expect(cell(page, 1, 2)).to_have_attribute("aria-label", re.compile(", kept as 2$"))
    expect(cell(page, 1, 2).locator(".badge-of")).to_have_text("2")
    expect(cell(page, 1, 2)).to_have_attribute("aria-selected", "false")
    expect(page.locator(".where").first).to_contain_text("follows the playhead")
    shelf(page).get_by_role("button", name=re.compile("^layer 1 · t.=.2$")).click()
    expect(page.get_by_role("tabpanel", name="Cell").locator(".where").first).to_contain_text("layer 1 · timestep 2")
    expect(page.get_by_role("button", name="Keep beside")).to_have_attribute("aria-pressed", "true")
    shelf(page).get_by_role("button", name=re.compile("^Remove layer 2 · t.=.3$")).click()
    assert names(page) == ["layer 1 · t = 2", "layer 1 · t = 1"]
    expect(shelf(page).get_by_role("button", name=re.compile("^Remove layer 1 · t.=.2$"))).to_be_focused()
    expect(cell(page, 1, 2).locator(".badge-of")).to_have_text("1")
    page.get_by_role("button", name="Keep beside").click()
    expect(cards(page)).to_have_count(1)
    shelf(page).get_by_role("button", name="Remove all").click()
    expect(shelf(page)).to_be_hidden()
    expect(grid(page).locator(":focus")).to_have_count(1)
    expect(page.locator(".badge-of")).to_have_count(0)
    expect_link(page, "")


def test_kept_cells_are_a_part_of_the_link_and_of_every_scene_that_has_them(page: Page) -> None:
    press(page, "Last step")
    cell(page, 2, 1).focus()
    page.keyboard.press("Shift+Enter")
    page.get_by_role("button", name=re.compile("^output")).focus()
    page.keyboard.press("Shift+Enter")
    expect_link(page, "2/1,output/3")
    page.reload()
    expect(cards(page)).to_have_count(2)
    assert names(page) == ["layer 2 · t = 1", "Dense · t = 3"]
    expect(page.get_by_role("button", name=re.compile("^output")).locator(".badge-of")).to_have_text("2")
    page.get_by_role("textbox", name="Your own sentence").fill("mat rat")
    page.keyboard.press("Enter")
    expect(cards(page)).to_have_count(1)
    _, trace, _ = computed({"vocabulary": ["cat", "mat", "rat"], "sentence": ["mat", "rat"], "label": 1, "units": [3, 2], "seed": 0})
    assert [row[1] for row in rows(cards(page).first)] == [written(value) for value in np.ravel(trace.layers[2]["h"][0, 0])]


def test_a_number_of_a_card_lights_the_grid_and_leads_to_its_source(page: Page) -> None:
    press(page, "Last step")
    cell(page, 1, 1).click(modifiers=["Shift"])
    number = cards(page).first.locator("td[data-address='1/1/h/2']")
    number.hover()
    expect(page.locator(".cell .number.lit[data-address='1/1/h/2']")).to_have_count(1)
    number.click()
    panel = page.get_by_role("tabpanel", name="Cell")
    expect(panel.locator(".where").first).to_contain_text("layer 1 · timestep 1")
    expect(page.get_by_role("button", name="Unit 2", pressed=True)).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_shelf_keeps_within_the_page(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    press(page, "Last step")
    for timestep in (1, 2, 3):
        cell(page, 2, timestep).click(modifiers=["Shift"])
        cell(page, 1, timestep).click(modifiers=["Shift"])
    expect(cards(page)).to_have_count(6)
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    window, under = page.locator("#window").bounding_box(), shelf(page).bounding_box()
    assert window
    assert under
    assert window["y"] + window["height"] <= under["y"]
    assert window["height"] > 240
