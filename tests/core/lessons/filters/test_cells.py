"""Simple and complex cells: a dot that moves within a window changes the map and not the pooled map."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.core.inference import trace
from cnnviz.core.inference.perturbations import shift
from cnnviz.core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnnviz.core.lessons.filters import cells
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.initial_weights import make_initial_network
from cnnviz.core.networks.network import Network


def network_of_dots(pools: bool) -> Network:
    """Return a network whose first filter copies the picture."""
    layers = (
        Conv2D(name="conv", filters=2, kernel_size=(1, 1), activation="relu"),
        *([MaxPooling2D(name="pool", pool_size=(4, 4))] if pools else []),
        Flatten(name="flatten"),
        Dense(name="dense", units=10, activation="softmax"),
    )
    network = make_initial_network(Architecture(name="dots", input_shape=(8, 8, 1), layers=layers), 1)
    weights = {layer: dict(each) for layer, each in network.weights.items()}
    weights["conv"]["kernel"] = np.array([1, -1], np.float32).reshape(1, 1, 1, 2)
    return Network(network.architecture, weights)


@pytest.mark.parametrize(("pools", "cell"), [(True, (1, 1)), (False, (2, 2))])
def test_a_dot_that_moves_within_a_window_changes_the_map_alone(pools: bool, cell: tuple[int, int]) -> None:
    network, digit = network_of_dots(pools), np.zeros((8, 8), np.float32)
    digit[5, 4] = 0.75
    moved = np.roll(digit, 1, axis=1)
    found = cells.compare(trace.trace(network, digit), trace.trace(network, moved), "conv", 0)
    assert np.array_equal(found.map, digit)
    assert found.cell == (5, 4)
    assert found.pooled_cell == cell
    assert cells.measure_change(found.map, found.moved) == pytest.approx(2**0.5)
    assert cells.measure_change(found.pooled, found.pooled_moved) == 0
    assert "changes by 141 % of its length, the pooled map by 0 %" in str(cells.describe(found)).replace(
        "[[feature map|map]]", "map"
    )
    assert "from 0.75 to 0.00: a simple cell" in str(cells.describe(found))
    silent = cells.compare(trace.trace(network, digit), trace.trace(network, moved), "conv", 1)
    assert str(cells.describe(silent)) == cells.SILENT


@pytest.mark.parametrize("name", ["pool-max", "pool-average", "cnn-32-64-64", "cnn-16-128-256"])
def test_pooled_maps_are_the_networks_own(name: str) -> None:
    from cnnviz.core.inference import samples, subject

    network = model_store.load(name)
    digit = subject.prepare_digit(samples.get_first(), frozenset({"crop", "fit", "centre"}))
    still, moved = (trace.trace(network, each) for each in (digit, shift(digit, 0, 1)))
    found = cells.compare(still, moved, "conv2d", 3)
    for each, pooled in zip((still, moved), (found.pooled, found.pooled_moved), strict=True):
        assert pooled == pytest.approx(each.layers[1].after[..., 3], abs=1e-6)
    changes = [
        [cells.measure_change(*each) for each in ((c.map, c.moved), (c.pooled, c.pooled_moved))]
        for c in (cells.compare(still, moved, "conv2d", number) for number in range(found.map.ndim * 8))
        if c.map.any()
    ]
    simple, complex_ = np.mean(changes, axis=0)
    assert complex_ < simple, "over the filters of a layer pooling makes a difference"
