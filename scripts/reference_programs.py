"""Makes tests/reference/programs.npz: the programs of the page's tab "Code", and what they compute before and after one update.

Node runs the page's own modules, which write a program in Keras and one in PyTorch for every scene here. Both are run as they stand, in
float64. The tests need neither framework: they hold the page to these texts, and the engine to these numbers. This script needs both
frameworks, Node, and what requirements.txt names (pip install torch keras; KERAS_BACKEND=torch).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
import numpy as np
import torch
from keras.src.backend.common import dtypes

from app.presets import PRESETS
from app.scenes import Scene, default_scene
from app.tables import page_tables
from app.traces import run
from benchmarks.programs import of_keras, of_torch, programs, summary_of_keras

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "reference"
TOY = default_scene().document()
EVERY_CELL = [
    {"type": "LSTM", "units": 3, "return_sequences": True},
    {"type": "GRU", "units": 2, "return_sequences": True},
    {"type": "SimpleRNN", "units": 4, "activation": "relu"},
    {"type": "Dense", "units": 1, "activation": "sigmoid"},
]
CLASSES = [
    {"type": "Embedding", "input_dim": 6, "output_dim": 4},
    {"type": "LSTM", "units": 3, "return_sequences": True},
    {"type": "Dense", "units": 3, "activation": "softmax"},
]
DROPPED = [EVERY_CELL[0] | {"dropout": 0.5}, EVERY_CELL[1] | {"dropout": 0.25}, *EVERY_CELL[2:]]
SGD = {"type": "SGD", "learning_rate": 0.3}
CHANGES: dict[str, dict[str, Any]] = {
    "momentum": {"optimizer": SGD | {"momentum": 0.8, "nesterov": True}},
    "values clipped": {"layers": EVERY_CELL, "optimizer": SGD | {"clipvalue": 0.01}},
    "each weight clipped": {"optimizer": SGD | {"clipnorm": 0.02}},
    "all weights clipped": {"layers": EVERY_CELL, "optimizer": SGD | {"global_clipnorm": 0.05}},
    "L2": {"layers": EVERY_CELL, "optimizer": SGD, "l2": 0.03},
    "L2, clipped": {"layers": EVERY_CELL, "optimizer": SGD | {"clipvalue": 0.01}, "l2": 0.03},
    "classes at every timestep": {"layers": CLASSES, "loss": "categorical_crossentropy", "label": [2, 0, 1], "l2": 0.02, "optimizer": SGD},
    "numbers": {
        "layers": [EVERY_CELL[1] | {"return_sequences": False}, {"type": "Dense", "units": 2, "activation": "linear"}],
        "loss": "mse",
        "label": 0.5,
    },
    "Adam": {"optimizer": {"type": "Adam", "learning_rate": 0.01}},
    "RMSprop": {"optimizer": {"type": "RMSprop", "learning_rate": 0.01}},
    "Adagrad": {"optimizer": {"type": "Adagrad", "learning_rate": 0.01}},
}
WRITTEN_ONLY: dict[str, dict[str, Any]] = {  # what training drops is drawn, and what is left out changes the numbers
    "dropout": {"layers": DROPPED},
    "what is left out": {
        "window": 2,
        "sample_weight": [0, 1, 2],
        "initial_state": [[0.5, 0, 0], [0, 0.5]],
        "inputs": {"input/1/x/1": 0.5},
        "layers": [
            {"type": "SimpleRNN", "units": 3, "return_sequences": True, "recurrent_initializer": {"type": "identity"}},
            {"type": "SimpleRNN", "units": 2, "return_sequences": True},
            TOY["layers"][-1],
        ],
    },
    "beginnings that Keras has not": {
        "optimizer": SGD | {"clipnorm": 0.5},
        "layers": [
            EVERY_CELL[0] | {"recurrent_initializer": {"type": "identity"}},
            EVERY_CELL[1] | {"recurrent_initializer": {"type": "orthogonal", "gain": 0.5}},
            *EVERY_CELL[2:],
        ],
    },
}


def scenes() -> dict[str, Scene]:
    """Every scene by its name."""
    changed = {name: Scene.model_validate({**TOY, **changes}) for name, changes in (CHANGES | WRITTEN_ONLY).items()}
    return PRESETS | changed


def main() -> None:
    """Writes every program, and what it computes."""
    arrays: dict[str, Any] = {}
    cases: dict[str, dict[str, Any]] = {}
    for name, scene in scenes().items():
        in_keras, in_torch = programs(scene.document())
        cases[name] = {"scene": scene.document(), "keras": in_keras, "torch": in_torch, "summary": summary_of_keras(in_keras)}
    torch.set_default_dtype(torch.float64)
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    dtypes.BIT64_TO_BIT32_DTYPE.pop("float64")  # else Keras computes products in float32, to agree with JAX
    for name, scene in scenes().items():
        if name in WRITTEN_ONLY:
            continue
        trace = run(scene)
        for source, stepped in (("keras", of_keras(cases[name]["keras"], trace)), ("torch", of_torch(cases[name]["torch"], trace))):
            arrays |= {f"{name}/{source}/output": stepped.output, f"{name}/{source}/again": stepped.again}
            sent = trace.sent(stepped.weights)
            arrays |= {f"{name}/{source}/updated/{layer}/{weight}": array for (layer, weight), array in sent.items()}
    about = {
        "versions": {"keras": keras.__version__, "torch": torch.__version__.split("+")[0], "numpy": np.__version__},
        "gates": page_tables()["gates"],
        "cases": cases,
    }
    np.savez_compressed(FOLDER / "programs.npz", allow_pickle=False, **arrays)
    (FOLDER / "programs.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
