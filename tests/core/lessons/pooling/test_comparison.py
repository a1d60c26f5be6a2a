"""Effects of pooling: facts against slow definitions, sentences on maps with a known result."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.pooling import sentences
from cnnviz.core.lessons.pooling.comparison import (
    Pool,
    compare,
    measure_disagreements,
    rank,
    weigh_disagreements,
)
from cnnviz.core.lessons.pooling.peaks import find_peaks
from cnnviz.core.lessons.pooling.sentences import describe
from tests.core.lessons.pooling.test_worked_example import poolings
from tests.marked_text import plain

TWO = Pool()
CHECKERBOARD = (np.indices((8, 8)).sum(axis=0) % 2).astype(np.float32)


def pixel(row: int = 2, column: int = 3, value: float = 1.0, side: int = 4) -> np.ndarray:
    made = np.zeros((side, side), np.float32)
    made[row, column] = value
    return made


def told(values: np.ndarray, pool: Pool = TWO) -> list[str]:
    return [plain(each) for each in describe(compare(np.asarray(values, np.float32), pool))]


def templates(values: np.ndarray, pool: Pool = TWO) -> list[str]:
    return [each.template for each in describe(compare(np.asarray(values, np.float32), pool))]


def slow_peaks(values: np.ndarray) -> set[frozenset[tuple[int, int]]]:
    """Find peaks by the definition: groups grown cell by cell from every cell."""
    cells = list(np.ndindex(values.shape))
    found = set()
    for start in cells:
        group = {start}
        while True:
            grown = group | {
                c
                for c in cells
                for g in group
                if abs(c[0] - g[0]) + abs(c[1] - g[1]) == 1 and values[c] == values[start]
            }
            if grown == group:
                break
            group = grown
        around = [c for c in cells for g in group if max(abs(c[0] - g[0]), abs(c[1] - g[1])) == 1]
        heights = [values[c] for c in around]
        if not any(h > values[start] for h in heights) and any(h < values[start] for h in heights):
            found.add(frozenset(group))
    return found


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-2, 3), min_size=1, max_size=25), st.integers(1, 5))
def test_peaks_are_those_of_the_definition(numbers: list[int], columns: int) -> None:
    rows = -(-len(numbers) // columns)
    values = np.resize(np.array(numbers, np.float32), (rows, columns))
    assert set(find_peaks(values)) == slow_peaks(values)


@settings(deadline=None)
@given(poolings())
def test_properties_hold_on_any_map(drawn_pooling: tuple[np.ndarray, Pool]) -> None:
    values, pool = drawn_pooling
    found = compare(values, pool)
    assert (found.difference >= 0).all()
    assert 0 <= found.disagreement <= 1
    for kept, pooled in ((found.after_max, found.largest), (found.after_mean, found.means)):
        assert 0 <= kept.peaks <= min(found.before.peaks, len(find_peaks(pooled)))
        assert kept.empty == np.count_nonzero(pooled == 0) / pooled.size
        if values.any():
            expected = np.mean(pooled.astype(float) ** 2) / np.mean(values.astype(float) ** 2)
            assert np.isclose(kept.energy, expected)
    if pool.pool_size == (1, 1):
        assert found.disagreement == 0
    for sentence in told(values, pool):
        assert not re.search(r"[{}]|nan|inf", sentence)
    assert told(values, pool)


@settings(deadline=None)
@given(poolings(), st.integers(1, 1000))
def test_disagreement_does_not_depend_on_a_factor(drawn_pooling: tuple[np.ndarray, Pool], factor: int) -> None:
    values, pool = drawn_pooling
    both = np.stack([values, values * np.float32(factor)], axis=-1)
    first, second = measure_disagreements(both, pool)
    assert first == pytest.approx(second, abs=1e-5)


def test_disagreement_of_a_map_is_that_of_its_poolings_alone() -> None:
    even = np.ones((4, 4), np.float32)
    maps = np.stack([np.zeros_like(even), even, pixel()], axis=-1)
    assert measure_disagreements(maps, TWO).tolist() == [0, 0, pytest.approx((1 - 0.25) / (1 + 0.25))]


def test_maps_are_ranked_by_disagreement_times_their_share_of_the_energy() -> None:
    even = np.ones((4, 4), np.float32)
    gentle = even.copy()
    gentle[0, 0] = 1.5
    maps = np.stack([np.zeros_like(even), gentle, even, pixel(), 9 * gentle], axis=-1)
    energies = np.array([0, 17.25, 16, 1, 81 * 17.25])
    expected = measure_disagreements(maps, TWO) * energies / energies.sum()
    assert weigh_disagreements(maps, TWO) == pytest.approx(expected)
    assert rank(maps, TWO) == (4, 1, 3, 0, 2)


def test_a_dark_map_with_one_dim_cell_is_not_where_the_poolings_disagree_most() -> None:
    """It was chosen: the disagreement of its own poolings is the largest there can be."""
    stroke = np.zeros((12, 12), np.float32)
    stroke[2:10, 5:8] = 1
    maps = np.stack([pixel(3, 4, 0.01, 12), stroke], axis=-1)
    dim, bright = measure_disagreements(maps, TWO)
    assert dim > bright
    assert rank(maps, TWO) == (1, 0)


LAYERS = st.tuples(st.integers(2, 8), st.integers(2, 8), st.integers(2, 6), st.integers(0, 2**32 - 1))


@settings(deadline=None)
@given(LAYERS, st.floats(1e-6, 0.5))
def test_a_weak_noisy_map_never_ranks_above_a_strong_one(layer: tuple[int, int, int, int], share: float) -> None:
    """The weak map is noise that holds a `share` of what the strong one's disagreement makes of its energy."""
    rows, columns, _, seed = layer
    rng = np.random.default_rng(seed)
    strong = np.maximum(rng.normal(size=(rows, columns)), 0)
    weak = np.maximum(rng.normal(size=(rows, columns)) - 1.5, 0)
    assume(strong.any() and weak.any())
    disagreement = float(measure_disagreements(strong[..., None].astype(np.float32), TWO)[0])
    assume(disagreement > 0.01)
    weak *= np.sqrt(share * disagreement * np.square(strong).sum() / np.square(weak).sum())
    maps = np.stack([weak, strong], axis=-1).astype(np.float32)
    assert rank(maps, TWO) == (1, 0)


