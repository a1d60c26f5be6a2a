"""Ink in a photograph: pen on paper in uneven light, with grain, shadows and the edge of the table."""

from __future__ import annotations

import numpy as np

FAINTEST = 16
"""Ink must differ from the paper by at least this much of 255 somewhere, or there is none."""

COARSE = 48
"""The paper's brightness is estimated on about this many places a side: light changes slowly."""

THINNEST = 0.075
"""Pen lines in photographs are widened to at least this share of the digit's larger side. A ballpoint's line would be
a third of a pixel of the 28, fainter than anything in MNIST, which was written with felt pens and scanned coarsely."""


def looks_bright(grey: np.ndarray) -> bool:
    """Whether what stands out from its surroundings is brighter than they are.

    The surroundings are the border where it is of one colour, else the median of a quarter of the picture around
    each place; the third power counts the few that differ much, not the many that differ a little.
    """
    from scipy import ndimage

    if _is_plain(grey):
        difference = grey - np.float32(np.median(border(grey)))
    else:
        step = max(1, max(grey.shape) // (2 * COARSE))
        small = grey[::step, ::step].astype(np.float32)
        coarse = small[::2, ::2]
        around = ndimage.median_filter(coarse, size=max(3, max(coarse.shape) // 4), mode="nearest")
        difference = small - np.kron(around, np.ones((2, 2)))[: small.shape[0], : small.shape[1]]
    return bool((difference**3).sum() > 0)


def _is_plain(values: np.ndarray) -> bool:
    """Whether the border is of one colour, as in drawings, scans and MNIST, or the picture too small to tell."""
    edge = border(values)
    return min(values.shape) < 40 or float(np.percentile(edge, 90) - np.percentile(edge, 10)) < 4


def border(values: np.ndarray) -> np.ndarray:
    """The pixels along the four edges."""
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def ink(values: np.ndarray) -> np.ndarray:
    """Find bright ink on uneven dark paper.

    Args:
        values: `(h, w)` uint8, bright where there is ink.

    Returns:
        `(h, w)` uint8, 0 for paper, 255 for ink; thin lines are widened to `THINNEST`.
    """
    difference = values.astype(np.float32) - _background(values)
    grain = 1.4826 * float(np.median(np.abs(difference - np.median(difference))))
    strongest = float(np.percentile(difference, 99.5)) if values.size > 400 else float(difference.max())
    strongest = max(strongest, float(difference.max()) * 0.5)
    if strongest < max(FAINTEST, 6 * grain):
        return np.zeros(values.shape, np.uint8)
    floor = 0.0 if grain < 0.5 and _is_plain(values) else max(4 * grain, 0.4 * strongest)
    share = np.clip((difference - floor) / max(0.8 * strongest - floor, 1.0), 0, 1)
    return (_widened(_without_specks(share)) * 255 + 0.5).astype(np.uint8)


def _widened(ink: np.ndarray) -> np.ndarray:
    """Make thin lines as wide as `THINNEST`; a line's width is twice its area divided by its outline."""
    from scipy import ndimage

    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.5), np.flatnonzero(ink.max(axis=0) > 0.5)
    if not len(rows) or min(ink.shape) < 2:
        return ink
    size = max(np.ptp(rows), np.ptp(columns)) + 1
    outline = np.hypot(np.diff(ink, axis=0)[:, :-1], np.diff(ink, axis=1)[:-1]).sum()
    missing = THINNEST * size - 2 * ink.sum() / max(float(outline), 1.0)
    if size < 40 or missing < 1:
        return ink
    reach = int(np.ceil(missing / 2))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    wide: np.ndarray = ndimage.grey_dilation(np.pad(ink, reach), footprint=np.hypot(y, x) <= missing / 2 + 0.3)
    return wide[reach:-reach, reach:-reach]


def _background(values: np.ndarray) -> np.ndarray:
    """Brightness of the paper under each pixel, `(h, w)` float32; the ink is brighter.

    A picture whose border is of one colour is a drawing or a scan: its paper is that colour everywhere. Otherwise
    light falls off smoothly, or, if that leaves much that runs out of the picture, there is a shadow or a table.
    """
    if _is_plain(values):
        return np.full(values.shape, np.median(border(values)), np.float32)
    step = max(1, max(values.shape) // COARSE)
    small = values[::step, ::step].astype(np.float32)
    smooth = _surface(small)
    return _enlarged(_around(small) if _runs_out(small - smooth) else smooth, values.shape, step)


def _surface(small: np.ndarray) -> np.ndarray:
    """A quadratic surface through what is not brighter than it: least squares, leaving out the ink in turns."""
    y, x = np.indices(small.shape) / max(small.shape)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)
    heights, paper = small.ravel(), np.ones(small.size, bool)
    surface = heights
    for _ in range(12):
        chosen = terms[paper]
        surface = terms @ np.linalg.lstsq(chosen.T @ chosen, chosen.T @ heights[paper], rcond=None)[0]
        above = heights - surface
        paper = above < max(2.0, 1.5 * float(np.abs(above[paper]).mean()))
    return surface.reshape(small.shape).astype(np.float32)


def _runs_out(difference: np.ndarray) -> bool:
    """Whether much of what is above the paper touches the border, as shadows do and digits do not."""
    from scipy import ndimage

    labels, count = ndimage.label(difference > max(FAINTEST, 0.3 * float(difference.max())))
    outside = np.setdiff1d(border(labels), [0])
    return count > 0 and bool(np.isin(labels, outside).sum() > 0.3 * (labels > 0).sum())


def _around(small: np.ndarray) -> np.ndarray:
    """What is common in a third of the picture around each place."""
    from scipy import ndimage

    reach = max(3, max(small.shape) // 3)
    common = ndimage.percentile_filter(ndimage.median_filter(small, size=3), 35, size=reach, mode="nearest")
    around: np.ndarray = ndimage.gaussian_filter(common, reach / 4, mode="nearest")
    return around


def _enlarged(small: np.ndarray, shape: tuple[int, ...], step: int) -> np.ndarray:
    """Every `step`-th pixel -> every pixel, linearly between them."""
    from scipy import ndimage

    places = [np.minimum(np.arange(new) / step, old - 1) for new, old in zip(shape, small.shape, strict=True)]
    whole: np.ndarray = ndimage.map_coordinates(small, np.meshgrid(*places, indexing="ij"), order=1)
    return whole.astype(np.float32)


def _without_specks(ink: np.ndarray) -> np.ndarray:
    """Keep the large connected pieces: a digit is one or a few strokes, dust and the page's edge are not."""
    from scipy import ndimage

    labels, count = ndimage.label(ink > 0.15, structure=np.ones((3, 3)))
    if not count:
        return ink
    mass = ndimage.sum_labels(ink, labels, np.arange(1, count + 1))
    inside = np.ones(count, bool)
    inside[np.unique(border(labels))[np.unique(border(labels)) > 0] - 1] = False
    if inside.any() and mass[inside].max() > 0.1 * mass.max():
        mass = np.where(inside, mass, 0)
    kept = np.flatnonzero(mass > 0.05 * mass.max()) + 1
    near = ndimage.binary_dilation(np.isin(labels, kept), iterations=2)
    return np.where(near, ink, 0)
