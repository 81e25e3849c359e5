"""The programs of the page's tab "Code", run: with the scene's weights they have to give what the engine gives."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch
from keras.src.backend.common import dtypes

from _environment import ROOT
from app.presets import PRESETS
from app.tables import page_tables
from app.traces import SceneTrace, run
from benchmarks.report import Number, Report
from engine import to_torch

METHOD = """For every preset the page writes a program in Keras and one in PyTorch (Node runs the page's own modules). Both are run as they
stand, in double precision, get the scene's weights, and read its sentence; what counts is the largest difference of their output to
the engine's."""

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
    dtypes.BIT64_TO_BIT32_DTYPE.pop("float64", None)  # else Keras computes products in float32, to agree with JAX
    numbers = []
    for name, scene in PRESETS.items():
        trace = run(scene)
        in_keras, in_torch = programs(scene.document())
        for framework, output in (("Keras", of_keras(in_keras, trace)), ("PyTorch", of_torch(in_torch, trace))):
            numbers.append(Number(f"{name}, {framework}", float(np.abs(output - trace.forward.output).max()), "", under=1e-12))
    return Report(METHOD, ("keras", "torch"), numbers)


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


def of_keras(program: str, trace: SceneTrace) -> Any:
    """The output of the Keras program with the scene's weights."""
    names: dict[str, Any] = {}
    exec(program, names)
    names["model"].set_weights(trace.forward.weights)
    return keras.ops.convert_to_numpy(names["model"](words(trace)))


def of_torch(program: str, trace: SceneTrace) -> Any:
    """The output of the PyTorch program with the scene's weights, each layer's in PyTorch's layout."""
    names: dict[str, Any] = {}
    exec(program, names)
    model = names["model"].eval()
    modules = [module for module in model.children() if not isinstance(module, torch.nn.Dropout)]
    layers = [layer for layer in trace.forward.stack if layer.initializers]
    for module, layer in zip(modules, layers, strict=True):
        module.load_state_dict({name: torch.tensor(array) for name, array in to_torch(layer, layer.weights).items()})
    with torch.no_grad():
        return model(torch.tensor(np.asarray(words(trace)))).numpy()
