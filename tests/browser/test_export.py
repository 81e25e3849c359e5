from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from app.computing import compute
from app.limits import LIMITS
from app.presets import KERAS, PRESETS, review, scene
from app.scenes import Scene, default_scene
from app.traces import SceneTrace, run
from tests.browser.pages import Server, Watched, open_page
from tests.browser.person import MINUS, drawn, grid, layer, press, say, step, written
from tests.browser.shared_page import begin_anew, shared_page
from tests.browser.violations import expect_nothing

page, watched = shared_page()

SVG = "{http://www.w3.org/2000/svg}"
PRINT = 3
OFFERS = ["Grid as SVG", "Grid as PNG", "Timeline as WebM", "Numbers as CSV", "Numbers as safetensors", "Scene as JSON", "Scene as link"]
SHORT = scene({"type": "SimpleRNN", "units": 1}, reading=review("cat", 1))
WITHOUT_FILM = "delete globalThis.MediaRecorder"


@pytest.fixture
def fresh(context: BrowserContext, server: Server) -> Iterator[Page]:
    """An empty page, for what has to be there before any script runs."""
    page = context.pages[0]
    watch = Watched(page, server.address)
    yield page
    assert watch.faults == []


def show(page: Page, server: Server, of: Scene, view: str = "") -> None:
    """Opens a scene by its link, and the dialog once its numbers are here."""
    (begin_anew if page.locator("svg.grid").count() else open_page)(page, f"{server.address}#v=1&scene={quote(of.canonical)}&{view}")
    page.get_by_role("button", name="Export", exact=True).click()
    drawn(page)


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Export")


def offer(page: Page, name: str) -> Locator:
    return dialog(page).get_by_role("link" if name == "Worksheet" else "button", name=name, exact=True)


def note(page: Page, name: str) -> Locator:
    """What is said beside an offer: what it gives, or why it cannot be had."""
    return page.locator(f"#{offer(page, name).get_attribute('aria-describedby')}")


def saved(page: Page, name: str) -> tuple[str, bytes]:
    """The file that an offer gives, with its name."""
    with page.expect_download() as download:
        offer(page, name).click()
    file = download.value.suggested_filename
    expect(dialog(page).get_by_text(f"{file} is among your downloads.")).to_be_visible()
    return file, Path(download.value.path()).read_bytes()


def of_address(trace: SceneTrace, address: str) -> float:
    """What the engine says of an address of the grid: 2/3/h/1, d/2/3/h/1, output/3/y/1, input/3/x/1."""
    gradient = address.startswith("d/")
    name, timestep, quantity, unit = address.removeprefix("d/").split("/")
    index = trace.layer_names.index(name)
    if name == "input":
        return float(trace.forward.inputs[0, int(timestep) - 1, int(unit) - 1])
    layers = (trace.gradients if gradient else trace.forward).layers
    at = trace.scene.output_timesteps.index(int(timestep)) if name == "output" else int(timestep) - 1
    return float(layers[index][quantity][0, at, int(unit) - 1])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_grid_as_svg_needs_no_page_and_holds_every_number_that_is_on_the_screen(page: Page, server: Server, theme: str) -> None:
    show(page, server, default_scene(), f"step=13&theme={theme}")
    file, body = saved(page, "Grid as SVG")
    assert file == "unrolled-cat-mat-rat-step-13.svg"
    assert not re.search(rb" class=| style=|<style|<script|href=|var\(|tabindex|aria-|rgba\(", body)
    picture = ElementTree.fromstring(body)
    assert picture.findtext(f"{SVG}desc") == say(page).inner_text().replace("\u2212", MINUS)
    numbers = {
        node.get("data-address", ""): "".join(text.itertext())
        for node in picture.iter(f"{SVG}g")
        if node.get("data-address", "").count("/") >= 3 and (text := node.find(f"{SVG}text")) is not None
    }
    trace = run(default_scene())
    assert len(numbers) == 9 + 15 + 5 + 1, "of words, every h, the five gradients of h that are known at this step, and that of the output"
    for address, text in numbers.items():
        value = of_address(trace, address)
        assert text == (f"{value:.0f}" if address.startswith("input") else written(value)), address
    assert f"ŷ = {written(of_address(trace, 'output/3/y/1'))}" in {text.text for text in picture.iter(f"{SVG}text")}
    shown = page.locator("svg.grid .number text").all_text_contents()
    assert sorted(shown) == sorted(text for address, text in numbers.items() if not address.startswith("input"))
    assert step(page) == 13
    expect(page.locator(".stage")).to_have_count(0)


