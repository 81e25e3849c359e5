"""Measure Unrolled, in an environment that this makes itself:

    python3 scripts/bench.py [engine] [server] [page] [drag] [laboratory] [frames] [training] [lecture] [programs] [--write]

Without a name all are measured; --write puts the tables into docs/performance.md; exit code 1 when a target is missed.
"""

from __future__ import annotations

import os
import subprocess
import sys

from _browser import VARIABLE, browser
from _environment import ROOT, environment

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC"), "1")


def main(options: list[str]) -> int:
    """0 when every target is met."""
    if {"-h", "--help"} & set(options):
        print(__doc__)
        return 0
    python = environment("requirements-bench.txt", ROOT / ".venv-bench")
    where = {VARIABLE: str(browser(python)), "PYTHONPATH": str(ROOT / "scripts")}
    return subprocess.run([str(python), "-m", "benchmarks", *options], cwd=ROOT, env={**os.environ, **ONE_THREAD, **where}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
