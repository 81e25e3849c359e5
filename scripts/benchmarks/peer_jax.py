"""JAX, compiled: per layer one product for all timesteps and a scan over time; gradients of weights and vectors by value_and_grad."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.workloads import Array, Workload

jax.config.update("jax_enable_x64", True)

State = tuple[jax.Array, ...]


def simple_rnn(state: State, a: jax.Array, recurrent: jax.Array, bias: jax.Array) -> State:
    """h, from a = x W + b."""
    return (jnp.tanh(a + state[0] @ recurrent),)


def lstm(state: State, a: jax.Array, recurrent: jax.Array, bias: jax.Array) -> State:
    """h and c."""
    h, c = state
    i, f, g, o = jnp.split(a + h @ recurrent, 4, axis=-1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def gru(state: State, a: jax.Array, recurrent: jax.Array, bias: jax.Array) -> State:
    """h; the recurrent side has a bias of its own, which r multiplies too."""
    (h,) = state
    z, r, n = jnp.split(a, 3, axis=-1)
    from_z, from_r, m = jnp.split(h @ recurrent + bias, 3, axis=-1)
    z = jax.nn.sigmoid(z + from_z)
    return (z * h + (1 - z) * jnp.tanh(n + jax.nn.sigmoid(r + from_r) * m),)


CELLS: dict[str, tuple[Callable[[State, jax.Array, jax.Array, jax.Array], State], int]] = {
    "SimpleRNN": (simple_rnn, 1),
    "LSTM": (lstm, 2),
    "GRU": (gru, 1),
}


class Jax:
    """Weights and inputs are on the device before the clock starts, and compilation is over."""

    name = "JAX"

    def __init__(self, workload: Workload, cell: str, dtype: str) -> None:
        self.cell, self.states = CELLS[cell]
        self.encoder, self.features, self.dtype = workload.encoder, workload.features, dtype
        x, y = workload.data(dtype)
        self.weights = [jnp.asarray(weight) for weight in workload.model(cell, dtype).get_weights()]
        self.x, self.y = jnp.asarray(np.ascontiguousarray(x.swapaxes(0, 1))), jnp.asarray(y)
        self._forward = jax.jit(lambda weights, x: jax.nn.sigmoid(self.logits(weights, x)))
        leaves = (0,) if workload.encoder else (0, 1)  # words have no gradient; their vectors' is the embedding's
        self._step = jax.jit(jax.value_and_grad(self.loss, argnums=leaves))

    def vectors(self, weights: list[jax.Array], x: jax.Array) -> tuple[list[jax.Array], jax.Array]:
        """The weights of the layers above, and (timesteps, batch, features)."""
        if self.encoder == "Embedding":
            return weights[1:], weights[0][x]
        return weights, jax.nn.one_hot(x, self.features, dtype=self.dtype) if self.encoder else x

    def logits(self, weights: list[jax.Array], x: jax.Array) -> jax.Array:
        """(batch, 1), before the sigmoid."""
        weights, x = self.vectors(weights, x)
        for place in range(0, len(weights) - 2, 3):
            x = self.layer(x, *weights[place : place + 3])
        return x[-1] @ weights[-2] + weights[-1]

    def layer(self, x: jax.Array, kernel: jax.Array, recurrent: jax.Array, bias: jax.Array) -> jax.Array:
        """(timesteps, batch, features) -> (timesteps, batch, units)."""
        of_input, of_past = (bias[0], bias[1]) if bias.ndim == 2 else (bias, bias)
        zero = jnp.zeros((x.shape[1], len(recurrent)), self.dtype)

        def step(state: State, a: jax.Array) -> tuple[State, jax.Array]:
            state = self.cell(state, a, recurrent, of_past)
            return state, state[0]

        return jax.lax.scan(step, (zero,) * self.states, x @ kernel + of_input)[1]

    def loss(self, weights: list[jax.Array], x: jax.Array) -> jax.Array:
        """Binary cross-entropy, from logits."""
        a = self.logits(weights, x)
        return (jax.nn.softplus(a) - self.y * a).mean()

    def forward(self) -> Array:
        """The output."""
        return np.asarray(self._forward(self.weights, self.x))

    def step(self) -> Any:
        """The loss and the gradients, on the device."""
        return jax.block_until_ready(self._step(self.weights, self.x))

    def gradients(self) -> list[Array]:
        """Of the weights, as the engine lists them."""
        return [*map(np.asarray, self.step()[1][0])]
