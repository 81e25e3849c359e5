from __future__ import annotations

import re

from app.charts.table import AROUND, CHARTS
from app.languages import ENGLISH
from app.lectures.shipped_plans import keys_of_words
from app.notation import NOTATIONS
from app.remedies import REMEDIES
from app.shipped_datasets import SHIPPED
from engine.activations import ELEMENTWISE
from engine.losses import LOSSES
from engine.quantities import QUANTITIES
from engine.spectra import CANNOT_EXPLODE, GATED, MAY_EXPLODE, VANISHES
from tests.contract.repository import ROOT

WORDS = ENGLISH.words
SCRIPTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "static" / "js").rglob("*.js")))
TEMPLATES = [
    ROOT / "templates" / "index.html",
    ROOT / "templates" / "missing.html",
    ROOT / "templates" / "worksheet.html",
    *sorted((ROOT / "templates" / "parts").iterdir()),
]
TEMPLATE = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
LITERALS = {plain or template for plain, template in re.findall(r'"([^"\n]*)"|`([^`\n]*)`', SCRIPTS)}
DRAWN = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "app" / "charts").glob("*.py")))
SAID = set(re.findall(r'say\("([^"]+)"', DRAWN)) | {"chart.output", "chart.embedding"}  # and the layers that have no number
ASKED = set(re.findall(r"""\b(?:words|rich)\("([^"]+)\"""", SCRIPTS)) | set(re.findall(r"""\bw\[["']([^"']+)["']\]""", TEMPLATE))
LOOPS = {
    "view": {"grid", "gradients", "training", "compare"},
    "field": {"batch", "epochs", "seed"},
    "knob": {"radius", "timesteps", "layers", "units", "kind", "activation", "start", "clipping"},
    "show": {"whole", "depth", "time", "strongest", "own"},
    "remedy": {"none", *REMEDIES},
    "kind": {"choice", "sign", "edge", "number", "count", "shape", "words"},
    "study": {"cliff", "linear", "bifurcation", "memory"},
}
ASKED |= {
    start + value + end
    for start, loop, end in re.findall(r"""\bw\["([\w.]+)" ~ (\w+)(?: ~ "([\w.]+)")?\]""", TEMPLATE)
    for value in LOOPS.get(loop, ())
}
CHOSEN = {
    literal for choice in re.findall(r"\b(?:words|rich)\(([^,{\n]*\?[^,{\n]*)", SCRIPTS) for literal in re.findall(r'"([^"]+)"', choice)
}
LOGARITHMS = {"-log sigmoid", "-log(1 - sigmoid)", "-log softmax"}
APPLIED = {
    *ELEMENTWISE,
    *(activation.slope.format("y") for activation in ELEMENTWISE.values()),
    "softmax",
    "negative",
    "1 - y",
    "1 - sigmoid",
    *LOGARITHMS,
}
QUANTITY = {quantity.name for group in QUANTITIES.values() for quantity in group}
FILLED = {
    "address.quantity": QUANTITY,
    "quantity": QUANTITY,
    "part": QUANTITY,
    "type": set(QUANTITIES),
    "end": {"sigmoid", "softmax", "linear", "bent"},
    "loss": set(LOSSES),
    "spelled(applied, address)": APPLIED,
    "command": {"up", "down", "remove"},
    "name": {"system", "light", "dark"},
    "choice": {"positive", "negative", "depth", "time", "both"},
    "found.kind": {"next", "sign", "larger", "source", "shape", "count"},
    "kind": {"next", "sign", "larger", "source", "shape", "count"},
    "state": {"open", "closed", "revealed"},
    "read.fault": {"damaged", "other", "newer", "large", "many", "step", "empty", "entry"},
    "reason": {"paused", "finished", "stopped", "deserted", "failed", "away"},
    "phase": {"words", "forward", "output", "loss", "backward", "update"},
    'none ? ".none" : ""': {"", ".none"},
    "shown": set(NOTATIONS),
    "down": {"lost", "one", "two", "grown", "nothing"},
    "back": {"lost", "grown", "nothing"},
    "settings.show": LOOPS["show"],
    "remedy": set(REMEDIES),
    "what": {VANISHES, CANNOT_EXPLODE, MAY_EXPLODE, GATED},
    "curve": {"x", "slope", "curvature"},
    "shipped": {each.name for each in SHIPPED},
}


def filled(template: str) -> set[str]:
    """Every key that `model.${command}` can become."""
    start, *rest = re.split(r"\$\{(.*?)\}", template)
    keys = {start}
    for expression, text in zip(rest[::2], rest[1::2], strict=True):
        keys = {key + value + text for key in keys for value in FILLED[expression]}
    return keys


def test_every_sentence_of_the_table_is_used() -> None:
    dotted = {literal for literal in LITERALS if "." in literal and "${" not in literal}
    templates = {literal for literal in LITERALS if re.match(r"[\w.]+\.\$\{", literal)}
    noted = {key for notation in NOTATIONS.values() for keys in notation["notes"].values() for key in keys}
    charts = SAID | set(AROUND) | {f"chart.{name}" for name in CHARTS} | set(re.findall(r'"(chart\.weights\.\w+)"', DRAWN))
    used = charts | keys_of_words() | ASKED | CHOSEN | dotted | noted | {key for template in templates for key in filled(template)}
    assert [key for key in WORDS if key not in used] == []


def test_every_key_that_the_page_asks_for_is_in_the_table() -> None:
    assert len(ASKED) > 100
    assert sorted((ASKED | SAID | set(AROUND)) - set(WORDS)) == []


def test_every_function_that_the_engine_applies_to_a_factor_has_words() -> None:
    assert {key.removeprefix("function.") for key in WORDS if key.startswith("function.")} == APPLIED


def test_the_template_holds_no_words_of_its_own() -> None:
    """Between tags stand signs, numbers, names of libraries and what comes from the table; nothing else would be translated."""
    text = re.sub(r"<(script|svg|style)\b.*?</\1>|{%.*?%}|{{.*?}}|<[^>]*>", " ", TEMPLATE, flags=re.DOTALL)
    assert set(re.findall(r"[A-Za-z]{2,}", text)) <= {"Unrolled", "Dense", "sigmoid"}


def test_every_data_set_that_comes_with_unrolled_has_words_and_they_are_those_of_the_api() -> None:
    assert {each.name: WORDS[f"training.dataset.name.{each.name}"] for each in SHIPPED} == {each.name: each.name for each in SHIPPED}
    assert {each.name: WORDS[f"training.dataset.source.{each.name}"] for each in SHIPPED} == {each.name: each.source for each in SHIPPED}
