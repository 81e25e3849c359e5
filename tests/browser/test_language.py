from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from app.languages import HINDI
from app.pages import index_page
from app.tables import page_tables
from tests.browser.pages import Server, Watched
from tests.browser.person import drawn, expect_step, go, press, say
from tests.browser.test_layout import FITS, OVERFLOWING, OVERLAPPING, SIZES, SMALL
from tests.pseudo import CLOSE, OPEN, PSEUDO, mirrored

WORDS = HINDI.words
STEPS = (7, 13, 18)  # forward, backward, update

# Text that leaves its part of the page sideways, and is no formula or code, which can be scrolled.
BEYOND = """() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) {
        const node = texts.currentNode;
        const parent = node.parentElement;
        const part = parent.closest("header, .side, main, .panel, footer");
        if (!node.data.trim() || !part || !parent.checkVisibility()) continue;
        if (parent.closest("pre, .equation, .hidden, option, noscript, title")) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const [text, box] = [range.getBoundingClientRect(), part.getBoundingClientRect()];
        if (text.width && (text.left < box.left - 1 || text.right > box.right + 1)) found.push(node.data);
    }
    return found;
}"""
CLIPPED = """() => [...document.querySelectorAll("button, select, h1, h2, h3, th, td, p, label")]
    .filter((node) => node.checkVisibility() && !node.closest(".equation, .hidden") && node.scrollWidth > node.clientWidth + 1)
    .filter((node) => getComputedStyle(node).display !== "inline" && node.clientWidth)
    .map((node) => node.textContent)"""
COLLIDING = """() => {
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    const card = "[data-index]:first-child :is(.moves, .sum) > *";
    const groups = ["header > *", ".controls :is(button, select)", ".legend > *", ".actions > *", card];
    return groups.flatMap((group) => {
        const shown = [...document.querySelectorAll(group)].filter((node) => node.checkVisibility());
        const boxes = shown.map((node) => node.getBoundingClientRect());
        return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => meet(a, b)).map(() => group));
    });
}"""
# Every text that can be seen or heard, in its order, so that a sentence in several elements stays in one piece.
SAID = """() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) {
        const { data, parentElement } = texts.currentNode;
        const seen = parentElement.checkVisibility({ visibilityProperty: true });
        if (seen && !parentElement.closest("script, style, noscript, pre")) found.push(data);
    }
    for (const name of ["aria-label", "aria-valuetext", "title", "placeholder"]) {
        for (const node of document.querySelectorAll(`body [${name}]`)) found.push(node.getAttribute(name));
    }
    return found.join(" ");
}"""


def names_in_code() -> set[str]:
    """What is written in Latin letters in every language: layers, functions, optimizers and options, keys, the words that are read."""
    tables = page_tables()
    options = {option for pairs in tables["optimizers"].values() for option, _ in pairs}
    starts = {*tables["initializers"], *(option for start in tables["initializers"].values() for option in start)}
    words = {word for preset in tables["presets"] for word in preset["scene"]["vocabulary"]}
    keys = {name for key in tables["keys"] for names in key["names"] for name in names.split()}
    chosen = {*tables["weights"], *tables["activations"], *tables["losses"], *tables["optimizers"], *tables["clipping"]}
    others = {
        "Unrolled",
        "English",
        "softmax",
        "log",
        "sech",
        "return_sequences",
        "True",
        "False",
        "input_dim",
        "output_dim",
        "reset_after",
        "model",
        "summary",
    }
    return options | starts | words | keys | chosen | others


