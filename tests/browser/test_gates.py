"""The panel and the drawing of a cell, for every cell type: each number is the engine's to its last digit, and none comes too early."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from app.presets import review, scene
from app.scenes import Scene
from app.tables import operations
from app.traces import SceneTrace, run
from tests.browser.pages import Server
from tests.browser.person import MINUS, drawn, expect_step, press
from tests.browser.shared_page import begin_anew, shared_page

page, _ = shared_page()

CELLS: dict[str, dict[str, Any]] = {
    "SimpleRNN": {"type": "SimpleRNN"},
    "SimpleRNN with relu": {"type": "SimpleRNN", "activation": "relu"},
    "LSTM": {"type": "LSTM"},
    "GRU": {"type": "GRU"},
    "GRU, reset before": {"type": "GRU", "reset_after": False},
}
GATED = ("LSTM", "GRU", "GRU, reset before")
MOST = ["SimpleRNN", "LSTM", "GRU", *(pytest.param(kind, marks=pytest.mark.long) for kind in ("SimpleRNN with relu", "GRU, reset before"))]

NUMBERS = "#panel :is(mn, td.value, span.value, span.gradient, g.number)[data-address]"
READ = """(numbers) => [...document.querySelectorAll(numbers)].map((node) => ({
    address: node.dataset.address, drawn: node.closest('svg') !== null,
    text: (node.querySelector('title') ?? node).textContent}))"""
# The same at every step up to the last, by the key that steps, in the frame after the next.
READ_AT_EACH = f"""async ([numbers, first, last]) => {{
    const read = {READ};
    const seen = [];
    for (let step = first; step <= last; step += 1) {{
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        seen.push([Number(document.querySelector("#transport [data-part=slider]").value), read(numbers)]);
        document.body.dispatchEvent(new KeyboardEvent("keydown", {{ key: ".", bubbles: true }}));
    }}
    return JSON.stringify(seen);
}}"""


class Shown(NamedTuple):
    """A number on the screen at full precision: where it belongs, and whether it stands in the drawing of the cell."""

    address: str
    value: float
    drawn: bool


def scene_of(kind: str) -> Scene:
    """Two words, two layers of the kind, and states before the first word that are not zero."""
    cell = CELLS[kind]
    made = scene({**cell, "units": 3}, {**cell, "units": 2}, reading=review("mat cat", 1)).document()
    states = [{"h": [0.5, -0.25, 0.125], "c": [-0.5, 0.75, 0.25]}, {"h": [0.25, -0.5], "c": [0.5, -0.125]}]
    made["initial_state"] = states if cell["type"] == "LSTM" else [state["h"] for state in states]
    return Scene.model_validate(made)


def open_scene(page: Page, server: Server, shown: Scene, **view: object) -> None:
    parts = "".join(f"&{name}={value}" for name, value in view.items())
    begin_anew(page, f"{server.address}#v=1&scene={quote(json.dumps(shown.document()))}{parts}")


def shown_numbers(read: list[dict[str, Any]]) -> list[Shown]:
    return [Shown(found["address"], float(found["text"].replace(MINUS, "-")), found["drawn"]) for found in read]


def computed(trace: SceneTrace, address: str) -> float:
    """What the engine has at an address of the page."""
    gradient = address.startswith("d/")
    layer, *rest = address.removeprefix("d/").split("/")
    if len(rest) == 2:
        name, index = rest
        weights = trace.gradients.weights if gradient else trace.forward.weights
        place = tuple(int(number) - 1 for number in index.split(","))
        return float(weights[trace.weight_names.index((layer, name))][place])
    timestep, quantity, unit, *through = rest
    index, t, u = trace.layer_names.index(layer), int(timestep) - 1, int(unit) - 1
    if layer == "input":
        return float((trace.gradients.inputs if gradient else trace.forward.inputs)[0, t, u])
    record = (trace.gradients if gradient else trace.forward).layers[index]
    value = record.row(quantity, t)[0, u]
    return float(value * trace.forward.layers[index].row("f", t)[0, u] if through else value)


class Computed(dict[str, float]):
    """What the engine has at the addresses that were asked for."""

    def __init__(self, trace: SceneTrace) -> None:
        self.trace = trace

    def __missing__(self, address: str) -> float:
        return self.setdefault(address, computed(self.trace, address))


class Timeline:
    """When each number is known, told once more in Python: by timestep, each cell after those that it reads, and back in reverse."""

    def __init__(self, shown: Scene, kind: str, by_operation: bool) -> None:
        self.passed = operations(CELLS[kind]["type"])
        self.timesteps = len(shown.sentence)
        cells = [(str(layer), t) for t in range(1, self.timesteps + 1) for layer in (1, 2)]
        self.at: dict[tuple[str, str, int, str], int] = {}
        self.steps: dict[str, int] = {}
        self.last = self.timesteps
        for layer, t in cells:
            self._pass("forward", layer, t, by_operation)
        self.last += (2 if by_operation else 1) + 1  # the output, and the loss
        self.loss = self.last
        for layer, t in reversed(cells):
            self._pass("backward", layer, t, by_operation)

    def _pass(self, phase: str, layer: str, t: int, by_operation: bool) -> None:
        for number, quantity in enumerate(self.passed[phase]):
            self.last += 1 if by_operation or number == 0 else 0
            self.at[phase, layer, t, quantity] = self.last

    def known(self, address: str) -> int:
        """The step from which on the number of an address is there."""
        if address not in self.steps:
            self.steps[address] = self._known(address)
        return self.steps[address]

    def _known(self, address: str) -> int:
        gradient = address.startswith("d/")
        layer, *rest = address.removeprefix("d/").split("/")
        if len(rest) == 2:
            return 0
        t, quantity = int(rest[0]), rest[1]
        through_time = len(rest) == 4
        if layer == "input":
            return self.end("1", t) if gradient else t
        if layer == "output":
            return self.loss
        if t == 0 or (through_time and t == 1):
            return self.end(layer, 1) if gradient else 0
        return self.at["backward" if gradient else "forward", layer, t - 1 if through_time else t, quantity]

    def end(self, layer: str, t: int) -> int:
        return max(step for (phase, row, time, _), step in self.at.items() if (phase, row, time) == ("backward", layer, t))


def expect_the_engines(read: list[dict[str, Any]], engine: Computed, timeline: Timeline, step: int) -> list[Shown]:
    """Every number on the screen is the engine's, and its step has come."""
    numbers = shown_numbers(read)
    assert [number for number in numbers if timeline.known(number.address) > step] == [], step
    assert [(number, wanted) for number in numbers if (wanted := engine[number.address]) != number.value] == []
    return numbers


