"""What a trained network says of the examples that it learns from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from app.datasets import DataSet, Example
from app.learning import examples_of, numbers_of
from app.limits import most
from app.scene_fields import EmbeddingLayer
from app.scenes import Scene
from app.traces import SceneTrace, places, token_of
from engine.losses import LOSSES
from engine.training import Examples
from engine.types import Array

Document = dict[str, Any]
AT_ONCE = 3_000_000  # values and gradients of the examples that are run at once


def rows_of_words(scene: Scene, dataset: DataSet) -> set[int]:
    """The rows of the embedding, from 0, that the examples read; none where there is no embedding."""
    token = token_of(scene)
    return {token[word] for word in dataset.vocabulary} if isinstance(scene.layers[0], EmbeddingLayer) else set()


def predictions(trace: SceneTrace, dataset: DataSet) -> Iterator[Document | None]:
    """The outputs for the first examples, as many as a page shows, and loss and accuracy over all of them; a None for each turn before."""
    scene, examples = trace.scene, examples_of(trace.scene, dataset)
    outputs: list[Array] = []
    losses: list[float] = []
    shares: list[int] = []
    for output, loss, share in _outputs(trace, examples, max(1, AT_ONCE // numbers_of(scene, dataset))):
        outputs.extend(output)
        losses.append(share * loss)
        shares.append(share)
        yield None
    right = LOSSES[scene.loss].right
    told = [_prediction(example, *rows) for example, *rows in zip(dataset.examples, outputs, examples.y, strict=True)]
    judged = [right(output, target) for output, target in told] if right else []
    yield {
        "scene": scene.id,
        "examples": len(dataset.examples),
        "loss": math.fsum(losses) / sum(shares),
        "accuracy": float(np.concatenate([each.ravel() for each in judged]).mean()) if judged else None,
        "predictions": [
            {**example.model_dump(mode="json"), "output": output.tolist(), "right": bool(judged[place].all()) if judged else None}
            for place, (example, (output, _)) in enumerate(zip(dataset.examples[: most("predictions")], told, strict=False))
        ],
    }


def _outputs(trace: SceneTrace, examples: Examples, size: int) -> Iterator[tuple[Array, float, int]]:
    """So many examples at a time: their outputs, their mean loss, and the outputs that it is a mean over. What lies between is not kept."""
    for start in range(0, len(examples.x), size):
        some = examples.at(slice(start, start + size))
        with np.errstate(over="ignore", invalid="ignore"):
            run = trace.model.forward(places(trace.rows, some.x), mask=some.mask)
            padded = run.padded_outputs
            share = len(some.x) if padded is None else int(np.count_nonzero(~padded))
            loss = float(trace.model.loss(run, some.y, trace.scene.loss, some.sample_weight))
        yield run.output, loss, share


def _prediction(example: Example, output: Array, target: Array) -> tuple[Array, Array]:
    """Output and target of a sentence without its padding."""
    if output.ndim == 1:
        return output, target
    return output[: len(example.sentence)], target[: len(example.sentence)]
