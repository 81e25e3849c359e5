"""A workload's table: the engine's time, and how many times as fast it is as each peer, forward and with its backward pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PROMISED = "PyTorch"  # the peer that the targets are about
LEAST = 1.0


@dataclass(frozen=True)
class Race:
    """Seconds by name, the engine's first; the target is how many times as fast as PyTorch it has to be."""

    seconds: dict[str, float]
    target: float = LEAST

    @property
    def ratios(self) -> dict[str, float]:
        """Of each peer: its time as a multiple of the engine's."""
        own, *others = self.seconds.items()
        return {name: seconds / own[1] for name, seconds in others}

    @property
    def met(self) -> bool:
        """Whether the engine is as much faster as it has to be."""
        return self.ratios[PROMISED] >= self.target

    def cells(self) -> list[str]:
        """The engine's time, and a ratio per peer; one that misses its target stands out."""
        own = next(iter(self.seconds.values()))
        return [duration(own), *(self._ratio(name, ratio) for name, ratio in self.ratios.items())]

    def _ratio(self, name: str, ratio: float) -> str:
        return f"**{ratio:.2f}, missed: {self.target:g}**" if name == PROMISED and not self.met else f"{ratio:.2f}"


@dataclass(frozen=True)
class Row:
    """One cell type in one precision."""

    what: str
    forward: Race
    both: Race


@dataclass(frozen=True)
class Comparison:
    """All rows of one workload."""

    title: str
    rows: Sequence[Row]

    @property
    def met(self) -> bool:
        """Whether no row missed a target."""
        return all(row.forward.met and row.both.met for row in self.rows)

    def __str__(self) -> str:
        peers = [f"{name} / engine" for name in self.rows[0].forward.ratios]
        head = ["", *(f"{half}{name}" for half in ("forward: ", "with backward: ") for name in ("engine", *peers))]
        lines = [head, ["---"] * len(head), *([row.what, *row.forward.cells(), *row.both.cells()] for row in self.rows)]
        return "\n".join([f"### {self.title}", "", *(f"| {' | '.join(line)} |" for line in lines)])


def duration(seconds: float) -> str:
    """In the unit that suits it."""
    return f"{seconds * 1e6:.3g} µs" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"
