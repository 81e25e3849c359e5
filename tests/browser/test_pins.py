from __future__ import annotations

import re
from urllib.parse import quote

import numpy as np
from playwright.sync_api import Locator, Page, expect

from tests.browser.person import cell, computed, drawn, go, grid, press, written
from tests.browser.shared_page import shared_page

page, _ = shared_page()


def shelf(page: Page) -> Locator:
    return page.get_by_role("region", name="Kept cells")


def cards(page: Page) -> Locator:
    return shelf(page).get_by_role("listitem")


def expect_names(page: Page, names: list[str]) -> None:
    expect(shelf(page).locator(".top .to")).to_have_text(names)


def rows(card: Locator) -> list[list[str]]:
    return [row.locator("td").all_inner_texts() for row in card.locator("tbody tr").all()]


def expect_link(page: Page, kept: str) -> None:
    """Until the address says which cells are kept."""
    said = quote(kept, safe="")
    expect(page).to_have_url(re.compile(rf"&kept={said}(&|$)" if kept else "^((?!kept=).)*$"))


def test_cells_are_kept_beside_each_other_with_their_numbers_as_far_as_they_are_known(page: Page) -> None:
    go(page, 4)
    expect(shelf(page)).to_have_count(0)
    page.get_by_role("button", name="Keep beside").click()
    cell(page, 2, 3).click(modifiers=["Shift"])
    expect(cards(page)).to_have_count(2)
    expect_names(page, ["layer 1 · t = 1", "layer 2 · t = 3"])
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
        cell(page, number, timestep).focus()
        page.keyboard.press("Shift+Enter")
    expect(cell(page, 1, 2)).to_have_attribute("aria-label", re.compile(", kept as 2$"))
    expect(cell(page, 1, 2).locator(".badge-of")).to_have_text("2")
    expect(cell(page, 1, 2)).to_have_attribute("aria-selected", "false")
    expect(page.locator(".where").first).to_contain_text("follows the playhead")
    shelf(page).get_by_role("button", name=re.compile("^layer 1 · t.=.2$")).click()
    expect(page.get_by_role("tabpanel", name="Cell").locator(".where").first).to_contain_text("layer 1 · timestep 2")
    expect(page.get_by_role("button", name="Keep beside")).to_have_attribute("aria-pressed", "true")
    shelf(page).get_by_role("button", name=re.compile("^Remove layer 2 · t.=.3$")).click()
    expect_names(page, ["layer 1 · t = 2", "layer 1 · t = 1"])
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
    expect_names(page, ["layer 2 · t = 1", "Dense · t = 3"])
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


