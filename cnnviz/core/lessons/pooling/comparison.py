"""Compare max and average pooling of one map: both results, and what each keeps of the map.

A peak of a map (`cnnviz.core.lessons.pooling.peaks`) *survives* a pooling if a peak of the pooled map stands
for it: one whose windows cover some of its cells. Each peak of the pooled map stands for one only, the highest first,
so peaks that merge count once.

*Energy* is the mean of the squares: a mean and not a sum, because the pooled maps have fewer cells. 1 means that a cell
of the result is as strong as a cell of the map. Max pooling often has more than 1, because it drops weak cells.
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
    """The arguments of a pooling layer, spelled as in Keras. Raises `Refusal` for what Keras's layers refuse.

    Attributes:
        pool_size: Rows and columns of the window.
        strides: (down, across).
        padding: "valid" or "same".
    """

    pool_size: Pair = (2, 2)
    strides: Pair = (2, 2)
    padding: str = "valid"

    def __post_init__(self) -> None:
        MaxPooling2D(name="pool", **vars(self))

    def output_shape(self, shape: tuple[int, ...]) -> Pair:
        """Return (rows, columns) of a pooled map of `shape`. Raises `Refusal` for a window larger than the map."""
        rows, columns, _ = MaxPooling2D(name="pool", **vars(self)).output_shape((*shape[:2], 1))
        return rows, columns

    def margins(self, shape: tuple[int, ...]) -> Pair:
        """Return the rows above and the columns to the left that padding adds."""
        above, before = (
            windows.compute_margins(side, span, stride, self.padding)[0]
            for side, span, stride in zip(shape[:2], self.pool_size, self.strides, strict=True)
        )
        return above, before

    def apply_max(self, maps: np.ndarray) -> np.ndarray:
        """Apply max pooling to `maps`, (rows, columns, n) float32."""
        pooled: np.ndarray = MaxPooling2D(name="pool", **vars(self)).forward(maps[np.newaxis], {}).after[0]
        return pooled

    def apply_average(self, maps: np.ndarray) -> np.ndarray:
        """Apply average pooling to `maps`, (rows, columns, n) float32."""
        pooled: np.ndarray = AveragePooling2D(name="pool", **vars(self)).forward(maps[np.newaxis], {}).after[0]
        return pooled


@dataclass(frozen=True)
class MapStatistics:
    """Statistics of a pooled map, or of the map itself.

    Attributes:
        energy: Energy relative to the map's: 1 is the same; 0 where the map has none.
        standing: Values of the peaks that stand for the map's peaks, in the order of those, the highest first; for the
            map itself, its own peaks.
        empty: Share of cells that are 0, in [0, 1].
        negative: Share of cells below 0, in [0, 1].
        top: Largest value.
    """

    energy: float
    standing: tuple[float, ...]
    empty: float
    negative: float
    top: float

    @property
    def peaks(self) -> int:
        """Number of the map's peaks that survive."""
        return len(self.standing)


