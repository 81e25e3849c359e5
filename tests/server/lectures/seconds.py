"""Seconds, where a test asserts some: on a machine that works for others too, a noisy machine is told from a slow program."""

from __future__ import annotations

import os


def within(seconds: float) -> float:
    """So many, times the number of those who want each processor, if it is more than one."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
