"""A scene as a sheet of paper: what is given, blanks for every h and its gradient, and the solution from the same trace."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.errors import Problem
from app.limits import most
from app.notation import NOTATIONS
from app.traces import Array, SceneTrace
from engine.layers import Layer
from engine.quantities import QUANTITIES, Quantity

Record = Mapping[str, Array]  # the quantities of a layer, (batch, timesteps, units) each
Formula = list[tuple[str, str]]  # pieces of text, each with the place where it stands: "", "sub" or "sup"

DECIMALS = 4  # as in the formulas of the page
COLUMNS = 6  # timesteps, or columns of a matrix, that stand side by side on paper
SHOWN_FEATURES = 12  # a longer one-hot vector is said by the place of its 1
SYMBOLS: dict[str, str] = NOTATIONS["lecture"]["symbols"]


@dataclass(frozen=True, slots=True)
class Name:
    """What a number or a weight is called: a letter with the layer above it, a timestep or a gate below it, and the unit beside it."""

    letter: str
    layer: str
    below: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A number of the grid with its name; on the first pages a blank stands for its value."""

    name: Name
    value: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """A piece of a weight that is given, as wide as paper: its name, the numbers of its columns, and each row with its name."""

    name: Name
    columns: Sequence[int]
    rows: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Band:
    """Some timesteps side by side: the rows of the grid from the top down, each with its name and a list of lines per timestep."""

    timesteps: Sequence[int]
    words: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Sequence[Line]]]]


class Worksheet:
    """Everything that the template of a worksheet asks for."""

    def __init__(self, trace: SceneTrace) -> None:
        _require_short(trace)
        self.scene = trace.scene
        self.loss = fixed(trace.gradients.loss)
        self.decimals = DECIMALS
        self._trace = trace

    @property
    def layers(self) -> list[tuple[str, Any]]:
        """The layers of the grid with their names, from the top down."""
        names = self._trace.layer_names[1:]
        return list(zip(names, (*self.scene.recurrent, self.scene.output), strict=True))[::-1]

    @property
    def formulas(self) -> list[tuple[str, list[Formula], list[Formula]]]:
        """Each kind of layer once, from the bottom up: how it computes, and how gradients come back."""
        kinds = dict.fromkeys(type(layer).__name__ for layer in self._trace.model.layers[1:])
        return [
            (
                kind,
                [formula(quantity.formula) for quantity in QUANTITIES[kind] if quantity.formula],
                [_backward(quantity) for quantity in reversed(QUANTITIES[kind]) if quantity.role != "output"],
            )
            for kind in kinds
        ]

    @property
    def inputs(self) -> list[tuple[str, str]]:
        """Each word with its vector x."""
        vectors = self._trace.forward.inputs[0]
        if not self._trace.rows and vectors.shape[1] > SHOWN_FEATURES:
            told = [f"[0 … 1 … 0], 1 = x[{place + 1}]" for place in vectors.argmax(axis=1)]
        else:
            told = [f"[{'  '.join(fixed(value) if self._trace.rows else f'{value:.0f}' for value in vector)}]" for vector in vectors]
        return list(zip(self.scene.sentence, told, strict=True))

    @property
    def initial(self) -> list[Line]:
        """The states before the first word, where they are not zero."""
        records = zip(self._trace.layer_names, self._trace.model.layers, self._trace.forward.layers, strict=True)
        states = [(name, state, record.row(state, -1)[0]) for name, layer, record in records for state in layer.states]
        return [line for name, state, values in states if values.any() for line in _lines(SYMBOLS[state], name, 0, values)]

    @property
    def labels(self) -> str:
        """The label, or one per timestep, as they were written."""
        return ", ".join(f"{label:g}" for label in self.scene.labels)

    def weights(self, layer: str) -> Iterator[Matrix]:
        """Every weight of a layer, gate by gate; the embedding's rows are the words' vectors and stand there."""
        gates = self._trace.model.layers[self._trace.layer_names.index(layer)].gates
        for (owner, name), weight in self._trace.sent(self._trace.forward.weights).items():
            for gate, part in zip(gates, _by_gate(weight, len(gates)), strict=True) if owner == layer else ():
                yield from _pieces(Name(SYMBOLS[name], {"output": "o"}.get(layer, layer), gate.removeprefix("a").removeprefix("_")), part)

    def forward(self) -> list[Band]:
        """Every state, and on top the output."""
        return self._bands(self._trace.forward.layers, "", lambda layer: layer.states[::-1] or ("y",))

    def backward(self) -> list[Band]:
        """The gradient of the loss at every h, and on top at the output's sum, where it enters."""
        return self._bands(self._trace.gradients.layers, "∂L/∂", lambda layer: ("h",) if layer.states else ("a",))

    def _bands(self, records: Sequence[Record], prefix: str, quantities: Callable[[Layer], Sequence[str]]) -> list[Band]:
        layers = list(zip(self._trace.layer_names, self._trace.model.layers, records, strict=True))[:0:-1]
        rows = [(name, self._cells(name, record, prefix, quantities(layer))) for name, layer, record in layers]
        words = self.scene.sentence
        return [
            Band(part, words[part[0] - 1 : part[-1]], [(name, cells[part[0] - 1 : part[-1]]) for name, cells in rows])
            for part in _parted(range(1, len(words) + 1))
        ]

    def _cells(self, name: str, record: Record, prefix: str, quantities: Sequence[str]) -> list[list[Line]]:
        """The lines of a layer, timestep by timestep; none where there is no output."""
        timesteps = range(1, len(self.scene.sentence) + 1)
        known = self.scene.output_timesteps if name == "output" else timesteps
        cells = {
            timestep: [
                line
                for quantity in quantities
                for line in _lines(prefix + SYMBOLS[quantity], "" if quantity == "y" else name, timestep, record[quantity][0, at])
            ]
            for at, timestep in enumerate(known)
        }
        return [cells.get(timestep, []) for timestep in timesteps]


