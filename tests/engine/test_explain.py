"""N28: the terms behind any number add up to it, and each of their factors stands where its address says."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

import numpy as np
import pytest
from hypothesis import given

from engine import Dense, Explanation, Factor, Gradients, QuantityAddress, Sequential, SimpleRNN, Trace, WeightAddress, explain
from engine.layers import Layer
from tests.engine.stacks import LOSSES, Task, every_cell, flat, make_task, tasks

# What a factor's function means, spelled again: a page may compute it from the value alone.
FUNCTIONS: dict[str | None, Callable[[float], float]] = {
    None: lambda v: v,
    "tanh": math.tanh,
    "relu": lambda v: max(v, 0.0),
    "linear": lambda v: v,
    "sigmoid": lambda v: 1 / (1 + math.exp(-v)),
    "1 - sigmoid": lambda v: 1 / (1 + math.exp(v)),
    "negative": lambda v: -v,
    "1 - target": lambda v: 1 - v,
    "sech^2": lambda v: 1 / math.cosh(v) ** 2,
    "sigmoid'": lambda v: 1 / (2 + 2 * math.cosh(v)),
    "a > 0": lambda v: float(v > 0),
    "1": lambda v: 1.0,
    "-log sigmoid": lambda v: math.log1p(math.exp(-v)),
    "-log(1 - sigmoid)": lambda v: math.log1p(math.exp(v)),
}
OF_A_WHOLE_VECTOR = {"softmax", "-log softmax"}


def every_number(layers: Sequence[Layer], trace: Trace, gradients: Gradients | None) -> Iterator[QuantityAddress]:
    """The address of every number of the trace, or of every gradient."""
    records = trace.layers if gradients is None else gradients.layers
    for layer, record in enumerate(records):
        for quantity, (batch, timestep, unit) in ((name, place) for name in record for place in np.ndindex(record[name].shape)):
            at = record.timesteps[timestep - record[quantity].shape[1]]
            yield QuantityAddress(layer, at, quantity, unit, gradients is not None, batch)
            if timestep == 0 and quantity in layers[layer].states:
                yield QuantityAddress(layer, -1, quantity, unit, gradients is not None, batch)


def look_up(task: Task, trace: Trace, gradients: Gradients, address: QuantityAddress | WeightAddress) -> float:
    """The number at an address, found through the public face."""
    if isinstance(address, WeightAddress):
        layer = task.model.layers[address.layer]
        return dict(zip(layer.initializers, layer.weights, strict=True))[address.weight][address.index]
    if address.quantity == "target":
        return task.y.reshape(len(task.x), -1, trace.output.shape[-1])[
            address.batch, address.timestep - trace.layers[-1].timesteps.start, address.unit
        ]
    if address.quantity == "x":
        return (gradients if address.gradient else trace).inputs[address.batch, address.timestep, address.unit]
    if address.timestep == -1:
        states = gradients.initial_state if address.gradient else trace.initial_state
        recurrent = [place for place, layer in enumerate(task.model.layers) if layer.states]
        parts = flat([states[recurrent.index(address.layer)]])
        return parts[task.model.layers[address.layer].states.index(address.quantity)][address.batch, address.unit]
    record = (gradients.layers if address.gradient else trace.layers)[address.layer]
    return record[address.quantity][address.batch, address.timestep - record.timesteps.stop, address.unit]


def check(explanation: Explanation, value: float) -> Iterator[Factor]:
    """The terms add up to the value, and the factors multiply to the terms; gives the factors."""
    assert explanation.value == value
    assert abs(math.fsum(term.value for term in explanation.terms) - value) <= 1e-13
    for term in explanation.terms:
        assert term.value == math.prod(factor.result for factor in term.factors)
        yield from term.factors


def ask(task: Task, trace: Trace, at: QuantityAddress, gradients: Gradients | None) -> Explanation:
    place = {"layer": at.layer, "timestep": at.timestep, "quantity": at.quantity, "unit": at.unit, "batch": at.batch}
    return explain(task.model, trace, gradients=gradients, **place)


def check_all(task: Task, windows: Sequence[int | None] = (None,)) -> None:
    """Every explanation of a run: forward, and with each window backward, of the weights and of the loss."""
    for place, window in enumerate(windows):
        trace, gradients = task.run(window=window)
        found = cache(partial(look_up, task, trace, gradients))
        answers = [*weight_explanations(task, trace, gradients)]
        for side in (None, gradients) if place == 0 else (gradients,):  # what is computed forward knows of no window
            answers += [(ask(task, trace, at, side), found(at)) for at in every_number(task.model.layers, trace, side)]
        answers.append((explain(task.model, trace, layer=len(trace.layers) - 1, quantity="loss", gradients=gradients), gradients.loss))
        for factor in (factor for explanation, value in answers for factor in check(explanation, value)):
            check_factor(factor, found)


def weight_explanations(task: Task, trace: Trace, gradients: Gradients) -> Iterator[tuple[Explanation, float]]:
    """The explanation of every number of the weights' gradients, and the number."""
    weights = iter(gradients.weights)
    for layer, described in enumerate(task.model.layers):
        for name in described.initializers:
            for index, value in np.ndenumerate(next(weights)):
                yield explain(task.model, trace, layer=layer, weight=name, index=index, gradients=gradients), value


def check_factor(factor: Factor, found: Callable[[QuantityAddress | WeightAddress], float]) -> None:
    """A factor has the value that stands at its address, and its result is its function of that."""
    if factor.address is not None:
        assert factor.value == found(factor.address)
    if factor.function not in OF_A_WHOLE_VECTOR:
        assert abs(FUNCTIONS[factor.function](factor.value) - factor.result) <= 1e-14 * max(1, abs(factor.result))


@given(task=tasks())
def test_the_terms_of_every_number_add_up_to_it(task: Task) -> None:
    check_all(task)


@every_cell
@pytest.mark.parametrize("loss", sorted(LOSSES))
@pytest.mark.parametrize("sequences", [True, False])
def test_the_terms_of_every_number_of_a_fixed_stack_add_up_to_it(cell: str, loss: str, sequences: bool) -> None:
    check_all(make_task(2, cells=cell, loss=loss, sequences=sequences, outputs=2, units=(3, 2)))


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "linear", "softmax"])
def test_the_terms_of_every_activation_add_up_to_it(activation: str) -> None:
    recurrent = SimpleRNN(3, return_sequences=True, activation="tanh" if activation == "softmax" else activation)
    model = Sequential([recurrent, Dense(4, activation=activation), SimpleRNN(2), Dense(3, activation=activation)], seed=4, features=2)
    rng = np.random.default_rng(4)
    model.set_weights([rng.normal(size=weight.shape) * 0.5 for weight in model.get_weights()])
    states = [rng.normal(size=(2, 3)), rng.normal(size=(2, 2))]

    check_all(Task(model, rng.normal(size=(2, 3, 2)), rng.normal(size=(2, 3)), "mse", states))
