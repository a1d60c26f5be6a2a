"""Furnishes a Dask worker with the stand-in for Keras: `dask worker --preload tests.jobs.executors.fake_preload`."""

from __future__ import annotations

from typing import Any

from cnnviz.workers.entry.dask_preload import furnish
from tests.jobs.executors import fake_worker


def dask_setup(worker: Any) -> None:
    furnish(worker, fake_worker.train)
