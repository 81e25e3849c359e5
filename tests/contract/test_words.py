from __future__ import annotations

import re

from app.notation import NOTATIONS
from app.words import WORDS
from engine import Dense, SimpleRNN
from engine.activations import ELEMENTWISE
from engine.quantities import QUANTITIES
from tests.contract.repository import ROOT

SCRIPTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "static" / "js").rglob("*.js")))
TEMPLATE = (ROOT / "templates" / "index.html").read_text(encoding="utf-8")
LITERALS = set(re.findall(r"""["'`]([A-Za-z][\w.$ {}()^-]*)["'`]""", SCRIPTS + TEMPLATE))
PATTERNS = [re.compile(re.sub(r"\\\$\\\{.*?\\\}", ".*", re.escape(literal))) for literal in LITERALS if "${" in literal and "." in literal]


def test_every_sentence_of_the_table_is_used() -> None:
    unused = [key for key in WORDS if key not in LITERALS and not any(pattern.fullmatch(key) for pattern in PATTERNS)]
    assert unused == []


def test_every_key_that_the_page_asks_for_is_in_the_table() -> None:
    asked = set(re.findall(r"""\b(?:words|rich)\("([^"]+)\"""", SCRIPTS)) | set(re.findall(r"""\bw\["([^"]+)"\]""", TEMPLATE))
    assert len(asked) > 100
    assert sorted(asked - set(WORDS)) == []


def test_every_function_that_the_engine_applies_to_a_factor_has_words() -> None:
    applied = {"tanh", "sigmoid", ELEMENTWISE["tanh"].slope.format("h"), "negative", "1 - target", "-log sigmoid", "-log(1 - sigmoid)"}
    assert {key.removeprefix("function.") for key in WORDS if key.startswith("function.")} == applied


def test_every_symbol_of_a_formula_stands_in_the_notation() -> None:
    for notation in NOTATIONS.values():
        names = {name for formula in notation["formulas"].values() for name in re.findall(r"∂?(\w+)\{", formula)}
        assert names - {"below"} <= set(notation["symbols"])
        weights = {name for layer in (SimpleRNN, Dense) for name in layer.initializers}
        quantities = {quantity.name for group in QUANTITIES.values() for quantity in group if quantity.role != "part"}
        assert weights | quantities <= set(notation["symbols"])


def test_the_template_holds_no_words_of_its_own() -> None:
    """Between tags stand signs, numbers, names of libraries and what comes from the table; nothing else would be translated."""
    text = re.sub(r"<(script|svg)\b.*?</\1>|{%.*?%}|{{.*?}}|<[^>]*>", " ", TEMPLATE, flags=re.DOTALL)
    assert set(re.findall(r"[A-Za-z]{2,}", text)) <= {"Unrolled", "Dense", "sigmoid"}
