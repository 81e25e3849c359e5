from __future__ import annotations

import random

import pytest
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
    expect(away).to_be_hidden()
    drawn(page)
    expect(page.get_by_role("alert").filter(has_text="back")).to_be_visible()
    expect(grid(page).get_by_role("gridcell").first).not_to_have_attribute("aria-label", shown[0])
    server.stop()


KEYS = [".", ",", " ", "Enter", "Escape", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "PageDown", "Tab", "Shift+Tab"]
RARE = ["Control+z", "Control+Shift+z", "?", "+", "-", "0", "Shift+ArrowRight"]

# What leads to another page, downloads a file, or asks for the device's own dialog.
AWAY = (
    "a[href]:not([href^='#']), [data-part=language], [data-part=copy], [data-part=take], [data-part=send], "
    "a[download], .offered, [type=file], [data-part=alone-now], [data-part=window]"
)
# A place on the screen where something that can be pressed is not covered, or the option of a list that is next chosen.
TARGET = """([away, chance, at]) => {
    const open = document.querySelector("dialog[open]") ?? document;
    const views = "nav a, .commands button, [role=tab], [data-opens], #fold, #predict, [data-part=shapes], [data-part=exact]";
    const kinds = [views, "select", "button, [role=button]", "[role=gridcell], [data-address], summary, input:not([type=text])"];
    const choosable = (node) => [...node.options].filter(({ disabled }) => !disabled);
    const shown = (node) => node.checkVisibility() && !node.matches(away) && (node.tagName !== "SELECT" || choosable(node).length);
    const found = kinds.map((kind) => [...open.querySelectorAll(kind)].filter(shown)).filter((nodes) => nodes.length);
    const nodes = found[Math.floor(chance * found.length)];
    const node = nodes[Math.floor(at * nodes.length)];
    const name = node.ariaLabel ?? (node.textContent.trim().slice(0, 30) || node.outerHTML.slice(0, 60));
    if (node.tagName === "SELECT") {
        const options = choosable(node);
        node.value = options[Math.floor(((at * nodes.length) % 1) * options.length)].value;
        node.dispatchEvent(new Event("change", { bubbles: true }));
        return { name: `${name}: ${node.value}` };
    }
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
    const { left, top, width, height } = node.getBoundingClientRect();
    return { name, x: left + width / 2, y: top + height / 2 };
}"""


# What listens at document and window, and what watches the store: functions of the name that store.js gives them.
COUNTING = """(() => {
    const leads = (link) => link && !link.getAttribute("href").startsWith("#");
    const stay = (event) => leads(event.target.closest("a[href]")) && event.preventDefault();
    document.addEventListener("click", stay, true); // and is not counted
    const held = (globalThis.held = { listeners: [], watchers: 0 });
    for (const target of [document, window]) {
        const [add, remove] = [target.addEventListener.bind(target), target.removeEventListener.bind(target)];
        target.addEventListener = (...how) => { held.listeners.push(how); add(...how); };
        target.removeEventListener = (...how) => {
            held.listeners = held.listeners.filter(([type, handler]) => type !== how[0] || handler !== how[1]);
            remove(...how);
        };
    }
    const [add, remove] = [Set.prototype.add, Set.prototype.delete];
    const counts = (value) => Number(typeof value === "function" && value.name === "watcher");
    Set.prototype.add = function (value) { held.watchers += counts(value); return add.call(this, value); };
    Set.prototype.delete = function (value) { const had = remove.call(this, value); held.watchers -= had && counts(value); return had; };
})()"""
LEFT = """async () => {
    const { unmount } = await import(document.querySelector("script[type=module]").src);
    const count = () => [held.listeners.length, held.watchers];
    const before = count();
    unmount();
    return [before, count(), document.querySelectorAll("svg.grid, .heat").length];
}"""


@pytest.fixture
def counted(context: BrowserContext, watched: Watched, server: Server) -> Page:
    """The page, which counts its listeners at document and window, and whose watchers can be counted."""
    watched.allowed += ["422", "429"]  # a person may ask for what cannot be, and for more than fits
    page = context.pages[0]
    page.add_init_script(COUNTING)
    open_page(page, server.address)
    return page


def expect_whole(page: Page, watched: Watched, done: list[str]) -> None:
    """Nothing went wrong, the grid is there, and whoever takes the page down leaves no listener."""
    page.evaluate("() => document.querySelector('dialog[open]')?.close()")
    assert watched.faults == [], done[-10:]
    before, after, grids = page.evaluate(LEFT)
    assert min(before) > 5, "nothing was counted"
    assert (after, grids) == ([0, 0], 0)


def test_500_random_actions_of_the_mouse_leave_no_error_and_no_listener(counted: Page, watched: Watched) -> None:
    """Presses, choices, the wheel and drags anywhere; the seed is fixed, and a fault names the actions that led to it."""
    page, chance = counted, random.Random(SEED)
    done: list[str] = []
    for number in range(ACTIONS):
        target = page.evaluate(TARGET, [AWAY, chance.random(), chance.random()])
        done.append(target["name"])
        if "x" in target:
            page.mouse.move(target["x"], target["y"])
            if number % 25 == 0:
                page.mouse.wheel(0, chance.choice([-200, 200]))
            page.mouse.down()
            if number % 10 == 0:
                page.mouse.move(target["x"] + chance.randint(-80, 80), target["y"] + chance.randint(-40, 40))
            page.mouse.up()
        assert watched.faults == [], done[-10:]
    assert {"Compare", "Grid", "Training", "Start training", "Folded", "Export", "Share", "Layer", "Gradient", "Code"} <= set(done)
    assert any(action.startswith("cell type: ") for action in done)
    expect_whole(page, watched, done)


def test_500_random_actions_of_the_keyboard_leave_no_error_and_no_listener(counted: Page, watched: Watched) -> None:
    """Keys alone, wherever they lead, but not to another page."""
    page, chance = counted, random.Random(SEED)
    done: list[str] = []
    for number in range(ACTIONS):
        if number == ACTIONS // 2:
            page.evaluate("() => { location.hash = 'v=1&view=training'; }")
        key = chance.choice(KEYS if chance.random() < 0.85 else RARE)
        leaves = page.evaluate("(away) => document.activeElement.matches(away)", AWAY)
        page.keyboard.press("Tab" if leaves else key)
        done.append(key)
        assert watched.faults == [], done[-10:]
    expect_whole(page, watched, done)


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
