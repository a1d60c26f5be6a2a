"""A filter over three channels: sums equal the layer's and SciPy's, and displayed numbers add up exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import correlate

from cnnviz.core.data import colour_digits
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import trace
from cnnviz.core.lessons.convolution import colour_sum
from cnnviz.core.lessons.convolution.colour_sum import EXAMPLES, NUMBERS, UNIT, ColourSum
from cnnviz.core.networks import model_store
from tests.core.networks import small_network

WEIGHT = st.floats(-99, 99, allow_nan=False).map(lambda value: round(value, 6) + 0.0)
NUMBER_ROWS = st.tuples(*[WEIGHT] * NUMBERS)


def pictured(seed: int, height: int = 9, width: int = 7) -> np.ndarray:
    return np.random.default_rng(seed).random((height, width, 3), dtype=np.float32)


@given(seed=st.integers(0, 99), numbers=NUMBER_ROWS)
def test_the_shown_numbers_add_up_exactly(seed: int, numbers: tuple[float, ...]) -> None:
    """Worked out once more with fractions, from the shown pixels and weights alone."""
    shown = ColourSum(pictured(seed), numbers)
    row, column = seed % 7, seed % 5
    parts = []
    for channel in range(3):
        products = [
            Fraction(int(shown.pixels[channel, row + r, column + c]), UNIT)
            * Fraction(int(shown.kernel[channel, r, c]), UNIT)
            for r in range(3)
            for c in range(3)
        ]
        parts.append(sum(half_away(product) for product in products))
        assert shown.partial[channel, row, column] == parts[-1]
    assert shown.total[row, column] == sum(parts)
    assert shown.before[row, column] == sum(parts) + shown.bias
    assert shown.after[row, column] == max(0, sum(parts) + shown.bias)


def half_away(product: Fraction) -> int:
    whole, rest = divmod(abs(product) * UNIT, 1)
    size: int = int(whole) + (rest >= Fraction(1, 2))
    return size if product >= 0 else -size


@given(seed=st.integers(0, 99), numbers=NUMBER_ROWS)
def test_the_sum_is_that_of_scipy(seed: int, numbers: tuple[float, ...]) -> None:
    picture = pictured(seed)
    kernel = np.moveaxis(np.reshape(numbers[:27], (3, 3, 3)), 0, -1)
    expected = correlate(picture.astype(float), kernel, "valid")[..., 0]
    shown = ColourSum(picture, numbers)
    largest = np.abs(numbers).max() + 1
    np.testing.assert_allclose(shown.total / UNIT, expected, atol=27 * 0.5e-6 * (largest + 2))


@pytest.mark.parametrize("place", range(0, 32, 5))
def test_a_stored_filter_gives_what_the_network_gives(place: int) -> None:
    network = model_store.load("cnn-rgb")
    picture = colour_digits.prepare_input(small_network.digit(place), network.architecture.input_shape)
    layer = trace.trace(network, picture).layers[0]
    shown = ColourSum(picture, colour_sum.list_filters(network)[place])
    largest = float(np.abs(layer.before).max())
    assert np.abs(shown.before / UNIT - layer.before[..., place]).max() <= 5e-6 * max(largest, 1)
    assert np.abs(shown.after / UNIT - layer.after[..., place]).max() <= 5e-6 * max(largest, 1)


def test_the_store_has_a_network_whose_filters_can_be_shown() -> None:
    network = model_store.load("cnn-rgb")
    assert colour_sum.is_supported(network)
    filters = colour_sum.list_filters(network)
    assert [len(one) for one in filters] == [28] * 32
    kernel = network.weights_of("conv2d")["kernel"]
    assert filters[4][9 * 2 + 3 * 1 + 2] == kernel[1, 2, 2, 4]
    assert filters[4][27] == network.weights_of("conv2d")["bias"][4]


@pytest.mark.parametrize("name", [name for name in model_store.names() if name != "cnn-rgb"])
def test_grey_networks_have_no_filters_to_show(name: str) -> None:
    assert not colour_sum.is_supported(model_store.load(name))


@given(numbers=NUMBER_ROWS)
def test_numbers_come_back_from_a_link(numbers: tuple[float, ...]) -> None:
    back = colour_sum.decode(colour_sum.encode(numbers))
    assert back == pytest.approx(numbers, abs=1e-9)
    assert colour_sum.encode(back) == colour_sum.encode(numbers)


@pytest.mark.parametrize("written", ["", "1", "1~2~3", "~".join(["1"] * 27), "~".join([*["1"] * 27, "x"])])
def test_a_broken_link_is_refused(written: str) -> None:
    with pytest.raises(Refusal):
        colour_sum.decode(written)


@given(number=WEIGHT)
def test_a_shown_number_is_its_value(number: float) -> None:
    shown = colour_sum.format_number(number)
    assert float(shown.replace("−", "-")) == pytest.approx(number, abs=1e-9)
    assert "e" not in shown
    assert "-" not in shown


@pytest.mark.parametrize(("typed", "value"), [("2", 2), ("−0.5", -0.5), ("1/9", 1 / 9), ("0,25", 0.25)])
def test_a_typed_number_is_taken(typed: str, value: float) -> None:
    numbers = EXAMPLES["edge"][1]
    texts = [*map(colour_sum.format_number, numbers[:-1]), typed]
    after, refused = colour_sum.apply_edits(numbers, texts)
    assert refused is None
    assert after == (*numbers[:-1], value)


@pytest.mark.parametrize("typed", ["", "nan", "inf", "two", "1e9", "1/0", "100", "--1"])
def test_a_typed_text_that_is_no_weight_is_refused_and_nothing_changes(typed: str) -> None:
    numbers = EXAMPLES["red"][1]
    texts = [*map(colour_sum.format_number, numbers)]
    texts[7] = typed
    after, refused = colour_sum.apply_edits(numbers, texts)
    assert after == numbers
    assert refused is not None
    assert refused[0] == 7
    assert "kept" in str(refused[1])


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_have_27_weights_and_a_bias(name: str) -> None:
    assert len(EXAMPLES[name][1]) == NUMBERS == 28


def test_red_alone_is_the_red_channel() -> None:
    picture = pictured(1)
    shown = ColourSum(picture, EXAMPLES["red"][1])
    np.testing.assert_array_equal(shown.after, shown.pixels[0, 1:-1, 1:-1])


def test_red_against_blue_is_their_difference() -> None:
    shown = ColourSum(pictured(2), EXAMPLES["red-blue"][1])
    red, _, blue = shown.pixels[:, 1:-1, 1:-1].astype(int)
    np.testing.assert_array_equal(shown.before, red - blue)
