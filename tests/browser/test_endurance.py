from __future__ import annotations

import random
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, TimeoutError, expect

from tests.browser.pages import PATIENCE, Server, Watched, open_page
from tests.browser.person import drawn, grid, layer, press, to_step

SEED = 20231017
ACTIONS = 500


LONGEST_WAIT = 8000  # ms between two looks at a server that is away


def test_the_page_says_when_the_server_is_away_keeps_what_it_has_and_comes_back(context: BrowserContext, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    server = Server(tmp_path_factory.mktemp("away"))
    [page] = context.pages
    page.clock.install()
    open_page(page, server.address)
    to_step(page, 9)
    shown = grid(page).get_by_role("gridcell").evaluate_all("(cells) => cells.map((cell) => cell.ariaLabel)")
    server.stop()
    press(page, "New weights")
    away = page.get_by_role("alert").filter(has_text="The server is away")
    expect(away).to_be_visible()
    assert grid(page).get_by_role("gridcell").evaluate_all("(cells) => cells.map((cell) => cell.ariaLabel)") == shown
    press(page, "Step forward")
    expect(page.get_by_role("button", name="output at timestep 3, ŷ")).to_be_visible()
    server.start()
    page.clock.fast_forward(LONGEST_WAIT)
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
# A place on the screen where something that can be pressed is not covered, or the option of a list that is next chosen: as often in
# the part that the view is about as in all the rest, and there of each kind as often, however many there are.
TARGET = """([away, part, kind, at]) => {
    const main = { gradients: "#gradients", training: "#training" }[document.body.dataset.view] ?? "main";
    const open = document.querySelector("dialog[open]");
    const own = open ?? document.querySelector(main);
    const views = ".commands button, [role=tab], [data-opens], #fold, #predict, [data-part=shapes], [data-part=exact]";
    const kinds = [views, "select", "button, [role=button]", "[role=gridcell]", "[data-address]", "summary, input:not([type=text])"];
    const choosable = (node) => [...node.options].filter(({ disabled }) => !disabled);
    const shown = (node) => node.checkVisibility() && !node.matches(away) && (node.tagName !== "SELECT" || choosable(node).length);
    const within = (root) => kinds.map((each) => [...root.querySelectorAll(each)].filter(shown)).filter((nodes) => nodes.length);
    const rest = () => within(document).map((nodes) => nodes.filter((node) => !own.contains(node))).filter((nodes) => nodes.length);
    const tries = open || part < 0.5 ? [() => within(own), rest] : [rest, () => within(own)];
    const found = tries.reduce((nodes, look) => (nodes.length ? nodes : look()), []);
    const nodes = found[Math.floor(kind * found.length)];
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

VIEWS = ["Grid", "Gradients", "Training", "Compare"]
VISITS = 5  # to each view
BRIEF = 10_000  # ms in which what is not covered can be pressed

# What is pressed in any case, and the view in which it is.
NAMED = {
    "Folded": "Grid",
    "Layer": "Grid",
    "Gradient": "Grid",
    "Code": "Grid",
    "cell type": "Grid",
    "Start training": "Training",
    "Export": "Gradients",
    "Share": "Compare",
}


def visits(chance: random.Random) -> list[tuple[str, list[str]]]:
    """Returns the views in a shuffled order, each as often, with what is pressed there by name."""
    planned: list[tuple[str, list[str]]] = [(view, []) for view in VIEWS for _ in range(VISITS)]
    chance.shuffle(planned)
    names = [*NAMED]
    chance.shuffle(names)
    for name in names:
        chance.choice([named for view, named in planned if view == NAMED[name]]).append(name)
    return planned


def clear_the_way(page: Page) -> None:
    """Closes what stands in front of the page, as a person would: a dialog, the plan, what only a presenter sees."""
    opened = page.locator("dialog[open]")
    if opened.count():
        page.keyboard.press("Escape")
        expect(opened).to_have_count(0)
    for place in ("#desk", ".lecture-private"):
        aside = page.locator(place)
        if aside.is_visible():
            aside.get_by_role("button", name=re.compile("^Close the ")).click()
            expect(aside).to_be_hidden()


def reach(page: Page, control: Locator) -> None:
    """Presses it; what was asked for before may come only now, and stand in front of it."""
    end = time.monotonic() + 2 * PATIENCE
    while True:
        clear_the_way(page)
        try:
            return control.click(timeout=BRIEF)
        except TimeoutError:
            assert time.monotonic() < end, f"out of reach: {control}"


def go(page: Page, view: str) -> None:
    reach(page, page.locator(f"#header nav [data-view={view.lower()}]"))
    expect(page.locator("body")).to_have_attribute("data-view", view.lower())


def press_named(page: Page, name: str) -> None:
    """Presses it as a person would who looks for it: a dialog in the way is closed, and what cannot work is put right."""
    clear_the_way(page)
    if name == "cell type":
        types = layer(page, 1).get_by_role("combobox", name=name)
        return types.select_option("GRU" if types.input_value() != "GRU" else "LSTM")
    role = "tab" if name in ("Layer", "Gradient", "Code") else "button"
    control = page.get_by_role(role, name=name, exact=True)
    if not control.is_visible() or not control.is_enabled():
        page.get_by_role("combobox", name="Preset").select_option("the notes' toy")
        if NAMED[name] == "Training":
            page.get_by_role("combobox", name="Data set").select_option("reviews")
        expect(control).to_be_enabled()
    reach(page, control)


def press_anything(page: Page, chance: random.Random, number: int) -> str:
    """Presses, chooses, and now and then turns the wheel or drags. Returns the name of what it was."""
    target: dict[str, Any] = page.evaluate(TARGET, [f"{AWAY}, nav [data-view]", *(chance.random() for _ in range(3))])
    if "x" in target:
        page.mouse.move(target["x"], target["y"])
        if number % 25 == 0:
            page.mouse.wheel(0, chance.choice([-200, 200]))
        page.mouse.down()
        if number % 10 == 0:
            page.mouse.move(target["x"] + chance.randint(-80, 80), target["y"] + chance.randint(-40, 40))
        page.mouse.up()
    return str(target["name"])


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
    number = 0
    for view, named in visits(chance):
        go(page, view)
        turns = [*named, *[None] * (ACTIONS // VISITS // len(VIEWS))]
        chance.shuffle(turns)
        for name in turns:
            done.append(name or press_anything(page, chance, number))
            if name:
                press_named(page, name)
            number += name is None
            assert watched.faults == [], done[-10:]
    assert number == ACTIONS
    assert set(NAMED) <= set(done)
    expect_whole(page, watched, done)


def test_500_random_actions_of_the_keyboard_leave_no_error_and_no_listener(counted: Page, watched: Watched) -> None:
    """Keys alone, wherever they lead, but not to another page; as many in each view, as far as the keys do not lead to another one."""
    page, chance = counted, random.Random(SEED)
    done: list[str] = []
    for number in range(ACTIONS):
        if number % (ACTIONS // len(VIEWS)) == 0:
            clear_the_way(page)
            view = VIEWS[number * len(VIEWS) // ACTIONS]
            page.locator(f"#header nav [data-view={view.lower()}]").press("Enter")
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
