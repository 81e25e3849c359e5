"""The server, the contexts of the browser and the pages that the tests open, and what no page may do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, ViewportSize, expect

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30  # s, as Playwright waits for what it presses: a busy machine takes its time, and what has to be quick says so at its place
DESK: ViewportSize = {"width": 1440, "height": 900}
expect.set_options(timeout=1000 * PATIENCE)

# without partial raster a picture is the same, to the last bit, whatever was painted before it
# with a process per site a page finds the scripts of the page before it compiled
FLAGS = [
    "--process-per-site",
    "--disable-gpu",
    "--disable-partial-raster",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Server:
    """`python -m app` as a process of its own; it can be killed, and started again at the same port with the same data."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = 0
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Until it says where it is."""
        command = [sys.executable, "-m", "app", "--port", str(self.port), "--no-browser"]
        environ = os.environ | {"UNROLLED_DATA": str(self.data)}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        said = next((line for line in self.process.stdout if "http://" in line), "")
        found = re.search(r":(\d+)/", said)
        assert found, f"the server did not say where it is: {said!r}"
        self.port = int(found[1])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
        assert self.process.stdout
        self.process.stdout.close()


class Watched:
    """What a page must not do: write an error to the console, throw, or ask another host."""

    def __init__(self, page: Page, host: str) -> None:
        self.faults: list[str] = []
        self.allowed: list[str] = []
        self.host = host
        self.heard = {"console": self.console, "pageerror": self.thrown, "request": self.request}
        self.page = page
        for event, hear in self.heard.items():
            page.on(event, hear)  # type: ignore[call-overload]

    def end(self) -> None:
        """Listens no more."""
        for event, hear in self.heard.items():
            self.page.remove_listener(event, hear)

    def console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(part in message.text for part in self.allowed):
            self.faults.append(f"console: {message.text} {message.location['url']}")

    def thrown(self, error: Error) -> None:
        self.faults.append(f"thrown: {error.stack}")

    def request(self, request: Request) -> None:
        if not request.url.startswith((self.host, "data:", "blob:")):
            self.faults.append(f"asked another host: {request.url}")


class Contexts:
    """Contexts of a browser, each with one empty page. A test leaves its context clean to the next, with the page's files in its cache."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.left: list[BrowserContext] = []

    def take(self) -> BrowserContext:
        if self.left:
            return self.left.pop()
        made = self.browser.new_context(viewport=DESK, reduced_motion="reduce")
        made.new_page()
        return made

    def leave(self, context: BrowserContext, origin: str) -> None:
        """Whatever belongs to a page goes with it; what belongs to the context is taken back. A context that got a clock is closed."""
        context.set_offline(False)
        used, clean = context.pages, context.new_page()
        clean.goto(f"{origin}healthz")  # it keeps the process of the site, with what is compiled there
        if clean.evaluate("'__pwClock' in globalThis"):
            return context.close()
        for page in used:
            page.close()
        context.clear_permissions()
        context.clear_cookies()
        session = context.new_cdp_session(clean)
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        session.detach()
        self.left.append(context)


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Step forward", disabled=False).wait_for()
