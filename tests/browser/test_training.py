"""Training on the page: started, paused, stepped, scrubbed; the grid follows, and every number is the engine's."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from app.dataset_tables import dataset_of_table
from app.learning import at, teach
from app.scenes import Scene, default_scene
from app.shipped_datasets import shipped
from app.traces import run
from tests.browser.classroom import until
from tests.browser.pages import Server, Watched, open_page
from tests.browser.person import cell, listed, press
from tests.browser.shared_page import shared_page
from tests.browser.test_models import scene_of
from tests.server.test_trainings import endless

page, watched = shared_page()


@pytest.fixture
def training(page: Page) -> Page:
    """The page that stands, at the view."""
    page.evaluate("() => { location.hash = 'v=1&view=training'; }")
    expect_data_sets(page)
    return page


@pytest.fixture
def loading(context: BrowserContext, server: Server) -> Iterator[Watched]:
    """Watches a page that is loaded, or closed, by the test."""
    watch = Watched(context.pages[0], server.address)
    yield watch
    assert watch.faults == []


def open_training(page: Page, address: str, fragment: str = "#v=1&view=training") -> None:
    """Opens the view, and waits until the data sets are there."""
    open_page(page, address + fragment)
    expect_data_sets(page)


def expect_data_sets(page: Page) -> None:
    expect(page.get_by_role("combobox", name="Data set").locator("option")).to_have_count(6)


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Training")


def told(page: Page, words: str) -> None:
    expect(panel(page)).to_contain_text(words)


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Epoch")


def learnt(updates: int, batch: int = 4, **changes: Any) -> Any:
    """The engine's own answer, asked of it directly."""
    dataset = shipped()["reviews"]
    weights = {"seed": 0, "training": {"dataset": dataset.id, "batch_size": batch, "updates": updates}}
    scene = Scene.model_validate({**default_scene().document(), "weights": weights, **changes})
    return run(scene, teach(at(scene, updates), dataset))


def expect_grid(page: Page, updates: int, **changes: Any) -> None:
    """The grid shows the states that the network has after so many updates."""
    states = learnt(updates, **changes).forward.layers[2]["h"][0, -1]
    expect(cell(page, 2, 3)).to_have_attribute("aria-label", re.compile(f"h = {re.escape(listed(states))}"))


def test_the_toy_is_learnt_while_the_grid_follows_and_any_epoch_can_be_gone_back_to(training: Page) -> None:
    press(training, "Start training")
    told(training, "Finished after epoch 100")
    told(training, "100 % right")
    expect_grid(training, 100)
    slider(training).fill("37")
    expect_grid(training, 37)
    told(training, "epoch 37 of 100")
    sentences = panel(training).get_by_role("listitem")
    expect(sentences).to_have_count(3)
    shown = learnt(37).forward.output[0, -1]
    expect(sentences.first.get_by_role("button")).to_have_attribute("aria-label", f"cat mat rat, label 1: {listed([shown])}, right")
    slider(training).fill("0")
    expect_grid(training, 0)


def test_one_step_and_one_epoch_are_updates_of_the_engine(training: Page) -> None:
    panel(training).get_by_role("spinbutton", name="Batch").fill("2")
    panel(training).get_by_role("spinbutton", name="Batch").press("Enter")
    press(training, "Last step")
    press(training, "One step")
    told(training, "epoch 0 and 1 of 2 updates")
    states = learnt(1, batch=2).forward.layers[2]["h"][0, -1]
    expect(cell(training, 2, 3)).to_have_attribute("aria-label", re.compile(re.escape(listed(states))))
    press(training, "One epoch")
    told(training, "Finished after epoch 1")
    states = learnt(2, batch=2).forward.layers[2]["h"][0, -1]
    expect(cell(training, 2, 3)).to_have_attribute("aria-label", re.compile(re.escape(listed(states))))


