from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.pages import Watched
from tests.browser.person import TOY, cell, computed, expect_step, go, grid, layer, listed, press, read
from tests.browser.shared_page import shared_page

page, watched = shared_page()


def expect_state(page: Page, scene: dict[str, object], number: int, t: int) -> None:
    """This cell's h is what the engine says of this scene."""
    _, trace, _ = computed(scene)  # type: ignore[arg-type]
    said = listed(trace.layers[number]["h"][0, t - 1])
    expect(cell(page, number, t)).to_have_attribute("aria-label", re.compile(rf"h = {re.escape(said)}(,|$)"))


def parameters(page: Page) -> str:
    return page.locator(".total").inner_text().split()[-1]


def test_the_three_reviews_of_the_notes_open_with_their_labels(page: Page) -> None:
    press(page, "Last step")
    for words, label in (("rat rat mat", 0), ("mat cat cat", 1), ("cat mat rat", 1)):
        review = page.get_by_role("button", name=f"{words}, label {label}")
        review.click()
        expect(review).to_have_attribute("aria-pressed", "true")
        expect_state(page, TOY | {"sentence": words.split(), "label": label}, 2, 3)
        expect(page.get_by_role("button", name=re.compile(rf"^output at timestep 3, .*label {label}"))).to_be_visible()


def test_ones_own_sentence_is_read_with_its_label(page: Page) -> None:
    read(page, "  rat   cat ")
    expect(grid(page).get_by_role("gridcell")).to_have_count(4)
    page.get_by_role("combobox", name="Label").select_option("0")
    press(page, "Last step")
    expect_state(page, TOY | {"sentence": ["rat", "cat"], "label": 0}, 2, 2)


def test_an_unknown_word_loses_nothing_and_can_be_added_to_the_vocabulary(page: Page, watched: Watched) -> None:
    watched.allowed.append("422")
    go(page, 5)
    read(page, "cat dog rat")
    fault = page.locator("#reviews [role=alert]")
    expect(fault).to_contain_text("dog")
    expect(fault).to_contain_text("cat, mat, rat")
    expect(page.get_by_role("textbox", name="Your own sentence")).to_have_value("cat dog rat")
    expect(grid(page).get_by_role("gridcell")).to_have_count(6)
    expect_state(page, TOY, 1, 1)
    press(page, "Add “dog” to the vocabulary")
    expect(fault).to_be_hidden()
    press(page, "Last step")
    expect_state(page, TOY | {"vocabulary": ["cat", "mat", "rat", "dog"], "sentence": ["cat", "dog", "rat"]}, 2, 3)
    assert parameters(page) == "39", "the one-hot vectors grew by one: 3 more weights"


def test_words_join_the_vocabulary_and_leave_it(page: Page) -> None:
    box = page.get_by_role("textbox", name="Add a word")
    box.fill("dog")
    box.press("Enter")
    expect(page.get_by_text("4 words → 4")).to_be_visible()
    press(page, "Remove “dog” from the vocabulary")
    expect(page.get_by_text("3 words → 3")).to_be_visible()
    expect(page.get_by_role("button", name="Remove “cat” from the vocabulary")).to_have_count(0)


def test_words_are_text_and_never_anything_else(page: Page, watched: Watched) -> None:
    for word in (
        "<img src=x onerror=alert(1)>".replace(" ", "_"),
        "{{7*7}}",
        "javascript:alert(1)",
        "*star*",
        "مرحبا",
        "👩‍👩‍👧",
        "\u202egnol",
    ):
        watched.allowed.append("422")
        read(page, f"cat {word}")
        add = page.get_by_role("button", name=f"Add “{word}” to the vocabulary", exact=True)
        fault = page.locator("#reviews [role=alert]")
        expect(add.or_(fault).first).to_be_visible()
        if add.is_visible():
            add.click()
            expect(page.locator(".input .word").nth(1)).to_contain_text(word[:5])
        else:
            expect(fault).not_to_be_empty()
    assert page.locator("img").count() == 0


def test_units_change_the_network_and_its_parameters(page: Page) -> None:
    units = layer(page, 2).get_by_role("spinbutton", name="units")
    units.fill("4")
    units.press("Enter")
    press(page, "Last step")
    expect_state(page, TOY | {"units": [3, 4]}, 2, 3)
    assert parameters(page) == str(21 + (3 * 4 + 4 * 4 + 4) + 5)
    expect(layer(page, 2)).to_contain_text("3·44·44")


