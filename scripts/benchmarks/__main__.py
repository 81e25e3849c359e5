from __future__ import annotations

import argparse
import importlib
import sys

from benchmarks.report import Report, write

NAMES = ("engine", "server", "page", "drag", "laboratory", "frames", "training", "lecture", "programs")


def main() -> int:
    """Measure what was named, print it, and write it down if asked to."""
    parser = argparse.ArgumentParser(prog="bench.py")
    parser.add_argument("names", nargs="*", metavar="|".join(NAMES), help="what to measure; all of it without a name")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    met = True
    for name in options.names or NAMES:
        report: Report = importlib.import_module(f"benchmarks.{name}").measure()
        print(f"\n{name}\n\n{report}", flush=True)
        met = met and report.met
        if options.write:
            write(name, report)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