def english(sentence: str) -> list[str]:
    """The English words of a text that stand in no sentence of the table; a sentence may be filled in another."""
    inner = re.compile(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
    while inner.search(sentence):
        sentence = inner.sub(" ", sentence)
    return sorted({word for word in re.findall(r"[A-Za-z_]+", sentence) if re.search("[A-Za-z]{3}", word)} - names_in_code())


def expect_it_fits(page: Page, state: str) -> None:
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{state}: the page scrolls sideways"
    assert page.evaluate(FITS), f"{state}: the grid is cut off"
    for found in (BEYOND, CLIPPED, COLLIDING, OVERFLOWING, SMALL):
        assert page.evaluate(found) == [], state
    assert page.evaluate(OVERLAPPING) == 0, state


def opened(page: Page, address: str, words: str) -> Page:
    """The page, ready, known by the name of one button in its language."""
    page.goto(address)
    page.get_by_role("button", name=words, exact=True, disabled=False).wait_for()
    return page


@pytest.fixture
def hindi(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """A browser that asks for Hindi first."""
    context = browser.new_context(locale="hi-IN", reduced_motion="reduce")
    yield context
    context.close()


def test_another_language_is_chosen_by_name_and_scene_and_step_stay(page: Page, watched: Watched) -> None:
    language = page.get_by_role("combobox", name="Language", exact=True)
    expect(language.get_by_role("option")).to_have_text(["English", "हिन्दी"])
    page.get_by_role("combobox", name="Preset").select_option("the notes' Keras stack")
    press(page, "Step forward", 5)
    total = page.locator("[data-part=total]")
    expect(total).to_have_text("320,251")
    language.select_option("हिन्दी")
    page.get_by_role("button", name=WORDS["step.forward"], exact=True, disabled=False).wait_for()
    expect(page.locator("html")).to_have_attribute("lang", "hi")
    expect(page.get_by_role("slider", name=WORDS["timeline"])).to_have_value("5")
    expect(say(page)).to_contain_text("लेयर\u00a01")
    expect(total).to_have_text("3,20,251")
    expect(page.get_by_role("gridcell", name="लेयर 1, टाइमस्टेप 1, h = ")).to_have_count(1)
    assert re.search(r"\?language=hi#.*step=forward\.2\.1", page.url)

    page.get_by_role("combobox", name=WORDS["language"]).select_option("English")
    expect_step(page, 5)
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_browser_decides_until_a_link_does(hindi: BrowserContext, server: Server) -> None:
    page = opened(hindi.new_page(), server.address, WORDS["step.forward"])
    expect(page.get_by_role("combobox", name=WORDS["language"])).to_have_value("hi")
    expect(page.get_by_role("combobox", name=WORDS["preset"])).to_have_value(HINDI.label("the notes' toy"))
    opened(page, f"{server.address}?language=en#v=1&step=3", "Step forward")
    expect_step(page, 3)


def test_what_the_server_says_in_english_is_marked_as_english(hindi: BrowserContext, server: Server) -> None:
    page = opened(hindi.new_page(), server.address, WORDS["step.forward"])
    page.get_by_role("textbox", name=WORDS["sentence"]).fill("cat dog")
    page.keyboard.press("Enter")
    alert = page.get_by_role("alert").filter(has_text="dog")
    expect(alert).to_have_attribute("lang", "en")
    expect(alert).to_have_attribute("dir", "ltr")


def test_hindi_fits_every_screen(hindi: BrowserContext, server: Server) -> None:
    page = opened(hindi.new_page(), server.address, WORDS["step.forward"])
    expect(page.get_by_role("slider", name=WORDS["timeline"])).to_have_count(1)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for step in STEPS:
            go(page, step)
            expect_it_fits(page, f"{width} by {height}, step {step}")


@pytest.mark.parametrize(("language", "play"), [("en", "Step forward"), ("hi", WORDS["step.forward"])])
def test_every_control_of_the_projector_has_room_for_its_name(context: BrowserContext, server: Server, language: str, play: str) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 720})
    opened(page, f"{server.address}?language={language}#v=1&projector=1&step=13", play)
    drawn(page)
    assert page.evaluate(COLLIDING) == page.evaluate(CLIPPED) == []


@pytest.fixture
def mirror(context: BrowserContext, server: Server) -> Page:
    """A page that its server writes in the language of the tests."""
    page = context.new_page()

    def write(route: Route) -> None:
        route.fulfill(response=route.fetch(), body=index_page(PSEUDO).body)

    page.route(server.address, write)
    return page


def test_a_language_that_runs_to_the_left_mirrors_the_page_but_time(mirror: Page, server: Server) -> None:
    opened(mirror, f"{server.address}#v=1&step=13", mirrored("Step forward"))
    for width, height in SIZES:
        mirror.set_viewport_size({"width": width, "height": height})
        expect_it_fits(mirror, f"{width} by {height}")
        expect_it_is_mirrored(mirror, width)


def expect_it_is_mirrored(mirror: Page, width: int) -> None:
    """All of it runs to the left, but time."""
    boxes = {name: mirror.locator(name).bounding_box() for name in (".side", "main", ".panel", "h1", "[data-part=copy]")}
    left = {name: box["x"] for name, box in boxes.items() if box}
    assert left["[data-part=copy]"] < left["h1"]
    assert width < 820 or left[".panel"] < left["main"] < left[".side"]

    cells = mirror.get_by_role("row").first.get_by_role("gridcell")
    assert [cells.nth(i).get_attribute("data-address") for i in range(3)] == ["2/1", "2/2", "2/3"]
    columns = [box["x"] for i in range(3) if (box := cells.nth(i).bounding_box())]
    assert columns == sorted(columns), "time runs to the right"
    bars = mirror.locator(".bar")
    first, last = bars.first.bounding_box(), bars.last.bounding_box()
    assert first
    assert last
    assert first["x"] < last["x"], "and so does the timeline"


def test_no_sentence_of_the_page_is_written_past_the_table(mirror: Page, server: Server) -> None:
    opened(mirror, server.address, mirrored("Step forward"))
    mirror.get_by_role("combobox", name="Preset").select_option(mirrored("deep LSTM"))
    mirror.get_by_role("combobox", name="Detail").select_option("operation")
    for details in mirror.locator(".side summary").all():
        details.click()
    slider = mirror.get_by_role("slider", name="Timeline")
    for step in (0, 2, 20, 71, 72, 90, 150):
        slider.fill(str(step))
        drawn(mirror)
        assert english(mirror.evaluate(SAID)) == [], step
