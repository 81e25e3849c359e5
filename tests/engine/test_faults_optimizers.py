"""N30 of the optimizers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.killing import Check, killers, require_killed
from tests.engine.mutation import Fault
from tests.engine.optimizer_faults import OPTIMIZER_FAULTS
from tests.engine.test_optimizers import ABOUT, CASES, EVERY, TWO_STEPS

STEPS = [("test_ten_steps_are_those_of_keras", name) for name in CASES]
STEPS += [("test_ten_steps_are_those_of_pytorch_where_it_defines_the_same", name) for name in CASES if ABOUT["cases"][name]["torch"]]
CHECKS: tuple[Check, ...] = (
    *(("test_optimizers", function, {"name": name}) for function, name in STEPS),
    *(
        ("test_optimizers", function, {"name": name})
        for name in EVERY
        for function in (
            "test_an_update_changes_nothing_given_and_remembers_nothing_itself",
            "test_an_update_keeps_float32",
            "test_a_weight_of_many_numbers_moves_like_its_parts",
            "test_a_long_weight_in_fortran_order_and_float32_moves_like_its_rows",
        )
    ),
    *(
        ("test_optimizers", "test_an_optimizer_follows_gradients_that_are_clipped_as_it_was_told", {"limit": limit, "expected": expected})
        for limit, expected in (({"clipnorm": 6}, [3, 4, 0, 6]), ({"global_clipnorm": 6.5}, [1.5, 2, 0, 6]))
    ),
    *(("test_optimizers", "test_two_steps_are_those_of_a_pocket_calculator", {"case": case}) for case in TWO_STEPS),
    *(
        ("test_optimizers", function, {})
        for function in (
            "test_an_adagrad_counts_from_its_initial_value_and_the_others_from_zero",
            "test_amsgrad_never_forgets_the_largest_velocity",
            "test_clipping_by_norm_shortens_each_gradient_on_its_own_and_keeps_its_direction",
            "test_clipping_by_global_norm_shortens_all_gradients_by_the_same_factor",
            "test_clipping_by_value_cuts_every_number_off",
            "test_gradients_shorter_than_the_limit_stay_as_they_are",
            "test_clipping_comes_before_momentum_and_after_l2",
            "test_l2_holds_kernels_and_recurrent_kernels_and_neither_biases_nor_embeddings",
            "test_the_gradient_of_the_penalty_is_its_complex_step",
        )
    ),
)


@pytest.mark.parametrize("fault", OPTIMIZER_FAULTS, ids=lambda fault: fault.name)
def test_a_seeded_fault_is_killed_by_two_tests(fault: Fault, record_property: Callable[[str, object], None]) -> None:
    require_killed(fault, CHECKS, record_property)


def test_an_engine_without_a_fault_is_not_killed() -> None:
    assert killers(None, CHECKS, enough=len(CHECKS)) == []


def test_there_are_forty_faults_at_least_and_no_two_are_the_same() -> None:
    changes = {(fault.path, fault.function, fault.old, fault.new) for fault in OPTIMIZER_FAULTS}

    assert len(changes) == len({fault.name for fault in OPTIMIZER_FAULTS}) == len(OPTIMIZER_FAULTS) >= 40
