"""Grids too large for a drawing: a heat map on a canvas, under an accessible grid of every cell."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.pages import Server, open_page
from tests.browser.person import cell, computed, drawn, expect_step, go, grid, listed, names, press, say, step, written
from tests.browser.shared_page import begin_anew, shared_page

page, _ = shared_page()

WORDS = ["cat", "mat", "rat"]
NAMES = "(cells) => cells.map((cell) => cell.ariaLabel)"


def scene(layers: int, timesteps: int, units: int) -> dict[str, Any]:
    """A scene for the engine, as `computed` wants it."""
    sentence = [WORDS[(t * t + t // 5) % 3] for t in range(timesteps)]
    return {"vocabulary": WORDS, "sentence": sentence, "label": 1, "units": [units] * layers, "seed": 3}


def opened(page: Page, server: Server, wanted: dict[str, Any], view: str = "") -> None:
    """The page at this scene, all of its numbers there."""
    units = wanted["units"]
    layers = [{"type": "SimpleRNN", "units": n, "return_sequences": i < len(units) - 1} for i, n in enumerate(units)]
    document = {
        "version": 1,
        **{name: wanted[name] for name in ("vocabulary", "sentence", "label")},
        "layers": [*layers, {"type": "Dense", "units": 1, "activation": "sigmoid"}],
        "weights": {"seed": wanted["seed"]},
        "loss": "binary_crossentropy",
        "optimizer": {"type": "SGD", "learning_rate": 0.1},
    }
    begin_anew(page, f"{server.address}#v=1&scene={quote(json.dumps(document))}{view}")
    expect(grid(page)).to_have_attribute("aria-label", re.compile(f"^Unrolled grid, {len(units)} by {len(wanted['sentence'])}:"))
    press(page, "Last step")
    expect(page.get_by_role("status")).to_contain_text("learns")
    press(page, "First step")


def readout(page: Page) -> Locator:
    return page.locator("main > .readout")


def test_the_largest_grid_says_the_engines_numbers_in_every_cell(page: Page, server: Server) -> None:
    layers, timesteps, units = 8, 256, 128
    largest = scene(layers, timesteps, units)
    opened(page, server, largest)
    rows = grid(page).get_by_role("row")
    assert rows.evaluate_all(NAMES) == [f"layer {number}" for number in range(layers, 0, -1)]
    places = [(number, t) for number in range(layers, 0, -1) for t in range(1, timesteps + 1)]
    assert names(page) == [f"layer {number}, timestep {t}, not computed yet" for number, t in places]

    go(page, timesteps + 10)  # timestep by timestep, layers upward
    assert [name for name in names(page) if "h = " in name] == [
        n for n in names(page) if re.match(r"layer \d, timestep 1,|layer [12], timestep 2,", n)
    ]
    press(page, "Last step")
    _, trace, gradients = computed(largest)
    said = names(page)
    for number, t in [(8, 256), (8, 1), (5, 129), (1, 256), (1, 1), (3, 200)]:
        h, gradient = trace.layers[number]["h"][0, t - 1], gradients.layers[number]["h"][0, t - 1]
        assert said[places.index((number, t))] == f"layer {number}, timestep {t}, h = {listed(h)}, gradient = {listed(gradient)}"
    assert all(", gradient = " in name for name in said)
    assert page.evaluate("document.querySelectorAll('.heat *').length") < layers * timesteps + timesteps + 200


def test_a_large_grid_plays_in_moments_and_shows_what_flows(page: Page, server: Server) -> None:
    opened(page, server, scene(8, 120, 3))
    page.get_by_role("combobox", name="Speed").select_option(label="4×")
    press(page, "Play")
    expect(say(page)).to_contain_text("Cell after cell, 8 layers by 120 timesteps")
    expect(page.get_by_role("status")).to_have_text(re.compile("one at each|Cell after cell"))
    expect(cell(page, 8, 2)).to_have_attribute("aria-label", re.compile("h = "))
    press(page, "Pause")
    at = step(page)
    assert at > 120 + 16, "more than a step in a beat"
    go(page, 120 + 8 * 40 + 5)
    arrows = page.locator(".marks .arrow").evaluate_all("(arrows) => arrows.map((arrow) => arrow.dataset.key)")
    assert sorted(arrows) == ["5/41/depth", "5/41/time"]
    assert page.locator(".marks .present").first.get_attribute("data-key") == "5/41"
    expect(say(page)).to_contain_text("layer\u00a05")


def test_the_colours_of_the_canvas_are_those_of_the_numbers(page: Page, server: Server) -> None:
    opened(page, server, scene(4, 60, 3))
    press(page, "Last step")
    wrong = page.evaluate("""async () => {
        const { signRgb } = await import("./static/js/scales.js");
        const canvas = document.querySelector(".heat canvas");
        const { left, top } = canvas.getBoundingClientRect();
        const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return [...document.querySelectorAll(".heat [role=gridcell]")].flatMap((cell) => {
            const box = cell.getBoundingClientRect();
            const numbers = cell.ariaLabel.match(/h = (.*), gradient/)[1].split(", ").map((text) => Number(text.replace("−", "-")));
            return numbers.filter((value, unit) => {
                const [x, y] = [box.left - left + box.width / 2, box.top - top + (box.height / 2 - 1) * (unit + 0.5) / 3];
                const at = 4 * (Math.floor(y) * width + Math.floor(x));
                return signRgb(value).some((part, i) => Math.abs(part - data[at + i]) > 4);
            }).map((value) => `${cell.dataset.address}: ${value}`);
        });
    }""")
    assert wrong == []


def test_a_cell_is_read_under_the_pointer_and_pinned_by_a_click(page: Page, server: Server) -> None:
    wanted = scene(8, 60, 3)
    opened(page, server, wanted)
    press(page, "Last step")
    _, trace, gradients = computed(wanted)
    target = cell(page, 5, 30)
    target.hover()
    h, gradient = trace.layers[5]["h"][0, 29], gradients.layers[5]["h"][0, 29]
    expect(readout(page)).to_contain_text(f"layer\u00a05 · t\u00a0=\u00a030 · {wanted['sentence'][29]}")
    for value in h:
        expect(readout(page)).to_contain_text(written(value, 4))
    if abs(gradient[0]) >= 1e-4:
        expect(readout(page)).to_contain_text(written(gradient[0], 4))
    target.click()
    expect(target).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("complementary")).to_contain_text("timestep\u00a030".replace("\u00a0", " "))
    page.mouse.move(5, 5)
    expect(readout(page)).to_be_hidden()
    page.keyboard.press("Escape")
    expect(target).to_have_attribute("aria-selected", "false")


def test_the_wheel_zooms_about_the_pointer_and_dragging_moves_without_a_click(page: Page, server: Server) -> None:
    opened(page, server, scene(8, 60, 3))
    press(page, "Last step")
    target = cell(page, 5, 30)
    before = target.bounding_box()
    assert before
    x, y = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    for _ in range(6):
        page.mouse.wheel(0, -100)
        drawn(page)
    page.keyboard.up("Control")
    after = target.bounding_box()
    assert after
    assert after["width"] > 3 * before["width"]
    assert after["x"] <= x <= after["x"] + after["width"], "what was under the pointer still is"
    expect(page.locator("#minimap")).to_be_visible()

    page.mouse.down()
    page.mouse.move(x - 150, y, steps=4)
    page.mouse.up()
    drawn(page)
    moved = target.bounding_box()
    assert moved
    assert abs(moved["x"] - (after["x"] - 150)) <= 2
    expect(target).to_have_attribute("aria-selected", "false")
    page.locator("#minimap").click(position={"x": 2, "y": 20})
    expect(cell(page, 5, 1)).to_be_in_viewport()
    page.get_by_role("group", name="Zoom").get_by_role("button", name="Zoom out").click()
    page.get_by_role("button", name=re.compile("^Zoom .* Back to 100")).click()
    expect(page.locator("#minimap")).to_be_hidden()
    expect(cell(page, 8, 60)).to_be_in_viewport()


def test_two_fingers_zoom_about_their_middle_and_move(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, reduced_motion="reduce")
    page = context.new_page()
    open_page(page, server.address)
    opened(page, server, scene(8, 60, 3))
    press(page, "Last step")
    page.evaluate("scrollTo(0, 0)")
    target = cell(page, 5, 30)
    before = target.bounding_box()
    assert before
    x, y = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    session = context.new_cdp_session(page)

    def fingers(kind: str, apart: float, shift: float = 0) -> None:
        points = [{"x": x + shift + side * apart / 2, "y": y, "id": number} for number, side in enumerate((-1, 1))]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points if apart else []})
        drawn(page)

    fingers("touchStart", 40)
    for apart in (60, 90, 120):
        fingers("touchMove", apart)
    after = target.bounding_box()
    assert after
    expect(page.get_by_role("button", name="Zoom 300 %. Back to 100 %")).to_be_visible()
    assert after["width"] > 2.5 * before["width"]
    assert after["x"] <= x <= after["x"] + after["width"], "what was between the fingers still is"
    fingers("touchMove", 120, -80)
    fingers("touchEnd", 0)
    moved = target.bounding_box()
    assert moved
    assert moved["x"] == pytest.approx(after["x"] - 80, abs=3)
    expect(target).to_have_attribute("aria-selected", "false")
    context.close()


def test_a_large_grid_is_walked_zoomed_and_pinned_by_keyboard(page: Page, server: Server) -> None:
    wanted = scene(8, 60, 3)
    opened(page, server, wanted)
    go(page, 60 + 8 * 60)
    grid(page).locator("[role=gridcell][tabindex='0']").focus()
    heard = []
    for key in ("Home", "PageDown", "PageDown", "PageUp", "ArrowUp", "ArrowRight", "End", "PageDown", "ArrowDown"):
        page.keyboard.press(key)
        heard.append(re.match(r"layer (\d), timestep (\d+), h = ", page.evaluate("document.activeElement.ariaLabel")).groups())  # type: ignore[union-attr]
    assert [int(t) for _, t in heard] == [1, 11, 21, 11, 11, 12, 60, 60, 60]
    number, t = map(int, heard[-1])
    expect(readout(page)).to_contain_text(written(computed(wanted)[1].layers[number]["h"][0, t - 1][2], 4))
    assert grid(page).locator("[tabindex='0']").count() == 1
    for _ in range(5):
        page.keyboard.press("+")
    page.keyboard.press("Home")
    drawn(page)
    assert page.evaluate(
        "document.activeElement.getBoundingClientRect().left >= document.getElementById('window').getBoundingClientRect().left"
    )
    shift = "document.getElementById('window').scrollLeft"
    before = page.evaluate(shift)
    page.keyboard.press("Shift+ArrowRight")
    drawn(page)
    assert page.evaluate(shift) == pytest.approx(before + 120, abs=2)
    page.keyboard.press("Enter")
    expect(cell(page, number, 1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("0")
    expect(page.get_by_role("button", name="Zoom 100 %. Back to 100 %")).to_be_visible()


def test_zoom_and_pan_are_a_part_of_the_link(page: Page, server: Server) -> None:
    wanted = scene(8, 60, 3)
    opened(page, server, wanted)
    press(page, "Zoom in", 4)
    page.locator("#minimap").click()
    page.wait_for_url(re.compile(r"zoom=5\.0625&pan=0\.(49|50?)\d*%2C"))
    place = page.evaluate("[scrollX, document.getElementById('window').scrollLeft, document.getElementById('window').scrollWidth]")
    link = page.url
    begin_anew(page, link)
    expect(page.get_by_role("button", name="Zoom 506 %. Back to 100 %")).to_be_visible()
    expect(page.locator("#minimap canvas").first).to_be_visible()
    drawn(page)
    again = page.evaluate("[scrollX, document.getElementById('window').scrollLeft, document.getElementById('window').scrollWidth]")
    assert again == pytest.approx(place, abs=2)


def test_a_drawing_that_is_too_large_for_its_window_zooms_too(page: Page, server: Server) -> None:
    opened(page, server, scene(2, 20, 2))
    expect(page.locator("#window svg.grid")).to_be_visible()
    zoom = page.get_by_role("group", name="Zoom")
    expect(zoom).to_be_visible()
    before = cell(page, 1, 1).bounding_box()
    zoom.get_by_role("button", name="Zoom out").click()
    drawn(page)
    after = cell(page, 1, 1).bounding_box()
    assert before
    assert after
    assert after["width"] < 0.8 * before["width"]
    press(page, "First step")
    page.get_by_role("textbox", name="Your own sentence").fill("cat mat rat")
    page.get_by_role("textbox", name="Your own sentence").press("Enter")
    expect(grid(page)).to_have_attribute("aria-label", re.compile("2 by 3"))
    expect(zoom).to_be_hidden()
    expect_step(page, 0)