def test_pause_keeps_what_was_learnt_and_start_goes_on_to_the_same_end(training: Page) -> None:
    panel(training).get_by_role("spinbutton", name="Epochs").fill("2000")
    press(training, "Start training")
    told(training, "loss")
    press(training, "Pause")
    told(training, "Paused after epoch")
    paused = int(slider(training).input_value())
    assert paused < 2000
    expect_grid(training, paused)
    press(training, "Start training")
    told(training, "of 2000, ")
    press(training, "Pause")
    told(training, "Paused after epoch")
    paused = int(slider(training).input_value())
    panel(training).get_by_role("spinbutton", name="Epochs").fill("3")
    press(training, "Start training")
    told(training, f"Finished after epoch {paused + 3}")


def test_another_network_other_weights_and_an_undo_end_a_training_and_leave_nothing_of_it(training: Page) -> None:
    sets = training.get_by_role("combobox", name="Data set")
    sets.select_option("order matters")
    panel(training).get_by_role("spinbutton", name="Epochs").fill("2000")
    for change in ("Add layer", "New weights"):
        press(training, "Start training")
        told(training, "loss")
        press(training, change)
        told(training, "Nothing is learnt yet")
        expect(training.get_by_role("button", name="Stop")).to_be_disabled()
        expect(slider(training)).to_be_disabled()
        expect(slider(training)).to_have_attribute("max", "1")
        expect(panel(training).locator(".measured")).not_to_contain_text("loss 0")
        expect(sets.locator("option:checked")).to_have_text("order matters")
    press(training, "Start training")
    told(training, "loss")
    press(training, "Undo")
    told(training, "Nothing is learnt yet")
    panel(training).get_by_role("spinbutton", name="Epochs").fill("2")
    press(training, "Undo")
    press(training, "New weights")
    press(training, "Start training")
    told(training, "Finished after epoch 2")
    expect(slider(training)).to_have_attribute("max", "2")


def link_to(dataset: str, **changes: Any) -> str:
    """The fragment of a scene that learns from this data set."""
    weights = {"seed": 0, "training": {"dataset": dataset, "batch_size": 4, "seed": 0, "updates": 0, "edits": {}}}
    return "v=1&view=training&scene=" + quote(json.dumps({**default_scene().document(), **changes, "weights": weights}))


