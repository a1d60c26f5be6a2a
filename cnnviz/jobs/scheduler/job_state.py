"""The scheduler's record of one job, and the status that it reports."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Command, Event, Job
from cnnviz.jobs.protocol.event_log import LARGE_KINDS, EventLog
from cnnviz.jobs.protocol.executor import WorkItem

Recorder = Callable[[Event], None]
"""Store an event of a job, for example on disk."""

WAITING, RUNNING, PAUSED = "queued", "running", "paused"
DONE, CANCELLED, FAILED, LOST = "done", "cancelled", "failed", "lost"
ENDED = (DONE, CANCELLED, FAILED, LOST)

MAX_ATTEMPTS = 2
"""How often a job is started if its worker dies."""


@dataclass(frozen=True)
class Limits:
    """Limits of the scheduler; times in seconds.

    Attributes:
        max_active: Jobs of an owner that have not ended, one of them running.
        max_queued: Waiting jobs in total.
        run_seconds: Running time of a job, pauses excluded.
        place_seconds: Time that a job may occupy a worker, pauses included.
        grace_seconds: Time to finish in once one of these is over.
        lease_seconds: Time after which a job that no page shows is cancelled.
        cancel_seconds: Time to obey `cancel` in before the worker is killed.
        remember_seconds: Time for which an ended job stays known.
    """

    max_active: int = 2
    max_queued: int = 40
    run_seconds: float = 1800.0
    place_seconds: float = 3600.0
    grace_seconds: float = 60.0
    lease_seconds: float = 600.0
    cancel_seconds: float = 1.5
    remember_seconds: float = 600.0


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class JobStatus:
    """The status of a job, as `Scheduler.status` returns it.

    Attributes:
        events: Events after the requested number, in order; of views and lessons the latest alone; snapshots,
            checkpoints and results without their arrays.
        state: "queued", "running", "paused", "done", "cancelled", "failed" or "lost".
        position: Position in the queue from 1 while it waits, else 0.
        message: Why it ended or cannot start, None if there is nothing to say.
        attempt: 2 after its worker died once.
        kept: Whether it continues although no page shows it.
        asked: Kind of the command that it was given and has not followed yet: "pause", "resume", "stop" or "cancel";
            "" for none.
    """

    events: tuple[Event, ...]
    state: str
    position: int
    message: Refusal | None
    attempt: int
    kept: bool = False
    asked: str = ""


@dataclass(eq=False)
class JobState:
    """The scheduler's mutable record of a job; changed only under the scheduler's lock.

    Attributes:
        owner: Visitor who submitted it.
        job: What to train; a second attempt gets the checkpoint and the probe of the first.
        record: Stores its events.
        seen_at: When a page showed it last.
        kept: Whether it continues although no page shows it.
        state: One of the states above.
        message: Why it ended, None if there is nothing to say.
        attempt: 1, or 2 after its worker died.
        placed: Whether an executor has it.
        placed_at: When an executor got it.
        run_seconds: Running time so far, pauses excluded.
        counted_at: When `run_seconds` was last brought up to date.
        stopping_at: When it was told to stop because its time was up.
        cancelling_at: When it was told to cancel.
        ended_at: When it ended, if it has.
        commands: Commands that a second attempt must be sent again, by kind.
        resuming: Whether it was told to resume and is still paused.
        log: Its events.
        checkpoint: Its latest `checkpoint` event, with arrays.
        record_lock: Held while an event is recorded, so that events are recorded one at a time.
    """

    owner: str
    job: Job
    record: Recorder
    seen_at: float
    kept: bool = False
    state: str = WAITING
    message: Refusal | None = None
    attempt: int = 1
    placed: bool = False
    placed_at: float = 0.0
    run_seconds: float = 0.0
    counted_at: float = 0.0
    stopping_at: float | None = None
    cancelling_at: float | None = None
    ended_at: float = 0.0
    commands: dict[str, Command] = field(default_factory=dict)
    resuming: bool = False
    log: EventLog = field(default_factory=lambda: EventLog(without_arrays=LARGE_KINDS))
    checkpoint: Event | None = None
    record_lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.state not in ENDED

    @property
    def asked(self) -> str:
        """Kind of the command that it has not followed yet, the weightiest of several; "" for none."""
        if not self.live:
            return ""
        if self.cancelling_at is not None:
            return "cancel"
        if "stop" in self.commands:
            return "stop"
        if self.state == PAUSED:
            return "resume" if self.resuming else ""
        return "pause" if "pause" in self.commands else ""

    def status(self, since: int, position: int, refusal: Refusal | None) -> JobStatus:
        """Return the status with the events after number `since`; `refusal` is why waiting jobs cannot start."""
        message = self.message or refusal
        return JobStatus(self.log.since(since), self.state, position, message, self.attempt, self.kept, self.asked)

    def count_run_time(self, now: float) -> None:
        """Add the time since the last call to `run_seconds`, if the job ran."""
        if self.state == RUNNING:
            self.run_seconds += now - self.counted_at
        self.counted_at = now

    def place(self, now: float) -> WorkItem:
        """Mark the job as handed to an executor and return the work item, with its checkpoint if there is one."""
        self.placed, self.placed_at, self.counted_at = True, now, now
        if self.checkpoint is not None:
            self.job = replace(self.job, checkpoint=self.checkpoint.arrays, progress=dict(self.checkpoint.payload))
            self.checkpoint = None
        return WorkItem(self.owner, self.job, self.attempt, self.log.last_seq)

    def remember_command(self, command: Command) -> None:
        """Note a command whose effect a second attempt must have too."""
        if command.kind == "resume":
            self.commands.pop("pause", None)
            self.resuming = self.state == PAUSED
        elif command.kind in ("pause", "stop"):
            self.commands[command.kind] = command
        elif command.kind == "probe" and "digit" in command.arrays:
            self.job = replace(self.job, probe=command.arrays["digit"])

    def on_event(self, event: Event) -> None:
        """Log an event and update the state. Once the job has ended, only `ended` is accepted."""
        if self.live or event.kind == "ended":
            self.log.add(event)
        if not self.live:
            return
        if event.kind == "checkpoint":
            self.checkpoint = event
        elif event.kind in ("paused", "resumed"):
            self.state = PAUSED if event.kind == "paused" else RUNNING
            self.resuming = False

    def close(self, state: str, message: Refusal | None, now: float) -> None:
        """Mark the job as ended and free its arrays. A reason noted before is kept."""
        self.state, self.ended_at, self.placed = state, now, False
        self.message = self.message or message
        self.checkpoint = None
        self.job = replace(self.job, checkpoint={}, progress={})

    def final_event(self) -> Event:
        """Return the last event: the final state, and the reason as template and values, empty if there is none."""
        message = self.message
        reason = message.to_json() if message else {"template": "", "values": {}}
        return Event("ended", self.log.last_seq + 1, self.attempt, {"state": self.state, **reason})
