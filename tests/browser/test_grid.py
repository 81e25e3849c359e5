from __future__ import annotations

import re

import numpy as np
from playwright.sync_api import Page, expect

from tests.browser.person import TOY, cell, computed, expect_step, go, grid, layer, listed, names, press, say, written
from tests.browser.shared_page import shared_page

page, _ = shared_page()

LAYERS, TIMESTEPS = 2, 3


def expect_cells(page: Page, forward: set[tuple[int, int]], backward: set[tuple[int, int]]) -> None:
    """Every cell says exactly what is known of it: the engine's h, the engine's gradient, or that it is not computed yet."""
    _, trace, gradients = computed()
    wanted = []
    for number in range(LAYERS, 0, -1):
        for t in range(1, TIMESTEPS + 1):
            name = f"layer {number}, timestep {t}"
            said = f"{name}, h = {listed(trace.layers[number]['h'][0, t - 1])}" if (number, t) in forward else f"{name}, not computed yet"
            if (number, t) in backward:
                said += f", gradient = {listed(gradients.layers[number]['h'][0, t - 1])}"
            wanted.append(said)
    assert names(page) == wanted


def test_the_page_opens_at_the_toy_of_the_notes_with_nothing_computed(page: Page) -> None:
    expect(grid(page).get_by_role("gridcell")).to_have_count(6)
    assert [row.get_attribute("aria-label") for row in grid(page).get_by_role("row").all()] == ["layer 2", "layer 1"]
    expect(layer(page, 1).get_by_role("spinbutton", name="units")).to_have_value("3")
    expect(layer(page, 2).get_by_role("spinbutton", name="units")).to_have_value("2")
    expect(page.get_by_text("Parameters36")).to_be_visible()
    expect_step(page, 0)
    expect(page.get_by_role("slider", name="Timeline")).to_have_attribute("max", "20")
    expect_cells(page, set(), set())
    expect(say(page)).to_contain_text("cat mat rat")


def test_stepping_to_the_end_passes_words_forward_output_loss_backward_and_update(page: Page) -> None:
    order = [(number, t) for t in range(1, TIMESTEPS + 1) for number in range(1, LAYERS + 1)]
    _, trace, gradients = computed()
    forward: set[tuple[int, int]] = set()
    backward: set[tuple[int, int]] = set()

    for t, word in enumerate(TOY["sentence"], 1):
        press(page, "Step forward")
        expect(say(page)).to_have_text(f"At t\u00a0=\u00a0{t} the word {word} enters.")
    expect_cells(page, forward, backward)
    for place in order:
        press(page, "Step forward")
        forward.add(place)
        expect_cells(page, forward, backward)
    expect(page.get_by_role("button", name="output at timestep 3, not computed yet")).to_be_visible()
    press(page, "Step forward")
    probability = float(trace.output[0, 0])
    reading, judgement = ("positive", "right") if probability >= 0.5 else ("negative", "wrong")
    verdict = f"ŷ = {written(probability)}: {reading}; label 1: {judgement}"
    expect(page.get_by_role("button", name=f"output at timestep 3, {verdict}")).to_be_visible()
    press(page, "Step forward")
    expect(say(page)).to_contain_text(written(gradients.loss, 4))
    expect_cells(page, forward, backward)
    for place in reversed(order):
        press(page, "Step forward")
        backward.add(place)
        expect_cells(page, forward, backward)
    for name in ("Dense", "Layer\u00a02", "Layer\u00a01"):
        press(page, "Step forward")
        expect(say(page)).to_have_text(re.compile(f"^{name} learns"))
    expect_step(page, 20)


# The picture at every step on the way there, and the steps on the way back at which it is another one.
THERE_AND_BACK = """async (last) => {
    const pressed = async (part) => {
        document.querySelector(`#transport [data-part=${part}]`).click();
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    };
    const picture = () => {
        const copy = document.querySelector("svg.grid").cloneNode(true);
        for (const node of copy.querySelectorAll(".lit")) node.classList.remove("lit");
        return copy;
    };
    const seen = [];
    for (let step = 0; step < last; step += 1) {
        seen.push(picture());
        await pressed("forward");
    }
    const differing = [];
    for (let step = last - 1; step >= 0; step -= 1) {
        await pressed("back");
        if (!picture().isEqualNode(seen[step])) differing.push([step, seen[step].outerHTML, picture().outerHTML]);
    }
    return { differing, moved: seen.filter((one, i) => i > 0 && !one.isEqualNode(seen[i - 1])).length };
}"""


def test_stepping_back_shows_exactly_what_was_there_before(page: Page) -> None:
    walk = page.evaluate(THERE_AND_BACK, 20)
    assert walk["differing"] == []
    assert walk["moved"] == 19, "each step is another picture"
    expect_step(page, 0)


