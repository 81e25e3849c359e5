"""A writer of safetensors that keeps the order of its tensors: the library's own sorts them, and ours stream in the order of the flow."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np

ALIGNMENT = 8
DTYPES = {np.dtype("<f8"): "F64", np.dtype("<f4"): "F32", np.dtype("<i8"): "I64"}

Tensors = Mapping[str, np.ndarray]


def encode(tensors: Tensors, metadata: Mapping[str, str]) -> bytes:
    """The whole file: length of the header, header, tensors one after another."""
    header: dict[str, object] = {"__metadata__": dict(metadata)}
    position = 0
    for name, tensor in tensors.items():
        end = position + tensor.nbytes
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [position, end]}
        position = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    return b"".join([len(text).to_bytes(8, "little"), text, *(tensor.tobytes(order="C") for tensor in tensors.values())])
