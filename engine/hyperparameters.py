"""Which values an optimizer's settings may take: one rule per name, whoever has it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import Field, dataclass, fields
from typing import Any

from engine.errors import EngineError

CLIPPING = ("clipnorm", "global_clipnorm", "clipvalue")


@dataclass(frozen=True, slots=True)
class Rule:
    """Which numbers are allowed, and how a student is told."""

    holds: Callable[[float], bool]
    words: str


AT_LEAST_ZERO = Rule(lambda value: 0 <= value < math.inf, "a finite number of 0 or more")
SHARE = Rule(lambda value: 0 <= value < 1, "a number of 0 or more and below 1")
POSITIVE = Rule(lambda value: 0 < value < math.inf, "a finite number above 0")

RULES = {
    "learning_rate": AT_LEAST_ZERO,
    "momentum": SHARE,
    "rho": SHARE,
    "beta_1": SHARE,
    "beta_2": SHARE,
    "epsilon": POSITIVE,
    "initial_accumulator_value": AT_LEAST_ZERO,
    "l2": AT_LEAST_ZERO,
    **dict.fromkeys(CLIPPING, POSITIVE),
}


def require_number(name: str, value: object) -> float:
    """The value as a Python float, so that it widens no float32; an EngineError unless it keeps the rule of its name."""
    rule = RULES[name]
    try:
        number = math.nan if isinstance(value, bool | str) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not rule.holds(number):
        raise EngineError(name, f"`{name}` must be {rule.words}. Received: {value!r}.")
    return number


def check_hyperparameters(optimizer: Any) -> None:
    """Every field of a frozen dataclass keeps the rule of its name; numbers become Python floats; one clipping at most."""
    for field in fields(optimizer):
        _check(optimizer, field)
    chosen = [name for name in CLIPPING if getattr(optimizer, name) is not None]
    if len(chosen) > 1:
        raise EngineError(
            chosen[1], f"Only one of {', '.join(f'`{name}`' for name in CLIPPING)} can be set. Received: {' and '.join(chosen)}."
        )


def _check(optimizer: Any, field: Field[Any]) -> None:
    value = getattr(optimizer, field.name)
    if field.name in RULES:
        if value is not None or field.default is not None:
            object.__setattr__(optimizer, field.name, require_number(field.name, value))
    elif not isinstance(value, bool):
        raise EngineError(field.name, f"`{field.name}` must be True or False. Received: {value!r}.")
