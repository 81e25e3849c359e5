"""The gallery: a table of views, and the camera that photographs them. A new view is one entry of VIEWS."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from io import BytesIO
from shutil import copyfile
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, urlencode

from PIL import Image
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from _browser import find
from _environment import ROOT
from app.presets import PRESETS
from app.scenes import default_scene
from benchmarks.frames import scene as large_scene
from benchmarks.page import FLAGS
from benchmarks.running import server

FOLDER = ROOT / "docs" / "gallery"
PICTURE = ("backward", ROOT / "docs" / "picture.png")  # the view that the README shows
SIZES = ((1440, 900), (1280, 720), (390, 844))
THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
PATIENCE = 15_000  # ms, for a machine that does other things at the same time

# Scrolls to what a view is about, below the header that stays.
LOOK_AT = """(about) => {
    const place = document.querySelector(about);
    place?.style.setProperty("scroll-margin-top", "52px");
    place?.scrollIntoView();
}"""

Action = Callable[[Page], None]


class View(NamedTuple):
    """How a view is reached from its link, and what it shows; `there` is what must be on the screen, `about` where a phone scrolls to."""

    name: str
    shows: str
    link: dict[str, Any] = {}  # noqa: RUF012 - it is never written to
    act: Action | None = None
    there: str = "svg.grid .cell"
    about: str = "body"
    query: str = ""


def press(selector: str) -> Action:
    """Presses a button; on a phone some are behind the menu."""

    def act(page: Page) -> None:
        button, menu = page.locator(f"{selector}:visible"), page.locator("[data-part=menu]:visible")
        if not button.count() and menu.count():
            menu.click()
        button.first.click()

    return act


def read_unknown_word(page: Page) -> None:
    """A sentence of one's own, with a word that the vocabulary has not."""
    field = page.locator("#reviews [name=sentence]")
    if not field.is_visible():
        page.locator("[data-part=menu]").click()
    field.fill("cat dog mat")
    field.press("Enter")


def lose_the_server(page: Page) -> None:
    """What the next question finds is no network."""
    page.context.set_offline(True)
    press("[data-part=fresh]")(page)
    menu = page.locator("[data-part=menu][aria-expanded=true]:visible")
    if menu.count():
        menu.click()


def predict(page: Page) -> None:
    """The step before a state is computed is asked about."""
    page.locator("#predict").click()
    expect(page.locator("#predict[aria-pressed=true]")).to_be_visible(timeout=PATIENCE)
    page.locator("[data-part=forward]").click()


