"""The receptive field by formula against NaN perturbations of every channel of every pixel."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnnviz.core import ledger
from cnnviz.core.inference.trace import trace
from cnnviz.core.layers import AveragePooling2D, Conv2D, Dense, DepthwiseConv2D, Flatten, Layer
from cnnviz.core.ledger import Cell, Ledger, cells
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies
from tests.core.ledger.every_cell import iterate_cells

DRAWN = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def perturbed(network: Network, cell: Cell) -> np.ndarray:
    """Find the inputs that change `cell`, bool of the input's shape, by setting each channel of each pixel to NaN.

    Whatever is computed of what is not a number is none either, so no weight, maximum or activation can hide it.
    """
    read = network.architecture.input_shape
    alone = np.zeros((np.prod(read), np.prod(read)), np.float32)
    np.fill_diagonal(alone, np.nan)
    x = alone.reshape(-1, *read)
    with np.errstate(all="ignore"):
        for layer in network.architecture.layers:
            x = layer.forward(x, network.weights_of(layer.name)).after
            if layer.name == cell.layer:
                break
    shape = cells.list_shapes(network)[cell.layer]
    found: np.ndarray = np.isnan(of_all(x, cell, shape))
    return found.reshape(read)


def of_all(x: np.ndarray, cell: Cell, shape: tuple[int, ...]) -> np.ndarray:
    """Return the cell's value in every image of `x`."""
    return np.array([image[cells.get_index(cell, shape)] for image in x])


def by_formula(network: Network, cell: Cell) -> np.ndarray:
    field = ledger.find_receptive_field(network, cell)
    found = np.zeros(network.architecture.input_shape, bool)
    found[np.ix_(field.rows, field.columns, field.maps)] = True
    return found


def answering(*layers: Layer) -> tuple[Layer, ...]:
    return (*layers, Flatten(name="flat"), Dense(name="answer", units=10, activation="softmax"))


def of_colour(*layers: Layer) -> Architecture:
    """Build a network that keeps the channels of its input apart."""
    return Architecture(name="colour", input_shape=(7, 6, 3), layers=answering(*layers))


@settings(DRAWN, max_examples=120)
@given(architecture=strategies.architectures(), data=st.data(), seed=strategies.seeds())
@example(
    architecture=Architecture(
        name="dilated",
        input_shape=(13, 13, 1),
        layers=answering(
            Conv2D(name="a", filters=2, kernel_size=(3, 3), dilation_rate=(2, 3), padding="same"),
            AveragePooling2D(name="b", pool_size=(2, 2), strides=(3, 3)),
            Conv2D(name="c", filters=2, kernel_size=(2, 2), strides=(2, 1), padding="same"),
        ),
    ),
    data=None,
    seed=0,
)
@example(architecture=of_colour(DepthwiseConv2D(name="a", kernel_size=(3, 3), depth_multiplier=2)), data=None, seed=0)
@example(
    architecture=of_colour(
        Conv2D(name="a", filters=6, kernel_size=(3, 3), groups=3, padding="same"),
        Conv2D(name="b", filters=4, kernel_size=(2, 2), groups=2, strides=(2, 2)),
    ),
    data=None,
    seed=0,
)
def test_the_receptive_field_is_what_perturbing_every_channel_of_every_pixel_finds(
    architecture: Architecture, data: st.DataObject | None, seed: int
) -> None:
    network = strategies.network(architecture, seed)
    for layer, shape in zip(architecture.layers, architecture.shapes()[1:], strict=True):
        every = list(iterate_cells(layer.name, shape))
        middle = len(every) // 2
        asked = [every[0], *every[middle : middle + 3], every[-1]]
        for cell in [*asked, *([data.draw(st.sampled_from(every))] if data else [])]:
            found, expected = by_formula(network, cell), perturbed(network, cell)
            if any(each.kind in ("Reshape", "Permute") for each in architecture.layers):
                assert (found >= expected).all(), cell  # cells in other places need not be rows times columns
            else:
                np.testing.assert_array_equal(found, expected, str(cell))


@settings(DRAWN, max_examples=60)
@given(architecture=strategies.architectures(), data=st.data(), seed=strategies.seeds())
def test_what_a_ledger_reads_is_what_the_layer_before_can_change(
    architecture: Architecture, data: st.DataObject, seed: int
) -> None:
    """A layer alone, its whole input perturbed value by value: maps and channels too."""
    network = strategies.network(architecture, seed)
    place = data.draw(st.integers(0, len(architecture.layers) - 1))
    layer, shape = architecture.layers[place], architecture.shapes()[place]
    if getattr(layer, "activation", "") == "softmax" and layer.kind != "Activation":
        return  # the sum reads less than the share
    cell = data.draw(st.sampled_from(list(iterate_cells(layer.name, layer.output_shape(shape)))))
    of = _account(network, cell, seed)
    assert of.reads is not None
    inside = of.reads.clip(shape)
    size = int(np.prod(shape))
    x = np.zeros((size, size), np.float32)
    np.fill_diagonal(x, np.nan)
    with np.errstate(all="ignore"):
        made = layer.forward(x.reshape(size, *shape), network.weights_of(layer.name)).after
    found = np.isnan(of_all(made, cell, layer.output_shape(shape))).reshape(shape)
    expected = np.zeros(shape, bool)
    expected[np.ix_(inside.rows, inside.columns, inside.maps) if len(shape) == 3 else list(inside.maps)] = True
    np.testing.assert_array_equal(found, expected)


def _account(network: Network, cell: Cell, seed: int) -> Ledger:
    digit = np.random.default_rng(seed).random(network.architecture.input_shape, dtype=np.float32)
    return ledger.account(network, trace(network, digit), cell)
