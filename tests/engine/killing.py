"""Which tests kill a seeded fault: those that killed it last time are run first, and all others only where those miss."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, is_hypothesis_test, settings

from tests.engine.mutation import Fault, mutated_engine

ENOUGH = 2
KILLERS = Path(__file__).with_name("killers.json")
FEW_EXAMPLES = settings(  # a fault is to be found, not made small
    max_examples=5, phases=[Phase.generate], derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)

Check = tuple[str, str, dict[str, Any]]  # module, function, arguments


def text_of(check: Check) -> str:
    """Returns a check as it is written in the file of killers."""
    return json.dumps(check)


@cache
def stored_killers() -> dict[str, list[str]]:
    """Returns the checks that killed each fault when the file was recorded, by the fault's name."""
    stored = json.loads(KILLERS.read_text(encoding="utf-8"))
    return {name: list(map(text_of, checks)) for name, checks in stored.items()}


def store_killers(found: Mapping[str, Sequence[str]]) -> None:
    """Writes the file of killers anew, one line per fault."""
    lines = (f" {json.dumps(name)}: [{', '.join(checks)}]" for name, checks in sorted(found.items()))
    KILLERS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def run(check: Check) -> None:
    """Runs a test as it stands, a property with few examples."""
    module, function, arguments = check
    test = getattr(importlib.import_module(f"tests.engine.{module}"), function)
    with pytest.MonkeyPatch.context() as patch:
        if is_hypothesis_test(test):
            patch.setattr(test, "_hypothesis_internal_use_settings", FEW_EXAMPLES)
        test(**arguments)


def fails(check: Check) -> bool:
    """Returns whether a test notices anything: a wrong number, or an exception of any kind."""
    try:
        run(check)
    except (Exception, pytest.fail.Exception):
        return True
    return False


def killers(fault: Fault | None, checks: Iterable[Check], enough: int = ENOUGH) -> list[Check]:
    """Returns the first of these checks that fail on an engine with this fault, one per test function."""
    found: dict[str, Check] = {}
    with mutated_engine(fault):
        for check in checks:
            if len(found) < enough and check[1] not in found and fails(check):
                found[check[1]] = check
    return list(found.values())


def cheapest_first(checks: Iterable[Check]) -> list[Check]:
    """Returns the checks by the processor time that each needs when it finds nothing."""
    return sorted(checks, key=lambda check: _seconds(text_of(check)))


@cache
def _seconds(check: str) -> float:
    """Returns the processor time of a second run, for which everything is loaded."""
    run(json.loads(check))
    start = process_time()
    run(json.loads(check))
    return process_time() - start


def require_killed(fault: Fault, checks: Sequence[Check], record: Callable[[str, object], None]) -> None:
    """Two tests at least notice the fault; the fault table tells which, and whether they had to be searched for."""
    stored = stored_killers().get(fault.name, [])
    found = killers(fault, [check for check in checks if text_of(check) in stored])
    searched = len(found) < ENOUGH
    if searched:
        found = killers(fault, cheapest_first(checks))
    record("fault", fault.name)
    record("killers", list(map(text_of, found)))
    record("searched", searched)

    assert len(found) >= ENOUGH


def gated_checks(cells: Sequence[str], cases: Sequence[str]) -> tuple[Check, ...]:
    """The tests that are asked about a cell with gates, cheapest first; cases: the stored vectors that hold it."""
    each = [{"cell": cell} for cell in cells]
    reference = "test_every_number_and_every_gradient_is_that_of_the_framework"
    return (
        *(("test_reference", reference, {"name": name, "source": "torch"}) for name in cases),
        *(("test_embedding", "test_every_gradient_behind_words_agrees_with_the_complex_step", one | {"mask_zero": True}) for one in each),
        *(
            ("test_explain", "test_the_terms_of_every_number_of_a_fixed_stack_add_up_to_it", one | {"loss": "mse", "sequences": True})
            for one in each
        ),
        *(("test_embedding", "test_every_number_behind_words_is_the_sum_of_its_terms", one | {"mask_zero": True}) for one in each),
        *(("test_embedding", "test_a_padded_timestep_hands_the_gradient_on_as_it_is_and_computes_nothing", one) for one in each),
        *(("test_gradients", "test_bptt_agrees_with_the_complex_step_over_thirty_timesteps", one | {"depth": 1}) for one in each),
        *(("test_reference", "test_forward_is_what_a_scalar_program_computes", one) for one in each),
        *(("test_gradients", "test_the_gradient_of_any_cell_is_the_product_of_the_whole_grids_jacobians", one) for one in each),
        ("test_face", "test_an_lstm_begins_with_a_bias_of_one_for_its_forget_gate", {}),
        ("test_face", "test_a_new_lstm_keeps_more_of_its_memory_than_it_forgets", {}),
    )
