"""A scheduler with an executor under test, and the events of its jobs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cnnviz.core.training.protocol import Command, Event, Job
from cnnviz.jobs.api import Scheduler
from tests.jobs import fake_executor
from tests.jobs.executors.fake_worker import PLAIN

TIMEOUT = 60.0


def until(holds: Callable[[], object], seconds: float = TIMEOUT) -> None:
    """Wait until `holds` returns something true."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "timed out"
        time.sleep(0.01)


@dataclass
class Site:
    """A scheduler whose executor has two workers, and the events of its jobs."""

    kind: str
    scheduler: Scheduler
    recorded: dict[str, list[Event]] = field(default_factory=dict)

    def submit(self, behaviour: int = PLAIN, owner: str = "", epochs: int = 3) -> str:
        return self.give(fake_executor.job(seed=behaviour, epochs=epochs), owner)

    def give(self, job: Job, owner: str = "") -> str:
        self.recorded[job.id] = []
        self.scheduler.submit(owner or fake_executor.owner(), job, self.recorded[job.id].append)
        return job.id

    def state(self, job: str) -> str:
        return self.scheduler.status(job).state

    def reaches(self, job: str, *states: str, within: float = TIMEOUT) -> None:
        until(lambda: self.state(job) in states, within)

    def kinds(self, job: str) -> list[str]:
        return [event.kind for event in self.recorded[job]]

    def epochs(self, job: str, attempt: int = 1) -> list[int]:
        return [e.payload["epoch"] for e in self.recorded[job] if e.kind == "epoch" and e.attempt == attempt]

    def process(self, job: str, attempt: int = 1) -> int:
        """Return the id of the process that trains a job, once the first epoch is over."""
        until(lambda: self.epochs(job, attempt))
        starts = [e for e in self.recorded[job] if e.kind == "start" and e.attempt == attempt]
        return int(starts[-1].payload["process"])

    def clear(self) -> None:
        """End every job, then the scheduler: on a cluster jobs would continue without it."""
        for job in self.recorded:
            self.scheduler.command(job, Command("cancel"))
        for job in self.recorded:
            self.reaches(job, "done", "cancelled", "failed", "lost")
        self.scheduler.close()

    def is_in_order(self, job: str) -> bool:
        numbers = [event.seq for event in self.recorded[job]]
        return numbers == sorted(set(numbers))
