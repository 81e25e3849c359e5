"""One number, line by line: any number of a layer can be chosen, and its lines are those of the engine's update."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from app.presets import PRESETS
from app.scenes import Scene
from app.traces import run
from tests.browser.person import press, written
from tests.browser.shared_page import shared_page

page, _ = shared_page()


def rule(page: Page) -> Locator:
    return page.locator("#rule")


def choose(page: Page, weight: str, row: int | None, column: int) -> None:
    rule(page).get_by_role("combobox", name="weight").select_option(weight)
    for name, number in (("row", row), ("column", column)):
        if number is not None:
            rule(page).get_by_role("spinbutton", name=name).fill(str(number))
            rule(page).get_by_role("spinbutton", name=name).press("Enter")


def expect_number(page: Page, value: float) -> None:
    expect(rule(page).locator(".rule li").last).to_contain_text(f"= {written(value, 4)}")


def test_any_number_of_a_layer_is_chosen_by_its_weight_its_row_and_its_column(page: Page) -> None:
    press(page, "Last step")
    updated = run(Scene.model_validate(PRESETS["the notes' toy"].document())).updated
    choose(page, "recurrent_kernel", 3, 2)
    expect_number(page, float(updated[1][2, 1]))
    choose(page, "recurrent_kernel", 99, 1)
    expect(rule(page).get_by_role("spinbutton", name="row")).to_have_value("3")
    expect_number(page, float(updated[1][2, 0]))
    choose(page, "bias", None, 3)
    expect(rule(page).get_by_role("spinbutton", name="row")).to_have_count(0)
    expect_number(page, float(updated[2][2]))
    expect(page.get_by_role("status")).to_have_count(1)


def test_a_power_of_the_step_is_written_as_one(page: Page) -> None:
    page.locator("#learning > summary").click()
    page.get_by_role("combobox", name="optimizer").select_option("Adam")
    press(page, "Last step")
    expect(page.get_by_role("status")).to_have_text("Layer 1 learns: one step of Adam, at the rate 0.001.")
    expect(rule(page).locator(".rule")).to_contain_text("(1 − β₂ᵗ)")
    expect(rule(page).locator(".rule")).to_contain_text("(1 − 0.9990¹)")


def test_the_columns_of_a_layer_with_gates_are_all_there_and_what_was_added_and_clipped_is_said(page: Page) -> None:
    page.get_by_role("combobox", name="Preset").select_option("deep LSTM")
    page.locator("#learning > summary").click()
    page.get_by_label("clipping").select_option("clipnorm")
    page.get_by_label("clipnorm", exact=True).fill("0.001")
    page.get_by_label("L2").fill("0.01")
    page.get_by_label("L2").press("Enter")
    press(page, "Last step")
    column = rule(page).get_by_role("spinbutton", name="column")
    units = next(layer["units"] for layer in PRESETS["deep LSTM"].document()["layers"] if layer["type"] == "LSTM")
    expect(column).to_have_attribute("max", str(4 * units))
    choose(page, "kernel", 1, 4 * units)
    expect(rule(page)).to_contain_text(re.compile("with the share of its square in the loss .*, clipped"))
