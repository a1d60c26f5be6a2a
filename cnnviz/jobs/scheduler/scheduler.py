"""Scheduler: assign queued jobs to free workers and store their events."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Command, Event, Job
from cnnviz.jobs.protocol.executor import Executor
from cnnviz.jobs.scheduler import errors
from cnnviz.jobs.scheduler.job_state import (
    DEFAULT_LIMITS,
    LOST,
    RUNNING,
    WAITING,
    JobState,
    JobStatus,
    Limits,
    Recorder,
)
from cnnviz.jobs.scheduler.job_table import JobTable
from cnnviz.jobs.scheduler.supervisor import Supervisor

LOG = logging.getLogger(__name__)

TICK_SECONDS = 0.2
"""Longest time between two ticks."""

NOT_FOUND_SECONDS = 30.0
"""How long a job that was not found is not searched again; pages ask at every rerun."""


class Scheduler:
    """All jobs of this app process. Every method may be called from any thread and returns at once.

    Args:
        executor: Runs the jobs.
        limits: What is granted.
        clock: Monotonic seconds.
        run_thread: Whether a thread calls `tick`; tests call it themselves.
    """

    def __init__(
        self,
        executor: Executor,
        limits: Limits = DEFAULT_LIMITS,
        clock: Callable[[], float] = time.monotonic,
        run_thread: bool = True,
    ) -> None:
        self._executor, self._limits, self._clock = executor, limits, clock
        self._jobs = JobTable()
        self._not_found: dict[tuple[str, str], float] = {}  # when an owner's job was searched in vain
        self._lock = threading.RLock()
        self._supervisor = Supervisor(executor, self._jobs, self._lock, limits, clock)
        self._wake = threading.Event()
        self._closed = False
        executor.open(self)
        if run_thread:
            threading.Thread(target=self._run, name="jobs", daemon=True).start()

    def submit(self, owner: str, job: Job, record: Recorder) -> None:
        """Queue a job.

        Args:
            owner: Whose it is; owners take turns.
            job: What to train.
            record: Called with every event, in order, from a thread of the scheduler, before `status` shows it.

        Raises:
            Refusal: If the job waits or runs already, the owner has too many, too many wait, or nothing can be trained
                now.
        """
        with self._lock:
            errors.check_open(self._closed, self._executor.refusal())
            errors.check_limits(len(self._jobs.list_live_jobs(owner)), self._jobs.waiting, self._limits)
            self._jobs.enqueue(JobState(owner, job, record, self._clock()))
        self._wake.set()

    def status(self, job_id: str, since: int = 0) -> JobStatus:
        """Return the status of a job with its events after number `since`; an unknown job is "lost"."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None:
                return JobStatus((), LOST, 0, errors.unknown_job(), 1)
            position = self._jobs.position(job)
            return job.status(since, position, self._executor.refusal() if position else None)

    def knows(self, job_id: str) -> bool:
        """Return whether a job is here, or ended less than ten minutes ago."""
        return self._jobs.get(job_id) is not None

    def command(self, job_id: str, command: Command) -> None:
        """Send a command to a job; do nothing if it is unknown or has ended."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None or not job.live:
                return
            job.remember_command(command)
            if command.kind == "cancel" or (command.kind == "stop" and not job.placed):
                self._supervisor.cancel(job, None)
            elif job.placed:
                self._supervisor.send(job, command)
        self._wake.set()

    def touch(self, job_id: str) -> None:
        """Renew the lease of a job that a page shows; it is cancelled `Limits.lease_seconds` after the last call."""
        with self._lock:
            if job := self._jobs.get(job_id):
                job.seen_at = self._clock()

    def keep(self, job_id: str, kept: bool) -> None:
        """Choose whether a job continues although no page shows it."""
        with self._lock:
            if job := self._jobs.get(job_id):
                job.kept, job.seen_at = kept, self._clock()

    def active(self, owner: str) -> tuple[str, ...]:
        """Return the ids of this owner's jobs that have not ended, running ones first."""
        with self._lock:
            return tuple(each.job.id for each in self._jobs.list_live_jobs(owner))

    def count_live(self) -> int:
        """Return how many jobs of all owners have not ended."""
        with self._lock:
            return sum(each.live for each in self._jobs)

    def warm_up(self) -> None:
        """Have a worker ready, because a job may be submitted soon."""
        self._supervisor.defer(self._executor.warm_up)
        self._wake.set()

    def adopt(self, owner: str, job_id: str, record: Recorder) -> bool:
        """Take over a job of this owner whose app process died; `record` gets its events from the first one on.

        Returns whether the job is here now. Just after the start of a process this may take a few seconds. Workers of
        the local executor die with their app, so there it is always False.
        """
        if self.knows(job_id):
            return True
        item = None if self._was_not_found(owner, job_id) else self._executor.find(owner, job_id)
        with self._lock:
            now = self._clock()
            if self.knows(job_id):  # another tab was faster
                return True
            if item is None:
                if self._executor.refusal() is None:
                    self._not_found.setdefault((owner, job_id), now)
                return False
            self._jobs.add(
                JobState(owner, item.job, record, now, attempt=item.attempt, placed=True, placed_at=now, counted_at=now)
            )
            self._supervisor.defer(lambda: self._executor.take_over(item))
        self._wake.set()
        return True

    def close(self) -> None:
        """Stop every worker. Running jobs are lost."""
        with self._lock:
            closed, self._closed = self._closed, True
        self._wake.set()
        if not closed:
            self._executor.close()

    def tick(self) -> None:
        """Do everything that is due; called by the scheduler's own thread."""
        self._supervisor.run_deferred()
        self._executor.tick()
        with self._lock:
            now = self._clock()
            for job in self._jobs:
                self._supervisor.check(job, now)
        self._place()
        self._supervisor.run_deferred()

    def _was_not_found(self, owner: str, job_id: str) -> bool:
        with self._lock:
            oldest = self._clock() - NOT_FOUND_SECONDS
            self._not_found = {job: when for job, when in self._not_found.items() if when > oldest}
            return (owner, job_id) in self._not_found

    # Reports of the executor: see `ExecutorListener`.

    def on_started(self, job_id: str, attempt: int) -> None:
        with self._lock:
            if (job := self._jobs.find_attempt(job_id, attempt)) and job.state == WAITING:
                job.state, job.counted_at = RUNNING, self._clock()

    def on_event(self, job_id: str, event: Event) -> None:
        with self._lock:
            job = self._jobs.find_attempt(job_id, event.attempt)
        if job is not None and event.seq > job.log.last_seq:
            self._supervisor.record(job, event)

    def on_finished(self, job_id: str, attempt: int, state: str, message: Refusal | None = None) -> None:
        with self._lock:
            if job := self._jobs.find_attempt(job_id, attempt):
                self._supervisor.finish(job, state, message)
        self._wake.set()

    def on_lost(self, job_id: str, attempt: int) -> None:
        with self._lock:
            if job := self._jobs.find_attempt(job_id, attempt):
                self._supervisor.retry(job)
        self._wake.set()

    def on_moved(self, job_id: str) -> None:
        with self._lock:
            if (job := self._jobs.get(job_id)) and job.live:
                job.close(LOST, errors.moved_elsewhere(), self._clock())

    def _run(self) -> None:
        while not self._closed:
            self._wake.wait(TICK_SECONDS)
            self._wake.clear()
            try:
                self.tick()
            except Exception:  # whatever it is, other jobs must continue
                LOG.exception("the scheduler of training jobs failed in a tick")

    def _place(self) -> None:
        """Hand the next jobs of the queue to the executor, as many as it can start."""
        for _ in range(self._executor.capacity()):
            # 1. Under the lock: take the next job and mark it as placed, so that no cancel treats it as waiting.
            with self._lock:
                job = None if self._closed else self._jobs.take_next()
                if job is None:
                    return
                item, commands = job.place(self._clock()), tuple(job.commands.values())
            # 2. Without the lock: start it. The executor may report from its own threads before `start` returns.
            if not self._executor.start(item):
                with self._lock:
                    self._supervisor.put_back(job)
                return
            # 3. Repeat what was asked of it while it waited, or of the attempt whose worker died.
            for command in commands:
                self._executor.command(item.job.id, command)
