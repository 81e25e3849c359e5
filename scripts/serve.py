"""Start Unrolled: make or refresh .venv, then become `python -m app` in it, with the same options."""

from __future__ import annotations

import os
import subprocess
import sys

from _environment import ROOT, environment


def main(options: list[str]) -> int:
    """The server's exit code; where the system can, its process takes the place of this one."""
    python = environment("requirements.txt")
    os.chdir(ROOT)
    command = [str(python), "-m", "app", *options]
    if os.name != "nt":
        os.execv(python, command)
    return wait(subprocess.Popen(command))


def wait(process: subprocess.Popen[bytes]) -> int:
    """Ctrl-C reaches the server as well: it says goodbye, and its exit code counts."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
