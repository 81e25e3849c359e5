"""N30 of training and of weighted losses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.killing import Check, killers, require_killed
from tests.engine.mutation import Fault
from tests.engine.test_training import ACCURACIES
from tests.engine.training_faults import TRAINING_FAULTS

FIT = (
    "test_losses_accuracies_and_weights_are_those_of_keras_own_fit",
    "test_an_epoch_of_one_batch_is_one_run_and_one_update",
    "test_losses_count_examples_and_norms_count_updates",
    "test_norms_are_taken_before_clipping_and_whichever_batch_came_last",
    "test_going_on_takes_the_next_step_with_the_weights_and_the_memory_of_that_epoch",
    "test_accuracy_of_classes_at_every_timestep_is_the_share_of_vectors_that_point_the_right_way",
    "test_every_epoch_takes_every_example_once_in_an_order_of_its_own",
    "test_another_seed_or_another_epoch_sees_the_examples_in_another_order",
    "test_a_batch_holds_the_labels_weights_and_masks_of_its_examples",
    "test_training_stops_where_the_caller_stops_and_the_model_holds_the_last_epoch_given",
    "test_training_changes_no_argument_and_does_not_look_at_them_again",
    "test_training_that_leaves_the_finite_numbers_says_so_and_keeps_the_last_epoch",
    "test_padding_stands_still_while_training_too",
)
WEIGHTS = (
    "test_weighted_training_is_that_of_keras_own_fit",
    "test_accuracy_counts_outputs_by_their_weights",
    "test_an_output_without_weight_has_no_say",
    "test_weights_of_one_change_no_bit_and_weights_of_two_double_every_gradient",
)
PADDING = (
    "test_the_bias_of_two_sentences_of_different_length_moves_as_in_keras",
    "test_the_terms_of_every_number_over_padding_add_up_and_none_of_the_loss_stands_there",
    "test_one_output_for_all_timesteps_is_heard_whatever_is_padding",
    "test_a_batch_of_sentences_with_one_output_each_counts_every_sentence",
    "test_classes_at_padding_need_no_distribution",
    "test_the_loss_needs_distributions_at_words_alone",
    "test_accuracy_counts_no_output_at_padding",
    "test_accuracy_counts_the_weights_of_words_alone",
    "test_the_accuracy_of_classes_counts_no_vector_at_padding",
    "test_a_layer_of_words_alone_hands_its_padding_to_the_loss_too",
)
CHECKS: tuple[Check, ...] = (
    *(("test_training", function, {}) for function in FIT),
    *(("test_training", "test_accuracy_is_the_share_of_right_outputs", {"case": case}) for case in ACCURACIES),
    *(("test_training", "test_training_goes_on_from_any_epoch_bit_by_bit", {"name": name}) for name in ("momentum", "AMSGrad")),
    ("test_training", "test_every_cell_learns_at_the_last_timestep_or_at_every_one",
        {"cell": "GRU", "loss": "categorical_crossentropy", "sequences": True}),
    *(("test_weighted_losses", function, {}) for function in WEIGHTS),
    *(("test_padding", function, {}) for function in PADDING),
    *(
        ("test_padding", function, {"loss": loss})
        for loss in ("categorical_crossentropy", "mse")
        for function in (
            "test_a_batch_counts_as_many_outputs_as_its_sentences_have_words",
            "test_a_label_at_padding_changes_nothing",
            "test_padding_counts_as_a_weight_of_zero_does_but_for_n",
            "test_weights_and_padding_act_together",
            "test_a_batch_of_padding_alone_has_no_loss_and_no_gradient",
        )
    ),
    ("test_padding", "test_training_on_sentences_of_different_length_is_that_of_keras_own_fit", {"name": "words"}),
    (
        "test_padding",
        "test_every_gradient_over_padding_agrees_with_the_complex_step",
        {"cell": "SimpleRNN", "loss": "categorical_crossentropy"},
    ),
    ("test_reference", "test_every_number_and_every_gradient_is_that_of_the_framework", {"name": "padded_tagger", "source": "keras"}),
    ("test_embedding", "test_every_number_behind_words_is_the_sum_of_its_terms", {"cell": "SimpleRNN", "mask_zero": True}),
    *(
        ("test_weighted_losses", function, {"loss": loss} | more)
        for loss in ("binary_crossentropy", "categorical_crossentropy", "mse")
        for function, more in (
            ("test_a_weighted_loss_and_its_gradient_are_those_of_the_framework", {"source": "keras"}),
            ("test_the_weight_of_an_output_is_a_factor_of_its_terms", {}),
            ("test_the_terms_of_every_weighted_number_add_up_to_it", {"sequences": True}),
            ("test_every_weighted_gradient_agrees_with_the_complex_step", {"cell": "LSTM", "sequences": True, "per_timestep": True}),
        )
    ),
)  # fmt: skip


@pytest.mark.parametrize("fault", TRAINING_FAULTS, ids=lambda fault: fault.name)
def test_a_seeded_fault_is_killed_by_two_tests(fault: Fault, record_property: Callable[[str, object], None]) -> None:
    require_killed(fault, CHECKS, record_property)


def test_an_engine_without_a_fault_is_not_killed() -> None:
    assert killers(None, CHECKS, enough=len(CHECKS)) == []


def test_there_are_forty_faults_at_least_and_no_two_are_the_same() -> None:
    changes = {(fault.path, fault.function, fault.old, fault.new) for fault in TRAINING_FAULTS}

    assert len(changes) == len({fault.name for fault in TRAINING_FAULTS}) == len(TRAINING_FAULTS) >= 40
