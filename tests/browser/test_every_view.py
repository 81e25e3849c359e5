"""axe on every view of the page and on the pages beside it, each in both themes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.languages import HINDI
from app.tables import page_tables
from tests.browser.conftest import Server, open_page
from tests.browser.person import drawn, press
from tests.browser.violations import expect_nothing


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def go(page: Page, number: int) -> None:
    page.get_by_role("slider").and_(page.locator("[data-part=slider]")).fill(str(number))
    drawn(page)


def test_axe_finds_nothing_on_any_view_of_the_desk(plain: Page, server: Server) -> None:
    page = plain
    open_page(page, server.address)
    for step, phase in ((7, "forward"), (14, "backward"), (19, "update")):
        go(page, step)
        expect_nothing(page, phase)
    for tab in ("Layer", "Gradient", "Code"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
        expect_nothing(page, tab)
    page.get_by_role("tab", name="Cell").click()
    go(page, 7)
    press(page, "Folded")
    expect_nothing(page, "folded")
    press(page, "Folded")
    press(page, "Predict first")
    press(page, "Step forward")
    question = page.get_by_role("region", name="What comes next?")
    expect(question).to_be_visible()
    expect_nothing(page, "a question")
    question.locator("[data-choice]").first.click()
    expect_nothing(page, "an answer")
    press(page, "Predict first")
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Compare").click()
    expect(page.get_by_role("grid")).to_have_count(2)
    expect_nothing(page, "compare")


def test_axe_finds_nothing_on_a_training(plain: Page, server: Server) -> None:
    page = plain
    open_page(page, f"{server.address}#v=1&view=training")
    sets = page.get_by_role("combobox", name="Data set")
    expect(sets.locator("option")).to_have_count(6)
    expect_nothing(page, "before a training")
    page.get_by_role("spinbutton", name="Epochs").fill("3")
    press(page, "Start training")
    training = page.get_by_role("complementary", name="Training")
    expect(training).to_contain_text("Finished after epoch 3")
    expect(training.get_by_role("listitem")).to_have_count(3)
    sets.select_option("your own table")
    page.get_by_role("textbox", name="Sentences and labels").fill("good film\n")
    press(page, "Learn from these")
    expect(training.get_by_role("alert").filter(has_text="Row 1")).to_be_visible()
    expect_nothing(page, "after a training, with a table of one's own")


def test_axe_finds_nothing_in_any_dialog_or_inside_a_cell(plain: Page, server: Server) -> None:
    page = plain
    open_page(page, server.address)
    for button, dialog in (("Export", "Export"), ("Share", "Link"), ("Keys", "Keys")):
        press(page, button)
        expect(page.get_by_role("dialog")).to_be_visible()
        expect_nothing(page, dialog, "dialog[open]")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    for kind in ("LSTM", "GRU"):
        page.get_by_role("combobox", name="Preset").select_option(f"deep {kind}")
        expect(page.get_by_role("group", name="layer 1", exact=True).get_by_role("combobox").first).to_have_value(kind)
        for step in (7, 14):
            go(page, step)
            expect(page.locator("#interior")).to_be_visible()
            expect_nothing(page, f"inside a cell of a deep {kind}, step {step}", "main")


def test_axe_finds_nothing_on_a_heat_map(plain: Page, server: Server) -> None:
    page = plain
    open_page(page, server.address)
    page.get_by_role("textbox", name="Your own sentence").fill("cat mat rat rat mat " * 8)
    page.keyboard.press("Enter")
    expect(page.locator(".heat canvas").first).to_be_visible()
    for step in (60, 160):
        go(page, step)
        expect_nothing(page, f"heat map, step {step}")


def test_axe_finds_nothing_on_a_phone_with_the_sheet_open(plain: Page, server: Server) -> None:
    page = plain
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, f"{server.address}#v=1&step=13")
    press(page, "Reviews and model")
    expect(page.get_by_role("button", name="Add layer")).to_be_visible()
    expect_nothing(page, "phone")
    press(page, "Reviews and model")
    press(page, "Folded")
    expect_nothing(page, "phone, folded")
    press(page, "Folded")
    for tab in ("Layer", "Gradient", "Code"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
        expect_nothing(page, f"phone, {tab}")


@pytest.mark.parametrize("view", ["compare", "training", "gradients"])
def test_axe_finds_nothing_on_a_phone_in_any_view(plain: Page, server: Server, view: str) -> None:
    page = plain
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.address}#v=1&step=20&view={view}&versus=sentence&otherSentence=cat+rat+rat&contrast=1")
    there = {"compare": "#compare .cell", "training": "#training [data-part=dataset] option", "gradients": "#gradients canvas"}
    expect(page.locator(there[view]).first).to_be_attached()
    expect_nothing(page, f"phone, {view}")


def test_axe_finds_nothing_in_hindi_or_on_the_pages_beside_the_grid(plain: Page, server: Server) -> None:
    page = plain
    page.goto(f"{server.address}?language=hi#v=1&step=13")
    page.get_by_role("button", name=HINDI.words["step.forward"], exact=True, disabled=False).wait_for()
    expect_nothing(page, "Hindi")
    page.wait_for_url(re.compile("scene="))
    made = page.request.post(f"{server.address}api/traces", data=page_tables()["scene"])
    for path in ("checked", f"worksheet/{made.headers['scene-id']}", "docs"):
        page.goto(server.address + path)
        expect_nothing(page, path)
