"""When a training keeps what its network is at that moment."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnnviz.core.networks.architecture import Architecture

MOST_BYTES = 150_000_000
"""Of all snapshots of one run together."""
FLOAT32 = 4


def steps() -> Iterator[int]:
    """0, 1, 2, 5, 10, 20, 50, 100 ...: batches over the whole run, each about twice the one before."""
    yield 0
    scale = 1
    while True:
        yield from (scale, 2 * scale, 5 * scale)
        scale *= 10


def is_step(step: int) -> bool:
    """Whether a snapshot belongs after this batch."""
    return next(kept for kept in steps() if kept >= step) == step


def next_step(step: int) -> int:
    """The first batch after `step` that a snapshot belongs to."""
    return next(kept for kept in steps() if kept > step)


def every(variant: Architecture, epochs: int, batches: int) -> int:
    """How many epochs lie between two snapshots so that all of them stay below `MOST_BYTES`."""
    most = max(MOST_BYTES // max(variant.parameters * FLOAT32, 1), 1)
    early = sum(1 for _ in _until(epochs * batches))
    return max(1, -(-epochs // max(most - early, 1)))


def arrays(weights: dict[str, dict[str, np.ndarray]], confusion: np.ndarray) -> dict[str, np.ndarray]:
    """A snapshot's arrays: `weights/<layer>/<name>` float32 and `confusion`."""
    return {**named(weights), "confusion": confusion}


def named(weights: dict[str, dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Weights as an event carries them: `weights/<layer>/<name>`."""
    return {f"weights/{layer}/{name}": array for layer, parts in weights.items() for name, array in parts.items()}


def _until(last: int) -> Iterator[int]:
    for step in steps():
        if step > last:
            return
        yield step
