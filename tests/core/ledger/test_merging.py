"""Accounts, ways down and receptive fields of networks with branches."""

from __future__ import annotations

import contextlib
import csv
import io
from itertools import pairwise

import numpy as np
import pytest

from cnnviz.core import ledger
from cnnviz.core.inference import trace_export
from cnnviz.core.inference.trace import Trace, forward, trace
from cnnviz.core.layers import MERGES, Concatenate, Conv2D, Dense, Flatten, Layer, MaxPooling2D
from cnnviz.core.ledger import INPUT, Cell, cells, descend, is_path
from cnnviz.core.ledger.csv_table import write_csv
from cnnviz.core.ledger.numpy_snippet import count_decimals, format_value, write_snippet
from cnnviz.core.networks.architecture import PICTURE, Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies
from tests.core.ledger.every_cell import iterate_cells
from tests.core.ledger.test_account import assert_adds_up, assert_gives_the_trace, shown

ANSWER = Dense(name="answer", units=10, activation="softmax")


def conv(name: str, filters: int = 2, size: tuple[int, int] = (3, 3)) -> Conv2D:
    return Conv2D(name=name, filters=filters, kernel_size=size, padding="same", activation="tanh")


def merging(merge: Layer, third: str = "") -> Architecture:
    """Return a network that merges a convolution of the picture with one of that, and with a third if it is named."""
    reads = ("one", "two", *([third] if third else []))
    return Architecture(
        "merging",
        (conv("one"), conv("two"), merge, Flatten(name="flat"), ANSWER),
        (5, 4, 2),
        ((PICTURE,), ("one",), reads, ("merge",), ("flat",)),
    )


def make(architecture: Architecture, seed: int = 3) -> tuple[Network, Trace]:
    network = strategies.network(architecture, seed)
    digit = np.random.default_rng(seed).random(architecture.input_shape, dtype=np.float32)
    return network, trace(network, digit)


NETWORKS = [
    *(merging(kind(name="merge")) for kind in MERGES.values()),
    *(merging(kind(name="merge"), PICTURE) for name, kind in MERGES.items() if name != "Subtract"),
    merging(Concatenate(name="merge", axis=1), "one"),
    merging(Concatenate(name="merge", axis=2)),
]
NAMES = [f"{each.layers[2].kind}-{number}" for number, each in enumerate(NETWORKS)]


@pytest.mark.parametrize("architecture", NETWORKS, ids=NAMES)
def test_an_account_adds_up_names_its_sources_and_can_be_repeated(architecture: Architecture) -> None:
    network, traced = make(architecture)
    output = traced.layers[2]
    with np.load(io.BytesIO(trace_export.write_npz(traced, weights=network.weights))) as file:
        numbers = dict(file)
    for cell in iterate_cells("merge", output.output_shape):
        of = ledger.account(network, traced, cell)
        assert_adds_up(of)
        assert_gives_the_trace(of, output, (cell.row, cell.column, cell.map))
        for part in of.parts:  # each value stands where the account says
            assert part.values.item() == value_at(traced, Cell(part.source, part.map, part.rows[0], part.columns[0]))
        expected = [INPUT if source == PICTURE else source for source in output.sources]
        assert [part.source for part in of.parts] == expected or output.kind == "Concatenate"
        assert len(of.parts) == (1 if output.kind == "Concatenate" else len(output.sources))
        brief = ledger.shorten(of)
        assert_adds_up(brief)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(write_snippet(network, of, "").replace('np.load("")', "loaded"), {"loaded": numbers})
        assert said.getvalue().strip() == format_value(of, count_decimals(of))


def value_at(traced: Trace, cell: Cell) -> float:
    values = traced.get_values(PICTURE if cell.layer == INPUT else cell.layer)
    return float(values[cell.row, cell.column, cell.map])


def test_a_table_names_the_layers_of_the_values() -> None:
    network, traced = make(NETWORKS[0])
    of = ledger.account(network, traced, Cell("merge", 1, 2, 3))
    rows = list(csv.DictReader(io.StringIO(write_csv(of).decode())))
    assert [row["what"] for row in rows if row["what"].startswith("value")] == ["value of one", "value of two"]
    assert rows[-1]["amount"] == str(shown(of, of.total))


