"""Smooth noisy curves by an exponentially weighted mean."""

from __future__ import annotations

import math

import numpy as np

MAX_WEIGHT_RATIO = 1e6
"""Largest ratio of the weights inside one block, so that sums in float64 keep ten digits."""


def smooth_exponentially(values: np.ndarray, half_life: float) -> np.ndarray:
    """Average all values so far, each with half the weight of one that is `half_life` places newer.

    With w = 2^(-1/half_life), s_t = w s_(t-1) + (1 - w) y_t from s_0 = 0, and the result is s_t / (1 - w^t): without
    the division the first values would be drawn towards 0. This is the smoothing of TensorBoard's scalars, whose
    slider is w, with the bias correction of Adam (Kingma & Ba 2015, section 3).

    Args:
        values: (n,) numbers. Values that are not finite are ignored: the result is NaN in their place, and the mean
            continues after them.
        half_life: In places, above 0. Infinite gives the plain mean so far.

    Returns:
        (n,) float32.

    Raises:
        ValueError: If `half_life` is not above 0, or `values` are not one-dimensional.
    """
    if np.ndim(values) != 1 or not half_life > 0:
        raise ValueError(
            f"one row of values and a `half_life` above 0 are needed. Received: {np.shape(values)}, {half_life}"
        )
    given = np.asarray(values, np.float64)
    smooth = np.full(given.shape, np.nan, np.float32)
    finite = np.isfinite(given)
    smooth[finite] = _compute_weighted_means(given[finite], math.log(2) / half_life)
    return smooth


def _compute_weighted_means(values: np.ndarray, decay: float) -> np.ndarray:
    """Return Σ e^(-decay (t - i)) y_i / Σ e^(-decay (t - i)) over i <= t, block by block.

    Inside a block the sums are cumulative sums of values times e^(decay i); the sums before it are carried over, faded
    by their distance.
    """
    decay = min(max(decay, 1e-12), 50.0)  # beyond both float64 sees no difference
    # Blocks are as long as float64 keeps its digits; the last one is filled up with zeros.
    length = max(1, int(min(len(values), math.log(MAX_WEIGHT_RATIO) / decay)))
    rise = np.exp(decay * np.arange(1, length + 1))
    blocks = np.pad(values, (0, -len(values) % length)).reshape(-1, length)
    # Inside each block: faded sums of the values and of their weights.
    sums = np.cumsum(blocks * rise, axis=1) / rise
    weights = np.broadcast_to(np.cumsum(rise) / rise, blocks.shape)
    # Add what earlier blocks leave, and divide.
    fade = 1 / rise
    earlier, heavier = (_carry(totals[:, -1], fade[-1])[:, None] for totals in (sums, weights))
    means = (sums + earlier * fade) / (weights + heavier * fade)
    return np.asarray(means.reshape(-1)[: len(values)])


def _carry(ends: np.ndarray, fade: float) -> np.ndarray:
    """Return, for each block, the sums of all blocks before it, faded to that block's beginning."""
    carried = np.zeros_like(ends)
    for block in range(1, len(ends)):
        carried[block] = carried[block - 1] * fade + ends[block - 1]
    return carried
