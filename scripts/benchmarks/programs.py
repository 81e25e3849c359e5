"""The programs of the page's tab "Code", run: with the scene's weights they have to give what the engine gives, also after an update."""

from __future__ import annotations

import copy
import json
import os
import subprocess
from typing import Any, NamedTuple

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch
from keras.src.backend.common import dtypes

from _environment import ROOT
from app.presets import PRESETS
from app.tables import page_tables
from app.traces import SceneTrace, inputs, run, target
from benchmarks.report import Number, Report
from engine import from_torch, to_torch
from engine.types import Array

METHOD = """For every preset the page writes a program in Keras and one in PyTorch (Node runs the page's own modules). Both are run as they
stand, in double precision, get the scene's weights, read its sentence, and take one step of their optimizer; what counts is the largest
difference of their output to the engine's, before the step and after it. `scripts/reference_programs.py` stores the same of more
scenes in `tests/reference`; tests without a framework hold the page's programs to those texts, and the engine to those numbers."""

# The page's own modules, given a scene and the gates of every layer, print both programs as JSON.
WRITE = """
const [scene, gates] = JSON.parse(process.argv[1]);
const { kerasCode } = await import("./static/js/keras.js");
const { pytorchCode } = await import("./static/js/pytorch.js");
console.log(JSON.stringify([kerasCode(scene, gates), pytorchCode(scene, gates)]));
"""


def measure() -> Report:
    """The largest differences of every preset, in both frameworks."""
    torch.set_default_dtype(torch.float64)
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    dtypes.BIT64_TO_BIT32_DTYPE.pop("float64", None)  # else Keras computes products in float32, to agree with JAX
    numbers = []
    for name, scene in PRESETS.items():
        trace = run(scene)
        again = output_after(trace)
        in_keras, in_torch = programs(scene.document())
        for framework, stepped in (("Keras", of_keras(in_keras, trace)), ("PyTorch", of_torch(in_torch, trace))):
            differences = np.abs(stepped.output - trace.forward.output).max(), np.abs(stepped.again - again).max()
            numbers.append(Number(f"{name}, {framework}", float(max(differences)), "", under=1e-12))
    return Report(METHOD, ("keras", "torch"), numbers)


class Stepped(NamedTuple):
    """A program before and after one update: its outputs, and its weights in Keras's order and shapes."""

    output: Array
    again: Array
    weights: list[Array]


def output_after(trace: SceneTrace) -> Array:
    """The engine's output with the updated weights."""
    model = copy.copy(trace.model)
    model.set_weights(trace.updated)
    return model.forward(inputs(trace.scene, trace.words)[np.newaxis]).output


def programs(scene: dict[str, Any]) -> tuple[str, str]:
    """What the page's tab shows for a scene."""
    given = json.dumps([scene, page_tables()["gates"]])
    command = ["node", "--input-type=module", "-e", WRITE, given]
    written = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    in_keras, in_torch = json.loads(written)
    return in_keras, in_torch


def words(trace: SceneTrace) -> Any:
    """The sentence as both programs take it: numbers, or one-hot vectors where there is no embedding."""
    return trace.words[np.newaxis] if trace.rows is not None else trace.forward.inputs


def labels(trace: SceneTrace) -> Array:
    """The scene's labels in the shape of its output."""
    return np.array(target(trace.scene, trace.forward.output), float)


def of_keras(program: str, trace: SceneTrace) -> Stepped:
    """The Keras program with the scene's weights."""
    names: dict[str, Any] = {}
    exec(program, names)
    model, x = names["model"], words(trace)
    model.set_weights(trace.forward.weights)

    def output() -> Array:
        return np.array(keras.ops.convert_to_numpy(model(x)))

    before = output()
    model.train_on_batch(x, labels(trace))
    return Stepped(before, output(), model.get_weights())


def summary_of_keras(program: str) -> str:
    """What the Keras program prints of itself, in Keras's own precision and a window of 80 columns."""
    lines: list[str] = []
    names: dict[str, Any] = {}
    keras.utils.clear_session()
    keras.config.set_dtype_policy("float32")
    exec(program, names)
    names["model"].summary(line_length=76, print_fn=lambda line, **_: lines.append(line))
    return "\n".join(lines).strip("\n")


def of_torch(program: str, trace: SceneTrace) -> Stepped:
    """The PyTorch program with the scene's weights, each layer's in PyTorch's layout."""
    names: dict[str, Any] = {}
    exec(program, names)
    model, x = names["model"], torch.tensor(np.asarray(words(trace)))
    modules = [module for module in model.children() if not isinstance(module, torch.nn.Dropout)]
    layers = [layer for layer in trace.forward.stack if layer.initializers]
    for module, layer in zip(modules, layers, strict=True):
        module.load_state_dict({name: torch.tensor(array) for name, array in to_torch(layer, layer.weights).items()})

    def output() -> Array:
        model.eval()
        with torch.no_grad():
            return np.array(model(x).numpy())

    before, y = output(), labels(trace)
    model.train()
    names["step"](x, torch.tensor(y.argmax(axis=-1) if trace.scene.loss == "categorical_crossentropy" else y))
    tensors = [{name: tensor.numpy() for name, tensor in module.state_dict().items()} for module in modules]
    weights = [weight for layer, found in zip(layers, tensors, strict=True) for weight in from_torch(layer, found)]
    return Stepped(before, output(), weights)
