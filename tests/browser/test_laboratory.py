"""The laboratory of gradients, as a person uses it."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Locator, Page, expect

from app import gradients
from app.scenes import Scene
from app.traces import run
from tests.browser.pages import Server, Watched
from tests.browser.person import drawn
from tests.browser.shared_page import shared_page

page, _ = shared_page()

KINDS = ("SimpleRNN", "LSTM", "GRU")


@pytest.fixture
def laboratory(page: Page, server: Server) -> Page:
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Gradients").click()
    expect(strip(page, "GRU")).to_be_visible()
    return page


def strip(page: Page, name: str) -> Locator:
    return page.get_by_role("img", name=re.compile(f"^{name}, top layer: "))


def slide(page: Page, name: str, value: float) -> None:
    page.get_by_role("slider", name=name, exact=True).fill(str(value))


def punch(page: Page) -> Locator:
    return page.locator("#gradients .punch")


def test_the_headline_and_the_cards_are_computed_from_the_norms(laboratory: Page) -> None:
    slide(laboratory, "Layers", 2)
    slide(laboratory, "Units", 4)
    slide(laboratory, "Timesteps", 12)
    with laboratory.expect_request(lambda request: '"gain":0.5}' in (request.post_data or "")) as sent:
        slide(laboratory, "Spectral radius", 0.5)
    scene = Scene.model_validate_json(sent.value.post_data or "")
    assert [layer.type for layer in scene.layers] == ["SimpleRNN", "SimpleRNN", "Dense"]
    assert (len(scene.sentence), scene.layers[0].units) == (12, 4)
    document = gradients.gradients(run(scene))
    below, top = (layer["norms"] for layer in document["layers"])
    depth, time = top[-1] / below[-1], top[-1] / top[0]
    expect(punch(laboratory)).to_have_text(
        f"One layer of depth costs the gradient a factor of {depth:.1f}. 11 timesteps cost it {round(time):,}."
    )
    expect(laboratory.get_by_text(f"÷ {round(time):,}", exact=True)).to_be_visible()
    expect(laboratory).to_have_url(re.compile(r"lab=0\.5%7E12%7E2%7E4|lab=0\.5~12~2~4"))


def test_a_link_opens_the_laboratory_as_it_was(page: Page, server: Server) -> None:
    page.goto(f"{server.address}#v=1&view=gradients&lab=0.8~20~2~8~sigmoid")
    for name, value in [("Spectral radius", "0.8"), ("Timesteps", "20"), ("Layers", "2"), ("Units", "8")]:
        expect(page.get_by_role("slider", name=name, exact=True)).to_have_value(value)
    expect(page.get_by_role("combobox", name="Activation")).to_have_value("sigmoid")
    meter = page.get_by_role("meter", name="layer\u00a01")
    expect(meter).to_have_attribute("aria-valuetext", "layer\u00a01: 0.80; threshold 4")
    expect(page.get_by_text("over time it vanishes for certain")).to_be_visible()


def test_the_keyboard_reads_every_cell_and_chooses_the_strongest_path_to_one(laboratory: Page) -> None:
    slide(laboratory, "Timesteps", 6)
    laboratory.get_by_role("button", name="strongest path").click()
    expect(strip(laboratory, "LSTM")).to_have_accessible_name(re.compile("at t\u00a0=\u00a06$"))
    strip(laboratory, "LSTM").focus()
    for key in ("ArrowDown", "ArrowDown", "Home"):
        laboratory.keyboard.press(key)
    figure = laboratory.get_by_role("figure").filter(has=strip(laboratory, "LSTM"))
    expect(figure).to_contain_text("layer\u00a01, t\u00a0=\u00a01: ")
    with laboratory.expect_response(re.compile("/strongest")) as answered:
        laboratory.keyboard.press("Enter")
    scene = Scene.model_validate_json(answered.value.request.post_data or "")
    assert scene.layers[0].type == "LSTM"
    assert answered.value.json()["cells"][0] == [1, 1]
    expect(laboratory.get_by_text(re.compile("^The strongest path to layer\u00a01, t\u00a0=\u00a01 carries"))).to_be_visible()
    laboratory.get_by_role("button", name="Clear the path").click()
    expect(laboratory.get_by_role("heading", name="Path", exact=True)).to_have_count(0)


def test_an_own_path_is_drawn_cell_by_cell(laboratory: Page) -> None:
    slide(laboratory, "Timesteps", 6)
    laboratory.get_by_role("button", name="own path").click()
    expect(strip(laboratory, "SimpleRNN")).to_have_accessible_name(re.compile("at t\u00a0=\u00a06$"))
    strip(laboratory, "SimpleRNN").focus()
    for key in ("ArrowDown", "ArrowDown", "Home", "Enter", "ArrowRight", "Enter"):
        laboratory.keyboard.press(key)
    laboratory.keyboard.press("ArrowUp")
    with laboratory.expect_response(re.compile("/path.*2%2F2$")) as answered:
        laboratory.keyboard.press("Enter")
    assert answered.value.json()["cells"] == [[1, 1], [1, 2], [2, 2]]
    expect(laboratory.get_by_text(re.compile("^Along this path of 2 steps"))).to_be_visible()
    expect(laboratory.get_by_role("img", name=re.compile("^Singular values of the product of Jacobians: "))).to_be_visible()
    laboratory.wait_for_url(re.compile("path=SimpleRNN%7E1%2F1%2C1%2F2%2C2%2F2"))
    laboratory.reload()
    expect(laboratory.get_by_text(re.compile("^Along this path of 2 steps"))).to_be_visible()
    laboratory.get_by_role("button", name="Clear the path").click()
    expect(laboratory.get_by_role("heading", name="Path", exact=True)).to_have_count(0)
    slide(laboratory, "Timesteps", 7)
    expect(strip(laboratory, "SimpleRNN")).to_have_accessible_name(re.compile("at t\u00a0=\u00a07$"))
    expect(laboratory.get_by_role("heading", name="Path", exact=True)).to_have_count(0)


def test_a_cell_says_how_much_of_its_gradient_came_by_depth_and_how_much_by_time(laboratory: Page) -> None:
    slide(laboratory, "Units", 4)
    with laboratory.expect_response(re.compile("/kinds")) as answered:
        slide(laboratory, "Timesteps", 6)
    below = answered.value.json()["networks"][0]["layers"][0]
    assert below["from_depth"][0] > 0
    assert below["from_time"][0] > 0
    expect(strip(laboratory, "SimpleRNN")).to_have_accessible_name(re.compile("at t\u00a0=\u00a06$"))
    strip(laboratory, "SimpleRNN").focus()
    for key in ("ArrowDown", "ArrowDown", "Home"):
        laboratory.keyboard.press(key)
    figure = laboratory.get_by_role("figure").filter(has=strip(laboratory, "SimpleRNN"))
    expect(figure).to_contain_text(re.compile("layer\u00a01, t\u00a0=\u00a01: .+; by depth .+, by time .+"))
    laboratory.keyboard.press("End")
    expect(figure).to_contain_text(re.compile("layer\u00a01, t\u00a0=\u00a06: .+; by depth .+, by time 0"))


def test_the_chosen_type_of_cell_is_what_is_said_remedied_and_opened(laboratory: Page) -> None:
    slide(laboratory, "Timesteps", 6)
    laboratory.get_by_role("combobox", name="Cell type").select_option("LSTM")
    expect(laboratory.get_by_role("figure").first).to_contain_text("LSTM")
    expect(laboratory.get_by_text("For LSTM and GRU nothing follows from it")).to_be_visible()
    expect(laboratory).to_have_url(re.compile("LSTM$|LSTM&"))
    with laboratory.expect_response(re.compile("/remedy")) as answered:
        laboratory.get_by_role("button", name="shorter sentence").click()
    assert {layer["type"] for layer in answered.value.json()["before"]["layers"]} == {"LSTM"}
    laboratory.get_by_role("button", name="Open in the grid").click()
    expect(laboratory.get_by_role("group", name="layer 1", exact=True)).to_contain_text("LSTM")


def test_a_remedy_stands_before_and_after_and_says_what_it_does(laboratory: Page) -> None:
    laboratory.get_by_role("button", name="clip norm 1").click()
    expect(strip(laboratory, "Before")).to_be_visible()
    expect(strip(laboratory, "After")).to_be_visible()
    expect(strip(laboratory, "GRU")).to_have_count(0)
    expect(laboratory.get_by_text(re.compile(r"^Clipping changes no cell: .* to 1\.00\.$"))).to_be_visible()
    laboratory.get_by_role("button", name="identity", exact=True).click()
    expect(laboratory.get_by_text(re.compile("^A kernel that begins as the identity"))).to_be_visible()


def test_the_network_of_the_laboratory_opens_in_the_grid_and_is_undone(laboratory: Page) -> None:
    slide(laboratory, "Timesteps", 5)
    laboratory.get_by_role("button", name="Open in the grid").click()
    expect(laboratory.get_by_role("gridcell")).to_have_count(15)
    laboratory.get_by_role("button", name="Undo").click()
    expect(laboratory.get_by_role("gridcell")).to_have_count(6)


def test_what_did_not_reach_the_server_is_asked_again_when_it_is_back(laboratory: Page, seat: Watched) -> None:
    seat.allowed.append("net::ERR_FAILED")

    def cut_off_once(path: str) -> AbstractContextManager[object]:
        laboratory.route(f"**/api/gradients/{path}?*", lambda route: route.abort(), times=1)
        return laboratory.expect_event("requestfailed")

    with cut_off_once("kinds"):
        slide(laboratory, "Timesteps", 5)
    expect(laboratory.get_by_text("4 timesteps cost it")).to_be_visible()
    laboratory.get_by_role("button", name="strongest path").click()
    with cut_off_once("strongest"):
        strip(laboratory, "GRU").click(position={"x": 60, "y": 20})
    expect(laboratory.get_by_text(re.compile("^The strongest path to layer"))).to_be_visible()


def test_the_papers_are_reproduced_with_their_sources(laboratory: Page) -> None:
    laboratory.get_by_text("Studies from the papers").click()
    for name in ("Error surface over w and b", "State, slope and curvature", "Fixed points over the bias", "Share of the difference"):
        expect(laboratory.get_by_role("img", name=re.compile(name))).to_be_visible()
    expect(laboratory.get_by_text("Marks at b = −2.3444 and b = −2.6556.")).to_be_visible()
    laboratory.get_by_role("slider", name="Step of the descent").fill("0")
    expect(laboratory.get_by_text("after 0 steps: error 0.0402").first).to_be_visible()
    with laboratory.expect_response(re.compile("/memory")) as answered:
        laboratory.get_by_role("combobox", name="Instead of “cat”").select_option("rat")
    first = answered.value.json()["layers"][0]
    expect(laboratory.get_by_text(f"layer\u00a01: {first['timesteps']} timesteps")).to_be_visible()


def test_the_laboratory_keeps_within_the_page_with_everything_unfolded(laboratory: Page) -> None:
    laboratory.get_by_text("Numbers", exact=True).click()
    laboratory.get_by_text("Studies from the papers").click()
    expect(laboratory.get_by_text(re.compile("^Marks at"))).to_be_visible()
    for width in (1440, 1280, 390):
        laboratory.set_viewport_size({"width": width, "height": 800})
        drawn(laboratory)
        assert laboratory.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
