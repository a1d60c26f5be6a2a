"""Small jobs, a scheduler without a thread, and an executor that does only what a test tells it to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training.protocol import Command, DataReference, Event, Job, make_id, make_network_name
from cnnviz.jobs.api import Scheduler
from cnnviz.jobs.protocol.executor import ExecutorListener, WorkItem
from cnnviz.jobs.scheduler.job_state import DEFAULT_LIMITS, Limits
from tests.core.networks import small_network

DATA = DataReference(name="MNIST", sha256="a" * 64, count=60_000)


def owner() -> str:
    return secrets.token_hex(16)


def job(**plan: object) -> Job:
    """Return a small job; `plan` replaces fields of its plan."""
    made_id = make_id()
    return Job(
        id=made_id,
        architecture=Architecture(name=make_network_name(made_id), layers=small_network.ARCHITECTURE.layers),
        plan=TrainingPlan(**({"examples": 500, "epochs": 3} | plan)),  # type: ignore[arg-type]
        data=DATA,
        probe=np.arange(784, dtype=np.uint8).reshape(28, 28),
    )


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class FakeExecutor:
    """Record calls; the test decides how jobs proceed, by `emit`, `end` and `die`."""

    slots: int = 1
    opened_by: ExecutorListener | None = None
    why_not: Refusal | None = None
    running: dict[str, WorkItem] = field(default_factory=dict)
    started: list[WorkItem] = field(default_factory=list)
    commands: list[tuple[str, str]] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    elsewhere: dict[tuple[str, str], WorkItem] = field(default_factory=dict)
    taken_elsewhere: bool = False
    warmed: int = 0
    closed: int = 0

    def open(self, listener: ExecutorListener) -> None:
        self.opened_by = listener

    def refusal(self) -> Refusal | None:
        return self.why_not

    def capacity(self) -> int:
        return self.slots - len(self.running)

    def start(self, item: WorkItem) -> bool:
        assert self.capacity() > 0
        if self.taken_elsewhere:
            return False
        self.running[item.job.id] = item
        self.started.append(item)
        self._listener.on_started(item.job.id, item.attempt)
        return True

    def command(self, job_id: str, command: Command) -> None:
        self.commands.append((job_id, command.kind))

    def kill(self, job_id: str) -> None:
        self.killed.append(job_id)
        self.running.pop(job_id, None)

    def find(self, owner: str, job_id: str) -> WorkItem | None:
        return self.elsewhere.get((owner, job_id))

    def take_over(self, item: WorkItem) -> None:
        self.running[item.job.id] = item

    def warm_up(self) -> None:
        self.warmed += 1

    def tick(self) -> None:
        pass

    def close(self) -> None:
        self.closed += 1

    @property
    def _listener(self) -> ExecutorListener:
        assert self.opened_by is not None
        return self.opened_by

    def emit(self, job_id: str, kind: str, seq: int, attempt: int = 1, **arrays: np.ndarray) -> None:
        self._listener.on_event(job_id, Event(kind, seq, attempt, {"step": seq}, arrays))

    def end(self, job_id: str, state: str = "done", message: Refusal | None = None) -> None:
        item = self.running.pop(job_id)
        self._listener.on_finished(job_id, item.attempt, state, message)

    def die(self, job_id: str) -> None:
        item = self.running.pop(job_id)
        self._listener.on_lost(job_id, item.attempt)


@dataclass
class Bench:
    """A scheduler whose clock and ticks are driven by the test."""

    slots: int = 1
    limits: Limits = DEFAULT_LIMITS
    clock: Clock = field(default_factory=Clock)
    recorded: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.executor = FakeExecutor(self.slots)
        self.scheduler = Scheduler(self.executor, self.limits, self.clock, run_thread=False)

    def submit(self, whose: str = "", what: Job | None = None) -> str:
        """Submit a job, tick, and return its id."""
        what = what or job()
        self.scheduler.submit(whose or owner(), what, self.recorded.append)
        self.scheduler.tick()
        return what.id

    def wait(self, seconds: float) -> None:
        """Advance the clock, ticking every second."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now = min(end, self.clock.now + 1)
            self.scheduler.tick()

    def state(self, job_id: str) -> str:
        return self.scheduler.status(job_id).state

    def kinds(self) -> list[str]:
        return [event.kind for event in self.recorded]
