"""One walk through the page, in Chromium, in Firefox and in WebKit, Safari's engine."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from _other_browsers import is_debian, missing
from app.learning import at, teach
from app.scenes import Scene, default_scene
from app.shipped_datasets import shipped
from app.traces import SceneTrace, run
from tests.browser.faults import reporting
from tests.browser.pages import Server
from tests.browser.person import listed
from tests.browser.webdriver import firefox, webkit
from tests.browser.windows import Opens, Window, chromium

OTHERS: dict[str, Callable[[Path], AbstractContextManager[Opens]]] = {"Firefox": firefox, "WebKit": webkit}
WALKED = [name for name in OTHERS if name not in missing() or is_debian()]  # scripts/test.py names the others in its last line
STEPS = 20
STEP = "Number(document.querySelector('#transport [data-part=slider]').value)"
SEEN = (
    "[...document.querySelectorAll({selector!r})].filter((node) => node.checkVisibility() && node.getBoundingClientRect().width > 0).length"
)
HEADS = "[...document.querySelectorAll('svg.grid .head tspan')].map((node) => node.getBoundingClientRect().bottom)"
EDIT = {"1/kernel/1,1": 0.5}


def seen(selector: str, count: int = 1) -> str:
    """That so many of these are on the screen."""
    return f"{SEEN.format(selector=selector)} >= {count}"


def reads(selector: str, text: str) -> str:
    """That one of these says so."""
    return f"[...document.querySelectorAll({selector!r})].some((node) => node.checkVisibility() && node.textContent.includes({text!r}))"


def scene(**weights: Any) -> Scene:
    return Scene.model_validate({**default_scene().document(), "weights": {"seed": 0, **weights}})


def shows(trace: SceneTrace, number: int, timestep: int) -> str:
    """That a cell of the grid is announced with the engine's own numbers."""
    h, gradient = (part.layers[number]["h"][0, timestep - 1] for part in (trace.forward, trace.gradients))
    name = f"layer {number}, timestep {timestep}, h = {listed(h)}, gradient = {listed(gradient)}"
    return f"[...document.querySelectorAll('#window [role=gridcell]')].some((cell) => cell.getAttribute('aria-label') === {name!r})"


def load(page: Window, address: str) -> None:
    page.go(address)
    page.until("document.querySelector('#transport [data-part=forward]')?.disabled === false")


def step_forward_and_back(page: Window) -> None:
    for step in range(1, STEPS + 1):
        page.press("Step forward")
        page.until(f"{STEP} === {step}")
    page.until(shows(run(scene()), 2, 3))
    page.until(f"{HEADS}.length === 3 && Math.max(...{HEADS}) - Math.min(...{HEADS}) < 1")  # h and ∂L/∂h stand on one line
    for step in reversed(range(STEPS)):
        page.press("Step back")
        page.until(f"{STEP} === {step}")


def look_at_every_view(page: Window) -> None:
    for view, there in (
        ("Gradients", seen("#gradients canvas", 3)),
        ("Training", seen("#training [data-part=start]")),
        ("Compare", seen("#compare .cell", 6)),
        ("Grid", seen("#window .cell", 6)),
    ):
        page.press(view)
        page.until(there)
    for tab in ("layer", "gradient", "code", "cell"):
        page.press(tab.capitalize())
        page.until(seen(f"#panel-{tab}"))


def edit_by_hand(page: Window) -> None:
    page.press("Last step")
    page.press("Layer")
    page.enter("Value", "0.5")
    page.until(shows(run(scene(edits=EDIT)), 1, 1))
    page.until(reads("#panel-layer [data-part=origin]", "Set by hand."))
    page.press("Undo")
    page.until(shows(run(scene()), 1, 1))


def train(page: Window) -> None:
    page.press("Training")
    page.until("document.querySelectorAll('#training [data-part=dataset] option').length === 6")
    page.enter("Epochs", "3")
    page.press("Start training")
    page.until(reads("#training [data-part=said]", "Finished after epoch 3"))
    dataset = shipped()["reviews"]
    taught = scene(training={"dataset": dataset.id, "batch_size": 4, "updates": 3})
    page.until(shows(run(taught, teach(at(taught, 3), dataset)), 2, 3))


def lecture(page: Window, student: Window, address: str) -> None:
    """A second window follows to the step, lets go, and comes back."""
    page.press("Grid")
    page.press("Start a lecture")
    code = page.until("document.querySelector('#lecture [data-part=code]')?.innerText")
    assert re.fullmatch("[A-HJ-NP-Z2-9]{8}", code)
    page.press("Close this card")
    student.go(f"{address}join/{code}")
    student.until(reads("#lecture [data-part=mode]", "following"))
    page.press("First step")
    for step in (1, 2, 3):
        page.press("Step forward")
        student.until(f"{STEP} === {step}")
    student.press("Step forward")
    student.until(reads("#lecture [data-part=mode]", "exploring"))
    student.press("Back to the presenter")
    student.until(f"{STEP} === 3")


def walk(opened: AbstractContextManager[Opens], server: Server) -> None:
    with reporting(server.port) as proxy, opened as opens:
        page = opens()
        load(page, proxy.address)
        step_forward_and_back(page)
        look_at_every_view(page)
        edit_by_hand(page)
        train(page)
        lecture(page, opens(), proxy.address)
        assert proxy.faults == []


def test_chromium_walks_through_the_page_without_an_error(browser: Browser, server: Server) -> None:
    walk(chromium(browser), server)


@pytest.mark.parametrize("name", WALKED)
def test_another_browser_walks_through_the_page_without_an_error(name: str, server: Server, tmp_path: Path) -> None:
    walk(OTHERS[name](tmp_path), server)
