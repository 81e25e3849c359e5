"""N20 and what is built on it: Jacobians between cells, paths, norms, kernels' sizes, and how long a layer remembers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import GRU, LSTM, Bidirectional, Dense, Dropout, Embedding, EngineError, Identity, Orthogonal, ScaledOrthogonal, Sequential
from engine.jacobians import Cell, Grid, follow, step_jacobians
from engine.layers import OneHot, SimpleRNN
from engine.norms import cell_norms, norms
from engine.paths import strongest_path
from engine.remembering import remembered
from engine.spectra import meters
from tests.engine.stacks import CELLS, LAYERS, Task, every_cell, flat, make_task, packed, seeds, worded

STACKS = [*((cell,) * 3 for cell in CELLS), ("LSTM", "SimpleRNN, relu", "GRU"), ("GRU, reset before", "LSTM", "SimpleRNN, sigmoid")]
every_stack = pytest.mark.parametrize("cells", STACKS)


def deep(seed: int = 3, cells: Any = "SimpleRNN", timesteps: int = 4, **options: Any) -> Task:
    return make_task(seed, cells=cells, batch=2, timesteps=timesteps, units=(3, 2, 4), **options)


def grid_of(task: Task, example: int = 1, **options: Any) -> Grid:
    return Grid(task.run(**options)[1], example)


def paths_from(target: Cell, grid: Grid) -> Iterator[list[Cell]]:
    """Every path from a cell to the top layer, earliest cell first."""

    def on(path: list[Cell]) -> Iterator[list[Cell]]:
        layer, t = path[-1]
        if layer == len(grid.cells) - 1:
            yield path
        if t + 1 < grid.timesteps:
            yield from on([*path, (layer, t + 1)])
        if layer + 1 < len(grid.cells):
            yield from on([*path, (layer + 1, t)])

    return on([target])


def brought(grid: Grid, path: list[Cell]) -> np.ndarray:
    """What the loss sends into the last cell, at the first one, by this path alone."""
    gradient = grid.entering(path[-1])
    for before, after in reversed(list(pairwise(path))):
        gradient = gradient @ grid.edge(before, after)
    return gradient


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if not kind.startswith("Bidirectional")])
@given(seed=seeds)
def test_the_jacobians_of_a_step_are_those_of_the_complex_step(kind: str, seed: int) -> None:
    task = make_task(seed, cells=kind, batch=2, timesteps=3, units=(3,))
    trace, layer = task.forward(), task.model.layers[0]
    alone = Sequential([layer], features=4)
    alone.set_weights(layer.weights)
    x, past = task.x[1, 2], np.concatenate([trace.layers[0][name][1, 1] for name in layer.states])

    def step(x: np.ndarray, past: np.ndarray) -> np.ndarray:
        after = alone.forward(x[None, None], initial_state=packed([layer], past.reshape(-1, 1, 3)))
        return np.concatenate([after.layers[0][name][0, 0] for name in layer.states])

    found = step_jacobians(layer, trace.layers[0], 2, example=1)
    np.testing.assert_allclose(found.by_input.T, [step(x + 1e-30j * way, past).imag / 1e-30 for way in np.eye(4)], rtol=0, atol=1e-13)
    np.testing.assert_allclose(
        found.by_past.T, [step(x, past + 1e-30j * way).imag / 1e-30 for way in np.eye(len(past))], rtol=0, atol=1e-13
    )


@every_stack
@pytest.mark.parametrize("sequences", [False, True])
def test_the_gradient_of_every_cell_is_the_sum_over_all_paths_from_the_loss(cells: tuple[str, ...], sequences: bool) -> None:
    grid = grid_of(deep(cells=cells, sequences=sequences))
    for target in [(layer, t) for layer in range(3) for t in range(4)]:
        together = sum(brought(grid, path) for path in paths_from(target, grid))
        np.testing.assert_allclose(together, grid.arriving(target), rtol=0, atol=1e-12)


@every_stack
@pytest.mark.parametrize("example", [0, 1])
def test_over_thirty_timesteps_the_gradient_is_the_product_of_the_whole_grids_jacobians(cells: tuple[str, ...], example: int) -> None:
    task = deep(cells=cells, timesteps=30)
    _, gradients = task.run()
    grid = Grid(gradients, example)
    starts = np.cumsum([0, *(grid.states(layer) for layer in range(3))])
    blocks = [slice(*pair) for pair in pairwise(starts)]
    arriving = np.zeros(starts[-1])
    for t in reversed(range(30)):
        within, onward = np.zeros((2, starts[-1], starts[-1]))
        for layer in range(3):
            onward[blocks[layer], blocks[layer]] = grid.step((layer, t)).by_past
            if layer:
                within[blocks[layer], blocks[layer - 1]] = grid.edge((layer - 1, t), (layer, t))
        arriving[blocks[2]] += grid.entering((2, t))
        whole = arriving @ np.linalg.inv(np.eye(starts[-1]) - within)
        for layer, block in enumerate(blocks):
            d_h = gradients.layers[layer]["h"][example, t]
            np.testing.assert_allclose(whole[block][: len(d_h)], d_h, rtol=0, atol=1e-12)
            np.testing.assert_allclose(grid.arriving((layer, t)), whole[block], rtol=0, atol=1e-12)
        arriving = whole @ onward
    np.testing.assert_allclose(arriving[: grid.cells[0].width], flat(gradients.initial_state)[0][example], rtol=0, atol=1e-12)


@every_cell
@pytest.mark.parametrize("window", [1, 2, 3])
def test_no_path_crosses_the_beginning_of_a_window(cell: str, window: int) -> None:
    grid = grid_of(deep(cells=cell, timesteps=5, sequences=True), window=window)
    for target in [(layer, t) for layer in range(3) for t in range(5)]:
        together = sum(brought(grid, path) for path in paths_from(target, grid))
        np.testing.assert_allclose(together, grid.arriving(target), rtol=0, atol=1e-12)


@every_cell
def test_padding_hands_the_state_on_and_hears_nothing_of_its_word(cell: str) -> None:
    task = worded(cell, mask_zero=True)
    _, gradients = task.run()
    grid = Grid(gradients, 1)
    for layer in range(2):
        step = grid.step((layer, 1))
        assert not step.by_input.any()
        np.testing.assert_array_equal(step.by_past, np.eye(grid.states(layer)))
    for target in [(layer, t) for layer in range(2) for t in range(5)]:
        together = sum(brought(grid, path) for path in paths_from(target, grid))
        np.testing.assert_allclose(together, grid.arriving(target), rtol=0, atol=1e-12)


@every_cell
def test_the_product_along_a_path_is_how_its_last_state_follows_its_first(cell: str) -> None:
    grid = grid_of(deep(cells=cell))
    cells = [(0, 0), (0, 1), (1, 1), (1, 2), (1, 3), (2, 3)]
    path = follow(grid, cells)
    expected = grid.edge((1, 3), (2, 3)) @ grid.edge((1, 2), (1, 3)) @ grid.edge((1, 1), (1, 2))
    expected = expected @ grid.edge((0, 1), (1, 1)) @ grid.edge((0, 0), (0, 1))

    np.testing.assert_allclose(path.product, expected, rtol=0, atol=1e-15)
    assert path.product.shape == (grid.states(2), grid.states(0))
    np.testing.assert_allclose(np.sum(path.singular_values**2), np.sum(expected**2), rtol=1e-12)
    assert list(path.singular_values) == sorted(path.singular_values, reverse=True)
    assert path.singular_values[0] <= np.prod(path.gains) * (1 + 1e-12)
    np.testing.assert_allclose(path.carried, brought(grid, cells), rtol=0, atol=1e-15)
    np.testing.assert_array_equal(path.whole, grid.arriving((0, 0)))


def test_in_a_network_of_one_layer_the_only_path_carries_everything() -> None:
    grid = grid_of(make_task(1, cells="LSTM", units=(3,), timesteps=6))
    path = follow(grid, [(0, t) for t in range(6)])

    np.testing.assert_allclose(path.carried, path.whole, rtol=0, atol=1e-14)


def test_a_path_of_one_cell_changes_nothing() -> None:
    path = follow(grid_of(deep()), [(1, 2)])

    np.testing.assert_array_equal(path.product, np.eye(2))
    np.testing.assert_array_equal(path.carried, path.whole)


@pytest.mark.parametrize(
    ("field", "cells"),
    [
        ("path", []),
        ("path", [(0, 0), (0, 2)]),
        ("path", [(0, 1), (0, 0)]),
        ("path", [(0, 0), (1, 1)]),
        ("path", [(1, 0), (0, 0)]),
        ("path", [(0, 0), (0, 0)]),
        ("layer", [(3, 0)]),
        ("layer", [(-1, 0)]),
        ("timestep", [(0, 4)]),
        ("timestep", [(0, 3), (0, 4)]),
    ],
)
def test_a_path_with_a_gap_or_off_the_grid_is_refused(field: str, cells: list[Cell]) -> None:
    with pytest.raises(EngineError) as refused:
        follow(grid_of(deep()), cells)
    assert refused.value.field == field


@pytest.mark.parametrize("layers", [[Bidirectional(SimpleRNN(2))], [SimpleRNN(2, return_sequences=True), Dropout(0.5), SimpleRNN(2)]])
def test_layers_without_a_grid_of_their_own_are_refused(layers: list[Any]) -> None:
    model = Sequential([*layers, Dense(1)], features=3)
    trace = model.forward(np.ones((1, 2, 3)))
    with pytest.raises(EngineError, match="SimpleRNN, LSTM and GRU"):
        Grid(model.backward(trace, [1], "mse"))


@every_stack
@pytest.mark.parametrize("sequences", [False, True])
def test_the_strongest_path_is_the_one_that_trying_all_of_them_finds(cells: tuple[str, ...], sequences: bool) -> None:
    grid = grid_of(deep(cells=cells, sequences=sequences, scale=1.0))
    for target in [(0, 0), (0, 2), (1, 1), (2, 0), (2, 3)]:
        found = strongest_path(grid, target)
        best = max(paths_from(target, grid), key=lambda path: float(np.linalg.norm(brought(grid, path))))
        assert found.exact
        assert found.cells[0] == target
        np.testing.assert_allclose(found.carried, brought(grid, list(found.cells)), rtol=0, atol=1e-15)
        np.testing.assert_allclose(np.linalg.norm(found.carried), np.linalg.norm(brought(grid, best)), rtol=1e-12)
        np.testing.assert_array_equal(found.whole, grid.arriving(target))


def test_the_step_of_the_largest_norm_does_not_always_begin_the_strongest_path() -> None:
    """If it did, no search would be needed."""
    differing = 0
    for seed in range(30):
        grid = grid_of(deep(seed, scale=1.0))
        path = [(2, 3)]
        while path[0] != (0, 0):
            layer, t = path[0]
            before = [cell for cell in ((layer, t - 1), (layer - 1, t)) if min(cell) >= 0]
            path = [max(before, key=lambda cell: float(np.linalg.norm(brought(grid, [cell, *path])))), *path]
        differing += tuple(path) != strongest_path(grid, (0, 0)).cells
    assert differing > 3


def test_a_search_that_is_cut_short_says_so_and_still_gives_a_path_from_the_loss() -> None:
    grid = grid_of(deep(timesteps=8, scale=1.0))
    full, short = strongest_path(grid, (0, 0)), strongest_path(grid, (0, 0), most_steps=3)

    assert (full.exact, short.exact) == (True, False)
    assert (short.cells[0], short.cells[-1]) == ((0, 0), (2, 7))
    np.testing.assert_allclose(short.carried, brought(grid, list(short.cells)), rtol=0, atol=1e-15)
    assert np.linalg.norm(short.carried) <= np.linalg.norm(full.carried)


def beyond_all_numbers() -> Grid:
    """Every step makes a state a hundred times longer; but the states are zero, and so is what the loss sends."""
    model = Sequential([SimpleRNN(2, activation="linear", recurrent_initializer=Identity(100)), Dense(1)], features=1)
    model.set_weights([*model.get_weights()[:-2], np.zeros((2, 1)), np.zeros(1)])
    return Grid(model.backward(model.forward(np.zeros((1, 200, 1))), [1], "mse"))


def test_a_product_that_no_float_can_hold_is_refused() -> None:
    grid = beyond_all_numbers()
    assert follow(grid, [(0, t) for t in range(150)]).singular_values[0] == pytest.approx(1e298)
    with pytest.raises(EngineError, match="shorter path"), np.errstate(over="ignore", invalid="ignore"):
        follow(grid, [(0, t) for t in range(200)])


def test_where_nothing_comes_from_the_loss_every_path_is_as_strong() -> None:
    found = strongest_path(beyond_all_numbers(), (0, 0))
    assert found.exact
    assert not found.carried.any()
    assert len(found.cells) == len(set(found.cells))


@every_cell
def test_the_norms_are_those_of_the_gradient_and_of_its_two_parts(cell: str) -> None:
    _, gradients = deep(cells=cell, sequences=True).run()
    for layer, found in enumerate(cell_norms(gradients, example=1)):
        for name, values in zip(("h", "h_from_depth", "h_from_time"), found, strict=True):
            np.testing.assert_allclose(values, np.linalg.norm(gradients.layers[layer][name][1], axis=1), rtol=1e-14)
        assert np.all(found.whole <= (found.from_depth + found.from_time) * (1 + 1e-14))


def test_a_gradient_whose_square_no_float_can_hold_still_has_its_norm() -> None:
    np.testing.assert_allclose(norms(np.array([[3e-200, 4e-200], [3e200, 4e200], [0, 0]])), [5e-200, 5e200, 0], rtol=1e-15)


@pytest.mark.parametrize(
    ("layer", "threshold", "verdict"),
    [
        (SimpleRNN(5), 1, "cannot_explode"),
        (SimpleRNN(5, recurrent_initializer=Orthogonal(0.99)), 1, "vanishes"),
        (SimpleRNN(5, recurrent_initializer=Orthogonal(1.01)), 1, "may_explode"),
        (SimpleRNN(5, activation="sigmoid", recurrent_initializer=Identity(3.99)), 4, "vanishes"),
        (SimpleRNN(5, activation="sigmoid", recurrent_initializer=Identity(4.01)), 4, "may_explode"),
        (SimpleRNN(5, activation="relu", recurrent_initializer=Identity(1.1)), 1, "may_explode"),
        (LSTM(5), None, "gated"),
        (GRU(5), None, "gated"),
    ],
)
def test_the_meter_says_what_follows_from_the_largest_singular_value(layer: Any, threshold: float | None, verdict: str) -> None:
    (built,) = Sequential([layer], features=2, seed=4).layers
    found = meters(built)

    assert [meter.gate for meter in found] == list(layer.gates)
    assert {meter.threshold for meter in found} == {threshold}
    assert {meter.verdict for meter in found} == {verdict}


def test_the_meter_measures_each_gate_by_itself() -> None:
    (layer,) = Sequential([LSTM(6, recurrent_initializer=ScaledOrthogonal(0.7))], features=2).layers
    for meter, U in zip(meters(layer), np.split(layer.weight("recurrent_kernel"), 4, axis=1), strict=True):
        np.testing.assert_allclose([meter.singular_value, meter.spectral_radius], 0.7, rtol=1e-12)
        np.testing.assert_allclose(np.linalg.svd(U)[1], 0.7, rtol=1e-12)


def shear(size: float, activation: str) -> SimpleRNN:
    """A kernel of two units whose eigenvalues are 1/2, however far it can stretch."""
    model = Sequential([SimpleRNN(2, activation=activation)], features=1)
    model.set_weights([np.zeros((1, 2)), [[0.5, size], [0, 0.5]], np.zeros(2)])
    (layer,) = model.layers
    assert isinstance(layer, SimpleRNN)
    return layer


def test_only_for_a_linear_activation_the_spectral_radius_decides() -> None:
    (curved,), (straight,) = meters(shear(9, "tanh")), meters(shear(9, "linear"))

    assert curved.spectral_radius == straight.spectral_radius == pytest.approx(0.5)
    assert curved.singular_value == straight.singular_value > 9
    assert (curved.verdict, straight.verdict) == ("may_explode", "vanishes")


@given(seed=seeds, gain=st.floats(0.1, 0.95))
def test_below_the_threshold_every_timestep_shrinks_the_gradient_by_the_factor_of_the_meter(seed: int, gain: float) -> None:
    model = Sequential([SimpleRNN(4, recurrent_initializer=Orthogonal(gain)), Dense(1)], features=3, seed=seed)
    trace = model.forward(np.random.default_rng(seed).normal(size=(1, 12, 3)))
    (found,) = cell_norms(model.backward(trace, [1], "mse"))

    assert meters(model.layers[0])[0].verdict == "vanishes"  # type: ignore[arg-type]
    assert np.all(found.whole[:-1] <= gain * found.whole[1:] * (1 + 1e-12))


def test_two_layers_of_depth_cost_little_and_49_timesteps_cost_millions() -> None:
    """Three layers of 32 units, Keras's initial weights, 50 vectors of normal numbers; geometric means over twenty seeds."""
    depth, time = [], []
    for seed in range(20):
        layers = [SimpleRNN(32, return_sequences=True), SimpleRNN(32, return_sequences=True), SimpleRNN(32), Dense(1, activation="sigmoid")]
        model = Sequential(layers, seed=seed, features=32)
        trace = model.forward(np.random.default_rng(seed).normal(size=(1, 50, 32)))
        bottom, _, top = (found.whole for found in cell_norms(model.backward(trace, [1], "binary_crossentropy")))
        depth.append(top[-1] / bottom[-1])
        time.append(top[-1] / top[0])

    assert 1.5 < np.exp(np.mean(np.log(depth))) < 2.5
    assert 1e6 < np.exp(np.mean(np.log(time))) < 1e8
    assert min(time) > 1e5 > 1e4 * max(depth)


