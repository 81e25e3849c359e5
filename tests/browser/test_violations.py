"""axe on every view of the page, its panels, dialogs and states, and on the pages beside it: each once in either theme.

The table says how each state is reached from the one before it, and which part of the page it changes: only that part is looked at.
The whole page is looked at where its layout is another one. A projector's page is the desk's in a smaller window.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.languages import HINDI
from app.tables import page_tables
from tests.browser.pages import Server, Watched
from tests.browser.person import cell, go, layer, press, read
from tests.browser.shared_page import shared_page
from tests.browser.test_gates import scene_of
from tests.browser.violations import EACH_SIZE, SIZES, expect_nothing

page, _ = shared_page()
Reach = Callable[[Page], object]
WHOLE = "html"
DIFFERENCE = "step=20&view=compare&versus=sentence&otherSentence=cat+rat+rat&contrast=1"
STEPPED = "main, #panel, #transport"  # what a step changes


class State(NamedTuple):
    name: str
    reach: Reach
    part: str


def at(step: int) -> Reach:
    return lambda page: go(page, step)


def tab(name: str) -> Reach:
    def reach(page: Page) -> None:
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tabpanel", name=name)).to_be_visible()

    return reach


def button(*names: str) -> Reach:
    return lambda page: [press(page, name) for name in names]


def view(fragment: str, shown: str) -> Reach:
    """A view by its link, once this element is there."""

    def reach(page: Page) -> None:
        page.evaluate("(link) => { location.hash = link; }", f"#v=1&{fragment}")
        expect(page.locator(shown).first).to_be_attached()

    return reach


def of_cells(kind: str, **parts: object) -> str:
    """The fragment of a scene of cells of one kind."""
    return f"scene={quote(json.dumps(scene_of(kind).document()))}" + "".join(f"&{name}={value}" for name, value in parts.items())


def dialog(button_name: str) -> Reach:
    def reach(page: Page) -> None:
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        press(page, button_name)
        expect(page.get_by_role("dialog")).to_be_visible()

    return reach


def question(page: Page) -> None:
    go(page, 7)
    press(page, "Predict first")
    press(page, "Step forward")
    expect(page.get_by_role("region", name="What comes next?")).to_be_visible()


def answer(page: Page) -> None:
    page.locator("#question [data-choice]").first.click()
    expect(page.locator("#question [data-part=told]")).not_to_be_empty()


def compared(page: Page) -> None:
    press(page, "Predict first")
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Compare").click()
    expect(page.get_by_role("grid")).to_have_count(2)


def broken(page: Page) -> None:
    press(page, "Projector")
    layer(page, 1).get_by_role("switch").click()
    expect(layer(page, 1).get_by_role("alert")).to_be_visible()


def unknown_word(page: Page) -> None:
    layer(page, 1).get_by_role("switch").click()
    read(page, "cat dog")
    expect(page.get_by_text("Add “dog”")).to_be_visible()


def initial_state(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^initial state of layer 1")).click()
    expect(page.get_by_role("spinbutton", name="h₀ of unit 1")).to_be_visible()


def long_sentence(page: Page) -> None:
    read(page, "cat mat rat rat mat " * 8)
    expect(page.locator(".heat canvas").first).to_be_visible()
    go(page, 60)


def kept(page: Page) -> None:
    go(page, 20)
    for place in ((1, 1), (2, 1), (1, 2), (2, 2), (1, 3), (2, 3)):
        cell(page, *place).focus()
        page.keyboard.press("Shift+Enter")
    expect(page.get_by_role("region", name="Kept cells").get_by_role("listitem")).to_have_count(6)


def training(page: Page) -> None:
    view("view=training", "#training [data-part=dataset] option")(page)
    expect(page.get_by_role("combobox", name="Data set").locator("option")).to_have_count(6)


def trained(page: Page) -> None:
    page.get_by_role("spinbutton", name="Epochs").fill("3")
    press(page, "Start training")
    trained = page.get_by_role("complementary", name="Training")
    expect(trained).to_contain_text("Finished after epoch 3")
    expect(trained.get_by_role("listitem")).to_have_count(3)
    page.get_by_role("combobox", name="Data set").select_option("your own table")
    page.get_by_role("textbox", name="Sentences and labels").fill("good film\n")
    press(page, "Learn from these")
    expect(trained.get_by_role("alert").filter(has_text="Row 1")).to_be_visible()


def laboratory(page: Page) -> None:
    view("view=gradients", "#gradients canvas")(page)
    expect(page.get_by_role("img", name=re.compile("^GRU, top layer: "))).to_be_visible()
    page.get_by_text("Numbers", exact=True).click()
    page.get_by_text("Studies from the papers").click()
    expect(page.get_by_text(re.compile("^Marks at"))).to_be_visible()


def sheet(page: Page) -> None:
    press(page, "Reviews and model")
    expect(page.get_by_role("button", name="Add layer")).to_be_visible()


def gates(kind: str) -> list[State]:
    """A cell with gates on its way forward, and pinned when its gradient is known, with its drawing, its formulas and its sums."""
    return [
        State(f"{kind}, forward", view(of_cells(kind, step=5), "#interior .number"), "#side, main, #panel"),
        State(f"{kind}, backward", view(of_cells(kind, step=14, pinned="2,1"), "#panel [data-part=scalar] button"), "main, #panel"),
    ]


PHASES = [
    State("backward", at(14), WHOLE),
    State("before the first step", at(0), STEPPED),
    State("forward", at(7), STEPPED),
    State("loss", at(11), STEPPED),
    State("update", at(20), STEPPED),
]
TABS = [State(f"the tab {name}", tab(name), "#panel") for name in ("Layer", "Gradient", "Code")]
DESK = {
    "tabs, fold and questions": [
        *TABS,
        State("folded", lambda page: [tab("Cell")(page), go(page, 7), press(page, "Folded")], "main"),
        State("a question", lambda page: [press(page, "Folded"), question(page)], "#question, #transport"),
        State("an answer", answer, "#question"),
        State("compare", compared, "#header, main"),
    ],
    "gates of an LSTM": gates("LSTM"),
    "gates of a GRU": gates("GRU"),
    "dialogs": [State(name, dialog(name), "dialog[open]") for name in ("Export", "Share", "Keys")],
    "what cannot work": [
        State("projector", button("Projector"), WHOLE),
        State("a broken stack", broken, "#side, main, #transport"),
        State("an unknown word", unknown_word, "#side"),
        State("an initial state", initial_state, "main, #panel"),
    ],
    "a heat map": [
        State("forward", long_sentence, f"#side, {STEPPED}"),
        State("backward", at(160), STEPPED),
    ],
    "kept cells": [State("kept cells", kept, "main, #panel")],
    "a training": [
        State("before a training", training, "#header, main, #training"),
        State("after a training, with a table of one's own", trained, "main, #training"),
    ],
    "the laboratory": [State("everything unfolded", laboratory, "#header, #gradients")],
}
PHONE = {
    "tabs and fold": [
        State("the sheet", lambda page: [go(page, 13), sheet(page)], "#header, #side"),
        State("the tab Layer", lambda page: [press(page, "Reviews and model"), tab("Layer")(page)], "#panel"),
        *TABS[1:],
        State("folded", lambda page: [tab("Cell")(page), press(page, "Folded")], "main"),
    ],
    "gates of an LSTM": gates("LSTM")[1:],
    "gates of a GRU": gates("GRU")[1:],
    "kept cells": DESK["kept cells"],
    "compare": [State("compare", view(DIFFERENCE, "#compare .cell"), "#header, main")],
    "a training": [State("before a training", training, "#header, #training")],
    "the laboratory": DESK["the laboratory"],
}
WALKS = [
    *[pytest.param("desk", states, id=f"desk: {name}") for name, states in DESK.items()],
    *[pytest.param("phone", states, id=f"phone: {name}") for name, states in PHONE.items()],
]
LONG_WALKS = [
    pytest.param(size, gates("GRU, reset before"), id=f"{size}: reset before", marks=pytest.mark.long) for size in ("desk", "phone")
]


def resized(page: Page, size: str) -> Page:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    return page


def walk(page: Page, states: list[State]) -> None:
    for state in states:
        state.reach(page)
        expect_nothing(page, state.name, state.part)


@pytest.mark.parametrize("size", EACH_SIZE)
def test_axe_finds_nothing_at_any_phase(page: Page, size: str) -> None:
    walk(resized(page, size), PHASES)


@pytest.mark.parametrize(("size", "states"), [*WALKS, *LONG_WALKS])
def test_axe_finds_nothing_in_any_view_panel_dialog_or_state(page: Page, seat: Watched, size: str, states: list[State]) -> None:
    seat.allowed.append("422")  # what cannot work is one of the states
    walk(resized(page, size), states)


@pytest.mark.parametrize("size", EACH_SIZE)
def test_axe_finds_nothing_in_hindi(context: BrowserContext, watched: Watched, server: Server, size: str) -> None:
    page = resized(context.pages[0], size)
    page.goto(f"{server.address}?language=hi#v=1&step=13")
    page.get_by_role("button", name=HINDI.words["step.forward"], exact=True, disabled=False).wait_for()
    expect_nothing(page, "Hindi")


@pytest.mark.parametrize("path", ["checked", "worksheet", "docs"])
def test_axe_finds_nothing_on_the_pages_beside_the_grid(context: BrowserContext, server: Server, path: str) -> None:
    page = context.pages[0]
    made = page.request.post(f"{server.address}api/traces", data=page_tables()["scene"])
    page.goto(server.address + (f"worksheet/{made.headers['scene-id']}" if path == "worksheet" else path))
    expect_nothing(page, path)


def test_what_is_wrong_is_found_wherever_it_stands(page: Page) -> None:
    """One number among many that look alike, and a button without a name."""
    go(page, 7)
    number = page.locator("#panel td.value").nth(3)
    number.evaluate("(node) => { node.style.color = 'rgb(230 230 230)'; }")
    with pytest.raises(AssertionError, match=r"color-contrast: .*\.value"):
        expect_nothing(page, "a faint number", "#panel")
    number.evaluate("(node) => { node.style.color = ''; }")
    page.locator("#fold").evaluate("(node) => { node.textContent = ''; node.title = ''; }")
    with pytest.raises(AssertionError, match="button-name: #fold"):
        expect_nothing(page, "a button without a name", "#legend")
