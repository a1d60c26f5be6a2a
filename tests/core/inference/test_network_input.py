"""A digit is brought to any input: size, channels, bytes; those of the app's own networks stay as they were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz.core.data import colour_digits
from cnnviz.core.errors import Refusal
from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.explanations.saliency import compute_smooth_grad
from cnnviz.core.inference import network_input
from cnnviz.core.inference.trace import trace
from cnnviz.core.layers import KINDS, Dense, Flatten, Layer, Shape
from cnnviz.core.layers.shaping import Rescaling
from cnnviz.core.lessons.filters import excitation
from cnnviz.core.networks.architecture import Architecture
from tests.core import strategies
from tests.core.networks.small_network import ARCHITECTURE, digit

INK, PAPER = "#102030", "#f0e0d0"


def make(shape: Shape, *first: Layer) -> Architecture:
    last = (Flatten(name="flatten"), Dense(name="dense", units=10, activation="softmax"))
    return Architecture("net", (*first, *last), shape)


def rescaling(scale: float, offset: float = 0.0) -> Layer:
    return Rescaling(name="rescaling", scale=scale, offset=offset)


def fit(architecture: Architecture, image: np.ndarray) -> np.ndarray:
    return network_input.fit_digit(image, architecture, INK, PAPER)


def test_usual_inputs_stay_as_they_are() -> None:
    image = digit()
    assert fit(make((28, 28, 1)), image) is image
    assert np.array_equal(fit(make((32, 32, 3)), image), colour_digits.colour_from_hex(image, INK, PAPER))
    assert network_input.is_usual(make((28, 28, 1)))
    assert not network_input.is_usual(make((28, 28, 1), rescaling(1 / 255)))


@pytest.mark.parametrize("shape", [(56, 56, 1), (14, 14, 1), (40, 60, 1), (60, 40, 3), (5, 9, 2), (96, 96, 4)])
def test_other_sizes_and_channels_are_filled(shape: Shape) -> None:
    architecture = make(shape)
    seen = fit(architecture, digit())
    assert seen.shape == (shape if shape[2] > 1 else shape[:2])
    assert seen.dtype == np.float32
    assert seen.min() >= 0
    assert seen.max() <= 1
    picture = trace(strategies.network(architecture, 1), seen).picture
    assert picture.shape == ((*shape[:2], 3) if shape[2] > 2 else shape[:2])


def test_a_digit_stands_in_the_middle_of_the_longer_side() -> None:
    seen = fit(make((28, 40, 1)), np.ones((28, 28), np.float32))
    assert np.array_equal(seen[:, 6:34], np.ones((28, 28)))
    assert not seen[:, :6].any()
    assert not seen[:, 34:].any()


def test_paper_and_ink_keep_their_colours_and_opacity_is_one() -> None:
    image = np.zeros((28, 28), np.float32)
    image[10:18] = 1
    seen = fit(make((56, 56, 4)), image)
    assert seen[0, 0].tolist() == pytest.approx([0xF0 / 255, 0xE0 / 255, 0xD0 / 255, 1])
    assert seen[28, 28].tolist() == pytest.approx([0x10 / 255, 0x20 / 255, 0x30 / 255, 1])


@pytest.mark.parametrize(
    ("first", "highest"),
    [
        ((rescaling(1 / 255),), 255),
        ((rescaling(1 / 127.5, -1),), 255),
        ((rescaling(2.0, -1),), 1),
        ((KINDS["RandomFlip"](name="flip"), rescaling(1 / 255)), 255),
        ((KINDS["ReLU"](name="relu"), rescaling(1 / 255)), 1),
        ((), 1),
    ],
)
def test_a_network_that_scales_bytes_gets_bytes(first: tuple[Layer, ...], highest: float) -> None:
    architecture = make((28, 28, 1), *first)
    assert architecture.highest_input == highest
    assert fit(architecture, np.ones((28, 28), np.float32)).max() == highest


def test_bytes_give_the_answer_of_shares_without_the_first_layer() -> None:
    image = digit()
    plain = strategies.network(replace(ARCHITECTURE, name="plain"), 3)
    layers = (rescaling(1 / 255), *ARCHITECTURE.layers)
    scaling = type(plain)(Architecture("scaling", layers), plain.weights)
    seen = trace(scaling, fit(scaling.architecture, image))
    expected = trace(plain, image)
    assert np.allclose(seen.probabilities, expected.probabilities, atol=1e-6)
    assert np.allclose(seen.picture, image, atol=1e-6)
    contrast = Contrast(3, 5)
    noisy = compute_smooth_grad(scaling, seen.digit, contrast)
    assert np.allclose(noisy * 255, compute_smooth_grad(plain, image, contrast), rtol=1e-3, atol=1e-4)
    excited, other = (excitation.excite(network, "conv2d", 1) for network in (scaling, plain))
    assert excited.value == pytest.approx(other.value, rel=1e-3)
    assert excited.picture.max() <= 1
    with pytest.raises(Refusal, match="from 0 to 255"):
        trace(scaling, image * 256)
