"""What each map adds to a cell and to a whole map, against the forward pass of that map alone and against SciPy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import signal

from cnnviz.core import ledger
from cnnviz.core.inference.trace import Trace, trace
from cnnviz.core.layers import KINDS, Layer
from cnnviz.core.ledger import INPUT, Cell, cells
from cnnviz.core.ledger.receptive_field import list_receptive_fields, list_windows
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies

DRAWN = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
CONVOLUTIONS = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D")


@pytest.fixture(scope="module")
def small() -> tuple[Network, Trace]:
    network = model_store.load("cnn-32-64-64")
    return network, trace(network, np.random.default_rng(3).random((28, 28), dtype=np.float32))


def one_layer(data: st.DataObject, kind: str, seed: int) -> tuple[Network, Trace]:
    """Build a network that begins with a layer of `kind`, called "asked"."""
    shape = data.draw(strategies.image_shapes(largest=9, channels=4))
    layer = data.draw(strategies.layers_for(shape, name="asked", kind=kind))
    tail: list[Layer] = [KINDS["Flatten"](name="last"), KINDS["Dense"](name="answer", units=10)]  # type: ignore[call-arg]
    layers = (layer, *tail, KINDS["Softmax"](name="softmax"))
    network = strategies.network(Architecture(name="drawn", input_shape=shape, layers=layers), seed)
    return network, trace(network, np.random.default_rng(seed).random(shape, dtype=np.float32))


def sums_of(network: Network, traced: Trace, only: int) -> np.ndarray:
    """Compute the layer's sums of one input map alone, without a bias, by the layer's own forward pass."""
    x = traced.digit.reshape(network.architecture.input_shape)
    alone = np.zeros_like(x)
    alone[..., only] = x[..., only]
    weights: Mapping[str, np.ndarray] = {
        name: np.zeros_like(array) if name == "bias" else array for name, array in network.weights_of("asked").items()
    }
    sums: np.ndarray = network.architecture.layers[0].forward(alone[None], weights).before[0]
    return sums.astype(float)


@pytest.mark.parametrize("kind", CONVOLUTIONS)
@DRAWN
@given(data=st.data(), seed=strategies.seeds())
def test_a_cell_is_fed_by_what_each_map_gives_alone(kind: str, data: st.DataObject, seed: int) -> None:
    network, traced = one_layer(data, kind, seed)
    shape = traced.layers[0].output_shape
    row, column, of = (data.draw(st.integers(0, side - 1)) for side in shape)
    account = ledger.account(network, traced, Cell("asked", of, row, column))
    feeds = ledger.find_feeds(network, traced, account)
    assert feeds is not None
    assert feeds.source == INPUT
    assert sum(feeds.amounts) == account.line("sum")
    assert [abs(each) for each in feeds.amounts] == sorted(map(abs, feeds.amounts), reverse=True)
    largest = float(np.abs(traced.layers[0].before).max()) or 1.0
    for only, amount in zip(feeds.maps, feeds.amounts, strict=True):
        alone = sums_of(network, traced, only)[row, column, of]
        assert account.sheet.to_float(amount) == pytest.approx(alone, abs=1e-5 * max(1.0, largest))


@pytest.mark.parametrize("kind", CONVOLUTIONS)
@DRAWN
@given(data=st.data(), seed=strategies.seeds())
def test_a_map_is_fed_by_what_each_map_gives_alone(kind: str, data: st.DataObject, seed: int) -> None:
    network, traced = one_layer(data, kind, seed)
    output = traced.layers[0]
    of = data.draw(st.integers(0, output.output_shape[2] - 1))
    total = ledger.sum_over_map(network, traced, "asked", of)
    assert total is not None
    assert total.total == sum(total.feeds.amounts) + total.bias
    size = max(1.0, float(np.abs(output.before).sum()))
    for only, amount in zip(total.feeds.maps, total.feeds.amounts, strict=True):
        alone = float(sums_of(network, traced, only)[..., of].sum())
        assert total.sheet.to_float(amount) == pytest.approx(alone, abs=2e-5 * size)
    assert total.sheet.to_float(total.total) == pytest.approx(float(output.before[..., of].sum()), abs=2e-5 * size)


def test_a_map_of_a_stored_network_is_fed_as_scipy_says(small: tuple[Network, Trace]) -> None:
    network, traced = small
    kernel, x = network.weights_of("conv2d_1")["kernel"], traced.layers[1].after.astype(float)
    total = ledger.sum_over_map(network, traced, "conv2d_1", 5)
    assert total is not None
    assert total.feeds.source == traced.layers[1].name
    assert sorted(total.feeds.maps) == list(range(32))
    for of, amount in zip(total.feeds.maps, total.feeds.amounts, strict=True):
        expected = signal.correlate2d(x[..., of], kernel[..., of, 5].astype(float), mode="valid").sum()
        assert total.sheet.to_float(amount) == pytest.approx(expected, abs=1e-4)


def test_a_unit_that_reads_flattened_maps_is_fed_by_these_maps(small: tuple[Network, Trace]) -> None:
    network, traced = small
    account = ledger.account(network, traced, Cell("dense", 5))
    feeds = ledger.find_feeds(network, traced, account)
    assert feeds is not None
    assert feeds.source == "conv2d_2"
    assert sum(feeds.amounts) == account.line("products")
    x = traced.layers[4].after
    kernel = network.weights_of("dense")["kernel"][:, 5].reshape(x.shape)
    expected = (x.astype(float) * kernel).sum(axis=(0, 1))
    for of, amount in zip(feeds.maps, feeds.amounts, strict=True):
        assert account.sheet.to_float(amount) == pytest.approx(expected[of], abs=1e-5)


def test_what_adds_no_products_is_fed_by_no_lines(small: tuple[Network, Trace]) -> None:
    network, traced = small
    account = ledger.account(network, traced, Cell("max_pooling2d", 3, 2, 2))
    assert ledger.find_feeds(network, traced, account) is None
    assert ledger.sum_over_map(network, traced, "max_pooling2d", 3) is None


@pytest.mark.parametrize("name", model_store.names())
def test_windows_and_fields_of_all_cells_are_those_of_each(name: str) -> None:
    network = model_store.load(name)
    shapes = network.architecture.shapes()
    for layer, read, made in zip(network.architecture.layers, shapes, shapes[1:], strict=False):
        if len(made) != 3:
            continue
        rows, columns = list_windows(layer, read, made)
        field_rows, field_columns = list_receptive_fields(network.architecture, layer.name)
        assert (len(rows), len(columns)) == (len(field_rows), len(field_columns)) == made[:2]
        for row, column in ((0, 0), (made[0] - 1, 0), (made[0] // 2, made[1] - 1)):
            cell = Cell(layer.name, 0, row, column)
            reads = layer.reads(read, row, column, 0)
            assert (rows[row], columns[column]) == reads[:2]
            field = ledger.find_receptive_field(network, cell)
            assert (field_rows[row], field_columns[column]) == (field.rows, field.columns)


@pytest.mark.parametrize(
    ("text", "cell", "level"),
    [
        ("conv2d_1", Cell("conv2d_1", 0), "layer"),
        ("conv2d_1.5", Cell("conv2d_1", 5), "map"),
        ("conv2d_1.500", Cell("conv2d_1", 63), "map"),
        ("conv2d_1.5.3.7", Cell("conv2d_1", 5, 3, 7), "cell"),
        ("dense.5", Cell("dense", 5), "cell"),
        ("dense", Cell("dense", 0), "layer"),
        ("input.0.3.4", Cell(INPUT, 0, 3, 4), "cell"),
    ],
)
def test_a_place_is_read_as_it_is_written(text: str, cell: Cell, level: ledger.Level) -> None:
    network = model_store.load("cnn-32-64-64")
    assert cells.parse_place(network, text) == (cell, level)
    assert cells.write_place(cell, cells.list_shapes(network)[cell.layer], level) == text.replace("500", "63")


@pytest.mark.parametrize("text", ["", "input", "input.0", "conv2d_1.5.3", "conv2d_1.x", "conv2d_1.-1", "no.1"])
def test_what_is_no_place_is_none(text: str) -> None:
    assert cells.parse_place(model_store.load("cnn-32-64-64"), text) is None
