"""The interface between the scheduler and whatever runs its jobs: `Executor` and `ExecutorListener`.

The scheduler calls an executor from a single thread of its own, so a call may block briefly but must not wait for a
job. An executor reports from its own threads, holding none of its locks; the reports of one job never overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Command, Event, Job


@dataclass(frozen=True, eq=False)
class WorkItem:
    """One attempt at a job, as handed to an executor.

    Attributes:
        owner: Visitor who submitted the job; empty on the worker's side.
        job: What to train; carries a checkpoint if an earlier attempt left one.
        attempt: 1, or 2 after a worker died.
        last_seq: Number of the last event of earlier attempts; this attempt continues with the next.
    """

    owner: str
    job: Job
    attempt: int = 1
    last_seq: int = 0


class ExecutorListener(Protocol):
    """Receive an executor's reports. Reports about an attempt that is over are ignored."""

    def on_started(self, job_id: str, attempt: int) -> None:
        """Handle that a worker has accepted the job."""

    def on_event(self, job_id: str, event: Event) -> None:
        """Handle an event of the job."""

    def on_finished(self, job_id: str, attempt: int, state: str, message: Refusal | None = None) -> None:
        """Handle the end of the job: "done", "cancelled" or "failed"."""

    def on_lost(self, job_id: str, attempt: int) -> None:
        """Handle that the worker died without reporting how the job ended."""

    def on_moved(self, job_id: str) -> None:
        """Handle that another app process has adopted the job."""


class Executor(Protocol):
    """Run jobs outside the app's process."""

    def open(self, listener: ExecutorListener) -> None:
        """Start up; called once, before anything else."""

    def refusal(self) -> Refusal | None:
        """Return why nothing can be trained now; None if it can be, or if that is not known yet."""

    def capacity(self) -> int:
        """Return how many more jobs can be started now."""

    def start(self, item: WorkItem) -> bool:
        """Start a job; return False if another app process has taken the last place since `capacity` was asked."""

    def command(self, job_id: str, command: Command) -> None:
        """Forward a command to a started job; unknown jobs are ignored."""

    def kill(self, job_id: str) -> None:
        """Drop a job that did not obey `cancel`."""

    def find(self, owner: str, job_id: str) -> WorkItem | None:
        """Return a job of this owner that another app process has started, None if there is none."""

    def take_over(self, item: WorkItem) -> None:
        """Report about a job that `find` returned, from its first event on."""

    def warm_up(self) -> None:
        """Have one worker ready."""

    def tick(self) -> None:
        """Do periodic work; called several times a second."""

    def close(self) -> None:
        """Stop all workers that belong to this process."""
