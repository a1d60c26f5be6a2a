"""Training jobs: submit one, follow it, ask something of it. Pages know nothing else.

The engine lives in the app's process, once, and trains nothing itself: an executor does, in processes of this machine
(`embedded`) or on a cluster (`cluster`). One thread of the engine starts and stops jobs; a script thread that submits
or follows only takes a lock for a moment.
"""

from __future__ import annotations

import os
import threading

from cnnviz.jobs.protocol.executor import Executor
from cnnviz.jobs.scheduler.job_state import (
    CANCELLED,
    DONE,
    ENDED,
    FAILED,
    LOST,
    PAUSED,
    RUNNING,
    WAITING,
    Following,
    Limits,
    Record,
)
from cnnviz.jobs.scheduler.scheduler import Engine

__all__ = [
    "CANCELLED",
    "DONE",
    "ENDED",
    "FAILED",
    "LOST",
    "PAUSED",
    "RUNNING",
    "WAITING",
    "Engine",
    "Following",
    "Limits",
    "Record",
    "engine",
]

CLUSTER = "CNNVIZ_CLUSTER"
"""The environment variable that names the scheduler of a cluster: tcp://host:port or tls://host:port."""

_engine: Engine | None = None
_making = threading.Lock()


def engine() -> Engine:
    """The engine of this process, made at the first call; CNNVIZ_CLUSTER chooses what runs the jobs."""
    global _engine  # one a process, whoever asks first; a cache of Streamlit's could be cleared by any visitor
    with _making:
        if _engine is None:
            _engine = Engine(_executor())
        return _engine


def _executor() -> Executor:
    address = os.environ.get(CLUSTER)
    if address:
        from cnnviz.jobs.executors.dask.executor import Cluster

        return Cluster(address)
    from cnnviz.jobs.executors.local import Embedded

    return Embedded()
