"""From the drag of a slider to the changed grid: a weight of the toy, moved by hand."""

from __future__ import annotations

import os
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

from _browser import find, name_of
from benchmarks.page import FLAGS, wait_until_steppable
from benchmarks.report import Number, Report
from benchmarks.running import server

MOVES, WARM = 200, 20

METHOD = f"""The toy at its last step in a headless browser, the server on loopback. The slider of a weight of layer 1 is moved;
the clock runs from there until the name of the cell of layer 2 at the last timestep says another h. In between the change goes to
the server, which validates and stores the scene, computes it forward and backward and sends every number, and the page draws
them. Each move is large enough to change the two decimals of that name, and waits until the one before is on the screen. {MOVES}
moves, after {WARM} that are not counted."""

# Moves the slider and waits for the cell; gives the milliseconds of every move.
LOOP = """async ([moves]) => {
    const slide = document.querySelector("[data-part=slide]");
    const cell = document.querySelector("[data-address='2/3'][role=gridcell]");
    const times = [];
    for (let i = 0; i < moves; i += 1) {
        const start = performance.now();
        slide.value = String(i % 2 ? -1.5 + (i % 20) / 100 : 1.5 - (i % 20) / 100);
        const changed = new Promise((done) => {
            const watcher = new MutationObserver(() => { watcher.disconnect(); done(); });
            watcher.observe(cell, { attributes: true, attributeFilter: ["aria-label"] });
        });
        slide.dispatchEvent(new Event("input", { bubbles: true }));
        await changed;
        times.push(performance.now() - start);
        await new Promise(requestAnimationFrame);
    }
    slide.dispatchEvent(new Event("change", { bubbles: true }));
    return times;
}"""


def measure() -> Report:
    """Milliseconds from the drag to the grid."""
    with server() as port, sync_playwright() as playwright:
        rights = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find(), args=[*FLAGS, *rights])
        times = dragged(browser.new_page(viewport={"width": 1440, "height": 900}), f"http://127.0.0.1:{port}/#v=1&step=20&tab=layer")
        name = name_of(browser.version)
        browser.close()
    return Report(
        METHOD,
        ("fastapi", "uvicorn", "playwright"),
        [
            Number("from the drag to the changed grid, p50", median(times), "ms"),
            Number("from the drag to the changed grid, p95", quantiles(times, n=20)[-1], "ms", under=50),
        ],
        browser=name,
    )


def dragged(page: Page, address: str) -> list[float]:
    """The milliseconds of each move that counts."""
    page.goto(address)
    wait_until_steppable(page)
    page.locator("[data-part=slide]").wait_for()
    times: list[float] = page.evaluate(LOOP, [MOVES + WARM])
    return times[WARM:]
