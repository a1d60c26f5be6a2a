"""Measure what a layer did to one digit: which maps respond and where, what stays dark, what a pooling keeps.

A map *responds* as strongly as its largest value. It is *dark* if all its values are 0, and *flat* if all of them are
the same and not 0. *Energy* is the sum of the squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cnnviz.core.layers import Weights
from cnnviz.core.layers.layer import Layer

MAX_NAMED = 3
"""Maps or units that are named, the strongest first."""

MOST = 0.6
"""Share of a map's energy that lies in one third of its rows or columns where the map responds mainly there."""

Third = Literal["first", "middle", "last", ""]


@dataclass(frozen=True)
class Place:
    """The part of a map that holds most of its energy.

    Attributes:
        rows: the third of the rows, from the top; "" where no third holds most.
        columns: the third of the columns, from the left; "" where no third holds most.
    """

    rows: Third
    columns: Third


@dataclass(frozen=True)
class Response:
    """A map or a unit that responds.

    Attributes:
        of: index of the map or unit.
        top: its largest value, above 0.
        place: where on the map, None for a unit, for a flat map, and for one with fewer than three rows or columns.
    """

    of: int
    top: float
    place: Place | None = None


@dataclass(frozen=True)
class MapFindings:
    """What the maps of a layer show.

    Attributes:
        number: of maps.
        top: the largest value of all maps.
        strongest: at most `MAX_NAMED` maps that respond, the strongest first; of equal ones the first.
        dark: indices of the dark maps.
        nearest: the largest value before the activation of all dark maps; None if none is dark.
        weightless: indices of the maps whose weights are all 0; none for a layer without weights of its own.
        flat: indices of the flat maps.
        reads_nothing: whether all that the layer reads is 0.
    """

    number: int
    top: float
    strongest: tuple[Response, ...]
    dark: tuple[int, ...]
    nearest: float | None
    weightless: tuple[int, ...]
    flat: tuple[int, ...]
    reads_nothing: bool


@dataclass(frozen=True)
class PoolingFindings:
    """What a pooling keeps.

    Attributes:
        before: (rows, columns) of a map.
        after: (rows, columns) of a pooled map, (1, 1) of a global pooling.
        energy: energy of all pooled maps as a share of that before; above 1 only where windows overlap; None if
            there was none.
        tops: largest value before and after.
        maps: number of maps with a value above 0.
        kept: how many of these keep their largest value.
    """

    before: tuple[int, int]
    after: tuple[int, int]
    energy: float | None
    tops: tuple[float, float]
    maps: int
    kept: int


@dataclass(frozen=True)
class UnitFindings:
    """What the units of a layer show.

    Attributes:
        number: of units.
        top: the largest value.
        zero: how many are exactly 0.
        negative: whether the sums of all these were negative.
        strongest: at most `MAX_NAMED` units above 0, the strongest first.
    """

    number: int
    top: float
    zero: int
    negative: bool
    strongest: tuple[Response, ...]


@dataclass(frozen=True)
class AnswerFindings:
    """The two most likely classes.

    Attributes:
        first, second: the classes.
        shares: their probabilities, in [0, 1].
        distance: by how much the logit of the first is larger, at least 0.
    """

    first: int
    second: int
    shares: tuple[float, float]
    distance: float


def find_in_maps(
    layer: Layer, weights: Weights, read: np.ndarray, before: np.ndarray, after: np.ndarray
) -> MapFindings:
    """Find what the maps of a layer show.

    Args:
        layer: the layer.
        weights: its weights.
        read: what it reads, float32 of any shape.
        before: (rows, columns, maps) float32, before the activation.
        after: (rows, columns, maps) float32.
    """
    tops, bottoms = after.max(axis=(0, 1)), after.min(axis=(0, 1))
    dark = _list_true((tops == 0) & (bottoms == 0))
    flat = _list_true((tops == bottoms) & (tops != 0)) if after.shape[0] * after.shape[1] > 1 else ()
    return MapFindings(
        number=after.shape[2],
        top=float(tops.max()),
        strongest=tuple(
            Response(of, float(tops[of]), locate(after[..., of]) if tops[of] > bottoms[of] else None)
            for of in _find_strongest(tops)
        ),
        dark=dark,
        nearest=float(before[..., dark].max()) if dark else None,
        weightless=_find_weightless(layer, weights, (*dark, *flat)),
        flat=flat,
        reads_nothing=not read.any(),
    )


