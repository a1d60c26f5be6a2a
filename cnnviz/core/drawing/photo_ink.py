"""Find ink in a photograph: pen on paper in uneven light, with grain, shadows and the edge of the table."""

from __future__ import annotations

import numpy as np

MIN_CONTRAST = 16
"""Ink differs from the paper by at least this many grey levels of 255 somewhere; below there is no ink."""

MIN_GRAINS = 3.5
"""Ink differs from the paper by at least this many deviations of its grain, or of stripes of light on it."""

CLEAR_GRAINS = 6
"""Deviations from which ink is no noise; what has fewer must hang together, as noise does not."""

GRID_SIDE = 48
"""The paper's brightness is estimated on a grid of about this many points a side: light changes slowly."""

MIN_LINE_WIDTH = 0.075
"""Smallest width of a pen line, as a fraction of the digit's larger side. At 28x28 a ballpoint line would be a third
of a pixel wide, fainter than anything in MNIST, which was written with felt pens and scanned coarsely."""


CLEAR_SKEW = 1.5
"""Skewness of the differences from their surroundings beyond which thin strokes leave no doubt of the polarity."""

CLEAR_SPLIT = 0.8
"""Share of the variance that two classes explain from which ink and paper are two classes."""

VERY_CLEAR_SPLIT = 0.87
"""The same from which a small majority of the border decides which of them is the paper: a thick digit in a tight crop
covers almost half of it."""


def looks_bright(grey: np.ndarray) -> bool:
    """Return whether the ink is brighter than the paper.

    The paper is estimated as the border's grey where that is uniform, else as the median of a quarter of the picture
    around each pixel. Differences are cubed, so that few large ones outweigh many small ones. A thick digit fills its
    surroundings itself: where the skewness is small and ink and paper are two clear classes, the paper is the class of
    most of the border.
    """
    if _is_plain(grey):
        difference = grey - np.float32(np.median(border(grey)))
        return bool((difference**3).sum() > 0)
    skewness = _skewness(grey)
    level, separation = split(grey)
    bright_border = float((border(grey) > level).mean())
    majority, most_skewed = (0.05, 1.2 * CLEAR_SKEW) if separation > VERY_CLEAR_SPLIT else (0.12, CLEAR_SKEW)
    if abs(skewness) < most_skewed and separation > CLEAR_SPLIT and abs(bright_border - 0.5) > majority:
        return bright_border < 0.5
    return skewness > 0