@settings(deadline=None)
@given(LAYERS, st.floats(1e-3, 1e3))
def test_the_first_map_holds_much_of_the_energy_in_any_layer(layer: tuple[int, int, int, int], factor: float) -> None:
    *shape, seed = layer
    rng = np.random.default_rng(seed)
    maps = np.maximum(rng.normal(size=shape) * 10 ** rng.uniform(-3, 1, shape[-1]), 0).astype(np.float32)
    energies, apart = np.square(maps, dtype=float).sum(axis=(0, 1)), measure_disagreements(maps, TWO)
    first = rank(maps, TWO)[0]
    assert energies[first] >= (apart * energies).max() * (1 - 1e-9)
    weighed = weigh_disagreements(maps, TWO)
    assert ((weighed >= 0) & (weighed <= 1)).all()
    assert weigh_disagreements(maps * np.float32(factor), TWO) == pytest.approx(weighed, abs=1e-5)


def test_maps_of_a_dark_layer_keep_their_order() -> None:
    assert rank(np.zeros((4, 4, 3), np.float32), TWO) == (0, 1, 2)


def test_single_bright_pixel_is_described() -> None:
    found = compare(pixel(), TWO)
    assert (found.before.peaks, found.after_max.peaks, found.after_mean.peaks) == (1, 1, 1)
    assert (found.after_max.energy, found.after_mean.energy) == (4, 0.25)
    peak, energy, empty = told(pixel())
    assert peak == "The one peak of this map, 1, survives both: as 1 with max pooling, as 0.25 with average pooling."
    assert "4 times the energy" in energy
    assert "average pooling leaves 0.25 times" in energy
    assert empty == "Of its cells 94 % are empty (0); after either pooling 75 %."


