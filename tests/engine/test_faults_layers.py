"""N30 of the window, of Bidirectional, of Dropout and of the conversion of weights."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.killing import Check, killers, require_killed, text_of
from tests.engine.layer_faults import CONVERSION_FAULTS, DROPOUT_FAULTS, TWO_WAY_FAULTS, WINDOW_FAULTS
from tests.engine.mutation import Fault

CELLS = ("SimpleRNN", "LSTM", "GRU")
REFERENCE = "test_every_number_and_every_gradient_is_that_of_the_framework"

WINDOW_CHECKS: tuple[Check, ...] = (
    *(("test_reference", REFERENCE, {"name": f"window_{name}", "source": "torch"}) for name in (*CELLS, "words")),
    *(
        (
            "test_window",
            "test_nothing_comes_from_the_time_behind_a_cut_and_the_initial_state_is_heard_of",
            {"cell": cell, "timesteps": 6, "window": 2, "ends": [1, 3]},
        )
        for cell in CELLS
    ),
    *(("test_window", "test_a_window_cuts_through_padding_too", {"cell": cell, "window": 2}) for cell in CELLS),
    *(("test_window", "test_the_terms_of_every_cut_gradient_add_up_to_it", {"cell": cell, "window": 2}) for cell in CELLS),
    ("test_dropout", "test_a_training_run_can_be_gone_backward_with_a_window", {}),
    ("test_window", "test_a_window_that_cuts_nothing_changes_no_explanation", {"cell": "LSTM"}),
    *(
        ("test_bidirectional", "test_the_terms_of_every_number_add_up_behind_words_and_with_a_window", {"cell": cell, "sequences": True})
        for cell in CELLS
    ),
)
TWO_WAY_CHECKS: tuple[Check, ...] = (
    *(
        ("test_reference", REFERENCE, {"name": name, "source": "torch"})
        for name in ("both_ways_tagger", "both_ways_LSTM", "words_both_ways")
    ),
    *(
        ("test_bidirectional", "test_its_output_is_that_of_two_layers_side_by_side", {"cell": "LSTM", "sequences": sequences})
        for sequences in (True, False)
    ),
    ("test_bidirectional", "test_a_padded_timestep_repeats_the_states_of_both_directions", {"cell": "GRU"}),
    ("test_bidirectional", "test_the_initial_state_of_the_backward_direction_stands_before_the_first_timestep", {}),
    (
        "test_bidirectional",
        "test_gradients_behind_words_and_padding_agree_with_the_complex_step",
        {"cell": "LSTM", "mask_zero": True, "padding": "within"},
    ),
    (
        "test_bidirectional",
        "test_nothing_comes_from_behind_a_cut_in_either_direction",
        {"cell": "SimpleRNN", "timesteps": 6, "window": 4, "ends": [1]},
    ),
    *(
        ("test_bidirectional", "test_the_terms_of_every_number_of_both_directions_add_up_to_it", {"cell": cell, "sequences": sequences})
        for cell, sequences in (("SimpleRNN", False), ("LSTM", True))
    ),
    *(
        (
            "test_bidirectional",
            "test_the_terms_of_every_number_add_up_behind_words_and_with_a_window",
            {"cell": "LSTM", "sequences": sequences},
        )
        for sequences in (True, False)
    ),
)
DROPOUT_CHECKS: tuple[Check, ...] = (
    ("test_reference", REFERENCE, {"name": "per_timestep", "source": "torch"}),
    ("test_dropout", "test_a_run_that_only_looks_gives_the_numbers_of_a_stack_without_dropout", {"cell": "SimpleRNN", "sequences": True}),
    ("test_dropout", "test_every_gradient_through_dropout_agrees_with_the_complex_step", {"cell": "SimpleRNN", "seed": 4}),
    ("test_dropout", "test_what_is_kept_grows_by_the_share_of_what_is_dropped", {}),
    *(("test_dropout", "test_a_share_of_rate_is_dropped_and_the_mean_stays", {"rate": rate}) for rate in (0.1, 0.8)),
    ("test_dropout", "test_a_rate_of_zero_drops_nothing_in_training_either", {}),
    ("test_dropout", "test_a_seed_drops_the_same_numbers_again_and_another_seed_others", {}),
    ("test_dropout", "test_every_dropout_layer_of_a_stack_drops_numbers_of_its_own", {}),
    ("test_dropout", "test_every_timestep_and_every_row_drops_numbers_of_its_own", {}),
    ("test_dropout", "test_the_terms_of_every_number_around_dropout_add_up_to_it", {"cell": "SimpleRNN", "seed": 4, "sequences": True}),
    ("test_dropout", "test_a_training_run_can_be_gone_backward_with_a_window", {}),
)
KINDS = (*CELLS, *(f"Bidirectional {cell}" for cell in CELLS))
CONVERSION_CHECKS: tuple[Check, ...] = (
    *(("test_reference", "test_a_module_of_pytorch_gives_the_same_numbers_here", {"kind": kind}) for kind in KINDS),
    ("test_conversion", "test_the_gates_stand_in_pytorchs_order", {}),
    ("test_conversion", "test_the_two_biases_of_a_gru_are_kept_apart", {}),
    ("test_conversion", "test_the_backward_direction_is_pytorchs_reverse", {}),
    ("test_conversion", "test_converted_weights_can_be_set", {}),
    ("test_conversion", "test_weights_of_every_layer_come_back_as_they_went", {}),
    ("test_conversion", "test_a_split_bias_is_summed", {}),
)
GROUPS = (
    *((fault, WINDOW_CHECKS) for fault in WINDOW_FAULTS),
    *((fault, TWO_WAY_CHECKS) for fault in TWO_WAY_FAULTS),
    *((fault, DROPOUT_CHECKS) for fault in DROPOUT_FAULTS),
    *((fault, CONVERSION_CHECKS) for fault in CONVERSION_FAULTS),
)


@pytest.mark.parametrize(("fault", "checks"), GROUPS, ids=[fault.name for fault, _ in GROUPS])
def test_a_seeded_fault_is_killed_by_two_tests(
    fault: Fault, checks: tuple[Check, ...], record_property: Callable[[str, object], None]
) -> None:
    require_killed(fault, checks, record_property)


def test_an_engine_without_a_fault_is_not_killed() -> None:
    checks = {text_of(check): check for check in (*WINDOW_CHECKS, *TWO_WAY_CHECKS, *DROPOUT_CHECKS, *CONVERSION_CHECKS)}

    assert killers(None, checks.values(), enough=len(checks)) == []


def test_no_two_faults_are_the_same() -> None:
    faults = [fault for fault, _ in GROUPS]

    assert (
        len({(fault.path, fault.function, fault.old, fault.new) for fault in faults})
        == len({fault.name for fault in faults})
        == len(faults)
        >= 60
    )
