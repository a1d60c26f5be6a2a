"""What this app knows of a job that it has on a cluster, and what the scheduler calls it."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

from cnnviz.core.training.protocol import Command, checked_id
from cnnviz.jobs.protocol.executor import Order

PREFIX = "cnnviz-"
SILENCE = 30.0
"""Seconds after which a worker that is there and says nothing is given up."""


@dataclass(eq=False)
class Followed:
    """A job that this app has given to the cluster or taken over."""

    order: Order
    key: str
    received: int
    future: Any = None
    given: str = ""
    """The worker that it was given to."""
    home: str = ""
    """Address and token of the room that it is in, empty until it is in one."""
    heard_from: float = field(default_factory=time.monotonic)
    adopting: bool = False
    commands: dict[int, Command] = field(default_factory=dict)
    """Those that its room has not confirmed, by number."""

    @property
    def silent(self) -> bool:
        """Whether nothing was heard of it for too long."""
        return time.monotonic() - self.heard_from > SILENCE

    @property
    def on_its_way(self) -> bool:
        """Whether it was given to a worker and is in no room yet."""
        return self.future is not None and not self.home


def keys_of(job_id: str) -> str:
    """How the names of all attempts at a job begin. Raises `Refusal` if `job_id` is none."""
    return f"{PREFIX}{checked_id(job_id)}-"


def key_of(job_id: str, started: int, attempt: int) -> str:
    """The name of an attempt on the scheduler; later ones sort after earlier ones.

    A job that ended may go on under its id, so `started`, milliseconds since 1970, keeps its keys apart: what was
    cancelled or forgotten under the earlier one must not reach it. Raises `Refusal` if `job_id` is none.
    """
    return f"{keys_of(job_id)}{started:015}-{attempt}"


def digest(owner: str) -> str:
    """What the cluster knows of an owner: enough to recognise, not enough to be."""
    return hashlib.sha256(f"cnnviz {owner}".encode()).hexdigest()


def was_killed(future: Any) -> bool:
    """Whether Dask gave a task up because its workers died."""
    from distributed import KilledWorker

    return isinstance(getattr(future._state, "exception", None), KilledWorker)
