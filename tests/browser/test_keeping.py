"""What stays where it is: the keyboard's place on a button that switches itself off; and what does not, the view that a link leaves out."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.person import drawn, expect_step, grid, layer, press, to_step
from tests.browser.shared_page import shared_page

page, _ = shared_page()


def test_undo_and_redo_keep_the_focus_when_there_is_nothing_left_to_do(page: Page) -> None:
    press(page, "Add layer")
    undo, redo = (page.get_by_role("button", name=name, exact=True) for name in ("Undo", "Redo"))
    for button, other, rows in ((undo, redo, 2), (redo, undo, 3)):
        button.focus()
        page.keyboard.press("Enter")
        expect(button).to_be_disabled()
        expect(button).to_be_focused()
        expect(other).to_be_enabled()
        expect(grid(page).get_by_role("row")).to_have_count(rows)
        page.keyboard.press("Enter")
        drawn(page)
        expect(grid(page).get_by_role("row")).to_have_count(rows)


def test_a_layer_that_has_reached_the_top_or_the_limit_keeps_the_focus_and_goes_no_further(page: Page) -> None:
    first = layer(page, 1)
    units = [layer(page, number).get_by_role("spinbutton", name="units") for number in (1, 2)]
    second = page.get_by_role("button", name="Move layer 2 up")
    expect(second).to_be_disabled()
    second.focus()
    page.keyboard.press("Enter")
    drawn(page)
    expect(units[0]).to_have_value("3")
    expect(second).to_be_focused()
    add = page.get_by_role("button", name="Add layer")
    add.focus()
    for _ in range(9):
        page.keyboard.press("Enter")
        drawn(page)
    expect(grid(page).get_by_role("row")).to_have_count(8)
    expect(add).to_be_focused()
    expect(add).to_be_disabled()
    expect(first.get_by_role("alert")).to_be_hidden()


def test_a_pasted_link_with_a_scene_takes_back_what_it_leaves_out(page: Page) -> None:
    page.wait_for_url(re.compile("scene="))
    plain = page.url
    page.get_by_role("combobox", name="Detail").select_option(label="by operation")
    page.get_by_role("combobox", name="Order").select_option(label="by layer")
    page.get_by_role("combobox", name="Notation", exact=True).select_option("pytorch")
    page.get_by_role("tab", name="Layer").click()
    press(page, "Folded")
    press(page, "Last step")
    page.wait_for_url(re.compile(r"step=update\.1\.\.bias&.*tab=layer"))
    page.evaluate("(link) => { location.href = link }", plain)
    expect_step(page, 0)
    expect(page.get_by_role("combobox", name="Detail")).to_have_value("cell")
    expect(page.get_by_role("combobox", name="Order")).to_have_value("timestep")
    expect(page.get_by_role("combobox", name="Notation", exact=True)).to_have_value("lecture")
    expect(page.get_by_role("tab", name="Cell")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("button", name="Folded")).to_have_attribute("aria-pressed", "false")


def test_a_link_without_a_scene_changes_only_what_it_says(page: Page) -> None:
    to_step(page, 7)
    page.get_by_role("tab", name="Layer").click()
    page.evaluate("() => { location.hash = '#v=1&order=layer' }")
    expect(page.get_by_role("combobox", name="Order")).to_have_value("layer")
    expect_step(page, 7)
    expect(page.get_by_role("tab", name="Layer")).to_have_attribute("aria-selected", "true")
