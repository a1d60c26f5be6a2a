"""Connected pieces of ink: which of them are the digit, which are frames, specks, and things that reach in.

A digit is one or a few strokes. Dust is much smaller; a thumb, a shadow and the table reach into the picture over a
long part of its border; a frame surrounds the digit. Two large pieces beside each other are two digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels; right and bottom are the first ones outside."""

LeftOutKind = Literal["frame", "surroundings", "border", "specks", "digit"]

MIN_INK = 0.15
"""Ink, of 1, from which a pixel belongs to a piece."""

MIN_MASS = 0.05
"""Share of the heaviest piece's ink below which a piece is a speck."""

MIN_MASS_BESIDE = 0.02
"""The same for a piece right beside the digit, where a stroke may be interrupted."""


MAX_GAP = 0.5
"""Distance of a stroke from the rest of its digit, as a share of the digit's larger side; what lies farther away is a
hole of a binder, an icon or a mark."""

MIN_BAR_FILL = 0.93
"""Share of its box that an upright bar covers, the scale beside a plot. A pen's 1 leans, or is round at its ends."""


@dataclass(frozen=True)
class LeftOut:
    """A part of a picture that was not read.

    Attributes:
        kind: "frame" around the digit, "surroundings" of the sheet or area with the digit, "border" for what reaches
            in from outside, "specks", or "digit" for another digit beside the one that was read.
        box: Around all of it.
    """

    kind: LeftOutKind
    box: Box


@dataclass(frozen=True, eq=False)
class Choice:
    """A digit among the pieces of ink.

    Attributes:
        ink: `(h, w)` float, the chosen digit's alone.
        parts: Boxes of all the digits, in the order of reading.
        part: Which of them was chosen.
        left_out: The pieces that are not a part of it.
        purity: Share of the picture's ink that belongs to one of the digits.
    """

    ink: np.ndarray
    parts: tuple[Box, ...] = ()
    part: int = 0
    left_out: tuple[LeftOut, ...] = ()
    purity: float = 0.0


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Measures of all pieces, one entry a piece.

    Attributes:
        labels: `(h, w)` int, 0 for paper, else the number of the piece plus 1.
        mass: Sum of the ink.
        boxes: `(n, 4)` left, top, right, bottom.
        contact: Pixels along the picture's border.
        edges: How many of the four edges a piece touches.
    """

    labels: np.ndarray
    mass: np.ndarray
    boxes: np.ndarray
    contact: np.ndarray
    edges: np.ndarray

    @property
    def side(self) -> np.ndarray:
        """The larger side of each box."""
        sides: np.ndarray = np.maximum(self.boxes[:, 2] - self.boxes[:, 0], self.boxes[:, 3] - self.boxes[:, 1])
        return sides


def choose(ink: np.ndarray, part: int | None = None) -> Choice:
    """Choose the pieces that are the digit.

    Args:
        ink: `(h, w)` float, 0 for paper, 1 for ink.
        part: Which digit, in the order of reading, where there are several; None for the largest. Numbers beyond
            the last one take the last.
    """
    found = _measure(ink)
    if not len(found.mass):
        return Choice(ink)
    frames = _frames(found)
    alive = ~frames
    strangers = alive & _reaches_in(found, alive)
    alive &= ~strangers
    share = found.mass / found.mass[alive].max()
    heavy = alive & (share > MIN_MASS)
    whole = np.array(_around(found.boxes[heavy]))
    heavy |= (
        alive
        & (share > MIN_MASS_BESIDE)
        & (_distance(found.boxes, whole) < 0.05 * np.ptp(whole.reshape(2, 2), 0).max())
    )
    groups = _group(found.boxes[heavy], found.mass[heavy])
    numbers = [_connected(found, np.flatnonzero(heavy)[group]) for group in groups]
    heavy = np.zeros(len(heavy), bool)
    heavy[np.concatenate(numbers)] = True
    boxes = [_around(found.boxes[each]) for each in numbers]
    bars = [_is_bar(found, each) for each in numbers]
    chosen = _largest(boxes, bars) if part is None else min(max(part, 0), len(boxes) - 1)
    others = np.zeros(len(heavy), bool)
    for index, each in enumerate(numbers):
        others[each] = index != chosen
    rest: tuple[tuple[LeftOutKind, np.ndarray], ...] = (
        ("frame", frames),
        ("border", strangers),
        ("specks", alive & ~heavy),
        ("digit", others),
    )
    left = tuple(LeftOut(kind, _around(found.boxes[which])) for kind, which in rest if which.any())
    purity = float(found.mass[heavy].sum() / found.mass.sum())
    return Choice(_keep(ink, found.labels, numbers[chosen]), tuple(boxes), chosen, left, purity)


def _measure(ink: np.ndarray) -> _Pieces:
    from scipy import ndimage

    labels, count = ndimage.label(ink > MIN_INK, structure=np.ones((3, 3)))
    mass = np.bincount(labels.ravel(), ink.ravel(), count + 1)[1:]
    boxes = np.array([(x.start, y.start, x.stop, y.stop) for y, x in ndimage.find_objects(labels)]).reshape(-1, 4)
    each = [np.bincount(line, minlength=count + 1)[1:] for line in (labels[0], labels[-1], labels[:, 0], labels[:, -1])]
    return _Pieces(labels, mass, boxes, np.sum(each, axis=0), np.sum([one > 0 for one in each], axis=0))


def _frames(found: _Pieces) -> np.ndarray:
    """Find the thin straight lines around, or beside, another large piece: boxes, axes and their corners."""
    frames = np.zeros(len(found.mass), bool)
    for index in np.argsort(-found.side)[:4]:
        left, top, right, bottom = found.boxes[index]
        inner = (
            (found.boxes[:, 0] >= left)
            & (found.boxes[:, 1] >= top)
            & (found.boxes[:, 2] <= right)
            & (found.boxes[:, 3] <= bottom)
            & (found.side > 0.2 * found.side[index])
        )
        inner[index] = False
        if inner.any() and min(right - left, bottom - top) > 0.5 * found.side[index]:
            frames[index] = _is_outline(found.labels[top:bottom, left:right] == index + 1)
    return frames


def _is_outline(piece: np.ndarray) -> bool:
    """Return whether a piece is all lines along the sides of its box, which may be turned a little."""
    height, width = piece.shape
    y, x = (max(1, round(0.22 * length)) for length in piece.shape)
    within = piece[y : height - y, x : width - x]
    return float(piece.mean()) < 0.2 and float(within.sum()) < 0.02 * float(piece.sum())


def _reaches_in(found: _Pieces, alive: np.ndarray) -> np.ndarray:
    """Find the pieces that reach in from outside: shadows, thumbs, lines.

    All stay where nothing else could be the digit.
    """
    outer = found.contact > 0
    inner = alive & ~outer
    if not inner.any() or not (alive & outer).any():
        return np.zeros(len(outer), bool)
    best = int(np.argmax(np.where(inner, found.mass, 0)))
    if found.mass[best] <= 0.1 * found.mass[alive].max() and found.side[best] < 0.25 * max(found.labels.shape):
        return np.zeros(len(outer), bool)
    # A digit that is cut off touches one edge, shortly: it is much larger than what lies inside, or a stroke beside it.
    larger = (found.contact < 0.5 * found.side) & (found.side > 1.6 * found.side[best])
    beside = (found.contact < 0.35 * found.side) & (found.side > 0.4 * found.side[best])
    beside &= _distance(found.boxes, found.boxes[best]) < 0.2 * found.side[best]
    strangers: np.ndarray = outer & ~((found.edges == 1) & (larger | beside))
    return strangers


def _distance(boxes: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Count the pixels between each of the boxes and one box, along the axis where they are farther apart."""
    before, after = boxes[:, :2] - box[2:], box[:2] - boxes[:, 2:]
    distance: np.ndarray = np.maximum(before, after).max(axis=1).clip(0)
    return distance


