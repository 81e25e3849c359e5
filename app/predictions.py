"""What a trained network says of the examples that it learns from."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.datasets import DataSet, Example
from app.learning import examples_of
from app.limits import most
from app.traces import SceneTrace
from engine.losses import LOSSES
from engine.types import Array

Document = dict[str, Any]


def predictions(trace: SceneTrace, dataset: DataSet) -> Document:
    """The outputs for the first examples, as many as a page shows, and loss and accuracy over all of them."""
    scene, examples = trace.scene, examples_of(trace.scene, dataset)
    with np.errstate(over="ignore"):
        run = trace.model.forward(examples.x, mask=examples.mask)
    right = LOSSES[scene.loss].right
    told = [_prediction(example, *rows) for example, *rows in zip(dataset.examples, run.output, examples.y, strict=True)]
    judged = [right(output, target) for output, target in told] if right else []
    return {
        "scene": scene.id,
        "examples": len(dataset.examples),
        "loss": float(trace.model.loss(run, examples.y, scene.loss, examples.sample_weight)),
        "accuracy": float(np.concatenate([each.ravel() for each in judged]).mean()) if judged else None,
        "predictions": [
            {**example.model_dump(mode="json"), "output": output.tolist(), "right": bool(judged[place].all()) if judged else None}
            for place, (example, (output, _)) in enumerate(zip(dataset.examples[: most("predictions")], told, strict=False))
        ],
    }


def _prediction(example: Example, output: Array, target: Array) -> tuple[Array, Array]:
    """Output and target of a sentence without its padding."""
    if output.ndim == 1:
        return output, target
    return output[: len(example.sentence)], target[: len(example.sentence)]
