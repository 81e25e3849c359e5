"""Every limit of what may be asked, in one place: checks, documentation, `GET /api/limits` and the page read it."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """Both ends included."""

    min: float
    max: float
    description: str


LIMITS = {
    "recurrent_layers": Limit(1, 8, "recurrent layers of a scene"),
    "units": Limit(1, 128, "units of a layer"),
    "timesteps": Limit(1, 256, "words of a sentence"),
    "vocabulary": Limit(1, 10_000, "words of a vocabulary"),
    "token_code_points": Limit(1, 64, "code points of a word, after NFC"),
    "token_bytes": Limit(1, 256, "bytes of a word in UTF-8, after NFC"),
    "seed": Limit(0, 2**32 - 1, "seed of the weights"),
    "input_dim": Limit(2, 10_001, "rows of an embedding: one per word, and row 0, which is padding"),
    "label": Limit(0, 1, "label of a review for the binary cross-entropy, a whole number"),
    "learning_rate": Limit(0, 1e6, "learning rate of the optimizer"),
    "gain": Limit(-100, 100, "gain of an initial recurrent kernel"),
    "spectral_radius": Limit(0, 100, "spectral radius of an initial recurrent kernel"),
    "share": Limit(0, 1 - 1e-6, "momentum, rho or a beta of an optimizer"),
    "epsilon": Limit(1e-12, 1, "what keeps an optimizer from dividing by zero"),
    "clip": Limit(1e-6, 1e6, "where gradients are clipped, and where Adagrad's sum begins"),
    "steps": Limit(0, 200, "steps of the optimizer on a scene's own sentence before it is shown"),
    "updates": Limit(0, 1_000_000, "updates of a training: one for each batch"),
    "epochs": Limit(1, 2_000, "epochs of one training: each reads every example once"),
    "batch_size": Limit(1, 1_024, "examples of a batch"),
    "examples": Limit(1, 10_000, "examples of a data set"),
    "predictions": Limit(1, 200, "examples whose predictions are shown one by one"),
    "dataset_bytes": Limit(1, 2 * 2**20, "bytes of a data set"),
    "batch_numbers": Limit(1, 30_000_000, "values and gradients of one batch in training"),
    "training_numbers": Limit(1, 50_000_000_000, "values and gradients of a whole training"),
    "edits": Limit(0, 1000, "numbers of a scene that are set by hand"),
    "dropout": Limit(0, 0.99, "share of a layer's states that training drops on their way up"),
    "sample_weight": Limit(0, 1e3, "weight of a timestep in the loss"),
    "l2": Limit(0, 1e3, "share of the squares of all kernels that the loss gets added"),
    "absolute_value": Limit(0, 1e6, "absolute value of a weight, an input or a state"),
    "scene_bytes": Limit(1, 64 * 2**10, "bytes of a scene"),
    "model_bytes": Limit(1, 16 * 2**20, "bytes of an uploaded model"),
    "json_depth": Limit(1, 16, "levels of nesting in a scene"),
    "trace_numbers": Limit(1, 3_000_000, "values and gradients of one trace"),
    "work_numbers": Limit(1, 80_000_000, "numbers that all computations hold at the same time, of which each counts at its peak"),
    "recall_work": Limit(1, 20_000_000_000, "work that a link may take which opens a training: numbers computed, up to its update"),
    "worksheet": Limit(1, 1_200, "numbers of a worksheet: the weights that it gives, and every h with its gradient"),
    "jacobian_numbers": Limit(1, 3_000_000, "numbers of the Jacobians along a path, or of all among which the strongest is sought"),
    "study": Limit(-10, 10, "weight, bias or state of a study of one unit"),
    "points": Limit(2, 301, "points of a study along one axis"),
    "paces": Limit(1, 1000, "steps of gradient descent in a study"),
    "command_bytes": Limit(1, 16 * 2**10, "bytes of what a presenter does"),
    "vote_bytes": Limit(1, 2**10, "bytes of a vote, or of what a participant says of themselves"),
    "command_id": Limit(1, 64, "characters of a command's id, and of a poll's"),
    "fence": Limit(0, 1_000_000, "times that a lecture's presenter has changed"),
    "view_parts": Limit(0, 40, "parts of a view"),
    "view_text": Limit(0, 2_000, "characters of one part of a view"),
    "poll_text": Limit(1, 500, "characters of a question, or of why its answer is right"),
    "poll_choice": Limit(1, 80, "characters of one choice of a question"),
    "poll_choices": Limit(2, 12, "choices of a question"),
    "poll_word": Limit(1, 40, "characters of a word that answers a question"),
    "poll_count": Limit(0, 1_000_000_000, "whole number that answers a question"),
    "plan_bytes": Limit(1, 256 * 2**10, "bytes of a prepared lecture"),
    "plan_steps": Limit(0, 200, "steps of a prepared lecture"),
    "plan_notes": Limit(0, 4_000, "characters of the notes of a step"),
    "nickname": Limit(0, 40, "characters of a nickname, or of a device's name"),
    "lecture_title": Limit(0, 120, "characters of a lecture's title"),
    "terms": Limit(1, 100_000, "terms of one answer that explains numbers"),
}


def most(name: str) -> int:
    """The upper end of a limit that counts things."""
    return int(LIMITS[name].max)


def limits_document() -> dict[str, dict[str, float | str]]:
    """All limits, as the page and `GET /api/limits` get them."""
    return {name: asdict(limit) for name, limit in LIMITS.items()}
