from __future__ import annotations

import base64
import json
import re
import zlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from app.networks import network
from app.presets import PRESETS
from app.scenes import Scene
from app.traces import run
from engine import Sequential
from tests.browser.pages import Watched, open_page
from tests.browser.person import cell, drawn, expect_step, go, grid, layer, listed, names, press, read, say, step, written
from tests.browser.shared_page import shared_page

page, watched = shared_page()

WALK = """async (last) => {
    const wrong = /undefined|NaN|Infinity|[{}]/;
    const unsaid = () => [...document.querySelectorAll("body *")]
        .filter((node) => [node.ariaLabel, ...[...node.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data)]
            .some((text) => wrong.test(text ?? "")))
        .filter((node) => !node.closest("script, style") && node.checkVisibility())
        .map((node) => node.outerHTML);
    const walk = { said: [], unsaid: [] };
    for (let step = 1; step <= last; step += 1) {
        document.querySelector("[data-part=forward]").click();
        await new Promise(requestAnimationFrame); // after the frame that the click asked for
        walk.said.push(document.querySelector("[role=status]").textContent);
        walk.unsaid.push(unsaid().length);
    }
    return walk;
}"""


def choose(page: Page, preset: str) -> Scene:
    """Opens a preset, and waits until its numbers are here: then its scene stands in the address."""
    page.get_by_role("combobox", name="Preset").select_option(label=preset)
    scene = PRESETS[preset]
    page.wait_for_url(lambda url: scene_of(url) == scene.document())
    expect(page.locator(".total")).to_contain_text(f"{Sequential(network(scene)).count_params():,}")
    return scene


def scene_of(url: str) -> Any:
    """The scene that stands packed in an address."""
    (packed,) = parse_qs(urlsplit(url).fragment).get("scene", ["null"])
    if packed == "null":
        return json.loads(packed)
    return json.loads(zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), wbits=-15))


def dense(page: Page) -> Locator:
    return page.get_by_role("group", name="Dense", exact=True)


def inputs(page: Page) -> Locator:
    return page.get_by_role("group", name="input", exact=True)


def last_step(page: Page) -> int:
    return int(str(page.get_by_role("slider", name="Timeline").get_attribute("max")))


def walked(page: Page, until: int) -> list[str]:
    """Every sentence from here to a step; nothing that is shown on the way is left without its words or its number."""
    start = step(page)
    walk = page.evaluate(WALK, until - start)
    expect_step(page, until)
    assert [number for number, unsaid in enumerate(walk["unsaid"], start=start + 1) if unsaid] == []
    said: list[str] = walk["said"]
    return said


def expect_states(page: Page, scene: Scene) -> None:
    """Every cell says what the engine says of the scene, forward and backward."""
    trace = run(scene)
    said = {}
    for number in range(len(scene.recurrent), 0, -1):
        for t in range(1, len(scene.sentence) + 1):
            h, gradient = (part.layers[number]["h"][0, t - 1] for part in (trace.forward, trace.gradients))
            said[number, t] = f"layer {number}, timestep {t}, h = {listed(h)}, gradient = {listed(gradient)}"
    expect(cell(page, 1, 1)).to_have_attribute("aria-label", said[1, 1])  # whose gradient is the last number of all
    assert names(page) == list(said.values())


BY_OPERATION = ["deep LSTM", *(pytest.param(preset, marks=pytest.mark.long) for preset in PRESETS if preset != "deep LSTM")]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_opens_and_can_be_walked_to_its_end(page: Page, preset: str) -> None:
    scene = choose(page, preset)
    page.get_by_role("heading", name="Reviews").click()
    said = walked(page, last_step(page))
    expect_states(page, scene)
    assert ("embedding learns" in said[-1]) == (scene.layers[0].type == "Embedding")
    assert len(set(said)) > len(said) / 2
    expect(page.get_by_role("combobox", name="Preset")).to_have_value(preset)


@pytest.mark.parametrize("half", [1, 2])
@pytest.mark.parametrize("preset", BY_OPERATION)
def test_by_operation_too_a_preset_can_be_walked_to_its_end(page: Page, preset: str, half: int) -> None:
    scene = choose(page, preset)
    page.get_by_role("combobox", name="Detail").select_option(label="by operation")
    page.get_by_role("heading", name="Reviews").click()
    middle, last = last_step(page) // 2, last_step(page)
    assert last > 40
    if half == 1:
        said = walked(page, middle)
    else:
        go(page, middle)
        said = walked(page, last)
        expect_states(page, scene)
        assert ("embedding learns" in said[-1]) == (scene.layers[0].type == "Embedding")
    assert len(set(said)) > len(said) / 2


