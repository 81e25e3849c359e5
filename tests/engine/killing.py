"""Which tests kill a seeded fault."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.engine.faults import Fault, engine_with

ENOUGH = 2

Check = tuple[str, str, dict[str, Any]]  # module, function, arguments


def fails(check: Callable[[], None]) -> bool:
    """Whether a test notices anything: a wrong number, or an exception of any kind."""
    try:
        check()
    except (Exception, pytest.fail.Exception):
        return True
    return False


def killers(fault: Fault | None, checks: Sequence[Check], folder: Path, enough: int = ENOUGH) -> list[str]:
    """The names of the first of these tests that fail on an engine with this fault."""
    found: list[str] = []
    with engine_with(fault, folder):
        for module, function, arguments in checks:
            if len(found) < enough and function not in found and fails(partial(_run, module, function, arguments)):
                found.append(function)
    return found


def _run(module: str, function: str, arguments: dict[str, Any]) -> None:
    getattr(importlib.import_module(f"tests.engine.{module}"), function)(**arguments)


def require_killed(fault: Fault, checks: Sequence[Check], folder: Path, record: Callable[[str, object], None]) -> None:
    """Two tests at least notice the fault; who they are goes into the fault table."""
    found = killers(fault, checks, folder)
    record("fault", fault.name)
    record("killers", "; ".join(found) or "nothing")

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
