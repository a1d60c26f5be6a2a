"""The way in and back: layer, map, cell, and along the path; which steps the browser's history gets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.core.inference.trace import Trace, trace
from cnnviz.core.ledger import INPUT, Cell
from cnnviz.core.networks import model_store
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.ledger import Step
from cnnviz.ui.layers.ledger import path
from cnnviz.ui.shell import session
from cnnviz.ui.shell.fields import FIELDS

CELL = Cell("conv2d_1", 5, 3, 7)


@pytest.fixture(scope="module")
def network() -> Network:
    return model_store.load("cnn-32-64-64")


@pytest.fixture(scope="module")
def traced(network: Network) -> Trace:
    return trace(network, np.random.default_rng(3).random((28, 28), dtype=np.float32))


@pytest.fixture(autouse=True)
def fields(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Keep the fields of a session in a dictionary."""
    kept = {field.key: field.default for field in FIELDS.values()}
    monkeypatch.setattr(session, "get", kept.__getitem__)
    monkeypatch.setattr(session, "put", kept.update)
    monkeypatch.setattr(session, "choose", lambda key, value: kept.update({key: value}))
    return kept


def here() -> tuple[Cell | None, str]:
    return path.get_cell(), path.get_level()


def test_back_goes_one_step_at_a_time(network: Network, traced: Trace) -> None:
    path.take_step(network, Step("choose", "conv2d_1", 5, 3, 7))
    path.complete(network, traced)
    below = session.get("cell_path")[1]
    path.take_step(network, Step("walk", below.layer, below.map, below.row, below.column))
    assert here() == (below, "cell")
    went = []
    for _ in range(4):
        path.take_step(network, Step("up"))
        went.append(here())
    assert went == [(CELL, "cell"), (CELL, "map"), (CELL, "layer"), (None, "cell")]


def test_a_unit_has_no_map_of_its_own(network: Network) -> None:
    path.take_step(network, Step("choose", "dense", 5))
    path.take_step(network, Step("up"))
    assert here() == (Cell("dense", 5), "layer")
    path.take_step(network, Step("map", "dense", 5))
    assert here() == (Cell("dense", 5), "cell")


def test_the_way_in_again_finds_the_same_cell(network: Network) -> None:
    path.choose(CELL)
    path.take_step(network, Step("map", "conv2d_1", 5))
    path.take_step(network, Step("layer", "conv2d_1", 5))
    path.take_step(network, Step("map", "conv2d_1", 5))
    assert here() == (CELL, "map")
    path.take_step(network, Step("map", "conv2d_1", 6))
    assert here() == (Cell("conv2d_1", 6), "map")


def test_a_pixel_has_neither_map_nor_layer(network: Network) -> None:
    path.choose(Cell(INPUT, 0, 3, 4))
    path.take_step(network, Step("map", INPUT, 0))
    assert here() == (Cell(INPUT, 0, 3, 4), "cell")
    path.take_step(network, Step("up"))
    assert here() == (None, "cell")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("conv2d_1.6", (Cell("conv2d_1", 6), "map")),
        ("conv2d_1", (Cell("conv2d_1", 0), "layer")),
        ("conv2d_1.5.3.7", (CELL, "cell")),
        ("", (None, "cell")),
        ("of-another-network.1", (None, "cell")),
    ],
)
def test_a_step_in_the_history_goes_there_and_is_none_itself(
    network: Network, text: str, expected: tuple[Cell | None, str]
) -> None:
    path.choose(Cell("conv2d", 1, 2, 3))
    path.take_step(network, Step("return", text=text))
    assert here() == expected
    assert session.get("cell_moves") == 0


def test_a_step_in_the_history_keeps_the_path_that_leads_there(network: Network, traced: Trace) -> None:
    path.choose(CELL)
    path.complete(network, traced)
    whole = session.get("cell_path")
    path.take_step(network, Step("breadcrumb", index=2))
    path.take_step(network, Step("return", text="conv2d_1.5.3.7"))
    assert (session.get("cell_path"), session.get("cell_index")) == (whole, 0)


def test_each_step_to_another_place_counts_and_no_other(network: Network) -> None:
    def moves() -> int:
        return int(session.get("cell_moves"))

    path.take_step(network, Step("choose", "conv2d_1", 5, 3, 7))
    assert moves() == 1
    path.take_step(network, Step("choose", "conv2d_1", 5, 3, 7))
    path.take_step(network, Step("choose", "no-such-layer", 5))
    assert moves() == 1
    path.choose(Cell("conv2d_1", 5, 3, 8))  # typed
    assert moves() == 1
    path.take_step(network, Step("up"))
    path.close()
    assert moves() == 3