def _group(boxes: np.ndarray, mass: np.ndarray) -> list[np.ndarray]:
    """Find which pieces make a digit together: indices, one array a digit, in the order of reading.

    Pieces belong together unless a gap parts them and each is as large as a digit beside the other.
    """
    heights, widths = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    tallest = int(heights.max())
    seeds = [i for i in np.argsort(boxes[:, 0]) if heights[i] > 0.55 * tallest and mass[i] > 0.2 * mass.max()]
    starts: list[int] = []
    for index in seeds:
        gap = min((boxes[index, 0] - boxes[other, 2] for other in starts), default=tallest)
        if gap > 0.06 * tallest or (gap > 0 and widths[index] > 0.4 * tallest):
            starts.append(int(index))
    if len(starts) < 2:
        return [np.arange(len(boxes))]
    # Every other piece goes to the digit whose middle is nearest.
    middles = (boxes[:, 0] + boxes[:, 2]) / 2
    nearest = np.abs(middles[:, np.newaxis] - middles[starts]).argmin(axis=1)
    return [np.flatnonzero(nearest == number) for number in range(len(starts))]


def _connected(found: _Pieces, numbers: np.ndarray) -> np.ndarray:
    """Keep the pieces of a digit that lie near its largest, or near others that do."""
    sides = found.side[numbers]
    # A long thin line may be larger than the digit, so the mass counts too.
    kept = np.zeros(len(numbers), bool)
    kept[np.argmax(sides * found.mass[numbers])] = True
    while True:
        whole = np.array(_around(found.boxes[numbers[kept]]))
        reach = MAX_GAP * np.ptp(whole.reshape(2, 2), axis=0).max()
        near = _distance(found.boxes[numbers], whole) <= reach
        if not (near & ~kept).any():
            return numbers[kept]
        kept |= near


def _is_bar(found: _Pieces, numbers: np.ndarray) -> bool:
    """Return whether a digit is one upright bar with straight ends."""
    left, top, right, bottom = found.boxes[numbers[0]]
    if len(numbers) > 1 or bottom - top < 4 * (right - left):
        return False
    inside = found.labels[top:bottom, left:right] == numbers[0] + 1
    return bool(inside.mean() > MIN_BAR_FILL)


def _around(boxes: np.ndarray) -> Box:
    left, top = (int(value) for value in boxes[:, :2].min(axis=0))
    right, bottom = (int(value) for value in boxes[:, 2:].max(axis=0))
    return left, top, right, bottom


def _largest(boxes: list[Box], bars: list[bool]) -> int:
    """Choose the digit that is clearly taller than all before it: of digits written alike, the first.

    A bar is chosen only if the others are as tall.
    """
    heights = np.array([bottom - top for _, top, _, bottom in boxes])
    others = heights[~np.array(bars)]
    if len(others) and others.max() < 0.85 * heights.max():
        heights = np.where(bars, 0, heights)
    return int(np.argmax(heights > 0.85 * heights.max()))


def _keep(ink: np.ndarray, labels: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Keep the ink of some pieces, with the soft edge around them."""
    from scipy import ndimage

    chosen = np.zeros(labels.max() + 1, bool)
    chosen[numbers + 1] = True
    kept = chosen[labels]
    if chosen[1:].all():
        near = ndimage.binary_dilation(kept, iterations=2)
    else:
        near = ndimage.binary_dilation(kept, iterations=2) & (kept | (labels == 0))
    return np.where(near, ink, 0)
