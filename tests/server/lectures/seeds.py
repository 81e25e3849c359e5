"""Chance that can be had again: a few seeds in every run, and the rest of them with --long."""

from __future__ import annotations

import random
from typing import Any

import pytest


def seeds(every_run: int, whole: int) -> Any:
    """Parametrizes `seed`; the seed stands in the test's name."""
    long = [pytest.param(seed, marks=pytest.mark.long) for seed in range(every_run, whole)]
    return pytest.mark.parametrize("seed", [*range(every_run), *long])


def sizes(name: str, every_run: Any, whole: Any) -> Any:
    """Parametrizes a number: the short form of every run, and the whole."""
    return pytest.mark.parametrize(name, [every_run, pytest.param(whole, marks=pytest.mark.long)])


def chance(seed: int) -> random.Random:
    """Printed, so that a failure can be had again."""
    print(f"seed {seed}")
    return random.Random(seed)
