"""Find ink in a photograph: pen on paper in uneven light, with grain, shadows and the edge of the table."""

from __future__ import annotations

import numpy as np

MIN_CONTRAST = 16
"""Ink differs from the paper by at least this many grey levels of 255 somewhere; below there is no ink."""

GRID_SIDE = 48
"""The paper's brightness is estimated on a grid of about this many points a side: light changes slowly."""

MIN_LINE_WIDTH = 0.075
"""Smallest width of a pen line, as a fraction of the digit's larger side. At 28x28 a ballpoint line would be a third
of a pixel wide, fainter than anything in MNIST, which was written with felt pens and scanned coarsely."""


def looks_bright(grey: np.ndarray) -> bool:
    """Return whether the ink is brighter than the paper.

    The paper is estimated as the border's grey where that is uniform, else as the median of a quarter of the picture
    around each pixel. Differences are cubed, so that few large ones outweigh many small ones.
    """
    from scipy import ndimage

    if _is_plain(grey):
        difference = grey - np.float32(np.median(border(grey)))
    else:
        step = max(1, max(grey.shape) // (2 * GRID_SIDE))
        small = grey[::step, ::step].astype(np.float32)
        coarse = small[::2, ::2]
        around = ndimage.median_filter(coarse, size=max(3, max(coarse.shape) // 4), mode="nearest")
        difference = small - np.kron(around, np.ones((2, 2)))[: small.shape[0], : small.shape[1]]
    return bool((difference**3).sum() > 0)


def _is_plain(values: np.ndarray) -> bool:
    """Return whether the border is uniform, as in drawings, scans and MNIST, or the picture too small to tell."""
    edge = border(values)
    return min(values.shape) < 40 or float(np.percentile(edge, 90) - np.percentile(edge, 10)) < 4


def border(values: np.ndarray) -> np.ndarray:
    """Return the pixels along the four edges, `(2 h + 2 w,)`; the corners occur twice."""
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def find(values: np.ndarray) -> np.ndarray:
    """Find bright ink on uneven dark paper.

    Args:
        values: `(h, w)` uint8, bright where there is ink.

    Returns:
        `(h, w)` uint8, 0 for paper, 255 for ink; thin lines are widened to `MIN_LINE_WIDTH`.
    """
    # 1. Subtract the paper.
    difference = values.astype(np.float32) - _estimate_paper(values)
    # 2. Measure the grain (standard deviation from the median absolute deviation) and the strongest ink.
    grain = 1.4826 * float(np.median(np.abs(difference - np.median(difference))))
    strongest = float(np.percentile(difference, 99.5)) if values.size > 400 else float(difference.max())
    strongest = max(strongest, float(difference.max()) * 0.5)
    if strongest < max(MIN_CONTRAST, 6 * grain):
        return np.zeros(values.shape, np.uint8)
    # 3. Stretch the range above the grain to [0, 1].
    floor = 0.0 if grain < 0.5 and _is_plain(values) else max(4 * grain, 0.4 * strongest)
    share = np.clip((difference - floor) / max(0.8 * strongest - floor, 1.0), 0, 1)
    # 4. Clean up the shapes.
    return (_widen(_remove_specks(share)) * 255 + 0.5).astype(np.uint8)


def _widen(ink: np.ndarray) -> np.ndarray:
    """Widen thin lines to `MIN_LINE_WIDTH`; a line's width is twice its area divided by the length of its outline."""
    from scipy import ndimage

    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.5), np.flatnonzero(ink.max(axis=0) > 0.5)
    if not len(rows) or min(ink.shape) < 2:
        return ink
    size = max(np.ptp(rows), np.ptp(columns)) + 1
    outline = np.hypot(np.diff(ink, axis=0)[:, :-1], np.diff(ink, axis=1)[:-1]).sum()
    missing = MIN_LINE_WIDTH * size - 2 * ink.sum() / max(float(outline), 1.0)
    if size < 40 or missing < 1:
        return ink
    reach = int(np.ceil(missing / 2))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    wide: np.ndarray = ndimage.grey_dilation(np.pad(ink, reach), footprint=np.hypot(y, x) <= missing / 2 + 0.3)
    return wide[reach:-reach, reach:-reach]


def _estimate_paper(values: np.ndarray) -> np.ndarray:
    """Estimate the brightness of the paper under each pixel, `(h, w)` float32; the ink is brighter.

    A picture with a uniform border is a drawing or a scan: its paper has that grey everywhere. Otherwise a smooth
    surface is fitted to the light; if much of what it leaves touches the border, there is a shadow or a table, and the
    paper is estimated locally.
    """
    if _is_plain(values):
        return np.full(values.shape, np.median(border(values)), np.float32)
    step = max(1, max(values.shape) // GRID_SIDE)
    small = values[::step, ::step].astype(np.float32)
    smooth = _fit_surface(small)
    return _enlarge(_estimate_locally(small) if _runs_out(small - smooth) else smooth, values.shape, step)


def _fit_surface(small: np.ndarray) -> np.ndarray:
    """Fit a quadratic surface to the paper by least squares, excluding what is brighter, the ink, in each iteration."""
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
    """Return whether much of what is above the paper touches the border, as shadows do and digits do not."""
    from scipy import ndimage

    labels, count = ndimage.label(difference > max(MIN_CONTRAST, 0.3 * float(difference.max())))
    outside = np.setdiff1d(border(labels), [0])
    return count > 0 and bool(np.isin(labels, outside).sum() > 0.3 * (labels > 0).sum())


def _estimate_locally(small: np.ndarray) -> np.ndarray:
    """Estimate the paper as the smoothed 35th percentile of a third of the picture around each point."""
    from scipy import ndimage

    reach = max(3, max(small.shape) // 3)
    common = ndimage.percentile_filter(ndimage.median_filter(small, size=3), 35, size=reach, mode="nearest")
    around: np.ndarray = ndimage.gaussian_filter(common, reach / 4, mode="nearest")
    return around


def _enlarge(small: np.ndarray, shape: tuple[int, ...], step: int) -> np.ndarray:
    """Interpolate from every `step`-th pixel to every pixel, linearly."""
    from scipy import ndimage

    places = [np.minimum(np.arange(new) / step, old - 1) for new, old in zip(shape, small.shape, strict=True)]
    whole: np.ndarray = ndimage.map_coordinates(small, np.meshgrid(*places, indexing="ij"), order=1)
    return whole.astype(np.float32)


def _remove_specks(ink: np.ndarray) -> np.ndarray:
    """Keep the large connected components: a digit is one or a few strokes; dust and the page's edge are not."""
    from scipy import ndimage

    labels, count = ndimage.label(ink > 0.15, structure=np.ones((3, 3)))
    if not count:
        return ink
    # 1. Weigh the components; those that touch the border count only if nothing substantial lies inside.
    mass = ndimage.sum_labels(ink, labels, np.arange(1, count + 1))
    inside = np.ones(count, bool)
    inside[np.unique(border(labels))[np.unique(border(labels)) > 0] - 1] = False
    if inside.any() and mass[inside].max() > 0.1 * mass.max():
        mass = np.where(inside, mass, 0)
    # 2. Keep the heavy ones with a margin of two pixels, for their antialiased edges.
    kept = np.flatnonzero(mass > 0.05 * mass.max()) + 1
    near = ndimage.binary_dilation(np.isin(labels, kept), iterations=2)
    return np.where(near, ink, 0)