def test_a_number_of_units_that_cannot_be_is_marked_and_loses_nothing(page: Page, watched: Watched) -> None:
    watched.allowed.append("422")
    press(page, "Last step")
    for wrong in ("0", "129", "1000000000"):
        units = layer(page, 1).get_by_role("spinbutton", name="units")
        units.fill(wrong)
        units.press("Enter")
        expect(layer(page, 1).get_by_role("alert")).to_contain_text("128")
        expect_state(page, TOY, 2, 3)
    units.fill("3")
    units.press("Enter")
    expect(layer(page, 1).get_by_role("alert")).to_be_hidden()


def test_layers_are_added_moved_and_removed(page: Page) -> None:
    press(page, "Add layer")
    press(page, "Last step")
    expect_state(page, TOY | {"units": [3, 2, 2]}, 3, 3)
    press(page, "Move layer 1 up")
    expect(layer(page, 2).get_by_role("spinbutton", name="units")).to_have_value("3")
    press(page, "Last step")
    expect_state(page, TOY | {"units": [2, 3, 2]}, 3, 3)
    press(page, "Move layer 2 down")
    press(page, "Remove layer 3")
    expect(grid(page).get_by_role("row")).to_have_count(2)
    press(page, "Remove layer 1")
    press(page, "Last step")
    expect_state(page, TOY | {"units": [2]}, 1, 3)
    expect(page.get_by_role("button", name="Remove layer 1")).to_be_disabled()


def test_eight_recurrent_layers_are_the_most(page: Page) -> None:
    press(page, "Add layer", 6)
    expect(grid(page).get_by_role("row")).to_have_count(8)
    expect(page.get_by_role("button", name="Add layer")).to_be_disabled()


def test_a_stack_that_cannot_work_is_shown_broken_at_its_place_in_keras_own_words(page: Page, watched: Watched) -> None:
    watched.allowed.append("422")
    go(page, 8)
    switch = layer(page, 1).get_by_role("switch", name="return_sequences")
    switch.click()
    fault = layer(page, 1).get_by_role("alert")
    expect(fault).to_contain_text("expected ndim=3, found ndim=2")
    expect(page.locator(".edge.broken")).to_have_count(1)
    expect(page.locator(".edge[data-key^='2/kernel']")).to_have_count(1)
    expect(grid(page).get_by_role("gridcell", name=re.compile("not computed yet"))).to_have_count(6)
    expect(page.get_by_role("button", name="Step forward")).to_be_disabled()
    switch.click()
    expect(fault).to_be_hidden()
    expect(page.locator(".edge[data-key^='2/kernel']")).to_have_count(3)
    expect_step(page, 8)


def test_new_weights_and_the_seed_change_every_number(page: Page) -> None:
    press(page, "Last step")
    press(page, "New weights")
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("1")
    expect_state(page, TOY | {"seed": 1}, 2, 3)
    seed = page.get_by_role("spinbutton", name="Seed")
    seed.fill("4294967295")
    seed.press("Enter")
    expect_state(page, TOY | {"seed": 2**32 - 1}, 2, 3)


def test_the_initial_state_is_drawn_and_edited(page: Page) -> None:
    press(page, "Last step")
    before = cell(page, 2, 1).get_attribute("aria-label")
    page.get_by_role("button", name=re.compile("^initial state of layer 2")).click()
    field = page.get_by_role("spinbutton", name="h₀ of unit 1")
    field.fill("0.5")
    field.press("Enter")
    expect(page.get_by_role("button", name="initial state of layer 2: 0.50, 0.00")).to_be_visible()
    expect(cell(page, 2, 1)).not_to_have_attribute("aria-label", str(before))
    field.fill("0")
    field.press("Enter")
    expect(cell(page, 2, 1)).to_have_attribute("aria-label", str(before))


