from __future__ import annotations

import os
import sys


def main() -> int:
    """Serve until somebody ends it; the exit code."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy loads: at these sizes more threads only wait for one another
    try:
        from app.process import main  # takes a moment, in which Ctrl-C must not end in a stack either

        return main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
