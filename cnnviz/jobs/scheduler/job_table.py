"""The table of all jobs that the scheduler knows, with their queue. It starts nothing and takes no lock."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from cnnviz.jobs.scheduler import errors
from cnnviz.jobs.scheduler.fair_queue import FairQueue
from cnnviz.jobs.scheduler.job_state import WAITING, JobState


class JobTable:
    """Jobs by id; used under the scheduler's lock."""

    def __init__(self) -> None:
        self._jobs: dict[str, JobState] = {}
        self._queue = FairQueue()
        self._retries: deque[JobState] = deque()  # their worker died; they had their turn already

    def __iter__(self) -> Iterator[JobState]:
        return iter(tuple(self._jobs.values()))

    def get(self, job_id: str) -> JobState | None:
        """Return a job, None if it is unknown."""
        return self._jobs.get(job_id)

    def add(self, job: JobState) -> None:
        """Add a job that runs already."""
        self._jobs[job.job.id] = job

    def enqueue(self, job: JobState) -> None:
        """Add a new job, or one that ended and continues, to the queue. Raises `Refusal` while it is live."""
        known = self._jobs.get(job.job.id)
        if known is not None and known.live:
            raise errors.already_active()
        self.add(job)
        self._queue.add(job.owner, job.job.id)

    def requeue(self, job: JobState) -> None:
        """Put a job whose worker died in front of all others, for its next attempt."""
        job.attempt, job.state, job.placed = job.attempt + 1, WAITING, False
        self._retries.append(job)

    def put_back(self, job: JobState) -> None:
        """Put a job that could not be started in front of all others."""
        job.placed = False
        self._retries.appendleft(job)

    def dequeue(self, job: JobState) -> None:
        """Remove a job from the queue, if it waits."""
        self._queue.remove(job.owner, job.job.id)
        if job in self._retries:
            self._retries.remove(job)

    def remove(self, job: JobState) -> None:
        """Forget a job."""
        self._jobs.pop(job.job.id, None)

    def take_next(self) -> JobState | None:
        """Remove the next job from the queue and return it; None if none may run."""
        if self._retries:
            return self._retries.popleft()
        job_id = self._queue.take({each.owner for each in self if each.live and each.placed})
        return None if job_id is None else self._jobs[job_id]

    def list_live_jobs(self, owner: str) -> tuple[JobState, ...]:
        """Return the jobs of an owner that have not ended, placed ones first."""
        own = (each for each in self if each.owner == owner and each.live)
        return tuple(sorted(own, key=lambda each: not each.placed))

    def find_attempt(self, job_id: str, attempt: int) -> JobState | None:
        """Return a job if this attempt of it is at an executor now."""
        job = self.get(job_id)
        return job if job and job.live and job.placed and job.attempt == attempt else None

    @property
    def waiting(self) -> int:
        """Number of waiting jobs."""
        return len(self._queue) + len(self._retries)

    def position(self, job: JobState) -> int:
        """Return the position from 1 while a job waits, also in a queue of the executor's own; else 0."""
        if job.state != WAITING:
            return 0
        order = [*(each.job.id for each in self._retries), *self._queue.order()]
        return order.index(job.job.id) + 1 if job.job.id in order else 1