def test_another_cell_keeps_its_place_and_can_be_undone(page: Page) -> None:
    press(page, "Last step")
    before = cell(page, 1, 1).get_attribute("aria-label")
    choice = layer(page, 1).get_by_role("combobox", name="cell type")
    choice.select_option(label="LSTM")
    expect(page.get_by_role("combobox", name="Preset")).to_have_value("")
    expect(layer(page, 1)).to_contain_text("4·(3·33·33)")
    expect(layer(page, 1).locator(".count")).to_have_text("84")
    expect(layer(page, 1).get_by_role("spinbutton", name="units")).to_have_value("3")
    expect(layer(page, 1).get_by_role("switch", name="return_sequences")).to_be_checked()
    expect(layer(page, 1).get_by_role("combobox", name="activation")).to_have_count(0)
    expect(cell(page, 1, 1)).not_to_have_attribute("aria-label", str(before))
    choice.select_option(label="GRU")
    expect(layer(page, 1)).to_contain_text("3·(3·33·32·3)")
    layer(page, 1).get_by_role("switch", name="reset_after").click()
    expect(layer(page, 1)).to_contain_text("3·(3·33·33)")
    press(page, "Undo", 3)
    expect(choice).to_have_value("SimpleRNN")
    expect(cell(page, 1, 1)).to_have_attribute("aria-label", str(before))
    expect(page.get_by_role("combobox", name="Preset")).to_have_value("the notes' toy")


def test_a_simple_rnn_bends_by_the_activation_that_is_chosen(page: Page) -> None:
    layer(page, 2).get_by_role("combobox", name="activation").select_option(label="relu")
    toy = PRESETS["the notes' toy"].document()
    toy["layers"][1]["activation"] = "relu"
    press(page, "Last step")
    expect_states(page, Scene.model_validate(toy))


def test_words_become_rows_of_an_embedding_and_one_hot_again(page: Page) -> None:
    words = inputs(page).get_by_role("combobox", name="word vectors")
    words.select_option(label="Embedding")
    for name, size in (("input_dim", "8"), ("output_dim", "4")):
        field = inputs(page).get_by_role("spinbutton", name=name)
        field.fill(size)
        field.press("Enter")
    expect(inputs(page).locator(".count")).to_have_text("32")
    press(page, "Last step")
    expect(say(page)).to_contain_text("embedding learns")
    toy = PRESETS["the notes' toy"].document()
    toy["layers"].insert(0, {"type": "Embedding", "input_dim": 8, "output_dim": 4})
    scene = Scene.model_validate(toy)
    expect_states(page, scene)
    largest = abs(run(scene).forward.inputs[0, 0]).max()
    expect(page.get_by_role("img", name=f"word 1: cat, 4 numbers up to ±{written(largest)}")).to_be_visible()
    inputs(page).get_by_role("button", name="E of Embedding: 8 times 4").hover()
    expect(page.locator(".vector.lit")).to_have_count(3)
    words.select_option(label="One-hot")
    expect(page.get_by_text("3 words → 3")).to_be_visible()
    expect(page.get_by_role("img", name="word 1: cat", exact=True)).to_be_visible()


def test_a_fault_above_an_embedding_is_marked_at_its_own_card(page: Page, watched: Watched) -> None:
    watched.allowed.append("422")
    choose(page, "the notes' Keras stack")
    layer(page, 1).get_by_role("switch", name="return_sequences").click()
    expect(layer(page, 1).get_by_role("alert")).to_contain_text("expected ndim=3, found ndim=2")
    expect(layer(page, 2).get_by_role("alert")).to_have_count(0)
    press(page, "Undo")
    rows = inputs(page).get_by_role("spinbutton", name="input_dim")
    rows.fill("3")
    rows.press("Enter")
    expect(inputs(page).get_by_role("alert")).to_contain_text("4 or more")


def test_classes_have_a_softmax_a_label_each_and_a_verdict_of_their_own(page: Page) -> None:
    page.get_by_role("combobox", name="loss").select_option(label="categorical_crossentropy")
    activation = dense(page).get_by_role("combobox", name="activation")
    expect(activation).to_have_value("softmax")
    expect(activation).to_be_disabled()
    units = dense(page).get_by_role("spinbutton", name="units")
    expect(units).to_have_value("2")
    units.fill("3")
    units.press("Enter")
    label = page.get_by_role("combobox", name="Label")
    expect(label.locator("option")).to_have_text(["0", "1", "2"])
    label.select_option("2")
    expect(page.get_by_role("button", name="output at timestep 3, not computed yet")).to_have_text("softmax → ŷ")
    press(page, "Last step")
    toy = PRESETS["the notes' toy"].document() | {"label": 2, "loss": "categorical_crossentropy"}
    toy["layers"][-1] |= {"units": 3, "activation": "softmax"}
    scene = Scene.model_validate(toy)
    expect_states(page, scene)
    probabilities = run(scene).forward.output[0]
    best = int(probabilities.argmax())
    judgement = "right" if best == 2 else "wrong"
    verdict = f"ŷ = class {best} ({written(probabilities[best])}); label 2: {judgement}"
    expect(page.get_by_role("button", name=f"output at timestep 3, {verdict}")).to_be_visible()
    units.fill("2")
    units.press("Enter")
    expect(label).to_have_value("1")
    page.get_by_role("combobox", name="loss").select_option(label="binary_crossentropy")
    expect(activation).to_have_value("sigmoid")


