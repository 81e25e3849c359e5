"""Charts on the page: brought late, drawn under the page's own policy, in both themes, with a table as their twin."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from app.charts.table import CHARTS
from app.scenes import default_scene
from tests.browser.pages import Server, Watched
from tests.server.test_trainings import learning

MOUNT = """async (id) => {
  const { mountCharts } = await import(new URL("charts/charts.js", document.querySelector("script[type=module]").src));
  const { createStore } = await import(new URL("store.js", document.querySelector("script[type=module]").src));
  document.getElementById("window").innerHTML = "<section id=charts-here aria-label=Charts style='overflow: auto; height: 100%'></section>";
  window.chartStore = createStore({ shown: { id }, chart: "loss", dark: false, away: false });
  window.unmountCharts = mountCharts(document.getElementById("charts-here"), window.chartStore);
}"""

POST = """async (scene) => {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("api/traces", { method: "POST", headers, body: JSON.stringify(scene) });
  return answer.headers.get("Scene-Id");
}"""

HURRY = """async (ids) => {
  for (let i = 0; i < 20; i++) {
    chartStore.set({ shown: { id: ids[i % 2] } });
    await new Promise(requestAnimationFrame);
  }
}"""


@pytest.fixture(scope="module")
def trained(server: Server) -> str:
    """The id of a scene after three epochs."""
    toy = default_scene().document()

    def post(path: str, scene: dict[str, Any]) -> Any:
        request = urllib.request.Request(server.address + path, json.dumps(scene).encode(), {"Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(request))

    training = post("api/trainings?epochs=3", learning("order matters", toy))["id"]
    with urllib.request.urlopen(f"{server.address}api/trainings/{training}/events") as events:
        told = events.read().decode()
    return re.findall(r'"scene":\s*"(\w+)"', told)[-1]


@pytest.fixture
def mount(page: Page) -> Callable[[str], Locator]:
    """Mounts the charts of a scene in place of the grid."""

    def mounted(scene: str) -> Locator:
        page.evaluate(MOUNT, scene)
        page.get_by_role("region", name="Charts").locator("summary").click()
        chart = page.locator("#charts-here .chart")
        expect(chart).not_to_have_attribute("data-state", "loading")
        return chart

    return mounted


def scripts(page: Page) -> list[str]:
    return [each for each in page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)") if "/charts" in each]


def test_a_chart_is_brought_late_follows_theme_and_scene_and_is_saved(page: Page, trained: str, mount: Callable[[str], Locator]) -> None:
    assert scripts(page) == []
    untrained = page.evaluate(POST, default_scene().document())
    page.evaluate(MOUNT, trained)
    assert not any("/api/charts" in each or "charts/charts-" in each for each in scripts(page)), "what is closed brings nothing"
    page.evaluate("unmountCharts()")
    chart = mount(trained)
    line = chart.locator("path.js-line").first
    expect(line).to_have_css("stroke", "rgb(10, 125, 116)")
    assert sum("charts/charts-" in each for each in scripts(page)) == 1
    page.evaluate("chartStore.set({ dark: true })")
    expect(line).to_have_css("stroke", "rgb(62, 207, 192)")
    begun = {}
    for kind in ("SVG", "PNG", "CSV"):
        with page.expect_download() as download:
            chart.get_by_role("button", name=f"Save as {kind}").click()
        assert download.value.suggested_filename == f"unrolled-loss.{kind.lower()}"
        begun[kind] = download.value.path().read_bytes()
    assert begun["PNG"].startswith(b"\x89PNG")
    assert b"Loss and accuracy over epochs" in begun["SVG"]
    assert begun["CSV"].decode().splitlines()[0] == "epoch,loss L,accuracy (%)"
    page.evaluate("(id) => chartStore.set({ shown: { id } })", untrained)
    expect(chart).to_have_attribute("data-state", "empty")
    expect(chart.locator("[data-part=note]")).to_have_text("Nothing has been trained yet.")
    asked = sum("api/charts/loss" in each for each in scripts(page))
    page.evaluate(HURRY, [untrained, trained])
    expect(chart).to_have_attribute("data-state", "figure")
    assert sum("api/charts/loss" in each for each in scripts(page)) - asked <= 3, "of many scenes the last is drawn, not each"


def test_every_chart_draws_has_its_table_and_says_what_the_server_refuses(
    page: Page, watched: Watched, trained: str, mount: Callable[[str], Locator]
) -> None:
    chart = mount(trained)
    expect(chart).to_have_attribute("data-state", "figure")
    assert Axe().run(page, "#charts-here").response["violations"] == []
    tools = page.locator(".modebar-btn").evaluate_all("(buttons) => buttons.map(({ dataset }) => dataset.title)")
    assert tools == ["Zoom", "Pan", "Zoom in", "Zoom out", "Reset the axes"], "and none that would send the chart elsewhere"
    for name in CHARTS:
        page.get_by_role("combobox", name="Chart").select_option(name)
        expect(chart).to_have_attribute("data-state", "figure")
        expect(chart.locator("svg.main-svg").first).to_be_visible()
        expect(chart.locator("[data-part=canvas] .trace, [data-part=canvas] .hm").first).to_be_attached()
        chart.get_by_role("button", name="Show as table").press("Enter")
        expect(chart).to_have_attribute("data-state", "table")
        expect(chart.get_by_role("table").get_by_role("columnheader")).not_to_have_count(0)
        if name == "loss":
            expect(chart.get_by_role("row")).to_have_count(4)
            assert Axe().run(page, "#charts-here").response["violations"] == []
    page.evaluate("unmountCharts()")
    expect(chart).to_have_count(0)
    assert page.evaluate("chartStore.watching()") == 0
    watched.allowed.append("404")
    refused = mount("0" * 64)
    expect(refused).to_have_attribute("data-state", "failed")
    expect(refused.locator("[data-part=note]")).to_contain_text("No scene with this id")
