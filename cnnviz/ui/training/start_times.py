"""Estimate the time to a training's first batch from this server's last starts: Keras has to start."""

from __future__ import annotations

import statistics
import threading
import time
from collections import deque

from cnnviz.ui.shell import session
from cnnviz.ui.training.run_status import RunStatus

USUAL_SECONDS = 8.0
"""Of a server on which nothing was started yet."""

BUSY = 2.5
"""A start that takes so many times the usual seconds has neighbours."""

_lock = threading.Lock()
_recent: deque[float] = deque(maxlen=5)


def observe(status: RunStatus) -> None:
    """Note when a run is first seen without a first event, and how long that took once it has one."""
    seen, run_id = dict(session.get("starting")), status.run.id
    if is_starting(status):
        seen.setdefault(run_id, time.monotonic())
    elif run_id in seen:
        took = time.monotonic() - seen.pop(run_id)
        if status.state == "running":
            with _lock:
                _recent.append(took)
    session.put(starting=seen)


def is_starting(status: RunStatus) -> bool:
    """Return whether a run has a process but has sent no event yet."""
    return status.state == "running" and "start" not in status.newest


def get_usual_seconds() -> float:
    """Return the median of the last starts."""
    with _lock:
        return statistics.median(_recent) if _recent else USUAL_SECONDS


def is_slow(status: RunStatus) -> bool:
    """Return whether a start takes much longer than usual."""
    since = session.get("starting").get(status.run.id)
    return since is not None and time.monotonic() - since > BUSY * get_usual_seconds()