def test_a_grid_that_takes_its_time_to_draw_keeps_every_colour_and_the_page_alive(page: Page, server: Server) -> None:
    words = ["cat", "mat", "rat"] * 12
    show(page, server, scene(*KERAS, reading={"sentence": words, "label": 1}), "step=40")
    picture = ElementTree.fromstring(saved(page, "Grid as SVG")[1])

    def fills(node: ElementTree.Element, above: str | None) -> Iterator[tuple[str, str | None]]:
        own = node.get("fill", above)
        yield node.tag.removeprefix(SVG), own
        for child in node:
            yield from fills(child, own)

    assert "rgb(0, 0, 0)" not in [fill for tag, fill in fills(picture, "rgb(0, 0, 0)") if tag == "rect"]
    addresses = [node.get("data-address", "") for node in picture.iter(f"{SVG}g")]
    assert sum(re.fullmatch(r"[12]/[1-9]\d*", address) is not None for address in addresses) == 2 * len(words), (
        "drawn, though the page shows a heat map"
    )
    assert sum(text.findtext(f"{SVG}title") in words for text in picture.iter(f"{SVG}text")) == len(words)
    assert offer(page, "Timeline as WebM").get_attribute("aria-disabled"), "its numbers would be too small"


def test_the_grid_as_png_is_as_large_as_promised(page: Page, server: Server) -> None:
    show(page, server, default_scene(), "step=20")
    size = [int(number) for number in re.findall(r"\d+", note(page, "Grid as SVG").inner_text())]
    file, body = saved(page, "Grid as PNG")
    assert file == "unrolled-cat-mat-rat-step-20.png"
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    pixels = [int.from_bytes(body[at : at + 4], "big") for at in (16, 20)]
    assert pixels == [PRINT * length for length in size]
    assert f"{pixels[0]} × {pixels[1]} pixels" in note(page, "Grid as PNG").inner_text()


Place = tuple[str, ...]
Told = tuple[float | None, ...]


def cells_of(trace: SceneTrace, index: int) -> Iterator[tuple[Place, Told]]:
    """(layer, timestep, quantity, row, unit) and (value, gradient, updated) of every quantity of a layer, the initial state first."""
    name, layer = trace.layer_names[index], trace.model.layers[index]
    forward, gradients = trace.forward.layers[index], trace.gradients.layers[index]
    for state in layer.states:
        for unit in range(layer.width):
            yield (name, "0", state, "", str(unit + 1)), (*(float(part.row(state, -1)[0, unit]) for part in (forward, gradients)), None)
    ahead = {"x": trace.forward.inputs} if name == "input" else dict(forward)
    back = {"x": trace.gradients.inputs} if name == "input" else dict(gradients)
    if layer.states:
        back["h_norm"] = np.linalg.norm(back["h"], axis=2, keepdims=True)
    timesteps = trace.scene.output_timesteps if name == "output" else range(1, len(trace.words) + 1)
    for quantity, values in (ahead | back).items():
        for at, unit in np.ndindex(len(timesteps), values.shape[2]):
            told = (float(part[quantity][0, at, unit]) if quantity in part else None for part in (ahead, back))
            yield (name, str(timesteps[at]), quantity, "", str(unit + 1)), (*told, None)


def weights_of(trace: SceneTrace) -> Iterator[tuple[Place, Told]]:
    """The same of every weight; of an embedding the rows that are used, by their own numbers."""
    parts = [trace.sent(weights) for weights in (trace.forward.weights, trace.gradients.weights, trace.updated)]
    for (name, weight), values in parts[0].items():
        rows = trace.rows if name == "embedding" else range(len(values))
        assert rows is not None
        for place in np.ndindex(values.shape):
            row = "" if values.ndim == 1 else str(rows[place[0]] + 1)
            yield (name, "", weight, row, str(place[-1] + 1)), tuple(float(part[name, weight][place]) for part in parts)


