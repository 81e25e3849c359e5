"""What the page says of these checks: the record of a run, and what this run finds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engine
from app.checked import RECORD, Comparison, checked
from tests.engine import test_optimizers as optimizers
from tests.engine.faults import FAULTS
from tests.engine.gated_faults import GRU_FAULTS, LSTM_FAULTS
from tests.engine.layer_faults import CONVERSION_FAULTS, DROPOUT_FAULTS, TWO_WAY_FAULTS, WINDOW_FAULTS
from tests.engine.optimizer_faults import OPTIMIZER_FAULTS
from tests.engine.test_reference import ABOUT, layer_of, numbers, run, vectors
from tests.engine.training_faults import TRAINING_FAULTS

EVERY_FAULT = (
    *FAULTS,
    *LSTM_FAULTS,
    *GRU_FAULTS,
    *WINDOW_FAULTS,
    *TWO_WAY_FAULTS,
    *DROPOUT_FAULTS,
    *CONVERSION_FAULTS,
    *OPTIMIZER_FAULTS,
    *TRAINING_FAULTS,
)
SOURCES = ("keras", "torch")
TOLERANCE = 1e-12


def written_layer(kind: str, units: int) -> str:
    """A layer as the page writes it: GRU(3, reset before)."""
    name, *options = kind.split(", ")
    return repr(layer_of(kind, units, sequences=False)) if name == "Dropout" else f"{name}({', '.join([str(units), *options])})"


def comparison(name: str, source: str) -> Comparison:
    """How far the engine is from the stored numbers of one framework."""
    case: dict[str, Any] = ABOUT["cases"][name]
    ours, theirs = numbers(*run(name)), vectors(name, source)
    gaps = {key: np.abs(ours[key] - value) for key, value in theirs.items()}
    layers = [written_layer(kind, units) for kind, units in zip(case["cells"], case["units"], strict=False)]
    below = [f"Embedding({case['words']}, {case['features']})"] if case["words"] else []
    return Comparison(
        case=name,
        source=source,
        layers=[*below, *layers, f"Dense({case['outputs']}, {case['activation']})"],
        shape=f"{case['batch']} × {case['timesteps']} × {case['features']}",
        loss=case["loss"] + (f", window {case['window']}" if case["window"] else ""),
        numbers=sum(gap.size for gap in gaps.values()),
        largest=max(float(gap.max()) for gap in gaps.values()),
    )


def ten_steps(name: str, source: str) -> Comparison:
    """The same of an optimizer: all weights after each of ten steps."""
    case = optimizers.ABOUT["cases"][name]
    ours, theirs = optimizers.train(name)[0], optimizers.vectors(f"{name}/{source}/")["weights"]
    options = ", ".join(f"{option}={value}" for option, value in case["options"].items())
    return Comparison(
        case=f"ten steps: {name}",
        source=source,
        layers=[f"{kind}({units})" for kind, units in optimizers.ABOUT["layers"]],
        shape=" × ".join(map(str, optimizers.vectors("")["x"].shape)),
        loss=f"{case['optimizer']}({options})" + (f", L2 {case['l2']}" if case["l2"] else ""),
        numbers=ours.size,
        largest=float(np.abs(ours - theirs).max()),
    )


STACKS = [(comparison, name, source) for name in sorted(ABOUT["cases"]) for source in SOURCES]
STEPS = [(ten_steps, name, source) for name in optimizers.CASES for source in SOURCES if optimizers.ABOUT["cases"][name].get(source, True)]


@pytest.mark.parametrize(("compare", "name", "source"), [*STACKS, *STEPS], ids=lambda each: getattr(each, "__name__", each))
def test_the_page_says_what_this_run_compares(
    compare: Callable[[str, str], Comparison], name: str, source: str, record_property: Callable[[str, object], None]
) -> None:
    found = compare(name, source)
    record_property("compared", found.model_dump())
    told = next(each for each in checked().compared if (each.case, each.source) == (found.case, source))

    assert found.largest <= TOLERANCE
    assert told.model_copy(update={"largest": found.largest}) == found
    assert 0 < told.largest <= TOLERANCE


def test_the_page_names_the_versions_the_engine_and_every_fault() -> None:
    assert checked().versions == ABOUT["versions"]
    assert checked().engine == engine.__version__
    assert len(checked().compared) == len([*STACKS, *STEPS])
    assert checked().faults == len(EVERY_FAULT)


def test_the_largest_difference_is_that_of_all_comparisons() -> None:
    stored = json.loads(RECORD.read_text(encoding="utf-8"))
    assert checked().largest == max(each["largest"] for each in stored["compared"])
