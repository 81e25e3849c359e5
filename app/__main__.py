from __future__ import annotations

import sys


def main() -> int:
    """Serve until somebody ends it; the exit code."""
    try:
        from app.process import main  # takes a moment, in which Ctrl-C must not end in a stack either

        return main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
