"""The grid and the story read from end to end by keyboard, word for word; every number is the engine's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.trace import Gradients, Trace
from tests.browser.person import computed, drawn, expect_step, grid, listed, press, written
from tests.browser.shared_page import shared_page

page, _ = shared_page()

WORDS = ("cat", "mat", "rat")
CELLS = [(layer, t) for t in (1, 2, 3) for layer in (1, 2)]  # in the order of the forward steps, which begin at step 4
FORWARD, LOSS, BACKWARD, LAST = 4, 11, 12, 20
HIGH = "⁽¹⁾", "⁽²⁾"
LOW = "₁₂₃"


# What is heard at a step, as soon as it is on the screen.
SAID = """async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const slider = document.querySelector("[data-part=slider]");
    const spoken = (text) => text.replaceAll("\u00a0", " ");
    const status = spoken(document.querySelector("[role=status]").innerText);
    return { step: Number(slider.value), status, slider: spoken(slider.ariaValueText) };
}"""


# The same at each of these steps.
SAID_AT_EACH = f"""async (steps) => {{
    const slider = document.querySelector("#transport [data-part=slider]");
    const said = [];
    for (const step of steps) {{
        slider.value = step;
        slider.dispatchEvent(new Event("input", {{ bubbles: true }}));
        said.push(await ({SAID})());
    }}
    return said;
}}"""


def h_of(run: Trace | Gradients, layer: int, t: int, quantity: str = "h") -> str:
    return listed(run.layers[layer][quantity][0, t - 1])


def names_at(step: int) -> dict[tuple[int, int], str]:
    """What each cell is called at a step of the timeline by cell."""
    _, trace, gradients = computed()

    def name(place: tuple[int, int]) -> str:
        where = f"layer {place[0]}, timestep {place[1]}"
        if step < FORWARD + CELLS.index(place):
            return f"{where}, not computed yet"
        value = f"{where}, h = {h_of(trace, *place)}"
        known = step >= BACKWARD + CELLS[::-1].index(place)
        return f"{value}, gradient = {h_of(gradients, *place)}" if known else value

    return {place: name(place) for place in CELLS}


def verdict(trace: Trace) -> str:
    y = float(trace.output.ravel()[0])
    return f"ŷ = {written(y)}: {'positive' if y >= 0.5 else 'negative'}; label 1: {'right' if y >= 0.5 else 'wrong'}"


def heard(t: int, layer: int) -> str:
    """A cell on its way forward."""
    past = " ".join(WORDS[: t - 1])
    if layer == 1:
        return (
            f"mixes the word {WORDS[t - 1]} with its own memory of {past}."
            if past
            else f"hears {WORDS[0]}. Before it there is only the initial state."
        )
    return f"mixes what layer 1 just said with its own memory of {past}." if past else "hears what layer 1 just said. It has no past yet."


def loss_sentence(trace: Trace, gradients: Gradients) -> str:
    blame = listed(gradients.layers[3]["a"].ravel())
    y = written(float(trace.output.ravel()[0]))
    return f"The loss is {gradients.loss:.4f}: how wrong ŷ = {y} is against label 1. Blame starts here, as ∂L/∂a₃ = {blame}."


def blamed(gradients: Gradients, layer: int, t: int) -> str:
    """A cell on the way back."""
    if layer == 2 and t == 3:
        return "Blame flows back: the error at t = 3 reaches layer 2 straight from the output."
    if layer == 2:
        before, after = (float(np.linalg.norm(gradients.layers[2]["h"][0, at - 1])) for at in (t + 1, t))
        way = "shrinks" if after < before else "grows"
        return f"Blame flows back: the error at t = {t + 1} reaches layer 2 at t = {t} through U⁽²⁾, and {way} on the way."
    if t == 3:
        return "Blame flows down: layer 1 at t = 3 is blamed by layer 2, through W⁽²⁾."
    return f"Layer 1 at t = {t} is blamed from two sides: by layer 2 and by its own future."


def learns(name: str) -> str:
    return f"{name} learns: every weight moves against its gradient, by the rate 0.1."


def by_cell() -> list[str]:
    _, trace, gradients = computed()
    return [
        "cat mat rat waits to be read. Press Play, or Step forward.",
        *(f"At t = {t} the word {word} enters." for t, word in enumerate(WORDS, 1)),
        *(f"At t = {t}, layer {layer} {heard(t, layer)}" for layer, t in CELLS),
        f"Dense weighs the last state of layer 2, and sigmoid turns the sum into {verdict(trace)}.",
        loss_sentence(trace, gradients),
        *(blamed(gradients, layer, t) for layer, t in CELLS[::-1]),
        *(learns(name) for name in ("Dense", "Layer 2", "Layer 1")),
    ]


def back(gradients: Gradients, layer: int, t: int) -> list[str]:
    """The four operations of a cell on the way back: what arrives from above, from the future, their sum, and through the activation."""
    where = f"layer {layer}, t = {t}"
    above = f"From above, the blame {h_of(gradients, layer, t, 'h_from_depth')} arrives at {where}."
    future = f"From the future, the blame {h_of(gradients, layer, t, 'h_from_time')} arrives at {where}, through U{HIGH[layer - 1]}."
    return [
        above if layer == 1 or t == 3 else f"Nothing arrives from above at {where}.",
        future if t < 3 else f"Nothing arrives from the future at {where}: it is the last timestep.",
        f"The two parts add up: the whole gradient at {where}.",
        "Back through tanh: each part times its slope. Where the unit is saturated, little passes.",
    ]


def by_operation() -> list[str]:
    _, trace, gradients = computed()
    forward = []
    for layer, t in CELLS:
        high = HIGH[layer - 1]
        where = f"At t = {t}, layer {layer}"
        forward.append(f"{where} adds up: what comes from below times W{high}, its own past times U{high}, and b{high}.")
        forward.append(f"{where} bends each sum by tanh: that is h{LOW[t - 1]}{high}.")
    names = ["W⁽ᵒ⁾", "b⁽ᵒ⁾", *(f"{letter}{high}" for high in HIGH[::-1] for letter in "WUb")]
    return [
        *by_cell()[:FORWARD],
        *forward,
        "Dense adds up what layer 2 says, times W⁽ᵒ⁾, and b⁽ᵒ⁾.",
        f"Sigmoid turns the sum into {verdict(trace)}.",
        loss_sentence(trace, gradients),
        *(sentence for layer, t in CELLS[::-1] for sentence in back(gradients, layer, t)),
        *map(learns, names),
    ]


def said_at(number: int, sentences: list[str]) -> dict[str, Any]:
    told = sentences[number]
    return {"step": number, "status": told, "slider": f"step {number} of {len(sentences) - 1}: {told}"}


def test_every_step_says_its_sentence_forward_and_backward_by_keyboard(page: Page) -> None:
    sentences = by_cell()
    last = len(sentences) - 1
    slider = page.get_by_role("slider", name="Timeline")
    expect(slider).to_have_attribute("max", str(last))
    slider.focus()
    there = [(number, "ArrowRight") for number in range(last)]
    back = [(number, "ArrowLeft") for number in range(last, -1, -1)]
    for number, key in there + back:
        assert page.evaluate(SAID) == said_at(number, sentences)
        page.keyboard.press(key)


def test_by_operation_too_every_step_says_its_sentence_forward_and_backward(page: Page) -> None:
    sentences = by_operation()
    last = len(sentences) - 1
    page.get_by_role("combobox", name="Detail").select_option("operation")
    expect(page.get_by_role("slider", name="Timeline")).to_have_attribute("max", str(last))
    way = [*range(last), *range(last, -1, -1)]
    assert page.evaluate(SAID_AT_EACH, way) == [said_at(number, sentences) for number in way]


@pytest.mark.parametrize("step", [0, 6, LOSS, BACKWARD + 2, LAST])
def test_the_grid_is_read_from_end_to_end_and_back_by_arrow_keys(page: Page, step: int) -> None:
    page.get_by_role("slider", name="Timeline").fill(str(step))
    expect_step(page, step)
    drawn(page)
    grid(page).get_by_role("gridcell").and_(page.locator("[tabindex='0']")).focus()
    for key in ("Home", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    read = [page.evaluate("document.activeElement.ariaLabel")]
    way = ["ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowLeft"]
    reverse = ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowLeft"]
    for key in way + reverse:
        page.keyboard.press(key)
        read.append(page.evaluate("document.activeElement.ariaLabel"))
    names = names_at(step)
    forth = [names[place] for place in ((1, 1), (1, 2), (1, 3), (2, 3), (2, 2), (2, 1))]
    assert read == forth + forth[-2::-1]


def test_behind_the_cells_tab_reads_the_output(page: Page) -> None:
    _, trace, _ = computed()
    press(page, "Last step")
    grid(page).get_by_role("gridcell").and_(page.locator("[tabindex='0']")).focus()
    page.keyboard.press("Tab")
    read = page.evaluate("document.activeElement.ariaLabel")
    assert read == f"output at timestep 3, {verdict(trace)}"