@dataclass(frozen=True, eq=False)
class Comparison:
    """A map and the results of both poolings.

    Attributes:
        map: (rows, columns) float32, finite.
        pool: How it was pooled.
        largest: (r, c) float32, the result of max pooling.
        means: (r, c) float32, the result of average pooling.
        before: Statistics of the map itself; its energy is 1, or 0 where all is 0.
        after_max: Statistics of `largest`.
        after_mean: Statistics of `means`.
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
        """(r, c) float32: largest minus mean of each window, clipped at 0 against rounding."""
        apart: np.ndarray = np.maximum(self.largest - self.means, 0)
        return apart

    @property
    def disagreement(self) -> float:
        """How much the two results differ, as in `measure_disagreements`."""
        return float(measure_disagreements(self.map[..., np.newaxis], self.pool)[0])


def compare(values: np.ndarray, pool: Pool) -> Comparison:
    """Pool `values`, (rows, columns) finite float32, both ways. Raises `Refusal` as the layers do."""
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        raise Refusal(
            "`values` must be one map of finite numbers. Received: shape {shape}. Choose a map of a convolution.",
            shape=values.shape,
        )
    image = np.asarray(values, dtype=np.float32)[..., np.newaxis]
    pool.output_shape(values.shape)
    largest, means = pool.apply_max(image)[..., 0], pool.apply_average(image)[..., 0]
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
    """Measure how much max and average pooling differ on each map, (n,) float64 in [0, 1].

    ‖max − mean‖ / (‖max‖ + ‖mean‖) over the cells of the results: 0 where they are the same (also for maps of zeros),
    1 where they have nothing in common. Scaling the map changes nothing.

    Args:
        maps: (rows, columns, n) float32.
        pool: How they are pooled.
    """
    largest, means = pool.apply_max(maps).astype(np.float64), pool.apply_average(maps).astype(np.float64)
    apart = _measure_norms(largest - means)
    size = _measure_norms(largest) + _measure_norms(means)
    found: np.ndarray = np.divide(apart, size, out=np.zeros_like(apart), where=apart > 1e-6 * size)
    return found.clip(max=1)  # rounding may exceed the triangle inequality's limit by an ulp


def weigh_disagreements(maps: np.ndarray, pool: Pool) -> np.ndarray:
    """Measure how much the poolings differ on each map, weighed by the map's energy, (n,) float64 in [0, 1].

    d · ‖map‖² / Σ ‖map‖²: d as in `measure_disagreements`, times the share of the layer's energy that the map holds. d
    alone does not depend on a factor, so a map that is dark but for one cell of 0.01 has the largest d of all, though
    nothing is to be seen on it. As d is at most 1, a map never ranks above another whose product exceeds its share:
    one that holds 1 % of the energy stays behind one that holds 10 % with a d of 0.1 or more. All are 0 where the
    layer is dark. A factor for all maps changes nothing.

    Args:
        maps: (rows, columns, n) float32.
        pool: How they are pooled.
    """
    energies = np.square(maps, dtype=np.float64).sum(axis=(0, 1))
    total = energies.sum()
    weighed: np.ndarray = measure_disagreements(maps, pool) * (energies / total if total else 0.0)
    return weighed


def rank(maps: np.ndarray, pool: Pool) -> tuple[int, ...]:
    """Sort the maps by their disagreement, weighed by energy, most first; ties keep their order."""
    return tuple(int(i) for i in np.argsort(-weigh_disagreements(maps, pool), kind="stable"))


def find_survivors(values: np.ndarray, peaks: tuple[Cells, ...], pooled: np.ndarray, pool: Pool) -> tuple[float, ...]:
    """Return the values of the peaks of `pooled` that stand for one of `peaks`, in the order of `peaks`."""
    standing = [(_cover(group, pool, values.shape), measure_height(pooled, group)) for group in find_peaks(pooled)]
    found = []
    for peak in peaks:  # the highest first, and each takes a pooled peak away from the others
        match = next((each for each in standing if not peak.isdisjoint(each[0])), None)
        if match:
            standing.remove(match)
            found.append(match[1])
    return tuple(found)


def _cover(group: Cells, pool: Pool, shape: tuple[int, ...]) -> Cells:
    """Return all cells under the windows of the pooled cells in `group`."""
    above, before = pool.margins(shape)
    (down, across), (high, wide) = pool.strides, pool.pool_size
    return frozenset(
        (row * down - above + i, column * across - before + j)
        for row, column in group
        for i in range(high)
        for j in range(wide)
    )


def _measure(before: np.ndarray, after: np.ndarray, standing: tuple[float, ...]) -> MapStatistics:
    """Measure the statistics of `after`, a pooled map, relative to the map `before`."""
    had = _measure_energy(before)
    return MapStatistics(
        energy=_measure_energy(after) / had if had else 0.0,
        standing=standing,
        empty=float((after == 0).mean()),
        negative=float((after < 0).mean()),
        top=float(after.max()),
    )


def _measure_energy(values: np.ndarray) -> float:
    """Return the mean of the squares."""
    return float(np.square(values, dtype=np.float64).mean())


def _measure_norms(maps: np.ndarray) -> np.ndarray:
    """Return the Euclidean norm of each map, (n,)."""
    norms: np.ndarray = np.sqrt(np.square(maps).sum(axis=(0, 1)))
    return norms
