from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.person import MINUS, cell, computed, drawn, go, press, written
from tests.browser.shared_page import shared_page

page, _ = shared_page()


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Cell")


def numbers(locator: Locator) -> list[float]:
    return [float(text.replace(MINUS, "-")) for text in locator.all_inner_texts()]


def test_the_panel_follows_the_playhead_until_a_cell_is_pinned(page: Page) -> None:
    go(page, 7)
    expect(panel(page)).to_contain_text("layer 2 · timestep 2 · after cat mat")
    cell(page, 1, 1).click()
    expect(panel(page)).to_contain_text("layer 1 · timestep 1 · after cat")
    expect(cell(page, 1, 1)).to_have_attribute("aria-selected", "true")
    press(page, "Step forward")
    expect(panel(page)).to_contain_text("layer 1 · timestep 1")
    page.keyboard.press("Escape")
    expect(panel(page)).to_contain_text("layer 1 · timestep 3")


def test_before_its_step_a_cell_shows_its_formula_and_no_number(page: Page) -> None:
    cell(page, 2, 3).click()
    expect(panel(page).get_by_text("Nothing is computed here yet")).to_be_visible()
    expect(panel(page).locator("[data-part=symbols] .line")).to_have_count(1)
    expect(panel(page).locator("td.value")).to_have_count(0)


def test_the_terms_of_a_sum_are_the_engines_and_add_up(page: Page) -> None:
    go(page, 7)
    _, trace, _ = computed()
    values = panel(page).locator("[data-part=scalar] table").first.locator("td.value")
    expect(values).to_have_count(7)
    *terms, total = numbers(values)
    assert total == pytest.approx(float(trace.layers[2]["a"][0, 1, 0]), abs=5e-5)
    assert sum(terms) == pytest.approx(total, abs=4e-4)
    rounded = round(sum(terms), 4) != total
    expect(panel(page).locator("tr.total").first).to_contain_text("rounded" if rounded else "the sum")


def test_every_unit_can_be_asked_for(page: Page) -> None:
    go(page, 7)
    press(page, "unit 2")
    _, trace, _ = computed()
    expect(panel(page).locator("tr.total .value").first).to_have_text(written(float(trace.layers[2]["a"][0, 1, 1]), 4))
    cell(page, 2, 2).locator(".number").first.click()
    expect(page.get_by_role("button", name="unit 1", exact=True)).to_have_attribute("aria-pressed", "true")


def test_full_precision_shows_every_digit_of_the_engine(page: Page) -> None:
    go(page, 7)
    press(page, "Full precision")
    _, trace, _ = computed()
    exactly = repr(float(trace.layers[2]["a"][0, 1, 0])).replace("-", MINUS)
    expect(panel(page).locator("tr.total .value").first).to_have_text(exactly)


def test_pointing_at_a_number_lights_its_source_and_the_other_way_round(page: Page) -> None:
    go(page, 7)
    panel(page).locator("mn[data-address='1/2/h/3']").hover()
    expect(page.locator(".cell .number.lit")).to_have_count(1)
    expect(page.locator(".cell .number[data-address='1/2/h/3']")).to_have_class(re.compile("lit"))
    panel(page).locator("mn[data-address='2/kernel/1,2']").hover()
    expect(page.locator(".edge.lit")).to_have_count(3)
    cell(page, 2, 1).hover()
    expect(panel(page).locator("mn.lit")).to_have_count(2)
    page.mouse.move(5, 5)
    expect(page.locator(".lit")).to_have_count(0)


def test_a_tap_holds_a_number_lit_and_escape_lets_go(page: Page) -> None:
    go(page, 7)
    panel(page).locator("mn[data-address='1/2/h/3']").click()
    page.mouse.move(5, 5)
    expect(page.locator(".cell .number.lit")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".lit")).to_have_count(0)


def test_the_gradient_arrives_in_two_parts_and_leaves_downward_to_the_past_and_to_the_weights(page: Page) -> None:
    press(page, "Last step")
    cell(page, 1, 2).click()
    _, _, gradients = computed()
    record = gradients.layers[1]
    arriving = panel(page).locator("[data-part=arrives] tr")
    for line, quantity in enumerate(("h_from_depth", "h_from_time", "h", "a")):
        expect(arriving.nth(line).locator(".gradient")).to_have_text([written(value, 4) for value in record[quantity][0, 1]])
    leaving = panel(page).locator("[data-part=leaves] tr")
    expect(leaving.nth(0).locator(".gradient")).to_have_text([written(value, 4) for value in gradients.inputs[0, 1]])
    expect(leaving.nth(1).locator(".gradient")).to_have_text([written(value, 4) for value in record["h_from_time"][0, 0]])
    panel(page).get_by_text("What this timestep adds").click()
    added = panel(page).locator("[data-part=weights] figure").first.locator("mn")
    kernel = [[0.0] * 3, list(record["a"][0, 1]), [0.0] * 3]  # the word is mat: x picks the second row
    expect(added).to_have_text([written(value) for row in kernel for value in row])


def test_from_its_gradient_step_on_and_not_before(page: Page) -> None:
    go(page, 12)
    cell(page, 2, 2).click()
    expect(panel(page).get_by_text("Gradient arriving here")).to_be_hidden()
    go(page, 14)
    expect(panel(page).get_by_text("Gradient arriving here")).to_be_visible()
    expect(panel(page).locator("[data-part=leaves] tr").nth(1)).to_contain_text("–")


def test_the_output_and_the_loss_have_their_terms_too(page: Page) -> None:
    go(page, 11)
    _, trace, gradients = computed()
    totals = panel(page).locator("[data-part=scalar] tr.total .value")
    expect(totals).to_have_text([written(float(trace.layers[3]["a"][0, -1, 0]), 4), written(gradients.loss, 4)])


def test_the_update_shows_every_weight_before_and_after(page: Page) -> None:
    press(page, "Last step")
    model, _, gradients = computed()
    kernel = panel(page).locator("section.update").first.locator("figure")
    before, gradient = model.get_weights()[0], gradients.weights[0]
    for figure, values in enumerate((before, gradient, before - 0.1 * gradient)):
        expect(kernel.nth(figure).locator("mn")).to_have_text([written(value) for value in values.ravel()])


def test_formulas_are_mathml_in_the_math_font_that_the_server_gives(page: Page) -> None:
    go(page, 7)
    drawn(page)
    assert page.evaluate("() => document.fonts.load('16px \"STIX Two Math\"').then((faces) => faces.length)") == 1
    page.wait_for_function("() => document.querySelector('#panel [data-part=numbers] mo').getBoundingClientRect().height > 8")