@pytest.mark.parametrize(
    ("detail", "layer", "timestep", "unit", "part"),
    [("operation", 2, 2, 2, "forward"), ("operation", 2, 2, 2, "backward"), ("cell", 1, 1, 3, "whole")],
)
@pytest.mark.parametrize("kind", MOST)
def test_every_number_of_a_cell_is_the_engines_and_comes_at_its_step(
    page: Page, server: Server, kind: str, detail: str, layer: int, timestep: int, unit: int, part: str
) -> None:
    shown = scene_of(kind)
    engine, timeline = Computed(run(shown)), Timeline(shown, kind, detail == "operation")
    first, last = {"forward": (0, timeline.loss), "backward": (timeline.loss, timeline.last), "whole": (0, timeline.last)}[part]
    open_scene(page, server, shown, detail=detail, pinned=f"{layer},{timestep}", unit=unit, exact=1, step=first)
    expect_step(page, first)
    seen = json.loads(page.evaluate(READ_AT_EACH, [NUMBERS, first, last]))
    assert len(seen) == last - first + 1
    for step, (stands, read) in enumerate(seen, start=first):
        assert stands == step
        drawn_now = {number.address for number in expect_the_engines(read, engine, timeline, step) if number.drawn}
        own = f"{layer}/{timestep}/"
        due = {
            f"{own}{quantity}/{unit}"
            for quantity in timeline.passed["forward"]
            if timeline.at["forward", str(layer), timestep, quantity] <= step
        }
        if step >= timeline.loss:
            due |= {
                f"d/{own}{quantity}/{unit}"
                for quantity in timeline.passed["forward"]
                if timeline.at["backward", str(layer), timestep, quantity] <= step
            }
        assert {address for address in drawn_now if address.removeprefix("d/").startswith(own)} == due, step


