"""Changes of a digit: each begins with the digit itself, and the turn of an answer is the nearest one."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.core.evaluation import fooling
from cnnviz.core.evaluation.fooling import CHANGES
from tests.core.networks import small_network

DIGIT, OTHER = small_network.digit(1), small_network.digit(2)


@pytest.mark.parametrize("kind", CHANGES)
def test_a_series_has_a_digit_for_every_amount_and_the_digit_itself_among_them(kind: str) -> None:
    series = fooling.make_series(kind, DIGIT, OTHER)
    assert series.shape == (len(CHANGES[kind].amounts), 28, 28)
    assert (series.dtype, series.min() >= 0, series.max() <= 1) == (np.float32, True, True)
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
