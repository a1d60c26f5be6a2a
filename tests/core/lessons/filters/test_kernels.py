"""Kernels of convolutions, and how far filters moved: by hand, and held to NumPy's own norms."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.core.layers import Conv2D, Dense, DepthwiseConv2D, Flatten, SeparableConv2D
from cnnviz.core.lessons.filters import kernels
from cnnviz.core.lessons.filters.kernels import Movement
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.initial_weights import make_initial_network


def filters(*each: list[float]) -> np.ndarray:
    """Return kernels of 1 × 2 weights, one channel, one a list."""
    return np.array(each, np.float32).T.reshape(1, 2, 1, len(each))


def test_how_far_a_filter_moved_is_its_distance_over_its_initial_length() -> None:
    found = kernels.measure_movement(filters([3, 4], [1, 0], [0, 0], [0, 0]), filters([3, 9], [0, 1], [0, 0], [1, 0]))
    assert found.shares == pytest.approx([1, 2**0.5, 0, np.inf])
    assert found.cosines == pytest.approx([45 / (5 * 90**0.5), 0, 0, 0])
    assert found.order == (3, 1, 0, 2)
    assert found.hardly == 1


def test_movement_of_random_kernels_is_that_of_numpy() -> None:
    rng = np.random.default_rng(1)
    before, after = rng.normal(size=(2, 3, 5, 4, 6)).astype(np.float32)
    found = kernels.measure_movement(before, after)
    for number in range(6):
        first, last = before[..., number].ravel(), after[..., number].ravel()
        assert found.shares[number] == pytest.approx(np.linalg.norm(last - first) / np.linalg.norm(first), rel=1e-5)
        assert found.cosines[number] == pytest.approx(
            first @ last / np.linalg.norm(first) / np.linalg.norm(last), abs=1e-5
        )


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ([0.1, 0.4, 2.5], "Some [[filter|filters]] hardly change: 2 of 3 moved by less than half"),
        ([0.5, 0.6, 2.5], "every [[filter]] changed: filter 0 moved least, by 0.50"),
        ([0.1, 0.2, 0.3], "No [[filter]] has moved by half"),
    ],
)
def test_the_sentence_says_what_the_numbers_say(shares: list[float], words: str) -> None:
    said, kept = kernels.describe_movement(Movement(np.array(shares), np.array([0.95, 0.9, 0.2])))
    assert words in str(said)
    assert str(kept).startswith("Pattern kept: 2 of 3")


def test_every_kind_of_convolution_has_kernels_that_make_its_maps() -> None:
    """The factors of a map, laid over one window, give the value that the layer computes there."""
    layers = (
        Conv2D(name="plain", filters=4, kernel_size=(3, 3)),
        DepthwiseConv2D(name="depthwise", kernel_size=(3, 2), depth_multiplier=2),
        SeparableConv2D(name="separable", filters=5, kernel_size=(2, 2)),
    )
    tail = (Flatten(name="flatten"), Dense(name="dense", units=10, activation="softmax"))
    network = make_initial_network(Architecture(name="all", input_shape=(9, 9, 1), layers=(*layers, *tail)), 3)
    assert network.architecture.convolutions == ("plain", "depthwise", "separable")
    assert [kernels.read_kernels(network, layer.name).shape for layer in layers] == [
        (3, 3, 1, 4),
        (3, 2, 1, 8),
        (2, 2, 8, 5),
    ]
    x = np.random.default_rng(0).normal(size=(1, 9, 9, 1)).astype(np.float32)
    for layer in layers:
        each = kernels.read_kernels(network, layer.name)
        made = layer.forward(x, network.weights_of(layer.name)).before[0, 0, 0]
        rows, columns, inputs, maps = each.shape
        window = x[0, :rows, :columns]
        if layer.kind == "DepthwiseConv2D":
            window = window[..., np.repeat(np.arange(window.shape[-1]), maps // window.shape[-1])]
            assert made == pytest.approx((window * each[:, :, 0]).sum(axis=(0, 1)), abs=1e-5)
        else:
            assert made == pytest.approx(np.tensordot(window, each, 3), abs=1e-5)
        assert inputs == (1 if layer.kind == "DepthwiseConv2D" else window.shape[-1])
        x = layer.forward(x, network.weights_of(layer.name)).after