@pytest.mark.parametrize("kind", GATED)
def test_each_gate_opens_on_its_own_columns_and_on_its_own_scalars(page: Page, server: Server, kind: str) -> None:
    shown = scene_of(kind)
    trace, timeline = run(shown), Timeline(shown, kind, False)
    open_scene(page, server, shown, step=timeline.last, pinned="2,2", unit=2, exact=1)
    scalars = page.locator("[data-part=scalar]")
    scalars.locator("button[data-gate]").first.wait_for()
    gates = [name.removeprefix("a_") for name in operations(CELLS[kind]["type"])["forward"] if name.startswith("a_")]
    assert scalars.locator("button[data-gate]").evaluate_all("(nodes) => nodes.map((node) => node.dataset.gate)")[: len(gates)] == gates
    columns = [name for layer in trace.model.layers[2:3] for name in layer.gates]
    for gate in gates:
        scalars.locator(f"button[data-gate={gate}]").click()
        expect(scalars.locator(f"button[data-gate={gate}]")).to_have_attribute("aria-expanded", "true")
        numbers = expect_the_engines(page.evaluate(READ, NUMBERS), Computed(trace), timeline, timeline.last)
        first = columns.index(f"a_{gate}") * 2
        used = {int(number.address.split(",")[1]) for number in numbers if number.address.startswith("2/kernel/")}
        assert used == {first + 1, first + 2}
        sums = {number.address for number in numbers if not number.drawn}
        assert {f"2/2/a_{gate}/2", f"2/2/{gate}/2", f"d/2/2/a_{gate}/2", f"d/2/2/{gate}/2"} <= sums


def test_the_drawing_says_its_numbers_and_none_before_their_step(page: Page, server: Server) -> None:
    shown = scene_of("LSTM")
    open_scene(page, server, shown, pinned="2,2", detail="operation")
    picture = page.get_by_role("img", name=re.compile("^Inside the LSTM cell of layer 2 at timestep 2, unit 1"))
    expect(picture).to_have_accessible_name(re.compile("nothing is computed yet$"))
    press(page, "Last step")
    value = float(run(shown).forward.layers[2].row("f", 1)[0, 0])
    expect(picture).to_have_accessible_name(re.compile(rf"forget gate {value:.2f}, .*its gradient at cell state {MINUS}?\d\.\d\d"))


def test_pointing_at_a_gate_in_the_drawing_lights_the_panel_and_the_other_way_round(page: Page, server: Server) -> None:
    open_scene(page, server, scene_of("LSTM"), step=6)
    page.locator("#interior .number[data-address='2/2/f/1']").hover()
    expect(page.locator("[data-part=numbers] mn.lit[data-address='2/2/f/1']")).to_have_count(2)
    page.locator("[data-part=numbers] mn[data-address='2/2/c/2']").first.hover()
    expect(page.locator("#interior .number.lit")).to_have_count(0)
    page.locator("[data-part=numbers] mn[data-address='2/2/c/1']").first.hover()
    expect(page.locator("#interior .number.lit[data-address='2/2/c/1']")).to_have_count(1)
    page.locator("[data-part=symbols] msubsup[data-address='2/kernel']").first.hover()
    expect(page.locator(".edge.lit[data-address='2/kernel']")).to_have_count(2)


