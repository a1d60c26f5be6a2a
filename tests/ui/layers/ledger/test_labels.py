"""Names of cells and windows: channels by their colours, units as units, single cells as such."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.core import ledger, messages
from cnnviz.core.inference.trace import Trace, trace
from cnnviz.core.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
)
from cnnviz.core.ledger import INPUT, Cell
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from cnnviz.ui.layers.ledger import labels, view_model
from tests.core import strategies

UNITS = ("dropped", "normal", "bent")


@pytest.fixture(scope="module")
def coloured() -> tuple[Network, Trace]:
    layers = (
        Conv2D(name="conv", filters=3, kernel_size=(3, 3)),
        Activation(name="relu", activation="relu"),
        MaxPooling2D(name="pool", pool_size=(2, 2)),
        Flatten(name="flat"),
        Dropout(name="dropped", rate=0.5),
        BatchNormalization(name="normal"),
        Activation(name="bent", activation="tanh"),
        Dense(name="answer", units=10, activation="softmax"),
    )
    network = strategies.network(Architecture(name="coloured", input_shape=(8, 8, 3), layers=layers), 3)
    return network, trace(network, np.random.default_rng(1).random((8, 8, 3), dtype=np.float32))


def told(network: Network, traced: Trace, cell: Cell, kind: str = "drawing") -> dict[str, Any]:
    path = (cell, *ledger.descend(network, traced, cell))
    return view_model.describe(network, traced, ledger.account(network, traced, cell), path, 0, kind)


def test_channels_of_a_pixel_are_named_by_their_colours(coloured: tuple[Network, Trace]) -> None:
    titles, breadcrumbs = [], []
    for channel in range(3):
        found = told(*coloured, Cell(INPUT, channel, 4, 5))
        titles.append(found["title"].partition(":")[0])
        breadcrumbs += found["breadcrumbs"]
    assert titles == [f"your drawing, row 4, column 5, {each}" for each in ("red", "green", "blue")]
    assert breadcrumbs == [f"your drawing (4, 5), {each}" for each in ("red", "green", "blue")]


def test_a_grey_pixel_has_no_colour() -> None:
    names = labels.Names({INPUT: (28, 28, 1)}, {})
    assert names.name_briefly(Cell(INPUT, 0, 4, 5)) == "your drawing (4, 5)"
    assert names.name_fully(Cell(INPUT, 0, 4, 5)) == "your drawing, row 4, column 5"


@pytest.mark.parametrize("layer", UNITS)
def test_a_unit_that_is_read_is_called_a_unit(coloured: tuple[Network, Trace], layer: str) -> None:
    found = told(*coloured, Cell(layer, 7))
    (window,) = found["windows"]
    assert (window["name"], window["of"]) == ("unit 7", "unit 7")
    assert found["source"]["units"]


@pytest.mark.parametrize(("layer", "name"), [("relu", "map 1, row 2, column 0"), ("flat", "map 1, row 2, column 0")])
def test_a_window_of_one_cell_is_that_cell(coloured: tuple[Network, Trace], layer: str, name: str) -> None:
    cell = Cell("relu", 1, 2, 0) if layer == "relu" else Cell("flat", (2 * 3 + 0) * 3 + 1)
    (window,) = told(*coloured, cell)["windows"]
    assert window["name"] == name


def test_windows_name_their_rows_and_columns(coloured: tuple[Network, Trace]) -> None:
    assert told(*coloured, Cell("pool", 2, 1, 0))["windows"][0]["name"] == "map 2: rows 2 to 3, columns 0 to 1"
    names = {part["name"] for part in told(*coloured, Cell("conv", 2, 1, 0))["windows"]}
    assert names == {f"channel {channel}: rows 1 to 3, columns 0 to 2" for channel in range(3)}


@pytest.mark.parametrize(
    ("kind", "name", "whence"),
    [
        ("drawing", "your drawing", "that was made of your drawing"),
        ("picture", "the digit", "that was made of the picture"),
        ("sample", "the digit", "that the network reads"),
    ],
)
def test_the_last_account_tells_where_its_row_and_column_count(
    coloured: tuple[Network, Trace], kind: str, name: str, whence: str
) -> None:
    found = told(*coloured, Cell(INPUT, 1, 4, 5), kind)
    assert found["title"].startswith(f"{name}, row 4, column 5, green: ")
    assert f"the 8 × 8 digit {whence}" in found["facts"][-1]
    above = told(*coloured, Cell("conv", 2, 1, 0), kind)
    assert above["breadcrumbs"][-1].startswith(f"{name} (")
    assert "digit" not in "".join(above["facts"]), "only pixels count there"


def test_sentences_are_those_of_the_whole_core(coloured: tuple[Network, Trace]) -> None:
    for layer in ("pool", "flat", "dropped", INPUT):
        said = ledger.account(*coloured, Cell(layer, 1)).facts
        assert said
        assert all(isinstance(each, messages.Message) for each in said)
