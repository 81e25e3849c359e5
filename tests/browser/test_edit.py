"""Numbers that are set by hand, followed to their sources, and written as programs."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from playwright.sync_api import BrowserContext, Page, Route, expect

from app.networks import summary_in_keras
from app.scenes import Scene, default_scene
from app.traces import SceneTrace, run
from tests.browser.pages import Server, Watched, open_page
from tests.browser.person import cell, drawn, layer, listed, press, written
from tests.browser.shared_page import shared_page

page, watched = shared_page()


def edited(**changes: Any) -> SceneTrace:
    return run(Scene.model_validate({**default_scene().document(), **changes}))


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tabpanel", name=name)).to_be_visible()


def hold(page: Page, matrix: str, row: int, column: int) -> None:
    """Takes one number of a matrix into the editor."""
    page.get_by_role("combobox", name="Matrix").select_option(label=matrix)
    for name, place in (("Row", row), ("Column", column)):
        page.get_by_role("spinbutton", name=name).fill(str(place))
        page.get_by_role("spinbutton", name=name).press("Enter")
    drawn(page)


def type_value(page: Page, value: str) -> None:
    page.get_by_role("spinbutton", name="Value").fill(value)
    page.get_by_role("spinbutton", name="Value").press("Enter")


def expect_cell(page: Page, trace: SceneTrace, number: int, timestep: int) -> None:
    h, gradient = (part.layers[number]["h"][0, timestep - 1] for part in (trace.forward, trace.gradients))
    name = f"layer {number}, timestep {timestep}, h = {listed(h)}, gradient = {listed(gradient)}"
    expect(cell(page, number, timestep)).to_have_attribute("aria-label", name)


def test_a_weight_is_typed_dragged_moved_by_arrow_keys_and_reset(page: Page) -> None:
    press(page, "Last step")
    tab(page, "Layer")
    hold(page, "U⁽¹⁾", 2, 3)
    type_value(page, "0.5")
    expect_cell(page, edited(weights={"seed": 0, "edits": {"1/recurrent_kernel/2,3": 0.5}}), 2, 3)
    page.get_by_role("spinbutton", name="Value").press("ArrowUp")
    expect_cell(page, edited(weights={"seed": 0, "edits": {"1/recurrent_kernel/2,3": 0.6}}), 2, 3)
    slider = page.get_by_role("slider", name="Drag the value")
    slider.fill("-1.25")
    expect_cell(page, edited(weights={"seed": 0, "edits": {"1/recurrent_kernel/2,3": -1.25}}), 1, 2)
    expect(page.get_by_text("Set by hand.")).to_be_visible()
    page.get_by_role("button", name="Reset").click()
    expect_cell(page, edited(), 1, 2)
    press(page, "Undo")
    expect_cell(page, edited(weights={"seed": 0, "edits": {"1/recurrent_kernel/2,3": -1.25}}), 1, 2)
    press(page, "New weights")
    expect_cell(page, edited(weights={"seed": 1}), 1, 2)


def test_biases_and_inputs_are_set_by_hand_too(page: Page, watched: Watched) -> None:
    watched.allowed.append("422")
    press(page, "Last step")
    tab(page, "Layer")
    page.get_by_role("combobox", name="Matrix").select_option(label="b⁽¹⁾")
    expect(page.get_by_role("spinbutton", name="Row")).to_be_hidden()
    type_value(page, "-0.7")
    expect_cell(page, edited(weights={"seed": 0, "edits": {"1/bias/1": -0.7}}), 1, 1)
    hold(page, "x, by timestep", 2, 1)
    type_value(page, "0.5")
    both = edited(weights={"seed": 0, "edits": {"1/bias/1": -0.7}}, inputs={"input/2/x/1": 0.5})
    expect_cell(page, both, 2, 2)
    expect(page.locator(".input[data-address='input/2']")).to_contain_text("0.5")
    type_value(page, "10000000")
    expect(page.get_by_role("tabpanel", name="Layer").get_by_role("alert")).to_contain_text("must be -1,000,000 to 1,000,000")


def test_what_an_edit_changed_is_marked_and_can_be_seen_as_a_difference(page: Page) -> None:
    press(page, "Last step")
    tab(page, "Layer")
    expect(page.get_by_role("button", name="Difference")).to_be_hidden()
    hold(page, "W⁽¹⁾", 3, 1)
    type_value(page, "1.5")
    before, after = edited(), edited(weights={"seed": 0, "edits": {"1/kernel/3,1": 1.5}})
    expect_cell(page, after, 1, 3)
    for number in (1, 2):
        for timestep in (1, 2, 3):
            moved = after.forward.layers[number]["h"][0, timestep - 1] != before.forward.layers[number]["h"][0, timestep - 1]
            expect(cell(page, number, timestep).locator(".value.changed")).to_have_count(int(moved.sum()))
    press(page, "Difference")
    change = after.forward.layers[1]["h"][0, 2] - before.forward.layers[1]["h"][0, 2]
    expect(cell(page, 1, 3)).to_have_attribute("aria-label", re.compile(f"change of h = {re.escape(listed(change))}, "))
    page.get_by_role("button", name="Difference").click()
    press(page, "Undo")
    expect(page.locator(".changed")).to_have_count(0)
    expect(page.get_by_role("button", name="Difference")).to_be_hidden()


def test_other_weights_forget_what_was_set_by_hand(page: Page) -> None:
    tab(page, "Layer")
    type_value(page, "1.5")
    expect(page.get_by_text("Set by hand.")).to_be_visible()
    layer(page, 1).get_by_role("spinbutton", name="units").fill("4")
    layer(page, 1).get_by_role("spinbutton", name="units").press("Enter")
    expect(page.get_by_text("Drawn from seed 0")).to_be_visible()


def test_every_number_leads_to_its_source_and_back_again(page: Page) -> None:
    press(page, "Last step")
    cell(page, 2, 3).click()
    panel = page.get_by_role("tabpanel", name="Cell")
    panel.get_by_role("button", name="h₃⁽¹⁾[2]", exact=True).click()
    expect(panel.locator(".where").first).to_contain_text("layer 1 · timestep 3")
    expect(page.locator(".cell .number.lit[data-address='1/3/h/2']")).to_have_count(1)
    panel.get_by_role("button", name="U⁽¹⁾[1,2]", exact=True).click()
    expect(page.get_by_role("spinbutton", name="Row")).to_have_value("1")
    expect(page.get_by_role("spinbutton", name="Column")).to_have_value("2")
    page.get_by_role("button", name="Back", exact=True).click()
    expect(panel.locator(".where").first).to_contain_text("layer 1 · timestep 3")
    page.get_by_role("button", name="Back", exact=True).click()
    expect(panel.locator(".where").first).to_contain_text("layer 2 · timestep 3")
    expect(page.get_by_role("button", name="Back", exact=True)).to_be_hidden()


def test_the_keyboard_follows_a_number_and_finds_the_way_back(page: Page) -> None:
    press(page, "Last step")
    cell(page, 2, 3).click()
    panel = page.get_by_role("tabpanel", name="Cell")
    panel.get_by_role("button", name="h₃⁽¹⁾[2]", exact=True).press("Enter")
    expect(panel.locator(".where").first).to_contain_text("layer 1 · timestep 3")
    expect(page.get_by_role("button", name="Back", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel.locator(".where").first).to_contain_text("layer 2 · timestep 3")
    expect(page.get_by_role("tab", name="Cell")).to_be_focused()


# What a browser says of a pointer that rests where something else was drawn: it is over that now, and has not moved.
UNDER = """([selector, x, y]) => document.querySelector(selector)
    .dispatchEvent(new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse", clientX: x, clientY: y }))"""


def test_what_is_drawn_under_a_resting_pointer_does_not_take_the_light(page: Page) -> None:
    press(page, "Last step")
    cell(page, 2, 3).click()
    number = page.get_by_role("tabpanel", name="Cell").get_by_role("button", name="h₃⁽¹⁾[2]", exact=True)
    number.scroll_into_view_if_needed()
    box = number.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    lit = page.locator(".cell .number.lit")
    expect(lit).to_have_attribute("data-address", "1/3/h/2")
    page.locator("#panel [data-address='1/2/h/1']").first.wait_for(state="attached")  # the panel of the cell that it led to
    page.evaluate(UNDER, ["#panel [data-address='1/2/h/1']", x, y])
    drawn(page)
    expect(lit).to_have_attribute("data-address", "1/3/h/2")
    page.evaluate(UNDER, ["#panel [data-address='1/2/h/1']", x + 3, y])
    expect(lit).to_have_attribute("data-address", "1/2/h/1")


def test_nothing_can_be_typed_before_the_view_that_reads_it_is_here(context: BrowserContext, server: Server) -> None:
    page = context.pages[0]
    held: list[Route] = []
    page.route("**/views/layer.js", lambda route: held.append(route))
    open_page(page, server.address)
    tab(page, "Layer")
    fields = page.get_by_role("tabpanel", name="Layer").locator("select, input")
    expect(fields).to_have_count(5)
    for field in fields.all():
        expect(field).to_be_disabled()
    held[0].continue_()
    type_value(page, "1.5")
    expect(page.get_by_text("Set by hand.")).to_be_visible()


def test_every_use_of_a_weight_over_time_adds_up_to_its_gradient(page: Page) -> None:
    press(page, "Last step")
    tab(page, "Layer")
    hold(page, "U⁽¹⁾", 2, 1)
    trace = edited()
    rows = page.locator(".uses tbody tr")
    expect(rows).to_have_count(4)
    past = [0, *trace.forward.layers[1]["h"][0, :2, 1]]
    blame = trace.gradients.layers[1]["a"][0, :, 0]
    for row, h, d in zip(rows.all(), past, blame, strict=False):
        expect(row).to_contain_text(written(float(h), 4))
        expect(row.locator("td").last).to_have_text(written(float(h * d), 4))
    expect(rows.last).to_contain_text(written(float(trace.gradients.weights[1][1, 0]), 4))
    page.locator("#panel-layer .uses .to").last.click()
    expect(page.get_by_role("tabpanel", name="Cell").locator(".where").first).to_contain_text("layer 1 · timestep 2")


def test_the_gradient_of_a_weight_is_a_sum_over_timesteps(page: Page) -> None:
    tab(page, "Gradient")
    panel = page.get_by_role("tabpanel", name="Gradient")
    expect(panel.get_by_text("has not gone through this layer yet")).to_be_visible()
    press(page, "Last step")
    number = panel.locator("mn[data-address='d/1/kernel/1,2']")
    number.click()
    gradient = float(np.asarray(edited().gradients.weights[0])[0, 1])
    expect(number).to_have_text(written(gradient))
    expect(panel.locator(".terms tbody tr")).to_have_count(4)
    expect(panel.locator(".terms .total .value")).to_have_text(written(gradient, 4))


def test_the_network_is_written_as_two_programs_and_a_summary(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab(page, "Code")
    expect(page.get_by_role("region", name="model.summary()")).to_have_text(summary_in_keras(edited().scene, edited().model.layers))
    lines = {"Keras": "layers.SimpleRNN(3, return_sequences=True)", "PyTorch": "self.layer_1 = nn.RNN(3, 3, batch_first=True)"}
    for name, line in lines.items():
        expect(page.get_by_role("region", name=f"The network in {name}")).to_contain_text(line)
        page.get_by_role("button", name=f"Copy the {name} program").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.get_by_role("region", name=f"The network in {name}").text_content()
    layer(page, 1).get_by_role("combobox", name="activation").select_option("sigmoid")
    expect(page.get_by_text('no RNN(nonlinearity="sigmoid"), as layer 1 is')).to_be_visible()


def test_a_number_that_another_network_had_gives_way_to_one_that_is_there(page: Page, server: Server) -> None:
    """Without asking the server for what is not there, which the console would tell of."""
    page.get_by_role("combobox", name="Preset").select_option("deep GRU")
    press(page, "Last step")
    tab(page, "Layer")
    hold(page, "U⁽¹⁾", 3, 9)
    page.get_by_role("combobox", name="Preset").select_option("the notes' toy")
    expect(cell(page, 1, 1)).to_have_attribute("aria-label", re.compile("h = "))
    expect(page.get_by_role("spinbutton", name="Column")).to_have_value("1")
    page.goto(f"{server.address}#v=1&step=20&tab=gradient&lit=d/1/kernel/7,9")
    page.reload()
    expect(page.get_by_role("tabpanel", name="Gradient").locator("mn").first).to_be_visible()


def test_tabs_are_walked_by_arrow_keys(page: Page) -> None:
    page.get_by_role("tab", name="Cell").focus()
    for name in ("Layer", "Gradient", "Code"):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=name, selected=True)).to_be_focused()
    page.keyboard.press("Home")
    expect(page.get_by_role("tab", name="Cell", selected=True)).to_be_focused()