def trainings_of(server: Server) -> list[str]:
    """The processes that train."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(server.process.pid)], capture_output=True, text=True)
    return listed.stdout.split()


def test_a_link_to_a_data_set_that_is_not_known_here_says_so_and_one_that_is_known_is_brought(
    context: BrowserContext, server: Server, loading: Watched
) -> None:
    loading.allowed.append("404")
    [page] = context.pages
    table = "cat mat, 1\nmat rat, 0\n"
    own = page.request.post(f"{server.address}api/datasets/table", data={"text": table}).json()["id"]
    page.goto(f"{server.address}#{link_to('f' * 64)}")
    expect(page.get_by_role("combobox", name="Data set").locator("option")).to_have_count(6)
    fault = panel(page).get_by_role("alert").filter(has_text="data set")
    expect(fault).to_be_visible()
    for control in (page.get_by_role("button", name="Start training"), page.get_by_role("button", name="One step"), slider(page)):
        expect(control).to_be_disabled()
    page.get_by_role("combobox", name="Data set").select_option("parity")
    told(page, "sentences: 16, words in each: 4")
    expect(fault).to_be_hidden()
    expect(page.get_by_role("button", name="Start training")).to_be_enabled()
    page.evaluate("(link) => { location.hash = link; }", link_to(own))
    told(page, "sentences: 2, words in each: 2")


def test_a_table_that_the_server_has_forgotten_is_uploaded_again_and_the_link_says_that_it_is_needed(
    page: Page, server: Server, watched: Watched
) -> None:
    watched.allowed.append("404")
    table = "cat rat, 1\nrat cat, 0\n"
    forgotten = dataset_of_table(json.dumps({"text": table}).encode()).dataset.id
    page.goto("about:blank")
    page.goto(f"{server.address}#{link_to(forgotten).replace('view=training&', '')}")
    page.get_by_role("alert").get_by_role("link", name="Upload the table again").click()
    page.get_by_role("textbox", name="Sentences and labels").fill(table)
    page.get_by_role("button", name="Learn from these").click()
    told(page, "sentences: 2, words in each: 2")
    expect(page.get_by_role("alert").get_by_role("link", name="Upload the table again")).to_have_count(0)
    expect(page.get_by_role("button", name="Start training")).to_be_enabled()
    page.get_by_role("button", name="Share").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("It also needs the table that this network learns from")


def test_the_keyboard_keeps_its_place_and_what_happens_is_read_out_once(training: Page) -> None:
    heard = panel(training).locator("[aria-live]").and_(training.locator("[data-part=heard]"))
    panel(training).get_by_role("spinbutton", name="Epochs").fill("2000")
    training.get_by_role("button", name="Start training").focus()
    training.keyboard.press("Enter")
    expect(training.get_by_role("button", name="Pause")).to_be_focused()
    expect(heard).to_have_text("The training has begun, up to epoch 2000.")
    told(training, "loss")
    training.keyboard.press("Enter")
    expect(training.get_by_role("button", name="Start training")).to_be_focused()
    expect(heard).to_contain_text("Paused after epoch")
    training.keyboard.press("Enter")
    expect(heard).to_contain_text("has begun")
    training.get_by_role("button", name="Stop").focus()
    training.keyboard.press("Enter")
    expect(heard).to_contain_text("Stopped after epoch")
    expect(training.get_by_role("button", name="Stop")).to_be_focused()
    expect(training.get_by_role("status")).to_have_count(1)
    training.get_by_role("combobox", name="Data set").select_option("your own table")
    expect(training.get_by_role("textbox", name="Sentences and labels")).to_have_accessible_description(
        re.compile("^One sentence per line")
    )


def test_the_grid_goes_on_following_after_a_refused_scene(training: Page, watched: Watched) -> None:
    watched.allowed.append("429")
    refused = {"type": "about:blank", "title": "Busy", "status": 429, "detail": "The server is busy."}
    answer = {"status": 429, "content_type": "application/problem+json", "body": json.dumps(refused)}
    training.route("**/api/traces", lambda route: route.fulfill(**answer), times=2)  # type: ignore[arg-type]
    panel(training).get_by_role("spinbutton", name="Epochs").fill("7")
    press(training, "Start training")
    told(training, "Finished after epoch 7")
    expect_grid(training, 7)


def test_ones_own_sentences_are_learnt_from(training: Page, watched: Watched) -> None:
    watched.allowed.append("422")
    training.get_by_role("combobox", name="Data set").select_option("your own table")
    training.get_by_role("textbox", name="Sentences and labels").fill("good film, 1\nbad film\n")
    press(training, "Learn from these")
    expect(panel(training).get_by_role("alert").filter(has_text="Row 2")).to_be_visible()
    training.get_by_role("textbox", name="Sentences and labels").fill("good film, 1\nbad film, 0\n")
    press(training, "Learn from these")
    told(training, "sentences: 2, words in each: 2")
    expect(panel(training)).not_to_contain_text("names of the columns")
    press(training, "Start training")
    told(training, "Finished after epoch 100")
    expect(panel(training).get_by_role("listitem")).to_have_count(2)


def test_a_row_that_was_taken_for_a_heading_is_not_lost_in_silence(training: Page) -> None:
    training.get_by_role("combobox", name="Data set").select_option("your own table")
    training.get_by_role("textbox", name="Sentences and labels").fill("good film, yes\nbad film, 0\n")
    press(training, "Learn from these")
    told(training, "The first row, “good film, yes”, was taken for the names of the columns.")
    training.get_by_role("combobox", name="Data set").select_option("reviews")
    expect(panel(training)).not_to_contain_text("names of the columns")


def test_optimizer_rate_and_clipping_stand_in_the_view_and_are_those_of_the_scene(training: Page) -> None:
    steps = panel(training).get_by_role("group", name="How a step is made")
    steps.get_by_label("Optimizer").select_option("Adam")
    steps.get_by_label("Rate").fill("0.05")
    steps.get_by_label("Rate").press("Enter")
    steps.get_by_label("Clipping", exact=True).select_option("global_clipnorm")
    expect(steps.get_by_label("Clipped at")).to_have_value("1")
    steps.get_by_label("Clipped at").fill("0.5")
    steps.get_by_label("Clipped at").press("Enter")
    expect(training.locator("#learning > summary")).to_contain_text("Adam, rate 0.05")
    panel(training).get_by_role("spinbutton", name="Epochs").fill("3")
    press(training, "Start training")
    told(training, "Finished after epoch 3")
    expect_grid(training, 3, optimizer={"type": "Adam", "learning_rate": 0.05, "global_clipnorm": 0.5})


def test_a_training_whose_steps_overshoot_says_so_and_offers_remedies(training: Page) -> None:
    training.locator("#learning > summary").click()
    rate = training.get_by_label("learning_rate")
    rate.fill("100")
    rate.press("Enter")
    press(training, "Start training")
    expect(panel(training).get_by_role("alert").filter(has_text="the steps overshoot")).to_be_visible()
    told(training, "Finished after epoch 100")
    press(training, "Rate ÷ 10")
    expect(rate).to_have_value("10")
    told(training, "Nothing is learnt yet")
    expect(training.get_by_role("button", name="Start training")).to_be_focused()
    press(training, "Start training")
    told(training, "Finished after epoch 100")


def test_a_training_that_diverges_says_so_and_its_last_finite_epoch_is_on_the_screen(
    context: BrowserContext, loading: Watched, server: Server
) -> None:
    layers = [
        {"type": "SimpleRNN", "units": 3, "return_sequences": True, "activation": "relu"},
        {"type": "SimpleRNN", "units": 2, "activation": "relu"},
        {"type": "Dense", "units": 1, "activation": "linear"},
    ]
    changes = {"layers": layers, "loss": "mse", "optimizer": {"type": "SGD", "learning_rate": 10}}
    [page] = context.pages
    open_training(page, server.address, f"#{link_to(shipped()['reviews'].id, **changes)}")
    press(page, "Start training")
    told(page, "The training diverged.")
    told(page, "Weights grew beyond 1,000,000")
    said = panel(page).get_by_text("The training diverged.").inner_text()
    expect_grid(page, int(re.findall(r"Epoch (\d+)", said)[0]), **changes)
    expect(panel(page).get_by_role("group", name="What helps").get_by_role("button")).to_have_count(3)


def test_a_training_that_has_to_wait_is_told_its_place_and_gets_its_turn(training: Page, server: Server) -> None:
    others = [
        training.request.post(f"{server.address}api/trainings?epochs=2000", data=endless(default_scene().document())).json()["id"]
        for _ in range(os.cpu_count() or 1)
    ]
    press(training, "Start training")
    expect(panel(training)).to_contain_text(re.compile(r"Yours is number \d+ in the queue"))
    for each in others:
        training.request.delete(f"{server.address}api/trainings/{each}", max_retries=1)  # its connection may have been idle for too long
    told(training, "Finished after epoch 100")


def test_a_page_that_was_too_slow_to_listen_goes_on_where_the_server_ended_the_training(training: Page, server: Server) -> None:
    training.get_by_role("combobox", name="Data set").select_option("temporal order")
    panel(training).get_by_role("spinbutton", name="Epochs").fill("2000")
    late: list[Route] = []
    training.route("**/api/trainings/*/events", lambda route: late.append(route), times=1)
    press(training, "Start training")
    until(lambda: late != [] and trainings_of(server) != [], training, "it begins")
    until(lambda: not trainings_of(server), training, "the server ends what nobody listens to")
    late[0].continue_()
    told(training, "of 2000,")
    assert trainings_of(server)
    press(training, "Stop")
    told(training, "Stopped after epoch")


def test_closing_the_page_ends_what_it_computes(context: BrowserContext, loading: Watched, server: Server) -> None:
    [training] = context.pages
    open_training(training, server.address)
    training.get_by_role("combobox", name="Data set").select_option("temporal order")
    panel(training).get_by_role("spinbutton", name="Epochs").fill("2000")
    press(training, "Start training")
    told(training, "Epoch 1")
    assert trainings_of(server)
    context.new_page()
    training.close()
    deadline = time.monotonic() + 15
    while trainings_of(server):
        assert time.monotonic() < deadline


# A loudspeaker that writes down what it is to play.
LOUDSPEAKER = """
const heard = (globalThis.heard = { pitches: [], volume: null });
globalThis.AudioContext = class {
    currentTime = 0;
    destination = {};
    createOscillator() {
        return { frequency: { setTargetAtTime: (hertz) => heard.pitches.push(hertz) }, connect: (to) => to, start() {} };
    }
    createGain() {
        return { gain: { value: 0, setTargetAtTime(volume) { heard.volume = volume; } }, connect: (to) => to };
    }
    close() {}
};
"""


def test_the_loss_is_heard_as_a_tone_that_falls_with_it_and_rests_at_the_end(
    context: BrowserContext, loading: Watched, server: Server
) -> None:
    [page] = context.pages
    page.add_init_script(LOUDSPEAKER)
    open_training(page, server.address)
    page.get_by_role("checkbox", name="Hear the loss").check()
    assert page.evaluate("heard.pitches") == []
    press(page, "Start training")
    told(page, "Finished after epoch 100")
    heard = page.evaluate("heard")
    pitches = heard["pitches"][-60:]
    assert pitches == sorted(pitches, reverse=True)
    loss = float(re.findall(r"epoch 100: loss (\d\.\d+)", panel(page).inner_text())[0])
    assert pitches[-1] == pytest.approx(110 * 2 ** np.log10(loss / 1e-3), rel=0.01)
    assert heard["volume"] == 0


def test_a_trained_scene_is_in_its_link_and_a_changed_network_has_learnt_nothing(training: Page) -> None:
    panel(training).get_by_role("spinbutton", name="Epochs").fill("5")
    press(training, "Start training")
    told(training, "Finished after epoch 5")
    expect_grid(training, 5)
    training.wait_for_url(lambda url: scene_of(url)["weights"]["training"]["updates"] == 5)
    other = training.context.new_page()
    other.goto(training.url)
    expect_grid(other, 5)
    other.close()
    training.get_by_role("group", name="layer 1", exact=True).get_by_role("spinbutton", name="units").fill("4")
    training.keyboard.press("Enter")
    told(training, "epoch 0 of")


def test_while_the_server_is_away_nothing_is_learnt_and_the_page_says_so(training: Page, watched: Watched) -> None:
    training.route("**/api/trainings?**", lambda route: route.abort())
    watched.allowed.append("ERR_FAILED")
    press(training, "Start training")
    told(training, "The server cannot be reached")


def test_gradients_flow_through_the_learnt_weights(training: Page) -> None:
    panel(training).get_by_role("spinbutton", name="Epochs").fill("3")
    press(training, "Start training")
    told(training, "Finished after epoch 3")
    press(training, "Last step")
    gradients = learnt(3).gradients.layers[1]["h"][0, 0]
    expect(cell(training, 1, 1)).to_have_attribute("aria-label", re.compile(f"gradient = {re.escape(listed(gradients))}"))
    assert np.abs(gradients).max() > 0
