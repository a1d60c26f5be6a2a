"""Enable a worker of a Dask cluster to train:

    python -m dask worker tcp://... --nthreads 1 --memory-limit 0 --preload cnnviz.workers.entry.dask_preload

Dask calls `dask_setup` before the worker takes its first task; Keras and the data are loaded then.
"""

from __future__ import annotations

import logging
from typing import Any

from cnnviz.jobs.executors.dask.worker_service import ATTRIBUTE, WorkerService
from cnnviz.workers.entry import priority
from cnnviz.workers.entry.job_runner import Train, load_train, run


def dask_setup(worker: Any) -> None:
    """Install a service with Keras on the worker."""
    priority.lower_priority()
    install(worker, load_train())


def install(worker: Any, train: Train) -> None:
    """Install a service on the worker whose jobs are trained by `train`."""
    logging.getLogger("distributed.worker").addFilter(_is_not_polling)
    setattr(worker, ATTRIBUTE, WorkerService(lambda item, emit, poll: run(train, item, emit, poll)))


def _is_not_polling(record: logging.LogRecord) -> bool:
    """Drop the line that Dask logs for every poll, five a second."""
    return not str(record.msg).startswith("Run out-of-band function")
