"""Numbers with their targets, as a table that names the machine and the versions, and its place in docs/performance.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from _environment import ROOT

PAGE = ROOT / "docs" / "performance.md"


@dataclass(frozen=True)
class Number:
    """A measured number; under and over are what it has to stay below or reach, where that was promised."""

    what: str
    value: float
    unit: str
    under: float | None = None
    over: float | None = None

    @property
    def met(self) -> bool:
        """Whether the promise was kept; where none was made, it was."""
        return (self.under is None or self.value < self.under) and (self.over is None or self.value >= self.over)

    def __str__(self) -> str:
        bound, limit = ("under", self.under) if self.over is None else ("at least", self.over)
        promise = "" if limit is None else f"{bound} {limit:g} {self.unit}"
        verdict = "" if limit is None else ("met" if self.met else "**missed**")
        return f"| {self.what} | {self.value:.3g} {self.unit} | {promise} | {verdict} |"


class Table(Protocol):
    """Results with promises of their own, which print themselves."""

    @property
    def met(self) -> bool:
        """Whether every promise was kept."""


@dataclass(frozen=True)
class Report:
    """How it was measured, on what, and the numbers; tables follow them."""

    method: str
    packages: tuple[str, ...]
    numbers: Sequence[Number]
    browser: str = ""
    tables: Sequence[Table] = ()

    @property
    def met(self) -> bool:
        """Whether every promise was kept."""
        return all(result.met for result in (*self.numbers, *self.tables))

    def __str__(self) -> str:
        rows = ["| what | measured | target | |", "| --- | --- | --- | --- |", *map(str, self.numbers)]
        tables = [line for table in self.tables for line in (str(table), "")]
        return "\n".join([self.method, "", *rows, "", *tables, f"Measured on {machine()}, with {self.versions()}."])

    def versions(self) -> str:
        """Python, the packages that matter here, and the browser if one took part."""
        named = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in self.packages)]
        return ", ".join([*named, self.browser] if self.browser else named)


def machine() -> str:
    """The processor, how many cores of it, and the system."""
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def processor() -> str:
    """The processor's name as the system gives it."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "an unnamed processor"


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed."""
    return sorted(values)[max(0, -int(-share * len(values) // 1) - 1)]


def write(name: str, report: Report, page: Path = PAGE) -> None:
    """Put a report between its two marks in the page; what stands around them stays."""
    begin, end = f"<!-- {name}: written by scripts/bench.py -->", f"<!-- end of {name} -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{page.name} has no place for {name}: it needs the lines {begin} and {end}.")
    page.write_text(f"{before}{begin}\n\n{report}\n\n{end}{after}", encoding="utf-8")
