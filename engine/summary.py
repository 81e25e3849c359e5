"""The table that Keras prints of a model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from engine.layers import Layer
from engine.types import DType

_HEAD = ("Layer (type)", "Output Shape", "Param #")
_WIDTHS = (31, 22, 13)  # Keras's own, in a window of 80 columns
_UNITS = ("B", "KB", "MB", "GB")


def summary(layers: Sequence[Layer], dtype: DType) -> str:
    """Name and type, output shape (None: any batch, any number of timesteps) and parameters of every layer, and their sums, in bytes of
    this precision."""
    rows = list(zip(_names(layers), _shapes(layers), (f"{_count([layer]):,}" for layer in layers), strict=True))
    widths = [max(width, *map(len, column)) for width, column in zip(_WIDTHS, zip(*rows, strict=True), strict=True)]
    rules = [("━" * (width + 2), "─" * (width + 2)) for width in widths]
    heavy, light = ([rule[kind] for rule in rules] for kind in (0, 1))
    body = f"\n├{'┼'.join(light)}┤\n".join(_row(row, widths, "│") for row in rows)
    total, size = f"{_count(layers):,}", _readable(_count(layers) * dtype.itemsize)
    return "\n".join(
        (
            'Model: "sequential"',
            f"┏{'┳'.join(heavy)}┓",
            _row(_HEAD, widths, "┃"),
            f"┡{'╇'.join(heavy)}┩",
            body,
            f"└{'┴'.join(light)}┘",
            f" Total params: {total} ({size})",
            f" Trainable params: {total} ({size})",
            " Non-trainable params: 0 (0.00 B)",
        )
    )


def _names(layers: Sequence[Layer]) -> list[str]:
    """simple_rnn (SimpleRNN), simple_rnn_1 (SimpleRNN), ..."""
    seen: Counter[str] = Counter()
    names = []
    for kind in (type(layer).__name__ for layer in layers):
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower()
        names.append(f"{name}_{seen[kind]} ({kind})" if seen[kind] else f"{name} ({kind})")
        seen[kind] += 1
    return names


def _shapes(layers: Sequence[Layer]) -> list[str]:
    shapes, sequence = [], True
    for layer in layers:
        sequence = sequence and layer.keeps_timesteps
        shapes.append(f"(None, {'None, ' if sequence else ''}{layer.width})")
    return shapes


def _count(layers: Sequence[Layer]) -> int:
    return sum(weight.size for layer in layers for weight in layer.weights)


def _row(cells: Sequence[str], widths: Sequence[int], line: str) -> str:
    name, shape, count = cells
    padded = (name.ljust(widths[0]), shape.ljust(widths[1]), count.rjust(widths[2]))
    return f"{line} {f' {line} '.join(padded)} {line}"


def _readable(size: float) -> str:
    for unit in _UNITS[:-1]:
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} {_UNITS[-1]}"
