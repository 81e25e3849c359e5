"""The page for eyes that see other colours, and for those that need the system's: nothing is told by colour alone."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.pages import Server, open_page
from tests.browser.person import drawn, expect_step, grid, say
from tests.browser.shared_page import begin_anew, shared_page

page, _ = shared_page()

DEFICIENCIES = ("protanopia", "deuteranopia", "tritanopia")
FLOWS = ("forward", "backward", "update")
# Of them these are alike, and differ in form: `test_nothing_is_told_by_colour_alone`.
ALIKE = {"deuteranopia": [("forward", "backward")]}
DISTINCT = 20  # CIE 1976 ΔE; 2.3 can just be seen

# The colours at places of a picture of the screen, as the eyes that are emulated see them.
PIXELS = """async ([png, shares]) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes]));
    const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d", { willReadFrequently: true });
    context.drawImage(picture, 0, 0);
    return shares.map((share) => [...context.getImageData(share * (picture.width - 1), picture.height / 2, 1, 1).data.slice(0, 3)]);
}"""


def seen(place: Locator, *shares: float) -> list[list[int]]:
    """The colours at these shares of the width of a place, in the middle of its height."""
    png = base64.b64encode(place.screenshot()).decode()
    return list(place.page.evaluate(PIXELS, [png, shares]))


def lab(rgb: list[int]) -> np.ndarray:
    part = np.array(rgb) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(matrix @ linear / np.array([0.9505, 1, 1.089]))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one: list[int], other: list[int]) -> float:
    return float(np.linalg.norm(lab(one) - lab(other)))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_signs_and_flows_are_told_apart_by_eyes_that_see_other_colours(page: Page, server: Server, theme: str) -> None:
    begin_anew(page, f"{server.address}#v=1&theme={theme}")
    drawn(page)
    session = page.context.new_cdp_session(page)
    signs, legend = page.locator(".signs i"), page.locator("#legend")
    for deficiency in DEFICIENCIES:
        session.send("Emulation.setEmulatedVisionDeficiency", {"type": deficiency})
        minus, zero, plus = seen(signs, 0.02, 0.5, 0.98)
        assert min(distance(*pair) for pair in combinations((minus, zero, plus), 2)) > DISTINCT, deficiency
        flows = {flow: seen(legend.locator(f".flow.{flow} i"), 0.5)[0] for flow in FLOWS}
        alike = [pair for pair in combinations(FLOWS, 2) if distance(flows[pair[0]], flows[pair[1]]) < DISTINCT]
        assert alike == ([("forward", "backward")] if deficiency == "deuteranopia" else []), (
            deficiency
        )  # which differ in form: the next test
    session.send("Emulation.setEmulatedVisionDeficiency", {"type": "achromatopsia"})
    minus, zero, plus = seen(signs, 0.02, 0.5, 0.98)
    assert max(np.ptp(colour) for colour in (minus, zero, plus)) <= 1, "grey is emulated"
    assert min(distance(minus, zero), distance(plus, zero)) > DISTINCT, "a number is told from zero; its sign is written"
    session.detach()  # and the eyes are as they were


DOTS = """() => [...document.querySelectorAll(".edge:is(.forward, .backward, .update)")].map((edge) =>
    [...edge.querySelectorAll("circle")].map(({ cx, cy, r }) => [cx, cy, r].map(({ baseVal }) => baseVal.value)))"""


def test_nothing_is_told_by_colour_alone(page: Page) -> None:
    """What flows is thick, its dots grow with it; what is done is solid, what is to come dotted; signs are written, gradients outlined."""
    slider = page.get_by_role("slider", name="Timeline")
    for step, sentence, grows in ((8, "At t", 1), (14, "Blame", -1), (15, "blamed", -1)):
        slider.fill(str(step))
        expect_step(page, step)
        expect(say(page)).to_contain_text(sentence)
        drawn(page)
        flowing = page.evaluate(DOTS)
        assert flowing
        for dots in flowing:
            (x1, y1, first), *_, (x2, y2, last) = sorted(dots, key=lambda dot: (dot[0], -dot[1]))  # along time, or upwards
            assert (x2 - x1) + (y1 - y2) > 0
            assert (last - first) * grows > 2
    width = "(node) => parseFloat(getComputedStyle(node).strokeWidth)"
    slider.fill("8")
    drawn(page)
    now, done, todo = (page.locator(f".edge.{state} .line").first for state in ("forward", "done", "todo"))
    assert now.evaluate(width) >= 1.5 * done.evaluate(width)
    dashes = "(node) => getComputedStyle(node).strokeDasharray"
    assert (done.evaluate(dashes), todo.evaluate(dashes)) == ("none", "1px, 7px")
    slider.fill("20")
    drawn(page)
    numbers = grid(page).locator(".number.value")
    assert all("\u2212" in text or float(text) >= 0 for text in numbers.all_text_contents())
    fills = "(nodes) => new Set(nodes.map((node) => getComputedStyle(node).fill)).size"
    assert grid(page).locator(".number.gradient rect").evaluate_all(fills) == 1, "outlined, not filled"
    assert numbers.locator("rect").evaluate_all(fills) > 5
    expect(page.get_by_role("gridcell", name="h = ")).to_have_count(6)


@pytest.fixture
def forced(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce", forced_colors="active")
    page = context.new_page()
    open_page(page, f"{server.address}#v=1&step=14")
    yield page
    context.close()


def colours(place: Locator, *names: str) -> list[str]:
    return [str(place.evaluate("(node, name) => getComputedStyle(node)[name]", name)) for name in names]


def test_forced_colours_leave_what_is_chosen_focused_or_flowing_to_be_seen(forced: Page) -> None:
    page = forced
    views = page.get_by_role("navigation", name="Views")
    pairs = [
        (page.get_by_role("tab", name="Cell"), page.get_by_role("tab", name="Layer")),
        (views.get_by_role("link", name="Grid"), views.get_by_role("link", name="Compare")),
        (page.get_by_role("button", name="cat mat rat, label 1"), page.get_by_role("button", name="rat rat mat, label 0")),
        (page.locator("[data-part=units] button").first, page.locator("[data-part=units] button").nth(1)),
    ]
    for chosen, other in pairs:
        assert colours(chosen, "backgroundColor") != colours(other, "backgroundColor"), chosen
        assert len(set(colours(chosen, "backgroundColor", "color"))) == 2, chosen
    bars = page.locator(".bar")
    phases = {colours(page.locator(f".bar.{phase}").first, "backgroundImage")[0] for phase in ("forward", "loss", "backward", "update")}
    assert len(phases) == 4
    assert colours(bars.first, "forcedColorAdjust") == ["none"]
    edges = {colours(page.locator(f"#window .edge.{state} .line").first, "stroke")[0] for state in ("done", "backward")}
    assert len(edges) == 2
    cells = {colours(rect, "fill")[0] for rect in grid(page).locator(".number.value rect").all()}
    assert len(cells) > 5
    assert colours(page.get_by_role("button", name="Play"), "borderTopStyle", "borderTopWidth") == ["solid", "2px"]
    for name in ("Undo", "Play", "Add layer"):
        assert colours(page.get_by_role("button", name=name, exact=True), "borderTopStyle") == ["solid"]
    page.locator("#show-keys").focus()
    page.keyboard.press("Tab")
    assert colours(page.locator(":focus"), "outlineStyle", "outlineWidth") == ["solid", "2px"]
    cell = grid(page).get_by_role("gridcell").and_(page.locator("[tabindex='0']"))
    before = colours(cell.locator(".halo"), "stroke", "strokeWidth")
    cell.focus()
    page.keyboard.press("Home")
    assert colours(page.locator(":focus .halo"), "stroke", "strokeWidth") != before
