"""Two scenes and one playhead."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from app.scenes import Scene, default_scene
from app.traces import SceneTrace, run
from tests.browser.pages import Watched
from tests.browser.person import go, grid, listed, press
from tests.browser.shared_page import shared_page

page, watched = shared_page()


def scene(**changes: Any) -> SceneTrace:
    return run(Scene.model_validate({**default_scene().document(), **changes}))


def of_cells(kind: str) -> SceneTrace:
    layers = [{"type": kind, "units": units, "return_sequences": units == 3} for units in (3, 2)]
    return scene(layers=[*layers, default_scene().document()["layers"][-1]])


def compare(page: Page) -> Locator:
    """Opens the view and gives the second picture."""
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Compare").click()
    other = page.get_by_role("region", name="The other scene").get_by_role("grid")
    expect(other).to_be_visible()
    return other


def choose(page: Page, name: str) -> None:
    page.get_by_role("combobox", name="Compare with").select_option(label=name)


def expect_states(other: Locator, trace: SceneTrace, timestep: int = 3) -> None:
    for number in (1, 2):
        h, gradient = (part.layers[number]["h"][0, timestep - 1] for part in (trace.forward, trace.gradients))
        name = f"layer {number}, timestep {timestep}, h = {listed(h)}, gradient = {listed(gradient)}"
        expect(other.get_by_role("gridcell", name=name, exact=True)).to_be_visible()


def test_the_same_sentence_runs_through_other_cells_with_one_playhead(page: Page) -> None:
    other = compare(page)
    press(page, "Last step")
    for kind in ("LSTM", "GRU"):
        choose(page, f"the same network of {kind} cells")
        expect_states(other, of_cells(kind))
    go(page, 12)
    expect(other.get_by_role("gridcell", name="layer 1, timestep 3").locator(".gradient")).to_have_count(0)
    expect(other.locator(".cell.now")).to_have_count(1)


def test_another_sentence_is_compared_number_by_number_as_a_difference(page: Page, watched: Watched) -> None:
    watched.allowed.append("422")
    other = compare(page)
    press(page, "Last step")
    choose(page, "another sentence")
    box = page.get_by_role("textbox", name="The other sentence")
    box.fill("cat rat rat")
    box.press("Enter")
    changed = scene(sentence=["cat", "rat", "rat"])
    expect_states(other, changed)
    press(page, "As a difference")
    first = scene()
    for timestep in (1, 2, 3):
        moved = changed.forward.layers[1]["h"][0, timestep - 1] - first.forward.layers[1]["h"][0, timestep - 1]
        expect(other.get_by_role("gridcell", name=f"layer 1, timestep {timestep}, change of h = {listed(moved)}")).to_be_visible()
    expect(page.get_by_text("4 of 6 states notice: from t = 2 to t = 3, from layer 1 to layer 2.")).to_be_visible()
    press(page, "First step")
    expect(page.get_by_text("So far no state notices.")).to_be_visible()
    box.fill("cat dog")
    box.press("Enter")
    expect(page.get_by_role("region", name="The other scene").locator("[data-part=note]")).to_contain_text("dog")


def test_a_network_is_compared_with_itself_after_learning_and_before_an_edit(page: Page) -> None:
    other = compare(page)
    press(page, "Last step")
    choose(page, "itself after 50 steps of learning")
    expect_states(other, scene(weights={"seed": 0, "steps": 50}))
    page.get_by_role("link", name="Grid", exact=True).click()
    expect(other).to_be_hidden()
    expect(grid(page)).to_have_count(1)
    page.get_by_role("tab", name="Layer").click()
    page.get_by_role("spinbutton", name="Value").fill("1.5")
    page.get_by_role("spinbutton", name="Value").press("Enter")
    expect(page.get_by_role("button", name="Difference")).to_be_visible()
    compare(page)
    choose(page, "itself before the edit")
    expect_states(other, scene())


def test_a_link_carries_what_is_compared(page: Page) -> None:
    compare(page)
    choose(page, "the same network of GRU cells")
    go(page, 4)
    page.wait_for_url(lambda url: "versus=GRU" in url and "view=compare" in url and "step=forward.1.1" in url)
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.get_by_role("combobox", name="Compare with")).to_have_value("GRU")
    expect(again.get_by_role("grid")).to_have_count(2)