def fixed(value: float, decimals: int = DECIMALS) -> str:
    """A number as the page writes it: halves away from zero, minus as U+2212, and no sign before a zero."""
    text = str(Decimal(abs(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    return f"\u2212{text}" if value < 0 and float(text) else text


def formula(text: str) -> Formula:
    """A formula of the table of quantities, cut where letters stand lower or higher: h_{t-1} U^T."""
    plain, *rest = re.split(r"_\{([^}]*)\}|_(\w)|\^(\w)", text.replace("dL/d", "∂L/∂").replace("-", "\u2212"))
    cuts = [rest[at : at + 4] for at in range(0, len(rest), 4)]
    moved = [[(braced or lowered or raised, "sup" if raised else "sub"), (after, "")] for braced, lowered, raised, after in cuts]
    return [piece for piece in [(plain, ""), *(piece for pair in moved for piece in pair)] if piece[0]]


def _backward(quantity: Quantity) -> Formula:
    """The gradient of a quantity; a part of one, which the table describes, has its name in front."""
    if quantity.role != "part":
        return formula(quantity.gradient)
    return formula(f"dL/dh_t {quantity.name.removeprefix('h_').replace('_', ' ')}: {quantity.gradient}")


def _require_short(trace: SceneTrace) -> None:
    """A problem for more numbers than anybody computes by hand."""
    given = sum(weight.size for weight in trace.sent(trace.forward.weights).values())
    asked = 2 * len(trace.scene.sentence) * sum(layer.units for layer in trace.scene.recurrent)
    if (received := given + asked) > most("worksheet"):
        detail = f"A worksheet has at most {most('worksheet'):,} numbers. Received: a scene with {received:,}. Take fewer units or words."
        raise Problem("worksheet-too-long", detail)


def _by_gate(weight: Array, parts: int) -> list[Array]:
    """The columns of each gate: (rows, units) or (units,) each."""
    width = weight.shape[-1] // parts
    return [weight[..., part * width : (part + 1) * width] for part in range(parts)]


def _parted(numbers: range) -> list[range]:
    """As many at a time as paper is wide."""
    return [numbers[start : start + COLUMNS] for start in range(0, len(numbers), COLUMNS)]


def _pieces(name: Name, weight: Array) -> Iterator[Matrix]:
    """weight (units,) or (rows, units), in pieces as wide as paper."""
    rows = weight if weight.ndim == 2 else weight[None]
    labels = [str(row) for row in range(1, len(rows) + 1)] if weight.ndim == 2 else [""]
    for part in _parted(range(1, rows.shape[1] + 1)):
        yield Matrix(name, part, [(label, [fixed(row[column - 1]) for column in part]) for label, row in zip(labels, rows, strict=True)])


def _lines(letter: str, layer: str, timestep: int, values: Any) -> list[Line]:
    above = {"output": "o"}.get(layer, layer)
    return [Line(Name(letter, above, str(timestep), str(unit)), fixed(value)) for unit, value in enumerate(values, start=1)]
