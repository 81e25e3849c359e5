from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.engine.stacks import STRICT

settings.register_profile("engine", deadline=None, max_examples=40)
settings.load_profile("engine")


@pytest.fixture(autouse=True)
def strict_arithmetic() -> Iterator[None]:
    """An overflow, an invalid operation or a division by zero anywhere is a failure."""
    with np.errstate(**STRICT):
        yield


@pytest.fixture
def few_examples() -> Iterator[None]:
    """A fault is to be found, not made small."""
    settings.register_profile("faults", parent=settings.get_profile("engine"), max_examples=5, phases=[Phase.generate],
                              derandomize=True, database=None, suppress_health_check=list(HealthCheck))  # fmt: skip
    settings.load_profile("faults")
    yield
    settings.load_profile("engine")
