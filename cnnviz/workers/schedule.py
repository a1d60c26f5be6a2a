"""The learning rate of every batch."""

from __future__ import annotations

import numpy as np

from cnnviz.core.plans import TrainingPlan


def cosine(done: float) -> float:
    """Share of the learning rate when `done`, in [0, 1], of the run is over: a short warm-up, then down to 0."""
    return min(1.0, done / 0.03 + 0.05) * (1 + float(np.cos(np.pi * done))) / 2


def rates(
    plan: TrainingPlan, falling: bool, epochs: int, epoch: int, batch: int, count: int, batches: int
) -> np.ndarray:
    """The rates (count,) float32 of `count` batches of an epoch (from 1) from `batch` (from 0) on.

    falling: Whether they follow the cosine even if the plan does not say so. epochs: Of the run, with added ones.
    """
    if not falling and plan.schedule == "constant":
        return np.full(count, plan.learning_rate, np.float32)
    done = [(epoch - 1 + number / batches) / epochs for number in range(batch, batch + count)]
    return np.array([plan.learning_rate * cosine(share) for share in done], np.float32)
