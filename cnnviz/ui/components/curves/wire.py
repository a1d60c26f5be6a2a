"""Panels of curves as the bytes that the browser gets, and which points of a long curve are sent.

Header length (uint32, little-endian), a JSON header padded so that the payload starts at a multiple of four, then for
one series after the other its x and its y, each float32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from cnnviz.ui.components.encode import encode

STYLES = ("raw", "behind", "line", "points", "dashed")
MAX_POINTS = 300
"""Points of one series that are sent; a panel is about as many pixels wide."""
RECENT = 80
"""The newest points of a series, which are sent whole."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """One curve.

    Attributes:
        id: Names the curve; series of the same id in several panels are shown and hidden together.
        label: What the legend says, plain text; a series without one is hidden together with `of`.
        x: (n,) numbers, ascending, below 2**24: they travel as float32, which holds whole numbers up to there.
        y: (n,) numbers; where they are not finite the curve has a gap.
        colour: Index into the theme's categorical colours; it also decides dashes and marks.
        style: "raw": thin and pale, behind the others. "behind": less so. "line": strong. "points": a mark a value,
            joined by a thin line. "dashed".
        of: Id of the series that this one belongs to, for the raw values behind a smoothed curve.
    """

    id: str
    label: str = ""
    x: np.ndarray = field(repr=False)
    y: np.ndarray = field(repr=False)
    colour: int = 0
    style: Literal["raw", "behind", "line", "points", "dashed"] = "line"
    of: str = ""

    def __post_init__(self) -> None:
        if self.style not in STYLES:
            raise ValueError(f"`style` must be one of {STYLES}. Received: {self.style!r}")
        if np.ndim(self.x) != 1 or np.shape(self.x) != np.shape(self.y):
            raise ValueError(
                f"`x` and `y` must be as long as each other. Received: {np.shape(self.x)}, {np.shape(self.y)}"
            )


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One quantity over x, several series.

    Attributes:
        id: Names the panel in what the browser tells.
        title: Heading, plain text.
        series: What is drawn, the first at the back.
        share: The quantity is a share of one, written in percent.
        low: The axis does not go below; None for no such limit.
        high: The axis does not go above.
        log: The visitor may switch to a logarithmic axis; for quantities above zero.
    """

    id: str
    title: str
    series: Sequence[Series]
    share: bool = False
    low: float | None = None
    high: float | None = None
    log: bool = False


def pack(header: Mapping[str, Any], panels: Sequence[Panel]) -> bytes:
    """Return `header` and `panels` as the browser reads them.

    Args:
        header: JSON data; `panels` is added.
        panels: With series of any length: each is thinned to at most `MAX_POINTS` points, see `thin`.
    """
    described: list[dict[str, Any]] = []
    parts: list[bytes] = []
    at = 0
    for panel in panels:
        about = []
        for series in panel.series:
            kept, every = thin(np.asarray(series.y))
            count = len(kept)
            about.append(_describe_series(series) | {"at": at, "count": count, "every": every})
            parts += [np.asarray(values)[kept].astype("<f4").tobytes() for values in (series.x, series.y)]
            at += 8 * count
        described.append(_describe(panel) | {"series": about})
    return encode({**header, "panels": described}, parts)


def _describe_series(series: Series) -> dict[str, Any]:
    return {name: getattr(series, name) for name in ("id", "label", "colour", "style", "of")}


def _describe(panel: Panel) -> dict[str, Any]:
    return {name: getattr(panel, name) for name in ("id", "title", "share", "low", "high", "log")}


def thin(y: np.ndarray, most: int = MAX_POINTS, recent: int = RECENT) -> tuple[np.ndarray, int]:
    """Choose which of a curve's points to send, so that nothing that stands out is lost.

    The newest `recent` points are kept whole. Of the older ones, groups of equal length keep their lowest and their
    highest value, and one that is not finite, if there is one, so that a gap stays a gap; the first point is always
    kept. Groups begin at multiples of their length, a power of two that is doubled when there are too many, so
    that a growing curve keeps the points that it has instead of shimmering. Zooming in shows the same points: the
    browser says how many values a group had.

    Args:
        y: (n,) numbers.
        most: How many points may be kept, above `recent` + 3.
        recent: How many of the newest are kept whole.

    Returns:
        Indices (k,), ascending, k <= `most`, and the length of a group: 1 where all points are kept.
    """
    count = len(y)
    if count <= most:
        return np.arange(count), 1
    room = (most - recent - 1) // (2 if np.isfinite(y).all() else 3)
    every = 2
    while -(-(count - recent) // every) > room:
        every *= 2
    old = count - recent
    kept = [_outstanding(y[:old], every), np.arange(old, count)]
    return np.union1d([0], np.concatenate(kept)), every


def _outstanding(y: np.ndarray, every: int) -> np.ndarray:
    """Return the indices of every group's lowest, highest and first non-finite value."""
    padded = np.concatenate([y, np.full(-len(y) % every, y[-1])]).reshape(-1, every)
    finite = np.isfinite(padded)
    starts = np.arange(len(padded)) * every
    found = [
        starts + np.where(finite, padded, np.inf).argmin(axis=1),
        starts + np.where(finite, padded, -np.inf).argmax(axis=1),
        (starts + finite.argmin(axis=1))[~finite.all(axis=1)],
    ]
    kept: np.ndarray = np.minimum(np.concatenate(found), len(y) - 1)
    return kept