def test_the_only_peak_is_described_by_its_own_value_and_not_by_the_largest_left() -> None:
    """Beside a peak of 6 lies a plateau of 5, which average pooling leaves higher than the peak."""
    values = np.array([[6, 5, 5, 5, 5, 5], [5, 0, 0, 5, 5, 5]], np.float32)
    assert told(values)[0] == (
        "The one peak of this map, 6, survives both: as 6 with max pooling, as 4 with average pooling."
    )


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.sampled_from([5, 5, 5, 0]), min_size=24, max_size=24),
    st.integers(0, 23),
    st.sampled_from([TWO, Pool((3, 3), (2, 2), "same"), Pool((2, 2), (1, 1))]),
)
def test_the_description_of_an_only_peak_comes_from_a_window_over_it(
    plateau: list[int], place: int, pool: Pool
) -> None:
    values = np.array(plateau, np.float32)
    values[place] = 6
    values = values.reshape(4, 6)
    peaks = find_peaks(values)
    found = compare(values, pool)
    first = describe(found)[0]
    assume(len(peaks) == 1 and first.template in sentences.ONLY.values())
    peak = np.zeros((*values.shape, 1), np.float32)
    peak[tuple(np.transpose(list(peaks[0])))] = 1
    over = pool.apply_max(peak)[..., 0] > 0
    for name, pooled in (("max", found.largest), ("mean", found.means)):
        if f"{{{name}}}" in first.template:
            assert first.values[name] in {sentences.format_number(value) for value in pooled[over]}


def test_a_pixel_that_no_window_covers_is_lost() -> None:
    found = told(pixel(1, 1), Pool((1, 1), (2, 2)))
    assert templates(pixel(1, 1), Pool((2, 2), (3, 3), "same")) != [sentences.ONLY_PEAK_LOST]
    assert found[0] == sentences.ONE_VALUE
    assert "100 %" in found[1]
    outside = told(pixel(4, 4, side=5))
    assert "is gone" in outside[0]
    assert "every window gives 0" in outside[0]
    two = pixel(4, 4, value=3, side=5) + pixel(0, 0, side=5)
    assert any("The largest value, 3, lies under no window" in each for each in told(two))


def test_constant_map_is_described() -> None:
    assert told(np.full((6, 6), 0.3)) == [
        "Every value of this map is 0.3, so the largest of a window is its mean: both poolings give 0.3 everywhere."
    ]
    assert templates(np.full((5, 5), 0.1), Pool((3, 3), (2, 2), "same")) == [sentences.CONSTANT]
    assert templates(np.full((6, 6), -2)) == [sentences.CONSTANT]


def test_empty_map_is_described() -> None:
    assert told(np.zeros((6, 6))) == [
        "All 36 values of this map are 0: both poolings give 0 everywhere, and there was nothing to lose."
    ]


def test_checkerboard_is_described() -> None:
    assert len(find_peaks(CHECKERBOARD)) == 32
    gone, energy = told(CHECKERBOARD)
    assert gone == (
        "The pattern is gone: every window gives 1 with max pooling and 0.5 with average pooling, and none of its "
        "peaks (32) is left."
    )
    assert "2 times" in energy
    assert "0.5 times" in energy
    assert sentences.GONE not in templates(CHECKERBOARD, Pool((3, 3), (3, 3)))


def test_negative_values_are_described() -> None:
    values = np.array([[-4, 1], [-2, -6]]).repeat(2, axis=0).repeat(2, axis=1)
    values[0, 0] = 2
    said = told(values)
    assert said[-1] == "Of its cells 69 % are negative; after max pooling 50 %, after average pooling 75 %."
    deep = compare(np.array([[-1, -9], [-9, -9]], np.float32), TWO)
    assert str(describe(deep)[0]).endswith("max pooling leaves the number −1, average pooling −7.")


def test_peaks_that_merge_count_once() -> None:
    """Two peaks in neighbouring windows: their maxima are one even ridge, their means two peaks."""
    values = pixel(0, 0) + pixel(0, 2) + pixel(0, 3)
    found = compare(values, TWO)
    assert (found.before.peaks, found.after_max.peaks, found.after_mean.peaks) == (2, 1, 1)
    assert told(values)[0].startswith(
        "Of 2 peaks max pooling leaves 1 and average pooling as many, not always the same"
    )
    apart = pixel(0, 0, side=6) + pixel(4, 4, side=6)
    assert told(apart)[0] == "Each of the 2 peaks of this map survives both poolings."


@pytest.mark.parametrize(
    "values", [np.zeros((2, 2, 1)), np.zeros((0, 3)), np.array([[np.nan, 1]]), np.array([[np.inf]])]
)
def test_invalid_map_is_refused(values: np.ndarray) -> None:
    with pytest.raises(Refusal, match="one map of finite numbers"):
        compare(values.astype(np.float32), Pool((1, 1), (1, 1)))


def test_a_window_larger_than_the_map_is_refused_with_the_way_out() -> None:
    with pytest.raises(Refusal, match=r"window must not be larger .*Use a smaller window"):
        compare(np.zeros((3, 3), np.float32), Pool((4, 4), (4, 4)))