def _skewness(grey: np.ndarray, places: int = 2 * GRID_SIDE) -> float:
    """Compute the skewness of differences from the median of a quarter of the picture around each place."""
    from scipy import ndimage

    step = max(1, max(grey.shape) // places)
    small = grey[::step, ::step].astype(np.float32)
    coarse = small[::2, ::2]
    around = ndimage.median_filter(coarse, size=max(3, max(coarse.shape) // 4), mode="nearest")
    difference = small - np.kron(around, np.ones((2, 2)))[: small.shape[0], : small.shape[1]]
    spread: float = max(float((difference**2).mean()) ** 1.5, 1e-6)
    return float((difference**3).mean()) / spread


def _paper_class(values: np.ndarray) -> np.ndarray | None:
    """Return where the paper is, if bright ink is so thick that it fills its surroundings, and is another class."""
    level, separation = split(values)
    least = 0.53 if separation > VERY_CLEAR_SPLIT else 0.6
    if separation < CLEAR_SPLIT or float((border(values) <= level).mean()) < least:
        return None
    return values <= level if _skewness(values, GRID_SIDE) < CLEAR_SKEW else None


def split(values: np.ndarray) -> tuple[float, float]:
    """Find the level that divides values of 0 to 255 best into two classes (Otsu, 1979).

    Returns:
        The largest value of the lower class, and the share of the variance that the two means explain, 0 to 1.
    """
    counts = np.bincount(values.astype(np.uint8).ravel(), minlength=256).astype(np.float64)
    levels = np.arange(256)
    below = counts.cumsum()
    moment = (counts * levels).cumsum()
    total, mean = below[-1], moment[-1] / below[-1]
    between = (mean * below - moment) ** 2 / np.maximum(below * (total - below), 1e-9)
    between[below == total] = 0
    variance = float((counts * (levels - mean) ** 2).sum()) / total
    best = int(between.argmax())
    return float(best), float(between[best]) / max(variance, 1e-9)


def _is_plain(values: np.ndarray) -> bool:
    """Return whether the border is uniform, as in drawings, scans and MNIST, or the picture too small to tell."""
    edge = border(values)
    return min(values.shape) < 40 or float(np.percentile(edge, 90) - np.percentile(edge, 10)) < 4


def border(values: np.ndarray) -> np.ndarray:
    """Return the pixels along the four edges, `(2 h + 2 w,)`; the corners occur twice."""
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def project_colour(rgba: np.ndarray) -> np.ndarray:
    """Turn the direction in which a picture's colours differ most into grey, for ink and paper of equal luminance.

    Args:
        rgba: `(h, w, 4)` uint8.

    Returns:
        `(h, w)` uint8; the picture's middle colour is 128, and differences keep their size.
    """
    colours = rgba[..., :3].reshape(-1, 3).astype(np.float32)
    colours -= np.median(colours, axis=0)
    _, axes = np.linalg.eigh(colours.T @ colours / len(colours))
    main = axes[:, 2] * (1 if axes[np.abs(axes[:, 2]).argmax(), 2] > 0 else -1)
    grey: np.ndarray = (colours @ main).clip(-127, 127).reshape(rgba.shape[:2])
    return (grey + 128.5).astype(np.uint8)


def find(values: np.ndarray) -> np.ndarray:
    """Find bright ink on uneven dark paper.

    Args:
        values: `(h, w)` uint8, bright where there is ink.

    Returns:
        `(h, w)` float32 in [0, 1], 0 for paper, 1 for ink.
    """
    difference = values.astype(np.float32) - _estimate_paper(values)
    strongest = float(np.percentile(difference, 99.5)) if values.size > 400 else float(difference.max())
    strongest = max(strongest, float(difference.max()) * 0.5)
    grain = _grain(difference, strongest)
    if strongest < max(MIN_CONTRAST, MIN_GRAINS * grain):
        return np.zeros(values.shape, np.float32)
    if strongest < CLEAR_GRAINS * grain and not _hangs_together(difference > 0.6 * strongest):
        return np.zeros(values.shape, np.float32)
    floor = 0.0 if grain < 0.5 and _is_plain(values) else max(min(4 * grain, 0.6 * strongest), 0.4 * strongest)
    share: np.ndarray = np.clip((difference - floor) / max(0.8 * strongest - floor, 1.0), 0, 1)
    return share


def _hangs_together(mask: np.ndarray) -> bool:
    """Return whether much of a mask is at least three pixels wide."""
    from scipy import ndimage

    return float(ndimage.binary_opening(mask, np.ones((3, 3))).sum()) > 0.3 * float(mask.sum())


def _grain(difference: np.ndarray, strongest: float) -> float:
    """Measure the grain of the paper, from the median deviation of what is not ink: a thick digit is no grain."""
    paper = difference[difference < 0.5 * strongest]
    if not len(paper):
        return 0.0
    return 1.4826 * float(np.median(np.abs(paper - np.median(paper))))


def widen(ink: np.ndarray) -> np.ndarray:
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
    paper = _paper_class(values)
    if paper is not None:
        return _enlarge(_fit_surface(small, paper[::step, ::step]), values.shape, step)
    smooth = _fit_surface(small)
    return _enlarge(_estimate_locally(small) if _runs_out(small - smooth) else smooth, values.shape, step)


def _fit_surface(small: np.ndarray, known: np.ndarray | None = None) -> np.ndarray:
    """Fit a quadratic surface to the paper by least squares, excluding what is brighter, the ink, in each iteration.

    `known` says where there may be paper, if that is known; then there is little, and the surface is a plane.
    """
    y, x = np.indices(small.shape) / max(small.shape)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)
    heights = small.ravel()
    terms = terms if known is None else terms[:, :3]
    possible = np.ones(small.size, bool) if known is None else known.ravel()
    paper = possible
    surface = heights
    for _ in range(12):
        chosen = terms[paper]
        surface = terms @ np.linalg.lstsq(chosen.T @ chosen, chosen.T @ heights[paper], rcond=None)[0]
        above = heights - surface
        paper = possible & (above < max(2.0, 1.5 * float(np.abs(above[paper]).mean())))
    return surface.reshape(small.shape).astype(np.float32)


def _runs_out(difference: np.ndarray) -> bool:
    """Return whether much of what is above the paper lies along the border, as shadows do; digits touch it shortly."""
    from scipy import ndimage

    labels, count = ndimage.label(difference > max(MIN_CONTRAST, 0.3 * float(difference.max())))
    contact = np.bincount(border(labels), minlength=count + 1)
    sides = [0, *(max(y.stop - y.start, x.stop - x.start) for y, x in ndimage.find_objects(labels))]
    outside = np.flatnonzero(contact[1:] > 0.4 * np.array(sides[1:])) + 1
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
