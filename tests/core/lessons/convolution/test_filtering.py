"""One kernel over the digit, against SciPy, and the kernels that networks learned."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.convolution.filtering import apply_kernel, find_learned_kernels, to_grey
from cnnviz.core.lessons.convolution.kernels import KERNELS
from cnnviz.core.lessons.number_grid import to_grid
from cnnviz.core.networks import model_store

DIGIT = np.random.default_rng(1).random((28, 28)).astype(np.float32)


@given(st.integers(0, 99), st.integers(1, 3), st.sampled_from(["valid", "same"]), st.sampled_from([0.0, -0.5]))
def test_the_sums_are_scipys_and_relu_leaves_what_is_positive(seed: int, half: int, padding: str, bias: float) -> None:
    kernel = np.random.default_rng(seed).normal(size=(2 * half - 1, 2 * half - 1))
    found = apply_kernel(DIGIT, to_grid(kernel), bias, padding)
    theirs = ndimage.correlate(DIGIT, kernel, mode="constant") + bias
    cut = half - 1 if padding == "valid" else 0
    assert found.margins == ((0, 0) if padding == "valid" else (half - 1, half - 1))
    np.testing.assert_allclose(found.before, theirs[cut : 28 - cut, cut : 28 - cut], atol=1e-4)
    assert np.array_equal(found.after, np.maximum(found.before, 0))
    assert found.negative == (found.before < 0).sum()


def test_colours_are_read_as_their_mean() -> None:
    colours = np.random.default_rng(2).random((32, 32, 3)).astype(np.float32)
    assert to_grey(colours).shape == (32, 32)
    np.testing.assert_allclose(to_grey(colours), colours.sum(axis=2) / 3, rtol=1e-5)
    assert to_grey(DIGIT) is DIGIT
    assert apply_kernel(colours, KERNELS["blur"].weights, 0, "same").before.shape == (32, 32)


def test_a_kernel_larger_than_the_digit_is_refused() -> None:
    with pytest.raises(Refusal, match="must not be larger"):
        apply_kernel(DIGIT[:2, :2], KERNELS["blur"].weights, 0, "valid")


@pytest.mark.parametrize("name", model_store.names())
def test_learned_kernels_are_those_of_the_first_convolution(name: str) -> None:
    network = model_store.load(name)
    found = find_learned_kernels(network)
    first = next((layer for layer in network.architecture.layers if layer.kind == "Conv2D"), None)
    if first is None:
        assert found is None
        return
    assert found is not None
    weights = network.weights_of(first.name)
    assert found.layer == first.name
    assert np.array_equal(
        np.array(found.weights(found.filters - 1, found.channels - 1), np.float32),
        weights["kernel"][:, :, -1, -1],
    )
    assert np.array_equal(found.bias, weights["bias"])