def changed_word(cell: Any, gain: float = 1.0, timestep: int = 2) -> list[Any]:
    start = {"recurrent_initializer": ScaledOrthogonal(gain)}
    model = Sequential([OneHot(5), cell(6, return_sequences=True, **start), cell(4, **start), Dense(1)], seed=2)
    words = np.random.default_rng(0).integers(0, 5, (1, 30))
    other = words.copy()
    other[0, timestep] = (words[0, timestep] + 1) % 5
    return remembered(model.forward(words), model.forward(other), timestep)


@pytest.mark.parametrize("cell", [SimpleRNN, LSTM, GRU])
def test_what_is_left_of_a_changed_word_is_measured_from_its_timestep_on(cell: Any) -> None:
    for layer in changed_word(cell):
        assert layer.first > 0
        assert len(layer.distances) == 28
        assert layer.distances[0] == 1
        assert np.all(layer.distances[1 + layer.timesteps :] < 0.1)
        assert layer.timesteps == 0 or layer.distances[layer.timesteps] >= 0.1


def test_a_network_of_smaller_radius_remembers_a_word_for_a_shorter_time() -> None:
    short, long = changed_word(SimpleRNN, 0.3), changed_word(SimpleRNN, 1.1)
    assert all(layer.timesteps < other.timesteps for layer, other in zip(short, long, strict=True))


def test_a_word_that_changes_nothing_leaves_nothing_to_remember() -> None:
    model = Sequential([Embedding(3, 2), SimpleRNN(2), Dense(1)])
    weights = model.get_weights()
    weights[0][:] = 0
    model.set_weights(weights)
    (layer,) = remembered(model.forward([[1, 1, 1]]), model.forward([[2, 1, 1]]), 0)

    assert (layer.first, layer.timesteps) == (0, 0)
    assert not layer.distances.any()


def test_a_change_beyond_the_sentence_is_refused() -> None:
    trace = Sequential([OneHot(3), SimpleRNN(2), Dense(1)]).forward([[0, 1]])
    with pytest.raises(EngineError, match=r"0 to 1\. Received: 2"):
        remembered(trace, trace, 2)
