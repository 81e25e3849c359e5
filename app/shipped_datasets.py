"""The data sets that come with Unrolled: the notes' reviews, and tasks small enough to watch that need memory, each with its source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import permutations, product

import numpy as np

from app.datasets import DataSet, Example
from app.presets import REVIEWS

BITS = ("0", "1")
LAG = 2  # timesteps that an echo comes late
ECHO_SENTENCES, ECHO_TIMESTEPS = 24, 8
ORDER_SENTENCES, ORDER_TIMESTEPS = 64, 10


@dataclass(frozen=True)
class Shipped:
    """A data set by its name, with the source it follows."""

    name: str
    source: str
    make: Callable[[], list[Example]]


def parity() -> list[Example]:
    """Every row of four bits; 1 where the number of ones is odd."""
    return [Example(sentence=bits, label=float(bits.count("1") % 2)) for bits in product(BITS, repeat=4)]


def echo() -> list[Example]:
    """At every timestep the bit of two timesteps before; 0 while there is none."""
    rng = np.random.default_rng(0)
    rows = rng.integers(2, size=(ECHO_SENTENCES, ECHO_TIMESTEPS))
    late = np.zeros_like(rows)
    late[:, LAG:] = rows[:, :-LAG]
    return [
        Example(sentence=tuple(BITS[bit] for bit in row), label=tuple(map(float, label))) for row, label in zip(rows, late, strict=True)
    ]


def temporal_order() -> list[Example]:
    """Hochreiter and Schmidhuber's task in small: X and Y among letters that say nothing; 1 where X comes first. Of their four classes
    these are the two in which order is all that differs."""
    rng = np.random.default_rng(1)
    examples = []
    for first, second in [("X", "Y"), ("Y", "X")] * (ORDER_SENTENCES // 2):
        letters = rng.choice(list("abcd"), ORDER_TIMESTEPS)
        letters[rng.integers(1, 3)], letters[rng.integers(5, 7)] = first, second
        examples.append(Example(sentence=tuple(map(str, letters)), label=float(first == "X")))
    return examples


def orders() -> list[Example]:
    """The notes' three words in every order; 1 where the cat comes before the rat: to a bag of words all six are the same."""
    sentences = permutations(("cat", "mat", "rat"))
    return [Example(sentence=words, label=float(words.index("cat") < words.index("rat"))) for words in sentences]


SHIPPED = (
    Shipped("reviews", "the lecture notes", lambda: [Example.model_validate(review) for review in REVIEWS]),
    Shipped("order matters", "the same three words in every order; 1 where the cat comes before the rat", orders),
    Shipped("parity", "every row of four bits; 1 where the number of ones is odd", parity),
    Shipped("echo", "at every timestep the bit of two timesteps before", echo),
    Shipped("temporal order", "after Hochreiter and Schmidhuber 1997, experiment 6, in small", temporal_order),
)


@cache
def shipped() -> dict[str, DataSet]:
    """All of them, by name."""
    return {each.name: DataSet(examples=tuple(each.make())) for each in SHIPPED}


@cache
def shipped_by_id() -> dict[str, DataSet]:
    """All of them, by id: known on every server."""
    return {dataset.id: dataset for dataset in shipped().values()}
