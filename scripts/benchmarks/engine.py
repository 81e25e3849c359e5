"""The engine, PyTorch and JAX side by side in one run."""

from __future__ import annotations

import time

import numpy as np
import torch

from benchmarks import toy
from benchmarks.comparison import Comparison, Race, Row
from benchmarks.peer_engine import Engine
from benchmarks.peer_jax import Jax
from benchmarks.peer_torch import PyTorch
from benchmarks.report import Number, Report
from benchmarks.turns import medians_within
from benchmarks.workloads import CELLS, WORKLOADS, Workload

AGREE = {"float64": 1e-12, "float32": 1e-4}  # of the largest number of each gradient
FORWARD, BOTH = 0.4, 0.8  # seconds of measuring

METHOD = f"""One thread each: `OPENBLAS_NUM_THREADS`, `OMP_NUM_THREADS` and `MKL_NUM_THREADS` are 1 before NumPy and PyTorch are imported,
`torch.set_num_threads(1)`, and `NPROC=1`, which is what JAX's pool of threads heeds (`--xla_cpu_multi_thread_eigen=false` changes nothing
there); the processor time that passed per second of the clock is the proof. Whoever is compared takes turns, all give the same numbers
before the clock starts, and what counts is the median.

{toy.METHOD}

The tables below: recurrent layers, on top a sigmoid unit over the last state, and binary cross-entropy. The engine is called as anybody
calls it, checks its arguments and keeps every quantity and the gradient of every quantity; its peers give the output, or the gradients of
the weights and of the vectors that enter, and keep what they like. PyTorch: `nn.RNN`, `nn.LSTM`, `nn.GRU`, one module where the layers have
one width, forward in `inference_mode`. JAX: one product per layer for all timesteps, `lax.scan` over time, `jit`, compiled before the clock
starts. The GRU resets after the product. Gradients agree to {AGREE["float64"]:g} of the largest of their matrix in float64, to
{AGREE["float32"]:g} in float32. A ratio of 2 says that the engine is twice as fast; against PyTorch it has to be 1 at least, and more
where a table says what was missed."""


def measure() -> Report:
    """The toy with every gradient; then each workload, cell by cell, in both precisions."""
    torch.set_num_threads(1)
    wall, processor = time.perf_counter(), time.process_time()
    numbers = toy.measure()
    torch.set_default_dtype(torch.float32)
    tables = [Comparison(workload.name, list(rows(workload))) for workload in WORKLOADS]
    share = (time.process_time() - processor) / (time.perf_counter() - wall)
    numbers.append(Number("processor time per second, compilation by JAX included", share, "s", under=1.1))
    return Report(METHOD, ("numpy", "torch", "jax", "jaxlib"), numbers, tables=tables)


def rows(workload: Workload) -> list[Row]:
    """A row per cell type and precision."""
    return [
        row(workload, cell, dtype, target if dtype == "float64" else 1.0)
        for cell, target in zip(CELLS, workload.targets, strict=True)
        for dtype in ("float64", "float32")
    ]


def row(workload: Workload, cell: str, dtype: str, target: float) -> Row:
    """Both passes of one model, after all agree."""
    peers = [kind(workload, cell, dtype) for kind in (Engine, PyTorch, Jax)]
    require_agreement(peers, AGREE[dtype])
    names = [peer.name for peer in peers]
    forward = medians_within([peer.forward for peer in peers], FORWARD)
    both = medians_within([peer.step for peer in peers], BOTH)
    return Row(f"{cell}, {dtype}", Race(dict(zip(names, forward, strict=True))), Race(dict(zip(names, both, strict=True)), target))


def require_agreement(peers: list[Engine | PyTorch | Jax], tolerance: float) -> None:
    """No race between programs that compute different things."""
    own, *others = peers
    output, gradients = own.forward(), own.gradients()
    for other in others:
        np.testing.assert_allclose(other.forward(), output, rtol=0, atol=tolerance)
        for mine, theirs in zip(gradients, other.gradients(), strict=True):
            np.testing.assert_allclose(theirs, mine, rtol=0, atol=tolerance * abs(mine).max())
