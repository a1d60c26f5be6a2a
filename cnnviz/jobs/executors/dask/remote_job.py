"""The app's record of a job on a cluster, and the job's key on the Dask scheduler."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

from cnnviz.core.training.protocol import Command, check_id
from cnnviz.jobs.protocol.executor import WorkItem

KEY_PREFIX = "cnnviz-"

MAX_SILENT_SECONDS = 30.0
"""How long a worker that is there may report nothing of a job before the job counts as lost."""


@dataclass(eq=False)
class RemoteJob:
    """A job that this app has submitted to the cluster or adopted.

    Attributes:
        item: What was submitted.
        key: Of its task on the Dask scheduler.
        last_seq: Number of the last event received.
        future: Dask's future; None until it is submitted, and for adopted jobs.
        assigned_to: Address of the worker that it was submitted to.
        location: Address and token of the worker service that has it; empty until one reports it.
        seen_at: When a worker reported it last.
        adopting: Whether the worker has not yet confirmed that this app reads it.
        commands: Commands that the worker has not confirmed, by number.
    """

    item: WorkItem
    key: str
    last_seq: int
    future: Any = None
    assigned_to: str = ""
    location: str = ""
    seen_at: float = field(default_factory=time.monotonic)
    adopting: bool = False
    commands: dict[int, Command] = field(default_factory=dict)

    @property
    def silent(self) -> bool:
        """Whether no worker has reported it for too long."""
        return time.monotonic() - self.seen_at > MAX_SILENT_SECONDS

    @property
    def in_transit(self) -> bool:
        """Whether it was submitted and no worker has reported it yet."""
        return self.future is not None and not self.location


def make_key_prefix(job_id: str) -> str:
    """Return the prefix of the keys of all attempts at a job. Raises `Refusal` if `job_id` is invalid."""
    return f"{KEY_PREFIX}{check_id(job_id)}-"


def make_key(job_id: str, started: int, attempt: int) -> str:
    """Return the key of an attempt on the Dask scheduler; later ones sort after earlier ones.

    A job that ended may continue under its id. `started`, in milliseconds since 1970, tells its keys apart: cancelling
    or forgetting an earlier one must not reach it. Raises `Refusal` if `job_id` is invalid.
    """
    return f"{make_key_prefix(job_id)}{started:015}-{attempt}"


def hash_owner(owner: str) -> str:
    """Return what the cluster may know of an owner: enough to recognise, not enough to impersonate."""
    return hashlib.sha256(f"cnnviz {owner}".encode()).hexdigest()


def was_killed(future: Any) -> bool:
    """Return whether Dask gave up a task because its workers died."""
    from distributed import KilledWorker

    return isinstance(getattr(future._state, "exception", None), KilledWorker)
