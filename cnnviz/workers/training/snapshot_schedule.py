"""Decide after which batches and epochs a training keeps a snapshot of its weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import pack_weights

MAX_BYTES = 150_000_000
"""Of all snapshots of one run together."""

FLOAT32_BYTES = 4


def iterate_steps() -> Iterator[int]:
    """Yield 0, 1, 2, 5, 10, 20, 50, 100 ...: batches over the whole run, each about twice the one before."""
    yield 0
    scale = 1
    while True:
        yield from (scale, 2 * scale, 5 * scale)
        scale *= 10


def is_step(step: int) -> bool:
    """Tell whether a snapshot belongs after this batch."""
    return next(kept for kept in iterate_steps() if kept >= step) == step


def find_next_step(step: int) -> int:
    """Return the first batch after `step` that a snapshot belongs to."""
    return next(kept for kept in iterate_steps() if kept > step)


def count_epochs_between(architecture: Architecture, epochs: int, batches: int) -> int:
    """Return the number of epochs from one snapshot to the next so that all of them stay below `MAX_BYTES`."""
    most = max(MAX_BYTES // max(architecture.parameters * FLOAT32_BYTES, 1), 1)
    early = sum(1 for _ in _iterate_until(epochs * batches))
    return max(1, -(-epochs // max(most - early, 1)))


def pack_snapshot(weights: dict[str, dict[str, np.ndarray]], confusion: np.ndarray) -> dict[str, np.ndarray]:
    """Return a snapshot's arrays: `weights/<layer>/<name>` float32 and `confusion`."""
    return {**name_weights(weights), "confusion": confusion}


def name_weights(weights: dict[str, dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return weights as an event carries them: `weights/<layer>/<name>`."""
    return pack_weights(weights, "weights/")


def _iterate_until(last: int) -> Iterator[int]:
    for step in iterate_steps():
        if step > last:
            return
        yield step
