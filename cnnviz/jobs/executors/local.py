"""Train in worker processes of this machine, with the standard library alone.

A worker is a process that has Keras loaded and trains one job at a time. The scheduler's thread starts workers when
they are needed, the first one by default when somebody opens Train, and stops them after ten idle minutes, so an app in
which nobody trains runs none.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Arrays, Command
from cnnviz.jobs.executors import machine_slots
from cnnviz.jobs.executors.machine_slots import MachineSlots
from cnnviz.jobs.executors.worker_process import WorkerProcess
from cnnviz.jobs.protocol import codec
from cnnviz.jobs.protocol.executor import ExecutorListener, WorkItem
from cnnviz.jobs.scheduler import errors

LOG = logging.getLogger(__name__)

WORKERS_VARIABLE = "CNNVIZ_SLOTS"
"""Environment variable with the number of workers."""

MAX_WORKERS = 64

WARM_UP_VARIABLE = "CNNVIZ_WARM_UP"
"""Environment variable that says when the first worker starts: 1 when Train is opened, 0 when a training starts."""

MAX_JOBS_PER_WORKER = 50
"""A worker is replaced after so many jobs: what TensorFlow leaks is little, but it adds up."""

MAX_IDLE_SECONDS = 600.0

PROGRAM = ("-m", "cnnviz.workers.entry.local")


@dataclass(eq=False)
class Worker:
    """A worker process and its job; changed under the executor's lock.

    Attributes:
        process: The process.
        item: What it trains, None while it is idle.
        jobs: How many jobs it has finished.
        idle_since: When it became idle.
        ready: Whether it has reported that Keras is loaded.
    """

    process: WorkerProcess | None = None
    item: WorkItem | None = None
    jobs: int = 0
    idle_since: float = 0.0
    ready: bool = False


class LocalExecutor:
    """Run jobs in worker processes of this machine.

    Args:
        workers: How many jobs run at once; by default CNNVIZ_SLOTS, or one less than there are cores.
        program: What Python runs in a worker.
        clock: Monotonic seconds.
        slots: Where other app processes of this machine train as well: the places that all of them share.
    """

    def __init__(
        self,
        workers: int | None = None,
        program: Sequence[str] = PROGRAM,
        clock: Callable[[], float] = time.monotonic,
        slots: MachineSlots | None = None,
    ) -> None:
        self.max_workers = workers or read_worker_count()
        self._slots = slots or machine_slots.find(self.max_workers)
        self.threads = max(1, count_cores() // self.max_workers)
        self._warms_up = read_warm_up()
        self._program, self._clock = program, clock
        self._workers: list[Worker] = []
        self._lock = threading.Lock()
        self._opened_by: ExecutorListener | None = None
        self._closed = False

    def open(self, listener: ExecutorListener) -> None:
        self._opened_by = listener

    def refusal(self) -> Refusal | None:
        return None

    def capacity(self) -> int:
        with self._lock:
            if self._closed:
                return 0
            own = self.max_workers - sum(each.item is not None for each in self._workers)
            return min(own, self._slots.count_free()) if self._slots else own

    def start(self, item: WorkItem) -> bool:
        if self._slots:
            with self._lock:
                if not self._slots.take():
                    return False
        process = self._assign(item)
        if process is None:
            self._give_back_slot()
            self._listener.on_finished(item.job.id, item.attempt, "failed", errors.no_process())
            return True
        process.send(*codec.encode_work_item(item))
        self._listener.on_started(item.job.id, item.attempt)
        return True

    def command(self, job_id: str, command: Command) -> None:
        worker = self._find_worker(job_id)
        if worker and worker.process:
            worker.process.send(*codec.encode_command(job_id, command))

    def kill(self, job_id: str) -> None:
        with self._lock:  # in one step: its job may end now, and the worker take another
            worker = self._holder(job_id)
            if worker is None:
                return
            worker.item = None
            self._workers.remove(worker)
        if worker.process:
            worker.process.kill()
        self._give_back_slot()

    def find(self, owner: str, job_id: str) -> WorkItem | None:  # noqa: ARG002  (workers die with their app)
        return None

    def take_over(self, item: WorkItem) -> None:
        raise NotImplementedError

    def warm_up(self) -> None:
        """Have an idle worker, unless all of them train, or none is to start before a training does."""
        if not self._warms_up:
            return
        worker = self._find_idle()
        if worker:
            worker.idle_since = self._clock()
        elif self.capacity():
            self._spawn()

    def tick(self) -> None:
        """Stop workers that have been idle for too long."""
        with self._lock:
            idle = [each for each in self._workers if each.item is None]
            expired = [each for each in idle if self._clock() - each.idle_since > MAX_IDLE_SECONDS]
            self._workers = [each for each in self._workers if each not in expired]
        for worker in expired:
            _retire(worker)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            workers, self._workers = self._workers, []
        for worker in workers:
            if worker.item is not None:
                worker.item = None
                self._give_back_slot()
            if worker.process:
                worker.process.kill()
                worker.process.process.wait()

    @property
    def _listener(self) -> ExecutorListener:
        if self._opened_by is None:
            raise RuntimeError("the executor was not opened")
        return self._opened_by

    def _assign(self, item: WorkItem) -> WorkerProcess | None:
        """Assign the item to an idle or a new worker and return its process; None if there is none."""
        while (worker := self._find_idle() or self._spawn()) is not None:
            with self._lock:
                if worker in self._workers:  # else it died a moment ago
                    worker.item = item
                    return worker.process
        return None

    def _find_idle(self) -> Worker | None:
        """Return an idle worker, a ready one rather than one that is still loading."""
        with self._lock:
            idle = [each for each in self._workers if each.item is None]
            return min(idle, key=lambda each: not each.ready, default=None)

    def _find_worker(self, job_id: str) -> Worker | None:
        with self._lock:
            return self._holder(job_id)

    def _holder(self, job_id: str) -> Worker | None:
        """Return the worker that has a job; called under the lock."""
        return next((each for each in self._workers if each.item and each.item.job.id == job_id), None)

    def _spawn(self) -> Worker | None:
        """Start a worker; None if the system gives no process."""
        worker = Worker(idle_since=self._clock())
        with self._lock:
            if self._closed:
                return None
            try:
                worker.process = WorkerProcess(
                    self._program,
                    self.threads,
                    lambda header, arrays: self._on_message(worker, header, arrays),
                    lambda: self._on_exit(worker),
                )
            except OSError:
                LOG.exception("cannot start a worker")
                return None
            self._workers.append(worker)
        return worker

    def _on_message(self, worker: Worker, header: dict[str, Any], arrays: Arrays) -> None:
        item = worker.item
        if header["say"] == "ready":
            worker.ready = True
        elif item is None or header["job"] != item.job.id:
            return
        elif header["say"] == "event":
            self._listener.on_event(item.job.id, codec.decode_event(header, dict(arrays)))
        else:
            process = worker.process
            self._release(worker)  # before the report, which may place the next job
            attempt, state, message = codec.decode_end(header)
            self._listener.on_finished(item.job.id, attempt, state, message)
            if process is not None and message is not None:
                _log_failure(process, item.job.id, message)

    def _release(self, worker: Worker) -> None:
        """Make a worker idle, or stop it if it has had its share of jobs."""
        with self._lock:
            worker.item, worker.idle_since = None, self._clock()
            worker.jobs += 1
            worn = worker.jobs >= MAX_JOBS_PER_WORKER and worker in self._workers
            if worn:
                self._workers.remove(worker)
        self._give_back_slot()
        if worn:
            _retire(worker)

    def _give_back_slot(self) -> None:
        if self._slots:
            with self._lock:
                self._slots.give_back()

    def _on_exit(self, worker: Worker) -> None:
        with self._lock:
            item, worker.item = worker.item, None
            if worker in self._workers:
                self._workers.remove(worker)
        if item is not None and worker.process is not None:
            code, tail = worker.process.process.returncode, worker.process.output_tail
            self._give_back_slot()
            LOG.error("the worker of job %s exited with code %s; its last output:\n%s", item.job.id, code, tail)
            self._listener.on_lost(item.job.id, item.attempt)


def _log_failure(process: WorkerProcess, job_id: str, message: Refusal) -> None:
    """Log the traceback of a failure whose number the visitor sees: a worker's output goes nowhere else."""
    if message.template == errors.program_error("").template:
        number = str(message.values["number"])
        output = process.wait_for_output(number)
        LOG.error("job %s failed, number %s; last output of its worker:\n%s", job_id, number, output)


def count_cores() -> int:
    """Return the number of processor cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def read_worker_count() -> int:
    """Return CNNVIZ_SLOTS if it is a whole number from 1 to 64, else one less than there are cores, at least one."""
    value = os.environ.get(WORKERS_VARIABLE, "")
    if value.isascii() and value.isdigit() and 1 <= int(value) <= MAX_WORKERS:
        return int(value)
    if value:
        LOG.warning(
            "%s must be a whole number from 1 to %d. Received: %r. It is ignored.", WORKERS_VARIABLE, MAX_WORKERS, value
        )
    return max(1, count_cores() - 1)


def read_warm_up() -> bool:
    """Return whether a worker starts before a training does: True unless CNNVIZ_WARM_UP is 0."""
    value = os.environ.get(WARM_UP_VARIABLE, "")
    if value not in ("", "0", "1"):
        LOG.warning("%s must be 0 or 1. Received: %r. It is ignored.", WARM_UP_VARIABLE, value)
    return value != "0"


def _retire(worker: Worker) -> None:
    if worker.process:
        worker.process.retire()
