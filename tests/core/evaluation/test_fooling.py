"""Changes of a digit: each begins with the digit itself, and the turn of an answer is the nearest one."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.core.data import colour_digits
from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.evaluation import fooling
from cnnviz.core.evaluation.fooling import CHANGES
from cnnviz.core.inference import samples, subject, trace
from cnnviz.core.layers import Dense, Flatten
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies
from tests.core.networks import small_network

DIGIT, OTHER = small_network.digit(1), small_network.digit(2)


@pytest.mark.parametrize("kind", CHANGES)
def test_a_series_has_a_digit_for_every_amount_and_the_digit_itself_among_them(kind: str) -> None:
    series = fooling.make_series(kind, DIGIT, OTHER)
    assert series.shape == (len(CHANGES[kind].amounts), 28, 28)
    assert series.dtype == np.float32
    assert series.min() >= 0
    assert series.max() <= 1
    np.testing.assert_allclose(series[CHANGES[kind].start], DIGIT, atol=1e-6)
    assert list(CHANGES[kind].amounts) == sorted(CHANGES[kind].amounts)


def test_a_morph_ends_in_the_other_digit_and_is_half_of_both_in_the_middle() -> None:
    series = fooling.make_series("morph", DIGIT, OTHER)
    np.testing.assert_array_equal(series[-1], OTHER)
    np.testing.assert_allclose(series[10], (DIGIT + OTHER) / 2, atol=1e-6)


@pytest.mark.parametrize(
    ("answers", "start", "turn"),
    [
        ([3, 3, 3, 8], 0, 3),
        ([5, 3, 3, 3, 8], 2, 4),
        ([5, 3, 3, 3, 3], 2, 0),
        ([3, 3, 3], 1, None),
        ([3, 5, 3, 3, 8], 2, 1),
    ],
)
def test_an_answer_turns_at_the_nearest_amount(answers: list[int], start: int, turn: int | None) -> None:
    assert fooling.find_turn(np.array(answers), start) == turn


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_few_changed_pixels_turn_an_answer_and_the_last_of_them_is_needed(seed: int) -> None:
    network, digit = small_network.network(seed), small_network.digit(seed)
    found = fooling.attack(network, digit)
    assert found.turned
    assert found.before == trace.trace(network, digit).answer
    assert found.after == trace.trace(network, found.changed).answer
    rows, columns = found.pixels.T
    assert set(np.unique(found.changed[rows, columns])) <= {0.0, 1.0}
    assert len({(int(row), int(column)) for row, column in found.pixels}) == len(found.pixels)
    untouched = np.ones((28, 28), bool)
    untouched[rows, columns] = False
    np.testing.assert_array_equal(found.changed[untouched], digit[untouched])
    without_last = found.changed.copy()
    without_last[rows[-1], columns[-1]] = digit[rows[-1], columns[-1]]
    assert trace.trace(network, without_last).answer == found.before


@pytest.mark.parametrize(("ink", "paper"), [("#1d4ed8", "#ffefc2"), ("#ffffff", "#202020")])
def test_pixels_become_ink_or_paper_for_a_network_that_reads_colour(ink: str, paper: str) -> None:
    network, digit = model_store.load("cnn-rgb"), subject.prepare_digit(samples.get_first(), frozenset(STEPS))

    def read(seen: np.ndarray) -> int:
        return trace.trace(network, colour_digits.colour_from_hex(seen, ink, paper)).answer

    found = fooling.attack(network, digit, ink=ink, paper=paper)
    assert found.turned
    assert (found.before, found.after) == (read(digit), read(found.changed))
    rows, columns = found.pixels.T
    assert set(np.unique(found.changed[rows, columns])) <= {0.0, 1.0}
    assert np.count_nonzero(found.changed != digit) <= len(found.pixels)
    without_last = found.changed.copy()
    without_last[rows[-1], columns[-1]] = digit[rows[-1], columns[-1]]
    assert read(without_last) == found.before


def test_the_first_pixel_of_a_colour_digit_is_the_one_with_the_largest_slope() -> None:
    """A network that only weighs pixels: what one gains is the weight of each channel times ink less paper."""
    layers = (Flatten(name="flatten"), Dense(name="answer", units=10, activation="softmax"))
    network = strategies.network(Architecture(name="linear", layers=layers, input_shape=(32, 32, 3)), 4)
    ink, paper = "#1d4ed8", "#ffefc2"
    found = fooling.attack(network, DIGIT, ink=ink, paper=paper)
    logits = trace.trace(network, colour_digits.colour_from_hex(DIGIT, ink, paper)).logits
    after, before = np.argsort(logits)[-2:]
    kernel = network.weights["answer"]["kernel"].reshape(32, 32, 3, 10)[2:-2, 2:-2]
    apart = np.subtract(colour_digits.parse_hex(ink), colour_digits.parse_hex(paper)) / 255
    slope = (kernel[..., after] - kernel[..., before]) @ apart
    gain = np.where(slope > 0, slope * (1 - DIGIT), -slope * DIGIT)
    assert tuple(found.pixels[0]) == np.unravel_index(gain.argmax(), gain.shape)


def test_no_more_pixels_are_changed_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fooling, "MAX_PIXELS", 0)
    found = fooling.attack(small_network.network(), DIGIT)
    assert (found.turned, len(found.pixels)) == (False, 0)
    np.testing.assert_array_equal(found.changed, DIGIT)


def test_where_no_pixel_helps_none_is_changed() -> None:
    network = small_network.network()
    dark = Network(
        network.architecture,
        {name: {key: value * 0 for key, value in each.items()} for name, each in network.weights.items()},
    )
    found = fooling.attack(dark, DIGIT)
    assert (found.turned, len(found.pixels)) == (False, 0)
