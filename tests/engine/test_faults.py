"""N30: every seeded fault is killed by two different tests of the engine's own at least."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.faults import FAULTS
from tests.engine.killing import Check, killers, require_killed
from tests.engine.mutation import Fault

RNN = {"cell": "SimpleRNN"}

SATURATION: tuple[Check, ...] = (
    *(
        ("test_saturation", function, {"name": name} | more)
        for name in ("sigmoid", "sigmoid's slope", "tanh's slope", "softplus")
        for function, more in (
            ("test_a_saturated_function_is_right_at_the_ends_of_its_range", {"size": 40.0}),
            ("test_a_saturated_function_is_right_at_the_ends_of_its_range", {"size": 1e4}),
            ("test_a_saturated_function_is_right_to_the_last_digits", {}),
        )
    ),
    ("test_saturation", "test_complex_input_is_clamped_by_its_real_part_and_stays_finite", {"a": -1e4}),
    ("test_saturation", "test_float32_neither_overflows_nor_loses_its_digits", {"a": -200.0}),
    ("test_saturation", "test_slopes_from_the_pre_activation_and_from_the_state_agree", {}),
    ("test_saturation", "test_a_gradient_through_six_saturated_steps_is_exact", {"weight": 19.5}),
    ("test_saturation", "test_the_gradient_of_the_one_unit_network_keeps_its_digits_where_it_is_saturated", {}),
    ("test_saturation", "test_a_confident_right_verdict_still_has_a_loss", {}),
    *(
        ("test_saturation", "test_binary_crossentropy_and_its_gradient_keep_their_digits_in_the_tail", {"label": label, "a": a})
        for label, a in ((1.0, 40.0), (0.0, -40.0))
    ),
    ("test_saturation", "test_a_confident_right_class_still_has_a_loss_and_a_gradient", {}),
    (
        "test_saturation",
        "test_categorical_crossentropy_and_its_gradient_keep_their_digits_in_the_tail",
        {"label": 1, "largest": 40.0},
    ),
)

# The tests that are asked, cheapest first: module, function, arguments.
CHECKS: tuple[Check, ...] = (
    *(
        ("test_reference", "test_every_number_and_every_gradient_is_that_of_the_framework", {"name": name, "source": "torch"})
        for name in ("toy_stack", "tagger", "squashed", "verdicts", "regression")
    ),
    ("test_gradients", "test_bptt_agrees_with_the_complex_step_over_thirty_timesteps", RNN | {"depth": 1}),
    ("test_gradients", "test_bptt_agrees_with_the_complex_step_in_every_number", RNN),
    ("test_reference", "test_forward_is_what_a_scalar_program_computes", RNN),
    *(
        ("test_explain", "test_the_terms_of_every_number_of_a_fixed_stack_add_up_to_it", RNN | {"loss": loss, "sequences": sequences})
        for loss, sequences in (("mse", False), ("binary_crossentropy", True))
    ),
    ("test_explain", "test_the_terms_of_every_activation_add_up_to_it", {"activation": "sigmoid"}),
    ("test_losses", "test_mean_squared_error_is_the_mean_over_all_outputs", {}),
    ("test_losses", "test_mean_squared_error_takes_any_activation", {"activation": "softmax"}),
    ("test_losses", "test_mean_squared_error_takes_any_activation", {"activation": "sigmoid"}),
    ("test_losses", "test_binary_crossentropy_is_finite_and_exact_for_any_logit", {"logit": 1e4, "target": 0, "expected": 1e4}),
    ("test_losses", "test_categorical_crossentropy_is_finite_and_exact_for_any_logit", {}),
    ("test_losses", "test_softmax_takes_logits_of_any_size", {}),
    ("test_losses", "test_softmax_sums_to_one_and_ignores_a_shift", {}),
    ("test_losses", "test_sigmoid_lies_between_zero_and_one_and_mirrors_around_a_half", {}),
    *SATURATION,
    ("test_face", "test_labels_that_no_loss_can_take_are_refused_with_their_value", {}),
    ("test_face", "test_training_refuses_labels_that_no_loss_can_take", {}),
    ("test_numbers", "test_a_trace_keeps_the_weights_that_it_ran_with", {}),
    ("test_numbers", "test_a_model_can_learn_between_forward_and_backward", {}),
    ("test_numbers", "test_weights_that_are_read_or_given_can_be_changed_without_changing_the_model", {}),
    ("test_numbers", "test_what_is_returned_shares_no_memory_with_arguments_or_weights", {}),
    ("test_numbers", "test_arguments_can_be_changed_without_changing_a_trace", {}),
    ("test_numbers", "test_every_array_of_a_trace_and_of_its_gradients_is_read_only", {}),
    ("test_numbers", "test_no_view_of_a_trace_can_be_written_to", {}),
    ("test_forward", "test_words_become_the_vectors_of_the_notes", {}),
    ("test_face", "test_words_run_as_the_vectors_that_they_stand_for", {}),
    ("test_face", "test_glorot_uniform_stays_within_its_limit", {}),
    ("test_face", "test_glorot_uniform_fills_its_limits_evenly", {}),
    ("test_face", "test_orthogonal_is_orthonormal_along_its_shorter_side", {}),
    ("test_face", "test_orthogonal_is_the_q_of_a_normal_matrix_whose_r_has_a_positive_diagonal", {}),
    ("test_face", "test_orthogonal_is_drawn_evenly_over_rotations_and_reflections", {}),
    ("test_forward", "test_a_stack_without_bias_is_odd_in_its_inputs_and_initial_states", {}),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_seeded_fault_is_killed_by_two_tests(fault: Fault, record_property: Callable[[str, object], None]) -> None:
    require_killed(fault, CHECKS, record_property)


def test_an_engine_without_a_fault_is_not_killed() -> None:
    assert killers(None, CHECKS, enough=len(CHECKS)) == []


def test_there_are_forty_faults_at_least_and_no_two_are_the_same() -> None:
    assert (
        len({(fault.path, fault.function, fault.old, fault.new) for fault in FAULTS})
        == len({fault.name for fault in FAULTS})
        == len(FAULTS)
        >= 40
    )
