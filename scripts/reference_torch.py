"""Makes tests/reference/torch_layers.npz: PyTorch's own layers with their own weights, for the conversion of weights to be held to.

The tests need no framework; this script needs PyTorch (pip install torch).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

FILE = Path(__file__).resolve().parent.parent / "tests" / "reference" / "torch_layers.npz"
BATCH, TIMESTEPS, FEATURES, UNITS = 2, 5, 4, 3
RECURRENT = {"SimpleRNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}


def main() -> None:
    """Every layer's parameters, one input and what comes out of it, in float64; every gate has its own scale."""
    torch.manual_seed(11)
    torch.set_default_dtype(torch.float64)
    stored: dict[str, np.ndarray] = {"torch": np.array(torch.__version__)}
    for name, kind in RECURRENT.items():
        layer = kind(FEATURES, UNITS, batch_first=True)
        for parameter in layer.parameters():
            gates = parameter.shape[0] // UNITS
            parameter.data *= torch.linspace(0.5, 2, gates).repeat_interleave(UNITS).reshape(-1, *[1] * (parameter.dim() - 1))
        x, state = torch.randn(BATCH, TIMESTEPS, FEATURES), torch.randn(2, 1, BATCH, UNITS)
        output, _ = layer(x, (state[0], state[1]) if name == "LSTM" else state[0])
        stored |= {f"{name}/{key}": parameter.detach().numpy() for key, parameter in layer.named_parameters()}
        stored |= {f"{name}/x": x.numpy(), f"{name}/state": state[:, 0].numpy(), f"{name}/output": output.detach().numpy()}
    np.savez_compressed(FILE, allow_pickle=False, **stored)


if __name__ == "__main__":
    main()
