"""One training step of one kernel as a subtraction that adds up: weights before − what was subtracted = weights after.

Plain stochastic gradient descent subtracts the learning rate times the gradient. Every other optimizer here subtracts
something that it makes of the gradient and of what it remembers of earlier ones; that is the difference of the weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnnviz.core.training.protocol import Arrays

PLAIN = "sgd"
"""The optimizer of a plan whose step is the learning rate times the gradient; plans give it no momentum."""

STAGES = ("before", "gradient", "after")
"""The arrays of the event `lesson`."""

MAX_COLUMNS = 16
"""Weights of a dense layer that stand in one row."""

MIN_PLACES, MAX_PLACES = 3, 7
"""Decimals that are shown: float32 has seven of a weight below one."""

MAX_SIZE = 1e6
"""Weights and gradients from here on are not shown, nor those that are not numbers: their training went wrong."""


@dataclass(frozen=True, eq=False)
class StepArithmetic:
    """A step of one kernel in whole units of its last shown decimal, so that what is shown adds up exactly.

    Attributes:
        before: (rows, columns) int64: the weights before the step.
        subtracted: (rows, columns) int64: `before` - `after`.
        after: (rows, columns) int64: the weights after it.
        gradient: (rows, columns) float32.
        weights: (rows, columns) bool: False where there is none, behind the last one of a dense layer.
        places: A unit is 10 to the power of -`places`. All three are within one unit of the weights and of the step.
        is_plain: Whether what is subtracted is the learning rate times the gradient.
        channels: Input channels of the kernel, of which the first is shown; 0 for a dense layer.
    """

    before: np.ndarray
    subtracted: np.ndarray
    after: np.ndarray
    gradient: np.ndarray
    weights: np.ndarray
    places: int
    is_plain: bool
    channels: int

    @property
    def steepest(self) -> tuple[int, int]:
        """Row and column of the largest gradient in size."""
        row, column = np.unravel_index(int(np.abs(self.gradient).argmax()), self.gradient.shape)
        return int(row), int(column)


def subtract(arrays: Arrays, rate: float, optimizer: str) -> StepArithmetic | None:
    """Write a step as a subtraction; None where its numbers cannot be shown, as those of a training that went wrong.

    Args:
        arrays: `before`, `gradient` and `after`, float32: (rows, columns, channels) of one filter of a convolution, or
            (units,) of one input of a dense layer.
        rate: The step's learning rate.
        optimizer: The optimizer of the plan.
    """
    if not _can_be_shown(arrays):
        return None
    before, gradient, after = (_arrange(arrays[name]) for name in STAGES)
    is_plain = optimizer == PLAIN
    step = rate * gradient if is_plain else before - after
    places = choose_places(step)
    # 1. Each number in units; what is behind the last weight of a dense layer counts as 0.
    weights = np.isfinite(before)
    start, moved, end = (np.rint(np.nan_to_num(each) * 10.0**places).astype(np.int64) for each in (before, step, after))
    # 2. The gradient is shown too where it explains the step, so the end gives way by a unit; otherwise the step does.
    if is_plain:
        end = start - moved
    else:
        moved = start - end
    return StepArithmetic(
        before=start,
        subtracted=moved,
        after=end,
        gradient=np.nan_to_num(gradient).astype(np.float32),
        weights=weights,
        places=places,
        is_plain=is_plain,
        channels=arrays["before"].shape[2] if arrays["before"].ndim == 3 else 0,
    )


def _can_be_shown(arrays: Arrays) -> bool:
    """Return whether all three arrays are there, of one shape that is known, and of numbers that fit the cells."""
    if any(name not in arrays for name in STAGES):
        return False
    shape = arrays["before"].shape
    if len(shape) not in (1, 3) or 0 in shape or any(arrays[name].shape != shape for name in STAGES):
        return False
    return all(bool((np.abs(arrays[name]) < MAX_SIZE).all()) for name in STAGES)


def _arrange(weights: np.ndarray) -> np.ndarray:
    """Return the first channel of a kernel, or a dense layer's weights in rows, with NaN behind the last."""
    if weights.ndim == 3:
        return weights[..., 0].astype(np.float64)
    columns = min(MAX_COLUMNS, len(weights))
    padded = np.full(-(-len(weights) // columns) * columns, np.nan)
    padded[: len(weights)] = weights
    return padded.reshape(-1, columns)


def choose_places(values: np.ndarray) -> int:
    """Return the number of decimals that show two digits of the largest of `values`."""
    largest = float(np.nanmax(np.abs(values)))
    wanted = math.ceil(-math.log10(largest)) + 1 if largest > 0 else MAX_PLACES
    return min(max(wanted, MIN_PLACES), MAX_PLACES)
