"""N4 and N5: every number against a scalar program, Keras and PyTorch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from engine import Dense, Gradients, Sequential, SimpleRNN, Trace
from tests.engine.scalar_reference import dense, simple_rnn
from tests.engine.stacks import LOSSES, Task, tasks

FOLDER = Path(__file__).resolve().parent.parent / "reference"
ABOUT = json.loads((FOLDER / "simple_rnn.json").read_text(encoding="utf-8"))
with np.load(FOLDER / "simple_rnn.npz") as stored:
    VECTORS = dict(stored)

cases = pytest.mark.parametrize("name", sorted(ABOUT["cases"]))
sources = pytest.mark.parametrize("source", ["keras", "torch"])


def vectors(name: str, source: str) -> dict[str, np.ndarray]:
    prefix = f"{name}/{source}/"
    return {key.removeprefix(prefix): value for key, value in VECTORS.items() if key.startswith(prefix)}


def run(name: str) -> tuple[Trace, Gradients]:
    """The engine's own answer to a stored case."""
    case: dict[str, Any] = ABOUT["cases"][name]
    stored = vectors(name, "given")
    top = len(case["units"]) - 1
    layers = [SimpleRNN(units, return_sequences=case["sequences"] or layer < top) for layer, units in enumerate(case["units"])]
    model = Sequential([*layers, Dense(case["outputs"], activation=case["activation"])], features=case["features"])
    recurrent = [stored[f"{layer}/{name}"] for layer in range(top + 1) for name in ("kernel", "recurrent_kernel", "bias")]
    model.set_weights([*recurrent, stored["dense/kernel"], stored["dense/bias"]])
    trace = model.forward(stored["x"], initial_state=[stored[f"{layer}/h_0"] for layer in range(top + 1)])
    return trace, model.backward(trace, stored["target"], case["loss"])


def numbers(trace: Trace, gradients: Gradients) -> dict[str, np.ndarray]:
    """The engine's numbers under the names of the stored ones."""
    last = len(trace.layers) - 1
    names = [str(layer) for layer in range(last)] + ["dense"]
    found = {"loss": gradients.loss, "output": trace.output, "gradient/x": gradients.inputs}
    for layer, name in enumerate(names):
        found |= {f"value/{name}/{quantity}": values for quantity, values in trace.layers[layer].items()}
        found |= {f"gradient/{name}/{quantity}": values for quantity, values in gradients.layers[layer].items()}
        weights = ("kernel", "bias") if name == "dense" else ("kernel", "recurrent_kernel", "bias")
        found |= {f"gradient/{name}/{weight}": gradients.weights[3 * layer + place] for place, weight in enumerate(weights)}
    return found | {f"gradient/{layer}/h_0": state for layer, state in enumerate(gradients.initial_state)}


@cases
@sources
def test_every_number_and_every_gradient_is_that_of_the_framework(name: str, source: str) -> None:
    ours = numbers(*run(name))
    for key, value in vectors(name, source).items():
        np.testing.assert_allclose(ours[key], value, rtol=0, atol=1e-12, err_msg=key)


@cases
def test_the_stored_vectors_leave_no_number_of_a_trace_out(name: str) -> None:
    assert set(numbers(*run(name))) == set(vectors(name, "torch"))


def test_the_stored_vectors_say_with_which_versions_they_were_made() -> None:
    assert set(ABOUT["versions"]) == {"keras", "torch", "numpy"}


@given(task=tasks())
def test_forward_is_what_a_scalar_program_computes(task: Task) -> None:
    trace = task.forward()
    *recurrent, top = task.model.layers
    for batch in range(len(task.x)):
        flow = task.x[batch].tolist()
        for layer, (rnn, state) in enumerate(zip(recurrent, task.initial_state, strict=True)):
            kernel, recurrent_kernel, bias = (weight.tolist() for weight in rnn.weights)
            a, flow = simple_rnn(flow, (kernel, recurrent_kernel, bias), state[batch].tolist())
            np.testing.assert_allclose(trace.layers[layer]["a"][batch], a, rtol=0, atol=1e-13)
            np.testing.assert_allclose(trace.layers[layer]["h"][batch], flow, rtol=0, atol=1e-13)
        kernel, bias = (weight.tolist() for weight in top.weights)
        outputs = [dense(h, kernel, bias, LOSSES[task.loss]) for h in flow]
        np.testing.assert_allclose(trace.output[batch], outputs if trace.sequences else outputs[-1], rtol=0, atol=1e-13)
