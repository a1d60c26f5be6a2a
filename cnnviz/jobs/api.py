"""Training jobs: submit, status, command, adopt. The only module of `jobs` that pages need for live trainings.

There is one scheduler in the app's process. It trains nothing itself: an executor does, in processes of this machine
(`executors.local`) or on a Dask cluster (`executors.dask`). One thread of the scheduler starts and stops jobs; a script
thread that submits or polls only takes a lock for a moment.
"""

from __future__ import annotations

import os
import threading
from dataclasses import replace

from cnnviz.jobs.protocol.executor import Executor
from cnnviz.jobs.runs import quota, store
from cnnviz.jobs.scheduler.job_state import (
    CANCELLED,
    DEFAULT_LIMITS,
    DONE,
    ENDED,
    FAILED,
    LOST,
    PAUSED,
    RUNNING,
    WAITING,
    JobStatus,
    Limits,
    Recorder,
)
from cnnviz.jobs.scheduler.scheduler import Scheduler

__all__ = [
    "CANCELLED",
    "DONE",
    "ENDED",
    "FAILED",
    "LOST",
    "PAUSED",
    "RUNNING",
    "WAITING",
    "JobStatus",
    "Limits",
    "Recorder",
    "Scheduler",
    "scheduler",
]

CLUSTER_VARIABLE = "CNNVIZ_CLUSTER"
"""Environment variable with the address of a Dask scheduler: tcp://host:port or tls://host:port."""

PROCESSES_VARIABLE = "CNNVIZ_PROCESSES"
"""Environment variable with the number of app processes that share the workers of this machine; 1 by default."""

_scheduler: Scheduler | None = None
_creation_lock = threading.Lock()


def scheduler() -> Scheduler:
    """Return the scheduler of this process, created at the first call; CNNVIZ_CLUSTER chooses its executor."""
    global _scheduler  # one per process; any visitor could clear a cache of Streamlit's
    with _creation_lock:
        if _scheduler is None:
            _scheduler = Scheduler(_create_executor(), _read_limits())
            threading.Thread(target=quota.sweep, args=(store.folder(),), name="sweep", daemon=True).start()
        return _scheduler


def _read_limits() -> Limits:
    """Return the limits of this process: where several of one machine share its workers, they share its queue too."""
    value = os.environ.get(PROCESSES_VARIABLE, "")
    processes = int(value) if value.isascii() and value.isdigit() and 0 < int(value) <= DEFAULT_LIMITS.max_queued else 1
    return replace(DEFAULT_LIMITS, max_queued=DEFAULT_LIMITS.max_queued // processes)


def _create_executor() -> Executor:
    address = os.environ.get(CLUSTER_VARIABLE)
    if address:
        from cnnviz.jobs.executors.dask.executor import DaskExecutor

        return DaskExecutor(address)
    from cnnviz.jobs.executors.local import LocalExecutor

    return LocalExecutor()