def train(page: Page) -> None:
    """A training to its end, and back to an epoch of it."""
    expect(page.locator("#training [data-part=dataset] option").first).to_be_attached(timeout=PATIENCE)
    page.locator("#training [data-part=start]").click()
    expect(page.locator("#training [data-part=said]")).to_contain_text("100", timeout=2 * PATIENCE)
    expect(page.locator("#training [data-part=pause]")).to_be_hidden(timeout=2 * PATIENCE)
    page.locator("#training [data-part=scrub]").fill("37")
    expect(page.locator("#training .predictions .output").first).to_have_text("0.84", timeout=PATIENCE)  # of that epoch, as in the grid
    if page.locator("#charts details[open]").count():
        expect(page.locator("#charts figure[data-state=figure]")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#training .predictions:not([aria-busy])")).to_be_visible(timeout=PATIENCE)
    page.wait_for_load_state("networkidle")


def follow(path: str) -> Action:
    """Goes on to another page of the server."""

    def act(page: Page) -> None:
        page.goto(page.url.split("#")[0] + path)

    return act


def start_lecture(page: Page) -> None:
    """This page presents."""
    press("[data-part=lecture]")(page)
    expect(page.get_by_role("group", name="Join code")).to_have_text(CODE)


def ask_the_class(page: Page) -> None:
    """The presenter's own panel, with a question about the next step that the class is asked."""
    start_lecture(page)
    press("[data-part=panel-toggle]")(page)
    asking = page.locator("[data-part=engine] button")
    expect(asking).to_be_visible(timeout=PATIENCE)
    asking.click()
    expect(page.get_by_role("article", name="The question now")).to_be_visible()


def join_a_lecture(page: Page) -> None:
    """This page is a student's, who is asked something."""
    ask_the_class(page)
    code = page.get_by_role("group", name="Join code").inner_text()
    page.goto(f"{page.url.split('?')[0]}join/{code}")


def broken() -> dict[str, Any]:
    """The toy, whose lower layer hands up its last state alone."""
    scene = default_scene().document()
    lower, *upper = scene["layers"]
    return scene | {"layers": [lower | {"return_sequences": False}, *upper]}


ADAM = default_scene().document() | {"optimizer": {"type": "Adam", "learning_rate": 0.05}, "weights": {"seed": 0, "steps": 3}}
CODE = re.compile("^[A-Z2-9]{8}$")  # of a lecture
LSTM, GRU = (PRESETS[name].document() for name in ("deep LSTM", "deep GRU"))

VIEWS = (
    View("forward", "The forward pass: layer 2 mixes what layer 1 just said with its own memory.", {"step": 7}),
    View("backward", "The error flows back, and each state has its gradient beside it.", {"step": 14}),
    View(
        "interior-lstm",
        "Inside an LSTM, one operation at a time.",
        {"scene": LSTM, "detail": "operation", "step": 25},
        there="#interior svg",
    ),
    View("interior-gru", "Inside a GRU, on the way back.", {"scene": GRU, "step": 14}, there="#interior svg", about="#panel"),
    View(
        "layer",
        "The tab Layer: its matrices, a number to change by hand, and every use of it.",
        {"step": 20, "tab": "layer"},
        about="#panel",
    ),
    View(
        "gradient",
        "The tab Gradient: the sum over time that a weight learns from.",
        {"step": 20, "tab": "gradient", "lit": "d/1/recurrent_kernel/1,1"},
        about="#panel",
    ),
    View("code", "The tab Code: the model as a Keras and a PyTorch program.", {"step": 20, "tab": "code"}, there="#keras", about="#panel"),
    View(
        "panel",
        "A cell that was pinned, and one of its units scalar by scalar.",
        {"step": 14, "pinned": "2,2", "unit": 2},
        about="#panel [data-part=scalar]",
    ),
    View(
        "beside", "One formula in two notations.", {"step": 7, "notation": "pytorch", "beside": "ng"}, there=".book.second", about="#panel"
    ),
    View(
        "kept",
        "Cells kept beside each other, each with its gates, states and gradients.",
        {"scene": LSTM, "step": 14, "kept": "2/3,1/2,1/3"},
        there=".shelf, #kept",
        about="#kept",
    ),
    View(
        "update",
        "One step of Adam, and one number of it line by line.",
        {"scene": ADAM, "step": 19},
        there="#rule .rule li",
        about="#rule",
    ),
    View("folded", "One cell per layer with its loop: the same weights at every timestep.", {"step": 7, "folded": 1}, there=".loops .name"),
    View(
        "compare",
        "Another sentence, as a difference: which cells notice the other word.",
        {"step": 20, "view": "compare", "versus": "sentence", "otherSentence": "cat rat rat", "contrast": 1},
        there="#compare .cell",
    ),
    View(
        "training",
        "Training: the grid at an epoch gone back to, and what the network says of every sentence.",
        {"step": 11, "view": "training"},
        train,
        "#training .predictions li",
        "#training",
    ),
    View(
        "gradients",
        "Gradients: the size of the gradient in every cell of three kinds of networks.",
        {"view": "gradients"},
        there="#gradients canvas",
        about="#gradients",
    ),
    View("predict", "Predict first: a question before the step.", {"step": 3}, predict, "#question [data-choice]"),
    View(
        "large",
        "8 layers by 84 timesteps as a heat map, in the backward pass.",
        {"scene": large_scene(84), "step": 1000},
        there=".heat .spot",
    ),
    View("export", "What can be taken away.", {"step": 20}, press("[data-opens=export]"), "#export[open] li"),
    View("share", "The link that holds scene and view.", {"step": 7}, press("[data-opens=link]"), "#link[open]"),
    View("projector", "The projector: numbers of 18 px, read from the back row.", {"step": 7, "projector": 1}),
    View(
        "presenter",
        "A lecture has begun: the code that the class joins with, and what the presenter can do with everybody's screen.",
        {"step": 7},
        start_lecture,
        "[data-part=card] [data-part=picture] *",
    ),
    View(
        "lecture-panel",
        "The presenter's private panel: the question that is open, the hands, the plan.",
        {"step": 7},
        ask_the_class,
        "[data-part=private] article",
        "[data-part=private]",
    ),
    View(
        "student",
        "A student's screen: what the presenter sees, and a question that is tied to a cell.",
        {"step": 7},
        join_a_lecture,
        ".poll-card article",
    ),
    View("hindi", "In Hindi.", {"step": 7}, query="?language=hi"),
    View("unknown-word", "A word that the vocabulary has not, and what to do about it.", {}, read_unknown_word, "#reviews .offer"),
    View("broken", "A stack that cannot work: layer 2 needs every timestep of layer 1.", {"scene": broken()}, there=".edge.broken"),
    View("offline", "The server is away; what is on the screen stays.", {"step": 7}, lose_the_server, "#notice"),
    View("worksheet", "A worksheet to fill by hand.", {}, follow(f"worksheet/{default_scene().id}"), "main h1"),
    View("checked", "What the numbers were checked against.", {}, follow("checked"), "main h1"),
)


def main(names: Sequence[str]) -> int:
    """Photographs the views named, or all; 0 when every one was there."""
    views = [view for view in VIEWS if not names or view.name in names]
    if unknown := set(names) - {view.name for view in VIEWS}:
        print(f"There is no view {', '.join(sorted(unknown))}. There are: {', '.join(view.name for view in VIEWS)}.", file=sys.stderr)
        return 2
    FOLDER.mkdir(exist_ok=True)
    with server() as port, sync_playwright() as playwright:
        rights = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find(), args=[*FLAGS, *rights])
        missing = [view.name for view in views if not taken(browser, f"http://127.0.0.1:{port}/", view)]
        browser.close()
    if not names:
        (FOLDER / "README.md").write_text(index(), encoding="utf-8")
    shown, picture = PICTURE
    if shown in {view.name for view in views} - set(missing):
        copyfile(FOLDER / file_name(View(shown, ""), SIZES[0], THEMES[0]), picture)
    if missing:
        print(f"Not photographed, see above: {', '.join(missing)}.", file=sys.stderr)
    return bool(missing)


