"""The smoothing of curves, against explicit sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from cnnviz.core.training.smoothing import smooth_exponentially

numbers = some.lists(some.floats(-1e3, 1e3, width=32) | some.just(float("nan")), max_size=60)
half_lives = some.floats(0.05, 1e4)


def summed(values: np.ndarray, half_life: float) -> np.ndarray:
    """Compute the definition: every finite value so far, weighted by its age."""
    shown = np.full(len(values), np.nan)
    for place in range(len(values)):
        so_far = values[: place + 1]
        so_far = so_far[np.isfinite(so_far)]
        if np.isfinite(values[place]):
            weights = 0.5 ** (np.arange(len(so_far))[::-1] / half_life)
            shown[place] = (weights * so_far).sum() / weights.sum()
    return shown


@given(numbers, half_lives)
def test_smoothed_value_is_the_weighted_mean_so_far(values: list[float], half_life: float) -> None:
    array = np.array(values)
    np.testing.assert_allclose(smooth_exponentially(array, half_life), summed(array, half_life), rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("half_life", [0.5, 3, 20, 500])
def test_tensorboards_recurrence_gives_the_same(half_life: float) -> None:
    values = np.random.default_rng(1).normal(size=5000).cumsum()
    weight, last, shown = 2 ** (-1 / half_life), 0.0, []
    for count, value in enumerate(values, start=1):
        last = weight * last + (1 - weight) * value
        shown.append(last / (1 - weight**count))
    np.testing.assert_allclose(smooth_exponentially(values, half_life), shown, rtol=2e-6, atol=1e-5)


@given(numbers, half_lives)
def test_smoothed_value_stays_within_the_range(values: list[float], half_life: float) -> None:
    shown = smooth_exponentially(np.array(values), half_life)
    finite = np.array(values)[np.isfinite(values)]
    if len(finite):
        assert np.nanmin(shown) >= finite.min() - 1e-3
        assert np.nanmax(shown) <= finite.max() + 1e-3
    np.testing.assert_array_equal(np.isnan(shown), np.isnan(values))


def test_half_of_a_step_is_reached_after_a_half_life():
    values = np.concatenate([np.zeros(10_000), np.ones(30)])
    assert smooth_exponentially(values, 30)[-1] == pytest.approx(0.5, abs=1e-6)


def test_a_long_half_life_gives_the_mean():
    values = np.arange(100.0)
    assert smooth_exponentially(values, np.inf)[-1] == pytest.approx(49.5)
    assert smooth_exponentially(np.zeros(0), 5).shape == (0,)


@pytest.mark.parametrize(
    ("values", "half_life"), [(np.zeros(3), 0), (np.zeros(3), -1), (np.zeros((2, 2)), 1), (np.zeros(3), float("nan"))]
)
def test_invalid_half_life_is_refused(values: np.ndarray, half_life: float) -> None:
    with pytest.raises(ValueError, match=r"`half_life` above 0 are needed\. Received: "):
        smooth_exponentially(values, half_life)
