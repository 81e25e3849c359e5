"""N4 and N5: every number against a scalar program, Keras and PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Bidirectional, Dense, Dropout, Embedding, Gradients, Sequential, SimpleRNN, Trace, from_torch, to_torch
from engine.layers import Layer
from tests.engine.reference_vectors import about
from tests.engine.reference_vectors import vectors as stored_vectors
from tests.engine.scalar_reference import dense, gru, lstm, simple_rnn, unrolled
from tests.engine.stacks import LAYERS, LOSSES, every_cell, flat, packed, tasks

ABOUT = about("stacks")

cases = pytest.mark.parametrize("name", sorted(ABOUT["cases"]))
sources = pytest.mark.parametrize("source", ["keras", "torch"])


def vectors(name: str, source: str) -> dict[str, np.ndarray]:
    return stored_vectors("stacks", f"{name}/{source}/")


def run(name: str) -> tuple[Trace, Gradients]:
    """The engine's own answer to a stored case."""
    case: dict[str, Any] = ABOUT["cases"][name]
    stored = vectors(name, "given")
    top = len(case["units"]) - 1
    below = [Embedding(case["words"], case["features"], mask_zero=True)] if case["words"] else []
    between = [
        layer_of(kind, units, sequences=case["sequences"] or place < top)
        for place, (kind, units) in enumerate(zip(case["cells"], case["units"], strict=False))
    ]
    layers = [*below, *between, Dense(case["outputs"], activation=case["activation"])]
    model = Sequential(layers, features=None if below else case["features"])
    named = zip(names_of(model.layers), model.layers, strict=True)
    model.set_weights([stored[f"{place}/{weight}"] for place, layer in named for weight in layer.initializers])
    states = (stored[f"{place}/{state}_0"] for place, layer in enumerate(between) for state in layer.states)
    trace = model.forward(stored["x"], initial_state=packed([layer for layer in between if layer.states], states))
    return trace, model.backward(trace, stored["target"], case["loss"], window=case["window"])


def layer_of(kind: str, units: int, *, sequences: bool) -> Layer:
    """A layer below the last Dense, by what the stored vectors call it."""
    if kind == "Dropout":
        return Dropout(0.4)
    if kind.startswith("Dense"):
        return Dense(units, activation=kind.removeprefix("Dense, "))
    return LAYERS[kind](units, return_sequences=sequences)


def names_of(layers: Sequence[Layer]) -> list[str]:
    """What the layers are called in the stored vectors."""
    below = ["embedding"] if layers[0].encodes else []
    return [*below, *map(str, range(len(layers) - len(below) - 1)), "dense"]


def numbers(trace: Trace, gradients: Gradients) -> dict[str, np.ndarray]:
    """The engine's numbers under the names of the stored ones."""
    found = {"loss": gradients.loss, "output": trace.output}
    names = names_of(trace.stack)
    if "embedding" not in names:
        found["gradient/x"] = gradients.inputs
    rest, states = iter(gradients.weights), iter(flat(gradients.initial_state))
    for name, layer, values, d_values in zip(names, trace.stack, trace.layers, gradients.layers, strict=True):
        found |= {f"value/{name}/{quantity}": array for quantity, array in values.items()}
        found |= {f"gradient/{name}/{quantity}": array for quantity, array in d_values.items()}
        found |= {f"gradient/{name}/{weight}": next(rest) for weight in layer.initializers}
        found |= {f"gradient/{name}/{state}_0": next(states) for state in layer.states}
    return found


@cases
@sources
def test_every_number_and_every_gradient_is_that_of_the_framework(name: str, source: str) -> None:
    ours = numbers(*run(name))
    for key, value in vectors(name, source).items():
        np.testing.assert_allclose(ours[key], value, rtol=0, atol=1e-12, err_msg=key)


@cases
def test_the_stored_vectors_leave_no_number_of_a_trace_out(name: str) -> None:
    assert set(numbers(*run(name))) == set(vectors(name, "torch"))


@pytest.mark.parametrize("kind", ABOUT["modules"])
def test_a_module_of_pytorch_gives_the_same_numbers_here(kind: str) -> None:
    found = stored_vectors("stacks", f"module {kind}/")
    tensors = {name.removeprefix("state_dict/"): array for name, array in found.items() if name.startswith("state_dict/")}
    layer = (
        LAYERS[kind](3, return_sequences=True) if kind in LAYERS else Bidirectional(SimpleRNN(3, return_sequences=True, activation="relu"))
    )
    model = Sequential([layer], features=2)
    model.set_weights(from_torch(layer, tensors))

    np.testing.assert_allclose(model.forward(found["x"]).output, found["output"], rtol=0, atol=1e-13)
    assert set(to_torch(layer, model.get_weights())) == set(tensors)


def test_the_stored_vectors_say_with_which_versions_they_were_made() -> None:
    assert set(ABOUT["versions"]) == {"keras", "torch", "numpy"}


@every_cell
@settings(max_examples=100)
@given(data=st.data())
def test_forward_is_what_a_scalar_program_computes(cell: str, data: st.DataObject) -> None:
    task = data.draw(tasks(cells=cell))
    trace = task.forward()
    step = {"SimpleRNN": simple_rnn, "LSTM": lstm}.get(cell, gru)
    for batch in range(len(task.x)):
        flow = task.x[batch].tolist()
        for layer, record, state in zip(task.recurrent, trace.layers, task.initial_state, strict=False):
            states = {name: part[batch].tolist() for name, part in zip(layer.states, flat([state]), strict=True)}
            expected = unrolled(step, flow, [weight.tolist() for weight in layer.weights], states)
            assert set(expected) == set(record)
            for name, rows in expected.items():
                np.testing.assert_allclose(record[name][batch], rows, rtol=0, atol=1e-13, err_msg=name)
            flow = expected["h"]
        kernel, bias = (weight.tolist() for weight in task.model.layers[-1].weights)
        outputs = [dense(h, kernel, bias, LOSSES[task.loss]) for h in flow]
        np.testing.assert_allclose(trace.output[batch], outputs if trace.sequences else outputs[-1], rtol=0, atol=1e-13)
