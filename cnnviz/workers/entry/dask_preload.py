"""Makes a worker of a Dask cluster able to train:

    python -m dask worker tcp://... --nthreads 1 --memory-limit 0 --preload cnnviz.workers.entry.dask_preload

Dask calls `dask_setup` before the worker takes its first task; Keras and the data are loaded then.
"""

from __future__ import annotations

import logging
from typing import Any

from cnnviz.jobs.executors.dask.worker_service import ATTRIBUTE, WorkerService
from cnnviz.workers.entry import priority, tf_runtime
from cnnviz.workers.entry.job_runner import Train, run


def dask_setup(worker: Any) -> None:
    """Put a room with Keras on the worker."""
    priority.stand_back()
    install(worker, tf_runtime.trainer())


def install(worker: Any, train: Train) -> None:
    """Put a room on the worker whose jobs are trained by `train`."""
    logging.getLogger("distributed.worker").addFilter(_is_news)
    setattr(worker, ATTRIBUTE, WorkerService(lambda order, tell, inbox: run(train, order, tell, inbox)))


def _is_news(record: logging.LogRecord) -> bool:
    """Dask logs a line for every question, five a second."""
    return not str(record.msg).startswith("Run out-of-band function")
