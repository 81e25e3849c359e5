"""N30 of the GRU."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.gated_faults import GRU_FAULTS
from tests.engine.killing import gated_checks, killers, require_killed
from tests.engine.mutation import Fault

CHECKS = (
    *gated_checks(["GRU", "GRU, reset before"], ["deep_gru", "deep_gru_before", "words_GRU", "words_GRU, reset before"]),
    *(
        ("test_saturation", "test_what_a_gru_does_not_keep_is_exact_where_it_keeps_nearly_all", {"bias": 40.0, "reset_after": after})
        for after in (True, False)
    ),
    ("test_saturation", "test_a_gru_of_nearly_closed_gates_is_that_of_its_equations", {"bias": 38.0}),
)


@pytest.mark.parametrize("fault", GRU_FAULTS, ids=lambda fault: fault.name)
def test_a_seeded_fault_is_killed_by_two_tests(fault: Fault, record_property: Callable[[str, object], None]) -> None:
    require_killed(fault, CHECKS, record_property)


def test_an_engine_without_a_fault_is_not_killed() -> None:
    assert killers(None, CHECKS, enough=len(CHECKS)) == []


def test_there_are_forty_faults_at_least_and_no_two_are_the_same() -> None:
    changes = {(fault.path, fault.function, fault.old, fault.new) for fault in GRU_FAULTS}

    assert len(changes) == len({fault.name for fault in GRU_FAULTS}) == len(GRU_FAULTS) >= 40
