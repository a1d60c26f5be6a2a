"""One map pooled by its largest values and by its means: both results, and what each kept and lost of it.

A peak of a map (`cnnviz.core.lessons.pooling.peaks`) *survives* a pooling if a peak of the pooled map stands
for it: one whose windows cover some of its cells. Each peak of the pooled map stands for one only, the highest first,
so peaks that merge count once.

*Energy* is the mean of the squares: a mean and not a sum, because the pooled maps have fewer cells. 1 means that a cell
of the result is as strong as a cell of the map. Max pooling often has more than 1, for it leaves weak cells out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import AveragePooling2D, MaxPooling2D, windows
from cnnviz.core.layers.layer import Pair
from cnnviz.core.lessons.pooling.peaks import Cells, find_peaks, measure_height


@dataclass(frozen=True)
class Pool:
    """How maps are pooled, spelled as Keras's arguments. Raises `Refusal` for what Keras's layers refuse."""

    pool_size: Pair = (2, 2)
    strides: Pair = (2, 2)
    padding: str = "valid"

    def __post_init__(self) -> None:
        MaxPooling2D(name="pool", **vars(self))

    def output_shape(self, shape: tuple[int, ...]) -> Pair:
        """(rows, columns) of a pooled map of `shape`. Raises `Refusal` for a window larger than the map."""
        rows, columns, _ = MaxPooling2D(name="pool", **vars(self)).output_shape((*shape[:2], 1))
        return rows, columns

    def margins(self, shape: tuple[int, ...]) -> Pair:
        """Rows above and columns to the left that padding adds."""
        above, before = (
            windows.margins(side, span, stride, self.padding)[0]
            for side, span, stride in zip(shape[:2], self.pool_size, self.strides, strict=True)
        )
        return above, before

    def largest(self, maps: np.ndarray) -> np.ndarray:
        """`maps` (rows, columns, n) float32 after max pooling."""
        pooled: np.ndarray = MaxPooling2D(name="pool", **vars(self)).forward(maps[np.newaxis], {}).after[0]
        return pooled

    def means(self, maps: np.ndarray) -> np.ndarray:
        """`maps` (rows, columns, n) float32 after average pooling."""
        pooled: np.ndarray = AveragePooling2D(name="pool", **vars(self)).forward(maps[np.newaxis], {}).after[0]
        return pooled


@dataclass(frozen=True)
class MapStatistics:
    """What is left of a map after one pooling.

    Args:
        energy: of a cell, compared with a cell of the map: 1 is the same; 0 where the map has none.
        standing: the values of the peaks that stand for the map's, the map's highest first; of the map its own peaks.
        empty: share of cells that are 0, in [0, 1].
        negative: share of cells below 0, in [0, 1].
        top: the largest value.
    """

    energy: float
    standing: tuple[float, ...]
    empty: float
    negative: float
    top: float

    @property
    def peaks(self) -> int:
        """How many of the map's peaks survive."""
        return len(self.standing)


@dataclass(frozen=True, eq=False)
class Comparison:
    """A map and what the two poolings make of it.

    Args:
        map: (rows, columns) float32, finite.
        pool: how it was pooled.
        largest: (r, c) float32, after max pooling.
        means: (r, c) float32, after average pooling.
        before: facts of the map itself; its energy is 1, or 0 where all is 0.
        after_max: the same of `largest`.
        after_mean: the same of `means`.
    """

    map: np.ndarray
    pool: Pool
    largest: np.ndarray
    means: np.ndarray
    before: MapStatistics
    after_max: MapStatistics
    after_mean: MapStatistics

    @property
    def difference(self) -> np.ndarray:
        """(r, c) float32: by how much the largest exceeds the mean; never below 0 but for rounding."""
        apart: np.ndarray = np.maximum(self.largest - self.means, 0)
        return apart

    @property
    def disagreement(self) -> float:
        """How much the two results disagree, as in `measure_disagreements`."""
        return float(measure_disagreements(self.map[..., np.newaxis], self.pool)[0])


def compare(values: np.ndarray, pool: Pool) -> Comparison:
    """Pool `values`, (rows, columns) finite float32, in both ways. Raises `Refusal` as the layers do."""
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        raise Refusal(
            "`values` must be one map of finite numbers. Received: shape {shape}. Choose a map of a convolution.",
            shape=values.shape,
        )
    image = np.asarray(values, dtype=np.float32)[..., np.newaxis]
    pool.output_shape(values.shape)
    largest, means = pool.largest(image)[..., 0], pool.means(image)[..., 0]
    peaks = find_peaks(values)
    before = _measure(values, values, tuple(measure_height(values, peak) for peak in peaks))
    return Comparison(
        values,
        pool,
        largest,
        means,
        before,
        _measure(values, largest, find_survivors(values, peaks, largest, pool)),
        _measure(values, means, find_survivors(values, peaks, means, pool)),
    )


def measure_disagreements(maps: np.ndarray, pool: Pool) -> np.ndarray:
    """How much max and average pooling disagree about each map, (n,) float64 in [0, 1].

    ‖max − mean‖ / (‖max‖ + ‖mean‖) over the cells of the results: 0 where they are the same (also for maps of zeros),
    1 where nothing is alike. A factor on the map changes nothing.

    Args:
        maps: (rows, columns, n) float32.
    """
    largest, means = pool.largest(maps).astype(np.float64), pool.means(maps).astype(np.float64)
    apart = _measure_norms(largest - means)
    size = _measure_norms(largest) + _measure_norms(means)
    found: np.ndarray = np.divide(apart, size, out=np.zeros_like(apart), where=apart > 1e-6 * size)
    return found.clip(max=1)  # rounding may exceed the triangle inequality's limit by an ulp


def rank(maps: np.ndarray, pool: Pool) -> tuple[int, ...]:
    """All maps, those first about which the two poolings disagree most; equals in their own order."""
    return tuple(int(i) for i in np.argsort(-measure_disagreements(maps, pool), kind="stable"))


def find_survivors(values: np.ndarray, peaks: tuple[Cells, ...], pooled: np.ndarray, pool: Pool) -> tuple[float, ...]:
    """The values of those peaks of `pooled` that stand for one of `peaks`, in the order of these, the highest first."""
    standing = [(_cover(group, pool, values.shape), measure_height(pooled, group)) for group in find_peaks(pooled)]
    found = []
    for peak in peaks:
        match = next((each for each in standing if not peak.isdisjoint(each[0])), None)
        if match:
            standing.remove(match)
            found.append(match[1])
    return tuple(found)


def _cover(group: Cells, pool: Pool, shape: tuple[int, ...]) -> Cells:
    """All cells under the windows of the pooled cells in `group`."""
    above, before = pool.margins(shape)
    (down, across), (high, wide) = pool.strides, pool.pool_size
    return frozenset(
        (row * down - above + i, column * across - before + j)
        for row, column in group
        for i in range(high)
        for j in range(wide)
    )


def _measure(before: np.ndarray, after: np.ndarray, standing: tuple[float, ...]) -> MapStatistics:
    had = _measure_energy(before)
    return MapStatistics(
        energy=_measure_energy(after) / had if had else 0.0,
        standing=standing,
        empty=float((after == 0).mean()),
        negative=float((after < 0).mean()),
        top=float(after.max()),
    )


def _measure_energy(values: np.ndarray) -> float:
    return float(np.square(values, dtype=np.float64).mean())


def _measure_norms(maps: np.ndarray) -> np.ndarray:
    norms: np.ndarray = np.sqrt(np.square(maps).sum(axis=(0, 1)))
    return norms
