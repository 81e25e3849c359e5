from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import settings

from tests.engine.stacks import STRICT

settings.register_profile("engine", deadline=None, max_examples=40)
settings.load_profile("engine")


@pytest.fixture(autouse=True)
def strict_arithmetic() -> Iterator[None]:
    """An overflow, an invalid operation or a division by zero anywhere is a failure."""
    with np.errstate(**STRICT):
        yield
