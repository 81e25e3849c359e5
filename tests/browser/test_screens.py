"""What a screen must not do to the page, whatever link is opened on it."""

from __future__ import annotations

import json
from urllib.parse import quote

from playwright.sync_api import Page, expect

from app.presets import PRESETS
from tests.browser.pages import Server
from tests.browser.person import drawn
from tests.browser.shared_page import shared_page
from tests.browser.test_layout import FITS, opened

page, _ = shared_page()


def test_on_a_desk_the_page_itself_never_scrolls_however_much_stands_in_the_panel(page: Page, server: Server) -> None:
    scene = quote(json.dumps(PRESETS["deep GRU"].document()))
    opened(page, server, (1440, 900), f"#v=1&step=14&scene={scene}")
    expect(page.locator("#panel [data-part=scalar]")).to_be_visible()
    drawn(page)
    assert page.evaluate("document.scrollingElement.scrollHeight <= innerHeight")


def test_a_phone_that_opens_a_projectors_link_shows_the_grid_of_a_phone(page: Page, server: Server) -> None:
    opened(page, server, (390, 844), "#v=1&step=14&projector=1")
    expect(page.locator("svg.grid")).to_have_attribute("data-kind", "phone")
    assert page.evaluate(FITS)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