def test_the_shelf_keeps_within_the_page(page: Page) -> None:
    press(page, "Last step")
    for number, timestep in ((1, 1), (2, 1), (1, 2), (2, 2), (1, 3), (2, 3)):
        cell(page, number, timestep).focus()
        page.keyboard.press("Shift+Enter")
    expect(cards(page)).to_have_count(6)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        drawn(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        window, under = page.locator("#window").bounding_box(), shelf(page).bounding_box()
        assert window
        assert under
        assert window["y"] + window["height"] <= under["y"], width
        assert window["height"] > 240, width


def changed(page: Page) -> set[str]:
    """The addresses of what is marked in the grid."""
    return set(page.locator("svg.grid .changed").evaluate_all("(nodes) => nodes.map((node) => node.dataset.address)"))


def test_what_another_label_changed_is_marked_from_the_loss_on(page: Page) -> None:
    press(page, "Last step")
    page.get_by_role("combobox", name="Label", exact=True).select_option("0")
    expect(page.get_by_role("button", name="Difference")).to_be_visible()
    expect(page.locator("svg.grid .changed[data-address='output/3/loss/1']")).to_have_text(re.compile("^loss "))
    blamed = {f"d/1/{t}/h/{unit}" for t in (1, 2, 3) for unit in (1, 2, 3)} | {f"d/2/{t}/h/{unit}" for t in (1, 2, 3) for unit in (1, 2)}
    assert changed(page) == blamed | {"output/3/loss/1", "d/output/3/a/1"}
    go(page, 11)
    assert changed(page) == {"output/3/loss/1", "d/output/3/a/1"}
    press(page, "Step back")
    assert changed(page) == set()


def test_what_another_initial_state_changed_is_marked_at_its_own_numbers_too(page: Page) -> None:
    press(page, "Last step")
    cell(page, 2, 1).click(modifiers=["Shift"])
    page.get_by_role("button", name=re.compile("^initial state of layer.2")).click()
    field = page.get_by_role("spinbutton", name=re.compile("unit 1$"))
    field.fill("0.5")
    field.press("Enter")
    expect(page.locator("svg.grid .changed[data-address='2/0/h/1']")).to_have_count(1)
    marked = changed(page)
    assert {"2/0", "2/1/h/1", "2/3/h/2", "output/3/y/1", "d/1/1/h/1"} <= marked
    assert not {name for name in marked if name.startswith(("1/", "input/")) or name == "2/0/h/2"}
    expect(cards(page).first.locator("td.changed[data-address='2/1/h/1']")).to_have_count(1)
    press(page, "Undo")
    expect(page.locator(".changed")).to_have_count(0)


UNDER = """({x, y}) => {
  const canvas = document.querySelector("#window .heat canvas"), scale = canvas.width / canvas.clientWidth;
  const {left, top} = canvas.getBoundingClientRect();
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, -Math.floor((x - left) * scale), -Math.floor((y - top) * scale));
  return [...context.getImageData(0, 0, 1, 1).data].join();
}"""
INK = "28,27,25,255"


def under(page: Page, number: int, timestep: int) -> str:
    """The colour under a cell of the heat map."""
    box = cell(page, number, timestep).bounding_box()
    assert box
    return str(page.evaluate(UNDER, {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] + 1}))


def test_what_an_edit_changed_is_underlined_in_a_heat_map(page: Page) -> None:
    sentence = " ".join(["cat", "mat", "rat"] * 10)
    page.get_by_role("textbox", name="Your own sentence").fill(sentence)
    page.keyboard.press("Enter")
    expect(grid(page)).to_have_attribute("aria-label", re.compile("by 30:"))
    press(page, "Last step")
    cell(page, 1, 20).click(modifiers=["Shift"])
    expect(cell(page, 1, 20)).to_have_attribute("aria-label", re.compile(", kept as 1$"))
    expect(cards(page)).to_have_count(1)  # which moves the grid
    cell(page, 1, 22).click(modifiers=["Shift"])
    expect(cell(page, 1, 22)).to_have_attribute("aria-label", re.compile(", kept as 2$"))
    page.get_by_role("tab", name="Layer").click()
    page.get_by_role("combobox", name="Matrix").select_option(label="x, by timestep")
    page.get_by_role("spinbutton", name="Row").fill("21")
    page.get_by_role("spinbutton", name="Row").press("Enter")
    value = page.get_by_role("spinbutton", name="Value")
    drawn(page)
    value.fill("0.5")
    value.press("Enter")
    expect(page.get_by_role("button", name="Difference")).to_be_visible()
    page.get_by_role("slider", name="Timeline").fill("91")  # forward alone: what comes before the edited word is as it was
    drawn(page)
    expect(cards(page).last.locator("td.changed")).to_have_count(3 * 2)
    expect(cards(page).first.locator("td.changed")).to_have_count(0)
    assert [under(page, 1, t) == INK for t in (19, 20, 21, 30)] == [False, False, True, True]
    assert [under(page, 2, t) == INK for t in (20, 21)] == [False, True]
    press(page, "Undo")
    expect(page.get_by_role("button", name="Difference")).to_be_hidden()
    assert under(page, 1, 21) != INK
