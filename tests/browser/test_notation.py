from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from app.presets import PRESETS
from tests.browser.pages import open_page
from tests.browser.person import cell, computed, drawn, go, layer, press, say, written
from tests.browser.shared_page import shared_page

page, _ = shared_page()

# by notation: the edges of layer 2 from below and from the past, with their shapes, and what the sentence says
SIMPLE = {
    "Keras": ("kernel⁽²⁾ 3×2", "recurrent_kernel⁽²⁾ 2×2", "kernel⁽²⁾, its own past times recurrent_kernel⁽²⁾, and bias⁽²⁾"),
    "PyTorch": ("Wih⁽²⁾ 2×3", "Whh⁽²⁾ 2×2", "Wih⁽²⁾, its own past times Whh⁽²⁾, and bih⁽²⁾ + bhh⁽²⁾"),
    "d2l": ("Wxh⁽²⁾ 3×2", "Whh⁽²⁾ 2×2", "Wxh⁽²⁾, its own past times Whh⁽²⁾, and bh⁽²⁾"),
    "Pascanu et al.": ("Win⁽²⁾ 2×3", "Wrec⁽²⁾ 2×2", "Win⁽²⁾, its own past times Wrec⁽²⁾, and b⁽²⁾"),
    "Ng": ("Wax[2] 2×3", "Waa[2] 2×2", "Wax[2], its own past times Waa[2], and ba[2]"),
    "Lecture": ("W⁽²⁾ 3×2", "U⁽²⁾ 2×2", "W⁽²⁾, its own past times U⁽²⁾, and b⁽²⁾"),
}


def choose(page: Page, notation: str) -> None:
    page.get_by_role("combobox", name="Notation").select_option(notation)
    drawn(page)


def part(page: Page, name: str) -> Locator:
    return page.locator(f"[data-part={name}]")


def numbers(root: Locator) -> dict[str, str]:
    """Every number by its address, so that a matrix may be turned."""
    shown = root.evaluate_all("(nodes) => nodes.map((node) => [node.dataset.address, node.textContent])")
    return dict(shown)


def open_preset(page: Page, name: str) -> None:
    page.get_by_role("combobox", name="Preset").select_option(name)
    assert name in PRESETS
    expect(layer(page, 1).get_by_role("combobox", name="cell type")).to_have_value(name.split()[-1])
    drawn(page)


def test_each_notation_names_edges_formula_and_sentence_and_every_number_stays(page: Page) -> None:
    page.get_by_role("combobox", name="Detail").select_option("by operation")
    page.get_by_role("button", name="Shapes").click()
    go(page, 10)
    expect(say(page)).to_contain_text("adds up")
    press(page, "Step forward")
    before = numbers(page.locator(".panel mn[data-address], .cell .number"))
    labels = cell(page, 2, 1).get_attribute("aria-label")
    press(page, "Step back")
    for notation, (kernel, recurrent, sums) in SIMPLE.items():
        choose(page, notation)
        expect(page.locator(".edge[data-address='2/kernel'] text").first).to_have_text(kernel)
        expect(page.locator(".edge[data-address='2/recurrent_kernel'] text").last).to_have_text(recurrent)
        expect(say(page)).to_contain_text(f"times {sums}.")
        expect(page.get_by_role("slider", name="Timeline")).to_have_attribute("aria-valuetext", re.compile(re.escape(sums)))
        press(page, "Step forward")
        assert numbers(page.locator(".panel mn[data-address], .cell .number")) == before
        assert cell(page, 2, 1).get_attribute("aria-label") == labels
        press(page, "Step back")


def test_where_vectors_are_columns_matrices_are_turned_and_pointing_lights_the_same_numbers(page: Page) -> None:
    go(page, 7)
    kernel = part(page, "numbers").locator("mtable").filter(has=page.locator("mn[data-address='2/kernel/1,2']"))
    expect(kernel.locator("mtr")).to_have_count(3)
    choose(page, "PyTorch")
    expect(kernel.locator("mtr")).to_have_count(2)
    model, trace, _ = computed()
    weights = model.get_weights()[3]
    expect(kernel.locator("mn")).to_have_text([written(value) for value in weights.T.ravel()])
    vector = part(page, "numbers").locator("mtable").filter(has=page.locator("mn[data-address='1/2/h/3']"))
    expect(vector.locator("mtr")).to_have_text([written(value) for value in trace.layers[1]["h"][0, 1]])
    for row, entry in enumerate(("[1,1]", "[1,2]", "[1,3]")):
        factors = part(page, "scalar").locator("tbody tr").nth(row).get_by_role("button")
        expect(factors.first).to_have_accessible_name(f"W_ih⁽²⁾{entry}")
        expect(factors.last).to_have_accessible_name(f"h₂⁽¹⁾[{row + 1}]")
    kernel.locator("mn[data-address='2/kernel/1,2']").hover()
    expect(page.locator(".edge.lit")).to_have_count(3)
    expect(layer(page, 2).get_by_role("button", name="W_ih⁽²⁾ of layer 2: 2 times 3. Light every use")).to_be_visible()


