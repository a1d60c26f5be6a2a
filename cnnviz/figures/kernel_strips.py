"""Kernels as pictures: one a filter, with its input channels below one another."""

from __future__ import annotations

import numpy as np


def stack_channels(kernels: np.ndarray) -> np.ndarray:
    """Stack the input channels of every filter, with a row that is not a number between two.

    Args:
        kernels: (rows, columns, inputs, filters) float32.

    Returns:
        (inputs × (rows + 1) − 1, columns, filters) float32; `kernels` without its third axis where that is 1.
    """
    rows, columns, inputs, filters = kernels.shape
    stacked = np.full((inputs, rows + 1, columns, filters), np.nan, np.float32)
    stacked[:, :rows] = kernels.transpose(2, 0, 1, 3)
    return stacked.reshape(inputs * (rows + 1), columns, filters)[:-1]


def place_row(row: int, rows: int) -> tuple[int, int] | None:
    """Return the input channel and the row of its kernel that a row of `stack_channels` shows; None between two."""
    channel, within = divmod(row, rows + 1)
    return None if within == rows else (channel, within)
