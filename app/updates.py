"""How an optimizer moves one number, line by line: every rule as the lines that compute it, each with its value."""

from __future__ import annotations

import math
from typing import Any

from app.explanations import index_of, weight_of
from app.traces import SceneTrace

Document = dict[str, Any]
Lines = list[tuple[str, str]]

# What an optimizer remembers, by the letter that the lines call it.
LETTERS = {"momentum": "m", "velocity": "v", "average_gradient": "d", "largest_velocity": "u", "accumulator": "v"}


def lines(kind: str, options: Document) -> Lines:
    """The rule of an optimizer with these options: what each line makes, and how; w is the weight and g the gradient, clipped."""
    match kind:
        case "SGD" if options["nesterov"] and options["momentum"]:
            return [("m", "momentum * m - rate * g"), ("w", "w + momentum * m - rate * g")]
        case "SGD" if options["momentum"]:
            return [("m", "momentum * m - rate * g"), ("w", "w + m")]
        case "SGD":
            return [("w", "w - rate * g")]
        case "RMSprop":
            spread = "v - d**2" if options["centered"] else "v"
            move = f"rate * g / sqrt({spread} + epsilon)"
            past = [("v", "rho * v + (1 - rho) * g**2"), *([("d", "rho * d + (1 - rho) * g")] if options["centered"] else [])]
            return [*past, *([("m", f"momentum * m + {move}"), ("w", "w - m")] if options["momentum"] else [("w", f"w - {move}")])]
        case "Adam":
            largest, root = ([("u", "max(u, v)")], "u") if options["amsgrad"] else ([], "v")
            return [
                ("m", "m + (1 - beta_1) * (g - m)"),
                ("v", "v + (1 - beta_2) * (g**2 - v)"),
                *largest,
                ("alpha", "rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)"),
                ("w", f"w - alpha * m / (sqrt({root}) + epsilon)"),
            ]
    return [("v", "v + g**2"), ("w", "w - rate * g / sqrt(v + epsilon)")]  # Adagrad


def update(trace: SceneTrace, layer: str, name: str, row: int | None, unit: int) -> Document:
    """One number of a weight, before and after a step of the optimizer, with every line between; index counts from 1."""
    place = weight_of(trace, layer, name, row, unit)
    at = trace.weight_names.index((layer, name))
    given = trace.scene.optimizer
    options = dict(given)
    learning = trace.learning

    def one(array: Any) -> float:
        return float(array[place]) + 0.0

    number = learning.after.updates
    known = {
        "w": one(trace.forward.weights[at]),
        "g": one(learning.clipped[at]),
        "rate": given.learning_rate,
        "t": float(number),
        **options,
    }
    known |= {LETTERS[kept]: one(arrays[at]) for kept, arrays in learning.before.numbers.items()}
    made = {LETTERS[kept]: one(arrays[at]) for kept, arrays in learning.after.numbers.items()} | {"w": one(trace.updated[at])}
    if given.type == "Adam":
        made["alpha"] = given.learning_rate * math.sqrt(1 - given.beta_2**number) / (1 - given.beta_1**number)
    told = []
    for target, formula in lines(given.type, options):
        values = {letter: value for letter, value in known.items() if isinstance(value, float)}
        told.append({"name": target, "formula": formula, "values": values, "value": made[target]})
        known[target] = made[target]
    return {
        "scene": trace.scene.id,
        "layer": layer,
        "name": name,
        "index": index_of(trace, layer, place),
        "optimizer": given.type,
        "gradient": one(trace.gradients.weights[at]),
        "penalised": one(learning.pulled[at]),
        "clipped": one(learning.clipped[at]),
        "lines": told,
    }