def test_every_number_of_the_wire_is_the_engines_bit_by_bit(page: Page) -> None:
    """Bytes written in Python, read in JavaScript."""
    read = """async () => {
        const scene = JSON.parse(document.getElementById("tables").textContent).scene;
        const { runScene } = await import("./static/js/server.js");
        let trace;
        await runScene(scene, (_, latest) => { trace = latest; }, new AbortController().signal);
        const vectors = {};
        for (const layer of ["1", "2"]) for (const timestep of [1, 2, 3]) for (const [quantity, gradient] of
            [["a", false], ["h", false], ["a", true], ["h", true], ["h_from_depth", true], ["h_from_time", true]])
            vectors[[layer, timestep, quantity, gradient]] = [...trace.vector({ layer, timestep, quantity, gradient })];
        const updated = trace.weight({ layer: "2", weight: "kernel", of: "updated" });
        return { vectors, loss: trace.loss(), updated: updated.map((row) => [...row]) };
    }"""
    seen = page.evaluate(read)
    model, trace, gradients = computed()
    for address, values in seen["vectors"].items():
        number, t, quantity, gradient = address.split(",")
        source = (gradients if gradient == "true" else trace).layers[int(number)][quantity]
        np.testing.assert_array_equal(values, source[0, int(t) - 1])
    assert seen["loss"] == gradients.loss
    np.testing.assert_array_equal(seen["updated"], model.get_weights()[3] - 0.1 * gradients.weights[3])


def test_only_the_edges_of_the_cell_that_is_computed_flow(page: Page) -> None:
    go(page, 7)
    expect_step(page, 7)
    flowing = page.evaluate("[...document.querySelectorAll('.edge.forward')].map((edge) => edge.dataset.key)")
    assert sorted(flowing) == ["2/kernel/2", "2/recurrent_kernel/2"]
    go(page, 14)
    expect_step(page, 14)
    flowing = page.evaluate("[...document.querySelectorAll('.edge.backward')].map((edge) => edge.dataset.key)")
    assert flowing == ["2/recurrent_kernel/3"], "blame reaches layer 2, timestep 2 from the future alone"


def test_pointing_at_an_edge_lights_every_use_of_the_same_matrix(page: Page) -> None:
    uses = page.locator(".edge[data-address='1/recurrent_kernel']")
    uses.nth(1).hover()
    expect(page.locator(".edge.lit")).to_have_count(3)
    expect(uses.first).to_contain_text("3×3")
    page.mouse.move(700, 700)
    expect(page.locator(".edge.lit")).to_have_count(0)
    uses.nth(1).click()
    page.mouse.move(700, 700)
    expect(page.locator(".edge.lit")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.locator(".edge.lit")).to_have_count(0)


def test_the_shapes_of_the_matrices_stand_on_the_edges_on_demand(page: Page) -> None:
    press(page, "Shapes")
    expect(page.locator(".edge[data-address='2/kernel'] text").first).to_have_text("W⁽²⁾ 3×2")
    expect(page.locator(".edge[data-address='2/recurrent_kernel'] text").first).to_have_text("U⁽²⁾ 2×2")


def test_many_units_are_a_mosaic_and_still_said_one_by_one(page: Page) -> None:
    units = layer(page, 2).get_by_role("spinbutton", name="units")
    units.fill("20")
    units.press("Enter")
    expect(page.get_by_text("Parameters", exact=True)).to_be_visible()
    press(page, "Last step")
    _, trace, gradients = computed(TOY | {"units": [3, 20]})
    h, gradient = trace.layers[2]["h"][0, 2], gradients.layers[2]["h"][0, 2]
    said = f"layer 2, timestep 3, h = {listed(h)}, gradient = {listed(gradient)}"
    expect(cell(page, 2, 3)).to_have_attribute("aria-label", said)
    expect(cell(page, 2, 3).locator("image")).to_have_count(2)


def test_return_sequences_says_which_states_leave_which_shape_they_have_and_where_the_gradient_enters(page: Page) -> None:
    leaving = page.locator("#window .edge[data-key^='output/kernel']")
    switch = layer(page, 2).get_by_role("switch", name="return_sequences")
    shapes = page.get_by_role("tabpanel", name="Layer")
    panel = page.get_by_role("tabpanel", name="Cell")
    for sequences, count, shape in ((False, 1, "(batch, 2)"), (True, 3, "(batch, timesteps, 2)")):
        if sequences:
            switch.click()
        expect(leaving).to_have_count(count)
        press(page, "Last step")
        for timestep in (1, 2, 3):
            cell(page, 2, timestep).click()
            enters = panel.get_by_text("from the output, through")
            expect(enters).to_have_count(1 if sequences or timestep == 3 else 0)
        page.get_by_role("tab", name="Layer").click()
        expect(shapes.get_by_text(f"(batch, timesteps, 3) → {shape}")).to_be_visible()
        page.get_by_role("tab", name="Cell").click()


def test_a_network_that_returns_sequences_at_the_top_has_an_output_and_a_gradient_at_every_timestep(page: Page) -> None:
    layer(page, 2).get_by_role("switch", name="return_sequences").click()
    expect(page.get_by_role("button", name=re.compile("^output at timestep"))).to_have_count(3)
    press(page, "Last step")
    _, trace, gradients = computed(last_only=False)
    for t in (1, 2, 3):
        h, gradient = trace.layers[2]["h"][0, t - 1], gradients.layers[2]["h"][0, t - 1]
        expect(cell(page, 2, t)).to_have_attribute("aria-label", f"layer 2, timestep {t}, h = {listed(h)}, gradient = {listed(gradient)}")
        expect(page.get_by_role("button", name=f"output at timestep {t}, ŷ = {written(trace.output[0, t - 1, 0])}")).to_be_visible()