@pytest.mark.parametrize("architecture", NETWORKS, ids=NAMES)
def test_the_way_down_goes_through_the_branches(architecture: Architecture) -> None:
    network, traced = make(architecture)
    shapes = cells.list_shapes(network)
    taken = set()
    for cell in iterate_cells("merge", shapes["merge"]):
        path = (cell, *descend(network, traced, cell))
        assert path[-1].layer == INPUT
        assert is_path(network, path)
        assert all(not is_path(network, (below, above)) for above, below in pairwise(path))
        taken.add(path[1].layer)
    assert taken == {INPUT if source == PICTURE else source for source in architecture.sources("merge")}


@pytest.mark.parametrize("kind", ["Maximum", "Minimum"])
def test_a_maximum_or_minimum_leads_to_the_layer_that_has_it(kind: str) -> None:
    network, traced = make(merging(MERGES[kind](name="merge")))
    for cell in iterate_cells("merge", (5, 4, 2)):
        below = descend(network, traced, cell)[0]
        assert value_at(traced, below) == value_at(traced, cell)


def test_a_path_takes_no_way_that_the_graph_does_not_have() -> None:
    network, _ = make(merging(Concatenate(name="merge")))
    assert is_path(network, (Cell("merge", 3, 1, 1), Cell("two", 1, 1, 1)))
    assert not is_path(network, (Cell("merge", 3, 1, 1), Cell("one", 1, 1, 1)))
    assert not is_path(network, (Cell("merge", 3, 1, 1), Cell(INPUT, 1, 1, 1)))


INCEPTION = Architecture(
    "inception",
    (
        conv("pointwise", 3, (1, 1)),
        conv("wide", 2),
        MaxPooling2D(name="pool", pool_size=(3, 3), strides=(1, 1), padding="same"),
        Concatenate(name="together"),
        conv("next", 2, (2, 2)),
        Flatten(name="flat"),
        ANSWER,
    ),
    (7, 6, 2),
    ((PICTURE,), ("pointwise",), (PICTURE,), ("pointwise", "wide", "pool"), ("together",), ("next",), ("flat",)),
)


@pytest.mark.parametrize("architecture", [*NETWORKS, INCEPTION])
def test_the_receptive_field_is_that_of_all_branches(architecture: Architecture) -> None:
    """By formula against NaN in one channel of one pixel at a time, which nothing that is computed of it can hide."""
    network, _ = make(architecture)
    shape = architecture.input_shape
    alone = np.zeros((np.prod(shape), np.prod(shape)), np.float32)
    np.fill_diagonal(alone, np.nan)
    changed = {}
    for layer, output in forward(network, alone.reshape(-1, *shape)):
        changed[layer.name] = np.isnan(output.after)
    for name in architecture.sources_by_layer:
        for cell in list(iterate_cells(name, architecture.output_shape(name)))[::5]:
            field = ledger.find_receptive_field(network, cell)
            found = np.zeros(shape, bool)
            found[np.ix_(field.rows, field.columns, field.maps)] = True
            place = cells.get_index(cell, architecture.output_shape(name))
            np.testing.assert_array_equal(found.reshape(-1), changed[name][(slice(None), *place)], str(cell))


def test_a_field_that_is_no_rectangle_is_the_smallest_that_holds_it() -> None:
    cross = Architecture(
        "cross",
        (conv("down", 2, (5, 1)), conv("across", 2, (1, 5)), MERGES["Add"](name="merge"), Flatten(name="flat"), ANSWER),
        (7, 7, 1),
        ((PICTURE,), (PICTURE,), ("down", "across"), ("merge",), ("flat",)),
    )
    field = ledger.find_receptive_field(make(cross)[0], Cell("merge", 0, 3, 3))
    assert (field.rows, field.columns) == ((1, 2, 3, 4, 5), (1, 2, 3, 4, 5))
