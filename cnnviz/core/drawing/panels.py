"""A sheet of paper, a drawing area or a frame around the digit: where it lies, so that only its inside is read.

A note on a table, a photograph pasted on a page, the dark canvas of another program, the axes of a plot and the box of
a form are all rectangles with a digit in them. They are looked for among what differs from the border's colour, and
among what is brighter or darker than the rest of the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from cnnviz.core.drawing import photo_ink

if TYPE_CHECKING:
    from scipy.spatial import ConvexHull

MAX_SIDE = 140
"""Panels are looked for in a picture of at most about this many pixels a side."""

MIN_AREA = 0.05
"""Share of the picture that a panel covers at least."""

MAX_AREA = 0.98
"""Share of the picture that a panel covers at most; what is larger is the picture itself."""

OPENINGS = (0.02, 0.06, 0.1)
"""Shares of the picture's side; what is narrower than twice as much is cut off a panel, ticks and bright things beside
it. Each is tried where those before it do not leave a panel."""

MaskKind = Literal["page", "frame", "sheet", "colour"]
"""Where a panel is looked for: what is unlike a page of one colour, what is dark, what is as bright or as even as a
sheet, and what is as colourful as one."""

TRIED_OPENINGS: Mapping[MaskKind, int] = {"page": 1, "frame": 1, "sheet": 2, "colour": 3}
"""Kind of mask -> how many of the openings are tried."""

MIN_RESTS = (0.85, 0.85, 0.75)
"""Share of a part that must be left after each of the openings: the loop of a 9 is no panel."""

MIN_FILLS = (0.86, 0.86, 0.9)
"""Share of the smallest rectangle around a panel, turned as it may be, that it covers after each of the openings.
An ellipse has 0.785, and more if a wide square has opened it."""

MIN_AREA_BESIDE = 0.12
"""Share of the picture that must be left after the second and third opening."""

MAX_PARTS = 3
"""As many parts of each mask are looked at."""

MAX_ASPECT = 2.5
"""Longer side of a panel by its shorter one; a longer bar is a stroke."""

MIN_SOLIDITY = 0.96
"""Share of its convex hull that a panel covers where it leaves the picture, so that its corners are not seen."""

MIN_EVEN_BORDER = 0.55
"""Share of the border that is of one colour where a picture may be a page of that colour: a white canvas at two edges
of a grey window leaves about so much."""

PLAIN_BORDER = 0.7
"""The same from which it is nothing else."""

MIN_COLOUR = 3
"""Mean difference of 255 in saturation (HSV) that a picture has at least where this tells a sheet from what is around
it."""

MARGIN = 0.025
"""Share of the panel's side that is cut away along its edge: shadows, frames and half-covered pixels."""


@dataclass(frozen=True, eq=False)
class Panel:
    """A rectangle with something in it.

    Attributes:
        rows: Rows of the picture in which its inside lies.
        columns: Columns of the picture in which its inside lies.
        inside: `(rows, columns)` bool, where the picture shows its inside; a turned sheet does not fill its box.
        framed: Whether it is an outline on paper of the same colour, not a sheet or an area of another colour.
        on_page: Whether it lies on a page of one colour.
    """

    rows: slice
    columns: slice
    inside: np.ndarray
    framed: bool
    on_page: bool

    def cut(self, values: np.ndarray) -> np.ndarray:
        """Cut the inside out of a picture `(h, w)`; beyond its edges the values at the edges go on."""
        from scipy import ndimage

        part = values[self.rows, self.columns]
        if self.inside.all():
            return part
        nearest = ndimage.distance_transform_edt(~self.inside, return_distances=False, return_indices=True)
        continued: np.ndarray = part[tuple(nearest)]
        return continued


