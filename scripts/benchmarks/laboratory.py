"""From a slider of the laboratory of gradients to the redrawn heat maps: three networks of 3 layers over 50 timesteps."""

from __future__ import annotations

import os
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

from _browser import find, name_of
from benchmarks.page import FLAGS, wait_until_steppable
from benchmarks.report import Number, Report
from benchmarks.running import server

MOVES, WARM = 200, 20

METHOD = f"""The laboratory as it opens, 3 layers of 16 units over 50 timesteps, in a headless browser, the server on loopback. The slider
"Spectral radius" is moved; the clock runs from there until all three heat maps, of SimpleRNN, LSTM and GRU, are drawn with the new
numbers, and, in the second pair of lines, until the frame that shows them. In between three scenes go to the server, which validates
them and computes them forward and backward. {MOVES} moves, after {WARM} that are not counted."""

# Moves the slider and waits for the last of the three; gives the milliseconds of every move, drawn and shown.
LOOP = """async ([moves]) => {
    const slide = document.querySelector("[data-setting=radius]");
    const last = document.querySelector("#gradients .band:last-child canvas");
    const times = [];
    for (let i = 0; i < moves; i += 1) {
        const start = performance.now();
        const drawn = new Promise((done) => {
            const watcher = new MutationObserver(() => { watcher.disconnect(); done(); });
            watcher.observe(last, { attributes: true, attributeFilter: ["aria-label"] });
        });
        slide.value = String(i % 2 ? 0.6 + (i % 20) / 100 : 1.4 - (i % 20) / 100);
        slide.dispatchEvent(new Event("input", { bubbles: true }));
        await drawn;
        const redrawn = performance.now() - start;
        await new Promise(requestAnimationFrame);
        times.push([redrawn, performance.now() - start]);
        await new Promise(requestAnimationFrame);
    }
    return times;
}"""


def measure() -> Report:
    """Milliseconds from the slider to the heat maps."""
    with server() as port, sync_playwright() as playwright:
        rights = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find(), args=[*FLAGS, *rights])
        drawn, shown = moved(browser.new_page(viewport={"width": 1440, "height": 900}), f"http://127.0.0.1:{port}/")
        name = name_of(browser.version)
        browser.close()
    return Report(
        METHOD,
        ("fastapi", "uvicorn", "playwright"),
        [
            Number("from the slider to the redrawn heat maps, p50", median(drawn), "ms"),
            Number("from the slider to the redrawn heat maps, p95", quantiles(drawn, n=20)[-1], "ms", under=50),
            Number("from the slider to the frame that shows them, p50", median(shown), "ms"),
            Number("from the slider to the frame that shows them, p95", quantiles(shown, n=20)[-1], "ms"),
        ],
        browser=name,
    )


def moved(page: Page, address: str) -> tuple[list[float], list[float]]:
    """The milliseconds of each move that counts, until the heat maps were drawn and until they were shown."""
    page.goto(address)
    wait_until_steppable(page)
    page.goto(f"{address}#v=1&view=gradients")
    page.locator("#gradients .band:last-child canvas[aria-label]").wait_for()
    times = page.evaluate(LOOP, [MOVES + WARM])[WARM:]
    return [drawn for drawn, _ in times], [shown for _, shown in times]
