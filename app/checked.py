"""What the engine was checked against, as a run of the tests wrote it down: `python3 scripts/test.py --record`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
RECORD = Path(__file__).with_name("checked.json")


class Comparison(BaseModel):
    """One network, computed by the engine and by a framework, number by number."""

    model_config = ConfigDict(extra="forbid")

    case: str
    source: Literal["keras", "torch"]
    layers: list[str] = Field(description="from the bottom up")
    shape: str = Field(description="batch × timesteps × features of the input")
    loss: str
    numbers: int = Field(description="how many numbers were compared: every quantity and every gradient")
    largest: float = Field(description="the largest absolute difference")


class Checked(BaseModel):
    """The whole record."""

    model_config = ConfigDict(extra="forbid")

    engine: str
    versions: dict[str, str]
    compared: list[Comparison]
    faults: int = Field(description="seeded faults, each noticed by two tests at least")

    @property
    def largest(self) -> float:
        """The largest difference of all."""
        return max(each.largest for each in self.compared)

    def badge(self) -> dict[str, str]:
        """What the badge of the page says, as its words have it."""
        keras, torch = (".".join(self.versions[name].split(".")[:2]) for name in ("keras", "torch"))
        return {"keras": keras, "torch": torch, "largest": written(self.largest)}

    @property
    def numbers(self) -> int:
        """How many numbers were compared in all."""
        return sum(each.numbers for each in self.compared)


def written(number: float) -> str:
    """A small number as it is written by hand: 4.4 × 10⁻¹⁶."""
    mantissa, exponent = f"{number:.1e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(RAISED)}"


@cache
def checked() -> Checked:
    """The record that lies beside this file."""
    return Checked.model_validate_json(RECORD.read_text(encoding="utf-8"))
