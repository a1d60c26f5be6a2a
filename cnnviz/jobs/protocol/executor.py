"""What stands between the engine and whatever runs its jobs: two small protocols.

The engine calls an executor from one thread of its own, so a call may take a moment but must not wait for a job. An
executor reports from threads of its own, holding none of its locks; the reports of one job come one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Command, Event, Job


@dataclass(frozen=True, eq=False)
class Order:
    """A job to be run.

    Args:
        owner: Whose it is.
        job: What is trained; with a checkpoint if an earlier attempt left one.
        attempt: 1, or 2 after a worker died.
        told: How many events earlier attempts told; the first of this one has the next number.
    """

    owner: str
    job: Job
    attempt: int = 1
    told: int = 0


class Reports(Protocol):
    """What an executor tells. Reports about an attempt that is over are ignored."""

    def begun(self, job_id: str, attempt: int) -> None:
        """A worker has taken the job."""

    def told(self, job_id: str, event: Event) -> None:
        """The job has told something."""

    def ended(self, job_id: str, attempt: int, state: str, message: Refusal | None = None) -> None:
        """The worker has finished with it: "done", "cancelled" or "failed"."""

    def died(self, job_id: str, attempt: int) -> None:
        """The worker is gone and has not said how the job ended."""

    def moved(self, job_id: str) -> None:
        """Another app process has taken the job over."""


class Executor(Protocol):
    """Runs jobs somewhere else."""

    def open(self, reports: Reports) -> None:
        """Begin; called once, before everything else."""

    def refusal(self) -> Refusal | None:
        """Why nothing can be trained at this moment; None if it can, or if that is not known yet."""

    def places(self) -> int:
        """How many more jobs can be started now."""

    def start(self, order: Order) -> None:
        """Start a job."""

    def command(self, job_id: str, command: Command) -> None:
        """Hand a command to a job that was started; unknown jobs are ignored."""

    def kill(self, job_id: str) -> None:
        """Be rid of a job that did not obey `cancel`."""

    def find(self, owner: str, job_id: str) -> Order | None:
        """A job of this owner that another app process has started, None if there is none."""

    def take_over(self, order: Order) -> None:
        """Report about a job that was found, from its first event on."""

    def warm(self) -> None:
        """Have one worker ready."""

    def tick(self) -> None:
        """Called several times a second."""

    def close(self) -> None:
        """Stop everything."""
