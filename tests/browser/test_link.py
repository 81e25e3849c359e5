from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import Server, Watched, open_page
from tests.browser.person import cell, drawn, expect_step, go, grid, layer, press, read
from tests.browser.shared_page import BEGIN_ANEW, begin_anew, shared_page

page, watched = shared_page()


# Every element of the grid in its order: its name, its own text, and its attributes, in whatever order they were set.
ELEMENTS = """(node) => [node, ...node.querySelectorAll("*")].map((each) => [
    each.tagName,
    [...each.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data),
    Object.fromEntries([...each.attributes].map(({ name, value }) => [name, name === "class" ? value.replace(/ ?\\blit\\b/, "") : value])),
])"""


def shown(page: Page) -> list[Any]:
    page.mouse.move(0, 0)
    drawn(page)
    return list(grid(page).evaluate(ELEMENTS))


def test_scene_and_view_stand_in_the_address_and_open_the_same_page_elsewhere(page: Page) -> None:
    read(page, "rat cat")
    expect(grid(page).get_by_role("gridcell")).to_have_count(4)
    page.get_by_role("combobox", name="Detail").select_option(label="by operation")
    page.get_by_role("combobox", name="Order").select_option(label="by layer")
    go(page, 9)
    cell(page, 1, 2).click()
    page.wait_for_url(re.compile(r"step=forward\.2\.2\.a&.*pinned=1%2C2"))
    other = page.context.new_page()
    open_page(other, page.url)
    expect_step(other, 9)
    expect(other.get_by_role("combobox", name="Detail")).to_have_value("operation")
    assert shown(other) == shown(page)