def numbers_of(trace: SceneTrace) -> Iterator[tuple[Place, Told]]:
    """Every number of a scene, asked of the engine's own arrays."""
    for index in range(len(trace.layer_names)):
        yield from cells_of(trace, index)
    yield ("output", "", "loss", "", ""), (float(trace.gradients.loss), None, None)
    yield from weights_of(trace)


@pytest.mark.parametrize("preset", ["mixed", "the notes' Keras stack"])
def test_the_numbers_as_csv_are_the_engines_to_the_last_bit(page: Page, server: Server, preset: str) -> None:
    show(page, server, PRESETS[preset])
    file, body = saved(page, "Numbers as CSV")
    assert file == "unrolled-cat-mat-rat.csv"
    head, *rows = csv.reader(body.decode("ascii").split("\r\n")[:-1])
    assert head == ["layer", "timestep", "quantity", "row", "unit", "value", "gradient", "updated"]
    told = {tuple(row[:5]): tuple(float(field) if field else None for field in (*row[5:], "", "")[:3]) for row in rows}
    assert len(told) == len(rows), "each number once"
    assert told == dict(numbers_of(run(PRESETS[preset])))


def test_the_trace_the_scene_and_the_link_are_the_servers_own(page: Page, server: Server) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chosen = PRESETS["deep GRU"]
    show(page, server, chosen, "step=4")
    file, body = saved(page, "Numbers as safetensors")
    assert file == "unrolled-cat-mat-rat.safetensors"
    assert body == page.request.get(f"{server.address}api/traces/{chosen.id}").body() == compute(chosen).sent.body
    assert saved(page, "Scene as JSON") == ("unrolled-cat-mat-rat.json", chosen.canonical)
    offer(page, "Scene as link").click()
    expect(dialog(page).get_by_text("Link copied.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    other = page.context.new_page()
    open_page(other, link)
    drawn(other)
    assert step(other) == 4
    expect(grid(other).get_by_role("gridcell")).to_have_count(6)


def test_where_there_is_no_clipboard_the_link_can_be_copied_by_hand(fresh: Page, server: Server) -> None:
    page = fresh
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    show(page, server, default_scene())
    offer(page, "Scene as link").click()
    expect(dialog(page).get_by_role("textbox", name="Link")).to_have_value(re.compile(f"^{re.escape(server.address)}#v=2&scene="))


def test_the_timeline_is_filmed_with_progress_and_can_be_called_off(page: Page, server: Server) -> None:
    show(page, server, SHORT, "speed=4&step=3")
    offer(page, "Timeline as WebM").click()
    expect(dialog(page).get_by_role("progressbar")).to_be_visible()
    expect(offer(page, "Numbers as CSV")).to_be_disabled()
    dialog(page).get_by_role("button", name="Cancel").click()
    expect(dialog(page).get_by_text("Cancelled.")).to_be_visible()
    expect(dialog(page).get_by_role("progressbar")).to_be_hidden()
    file, body = saved(page, "Timeline as WebM")
    assert file == "unrolled-cat.webm"
    assert body.startswith(b"\x1a\x45\xdf\xa3")
    assert b"webm" in body[:64]
    assert len(body) > 10_000, "pictures, not only a head"
    assert step(page) == 3
    expect(page.locator(".stage")).to_have_count(0)


def test_the_worksheet_opens_beside_the_page_and_needs_no_script(page: Page, server: Server) -> None:
    show(page, server, default_scene())
    with page.context.expect_page() as opened:
        offer(page, "Worksheet").click()
    sheet = opened.value
    expect(sheet.get_by_role("heading", name="Worksheet: cat mat rat")).to_be_visible()
    expect(sheet.locator("script")).to_have_count(0)
    solution = sheet.get_by_role("region", name="Solution").get_by_role("table")
    trace = run(default_scene())
    for table, layers in zip(solution.all(), (trace.forward.layers, trace.gradients.layers), strict=True):
        row = table.get_by_role("row").filter(has=sheet.get_by_role("rowheader", name="layer 2"))
        told = [float(number.replace(MINUS, "-")) for number in row.locator("b").all_inner_texts()]
        assert told == pytest.approx(list(layers[2]["h"][0].ravel()), abs=5.1e-5)


def test_a_stack_that_cannot_work_gives_its_picture_and_says_why_nothing_else(page: Page, server: Server, watched: Watched) -> None:
    watched.allowed.append("422")
    layer(page, 1).get_by_role("switch").click()
    expect(layer(page, 1).get_by_role("alert")).to_be_visible()
    press(page, "Export")
    for name in ("Timeline as WebM", "Numbers as CSV", "Numbers as safetensors", "Scene as JSON", "Worksheet"):
        expect(offer(page, name)).to_be_disabled()
        expect(note(page, name)).to_contain_text("cannot work")
    assert ElementTree.fromstring(saved(page, "Grid as SVG")[1]).tag == f"{SVG}svg"


def test_without_the_server_the_pages_own_files_can_still_be_had(page: Page, watched: Watched) -> None:
    watched.allowed.append("Failed to load resource")
    page.route("**/version", lambda route: route.abort())
    page.route("**/api/traces", lambda route: route.abort())
    press(page, "New weights")
    press(page, "Export")
    expect(offer(page, "Numbers as safetensors")).to_be_disabled()
    for name in ("Numbers as safetensors", "Scene as JSON", "Worksheet"):
        expect(note(page, name)).to_contain_text("away")
    assert saved(page, "Numbers as CSV")[0] == "unrolled-cat-mat-rat.csv"


def test_what_the_server_refuses_is_said_and_nothing_is_saved(page: Page, server: Server, watched: Watched) -> None:
    watched.allowed.append("429")
    show(page, server, default_scene())
    problem = {
        "type": "problems/busy",
        "title": "",
        "status": 429,
        "detail": "It computes as much as it can.",
        "errors": [],
    }
    page.route(
        "**/api/traces/*", lambda route: route.fulfill(status=429, content_type="application/problem+json", body=json.dumps(problem))
    )
    offer(page, "Numbers as safetensors").click()
    expect(dialog(page).get_by_role("alert")).to_contain_text("It computes as much as it can. Nothing was saved.")


def test_what_this_browser_or_paper_cannot_do_is_said(fresh: Page, server: Server) -> None:
    page = fresh
    page.add_init_script(WITHOUT_FILM)
    show(page, server, scene(*KERAS, {"type": "GRU", "units": 32}))
    expect(offer(page, "Timeline as WebM")).to_be_disabled()
    expect(note(page, "Timeline as WebM")).to_contain_text("cannot film")
    expect(offer(page, "Worksheet")).to_be_disabled()
    expect(note(page, "Worksheet")).to_contain_text(f"at most {LIMITS['worksheet'].max:,.0f}")
    expect(offer(page, "Grid as PNG")).to_be_enabled()


def test_a_change_that_has_no_numbers_yet_is_not_in_the_file_and_the_dialog_says_so(page: Page, watched: Watched) -> None:
    held: list[Any] = []
    page.route("**/api/traces", lambda route: held.append(route))
    page.get_by_role("button", name="rat rat mat, label 0").click()
    press(page, "Export")
    expect(dialog(page)).to_contain_text("cat mat rat · step 0 of 20: what the grid shows.")
    expect(offer(page, "Numbers as CSV")).to_be_enabled()
    held[0].continue_()
    expect(dialog(page)).to_contain_text("rat rat mat · step 0 of 20")
    assert saved(page, "Numbers as CSV")[0] == "unrolled-rat-rat-mat.csv"


def test_axe_finds_nothing_in_the_dialog_and_the_keyboard_comes_back(fresh: Page, server: Server) -> None:
    page = fresh
    page.add_init_script(WITHOUT_FILM)
    show(page, server, default_scene())
    expect(dialog(page).get_by_role("listitem")).to_have_count(len(OFFERS) + 1)
    expect_nothing(page, "what cannot be filmed", "dialog[open]")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Export", exact=True)).to_be_focused()