def taken(browser: Browser, address: str, view: View) -> bool:
    """Whether a view was there in every size; one that is not must not cost the others theirs."""
    print(view.name, flush=True)
    try:
        for size in SIZES:
            photograph(browser, address, view, size)
    except (AssertionError, Error) as error:
        print(error, file=sys.stderr)
        return False
    return True


def photograph(browser: Browser, address: str, view: View, size: tuple[int, int]) -> None:
    """One view of one size, in both themes."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce", locale="en")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{address}{view.query}#{fragment(view)}", wait_until="networkidle")
    expect(page.locator("#window :is(.cell, .spot)").first).to_be_attached(timeout=PATIENCE)
    if view.act:
        view.act(page)
    expect(page.locator(view.there).first).to_be_visible(timeout=PATIENCE)
    page.evaluate(LOOK_AT, view.about)
    page.mouse.move(0, 0)
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.evaluate(
            "() => document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))"
        )
        keep(page.screenshot(animations="disabled"), file_name(view, size, theme))
    context.close()


def keep(png: bytes, name: str) -> None:
    """The picture in 256 colours, none far from the page's own: a rare one, such as a mark in a legend, counts like the others."""
    picture = Image.open(BytesIO(png)).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
    picture.save(FOLDER / name, optimize=True)


def fragment(view: View) -> str:
    """The view as a link has it."""
    parts = {name: json.dumps(value) if name == "scene" else value for name, value in view.link.items()}
    return urlencode({"v": 1, **parts}, quote_via=quote)


def file_name(view: View, size: tuple[int, int], theme: str) -> str:
    return f"{view.name}-{size[0]}x{size[1]}-{theme}.png"


def index() -> str:
    """The gallery as a page: what each view shows, and its pictures."""
    entries = []
    for view in VIEWS:
        links = [f"[{theme}]({file_name(view, size, theme)})" for size in SIZES[1:] for theme in THEMES]
        sizes = [f"{width} × {height}: {', '.join(links[2 * i : 2 * i + 2])}" for i, (width, height) in enumerate(SIZES[1:])]
        pictures = [f'<img src="{file_name(view, SIZES[0], theme)}" alt="{view.name}, {theme}" width="49%">' for theme in THEMES]
        entries.append(f"## {view.name}\n\n{view.shows} {'; '.join(sizes)}.\n\n{' '.join(pictures)}\n")
    return "\n".join(["# Gallery\n", "Made by `python3 scripts/gallery.py`: every view in three sizes and two themes.\n", *entries])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
