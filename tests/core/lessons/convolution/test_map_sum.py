"""One map taken apart: the parts add up to what the engine and an independent program give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate

from cnnviz.core.inference.trace import Trace, trace
from cnnviz.core.layers import Conv2D
from cnnviz.core.lessons.convolution.map_sum import MAX_SHOWN, MapSum, choose_map, find_convolution, take_apart
from cnnviz.core.networks import model_store
from tests.core.networks import small_network

GREY = [name for name in model_store.names() if name not in ("cnn-rgb", "dense-64")]


def read_digit(name: str, number: int = 1) -> tuple[Trace, Conv2D]:
    network = model_store.load(name)
    layer = find_convolution(network)
    assert layer is not None
    return trace(network, small_network.digit(number)), layer


@pytest.mark.parametrize("name", GREY)
def test_partial_sums_and_bias_add_up_to_what_the_engine_gives(name: str) -> None:
    traced, layer = read_digit(name)
    for number in (0, layer.filters // 2, layer.filters - 1):
        made = take_apart(model_store.load(name), traced, layer, number)
        largest = max(1.0, float(np.abs(made.partial).max()))
        np.testing.assert_allclose(made.partial.sum(axis=2) + made.bias, made.before, atol=1e-5 * largest)
        together = made.partial[..., list(made.shown)].sum(axis=2) + made.rest + made.bias
        np.testing.assert_allclose(together, made.before, atol=1e-5 * largest)


@pytest.mark.parametrize("name", ["pen", "cnn-32-64-64", "cnn-16-128-256"])
def test_each_partial_map_is_that_of_scipy(name: str) -> None:
    """These layers have strides of 1 and no padding, which is what SciPy calls "valid"."""
    traced, layer = read_digit(name, 3)
    made = take_apart(model_store.load(name), traced, layer)
    kernel = model_store.load(name).weights_of(layer.name)["kernel"][..., made.number].astype(float)
    for place in range(len(made.channels)):
        expected = correlate(made.reads[..., place].astype(float), kernel[..., place], "valid")
        np.testing.assert_allclose(made.partial[..., place], expected, atol=1e-9)


def slow_sum(made: MapSum, row: int, column: int, place: int) -> float:
    """Add up the products of one window, cell by cell; cells outside of the map are 0."""
    total = 0.0
    for r in range(made.layer.kernel_size[0]):
        for c in range(made.layer.kernel_size[1]):
            y = row * made.layer.strides[0] - made.margins[0] + r * made.layer.dilation_rate[0]
            x = column * made.layer.strides[1] - made.margins[1] + c * made.layer.dilation_rate[1]
            if 0 <= y < made.reads.shape[0] and 0 <= x < made.reads.shape[1]:
                total += float(made.reads[y, x, place]) * float(made.kernel[r, c, place])
    return total


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([((1, 1), (1, 1)), ((2, 2), (1, 1)), ((1, 2), (1, 1)), ((1, 1), (2, 1))]),
    st.sampled_from(["valid", "same"]),
    st.sampled_from([1, 2]),
)
def test_any_cell_is_what_a_slow_program_adds_up(
    seed: int, steps: tuple[tuple[int, int], tuple[int, int]], padding: str, groups: int
) -> None:
    rng = np.random.default_rng(seed)
    layer = Conv2D(
        name="c",
        filters=4,
        kernel_size=(3, 2),
        strides=steps[0],
        dilation_rate=steps[1],
        padding=padding,
        groups=groups,
        activation="relu",
    )
    maps = rng.normal(size=(8, 7, 6)).astype(np.float32)
    weights = {
        "kernel": rng.normal(size=(3, 2, 6 // groups, 4)).astype(np.float32),
        "bias": rng.normal(size=4).astype(np.float32),
    }
    out = layer.forward(maps[None], weights)
    of = int(rng.integers(4))
    channels = layer.reads(maps.shape, 0, 0, of)[2]
    made = MapSum(
        layer,
        of,
        channels,
        maps[..., list(channels)],
        weights["kernel"][..., of],
        float(weights["bias"][of]),
        out.before[0, ..., of],
        out.after[0, ..., of],
    )
    row, column = (int(rng.integers(side)) for side in made.before.shape)
    parts = [slow_sum(made, row, column, place) for place in range(len(channels))]
    np.testing.assert_allclose(made.partial[row, column], parts, atol=1e-9)
    assert made.before[row, column] == pytest.approx(sum(parts) + made.bias, abs=1e-4)
    assert made.before[made.strongest] == made.before.max()
    assert len(made.shown) == min(MAX_SHOWN, len(channels))


def test_the_largest_contributions_to_the_strongest_cell_come_first() -> None:
    traced, layer = read_digit("pen", 2)
    made = take_apart(model_store.load("pen"), traced, layer)
    there = np.abs(made.partial[made.strongest])
    shown = there[list(made.shown)]
    assert list(shown) == sorted(shown, reverse=True)
    assert shown.min() >= np.delete(there, made.shown).max()


def test_the_map_with_most_energy_is_chosen() -> None:
    traced, layer = read_digit("pen")
    output = next(each for each in traced.layers if each.name == layer.name)
    energies = [float((output.after[..., i].astype(float) ** 2).sum()) for i in range(layer.filters)]
    assert choose_map(output) == int(np.argmax(energies))
    assert take_apart(model_store.load("pen"), traced, layer).number == choose_map(output)


def test_the_second_convolution_is_taken_else_the_only_one_else_none() -> None:
    found = find_convolution(model_store.load("cnn-32-64-64"))
    assert found is not None
    assert found.name == "conv2d_1"
    assert find_convolution(model_store.load("dense-64")) is None
    only = find_convolution(small_network.network())
    assert only is not None
    made = take_apart(small_network.network(), trace(small_network.network(), small_network.digit(0)), only)
    assert made.reads.shape[2] == len(made.channels)
