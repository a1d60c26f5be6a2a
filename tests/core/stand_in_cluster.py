"""Furnishes a Dask worker with the stand-in for Keras: `dask worker --preload tests.core.stand_in_cluster`."""

from __future__ import annotations

from typing import Any

from cnnviz.workers.cluster import furnish
from tests.core import stand_in_worker


def dask_setup(worker: Any) -> None:
    furnish(worker, stand_in_worker.train)
