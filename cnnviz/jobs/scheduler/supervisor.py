"""Enforce time limits, leases and cancellation; retry a job once if its worker dies."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Command, Event
from cnnviz.jobs.protocol.executor import Executor
from cnnviz.jobs.scheduler import errors
from cnnviz.jobs.scheduler.job_state import CANCELLED, LOST, MAX_ATTEMPTS, JobState, Limits
from cnnviz.jobs.scheduler.job_table import JobTable

LOG = logging.getLogger(__name__)

Action = Callable[[], None]


class Supervisor:
    """Supervise the scheduler's jobs. Call everything but `run_deferred` and `record` under the scheduler's lock.

    Args:
        executor: Runs the jobs.
        jobs: All jobs that the scheduler knows.
        lock: The scheduler's.
        limits: What is granted.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        executor: Executor,
        jobs: JobTable,
        lock: threading.RLock,
        limits: Limits,
        clock: Callable[[], float],
    ) -> None:
        self._executor, self._jobs, self._lock = executor, jobs, lock
        self._limits, self._clock = limits, clock
        self._deferred: deque[Action] = deque()

    def defer(self, action: Action) -> None:
        """Leave an action to the scheduler's thread, which calls the executor without the lock."""
        self._deferred.append(action)

    def run_deferred(self) -> None:
        """Run all deferred actions."""
        while self._deferred:
            self._deferred.popleft()()

    def send(self, job: JobState, command: Command) -> None:
        """Send a command to the job's worker."""
        self.defer(lambda: self._executor.command(job.job.id, command))

    def check(self, job: JobState, now: float) -> None:
        """Enforce whichever limit of the job has run out."""
        limits = self._limits
        job.count_run_time(now)
        if not job.live:
            if now - job.ended_at > limits.remember_seconds:
                self._jobs.remove(job)
        elif job.cancelling_at is not None:
            if now - job.cancelling_at > limits.cancel_seconds:
                self._kill(job)
        elif not job.kept and now - job.seen_at > limits.lease_seconds:
            self.cancel(job, errors.lease_expired(limits.lease_seconds))
        elif job.stopping_at is not None:
            if now - job.stopping_at > limits.grace_seconds:
                self.cancel(job, None)
        elif job.placed and errors.is_over_time(job, now, limits):
            self._stop(job, now)

    def cancel(self, job: JobState, message: Refusal | None) -> None:
        """End a job: a waiting one at once, a placed one through its worker, within `Limits.cancel_seconds`."""
        job.message = job.message or message
        if not job.placed:
            self.finish(job, CANCELLED, None)
        elif job.cancelling_at is None:
            job.cancelling_at = self._clock()
            self.send(job, Command("cancel"))

    def retry(self, job: JobState) -> None:
        """Queue a job whose worker died once more, from its last checkpoint; end it if that was the last attempt."""
        if job.cancelling_at is not None:
            self.finish(job, CANCELLED, None)
        elif job.attempt >= MAX_ATTEMPTS:
            self.finish(job, LOST, errors.worker_lost())
        else:
            self._jobs.requeue(job)

    def put_back(self, job: JobState) -> None:
        """Queue a job again that the executor could not start, in front of all others."""
        if job.cancelling_at is not None:
            self.finish(job, CANCELLED, None)
        else:
            self._jobs.put_back(job)

    def finish(self, job: JobState, state: str, message: Refusal | None) -> None:
        """Mark a job as ended at once; the scheduler's thread records its final event."""
        self._jobs.dequeue(job)
        job.close(state, message, self._clock())
        self.defer(lambda: self.record(job, job.final_event()))

    def record(self, job: JobState, event: Event) -> None:
        """Record an event, then let `status` show it."""
        with job.record_lock:
            try:
                job.record(event)
            except Exception:  # a full disk must not end the training
                LOG.exception("cannot record an event of job %s", job.job.id)
            with self._lock:
                job.on_event(event)

    def _stop(self, job: JobState, now: float) -> None:
        job.stopping_at, job.message = now, errors.time_limit(self._limits.run_seconds)
        self.send(job, Command("stop"))

    def _kill(self, job: JobState) -> None:
        """Kill the worker of a job that does not obey; for the visitor the job ends now."""
        self.defer(lambda: self._executor.kill(job.job.id))
        self.finish(job, CANCELLED, None)
