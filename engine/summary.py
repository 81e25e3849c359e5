"""A stack as Keras's table: its layers, the shapes that leave them, and how many numbers they learn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from engine.layers import Layer

WIDTHS = (33, 24, 15)
HEADS = ("Layer (type)", "Output Shape", "Param #")
UNITS = ("B", "KB", "MB", "GB")


def summary(layers: Sequence[Layer]) -> str:
    """The table that Keras prints; None stands for a size that any input may choose: batch, timesteps."""
    counts = [sum(weight.size for weight in layer.weights) for layer in layers]
    shapes = output_shapes(layers)
    names = [f"{name} ({type(layer).__name__})" for name, layer in zip(keras_names(layers), layers, strict=True)]
    rows = [_row((name, shape, f"{count:,}"), "│") for name, shape, count in zip(names, shapes, counts, strict=True)]
    size = sum(count * layer.dtype.itemsize for count, layer in zip(counts, layers, strict=True))
    total = f"{sum(counts):,} ({_bytes(size)})"
    return "\n".join(
        [
            'Model: "sequential"',
            _line("┏━┳┓"),
            _row(HEADS, "┃"),
            _line("┡━╇┩"),
            f"\n{_line('├─┼┤')}\n".join(rows),
            _line("└─┴┘"),
            f" Total params: {total}",
            f" Trainable params: {total}",
            " Non-trainable params: 0 (0.00 B)",
        ]
    )


def keras_names(layers: Sequence[Layer]) -> list[str]:
    """What Keras calls the layers of a first model: simple_rnn, simple_rnn_1, lstm, dense."""
    counted: Counter[str] = Counter()
    names = []
    for layer in layers:
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(layer).__name__).lower()
        names.append(f"{name}_{counted[name]}" if counted[name] else name)
        counted[name] += 1
    return names


def output_shapes(layers: Sequence[Layer]) -> list[str]:
    """(None, None, units) while there is a timestep axis, then (None, units)."""
    sequence, shapes = True, []
    for layer in layers:
        sequence = sequence and layer.keeps_timesteps
        shapes.append(f"(None, None, {layer.width})" if sequence else f"(None, {layer.width})")
    return shapes


def _line(ends: str) -> str:
    left, stroke, middle, right = [*ends]
    return left + middle.join(stroke * width for width in WIDTHS) + right


def _row(cells: Sequence[str], border: str) -> str:
    name, shape, count = cells
    padded = (f" {name:<{WIDTHS[0] - 1}}", f" {shape:<{WIDTHS[1] - 1}}", f"{count:>{WIDTHS[2] - 1}} ")
    return border + border.join(padded) + border


def _bytes(size: float) -> str:
    for unit in UNITS[:-1]:
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} {UNITS[-1]}"
