"""A worker whose jobs emit only the time: `python -m benchmarks.contestants.clock_worker`."""

from __future__ import annotations

import time

import numpy as np

from cnnviz.core.training.protocol import Job
from cnnviz.workers.entry import local
from cnnviz.workers.entry.job_runner import Train
from cnnviz.workers.training.commands import PollCommands

TICKS = 300
BETWEEN = 0.01


def train(_job: Job, emit: object, _poll: PollCommands) -> None:
    """Emit a view of the usual size, with the time in it, some hundred times."""
    maps = np.zeros((26, 26, 32), np.float32)
    for _ in range(TICKS):
        time.sleep(BETWEEN)
        emit("batches", {"time": time.time()}, {"maps": maps})  # type: ignore[operator]


def prepare() -> Train:
    return train


if __name__ == "__main__":
    local.serve(prepare)
