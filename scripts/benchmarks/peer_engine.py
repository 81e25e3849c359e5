"""This engine as it is called: every quantity and every gradient of it, checked arguments, a read-only trace."""

from __future__ import annotations

from benchmarks.workloads import Array, Workload


class Engine:
    """forward gives the trace, step the gradients of all that is in it."""

    name = "engine"

    def __init__(self, workload: Workload, cell: str, dtype: str) -> None:
        self.model = workload.model(cell, dtype)
        self.x, self.y = workload.data(dtype)

    def forward(self) -> Array:
        """The output."""
        return self.model.forward(self.x).output

    def gradients(self) -> list[Array]:
        """Of the weights."""
        return self.model.backward(self.model.forward(self.x), self.y, loss="binary_crossentropy").weights

    step = gradients