def test_undo_and_redo_walk_the_scenes(page: Page) -> None:
    press(page, "Last step")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    press(page, "New weights")
    read(page, "rat cat")
    expect(grid(page).get_by_role("gridcell")).to_have_count(4)
    press(page, "Undo")
    expect_state(page, TOY | {"seed": 1}, 2, 3)
    page.keyboard.press("Control+z")
    expect_state(page, TOY, 2, 3)
    page.keyboard.press("Control+Shift+z")
    expect_state(page, TOY | {"seed": 1}, 2, 3)
    press(page, "Redo")
    expect(grid(page).get_by_role("gridcell")).to_have_count(4)
    expect(page.get_by_role("button", name="Redo")).to_be_disabled()


def test_a_long_sentence_and_a_full_grid_can_be_walked(page: Page) -> None:
    read(page, " ".join(["cat", "mat", "rat"] * 20))
    expect(grid(page).get_by_role("gridcell")).to_have_count(120)
    press(page, "Last step")
    expect_step(page, 60 + 120 + 1 + 1 + 120 + 3)
    expect(cell(page, 2, 60)).to_have_attribute("aria-label", re.compile("gradient = "))


def test_a_word_that_cannot_join_the_vocabulary_is_explained_where_it_was_typed(page: Page, watched: Watched) -> None:
    watched.allowed.append("422")
    box = page.get_by_role("textbox", name="Add a word")
    box.fill("dog bird dog cat")
    box.press("Enter")
    expect(page.get_by_text("5 words → 5")).to_be_visible()
    box.fill("w" * 65)
    box.press("Enter")
    fault = page.get_by_role("group", name="Vocabulary").get_by_role("alert")
    expect(fault).to_contain_text("64")
    press(page, f"Remove “{'w' * 65}” from the vocabulary")
    expect(fault).to_be_hidden()


def test_a_scene_without_its_dense_layer_is_marked_at_the_last_card(page: Page, watched: Watched) -> None:
    watched.allowed.append("422")
    page.evaluate("""() => {
        const scene = JSON.parse(document.getElementById("tables").textContent).scene;
        scene.layers.pop();
        location.hash = `#v=1&scene=${encodeURIComponent(JSON.stringify(scene))}`;
    }""")
    expect(page.get_by_role("alert").filter(has_text="Dense")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_role("alert").filter(has_text="Dense")).to_be_hidden()


def test_an_empty_sentence_is_explained(page: Page, watched: Watched) -> None:
    watched.allowed.append("422")
    read(page, "   ")
    expect(page.locator("#reviews [role=alert]")).not_to_be_empty()
    expect(grid(page).get_by_role("gridcell")).to_have_count(6)


def test_on_a_projector_the_reviews_and_the_model_open_over_the_grid(page: Page) -> None:
    press(page, "Projector")
    expect(page.get_by_role("button", name="rat rat mat, label 0")).to_be_hidden()
    press(page, "Reviews and model")
    page.get_by_role("button", name="rat rat mat, label 0").click()
    press(page, "Reviews and model")
    press(page, "Last step")
    expect_state(page, TOY | {"sentence": ["rat", "rat", "mat"], "label": 0}, 2, 3)


def test_what_nobody_sees_in_a_typed_word_is_left_out_at_its_ends_and_said_within_it(page: Page) -> None:
    reviews, vocabulary = page.locator("#reviews"), page.locator("#vocabulary")
    read(page, "ca\u200bt mat")
    expect(reviews.get_by_role("alert")).to_have_text(
        "“ca⟨U+200B⟩t” differs from “cat” by invisible characters alone. Write both the same."
    )
    expect(grid(page).get_by_role("gridcell")).to_have_count(6)
    read(page, "\ufeffcat mat\u200e")
    expect(reviews.get_by_role("alert")).to_be_hidden()
    expect(grid(page).get_by_role("gridcell")).to_have_count(4)
    box = vocabulary.get_by_role("textbox")
    turned, lost = ("do\u202eg", "“do⟨U+202E⟩g” holds an invisible character"), ("d\ufffdg", "which stands for a character that was lost")
    for typed, said in (turned, lost):
        box.fill(typed)
        box.press("Enter")
        expect(vocabulary.get_by_role("alert")).to_contain_text(said)
    box.fill("dog\u200b")
    box.press("Enter")
    expect(vocabulary.get_by_role("alert")).to_be_hidden()
    expect(vocabulary.get_by_role("listitem")).to_have_text([re.compile(f"^{word}") for word in ("cat", "mat", "rat", "dog")])
