"""The parts of an answer to "why is this number this number?"."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class QuantityAddress:
    """One number of a trace. layer indexes model.layers (-1: the given vectors); timestep is from 0 (-1: the initial state)."""

    layer: int
    timestep: int
    quantity: str
    unit: int
    gradient: bool = False
    batch: int = 0


@dataclass(frozen=True, slots=True)
class WeightAddress:
    """One weight, or its gradient."""

    layer: int
    weight: str
    index: tuple[int, ...]
    gradient: bool = False


Address = QuantityAddress | WeightAddress


@dataclass(frozen=True, slots=True)
class Factor:
    """The number at an address (None: a constant), and what a named function (None: no function) makes of it."""

    value: float
    address: Address | None
    function: str | None
    result: float


@dataclass(frozen=True, slots=True)
class Term:
    """A product: the value is the product of its factors' results."""

    value: float
    factors: tuple[Factor, ...]

    @classmethod
    def of(cls, *factors: Factor) -> Self:
        """The term of these factors."""
        return cls(math.prod(factor.result for factor in factors), factors)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A number, the name of how it follows from its terms, and the terms, which add up to it."""

    value: float
    operation: str
    terms: tuple[Term, ...]


def constant(value: float) -> Factor:
    """A number that stands nowhere in the trace, such as 1/N."""
    return Factor(value, None, None, value)


def number(value: float, address: Address) -> Factor:
    """The number at an address, as it is."""
    return Factor(value, address, None, value)
