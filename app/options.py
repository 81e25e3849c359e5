"""What can be said on the command line; standard library only, because scripts/serve.py reads it before anything is installed."""

from __future__ import annotations

import argparse


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options; those that were not given are absent, so that settings from the environment count."""
    parser = argparse.ArgumentParser(
        prog="unrolled",
        description="Serve Unrolled, the visualiser of deep recurrent networks.",
        argument_default=argparse.SUPPRESS,
        epilog="Every setting can also come from the environment or a file .env: see docs/hosting.md.",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--host", help="address to listen on (127.0.0.1)")
    where.add_argument("--lan", action="store_true", help="serve the local network, and print the address with a QR code")
    parser.add_argument("--port", type=int, help="TCP port; 0 takes a free one (8000, or the next free one)")
    parser.add_argument("--root-path", help="the sub-path that a proxy serves it under, such as /unrolled")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    return parser.parse_args(arguments)
