"""The recipes of a layer that reads twice: those of the layer within, told in the time and with the names of the whole."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.directed_trace import DIRECTIONS, DirectedTrace
from engine.explanation import Address, QuantityAddress, Term, WeightAddress
from engine.layers import Bidirectional, Recurrent
from engine.reader import Reader
from engine.recipes.shared import Recipe, Table, Terms, from_above
from engine.recipes.weights import weight_terms
from engine.trace import LayerTrace
from engine.types import Array


@dataclass(frozen=True, slots=True)
class Within:
    """One direction of a layer as a run of its own, and the way back from its addresses."""

    read: Reader
    layer: int
    direction: str

    @property
    def turned(self) -> bool:
        """Whether this direction reads from the end."""
        return self.direction == "backward"

    def reader(self) -> Reader:
        """The same run, in which the layer is this direction alone, and what enters it stands in the order in which it is read."""
        trace, gradients = self.read.trace, self.read.gradients
        described, record = trace.stack[self.layer], trace.layers[self.layer]
        assert isinstance(described, Bidirectional)
        stack, records = list(trace.stack), list(trace.layers)
        stack[self.layer] = described.directions[DIRECTIONS.index(self.direction)]
        records[self.layer] = self._own(record)
        if self.layer:
            name = self.read.input_of(self.layer)
            below = records[self.layer - 1]
            records[self.layer - 1] = LayerTrace((self._in_order(below.rows(name)),), (name,), below.timesteps)
        flows = (trace.flows[0] if self.layer else self._in_order(trace.flows[0]), *trace.flows[1:])
        trace = trace._replace(stack=tuple(stack), layers=tuple(records), flows=flows)
        if gradients is None:
            return Reader(trace, None)
        d_records = list(gradients.layers)
        d_records[self.layer] = self._own(d_records[self.layer])
        return Reader(trace, gradients._replace(trace=trace, layers=tuple(d_records)))

    def timestep(self, timestep: int) -> int:
        """From the sequence's time to this direction's, and back; the initial state is -1 in both."""
        return self.read.trace.layers[self.layer].timesteps.stop - 1 - timestep if self.turned and timestep >= 0 else timestep

    def home(self, terms: Terms) -> Terms:
        """The same terms, with addresses in the whole run."""
        return tuple(
            Term(term.value, tuple(replace(factor, address=self._home(factor.address)) for factor in term.factors)) for term in terms
        )

    def _home(self, address: Address | None) -> Address | None:
        if address is None:
            return None
        if isinstance(address, WeightAddress):
            return replace(address, weight=f"{self.direction}_{address.weight}")
        name = f"{self.direction}_{address.quantity}" if address.layer == self.layer else address.quantity
        return replace(address, quantity=name, timestep=self.timestep(address.timestep))

    def _own(self, record: LayerTrace) -> LayerTrace:
        assert isinstance(record, DirectedTrace)
        return record.directions[DIRECTIONS.index(self.direction)]

    def _in_order(self, rows: Array) -> Array:
        return rows[::-1] if self.turned else rows


def within(direction: str, quantity: str, table: Table) -> Recipe:
    """The recipe of the layer within, for one direction."""

    def recipe(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
        part = Within(read, at.layer, direction)
        own = part.reader()
        recipe_within = table[type(own.layer(at.layer)), quantity]
        operation, terms = recipe_within(own, replace(at, quantity=quantity, timestep=part.timestep(at.timestep)))
        return operation, part.home(terms)

    return recipe


def directed_weight_terms(read: Reader, layer: int, name: str, index: tuple[int, ...]) -> Terms:
    """The terms of the gradient of a weight of one direction."""
    direction, own_name = name.split("_", 1)
    part = Within(read, layer, direction)
    return part.home(weight_terms(part.reader(), layer, own_name, index))


def h(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
    """h_t = [forward_h_t, backward_h_t]; where one vector leaves the layer: what each direction ends with."""
    units = _layer_within(read, at).units
    direction, unit = DIRECTIONS[at.unit // units], at.unit % units
    ends_at_the_first = direction == "backward" and not read.layer(at.layer).keeps_timesteps
    timestep = 0 if ends_at_the_first else at.timestep
    return "carried", (Term.of(read.one(at.layer, timestep, f"{direction}_h", unit, at.batch)),)


def from_h(direction: str) -> Recipe:
    """What h sends down to one direction: the share of its units, where they left the layer."""

    def recipe(read: Reader, at: QuantityAddress) -> tuple[str, Terms]:
        last = read.trace.layers[at.layer].timesteps.stop - 1
        own_timestep = Within(read, at.layer, direction).timestep(at.timestep)
        keeps = read.layer(at.layer).keeps_timesteps
        if not keeps and own_timestep != last:
            return "sum", ()
        unit = at.unit + DIRECTIONS.index(direction) * _layer_within(read, at).units
        return "carried", (Term.of(read.one(at.layer, at.timestep if keeps else last, "h", unit, at.batch, gradient=True)),)

    return recipe


def _layer_within(read: Reader, at: QuantityAddress) -> Recurrent:
    described = read.layer(at.layer)
    assert isinstance(described, Bidirectional)
    return described.layer


def forward_recipes(cells: Table) -> Table:
    """The forward recipes of both directions, from those of the cells."""
    both: Table = {(Bidirectional, f"{way}_{name}"): within(way, name, cells) for way in DIRECTIONS for _, name in cells}
    return both | {(Bidirectional, "h"): h}


def backward_recipes(cells: Table) -> Table:
    """The backward recipes of both directions, from those of the cells."""
    both: Table = {(Bidirectional, f"{way}_{name}"): within(way, name, cells) for way in DIRECTIONS for _, name in cells}
    return both | {(Bidirectional, f"{way}_h_from_depth"): from_h(way) for way in DIRECTIONS} | {(Bidirectional, "h"): from_above}
