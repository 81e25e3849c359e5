"""What bench.py measures, each in a module of its own that gives a Report."""

from __future__ import annotations