def test_a_number_is_wanted_by_the_squared_error(page: Page) -> None:
    page.get_by_role("combobox", name="loss").select_option(label="mse")
    dense(page).get_by_role("combobox", name="activation").select_option(label="linear")
    label = page.get_by_role("spinbutton", name="Label")
    label.fill("0.25")
    label.press("Enter")
    press(page, "Last step")
    toy = PRESETS["the notes' toy"].document() | {"label": 0.25, "loss": "mse"}
    toy["layers"][-1] |= {"activation": "linear"}
    scene = Scene.model_validate(toy)
    expect_states(page, scene)
    y = float(run(scene).forward.output[0, 0])
    verdict = f"ŷ = {written(y)}; label 0.25: off by {written(y - 0.25)}"
    expect(page.get_by_role("button", name=f"output at timestep 3, {verdict}")).to_be_visible()
    expect(page.locator("#reviews [role=alert]")).to_be_hidden()


def test_an_answer_that_comes_while_a_person_types_takes_no_digit_away(page: Page) -> None:
    units = layer(page, 1).get_by_role("spinbutton", name="units")
    units.press_sequentially("1")
    expect(units).to_have_value("31")
    page.evaluate("document.querySelector('[data-part=fresh]').click()")
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("1")
    drawn(page)
    expect(units).to_have_value("31")
    units.press("Enter")
    expect(layer(page, 1)).to_contain_text("31·31")


def test_a_loss_that_the_output_does_not_fit_is_marked_there_and_mended_there(page: Page, watched: Watched) -> None:
    watched.allowed.append("422")
    page.evaluate("""() => {
        const scene = JSON.parse(document.getElementById("tables").textContent).scene;
        location.hash = `#v=1&scene=${encodeURIComponent(JSON.stringify({ ...scene, loss: "categorical_crossentropy" }))}`;
    }""")
    expect(page.get_by_role("alert").filter(has_text="softmax")).to_have_count(1)
    expect(dense(page).get_by_role("alert")).to_contain_text("softmax")
    for loss in ("binary_crossentropy", "categorical_crossentropy"):
        page.get_by_role("combobox", name="loss").select_option(label=loss)
    expect(dense(page).get_by_role("alert")).to_have_count(0)
    expect(dense(page).get_by_role("combobox", name="activation")).to_have_value("softmax")


def test_the_reviews_are_those_of_the_preset(page: Page) -> None:
    reviews = page.get_by_role("button", name=re.compile(r"label [01]$"))
    choose(page, "order matters")
    expect(reviews).to_have_count(2)
    page.get_by_role("button", name="cat mat rat, label 1").click()
    expect(page.get_by_role("button", name="rat mat cat, label 0")).to_have_attribute("aria-pressed", "false")
    press(page, "New weights")
    expect(page.get_by_role("combobox", name="Preset")).to_have_value("order matters")
    choose(page, "deep LSTM")
    expect(reviews).to_have_count(3)
    press(page, "Undo")
    expect(page.get_by_role("combobox", name="Preset")).to_have_value("order matters")
    expect(reviews).to_have_count(2)


def test_an_lstm_starts_from_two_states(page: Page) -> None:
    choose(page, "deep LSTM")
    press(page, "Last step")
    before = cell(page, 2, 1).get_attribute("aria-label")
    page.get_by_role("button", name=re.compile("^initial state of layer 2: h = ")).click()
    field = page.get_by_role("spinbutton", name="c₀ of unit 2")
    field.fill("0.5")
    field.press("Enter")
    name = "initial state of layer 2: h = 0.00, 0.00; c = 0.00, 0.50"
    expect(page.get_by_role("button", name=name)).to_be_visible()
    expect(cell(page, 2, 1)).not_to_have_attribute("aria-label", str(before))
    press(page, "Undo")
    expect(cell(page, 2, 1)).to_have_attribute("aria-label", str(before))


def test_what_is_typed_into_an_initial_state_outlives_what_is_drawn_meanwhile(page: Page) -> None:
    choose(page, "deep LSTM")
    press(page, "Last step")
    page.get_by_role("button", name=re.compile("^initial state of layer 2: h = ")).click()
    field = page.get_by_role("spinbutton", name="c₀ of unit 2")
    field.fill("0.5")
    page.get_by_role("combobox", name="Notation").evaluate(
        "(list) => { list.value = 'keras'; list.dispatchEvent(new Event('change', { bubbles: true })); }"
    )
    drawn(page)
    expect(page.get_by_role("spinbutton", name="unit 2").last).to_have_value("0.5")


def test_a_link_carries_an_embedding_and_gated_cells(page: Page) -> None:
    choose(page, "the notes' Keras stack")
    layer(page, 1).get_by_role("combobox", name="cell type").select_option(label="GRU")
    read(page, "rat cat")
    expect(grid(page).get_by_role("gridcell")).to_have_count(4)
    press(page, "Last step")
    page.wait_for_url(re.compile(r"scene=[\w-]+&step=update\.embedding$"))
    other = page.context.new_page()
    open_page(other, page.url)
    expect(layer(other, 1).get_by_role("combobox", name="cell type")).to_have_value("GRU")
    expect(say(other)).to_contain_text("embedding learns")
