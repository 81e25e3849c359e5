"""What a person does with the page, by role and name; and what the engine says of the same scene."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from playwright.sync_api import Locator, Page, expect

from engine import Dense, OneHot, Sequential, SimpleRNN
from engine.trace import Gradients, Trace

TOY: dict[str, Any] = {"vocabulary": ["cat", "mat", "rat"], "sentence": ["cat", "mat", "rat"], "label": 1, "units": [3, 2], "seed": 0}
# Presses a button, and gives the lengths of what moves by it as soon as something does: a busy machine could ask when it is over.
MOVED_BY = """async (button) => {
    document.querySelector(button).click();
    for (let frame = 0; frame < 100; frame += 1) {
        const moving = document.getAnimations().map((animation) => animation.effect.getComputedTiming().endTime);
        if (moving.length) return moving;
        await new Promise(requestAnimationFrame);
    }
    return [];
}"""
# The frame after the next has what was asked of the page.
NAMES = """async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const cells = [...document.querySelectorAll("#window [role=gridcell]")].filter((cell) => cell.checkVisibility());
    return cells.map((cell) => cell.ariaLabel);
}"""
MINUS = "\u2212"


def press(page: Page, name: str, times: int = 1) -> None:
    for _ in range(times):
        page.get_by_role("button", name=name, exact=True).click()
    drawn(page)


def drawn(page: Page) -> None:
    """Until what was asked of the page is on the screen: the frame after the next."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def grid(page: Page) -> Locator:
    return page.get_by_role("grid", name=re.compile("^Unrolled grid"))


def cell(page: Page, layer: int, timestep: int) -> Locator:
    return grid(page).get_by_role("gridcell", name=re.compile(rf"^layer {layer}, timestep {timestep}, "))


def names(page: Page) -> list[str]:
    """What every cell of the grid is called, from the top row down, in the frame after the next."""
    return list(page.evaluate(NAMES))


def layer(page: Page, number: int) -> Locator:
    return page.get_by_role("group", name=f"layer {number}", exact=True)


def step(page: Page) -> int:
    return int(page.get_by_role("slider", name="Timeline").input_value())


def go(page: Page, number: int) -> None:
    """To a step of the timeline at once, in any language; where the way there is the subject, `press` walks it."""
    page.locator("#transport [data-part=slider]").fill(str(number))
    drawn(page)


def expect_step(page: Page, number: int) -> None:
    expect(page.get_by_role("slider", name="Timeline")).to_have_value(str(number))


def to_step(page: Page, number: int) -> None:
    """Goes to a step as a link does, once the scene is there that was asked for; pressing is for where it is the subject."""
    drawn(page)
    expect(page.locator("#window [aria-busy=true]")).to_have_count(0)
    page.evaluate("(step) => { location.hash = `v=1&step=${step}`; }", number)
    expect_step(page, number)


def say(page: Page) -> Locator:
    return page.get_by_role("status")


def read(page: Page, sentence: str) -> None:
    """Types one's own sentence."""
    box = page.get_by_role("textbox", name="Your own sentence")
    box.fill(sentence)
    box.press("Enter")


def written(value: float, decimals: int = 2) -> str:
    """A number as the page writes it."""
    text = f"{abs(value):.{decimals}f}"
    return MINUS + text if value < 0 and float(text) != 0 else text


def listed(values: Any) -> str:
    return ", ".join(written(value) for value in values)


def computed(scene: dict[str, Any] = TOY, last_only: bool = True) -> tuple[Sequential, Trace, Gradients]:
    """The engine's own answer to a scene, asked of it directly."""
    units = scene["units"]
    recurrent = [SimpleRNN(n, return_sequences=i < len(units) - 1 or not last_only) for i, n in enumerate(units)]
    model = Sequential([OneHot(len(scene["vocabulary"])), *recurrent, Dense(1, activation="sigmoid")], seed=scene["seed"])
    tokens = np.array([[scene["vocabulary"].index(word) for word in scene["sentence"]]])
    trace = model.forward(tokens)
    target = np.full(trace.output.shape, float(scene["label"]))
    return model, trace, model.backward(trace, target, loss="binary_crossentropy")
