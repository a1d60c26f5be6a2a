"""Digits in colour: reproducible from a seed, with the promised contrast, mixed as documented."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.data import colour_digits as colours
from cnnviz.core.data import datasets, mnist_file
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import trace
from cnnviz.core.networks import model_store
from tests.core.networks import small_network

CHANNEL = st.integers(0, 255)
COLOUR = st.tuples(CHANNEL, CHANNEL, CHANNEL)


def wcag(colour: tuple[int, int, int]) -> float:
    """Compute relative luminance by an independent implementation of WCAG 2.2."""
    shares = [value / 255 for value in colour]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@given(ink=COLOUR, paper=COLOUR)
def test_contrast_is_that_of_wcag(ink: tuple[int, int, int], paper: tuple[int, int, int]) -> None:
    low, high = sorted((wcag(ink), wcag(paper)))
    assert colours.compute_contrast_ratio(np.array(ink), np.array(paper)) == pytest.approx((high + 0.05) / (low + 0.05))


def test_black_on_white_has_the_largest_contrast() -> None:
    assert colours.compute_contrast_ratio(np.zeros(3, int), np.full(3, 255)) == pytest.approx(21)


@given(count=st.integers(0, 400), part=st.sampled_from([colours.TRAIN, colours.TEST]), seed=st.integers(0, 99))
def test_every_pair_has_the_contrast(count: int, part: int, seed: int) -> None:
    pairs = colours.draw_pairs(count, part, seed)
    assert pairs.shape == (count, 2, 3)
    assert pairs.dtype == np.uint8
    for ink, paper in pairs[:20].tolist():
        low, high = sorted((wcag(ink), wcag(paper)))
        assert (high + 0.05) / (low + 0.05) >= colours.MIN_CONTRAST - 1e-9


@given(few=st.integers(0, 50), more=st.integers(50, 300), seed=st.integers(0, 99))
def test_the_first_colours_do_not_depend_on_how_many_follow(few: int, more: int, seed: int) -> None:
    np.testing.assert_array_equal(
        colours.draw_pairs(few, colours.TEST, seed), colours.draw_pairs(more, colours.TEST, seed)[:few]
    )


def test_another_process_chooses_the_same_colours() -> None:
    program = "from cnnviz.core.data import colour_digits as c; print(c.draw_pairs(300, c.TRAIN).tobytes().hex())"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert bytes.fromhex(said.stdout) == colours.draw_pairs(300, colours.TRAIN).tobytes()


def test_another_seed_and_another_part_have_other_colours() -> None:
    first = colours.draw_pairs(100, colours.TRAIN, 1)
    for other in (colours.draw_pairs(100, colours.TRAIN, 2), colours.draw_pairs(100, colours.TEST, 1)):
        assert (first != other).any(axis=(1, 2)).all()


def test_colours_cover_every_level_and_polarity() -> None:
    """Ink is the lighter one as often as the darker one, and every channel has every level."""
    pairs = colours.draw_pairs(20_000, colours.TRAIN)
    lighter = [wcag(ink) > wcag(paper) for ink, paper in pairs[:4000].tolist()]
    assert 0.45 < np.mean(lighter) < 0.55
    assert all(len(np.unique(pairs[:, one, channel])) == 256 for one in (0, 1) for channel in range(3))


@given(ink=COLOUR, paper=COLOUR, seed=st.integers(0, 99))
def test_a_digit_is_mixed_of_its_colours(ink: tuple[int, int, int], paper: tuple[int, int, int], seed: int) -> None:
    digit = small_network.digit(seed)
    seen = colours.colour(digit, ink, paper)
    assert seen.shape == (32, 32, 3)
    assert seen.dtype == np.float32
    for channel in range(3):
        inside = (paper[channel] + digit.astype(float) * (ink[channel] - paper[channel])) / 255
        np.testing.assert_allclose(seen[2:-2, 2:-2, channel], inside, atol=1e-6)
        border = np.ones((32, 32), bool)
        border[2:-2, 2:-2] = False
        np.testing.assert_allclose(seen[border][:, channel], paper[channel] / 255, atol=1e-7)
    assert seen.min() >= 0
    assert seen.max() <= 1


@given(ink=COLOUR, paper=COLOUR)
def test_no_ink_is_paper_and_all_ink_is_ink(ink: tuple[int, int, int], paper: tuple[int, int, int]) -> None:
    blank = colours.colour(np.zeros((28, 28), np.float32), ink, paper)
    full = colours.colour(np.ones((28, 28), np.float32), ink, paper)
    np.testing.assert_allclose(blank[5, 5] * 255, paper, atol=1e-4)
    np.testing.assert_allclose(full[5, 5] * 255, ink, atol=1e-4)


@given(colour=COLOUR)
def test_hexadecimal_colour_is_parsed(colour: tuple[int, int, int]) -> None:
    assert colours.parse_hex("#" + bytes(colour).hex()) == colour


@pytest.mark.parametrize("wrong", ["", "blue", "#12345", "#12345g", "#1234567", "1d4ed8", None, 7, "#١٢٣٤٥٦"])
def test_invalid_colour_is_refused(wrong: object) -> None:
    with pytest.raises(Refusal, match="six hexadecimal digits"):
        colours.parse_hex(wrong)


def test_the_usual_colours_have_the_contrast() -> None:
    assert wcag(colours.parse_hex(colours.PAPER)) > wcag(colours.parse_hex(colours.INK))
    ink, paper = (np.array(colours.parse_hex(text)) for text in (colours.INK, colours.PAPER))
    assert colours.compute_contrast_ratio(ink, paper) >= colours.MIN_CONTRAST


def test_only_networks_that_read_colour_get_it() -> None:
    digits = np.stack([small_network.digit(1), small_network.digit(2)])
    assert colours.prepare_inputs(digits, (28, 28, 1), colours.TEST) is digits
    seen = colours.prepare_inputs(digits, colours.INPUT_SHAPE, colours.TEST)
    ink, paper = colours.draw_pairs(2, colours.TEST)[1]
    np.testing.assert_array_equal(seen[1], colours.colour(digits[1], ink, paper))
    np.testing.assert_array_equal(colours.prepare_inputs(digits[1:], colours.INPUT_SHAPE, colours.TEST, 1), seen[1:])


def test_the_checksum_follows_the_digits_and_their_number() -> None:
    told = {colours.hash_content(grey * 64, train, 5) for grey in "ab" for train in (3, 4)}
    assert len(told) == 4


def test_the_card_of_the_store_names_the_colour_digits_of_mnist() -> None:
    """Its checksum is that of MNIST's content and the colours of all 70,000 digits, made anew here."""
    card = model_store.card("cnn-rgb")
    train, test = mnist_file.SHAPES["y_train"][0], mnist_file.SHAPES["y_test"][0]
    assert card.data.sha256 == colours.hash_content(mnist_file.CONTENT_SHA256, train, test)
    assert card.data.name == colours.name_dataset(datasets.MNIST)
    assert card.plan.data == colours.DATA
    assert card.pen_accuracy is not None
    assert "ink and paper random" in card.pen_note


@pytest.mark.data
def test_the_network_reads_as_many_test_digits_as_its_card_says(mnist: datasets.Dataset) -> None:
    """The first 500 of the test part in their colours, computed by the layers that the pages use."""
    network = model_store.load("cnn-rgb")
    images = mnist.x_test[:500].astype(np.float32) / np.float32(255)
    seen = colours.prepare_inputs(images, network.architecture.input_shape, colours.TEST)
    right = (trace.predict(network, seen).argmax(axis=1) == mnist.y_test[:500]).mean()
    card = model_store.card("cnn-rgb")
    assert right == pytest.approx(card.test_accuracy, abs=0.02)
