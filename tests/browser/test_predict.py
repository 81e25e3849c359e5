"""Questions before a step: their answers are the engine's."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from app.scenes import default_scene
from app.traces import run
from tests.browser.person import drawn, expect_step, go, press, step, written
from tests.browser.shared_page import shared_page

page, _ = shared_page()


def question(page: Page) -> Locator:
    return page.get_by_role("region", name="What comes next?")


def predict(page: Page) -> None:
    """Until the questions are here, which come when they are first asked for."""
    press(page, "Predict first")
    expect(page.get_by_role("button", name="Predict first")).to_have_attribute("aria-pressed", "true")


def test_every_question_of_the_toy_is_judged_by_the_engine(page: Page) -> None:
    trace = run(default_scene())
    predict(page)
    kinds = set()
    while step(page) < 20:
        before = step(page)
        page.get_by_role("button", name="Step forward").click()
        drawn(page)
        if not question(page).is_visible():
            expect_step(page, before + 1)
            continue
        expect_step(page, before)
        asked = question(page).locator("[data-part=asked]").inner_text()
        kinds.add(asked.split()[0])
        question(page).locator("[data-choice]").first.click()
        told = question(page).locator("[data-part=told]")
        expect(told).to_have_text(re.compile(r"^(Right|No: .+)\. "))
        if found := re.match(r"Will (∂L/∂)?h.(⁽.⁾)\[(\d)\] be", asked):
            layer = "⁽¹⁾⁽²⁾".index(found[2]) // 3 + 1
            part = trace.gradients if found[1] else trace.forward
            values = {written(float(value), 4) for value in part.layers[layer]["h"][0, :, int(found[3]) - 1]}
            assert told.inner_text().rsplit("= ", 1)[1].rstrip(".") in values
        question(page).get_by_role("button", name="Go on").click()
        expect_step(page, before + 1)
    assert kinds == {"Which", "Will", "From", "What", "How"}
    expect(page.get_by_role("button", name="Predict first")).to_have_attribute("aria-pressed", "true")


def test_a_question_is_answered_by_keyboard_counted_and_can_be_skipped(page: Page) -> None:
    predict(page)
    go(page, 3)
    press(page, "Step forward")
    expect_step(page, 3)
    expect(question(page).locator("[data-choice]").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(question(page).get_by_text(re.compile(r"^[01] of 1 right$"))).to_be_visible()
    expect(question(page).get_by_role("button", name="Go on")).to_be_focused()
    page.keyboard.press("Enter")
    expect_step(page, 4)
    expect(page.get_by_role("button", name="Step forward")).to_be_focused()
    page.keyboard.press(".")
    expect(question(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(question(page)).to_be_hidden()
    expect_step(page, 4)
    page.keyboard.press(".")
    page.keyboard.press(".")
    expect_step(page, 5)
    press(page, "Play")
    expect(question(page)).to_be_visible()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
