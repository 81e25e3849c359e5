from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import Server
from tests.browser.person import cell, drawn, expect_step, go, grid, layer, say
from tests.browser.shared_page import shared_page

page, _ = shared_page()


def test_names_and_roles_are_those_of_the_contract(page: Page) -> None:
    for name in ("Play", "Step forward", "Step back", "First step", "Last step", "Undo", "Redo", "Copy link", "Add layer", "New weights"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(1)
    expect(page.get_by_role("slider", name="Timeline")).to_have_count(1)
    options = {
        "Detail": ["by cell", "by operation"],
        "Order": ["by timestep", "by layer", "by diagonal"],
        "Speed": ["0.25×", "0.5×", "1×", "2×", "4×"],
    }
    for name, labels in options.items():
        expect(page.get_by_role("combobox", name=name).locator("option")).to_have_text(labels)
    expect(page.get_by_role("textbox", name="Your own sentence")).to_have_count(1)
    expect(page.get_by_role("status")).to_have_count(1)
    expect(page.get_by_role("navigation", name="Views").get_by_role("link")).to_have_text(["Grid", "Gradients", "Training", "Compare"])
    for number in (1, 2):
        expect(layer(page, number).get_by_role("spinbutton", name="units")).to_have_count(1)
        expect(layer(page, number).get_by_role("switch", name="return_sequences")).to_have_count(1)


def test_the_grid_can_be_walked_and_read_by_keyboard(page: Page) -> None:
    go(page, 9)
    grid(page).get_by_role("gridcell").and_(page.locator("[tabindex='0']")).focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    heard = []
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowLeft"):
        heard.append(page.evaluate("document.activeElement.ariaLabel"))
        page.keyboard.press(key)
    heard.append(page.evaluate("document.activeElement.ariaLabel"))
    places = [re.match(r"layer (\d), timestep (\d), h = ", name).groups() for name in heard]  # type: ignore[union-attr]
    assert places == [("1", "1"), ("1", "2"), ("1", "3"), ("2", "3"), ("2", "2"), ("2", "1")]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(cell(page, 2, 3)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(cell(page, 2, 3)).to_have_attribute("aria-selected", "false")


def test_space_plays_and_comma_and_full_stop_step_but_not_while_a_control_has_focus(page: Page) -> None:
    page.keyboard.press(".")
    page.keyboard.press(".")
    page.keyboard.press(",")
    drawn(page)
    expect_step(page, 1)
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    at = page.get_by_role("slider", name="Timeline").input_value()
    page.get_by_role("button", name="Loop").focus()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Loop")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    box = page.get_by_role("textbox", name="Your own sentence")
    box.focus()
    page.keyboard.type("cat. ,")
    expect(box).to_have_value("cat. ,")
    expect_step(page, int(at))


def test_single_keys_can_be_switched_off_and_the_keys_are_listed(page: Page) -> None:
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Play or pause")
    dialog.get_by_role("checkbox").uncheck()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press(".")
    drawn(page)
    expect_step(page, 0)
    page.reload()
    page.get_by_role("button", name="Step forward", disabled=False).wait_for()
    page.keyboard.press(".")
    drawn(page)
    expect_step(page, 0)


def test_everything_can_be_done_by_keyboard_alone(page: Page) -> None:
    """From the top of the page to the last control and the first again, and Tab is never stolen."""
    reached = []
    for _ in range(80):
        page.keyboard.press("Tab")
        name = page.evaluate("""() => { const node = document.activeElement;
            return node === document.body ? null : node.getAttribute('aria-label') || node.textContent.trim() || node.name; }""")
        if name is None:
            break
        reached.append(name)
    wanted = [
        "Skip to the grid",
        "Grid",
        "Projector",
        "Copy link",
        "cat mat rat, label 1",
        "Your own sentence",
        "units",
        "return_sequences",
    ]
    wanted += ["Add layer", "New weights", "Seed", "Shapes", "Full precision"]
    wanted += ["Play", "Step forward", "Detail", "Order", "Speed", "Loop", "Timeline"]
    assert [name for name in wanted if name not in reached] == []
    assert sum("timestep" in name and name.startswith("layer") for name in reached) == 1, "the grid is one stop of the Tab key"
    page.get_by_role("button", name="Step forward").focus()
    for _ in range(20):
        page.keyboard.press("Enter")
    drawn(page)
    expect_step(page, 20)
    expect(say(page)).to_contain_text("learns")


def test_the_page_is_whole_before_any_script_runs(browser: Browser, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.address)
    for name in ("Play", "Step forward", "Undo", "Add layer", "New weights", "Copy link"):
        expect(page.get_by_role("button", name=name)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("label [01]$"))).to_have_count(3)
    expect(say(page)).to_contain_text("cat mat rat")
    assert "has it switched off" in page.content()
    context.close()
