"""How the weights begin and how they learn, chosen on the page."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
from playwright.sync_api import Page, expect

from app.presets import PRESETS
from app.scenes import Scene
from app.traces import run
from tests.browser.classroom import until
from tests.browser.pages import Watched
from tests.browser.person import cell, to_step
from tests.browser.shared_page import shared_page

page, watched = shared_page()

UPDATED = "#panel [data-part=update] figure:last-child mn"


def learning(page: Page, name: str) -> None:
    """Opens the form, and waits until its field is there."""
    page.locator("#learning > summary").click()
    expect(page.get_by_label(name, exact=True)).to_be_visible()


def shown(page: Page) -> list[float]:
    """The weights after the update that the panel shows, at full precision."""
    return [float(text.replace("\u2212", "-")) for text in page.locator(UPDATED).all_text_contents()]


def agree(page: Page, weights: list[float]) -> bool:
    return shown(page) == weights


def changed(**changes: object) -> Scene:
    return Scene.model_validate({**PRESETS["the notes' toy"].document(), **changes})


def test_the_weights_after_the_update_are_those_of_the_chosen_optimizer(page: Page) -> None:
    learning(page, "optimizer")
    page.get_by_label("L2").fill("0.01")
    page.get_by_label("L2").press("Enter")
    page.get_by_role("button", name="Last step").click()
    page.get_by_role("button", name="Full precision").click()
    for optimizer in ("RMSprop", "Adam", "Adagrad", "SGD"):
        page.get_by_label("optimizer", exact=True).select_option(optimizer)
        page.get_by_label("learning_rate").fill("0.05")
        page.get_by_label("learning_rate").press("Enter")
        page.get_by_label("clipping").select_option("clipnorm")
        expect(page.locator("#learning > summary")).to_contain_text(f"{optimizer}, rate 0.05")
        expect(page.get_by_role("status")).to_contain_text(f"one step of {optimizer}")
        trace = run(changed(optimizer={"type": optimizer, "learning_rate": 0.05, "clipnorm": 1}, l2=0.01))
        expected = np.concatenate([weight.ravel() for weight in trace.updated[:3]])
        expect(page.locator(UPDATED)).to_have_count(expected.size)
        until(partial(agree, page, expected.tolist()), page, f"{optimizer}: other weights are shown")


def test_the_options_are_those_of_the_optimizer(page: Page) -> None:
    learning(page, "momentum")
    page.get_by_label("optimizer", exact=True).select_option("Adam")
    expect(page.get_by_label("beta_1")).to_have_value("0.9")
    expect(page.get_by_label("momentum")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("momentum")).to_have_value("0")


def test_a_window_cuts_the_gradient_that_comes_from_the_future(page: Page) -> None:
    learning(page, "BPTT window")
    page.get_by_label("BPTT window").fill("1")
    page.get_by_label("BPTT window").press("Enter")
    page.get_by_role("button", name="Last step").click()
    gradient = run(changed(window=1)).gradients.layers[1]["h"][0]
    assert not gradient[:2].any()
    expect(cell(page, 1, 1)).to_have_accessible_name(re.compile(r"gradient = 0\.00, 0\.00, 0\.00$"))
    expect(cell(page, 1, 3)).not_to_have_accessible_name(re.compile(r"gradient = 0\.00, 0\.00, 0\.00$"))


def test_a_recurrent_kernel_begins_as_it_is_told(page: Page) -> None:
    learning(page, "recurrent kernel 1")
    page.get_by_label("recurrent kernel 1").select_option("identity")
    page.get_by_label("gain 1").fill("2")
    page.get_by_label("gain 1").press("Enter")
    page.locator("#learning > summary").click()
    to_step(page, 6)
    expect(page.locator("#panel [data-address='1/recurrent_kernel/1,1']").first).to_have_text("2.00")


def test_what_an_optimizer_cannot_take_is_marked_and_nothing_is_lost(page: Page, watched: Watched) -> None:
    watched.allowed.append("422")
    learning(page, "learning_rate")
    page.get_by_label("learning_rate").fill("-1")
    page.get_by_label("learning_rate").press("Enter")
    expect(page.locator("#learning [role=alert]")).to_contain_text("must be 0 to 1,000,000")
    page.get_by_label("learning_rate").fill("0.2")
    page.get_by_label("learning_rate").press("Enter")
    expect(page.locator("#learning [role=alert]")).to_be_hidden()
