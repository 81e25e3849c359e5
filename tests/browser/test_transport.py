from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Server, open_page
from tests.browser.person import cell, drawn, expect_step, grid, press, say, step


def choose(page: Page, name: str, option: str) -> None:
    page.get_by_role("combobox", name=name).select_option(label=option)
    drawn(page)


def test_play_walks_to_the_end_and_stops_there(page: Page) -> None:
    choose(page, "Speed", "4×")
    press(page, "Play")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("slider", name="Timeline")).to_have_value("20")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    press(page, "Play")
    expect_step(page, 2)
    press(page, "Pause")
    stood = step(page)
    assert 0 < stood < 20, "playing at the end starts again"


def test_loop_starts_again_at_the_end(page: Page) -> None:
    press(page, "Loop")
    choose(page, "Speed", "4×")
    press(page, "Last step")
    press(page, "Step back")
    press(page, "Play")
    expect_step(page, 20)
    expect(page.get_by_role("slider", name="Timeline")).not_to_have_value("20")
    press(page, "Pause")


def test_stepping_by_hand_stops_playing(page: Page) -> None:
    press(page, "Play")
    press(page, "Step forward")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_first_and_last_go_to_step_0_and_step_20(page: Page) -> None:
    press(page, "Last step")
    press(page, "Step forward")
    expect_step(page, 20)
    press(page, "First step")
    press(page, "Step back")
    expect_step(page, 0)


def test_the_slider_scrubs_by_mouse_and_by_key(page: Page) -> None:
    slider = page.get_by_role("slider", name="Timeline")
    box = slider.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    drawn(page)
    assert 9 <= step(page) <= 11
    slider.press("End")
    expect_step(page, 20)
    slider.press("ArrowLeft")
    expect_step(page, 19)
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^step 19 of 20: Layer\u00a02 learns"))


@pytest.mark.parametrize("at", [0, 4, 7, 10, 11, 14, 18, 20])
def test_by_operation_stands_at_the_end_of_the_same_event_and_leads_back(page: Page, at: int) -> None:
    press(page, "Step forward", at)
    expect_step(page, at)
    said = say(page).inner_text()
    before = grid(page).get_by_role("gridcell").evaluate_all("(cells) => cells.map((cell) => cell.ariaLabel)")
    choose(page, "Detail", "by operation")
    expect(page.get_by_role("slider", name="Timeline")).to_have_attribute("max", "50")
    after = grid(page).get_by_role("gridcell").evaluate_all("(cells) => cells.map((cell) => cell.ariaLabel)")
    assert after == before
    choose(page, "Detail", "by cell")
    expect_step(page, at)
    assert say(page).inner_text() == said


@pytest.mark.parametrize("order", ["by timestep", "by layer", "by diagonal"])
def test_every_order_ends_with_the_same_numbers_and_the_page_says_so(page: Page, order: str) -> None:
    press(page, "Last step")
    by_timestep = grid(page).get_by_role("gridcell").evaluate_all("(cells) => cells.map((cell) => cell.ariaLabel)")
    choose(page, "Order", order)
    press(page, "Last step")
    expect_step(page, 20)
    assert grid(page).get_by_role("gridcell").evaluate_all("(cells) => cells.map((cell) => cell.ariaLabel)") == by_timestep
    expect(page.get_by_text("never its numbers")).to_be_visible(visible=order != "by timestep")


def test_by_layer_the_first_layer_is_done_before_the_second_begins(page: Page) -> None:
    choose(page, "Order", "by layer")
    press(page, "Step forward", 6)
    expect(cell(page, 1, 3)).to_have_attribute("aria-label", re.compile("h = "))
    expect(cell(page, 2, 1)).to_have_attribute("aria-label", re.compile("not computed yet"))


def test_changing_the_order_keeps_the_same_event(page: Page) -> None:
    press(page, "Step forward", 7)
    said = say(page).inner_text()
    choose(page, "Order", "by layer")
    expect_step(page, 8)
    assert say(page).inner_text() == said


def test_by_operation_a_cell_shows_its_sum_before_its_state(page: Page) -> None:
    choose(page, "Detail", "by operation")
    press(page, "Step forward", 4)
    expect(cell(page, 1, 1)).to_have_attribute("aria-label", re.compile("not computed yet"))
    expect(say(page)).to_contain_text("adds up")
    press(page, "Step forward")
    expect(cell(page, 1, 1)).to_have_attribute("aria-label", re.compile("h = "))
    expect(say(page)).to_contain_text("tanh")


def test_what_moves_is_over_within_a_second_and_reduced_motion_cuts(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    durations = "document.getAnimations().map((animation) => animation.effect.getComputedTiming().endTime)"
    page.emulate_media(reduced_motion="no-preference")
    open_page(page, server.address)
    press(page, "Step forward", 5)
    moving = page.evaluate(durations)
    assert moving
    assert all(300 <= time <= 1000 for time in moving)
    page.evaluate("() => Promise.all(document.getAnimations().map((animation) => animation.finished))")
    assert page.evaluate(durations) == []
    page.emulate_media(reduced_motion="reduce")
    press(page, "Step forward")
    expect_step(page, 6)
    assert page.evaluate("document.getAnimations().length") == 0
