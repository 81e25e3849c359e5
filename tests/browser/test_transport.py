from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.pages import Server, Watched, open_page
from tests.browser.person import MOVED_BY, cell, drawn, expect_step, go, names, press, say, step
from tests.browser.shared_page import shared_page

page, _ = shared_page()

EVENTS = (0, 4, 7, 10, 11, 14, 18, 20)
BEAT = 10_000  # ms, longer than from any step to the end


def choose(page: Page, name: str, option: str) -> None:
    page.get_by_role("combobox", name=name).select_option(label=option)
    drawn(page)


@pytest.fixture
def timed(context: BrowserContext, watched: Watched, server: Server) -> Page:
    """The page, whose time runs on by itself and can be run ahead."""
    page = context.pages[0]
    page.clock.install()
    open_page(page, server.address)
    return page


def test_play_walks_to_the_end_and_stops_there(timed: Page) -> None:
    page = timed
    choose(page, "Speed", "4×")
    press(page, "Play")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.clock.run_for(BEAT)
    expect(page.get_by_role("slider", name="Timeline")).to_have_value("20")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    press(page, "Play")
    expect_step(page, 2)
    press(page, "Pause")
    stood = step(page)
    assert 0 < stood < 20, "playing at the end starts again"


def test_a_preset_plays_by_itself_to_its_end(timed: Page) -> None:
    page = timed
    page.get_by_role("combobox", name="Preset").select_option("deep GRU")
    expect(page.get_by_role("group", name="layer 1", exact=True).get_by_role("combobox").first).to_have_value("GRU")
    choose(page, "Speed", "4×")
    press(page, "Play")
    page.clock.run_for(BEAT)
    expect_step(page, 20)
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_loop_starts_again_at_the_end(timed: Page) -> None:
    page = timed
    press(page, "Loop")
    choose(page, "Speed", "4×")
    press(page, "Last step")
    press(page, "Step back")
    press(page, "Play")
    expect_step(page, 20)
    expect(page.get_by_role("slider", name="Timeline")).not_to_have_value("20")
    press(page, "Pause")


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


def test_by_operation_stands_at_the_end_of_the_same_event_and_leads_back(page: Page) -> None:
    for at in EVENTS:
        go(page, at)
        expect_step(page, at)
        said, before = say(page).inner_text(), names(page)
        choose(page, "Detail", "by operation")
        expect(page.get_by_role("slider", name="Timeline")).to_have_attribute("max", "50")
        assert names(page) == before, at
        choose(page, "Detail", "by cell")
        expect_step(page, at)
        assert say(page).inner_text() == said, at


def test_every_order_ends_with_the_same_numbers_and_the_page_says_so(page: Page) -> None:
    press(page, "Last step")
    by_timestep = names(page)
    for order in ("by layer", "by diagonal", "by timestep"):
        choose(page, "Order", order)
        press(page, "Last step")
        expect_step(page, 20)
        assert names(page) == by_timestep, order
        expect(page.get_by_text("never its numbers")).to_be_visible(visible=order != "by timestep")


def test_by_operation_a_cell_shows_its_sum_before_its_state(page: Page) -> None:
    choose(page, "Detail", "by operation")
    go(page, 4)
    expect(cell(page, 1, 1)).to_have_attribute("aria-label", re.compile("not computed yet"))
    expect(say(page)).to_contain_text("adds up")
    press(page, "Step forward")
    expect(cell(page, 1, 1)).to_have_attribute("aria-label", re.compile("h = "))
    expect(say(page)).to_contain_text("tanh")


def test_what_moves_is_over_within_a_second_and_reduced_motion_cuts(page: Page) -> None:
    durations = "document.getAnimations().map((animation) => animation.effect.getComputedTiming().endTime)"
    page.emulate_media(reduced_motion="no-preference")
    go(page, 4)
    moving = page.evaluate(MOVED_BY, "#transport [data-part=forward]")
    assert moving
    assert all(300 <= time <= 1000 for time in moving)
    page.evaluate("() => Promise.all(document.getAnimations().map((animation) => animation.finished))")
    assert page.evaluate(durations) == []
    page.emulate_media(reduced_motion="reduce")
    press(page, "Step forward")
    expect_step(page, 6)
    assert page.evaluate("document.getAnimations().length") == 0