def find(values: np.ndarray, sheets: bool = True, colours: np.ndarray | None = None) -> Iterator[Panel]:
    """Find panels, the likeliest first.

    Args:
        values: `(h, w)` uint8, luminance.
        sheets: Whether to look for sheets in front of things too, not only for frames, and for what lies on a page of
            one colour.
        colours: `(h, w, 3)` uint8; None to go by luminance alone.
    """
    step = -(-max(values.shape) // MAX_SIDE)
    small = _reduce(values, step)
    if min(small.shape) < 24:
        return
    for kind, levels, mask in _masks(small, sheets, colours, step):
        for part in _parts(mask):
            panel = _find_in(levels, mask, part, kind, values.shape, step)
            if panel is not None:
                yield panel


def _find_in(
    levels: np.ndarray, mask: np.ndarray, part: np.ndarray, kind: MaskKind, shape: tuple[int, ...], step: int
) -> Panel | None:
    """Find the panel that a part of a mask is, with as little cut off what is joined to it as possible."""
    on_page = kind == "page"
    for reach, rest, fill in list(zip(OPENINGS, MIN_RESTS, MIN_FILLS, strict=True))[: TRIED_OPENINGS[kind]]:
        filled = _open(part, reach)
        if filled is None:
            return None
        if filled.sum() < rest * part.sum():
            continue
        if reach > OPENINGS[0] and filled.sum() < MIN_AREA_BESIDE * part.size:
            return None
        hull = _hull(filled)
        if hull is None or not _is_panel(mask, filled, hull, fill):
            continue
        # Colour alone does not tell a sheet from light of another colour, unless all of the sheet is seen.
        if kind == "colour" and photo_ink.border(filled).any():
            continue
        # What is unlike a page of one colour needs no other proof that it is not the page.
        if on_page or not _goes_on(levels, mask, filled):
            return _panel(mask, _fill_hull(hull, filled.shape), on_page, shape, step)
    return None


def _reduce(values: np.ndarray, step: int) -> np.ndarray:
    """Take the mean of blocks of `step` by `step`; what is left over at the right and below is dropped."""
    if step == 1:
        return values.astype(np.float32)
    rows, columns = (length // step for length in values.shape)
    blocks = values[: rows * step, : columns * step].reshape(rows, step, columns, step)
    mean: np.ndarray = blocks.mean(axis=(1, 3), dtype=np.float32)
    return mean


def _masks(
    small: np.ndarray, sheets: bool, colours: np.ndarray | None, step: int
) -> Iterator[tuple[MaskKind, np.ndarray, np.ndarray]]:
    """Yield where a panel may be: the kind of the mask, the levels that tell it from what is around it, and the mask.

    It is unlike a border of one colour; else it is among the dark, the bright, the even or the equally colourful parts.
    """
    from scipy import ndimage

    edge = photo_ink.border(small)
    ground = float(np.median(edge))
    even = float((np.abs(edge - ground) < 6).mean())
    if even > MIN_EVEN_BORDER:
        yield "page", small, np.abs(small - ground) > 8
    if even > PLAIN_BORDER:
        return
    level, _ = photo_ink.split(small)
    yield "frame", small, small <= level
    if not sheets:
        return
    yield "sheet", small, ndimage.binary_opening(small > level, np.ones((3, 3)))
    yield "sheet", small, ndimage.binary_opening(_is_even(small), np.ones((3, 3)))
    yield "sheet", small, ndimage.binary_opening(_is_like_the_middle(small), np.ones((3, 3)))
    levels = None if colours is None else _darken_other_colours(small, colours, step)
    if levels is not None:
        level, _ = photo_ink.split(levels)
        yield "colour", levels, ndimage.binary_opening(levels > level, np.ones((3, 3)))
        # Strokes that run to the sheet's edge would part it.
        yield "colour", levels, ndimage.grey_closing(_is_like_the_middle(levels).astype(np.uint8), 7) > 0


def _darken_other_colours(small: np.ndarray, colours: np.ndarray, step: int) -> np.ndarray | None:
    """Darken what is more or less colourful than most of the middle: a sky behind a sheet as bright as itself.

    Returns:
        None for a picture that is everywhere as colourful as in its middle.
    """
    strongest, weakest = _reduce(colours.max(axis=2), step), _reduce(colours.min(axis=2), step)
    # As a share of the strongest it is the same in light and shade.
    colourful = 255 * (strongest - weakest) / np.maximum(strongest, 1)
    difference = np.abs(colourful - _most_common(colourful, 5))
    if float(difference.mean()) < MIN_COLOUR:
        return None
    levels: np.ndarray = np.clip(small - 4 * difference, 0, 255)
    return levels


def _is_like_the_middle(small: np.ndarray) -> np.ndarray:
    """Return where the picture is about as bright as most of its middle: a sheet before a sky a little darker."""
    alike: np.ndarray = np.abs(small - _most_common(small, 9)) < 9
    return alike


def _most_common(small: np.ndarray, width: int) -> int:
    """Find the middle of the `width` levels of 0 to 255 that most of a picture's middle has."""
    rows, columns = (slice(length // 4, -(length // 4)) for length in small.shape)
    counts = np.bincount(small[rows, columns].astype(int).ravel(), minlength=256)
    return int(np.convolve(counts, np.ones(width), "same").argmax())


def _is_even(small: np.ndarray) -> np.ndarray:
    """Return where brightness changes slowly: a sheet in front of things as bright as itself ends where they do not."""
    from scipy import ndimage

    steep = ndimage.gaussian_gradient_magnitude(small, 1.0)
    even: np.ndarray = steep < max(1.8, 4 * float(np.percentile(steep, 25)))
    return even


def _parts(mask: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the largest connected parts of a mask, without holes."""
    from scipy import ndimage

    labels, _ = ndimage.label(mask)
    boxes = ndimage.find_objects(labels)
    sizes = np.array([(rows.stop - rows.start) * (columns.stop - columns.start) for rows, columns in boxes])
    for index in np.argsort(-sizes)[:MAX_PARTS]:
        if sizes[index] < MIN_AREA * mask.size:
            return
        yield ndimage.binary_fill_holes(labels == index + 1)


def _open(part: np.ndarray, reach: float) -> np.ndarray | None:
    """Cut off what is narrower than twice a share of the picture, and keep the largest rest; None if it is no panel."""
    from scipy import ndimage

    pixels = max(1, round(reach * max(part.shape)))
    opened = ndimage.grey_opening(np.pad(part, pixels, mode="edge").astype(np.uint8), 2 * pixels + 1)
    labels, count = ndimage.label(opened[pixels:-pixels, pixels:-pixels])
    if not count:
        return None
    sizes = np.bincount(labels.ravel())[1:]
    largest: np.ndarray = labels == sizes.argmax() + 1
    return largest if MIN_AREA < sizes.max() / part.size < MAX_AREA else None


def _goes_on(small: np.ndarray, mask: np.ndarray, filled: np.ndarray) -> bool:
    """Return whether beyond a panel there is paper as bright as in it: a stroke or a shadow parts them then."""
    from scipy import ndimage

    paper = float(np.median(small[mask & filled])) if (mask & filled).any() else 0.0
    beyond = small[~ndimage.binary_dilation(filled, iterations=2)]
    if not len(beyond):
        return True
    alike = float((np.abs(beyond - paper) < max(10.0, 0.08 * paper)).mean())
    return alike > (0.2 if photo_ink.border(filled).any() else 0.5)


def _hull(filled: np.ndarray) -> ConvexHull | None:
    """Compute the convex hull around the pixels of a part, in rows and columns; None if the part is a mere bar."""
    from scipy.spatial import ConvexHull

    rows = np.flatnonzero(filled.any(axis=1))
    first = filled[rows].argmax(axis=1)
    last = filled.shape[1] - filled[rows, ::-1].argmax(axis=1)
    height, width = int(rows[-1] - rows[0]) + 1, int(last.max() - first.min())
    if max(height, width) > MAX_ASPECT * min(height, width):
        return None
    ends = [np.stack([rows + down, columns], axis=1) for down in (0, 1) for columns in (first, last)]
    return ConvexHull(np.concatenate(ends))


def _fill_hull(hull: ConvexHull, shape: tuple[int, ...]) -> np.ndarray:
    """Fill a hull: a stroke across a sheet's edge takes nothing away from the sheet."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    inside = np.ones(shape, bool)
    for down, right, offset in hull.equations:
        inside &= down * (rows + 0.5) + right * (columns + 0.5) + offset <= 0
    return inside


def _is_panel(mask: np.ndarray, filled: np.ndarray, hull: ConvexHull, fill: float) -> bool:
    """Return whether a part without holes has the shape of a sheet or frame; a sheet may leave the picture."""
    area = float(filled.sum())
    if photo_ink.border(filled).any():
        centre = filled[filled.shape[0] // 2, filled.shape[1] // 2]
        return bool(centre) and area > MIN_SOLIDITY * float(hull.volume) and not _is_frame(mask, filled)
    return area > fill * _smallest_rectangle(hull.points[hull.vertices])


def _is_frame(mask: np.ndarray, filled: np.ndarray) -> bool:
    """Return whether most of a part is hole: an outline on paper of the same colour, not a sheet of another."""
    return float(mask[filled].mean()) < 0.5


def _smallest_rectangle(hull: np.ndarray) -> float:
    """Compute the area of the smallest rectangle around a convex polygon `(n, 2)`; it shares the line of one side."""
    sides = np.roll(hull, -1, axis=0) - hull
    sides = sides / np.hypot(sides[:, 0], sides[:, 1])[:, np.newaxis]
    along = hull @ sides.T
    across = hull @ np.stack([-sides[:, 1], sides[:, 0]])
    return float((np.ptp(along, axis=0) * np.ptp(across, axis=0)).min())


def _panel(mask: np.ndarray, filled: np.ndarray, on_page: bool, shape: tuple[int, ...], step: int) -> Panel | None:
    """Cut away a panel's edge and enlarge it to the picture it was found in."""
    from scipy import ndimage

    # From the edge inwards: how wide the line of a frame is.
    depth = ndimage.distance_transform_cdt(np.pad(filled, 1), "chessboard")[1:-1, 1:-1]
    framed = _is_frame(mask, filled)
    side = 2 * float(depth.max())
    margin = max(1, round(MARGIN * side))
    if framed:
        rings = np.bincount(depth[filled], weights=mask[filled]) / np.maximum(np.bincount(depth[filled]), 1)
        clear = np.flatnonzero(rings[1:] < 0.3)
        margin = 2 + (int(clear[0]) if len(clear) else 0)
        if margin > 0.2 * side:
            return None
    inside = np.pad(filled, 1, mode="edge")
    inside = ndimage.binary_erosion(inside, np.ones((3, 3)), iterations=margin, border_value=1)[1:-1, 1:-1]
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if len(rows) < 10 or len(columns) < 10:
        return None
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    large = np.kron(inside[box], np.ones((step, step), bool)).astype(bool)
    first = rows[0] * step, columns[0] * step
    large = large[: shape[0] - first[0], : shape[1] - first[1]]
    return Panel(
        slice(first[0], first[0] + large.shape[0]), slice(first[1], first[1] + large.shape[1]), large, framed, on_page
    )