def locate(values: np.ndarray) -> Place | None:
    """Find the part of a map, (rows, columns), that holds most of the energy of its values above 0."""
    if min(values.shape) < 3:
        return None
    energy = np.square(np.maximum(values, 0), dtype=np.float64)
    rows, columns = (_find_third(energy.sum(axis=axis)) for axis in (1, 0))
    return Place(rows, columns)


def find_in_pooling(before: np.ndarray, after: np.ndarray) -> PoolingFindings:
    """Find what a pooling keeps of `before`, (rows, columns, maps); `after` is (r, c, maps), or (maps,) if global."""
    pooled = after.reshape(1, 1, -1) if after.ndim == 1 else after
    had, left = (float(np.square(values, dtype=np.float64).sum()) for values in (before, pooled))
    tops, kept = before.max(axis=(0, 1)), pooled.max(axis=(0, 1))
    alive = tops > 0
    return PoolingFindings(
        before=(before.shape[0], before.shape[1]),
        after=(pooled.shape[0], pooled.shape[1]),
        energy=left / had if had else None,
        tops=(float(tops.max()), float(kept.max())),
        maps=int(alive.sum()),
        kept=int((alive & (tops == kept)).sum()),
    )


def find_in_units(before: np.ndarray, after: np.ndarray) -> UnitFindings:
    """Find what the units of a layer show; both arrays are (units,) float32, before and after the activation."""
    zero = after == 0
    return UnitFindings(
        number=len(after),
        top=float(after.max()),
        zero=int(zero.sum()),
        negative=bool((before[zero] < 0).all()),
        strongest=tuple(Response(of, float(after[of])) for of in _find_strongest(after)),
    )


def find_contribution(values: np.ndarray, kernel: np.ndarray, answer: int) -> Response | None:
    """Find the unit that adds most to the logit of `answer`; None if none adds anything.

    Args:
        values: (units,) float32, which the output layer reads.
        kernel: (units, 10) float32 of the output layer.
        answer: the class.
    """
    added = values * kernel[:, answer]
    of = int(added.argmax())
    return Response(of, float(added[of])) if added[of] > 0 else None


def find_answer(logits: np.ndarray, shares: np.ndarray) -> AnswerFindings:
    """Find the two most likely classes; both arrays are (classes,) float32."""
    first, second = (int(of) for of in np.argsort(-logits, kind="stable")[:2])
    return AnswerFindings(
        first, second, (float(shares[first]), float(shares[second])), float(logits[first]) - float(logits[second])
    )


def _find_strongest(tops: np.ndarray) -> list[int]:
    """Return the indices of the largest values above 0, at most `MAX_NAMED`, of equal ones the first."""
    order = np.argsort(-tops, kind="stable")[:MAX_NAMED]
    return [int(of) for of in order if tops[of] > 0]


def _find_third(energy: np.ndarray) -> Third:
    """Return the third of a side, (cells,), that holds at least `MOST` of the energy; "" if none does."""
    place = np.arange(len(energy)) * 3 // len(energy)
    held = np.bincount(place, weights=energy, minlength=3)
    best = int(held.argmax())
    thirds: tuple[Third, ...] = ("first", "middle", "last")
    return thirds[best] if held[best] >= MOST * held.sum() > 0 else ""


def _find_weightless(layer: Layer, weights: Weights, among: tuple[int, ...]) -> tuple[int, ...]:
    if layer.role != "weighted":
        return ()
    kernels = ((of, layer.cell_weights(weights, of)) for of in sorted(among))
    return tuple(of for of, kernel in kernels if kernel is not None and not kernel.any())


def _list_true(of: np.ndarray) -> tuple[int, ...]:
    return tuple(int(index) for index in np.flatnonzero(of))