def test_the_link_is_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    go(page, 4)
    press(page, "Copy link")
    expect(page.get_by_text("Link copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").endswith("&step=forward.1.1")


def test_without_a_clipboard_the_link_is_shown_to_be_copied_by_hand(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page = context.new_page()
    open_page(page, server.address)
    press(page, "Copy link")
    field = page.get_by_role("textbox", name="Link")
    expect(field).to_be_visible()
    assert field.input_value().startswith(server.address + "#v=2&scene=")
    assert page.evaluate("getSelection().toString() || document.activeElement.selectionEnd > 20")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(field).to_be_hidden()
    context.close()


def test_a_link_pasted_into_the_open_page_is_opened(page: Page) -> None:
    go(page, 3)
    page.wait_for_url(re.compile(r"step=words\.input\.3"))
    page.evaluate("location.hash = location.hash.replace('step=words.input.3', 'step=backward.2.3')")
    expect_step(page, 12)
    page.evaluate("location.hash = '#v=1&step=5'")
    expect_step(page, 5)
    page.evaluate("location.hash = '#v=1&amp;step=7).'")  # as mail and chat mangle it
    expect_step(page, 7)


WRITES_ON_CALL = """
const later = window.setTimeout;
window.setTimeout = (call, delay, ...rest) => (delay === 250 ? (window.writeAddress = call) && 1 : later(call, delay, ...rest));
"""


def test_a_view_pressed_just_before_the_address_is_written_opens(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    context.add_init_script(WRITES_ON_CALL)
    page = context.new_page()
    open_page(page, server.address)
    go(page, 3)
    page.evaluate("() => { location.hash = '#v=1&view=compare'; window.writeAddress(); }")  # before the event of the link
    expect(page.get_by_role("region", name="The other scene")).to_be_visible()
    expect_step(page, 3)
    page.evaluate("() => window.writeAddress()")
    page.wait_for_url(re.compile(r"step=words\.input\.3&.*view=compare"))
    context.close()


def test_the_skip_link_is_no_link_to_a_scene(page: Page) -> None:
    go(page, 3)
    page.wait_for_url(re.compile(r"step=words\.input\.3"))
    page.keyboard.press("Tab")
    page.get_by_role("link", name="Skip to the grid").press("Enter")
    page.wait_for_url(re.compile(r"#v=2.*step=words\.input\.3"))
    expect(page.get_by_role("alert").filter(has_text="could not be read")).to_have_count(0)
    expect_step(page, 3)


def test_a_link_that_cannot_be_read_says_so_and_the_page_is_shown(page: Page, watched: Watched, server: Server) -> None:
    bad = ("#v=1&step=-4&detail=atoms&theme=dark", "#v=1&scene=%7Bbroken&theme=dark", "#v=0x&theme=dark", "#%00%ff")
    for link, complaint in (*((link, "could not be read") for link in bad), ("#v=3&step=1", "newer version")):
        begin_anew(page, server.address + link)
        expect(page.get_by_role("alert").filter(has_text=complaint)).to_be_visible()
        expect(grid(page).get_by_role("gridcell")).to_have_count(6)


def hostile(toy: dict[str, Any]) -> list[str]:
    """Links whose fields hold what no page writes, the worst of those that the tests of the reader go through."""
    dense = {"type": "Dense", "units": 1_000_000_000, "activation": "softmax"}
    embedded = [{"type": "Embedding", "input_dim": 0, "output_dim": -1}, {"type": "GRU", "units": 0}, dense]
    scenes: list[Any] = [
        toy | {"optimizer": {"type": "Lion", "learning_rate": 0.1}},
        json.loads(json.dumps(toy).lower()),
        toy | {"vocabulary": [], "sentence": [], "label": [], "inputs": {"input/1/x/1": 1e308}},
        toy | {"layers": [{"type": "toString", "units": 1}, dense]},
        toy
        | {"layers": embedded, "loss": "categorical_crossentropy", "label": -1e308, "initial_state": [{"h": [], "c": []}], "window": -1},
        toy | {"layers": [toy["layers"][0]] * 60 + [dense], "optimizer": {"type": "SGD", "learning_rate": -1e308, "constructor": True}},
        toy | {"weights": {"seed": -1, "edits": {"constructor": 0}, "training": {"dataset": "", "batch_size": 0, "updates": 2**53}}},
        [toy],
        None,
    ]
    views = (
        "tab=layer&lit=1/toString&pinned=9,9&unit=999999",
        "tab=gradient&lit=d/1/constructor/1,1&step=backward.1.1",
        "step=update.output..kernel&pinned=output,3&kept=output/3,9/9&folded=1",
        "view=gradients&lab=constructor~NaN~-1~1e9&study=toString~~~~~~constructor~99999&unfolded=studies.toString&path=toString~1/1,9/9",
        "view=compare&versus=sentence&otherSentence=%3Cb%3E%E2%80%AE&step=words.input.99&zoom=0.000001&pan=-9,9",
        "view=training&epochs=-999999999&chart=path&shapes=constructor&speed=toString",
    )
    return [f"#v=1&scene={quote(json.dumps(scene))}&{view}" for scene, view in zip(scenes, [*views, *views[:3]], strict=True)]


def test_no_link_leaves_an_empty_page(page: Page, watched: Watched, server: Server) -> None:
    watched.allowed.append("422")
    toy = page.evaluate("JSON.parse(document.getElementById('tables').textContent).scene")
    for link in hostile(toy):
        page.evaluate(BEGIN_ANEW, server.address + link)
        expect(page.get_by_role("alert").filter(visible=True)).not_to_have_count(0)
        expect(page.get_by_role("group", name="layer 1", exact=True, include_hidden=True)).to_have_count(1)
        page.evaluate(BEGIN_ANEW, server.address + re.sub("scene=[^&]*&", "", link))
        expect(page.get_by_role("main").filter(visible=True)).not_to_have_count(0)
        drawn(page)
        assert watched.faults == [], (link, watched.faults)


def test_a_scene_in_a_link_that_breaks_a_rule_is_explained_and_can_be_mended(page: Page, watched: Watched, server: Server) -> None:
    watched.allowed.append("422")
    scene = page.evaluate("JSON.parse(document.getElementById('tables').textContent).scene")
    scene["layers"][0]["units"] = 1_000_000_000
    page.evaluate(BEGIN_ANEW, server.address + "#v=1&scene=" + quote(json.dumps(scene)))
    expect(layer(page, 1).get_by_role("alert")).to_contain_text("128")
    units = layer(page, 1).get_by_role("spinbutton", name="units")
    units.fill("3")
    units.press("Enter")
    press(page, "Last step")
    expect_step(page, 20)


def test_a_long_scene_stands_in_its_link(page: Page, watched: Watched) -> None:
    watched.allowed.append("422")
    word = "w" * 60
    read(page, " ".join([word] * 40))
    press(page, f"Add “{word}” to the vocabulary")
    expect(grid(page).get_by_role("gridcell")).to_have_count(80)
    press(page, "Last step")
    page.wait_for_url(re.compile(r"scene=[\w-]{100,}&step=update\.1$"))
    other = page.context.new_page()
    computed: list[str] = []
    other.on("request", lambda request: computed.append(request.url) if request.url.endswith("api/traces") else None)
    open_page(other, page.url)
    expect(grid(other).get_by_role("gridcell")).to_have_count(80)
    expect_step(other, 205)
    assert len(computed) == 1, "the toy is not computed first"
    expect(other.get_by_role("button", name="Undo")).to_be_disabled()


def test_an_id_that_the_server_does_not_know_opens_the_toy_and_says_so(page: Page, watched: Watched, server: Server) -> None:
    watched.allowed.append("404")
    begin_anew(page, server.address + "#v=1&scene=" + "0" * 64)
    expect(page.get_by_role("alert").filter(has_text="not known")).to_be_visible()
    drawn(page)
    expect(grid(page).get_by_role("gridcell")).to_have_count(6)


def test_a_link_whose_hash_was_encoded_on_its_way_becomes_the_link_that_it_was(browser: Browser, server: Server) -> None:
    page = browser.new_page()
    page.goto(f"{server.address}%23v=1&step=4&pinned=1%2C2")
    page.wait_for_url(re.compile(r"/#v=1.*step=4"))
    expect_step(page, 4)
    page.goto(f"{server.address}nothing/there")
    page.get_by_role("link", name="Open Unrolled").click()
    page.wait_for_url(re.compile(f"^{re.escape(server.address)}(#.*)?$"))
    page.close()
