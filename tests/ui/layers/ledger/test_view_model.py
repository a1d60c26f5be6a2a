"""Data for the ledger's component: texts that add up, every cell that it links to, and bounded lists."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from cnnviz.core import ledger
from cnnviz.core.inference.trace import Trace, trace
from cnnviz.core.layers import (
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    GaussianNoise,
    GlobalMaxPooling2D,
    MaxPooling2D,
    SeparableConv2D,
    ZeroPadding2D,
)
from cnnviz.core.ledger import Cell, cells
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from cnnviz.ui.layers.ledger import export, place, view_model
from tests.core import strategies
from tests.core.ledger.every_cell import iterate_cells


def told(network: Network, traced: Trace, cell: Cell) -> dict[str, Any]:
    path = (cell, *ledger.descend(network, traced, cell))
    found = view_model.describe(network, traced, ledger.account(network, traced, cell), path, 0)
    assert json.loads(json.dumps(found)) == found
    return found


def number(text: str) -> Decimal:
    return Decimal(text.replace(" ", "").replace("+", "").replace("−", "-"))


@pytest.fixture(scope="module")
def big() -> tuple[Network, Trace]:
    network = model_store.load("cnn-32-64")
    return network, trace(network, np.random.default_rng(0).random((28, 28), dtype=np.float32))


def amounts(found: dict[str, Any]) -> dict[str, Decimal]:
    return {line["name"]: number(line["amount"]) for line in found["lines"]}


def test_few_decimals_add_up_too(big: tuple[Network, Trace]) -> None:
    cell = Cell("conv2d_1", 7, 11, 12)
    found = view_model.describe(*big, ledger.account(*big, cell), (cell,), 0, brief=True)
    lines = amounts(found)
    assert "rounding" not in lines
    assert lines["sum"] + lines["bias"] == lines["before"]
    assert all(number(each["subtotal"]) == sum_grid(each["amounts"]) for each in found["windows"])
    parts = [number(part["subtotal"]) for part in found["windows"]]
    assert sum(parts, number(found["others"]["amounts"][len(parts)])) == lines["sum"]
    fed = [number(item["amount"]) for item in found["feeds"]["items"]]
    assert sum(fed, number(found["feeds"]["others"]["amount"])) == number(found["feeds"]["total"]) == lines["sum"]
    texts = [found["value"], found["title"].rpartition(": ")[2], *(line["amount"] for line in found["lines"])]
    texts += [
        text for part in found["windows"] for rows in (part["values"], part["weights"]) for row in rows for text in row
    ]
    assert all(len(text.partition(".")[2]) <= 3 for text in texts)
    of_map = view_model.describe_place(*big, cell, "map", brief=True)
    assert sum(map(number, (line["amount"] for line in of_map["lines"][:2]))) == number(of_map["lines"][2]["amount"])


def sum_grid(texts: list[list[str]]) -> Decimal:
    return sum((number(text) for row in texts for text in row), Decimal())


def test_windows_and_the_others_add_up(big: tuple[Network, Trace]) -> None:
    found = told(*big, Cell("conv2d_1", 7, 11, 12))
    assert len(found["windows"]) == view_model.MAX_WINDOWS
    assert found["others"]["count"] == 32
    assert len(found["others"]["amounts"]) == view_model.MAX_WINDOWS + 1
    for shown in (0, 3, 12, 24):
        parts = [number(part["subtotal"]) for part in found["windows"][:shown]]
        assert sum(parts, number(found["others"]["amounts"][shown])) == amounts(found)["sum"]
    sizes = [abs(number(part["subtotal"])) for part in found["windows"]]
    assert sizes == sorted(sizes, reverse=True), "the largest lead"
    assert found["next"]["map"] == found["windows"][0]["map"], "the path goes on where most comes from"
    assert len(json.dumps(found)) < 60_000


def test_terms_are_known_by_their_places_on_maps(big: tuple[Network, Trace]) -> None:
    found = told(*big, Cell("dense", 5))
    assert len(found["terms"]) == view_model.MAX_TERMS
    assert found["others"]["count"] == 12 * 12 * 64
    first = found["terms"][0]
    row, column, of = np.unravel_index(first["map"], (12, 12, 64))
    assert first["name"] == f"Max pooling map {of} ({row}, {column})", "through Flatten and Dropout"
    shown = [number(term["amount"]) for term in found["terms"][:8]]
    assert sum(shown, number(found["others"]["amounts"][8])) == amounts(found)["products"]
    assert len(json.dumps(found)) < 60_000


def test_what_dropout_passes_on_is_shown_on_the_maps_of_the_layer_before(big: tuple[Network, Trace]) -> None:
    assert told(*big, Cell("flatten", 9))["source"]["block"] == "max_pooling2d/after"
    assert told(*big, Cell("conv2d_1", 0, 0, 0))["source"]["block"] == "conv2d/after"
    assert told(*big, Cell("conv2d", 0, 0, 0))["source"]["input"]


def test_what_noise_passes_on_is_shown_on_the_maps_of_the_layer_before() -> None:
    layers = (
        Conv2D(name="conv", filters=2, kernel_size=(3, 3)),
        GaussianNoise(name="noise", stddev=0.5),
        MaxPooling2D(name="pool"),
        Flatten(name="flat"),
        Dense(name="answer", units=10, activation="softmax"),
    )
    network = strategies.network(Architecture(name="noisy", input_shape=(8, 8, 1), layers=layers), 3)
    traced = trace(network, np.random.default_rng(1).random((8, 8), dtype=np.float32))
    assert told(network, traced, Cell("pool", 1, 0, 0))["source"]["block"] == "conv/after"


@pytest.fixture(scope="module")
def odd() -> tuple[Network, Trace]:
    """Build layers that no stored network has, reading colour."""
    layers = (
        ZeroPadding2D(name="frame"),
        SeparableConv2D(name="separable", filters=4, kernel_size=(3, 3), depth_multiplier=2),
        AveragePooling2D(name="average", pool_size=(3, 3), padding="same"),
        GlobalMaxPooling2D(name="whole", keepdims=True),
        Flatten(name="flat"),
        Dense(name="answer", units=10, activation="softmax"),
    )
    network = strategies.network(Architecture(name="odd", input_shape=(8, 8, 3), layers=layers), 3)
    return network, trace(network, np.random.default_rng(1).random((8, 8, 3), dtype=np.float32))


def test_every_cell_of_odd_layers_is_described_and_copied(odd: tuple[Network, Trace]) -> None:
    network, traced = odd
    for name, shape in cells.list_shapes(network).items():
        for cell in list(iterate_cells(name, shape))[:: max(1, int(np.prod(shape)) // 9)]:
            found = told(network, traced, cell)
            text = export.write_text(found)
            assert text.startswith(f"{found['title']}".replace("−", "-"))
            assert "−" not in text, "a calculator reads hyphens"
            assert found["value"].replace("−", "-") in text


def test_a_separable_layer_tells_how_its_maps_are_mixed(odd: tuple[Network, Trace]) -> None:
    found = told(*odd, Cell("separable", 1, 2, 3))
    assert len(found["windows"]) == 6
    assert sum(number(part["share"]) for part in found["windows"]) == amounts(found)["sum"]


def test_a_whole_map_is_a_list_without_a_sum_of_the_others(odd: tuple[Network, Trace]) -> None:
    found = told(*odd, Cell("whole", 1))
    assert found["windows"] == []
    assert found["others"] == {"count": 9, "amounts": []}
    assert number(found["terms"][0]["value"]) != 0


def test_the_place_of_a_cell_leads_back_to_its_map_and_its_layer(big: tuple[Network, Trace]) -> None:
    found = told(*big, Cell("conv2d_1", 7, 11, 12))
    assert [each["text"] for each in found["place"]] == [
        "your drawing",
        "Convolution 2",
        "map 7",
        "row 11, column 12",
    ]
    assert [each["step"]["kind"] for each in found["place"]] == ["close", "layer", "map", "choose"]
    assert found["explained"] == {"block": "conv2d_1/after", "map": 7, "row": 11, "column": 12}


def test_what_feeds_a_cell_adds_up_to_its_sum(big: tuple[Network, Trace]) -> None:
    found = told(*big, Cell("conv2d_1", 7, 11, 12))
    feeds = found["feeds"]
    assert (feeds["layer"], feeds["others"]["count"]) == ("conv2d", 32 - place.MAX_FEEDS)
    shown = sum(number(each["amount"]) for each in feeds["items"])
    assert shown + number(feeds["others"]["amount"]) == number(feeds["total"]) == amounts(found)["sum"]
    assert [each["size"] for each in feeds["items"]] == sorted((each["size"] for each in feeds["items"]), reverse=True)
    assert feeds["items"][0]["size"] == 1
    kernel = big[0].weights_of("conv2d_1")["kernel"]
    for each in feeds["items"]:
        np.testing.assert_allclose(each["kernel"], kernel[..., each["map"], 7], rtol=1e-3)


def test_a_map_adds_up(big: tuple[Network, Trace]) -> None:
    network, traced = big
    found = view_model.describe_place(network, traced, Cell("conv2d_1", 7, 1, 2), "map")
    assert json.loads(json.dumps(found)) == found
    assert (found["cell"], found["level"]) == ("conv2d_1.7", "map")
    lines = amounts(found)
    assert lines["feeds"] + lines["bias"] == lines["all_before"]
    values = traced.layers[1].after[..., 7]
    assert f"{int((values > 0).sum())} of {values.size} cells are above zero" in found["facts"][0]
    largest = found["largest"]
    assert values[largest["row"], largest["column"]] == values.max()
    geometry = found["geometry"]
    assert (geometry["rows"][5], geometry["columns"][9]) == ([5, 6, 7], [9, 10, 11])
    assert geometry["field_rows"][5] == [5, 6, 7, 8, 9]


def test_a_view_of_a_map_or_a_layer_has_every_key_of_one_of_a_cell(big: tuple[Network, Trace]) -> None:
    network, traced = big
    keys = told(*big, Cell("conv2d_1", 7, 11, 12)).keys()
    for level in ("map", "layer"):
        assert view_model.describe_place(network, traced, Cell("conv2d_1", 7), level).keys() == keys
    found = view_model.describe_place(network, traced, Cell("dense", 3), "layer")
    assert found.keys() == keys
    assert [each["step"]["kind"] for each in found["place"]] == ["close", "layer"]


@pytest.mark.parametrize("name", model_store.names())
def test_every_layer_and_every_map_of_a_stored_network_can_be_gone_into(name: str) -> None:
    network = model_store.load(name)
    shape = network.architecture.input_shape
    traced = trace(network, np.random.default_rng(0).random(shape, dtype=np.float32))
    for output in traced.layers:
        assert json.dumps(view_model.describe_place(network, traced, Cell(output.name, 0), "layer"))
        if len(output.output_shape) == 3:
            last = Cell(output.name, output.output_shape[2] - 1)
            assert json.dumps(view_model.describe_place(network, traced, last, "map"))