def test_a_gate_is_chosen_in_the_drawing_or_by_keyboard_and_keeps_the_focus(page: Page, server: Server) -> None:
    open_scene(page, server, scene_of("LSTM"), step=6)
    numbers = page.locator("[data-part=numbers]")
    page.locator("#interior [data-gate=o] .letter").locator("..").locator(".frame").click(position={"x": 5, "y": 5})
    expect(numbers.locator("button[data-gate=o]")).to_have_attribute("aria-expanded", "true")
    numbers.locator("button[data-gate=g]").focus()
    page.keyboard.press("Enter")
    expect(numbers.locator("button[data-gate=g]")).to_have_attribute("aria-expanded", "true")
    expect(numbers.locator("button[data-gate=g]")).to_be_focused()


def test_the_line_of_c_flows_on_its_own_forward_and_back(page: Page, server: Server) -> None:
    shown = scene_of("LSTM")
    timeline = Timeline(shown, "LSTM", True)
    line = page.locator(".edge.memory[data-address='2/1/c']")
    open_scene(page, server, shown, detail="operation", step=timeline.at["forward", "2", 2, "o"])
    expect(line).to_have_class(re.compile("todo"))
    press(page, "Step forward")
    expect(line).to_have_class(re.compile("forward"))
    press(page, "Step forward")
    expect(line).to_have_class(re.compile("done"))
    open_scene(page, server, shown, detail="operation", step=timeline.at["backward", "2", 1, "tanh_c"])
    press(page, "Step forward")
    expect(line).to_have_class(re.compile("backward"))


def test_a_simple_cell_says_its_own_function(page: Page, server: Server) -> None:
    shown = scene_of("SimpleRNN with relu")
    open_scene(page, server, shown, step=11, pinned="2,2")
    panel = page.locator("#panel")
    expect(panel).to_contain_text("relu")
    expect(panel.locator("[data-part=arrives]")).to_contain_text("through relu")
    expect(panel).not_to_contain_text("tanh")


def test_a_cell_with_gates_has_room_in_its_panel(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    for kind in ("LSTM", "GRU"):
        shown = scene_of(kind)
        open_scene(page, server, shown, step=Timeline(shown, kind, False).last, pinned="2,1")
        page.locator("[data-part=scalar] button").first.wait_for()
        drawn(page)
        overflow = page.evaluate("() => { const panel = document.getElementById('panel'); return panel.scrollWidth - panel.clientWidth; }")
        assert overflow <= 0, kind


def test_the_initial_states_of_an_lstm_are_edited_one_by_one(page: Page, server: Server) -> None:
    shown = scene_of("LSTM")
    open_scene(page, server, shown, pinned="2,0")
    field = page.get_by_role("spinbutton", name="c₀ of unit 2")
    expect(field).to_have_value("-0.125")
    field.fill("0.5")
    field.press("Enter")
    drawn(page)
    press(page, "Step forward", 4)
    page.keyboard.press("Escape")
    changed = run(
        Scene.model_validate(
            {**shown.document(), "initial_state": [shown.document()["initial_state"][0], {"h": [0.25, -0.5], "c": [0.5, 0.5]}]}
        )
    )
    expected = np.round(changed.forward.layers[2].row("h", 0)[0], 2)
    assert expected.shape == (2,)
    expect(
        page.get_by_role("gridcell", name=re.compile(rf"^layer 2, timestep 1, h = {str(expected[0]).replace('-', MINUS)}"))
    ).to_have_count(1)


@pytest.mark.parametrize(
    ("activation", "loss", "arriving"), [("softmax", "categorical_crossentropy", "∂L/∂a"), ("linear", "mse", "through linear")]
)
def test_an_output_says_its_own_function_and_no_minus_before_a_zero(
    page: Page, server: Server, activation: str, loss: str, arriving: str
) -> None:
    made = scene_of("SimpleRNN").document()
    made["layers"][-1] = {"type": "Dense", "units": 2, "activation": activation}
    open_scene(page, server, Scene.model_validate({**made, "loss": loss, "label": 1}), step=8, pinned="output,2")
    panel = page.locator("#panel")
    panel.locator("[data-part=blame] td.value").first.wait_for()
    expect(panel.locator("[data-part=arrives]")).to_contain_text(arriving)
    expect(panel).not_to_contain_text("σ")
    expect(panel).not_to_contain_text(re.compile(rf"{MINUS}0\.0+(?!\d)"))
