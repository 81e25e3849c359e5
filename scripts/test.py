"""Test Unrolled: lint, types and every test, in an environment that this makes itself; it ends with pytest's own summary.

Options: --long runs also the tests that take minutes. Anything else goes to pytest as it is:

    python3 scripts/test.py tests/engine -k gradcheck
"""

from __future__ import annotations

import os
import subprocess
import sys

import _javascript
from _browser import VARIABLE, browser
from _environment import ROOT, environment
from _nginx import VARIABLE as NGINX_VARIABLE
from _nginx import nginx
from _other_browsers import not_walked, other_browsers
from _redis import VARIABLE as REDIS_VARIABLE
from _redis import redis_server

# Half of the processes drive browsers; the others run what waits and what computes (tests/lanes.py).
EVERYTHING = ["-n", str(max(4, 2 * (os.cpu_count() or 1))), "--durations", "10"]


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
    _javascript.typescript()  # installed here once, before several processes ask for it
    missing = other_browsers()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the server has it: more threads only wait for each other
    everything = not set(options) - {"--long"}
    code = run([str(python), "-m", "pytest", *(EVERYTHING if everything else []), *options])
    if missing:
        print(not_walked(missing))
    return code


def run(command: list[str]) -> int:
    """Run a command in the project's folder and give its exit code; Ctrl-C ends both without a stack."""
    try:
        return subprocess.run(command, cwd=ROOT).returncode
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
