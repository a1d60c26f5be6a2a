"""One job as the engine sees it: whose it is, where it stands, how long it has run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Command, Event, Job
from cnnviz.jobs.protocol.event_log import LARGE, History
from cnnviz.jobs.protocol.executor import Order

Record = Callable[[Event], None]

WAITING, RUNNING, PAUSED = "queued", "running", "paused"
DONE, CANCELLED, FAILED, LOST = "done", "cancelled", "failed", "lost"
ENDED = (DONE, CANCELLED, FAILED, LOST)

ATTEMPTS = 2


@dataclass(frozen=True)
class Limits:
    """What the engine grants; times in seconds.

    Args:
        active: Jobs that an owner may have, one of them running.
        queued: Jobs that may wait altogether.
        running: How long a job may run, pauses left out.
        held: How long it may keep its place, pauses counted.
        grace: What it gets to end in when one of these is over.
        lease: How long nobody may look at a job before it is cancelled.
        obey: How long a job may take to obey `cancel` before its worker is killed.
        remembered: How long an ended job is known.
    """

    active: int = 2
    queued: int = 40
    running: float = 1800.0
    held: float = 3600.0
    grace: float = 60.0
    lease: float = 600.0
    obey: float = 1.5
    remembered: float = 600.0


GRANTED = Limits()


@dataclass(frozen=True)
class Following:
    """How a job stands, as `Engine.follow` tells it.

    Args:
        events: Those after the number that was asked for, in order; of views and lessons the newest alone, and
            snapshots, checkpoints and results without their arrays.
        state: "queued", "running", "paused", "done", "cancelled", "failed" or "lost".
        position: From 1 while it waits, else 0.
        message: Why it ended or cannot begin, None if there is nothing to say.
        attempt: 2 after its worker died once.
        kept: Whether it goes on although nobody looks.
    """

    events: tuple[Event, ...]
    state: str
    position: int
    message: Refusal | None
    attempt: int
    kept: bool = False


@dataclass(eq=False)
class Ticket:
    """The engine's own record of a job; changed under the engine's lock alone."""

    owner: str
    job: Job
    record: Record
    touched: float
    kept: bool = False
    state: str = WAITING
    message: Refusal | None = None
    attempt: int = 1
    placed: bool = False
    """Whether an executor has it."""
    since: float = 0.0
    """When it took its place."""
    ran: float = 0.0
    stepped: float = 0.0
    """When `ran` was brought up to date."""
    stopping: float | None = None
    """When its time was up."""
    cancelling: float | None = None
    ended: float = 0.0
    """When it ended, if it has."""
    wishes: dict[str, Command] = field(default_factory=dict)
    """Commands that a second attempt must be told again."""
    history: History = field(default_factory=lambda: History(bare=LARGE))
    checkpoint: Event | None = None
    telling: threading.Lock = field(default_factory=threading.Lock)
    """Held while an event is recorded, so that they are recorded one by one."""

    @property
    def live(self) -> bool:
        return self.state not in ENDED

    def following(self, since: int, position: int, refusal: Refusal | None) -> Following:
        """How it stands, with its events after number `since`; `refusal` is why nothing that waits can begin."""
        message = self.message or refusal
        return Following(self.history.since(since), self.state, position, message, self.attempt, self.kept)

    def step(self, now: float) -> None:
        """Count the time since the last step, if the job ran."""
        if self.state == RUNNING:
            self.ran += now - self.stepped
        self.stepped = now

    def place(self, now: float) -> Order:
        """Give it to an executor, from its checkpoint if there is one."""
        self.placed, self.since, self.stepped = True, now, now
        if self.checkpoint is not None:
            self.job = replace(self.job, checkpoint=self.checkpoint.arrays, progress=dict(self.checkpoint.facts))
            self.checkpoint = None
        return Order(self.owner, self.job, self.attempt, self.history.last)

    def wish(self, command: Command) -> None:
        """Note what a second attempt has to know."""
        if command.kind == "resume":
            self.wishes.pop("pause", None)
        elif command.kind in ("pause", "stop"):
            self.wishes[command.kind] = command
        elif command.kind == "probe" and "digit" in command.arrays:
            self.job = replace(self.job, probe=command.arrays["digit"])

    def heard(self, event: Event) -> None:
        """Take in what was told; of a job that has ended, only that."""
        if self.live or event.kind == "ended":
            self.history.add(event)
        if not self.live:
            return
        if event.kind == "checkpoint":
            self.checkpoint = event
        elif event.kind in ("paused", "resumed"):
            self.state = PAUSED if event.kind == "paused" else RUNNING

    def close(self, state: str, message: Refusal | None, now: float) -> None:
        """It has ended. A reason that was noted before is kept."""
        self.state, self.ended, self.placed = state, now, False
        self.message = self.message or message
        self.checkpoint = None
        self.job = replace(self.job, checkpoint={}, progress={})

    def farewell(self) -> Event:
        """The last event: in which state it ended, and the reason as template and values, empty if there is none."""
        said = self.message
        reason = said.to_json() if said else {"template": "", "values": {}}
        return Event("ended", self.history.last + 1, self.attempt, {"state": self.state, **reason})
