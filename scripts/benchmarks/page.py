"""The page in a browser that has never seen it: until the grid can be stepped, and what came over the network for it."""

from __future__ import annotations

import os
import re
import time
from statistics import median

from playwright.sync_api import Browser, Page, Response, sync_playwright

from _browser import find, name_of
from benchmarks.report import Number, Report
from benchmarks.running import server

VISITS = 15
FLAGS = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"]

METHOD = f"""The page on loopback in a headless browser, {VISITS} visits, each with an empty cache, after one that is not counted. The clock
runs from the start of the navigation until "Step forward" can be pressed and the grid shows its six cells. The weight is what the network
carried until then, compressed as it was sent, without the font and the charts; what a page does not begin with, such as the export, is
brought when it is first wanted."""


def measure() -> Report:
    """Milliseconds and kilobytes."""
    with server() as port, sync_playwright() as playwright:
        rights = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find(), args=[*FLAGS, *rights])
        visits = [visit(browser, f"http://127.0.0.1:{port}/") for _ in range(VISITS + 1)][1:]
        name = name_of(browser.version)
        browser.close()
    times, weights, headers = zip(*visits, strict=True)
    return Report(
        METHOD,
        ("fastapi", "uvicorn", "playwright"),
        [
            Number("navigation to a grid one can step, median", median(times), "ms", under=1000),
            Number("navigation to a grid one can step, slowest", max(times), "ms"),
            Number("weight of the page", max(weights), "kB", under=150),
            Number("headers of its answers", max(headers), "kB"),
        ],
        browser=name,
    )


def visit(browser: Browser, address: str) -> tuple[float, float, float]:
    """Milliseconds until one can step, and kilobytes without the font and the charts: what was sent, and its headers."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # Playwright takes no built-in method
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    wait_until_steppable(page)
    milliseconds = (time.perf_counter() - start) * 1e3
    page.wait_for_load_state("networkidle")
    sizes = [answer.request.sizes() for answer in answers if counts(answer)]
    context.close()
    return milliseconds, sum(size["responseBodySize"] for size in sizes) / 1e3, sum(size["responseHeadersSize"] for size in sizes) / 1e3


def wait_until_steppable(page: Page) -> None:
    """The button can be pressed, and the grid has its six cells."""
    page.get_by_role("button", name="Step forward", disabled=False).wait_for()
    page.get_by_role("grid", name=re.compile("^Unrolled grid")).get_by_role("gridcell").nth(5).wait_for()


def counts(answer: Response) -> bool:
    """Fonts and charts are weighed apart: they come once, and charts only when one is shown."""
    return answer.request.resource_type != "font" and "plotly" not in answer.url
