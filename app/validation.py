"""From pydantic's errors to ours: the same places, in sentences of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from app.errors import MOST_FAULTS, Fault, counted, spoken
from app.limits import LIMITS, most
from app.problems import FAULTS
from app.scene_fields import ADDRESS_PATTERN, CLIPPING, ID_PATTERN, VERSION

Path = tuple[str | int, ...]
Context = Mapping[str, Any]
Rule = tuple[str, Callable[[Context], Any]]


def _fixed(limit: str) -> Rule:
    return "wrong_type", lambda _: limit


def _context(code: str, name: str) -> Rule:
    return code, lambda context: context[name]


def _nothing(code: str) -> Rule:
    return code, lambda _: None


# What a text must be that has to match a pattern.
PATTERNS = {
    ID_PATTERN: "an id of 64 hexadecimal digits",
    ADDRESS_PATTERN: "the address of a number: letters, digits, / and commas, such as 1/kernel/1,2",
}

# What pydantic calls it -> our code, and where its limit stands.
RULES: dict[str, Rule] = {
    "missing": _nothing("missing"),
    "union_tag_not_found": _nothing("missing"),
    "extra_forbidden": _nothing("unknown_field"),
    "int_type": _fixed("a whole number"),
    "int_from_float": _fixed("a whole number"),
    "int_parsing": _fixed("a whole number"),
    "int_parsing_size": _fixed("a whole number"),
    "float_type": _fixed("a number"),
    "float_parsing": _fixed("a number"),
    "finite_number": _fixed("a finite number"),
    "string_type": _fixed("a text"),
    "bool_type": _fixed("true or false"),
    "bool_parsing": _fixed("true or false"),
    "tuple_type": _fixed("a list"),
    "dict_type": _fixed("an object"),
    "model_type": _fixed("an object"),
    "model_attributes_type": _fixed("an object"),
    "greater_than_equal": _context("too_small", "ge"),
    "less_than_equal": _context("too_large", "le"),
    "literal_error": _context("unknown_choice", "expected"),
    "union_tag_invalid": _context("unknown_choice", "expected_tags"),
    "string_pattern_mismatch": ("wrong_type", lambda context: PATTERNS[context["pattern"]]),
    "string_too_short": _nothing("empty"),
    "string_too_long": _context("text_too_long", "max_length"),
    "too_short": _nothing("empty"),
    "too_long": _context("too_many", "max_length"),
}


# Where a location names the branch of a union that pydantic took, which is no place of the document.
BRANCHES = {"layers": 2, "initial_state": 2, "optimizer": 1}

UNIONS = ("recurrent_initializer", "label")  # fields whose next part is such a branch, wherever they stand

# Which limit a field has: pydantic names only the end of it that was passed.
BOUNDS = {
    name: (LIMITS[name].min, LIMITS[name].max)
    for name in (
        "units",
        "input_dim",
        "seed",
        "steps",
        "updates",
        "batch_size",
        "epochs",
        "learning_rate",
        "epsilon",
        "l2",
        "dropout",
        "sample_weight",
        "gain",
        "spectral_radius",
    )
} | {
    "version": (VERSION, VERSION),
    **dict.fromkeys(("momentum", "rho", "beta_1", "beta_2"), (LIMITS["share"].min, LIMITS["share"].max)),
    "rate": (LIMITS["learning_rate"].min, LIMITS["learning_rate"].max),
    **dict.fromkeys((*CLIPPING, "initial_accumulator_value"), (LIMITS["clip"].min, LIMITS["clip"].max)),
    "output_dim": (LIMITS["units"].min, LIMITS["units"].max),
    **dict.fromkeys(("label", "initial_state", "h", "c", "edits", "inputs"), (-LIMITS["absolute_value"].max, LIMITS["absolute_value"].max)),
    "layer": (LIMITS["recurrent_layers"].min, LIMITS["recurrent_layers"].max),
    "window": (LIMITS["timesteps"].min, LIMITS["timesteps"].max),
    "timestep": (LIMITS["timesteps"].min, LIMITS["timesteps"].max),
    "unit": (LIMITS["units"].min, LIMITS["units"].max),
    "row": (1, LIMITS["input_dim"].max),
    "timesteps": (LIMITS["timesteps"].min, LIMITS["timesteps"].max),
    "threshold": (LIMITS["clip"].min, LIMITS["clip"].max),
    "points": (LIMITS["points"].min, LIMITS["points"].max),
    "paces": (LIMITS["paces"].min, LIMITS["paces"].max),
    "fence": (LIMITS["fence"].min, LIMITS["fence"].max),
    "tolerance": (0, LIMITS["absolute_value"].max),
    **dict.fromkeys(("x", "y"), (0, 1)),
    **dict.fromkeys(("w", "b", "x_0", "w_from", "w_to", "b_from", "b_to"), (LIMITS["study"].min, LIMITS["study"].max)),
}
MANY = {"vocabulary": "too_many_words", "sentence": "too_many_words", "layers": "too_many_layers"}


def faults_of(errors: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """The first errors as faults."""
    return [_fault(error) for error in islice(errors, MOST_FAULTS)]


def _fault(error: Mapping[str, Any]) -> Fault:
    context, received, loc = error.get("ctx", {}), error["input"], error["loc"]
    path = _path(loc)
    if error["type"] in FAULTS and "received" in context:  # one of our own rules, with its words
        return Fault.at(path, error["type"], **context)
    code, limit = RULES[error["type"]]
    if error["type"].startswith("union_tag"):
        path = (*path, "type")
        received = received.get("type")
    words: dict[str, Any] = {"place": spoken(("layers", "Dense", *path[2:]))} if loc[2:3] == ("Dense",) else {}
    match code:
        case "missing":
            received = None
        case "too_many":
            received, code = len(received), MANY.get(loc[-1], code)
            words["recurrent"] = most("recurrent_layers")
        case "too_small" | "too_large":
            words["bounds"] = _bounds(path, code, limit(context))
    return Fault.at(path, code, received, limit(context), **words)


def _path(loc: Path) -> Path:
    """The parts of a location that are keys or indices of the document."""
    branch = BRANCHES.get(str(loc[0])) if loc else None
    return tuple(part for index, part in enumerate(loc) if index != branch and not (index and loc[index - 1] in UNIONS))


def _bounds(path: Path, code: str, passed: float) -> str:
    """Both ends of what may stand there; where the table does not know the field with this limit, the end that was passed."""
    low, high = next((BOUNDS[part] for part in reversed(path) if isinstance(part, str) and part in BOUNDS), (None, None))
    if low is None or passed not in (low, high):
        return f"{counted(passed)} or {'more' if code == 'too_small' else 'less'}"
    return counted(low) if low == high else f"{counted(low)} to {counted(high)}"
