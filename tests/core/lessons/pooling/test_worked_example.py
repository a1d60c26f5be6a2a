"""Worked pooling examples, against Keras and against a loop without any shared geometry."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.number_grid import to_grid
from cnnviz.core.lessons.pooling.comparison import Pool
from cnnviz.core.lessons.pooling.worked_example import TUTORIAL, PoolWorkedExample, find_max_stride, find_window
from tests.core import strategies


@st.composite
def poolings(draw: st.DrawFn, largest: int = 9) -> tuple[np.ndarray, Pool]:
    """Draw a map of any small shape with any legal window, stride and padding."""
    rows, columns = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    padding = draw(st.sampled_from(["valid", "same"]))
    most = (rows, columns) if padding == "valid" else (largest, largest)
    size = draw(st.integers(1, most[0])), draw(st.integers(1, most[1]))
    strides = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    values = strategies.values((rows, columns), draw(strategies.seeds()), n=1)[0]
    if draw(st.booleans()):  # as after a ReLU: with ties and empty windows
        values = np.maximum(np.round(values), 0)
    return values, Pool(size, strides, padding)


def build_example(values: np.ndarray, pool: Pool) -> PoolWorkedExample:
    return PoolWorkedExample(to_grid(values), pool.pool_size, pool.strides, pool.padding)


def looped(values: np.ndarray, pool: Pool, reduce: Any) -> list[list[float]]:
    """Pool by the definition, in a loop over strided windows of the image."""
    sides = []
    for side, size, stride in zip(values.shape, pool.pool_size, pool.strides, strict=True):
        if pool.padding == "valid":
            starts = [start for start in range(0, side, stride) if start + size <= side]
        else:
            steps = math.ceil(side / stride)
            before = max((steps - 1) * stride + size - side, 0) // 2
            starts = [step * stride - before for step in range(steps)]
        sides.append([range(max(start, 0), min(start + size, side)) for start in starts])
    return [[reduce([values[r, c] for r in rows for c in columns]) for columns in sides[1]] for rows in sides[0]]


@settings(deadline=None)
@given(poolings())
def test_every_window_is_what_a_loop_finds(drawn_pooling: tuple[np.ndarray, Pool]) -> None:
    values, pool = drawn_pooling
    made = build_example(values, pool)
    assert made.largest.tolist() == looped(values, pool, lambda cells: float(max(cells)))
    means = looped(values, pool, lambda cells: math.fsum(map(float, cells)) / len(cells))
    assert made.means.tolist() == means
    image = values[..., np.newaxis]
    assert np.array_equal(pool.apply_max(image)[..., 0], made.largest)
    assert np.allclose(pool.apply_average(image)[..., 0], means, rtol=1e-5, atol=1e-6)


@pytest.mark.train
@pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow")
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(poolings())
@example((np.ones((1, 1), np.float32), Pool((9, 9), (9, 9), "same")))
def test_both_poolings_are_those_of_keras(drawn_pooling: tuple[np.ndarray, Pool]) -> None:
    """One image at a time: see `called` in test_oracle."""
    import keras

    values, pool = drawn_pooling
    made = build_example(values, pool)
    image = values[np.newaxis, ..., np.newaxis].astype(np.float32)
    theirs = [
        np.asarray(kind(pool.pool_size, pool.strides, pool.padding)(image))[0, ..., 0]
        for kind in (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)
    ]
    assert made.output_shape == theirs[0].shape == theirs[1].shape
    assert np.array_equal(made.largest.astype(np.float32), theirs[0])
    assert np.allclose(made.means, theirs[1], rtol=1e-5, atol=1e-6)
    assert np.array_equal(pool.apply_max(image[0])[..., 0], theirs[0])
    assert np.allclose(pool.apply_average(image[0])[..., 0], theirs[1], rtol=1e-5, atol=1e-6)


@settings(deadline=None)
@given(poolings())
def test_counts_are_consistent(drawn_pooling: tuple[np.ndarray, Pool]) -> None:
    values, pool = drawn_pooling
    made = build_example(values, pool)
    assert made.read.sum() == sum(each.count for each in made.windows)
    assert made.kept == made.largest.size / values.size
    for each in made.windows:
        assert len(each.cells) == math.prod(pool.pool_size)
        assert each.count == sum(not cell.padding for cell in each.cells) >= 1
        assert {cell.value for cell in each.winners} == {each.largest}
        assert min(each.inside) - 1e-9 <= each.mean <= each.largest + 1e-9


def test_the_tutorials_window_keeps_seven() -> None:
    made = PoolWorkedExample(TUTORIAL)
    first = made.windows[0]
    assert list(first.inside) == [1, 2, 7, 1]
    assert [(cell.row, cell.column) for cell in first.winners] == [(1, 0)]
    assert first.mean_work == "(1 + 2 + 7 + 1) / 4 = 2.75"
    assert first.max_work == "max(1, 2, 7, 1) = 7"
    assert made.formula == "(4 − 2) / 2 + 1 = 2"
    assert made.kept_formula == "2 × 2 / (4 × 4) = 4 / 16"
    assert made.kept == 0.25


def test_padded_cells_are_left_out_of_the_mean() -> None:
    corner = PoolWorkedExample(((8.0, 8.0, 8.0), (8.0, 8.0, 8.0), (8.0, 8.0, 2.0)), padding="same").windows[-1]
    assert [cell.padding for cell in corner.cells] == [False, True, True, True]
    assert (corner.total, corner.count, corner.mean) == (2, 1, 2)


def test_a_mean_that_two_decimals_do_not_hold_is_about() -> None:
    made = PoolWorkedExample(((1.0, 0.0, -1.5), (0.0, 0.0, 0.0), (0.1, 0.2, 0.3)), (3, 3), (3, 3))
    assert made.windows[0].mean_work == "(1 + 0 + (−1.5) + 0 + 0 + 0 + 0.1 + 0.2 + 0.3) / 9 ≈ 0.01"
    assert PoolWorkedExample(((0.1, 0.2), (0.3, 0.4))).windows[0].mean_work == "(0.1 + 0.2 + 0.3 + 0.4) / 4 = 0.25"


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 12))
def test_window_and_stride_clamp_each_other(side: int, stride: int, window: int) -> None:
    stride, window = min(stride, side), min(window, side)
    settled = find_window(side, stride, window)
    assert 1 <= settled <= side
    assert stride <= find_max_stride(side, settled)
    if stride <= find_max_stride(side, window):
        assert settled == window


def test_a_longer_stride_than_the_longest_changes_nothing() -> None:
    for side in range(1, 9):
        for window in range(1, side + 1):
            longest = PoolWorkedExample(to_grid(np.eye(side)), (window, window), (find_max_stride(side, window),) * 2)
            longer = PoolWorkedExample(to_grid(np.eye(side)), (window, window), (side + 5, side + 5))
            assert longer.output_shape == (1, 1)
            assert longest.output_shape == (1, 1) or find_max_stride(side, window) == side - window


@pytest.mark.parametrize("values", [(), ((),), ((1.0,), (1.0, 2.0))])
def test_invalid_grid_is_refused(values: Any) -> None:
    with pytest.raises(Refusal):
        PoolWorkedExample(values)


def test_a_window_larger_than_the_grid_is_refused() -> None:
    with pytest.raises(Refusal, match="window must not be larger"):
        PoolWorkedExample(TUTORIAL, (5, 5))
