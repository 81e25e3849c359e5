"""Photograph every view of the page into docs/gallery, in three sizes and two themes, in an environment that this makes itself:

    python3 scripts/gallery.py [view ...]

Without a name all views are photographed, and docs/gallery/README.md is written anew; `_gallery.py` holds the table of views.
"""

from __future__ import annotations

import os
import subprocess
import sys

from _browser import VARIABLE, browser
from _environment import ROOT, environment


def main(options: list[str]) -> int:
    """0 when every picture was taken."""
    if {"-h", "--help"} & set(options):
        print(__doc__)
        return 0
    python = environment("requirements-test.txt")
    where = {VARIABLE: str(browser(python)), "PYTHONPATH": str(ROOT / "scripts")}
    return subprocess.run([str(python), "-m", "_gallery", *options], cwd=ROOT, env={**os.environ, **where}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
