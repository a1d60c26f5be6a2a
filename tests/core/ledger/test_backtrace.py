"""The path down: every step of it is read by the step above, and values that are not read have no path."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cnnviz.core.inference.trace import trace
from cnnviz.core.ledger import INPUT, Cell, cells, descend, is_path
from cnnviz.core.networks import model_store

NETWORK = "cnn-32-64-64"


@pytest.mark.parametrize("name", model_store.names())
def test_strongest_path_leads_down_from_every_layer(name: str) -> None:
    network = model_store.load(name)
    traced = trace(network, np.random.default_rng(2).random(network.architecture.input_shape, dtype=np.float32))
    for layer, shape in cells.list_shapes(network).items():
        middle = Cell(layer, shape[-1] // 2, *(side // 2 for side in shape[:-1]))
        path = (middle, *descend(network, traced, middle))
        assert path[-1].layer == INPUT
        assert is_path(network, path)
        for above, below in pairwise(path):
            assert not is_path(network, (below, above))


@pytest.mark.parametrize(
    "path",
    [
        (Cell("conv2d_1", 5, 3, 7), Cell("conv2d", 0, 6, 14)),  # passes a layer over
        (Cell("conv2d_1", 5, 3, 7), Cell("max_pooling2d", 0, 6, 8)),  # a row below the window
        (Cell("conv2d_1", 5, 3, 7), Cell("max_pooling2d", 0, 4, 6)),  # a column beside it
        (Cell("max_pooling2d", 5, 3, 7), Cell("conv2d", 6, 6, 14)),  # another map
        (Cell("conv2d_1", 64, 3, 7),),
        (Cell("conv2d_9", 0, 0, 0),),
        (Cell(INPUT, 0, 3, 3), Cell("dense_1", 0)),
    ],
)
def test_cells_that_are_not_read_have_no_path(path: tuple[Cell, ...]) -> None:
    assert not is_path(model_store.load(NETWORK), path)


def test_the_edges_of_a_window_belong_to_it() -> None:
    for row in (3, 5):
        for column in (7, 9):
            assert is_path(
                model_store.load(NETWORK), (Cell("conv2d_1", 5, 3, 7), Cell("max_pooling2d", 31, row, column))
            )
