"""Test Unrolled: lint, types and every test, in an environment that this makes itself; it ends with pytest's own summary.

Options: --long runs also the tests that take minutes; anything else goes to pytest, which then runs alone:

    python3 scripts/test.py tests/engine -k gradcheck
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import _javascript
from _browser import VARIABLE, browser
from _environment import ROOT, environment
from _nginx import VARIABLE as NGINX_VARIABLE
from _nginx import nginx
from _other_browsers import not_walked, other_browsers
from _redis import VARIABLE as REDIS_VARIABLE
from _redis import redis_server

PYTHON_CHECKS = {
    "ruff check": ["-m", "ruff", "check"],
    "ruff format --check": ["-m", "ruff", "format", "--check"],
    "mypy": ["-m", "mypy"],
}


def main(options: list[str]) -> int:
    """0 when every check and every test passed."""
    if {"-h", "--help"} & set(options):
        print(__doc__)
        return 0
    python = environment("requirements-test.txt")
    os.environ[VARIABLE] = str(browser(python))
    os.environ[NGINX_VARIABLE] = str(nginx())
    os.environ[REDIS_VARIABLE] = str(redis_server())
    _javascript.require_node()
    missing = other_browsers()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the server has it: more threads only wait for each other
    os.environ["PYTHON"] = str(python)  # whose tables the units of JavaScript read
    alone = set(options) - {"--long"}
    failed = [] if alone else [*check_python(python), *check_javascript()]
    workers = [] if alone else ["-n", "2", "--dist", "loadfile"]
    code = run([str(python), "-m", "pytest", *workers, *options])
    if failed:
        print(f"Failed before the tests, see above: {', '.join(failed)}.", file=sys.stderr)
    if missing:
        print(not_walked(missing))
    return code or bool(failed)


def check_python(python: Path) -> list[str]:
    """Lint, form and types; the names of those that failed."""
    return [name for name, arguments in PYTHON_CHECKS.items() if step(name, [str(python), *arguments])]


def check_javascript() -> list[str]:
    """Types and units; the names of those that failed."""
    steps = {"types of JavaScript": _javascript.typescript(), "unit tests of JavaScript": _javascript.unit_tests()}
    return [name for name, command in steps.items() if command is None or step(name, command)]


def step(name: str, command: list[str]) -> int:
    """Run a named check and give its exit code."""
    print(f"\n{name}", flush=True)
    return run(command)


def run(command: list[str]) -> int:
    """Run a command in the project's folder and give its exit code; Ctrl-C ends both without a stack."""
    try:
        return subprocess.run(command, cwd=ROOT).returncode
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
