from __future__ import annotations

import re

import pytest

from app.notation import NOTATIONS, Notation
from app.tables import WEIGHTED
from app.words import WORDS
from engine.quantities import QUANTITIES
from tests.contract.repository import ROOT

BOOKS = pytest.mark.parametrize("notation", NOTATIONS.values(), ids=NOTATIONS)
RECURRENT = [layer for layer in WEIGHTED if "recurrent_kernel" in layer.initializers]
GATES = {gate.removeprefix("a_") for layer in RECURRENT for gate in layer.gates if gate != "a"}
HAS_TWO_BIASES = {"input_bias", "recurrent_bias"}


def asked(notation: Notation) -> set[str]:
    return {name for lines in notation["formulas"].values() for line in lines for name in re.findall(r"(\w+)\{", line)} - {"below"}


@BOOKS
def test_every_symbol_that_a_formula_or_a_panel_asks_for_stands_in_every_notation(notation: Notation) -> None:
    quantities = {quantity.name for group in QUANTITIES.values() for quantity in group if quantity.role != "part"}
    whole = {name for layer in WEIGHTED for name in layer.initializers} | HAS_TWO_BIASES | {"biases", "output_kernel", "output_bias"}
    by_gate = {f"{name}_{gate}" for name in {"kernel", "recurrent_kernel", "bias"} | HAS_TWO_BIASES for gate in GATES}
    assert set(notation["symbols"]) == quantities | whole | by_gate | {"loss", "target"}
    assert asked(notation) <= set(notation["symbols"])


@BOOKS
def test_every_notation_has_the_same_formulas_of_the_same_numbers(notation: Notation) -> None:
    lecture = NOTATIONS["lecture"]
    assert notation["formulas"].keys() == lecture["formulas"].keys()
    for layer, lines in notation["formulas"].items():
        tokens, ours = (sorted(sorted(set(line.split()) - {"@"}) for line in book) for book in (lines, lecture["formulas"][layer]))
        assert tokens == ours, layer


@BOOKS
def test_a_matrix_stands_before_its_vector_where_vectors_are_columns_and_behind_it_where_they_are_rows(notation: Notation) -> None:
    matrix, vector = r"\w*kernel\w*\{\w\}", r"(?:below|h|m)\{[^}]*\}"
    order = rf"{matrix} {vector}" if notation["columns"] else rf"{vector} (?:@ )?{matrix}"
    lines = [line for group in notation["formulas"].values() for line in group]
    assert sum(len(re.findall(order, line)) for line in lines) == sum(len(re.findall(matrix, line)) for line in lines) > 20


@BOOKS
def test_within_a_layer_no_two_numbers_have_the_same_name(notation: Notation) -> None:
    for layer, lines in notation["formulas"].items():
        names = {name for line in lines for name in re.findall(r"(\w+)\{", line)} - {"below"}
        written = [notation["symbols"][name] for name in names] + ([notation["symbols"]["x"]] if layer != "Dense" else [])
        doubles = {symbol for symbol in written if written.count(symbol) > 1}
        assert not doubles, layer


@BOOKS
def test_the_output_has_the_letter_that_verdicts_are_written_with(notation: Notation) -> None:
    assert notation["symbols"]["y"] == "ŷ"
    assert WORDS["verdict"].startswith("ŷ = ")


@BOOKS
def test_functions_are_those_of_the_engine(notation: Notation) -> None:
    assert notation["functions"].keys() == NOTATIONS["lecture"]["functions"].keys()


@BOOKS
def test_notes_are_on_forms_that_exist_and_have_words(notation: Notation) -> None:
    assert notation["notes"].keys() <= notation["formulas"].keys()
    assert {key for keys in notation["notes"].values() for key in keys} <= WORDS.keys()


def test_links_and_words_know_every_notation() -> None:
    link = (ROOT / "static" / "js" / "link.js").read_text(encoding="utf-8")
    listed = re.search(r"NOTATIONS = \[(.*?)\]", link)
    assert listed
    assert re.findall(r'"(\w+)"', listed[1]) == list(NOTATIONS)
    assert {key for key in WORDS if key.startswith("notation.")} == {f"notation.{name}" for name in NOTATIONS}
