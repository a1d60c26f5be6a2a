"""Install the stand-in for Keras on a Dask worker: `dask worker --preload tests.jobs.executors.fake_preload`."""

from __future__ import annotations

from typing import Any

from cnnviz.workers.entry.dask_preload import install
from tests.jobs.executors import fake_worker


def dask_setup(worker: Any) -> None:
    install(worker, fake_worker.train)
