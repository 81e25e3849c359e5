"""Frames per second of large grids: played, dragged from end to end, zoomed and panned."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

from _browser import find, name_of
from benchmarks.page import FLAGS
from benchmarks.report import Number, Report
from benchmarks.running import server

LAYERS, UNITS = 8, 3
TARGETS = {84: 60, 256: 30}  # timesteps and the frames per second that were promised: 2,016 and 6,144 rectangles
WARM, FRAMES = 10, 120
UNLIMITED = ["--disable-gpu", "--disable-frame-rate-limit", "--disable-gpu-vsync"]

METHOD = f"""A grid of {LAYERS} layers of {UNITS} units each in a headless browser that draws without a graphics card, 1440 x 900,
its frames not limited to those of a screen. What is counted is rectangles, one for each unit of each cell: with 84 timesteps 2,016 of
them, with 256 timesteps 6,144. "A cell per frame": one step in every frame, from the middle of the pass. "Every rectangle": the timeline
is dragged between the words and the end of the forward pass, so that in every frame all of them are painted and all cells named; "of
values and of gradients" goes on to the end, where there are twice as many. "Zoom" and "pan": a notch of the wheel with Ctrl, then of the
wheel alone, in every frame, at the end. The panels beside the grid follow four times a second, as always. Means over {FRAMES} frames,
after {WARM} that are not counted."""

# Does something once in every frame, and gives the frames per second; `act` is told how many frames went before.
LOOP = """async ([act, from, to, warm, frames]) => {
    const slider = document.querySelector("[data-part=slider]");
    const view = document.getElementById("window");
    const { left, top, width, height } = view.getBoundingClientRect();
    const go = (step) => { slider.value = step; slider.dispatchEvent(new Event("input", { bubbles: true })); };
    const wheel = (deltaY, ctrlKey) => view.dispatchEvent(new WheelEvent("wheel",
        { deltaY, ctrlKey, bubbles: true, cancelable: true, clientX: left + width / 2, clientY: top + height / 2 }));
    const acts = {
        step: (i) => go(from + i),
        drag: (i) => go(i % 2 ? from : to),
        zoom: (i) => wheel(i % 40 < 20 ? -25 : 25, true),
        pan: (i) => wheel(i % 80 < 40 ? 60 : -60, false),
    };
    const frame = () => new Promise(requestAnimationFrame);
    let start;
    for (let i = -warm; i < frames; i += 1) {
        if (i === 0) start = performance.now();
        acts[act](i + warm);
        await frame();
    }
    return (frames * 1000) / (performance.now() - start);
}"""


def measure() -> Report:
    """Frames per second at two sizes."""
    with server() as port, sync_playwright() as playwright:
        rights = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find(), args=[*FLAGS, *UNLIMITED, *rights])
        numbers = [number for timesteps in TARGETS for number in rates(browser, f"http://127.0.0.1:{port}/", timesteps)]
        name = name_of(browser.version)
        browser.close()
    return Report(METHOD, ("fastapi", "uvicorn", "playwright"), numbers, browser=name)


def rates(browser: Browser, address: str, timesteps: int) -> list[Number]:
    """Of one size: what is done in every frame, and how many of them fit into a second."""
    page = opened(browser, address, timesteps)
    cells = LAYERS * timesteps
    forward, backward, last = timesteps, timesteps + cells + 2, timesteps + 2 * cells + 2
    frames: list[tuple[str, str, int, int, bool]] = [
        ("a cell per frame, forward", "step", forward + cells // 2, 0, True),
        ("a cell per frame, backward", "step", backward + cells // 2, 0, True),
        ("every rectangle in every frame", "drag", forward, forward + cells, True),
        ("every rectangle, of values and of gradients", "drag", forward, last, False),
        ("zoom", "zoom", 0, 0, False),
        ("pan", "pan", 0, 0, False),
    ]
    numbers = []
    for what, act, start, end, promised in frames:
        page.evaluate(LOOP, ["step", end or start, 0, 0, 1])
        if act == "zoom":
            page.evaluate(LOOP, ["step", last, 0, 0, 1])
        rate = page.evaluate(LOOP, [act, start, end, WARM, FRAMES])
        numbers.append(Number(f"{cells * UNITS:,}: {what}", rate, "frames/s", over=TARGETS[timesteps] if promised else None))
    page.close()
    return numbers


def opened(browser: Browser, address: str, timesteps: int) -> Page:
    """The page with a grid of this length, all of its numbers there."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}#v=1&scene={quote(json.dumps(scene(timesteps)))}")
    page.get_by_role("button", name="Step forward", disabled=False).wait_for()
    page.locator("#window [role=gridcell]").nth(LAYERS * timesteps - 1).wait_for(state="attached")
    page.get_by_role("button", name="Last step").click()
    page.locator("footer[data-phase=update]").wait_for()
    return page


def scene(timesteps: int) -> dict[str, Any]:
    """The notes' words over and over, through layers of a few units."""
    words: Sequence[str] = ("cat", "mat", "rat")
    lower = [{"type": "SimpleRNN", "units": UNITS, "return_sequences": i < LAYERS - 1} for i in range(LAYERS)]
    return {
        "version": 1,
        "vocabulary": list(words),
        "sentence": [words[(t * t) % 3] for t in range(timesteps)],
        "label": 1,
        "layers": [*lower, {"type": "Dense", "units": 1, "activation": "sigmoid"}],
        "weights": {"seed": 0},
        "loss": "binary_crossentropy",
        "optimizer": {"type": "SGD", "learning_rate": 0.1},
    }
