"""Degrade digits as pictures of paper do, and draw pictures without a digit."""

import numpy as np
import pytest

from cnnviz.core.data import degradation, non_digits
from cnnviz.core.data.datasets import Dataset


@pytest.fixture(scope="module")
def digits(mnist: Dataset) -> np.ndarray:
    return mnist.x_train[:120] / np.float32(255)


@pytest.mark.parametrize("name", degradation.DEGRADATIONS)
def test_degradation_changes_digits_and_stays_in_range(digits: np.ndarray, name: str) -> None:
    before = digits.copy()
    made = np.clip(degradation.DEGRADATIONS[name](digits, np.random.default_rng(1)), 0, 1)
    np.testing.assert_array_equal(digits, before)
    assert made.shape == digits.shape
    assert np.isfinite(made).all()
    changed = np.abs(made - digits).mean(axis=(1, 2)) > 1e-3
    assert changed.mean() > 0.8


@pytest.mark.parametrize(
    ("name", "sign"), [("thicken", 1), ("thin", -1), ("fade", -1), ("shade", 1), ("lines", 1), ("specks", 1)]
)
def test_degradation_adds_or_takes_ink(digits: np.ndarray, name: str, sign: int) -> None:
    made = degradation.DEGRADATIONS[name](digits, np.random.default_rng(2))
    assert np.sign((made - digits).sum()) == sign


def test_thinned_digits_keep_ink(digits: np.ndarray) -> None:
    made = degradation.thin(digits, np.random.default_rng(3))
    assert (made.max(axis=(1, 2)) > 0.3).all()


def test_coarse_digits_are_blocks(digits: np.ndarray) -> None:
    made = degradation.coarsen(digits, np.random.default_rng(4))
    repeated = (made[:, 1:] == made[:, :-1]).all(axis=2)
    assert (repeated.sum(axis=1) >= 7).all(), "at most 20 different rows of 28"


def test_about_two_changes_an_image() -> None:
    assert set(degradation.SHARES) == set(degradation.DEGRADATIONS)
    assert 1.5 < sum(degradation.SHARES.values()) < 3.5


def test_degraded_copy_is_uint8_and_repeatable(mnist: Dataset) -> None:
    images = mnist.x_train[:50]
    first, second = (degradation.degrade_images(images, np.random.default_rng(5)) for _ in range(2))
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, images)


@pytest.mark.parametrize("kind", non_digits.KINDS)
def test_pictures_without_a_digit_are_preprocessed_and_differ(kind: str) -> None:
    made = non_digits.draw(kind, 3, np.random.default_rng(6))
    assert made.shape == (3, 28, 28)
    assert made.dtype == np.float32
    assert 0 <= made.min() <= made.max() <= 1
    assert (made.mean(axis=(1, 2)) >= non_digits.MIN_INK).all()
    assert not np.array_equal(made[0], made[1])


def test_kinds_are_trained_or_unseen() -> None:
    assert sorted((*non_digits.TRAINED, *non_digits.UNSEEN)) == sorted(non_digits.KINDS)


def test_mixture_takes_kinds_in_turn() -> None:
    kinds = ("written letters", "symbols")
    made = non_digits.draw_mixture(kinds, 5, np.random.default_rng(7))
    expected = non_digits.draw("written letters", 3, np.random.default_rng(7))
    np.testing.assert_array_equal(made[::2], expected)
