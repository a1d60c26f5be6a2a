"""Perturbations of a digit against independent computations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.inference import perturbations
from cnnviz.core.inference.perturbations import (
    FINENESS,
    OFFSETS,
    PERTURBATIONS,
    UNMOVED,
    add_noise,
    rotate,
    scale,
    shift,
    shift_grid,
    thicken,
)
from tests.core.networks import small_network

PIXELS = st.integers(-30, 30)


def framed(ink: tuple[slice, slice] = (slice(9, 20), slice(12, 15)), value: float = 1.0) -> np.ndarray:
    """Draw a bar of one grey on black."""
    digit = np.zeros((28, 28), np.float32)
    digit[ink] = value
    return digit


@given(down=PIXELS, right=PIXELS)
def test_a_shift_by_whole_pixels_is_exact(down: int, right: int) -> None:
    digit = small_network.digit()
    moved = shift(digit, down, right)
    for row in range(28):
        for column in range(28):
            inside = 0 <= row - down < 28 and 0 <= column - right < 28
            assert moved[row, column] == (digit[row - down, column - right] if inside else 0)


def test_the_grid_has_every_offset_once_in_rows() -> None:
    digit = small_network.digit()
    grid = shift_grid(digit)
    assert grid.shape == (169, 28, 28)
    assert grid.dtype == np.float32
    assert len(set(OFFSETS)) == 169
    np.testing.assert_array_equal(grid[UNMOVED], digit)
    for image, (down, right) in zip(grid.reshape(13, 13, 28, 28)[2], OFFSETS[26:39], strict=True):
        np.testing.assert_array_equal(image, shift(digit, -4, right))
        assert down == -4


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_the_neutral_amount_changes_nothing_and_the_others_do(name: str) -> None:
    perturbation = PERTURBATIONS[name]
    digit = framed(value=0.75)
    series = perturbation.series(digit)
    assert series.dtype == np.float32
    assert series.shape == (len(perturbation.amounts), 28, 28)
    assert series.min() >= 0
    assert series.max() <= 1
    np.testing.assert_array_equal(series[perturbation.start], digit)
    assert list(perturbation.amounts) == sorted(perturbation.amounts)
    for place, image in enumerate(series):
        assert (place == perturbation.start) == np.array_equal(image, digit)


@pytest.mark.parametrize(("degrees", "turns"), [(90, -1), (-90, 1), (180, 2)])
def test_quarter_turns_are_clockwise_and_exact(degrees: float, turns: int) -> None:
    digit = small_network.digit()
    np.testing.assert_allclose(rotate(digit, degrees), np.rot90(digit, turns), atol=1e-5)


@given(degrees=st.floats(-45, 45))
def test_turning_keeps_the_ink_of_what_stays_on_the_paper(degrees: float) -> None:
    assert rotate(framed(), degrees).sum() == pytest.approx(framed().sum(), rel=0.04)


def test_scaling_by_two_doubles_both_sides() -> None:
    square = framed((slice(11, 17), slice(11, 17)))
    larger = scale(square, 2)
    assert larger.sum() == pytest.approx(4 * square.sum(), rel=0.02)
    np.testing.assert_allclose(larger[10:18, 10:18], 1)
    np.testing.assert_allclose(scale(scale(square, 2), 0.5)[12:16, 12:16], 1)


@pytest.mark.parametrize("pixels", [0.25, 0.5, 1.0, 2.0, 3.0])
def test_a_stroke_grows_by_as_many_pixels_on_every_side(pixels: float) -> None:
    grown, thinned = thicken(framed(), pixels), thicken(framed(), -min(pixels, 1.0))
    assert grown[14].sum() == pytest.approx(3 + 2 * pixels)
    assert grown[:, 13].sum() == pytest.approx(11 + 2 * pixels)
    assert thinned[14].sum() == pytest.approx(3 - 2 * min(pixels, 1.0))


def test_thickening_is_the_largest_value_around_on_a_finer_grid() -> None:
    digit = small_network.digit()
    fine = np.kron(digit, np.ones((FINENESS, FINENESS), np.float32))
    expected = fine.copy()
    for row in range(fine.shape[0]):
        for column in range(fine.shape[1]):
            for down, right in [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)]:
                if 0 <= row + down < fine.shape[0] and 0 <= column + right < fine.shape[1]:
                    expected[row, column] = max(expected[row, column], fine[row + down, column + right])
    expected = expected.reshape(28, FINENESS, 28, FINENESS).mean(axis=(1, 3))
    np.testing.assert_allclose(thicken(digit, 1 / FINENESS), expected, atol=1e-6)


def test_noise_is_the_same_every_time_and_has_the_strength_that_was_asked_for() -> None:
    grey = np.full((28, 28), 0.5, np.float32)
    np.testing.assert_array_equal(add_noise(grey, 0.1), add_noise(grey, 0.1))
    assert add_noise(grey, 0.1).std() == pytest.approx(0.1, rel=0.1)
    np.testing.assert_allclose(add_noise(grey, 0.1) - grey, 2 * (add_noise(grey, 0.05) - grey), atol=1e-6)
    assert not perturbations._noise((28, 28)).flags.writeable
