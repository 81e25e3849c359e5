from __future__ import annotations

import random

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Server, Watched, open_page
from tests.browser.person import drawn, grid, press

SEED = 20231017
ACTIONS = 500


def test_the_page_says_when_the_server_is_away_keeps_what_it_has_and_comes_back(context: BrowserContext, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    server = Server(tmp_path_factory.mktemp("away"))
    page = context.new_page()
    open_page(page, server.address)
    press(page, "Step forward", 9)
    shown = grid(page).get_by_role("gridcell").evaluate_all("(cells) => cells.map((cell) => cell.ariaLabel)")
    server.stop()
    press(page, "New weights")
    away = page.get_by_role("alert").filter(has_text="The server is away")
    expect(away).to_be_visible()
    assert grid(page).get_by_role("gridcell").evaluate_all("(cells) => cells.map((cell) => cell.ariaLabel)") == shown
    press(page, "Step forward")
    expect(page.get_by_role("button", name="output at timestep 3, ŷ")).to_be_visible()
    server.start()
    expect(away).to_be_hidden(timeout=20_000)
    drawn(page)
    expect(page.get_by_role("alert").filter(has_text="back")).to_be_visible()
    expect(grid(page).get_by_role("gridcell").first).not_to_have_attribute("aria-label", shown[0])
    server.stop()


AWAY = """document.activeElement.matches('a:not([href^="#"]), [data-part=language]')"""  # what leads to another page


def test_500_random_actions_leave_no_error(page: Page, watched: Watched) -> None:
    """Clicks and keys anywhere; the seed is fixed, and a fault names the actions that led to it."""
    watched.allowed.append("422")  # a person may ask for what cannot be
    chance = random.Random(SEED)
    buttons = "button:not(:disabled):not([data-part=copy]), [role=gridcell], [role=button]"
    targets = f"{buttons}, .edge .reach, summary, input[type=checkbox]"
    done: list[str] = []
    for _ in range(ACTIONS):
        if chance.random() < 0.6:
            index = chance.random()
            done.append(
                page.evaluate(
                    """([targets, at]) => {
                        const dialog = document.querySelector("dialog[open]");
                        const nodes = [...(dialog ?? document).querySelectorAll(targets)].filter((node) => node.checkVisibility());
                        const node = nodes[Math.floor(at * nodes.length)];
                        node?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
                        return node?.ariaLabel ?? node?.textContent.slice(0, 30) ?? "nothing";
                    }""",
                    [targets, index],
                )
            )
        elif chance.random() < 0.5:
            name, option = chance.choice(
                [("Detail", "cell"), ("Detail", "operation"), ("Order", "layer"), ("Order", "diagonal"), ("Speed", "4")]
            )
            page.evaluate("() => document.querySelector('dialog[open]')?.close()")
            page.get_by_role("combobox", name=name).select_option(option)
            done.append(f"{name} {option}")
        else:
            key = chance.choice(
                [".", ",", " ", "Escape", "ArrowUp", "ArrowRight", "Tab", "Enter", "Control+z", "Control+Shift+z", "?", "Home"]
            )
            if key not in ("Tab", ".", ",") and page.evaluate(AWAY):
                continue
            page.keyboard.press(key)
            done.append(key)
        assert watched.faults == [], done[-10:]
    drawn(page)
    page.evaluate("() => document.querySelector('dialog[open]')?.close()")
    expect(grid(page)).to_be_visible()


def test_mounting_and_unmounting_100_times_leaves_no_watcher(page: Page) -> None:
    left = page.evaluate("""async () => {
        const address = document.querySelector("script[type=module]").src;
        const { mount, openStore, unmount } = await import(address);
        unmount();
        const listeners = [];
        for (const target of [document, window]) {
            const add = target.addEventListener.bind(target);
            const remove = target.removeEventListener.bind(target);
            target.addEventListener = (...how) => { listeners.push(how[1]); add(...how); };
            target.removeEventListener = (...how) => { listeners.splice(listeners.indexOf(how[1]), 1); remove(...how); };
        }
        const grids = [];
        let watching = 0;
        for (let time = 0; time < 100; time += 1) {
            const store = openStore();
            const stop = mount(store);
            if (time % 10 === 0) await new Promise((done) => requestAnimationFrame(done));
            grids.push(document.querySelectorAll("svg.grid").length);
            stop();
            watching += store.watching();
        }
        return { watching, listeners: listeners.length, grids: Math.max(...grids), after: document.querySelectorAll("svg.grid").length };
    }""")
    assert left == {"watching": 0, "listeners": 0, "grids": 1, "after": 0}


def test_everything_comes_from_this_server_with_the_network_unplugged(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    open_page(page, server.address)
    press(page, "Last step")
    drawn(page)
    page.goto(server.address + "docs")
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith((server.address, "data:"))] == []
    context.close()