def test_the_gates_of_an_lstm_have_the_names_of_the_book_in_the_drawing_the_panel_and_the_sentence(page: Page) -> None:
    open_preset(page, "deep LSTM")
    choose(page, "Ng")
    cell(page, 1, 2).click()
    expect(page.locator("#interior .gate .letter")).to_have_text(["Γf", "Γu", "c̃", "Γo"])
    expect(part(page, "symbols").locator(".footnote")).to_contain_text("W_u [a, x]")
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Detail").select_option("by operation")
    page.get_by_role("slider", name="Timeline").fill("12")
    expect(say(page)).to_contain_text("what it keeps, Γf · c, and what it lets in, Γu · c̃")
    choose(page, "d2l")
    expect(say(page)).to_contain_text("what it keeps, F · C, and what it lets in, I · C̃")
    expect(page.locator(".edge.memory text").first).to_have_text("C")


def test_backwards_too_and_in_the_update_names_follow(page: Page) -> None:
    press(page, "Last step")
    cell(page, 1, 2).click()
    choose(page, "Pascanu et al.")
    expect(part(page, "arrives")).to_contain_text("from layer 2, through Win⁽²⁾")
    expect(part(page, "arrives")).to_contain_text("the whole, ∂ℰ/∂x")
    expect(page.locator(".axes .head")).to_have_text(["x", "∂ℰ/∂x"])
    expect(page.get_by_role("table", name="The size of ∂ℰ/∂x of every cell")).to_be_visible()
    page.keyboard.press("Escape")
    expect(part(page, "update").locator("h4")).to_have_text(["Win⁽¹⁾", "Wrec⁽¹⁾", "b⁽¹⁾"])


def test_the_tabs_of_the_layer_and_of_its_gradient_turn_their_matrices_too(page: Page) -> None:
    press(page, "Last step")
    cell(page, 2, 2).click()
    choose(page, "Pascanu et al.")
    page.get_by_role("tab", name="Layer").click()
    expect(part(page, "matrices").locator("figcaption")).to_have_text(["Win⁽²⁾ 2×3", "Wrec⁽²⁾ 2×2", "b⁽²⁾ 2"])
    expect(part(page, "matrices").locator("figure").first.locator("mtr")).to_have_count(2)
    expect(page.get_by_role("combobox", name="Matrix").locator("option").first).to_have_text("W_in⁽²⁾")
    page.get_by_role("tab", name="Gradient").click()
    expect(part(page, "sums").locator("figcaption")).to_have_text(["∂ℰ/∂Win⁽²⁾", "∂ℰ/∂Wrec⁽²⁾", "∂ℰ/∂b⁽²⁾"])
    expect(part(page, "sums").locator("figure").first.locator("mtr")).to_have_count(2)


def test_two_biases_of_pytorch_are_two_where_the_gru_has_two_and_else_a_sum(page: Page) -> None:
    open_preset(page, "deep GRU")
    choose(page, "PyTorch")
    bias = layer(page, 2).locator(".sum button").last
    expect(bias).to_have_attribute("aria-label", re.compile(re.escape("b_ih⁽²⁾, b_hh⁽²⁾ of")))
    layer(page, 2).get_by_role("switch", name="reset_after").click()
    expect(bias).to_have_attribute("aria-label", re.compile(re.escape("b_ih⁽²⁾ + b_hh⁽²⁾ of")))


def test_a_link_carries_the_notation_and_the_second_one_stands_under_the_first(page: Page) -> None:
    page.get_by_role("combobox", name="Beside").select_option("Ng")
    choose(page, "d2l")
    symbols = part(page, "symbols")
    expect(symbols.locator("h4")).to_have_text(["d2l", "Ng"])
    expect(symbols.locator("[data-notation]")).to_have_count(2)
    expect(symbols.locator("[data-notation=d2l] .line")).to_have_text("H1(1)=tanh(X1Wxh(1)+H0(1)Whh(1)+bh(1))")
    expect(symbols.locator("[data-notation=ng] .line")).to_have_text("a[1]⟨1⟩=tanh(Waa[1]a[1]⟨0⟩+Wax[1]x⟨1⟩+ba[1])")
    expect(page).to_have_url(re.compile("notation=d2l&beside=ng"))
    other = page.context.new_page()
    open_page(other, page.url)
    expect(other.get_by_role("combobox", name="Notation")).to_have_value("d2l")
    expect(other.locator("[data-part=symbols] h4")).to_have_text(["d2l", "Ng"])
    choose(other, "Ng")
    expect(other.locator("[data-part=symbols] [data-notation]")).to_have_count(1)
