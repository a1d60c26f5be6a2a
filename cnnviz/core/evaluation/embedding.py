"""A map of digits: where test digits lie in the values of a layer, by principal component analysis.

Maps with many values are averaged over blocks first, so that a layer has at most `MAX_VALUES` values a digit. The axes
are those in which `FITTED` digits differ most; the others, and a learner's digit, are placed on them. All layers of
2,000 digits would otherwise need 300 MB.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from cnnviz.core.background import Progress, ignore_progress
from cnnviz.core.data import colour_digits
from cnnviz.core.inference import trace
from cnnviz.core.inference.robustness import SATURATING
from cnnviz.core.inference.trace import Trace
from cnnviz.core.layers import Layer
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks.network import Network

MAX_DIGITS = 2_000
FITTED = 600
"""Digits that give the axes."""

MAX_VALUES = 2_048
AXES = 16
"""Principal components that are kept: two are drawn, all say which digits are nearest."""

PART = 200
"""Digits between two reports of progress."""

INPUT = "input"
"""Name of the pixels among the layers."""

PLACING = gettext_noop("Placing the test digits")


@dataclass(frozen=True, eq=False)
class LayerMap:
    """Test digits in the values of one layer. All arrays are float32 and read-only.

    Attributes:
        mean: (d,), mean of the fitted digits' values.
        axes: (d, k), orthonormal, the direction of most variance first; k is at most `AXES`.
        places: (n, k), digits on the axes.
        explained: (k,), share of the fitted digits' variance along each axis, in [0, 1].
    """

    mean: np.ndarray
    axes: np.ndarray
    places: np.ndarray
    explained: np.ndarray

    def place(self, values: np.ndarray) -> np.ndarray:
        """Return where digits with `values`, (m, d), lie: (m, k)."""
        found: np.ndarray = (values - self.mean) @ self.axes
        return found

    def find_nearest(self, place: np.ndarray, count: int) -> np.ndarray:
        """Return the indexes of the `count` digits nearest to a `place`, (k,), by the distance on all axes."""
        apart = ((self.places - place) ** 2).sum(axis=1)
        found: np.ndarray = np.argsort(apart, kind="stable")[:count]
        return found


def fit(values: np.ndarray) -> LayerMap:
    """Find the axes in which rows of `values`, (n, d) float32, differ most; n and d are at least 1.

    Principal component analysis by the singular value decomposition of LAPACK, through SciPy. The sign of an axis,
    which is arbitrary, is that its largest coefficient is positive.
    """
    from scipy import linalg  # not needed by most visitors

    mean = values.mean(axis=0)
    _, lengths, rows = linalg.svd(values - mean, full_matrices=False, check_finite=False)
    rows = rows[:AXES]
    signs = np.sign(rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)])
    axes = np.ascontiguousarray((rows * signs[:, None]).T, np.float32)
    variance = lengths.astype(np.float64) ** 2
    explained = (variance / max(float(variance.sum()), np.finfo(float).tiny))[:AXES].astype(np.float32)
    return _freeze(mean.astype(np.float32), axes, ((values - mean) @ axes).astype(np.float32), explained)


def _freeze(*arrays: np.ndarray) -> LayerMap:
    for array in arrays:
        array.setflags(write=False)
    return LayerMap(*arrays)


def make(network: Network, images: np.ndarray, progress: Progress = ignore_progress) -> Mapping[str, LayerMap]:
    """Place digits in every layer of a network that changes values, and in the pixels: layer -> its map, in order.

    Args:
        network: Any that reads digits.
        images: (n, 28, 28) uint8; the first `MAX_DIGITS` are placed.
        progress: Told the share that is done.

    Raises:
        Refusal: As `trace.predict`.
    """
    images = images[:MAX_DIGITS]
    maps: dict[str, LayerMap] = {}
    places: dict[str, list[np.ndarray]] = {}
    for start in (0, *range(FITTED, len(images), PART)):
        end = min(FITTED if start == 0 else start + PART, len(images))
        for name, values in read_digits(network, images[start:end]).items():
            if start == 0:
                maps[name] = fit(values)
                places[name] = [maps[name].places]
            else:
                places[name].append(maps[name].place(values).astype(np.float32))
        progress(end / len(images), PLACING)
    return MappingProxyType(
        {
            name: _freeze(each.mean, each.axes, np.concatenate(places[name]), each.explained)
            for name, each in maps.items()
        }
    )


def read_digits(network: Network, images: np.ndarray) -> dict[str, np.ndarray]:
    """Return layer -> values, (n, d), of digits (n, 28, 28) uint8."""
    digits = images.astype(np.float32) / np.float32(255)
    seen = colour_digits.prepare_inputs(digits, network.architecture.input_shape, colour_digits.TEST)
    found = {INPUT: [digits.reshape(len(digits), -1)]}
    for _, layer, output in trace.run(network, seen):
        if layer.changes_values:
            found.setdefault(layer.name, []).append(reduce_values(_choose(layer, output.before, output.after)))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def read_digit(traced: Trace, digit: np.ndarray) -> dict[str, np.ndarray]:
    """Return layer -> values, (1, d), of one `digit`, (28, 28), that was traced."""
    values = {
        each.name: reduce_values(_choose(each.layer, each.before, each.after)[np.newaxis])
        for each in traced.layers
        if each.layer.changes_values
    }
    return {INPUT: digit.reshape(1, -1), **values}


def _choose(layer: Layer, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return what a layer passes on, or its sums where the activation bends these into a fixed range.

    Nearly all shares of a softmax are 0 or 1: on a map of them the digits of a class would lie on one point.
    """
    bends = getattr(layer, "activation", None) in SATURATING or layer.kind.lower() in SATURATING
    return before if bends else after


def reduce_values(outputs: np.ndarray) -> np.ndarray:
    """Flatten outputs (n, ...) to (n, d); maps (n, rows, columns, maps) are averaged over blocks until d fits."""
    if outputs.ndim != 4:
        return outputs.reshape(len(outputs), -1)
    _, rows, columns, maps = outputs.shape
    side = 1
    while -(-rows // side) * -(-columns // side) * maps > MAX_VALUES and side < max(rows, columns):
        side += 1
    for axis, length in ((1, rows), (2, columns)):
        starts = np.arange(0, length, side)
        sizes = np.diff([*starts, length]).reshape([-1 if each == axis else 1 for each in range(4)])
        outputs = np.add.reduceat(outputs, starts, axis=axis) / sizes.astype(np.float32)
    return outputs.reshape(len(outputs), -1)
