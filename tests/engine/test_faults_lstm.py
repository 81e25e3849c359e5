"""N30 of the LSTM."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.gated_faults import LSTM_FAULTS
from tests.engine.killing import gated_checks, killers, require_killed
from tests.engine.mutation import Fault

CHECKS = (
    *gated_checks(["LSTM"], ["lstm", "deep_lstm", "words_LSTM"]),
    ("test_saturation", "test_a_gate_that_is_nearly_closed_or_open_still_passes_what_it_should", {"bias": 40.0}),
    ("test_saturation", "test_a_full_memory_still_hears_of_the_loss", {"c": 30.0}),
    ("test_saturation", "test_an_lstm_of_nearly_closed_gates_is_that_of_its_equations", {"bias": 38.0}),
)


@pytest.mark.parametrize("fault", LSTM_FAULTS, ids=lambda fault: fault.name)
def test_a_seeded_fault_is_killed_by_two_tests(fault: Fault, record_property: Callable[[str, object], None]) -> None:
    require_killed(fault, CHECKS, record_property)


def test_an_engine_without_a_fault_is_not_killed() -> None:
    assert killers(None, CHECKS, enough=len(CHECKS)) == []


def test_there_are_forty_faults_at_least_and_no_two_are_the_same() -> None:
    changes = {(fault.path, fault.function, fault.old, fault.new) for fault in LSTM_FAULTS}

    assert len(changes) == len({fault.name for fault in LSTM_FAULTS}) == len(LSTM_FAULTS) >= 40
