"""What is checked without running the project: form, lint and types; and JavaScript's units, which have a runner of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

import _javascript
from _environment import ROOT

CHECKS: dict[str, Callable[[], list[str]]] = {
    "ruff check": lambda: [sys.executable, "-m", "ruff", "check"],
    "ruff format": lambda: [sys.executable, "-m", "ruff", "format", "--check"],
    "mypy": lambda: [sys.executable, "-m", "mypy"],
    "types of JavaScript": _javascript.typescript,
    "units of JavaScript": _javascript.unit_tests,
}


@pytest.mark.parametrize("name", CHECKS)
def test_nothing_is_found_by(name: str) -> None:
    environ = os.environ | {"PYTHON": sys.executable}  # whose tables the units of JavaScript read
    done = subprocess.run(CHECKS[name](), cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
