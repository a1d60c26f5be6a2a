"""The engine: gives places to jobs in their turn and keeps what they tell; `Care` looks after them meanwhile."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Command, Event, Job
from cnnviz.jobs.protocol.executor import Executor
from cnnviz.jobs.scheduler import errors
from cnnviz.jobs.scheduler.job_state import GRANTED, LOST, RUNNING, WAITING, Following, Limits, Record, Ticket
from cnnviz.jobs.scheduler.job_table import Board
from cnnviz.jobs.scheduler.supervisor import Care

LOG = logging.getLogger(__name__)

BETWEEN_TICKS = 0.2
MISSED_SECONDS = 30.0
"""How long a job that was found nowhere is not looked for again; pages ask at every rerun."""


class Engine:
    """All jobs of this app process. Every method may be called from any thread and returns at once.

    Args:
        executor: What runs the jobs.
        limits: What is granted.
        clock: Seconds that never go back.
        managed: Whether a thread calls `tick`; tests call it themselves.
    """

    def __init__(
        self,
        executor: Executor,
        limits: Limits = GRANTED,
        clock: Callable[[], float] = time.monotonic,
        managed: bool = True,
    ) -> None:
        self._executor, self._limits, self._clock = executor, limits, clock
        self._board = Board()
        self._missed: dict[tuple[str, str], float] = {}  # when an owner's job was found nowhere
        self._lock = threading.RLock()
        self._care = Care(executor, self._board, self._lock, limits, clock)
        self._wake = threading.Event()
        self._closed = False
        executor.open(self)
        if managed:
            threading.Thread(target=self._manage, name="jobs", daemon=True).start()

    def submit(self, owner: str, job: Job, record: Record) -> None:
        """Let a job wait for its turn.

        Args:
            owner: Whose it is; turns go round among owners.
            job: What to train.
            record: Called for every event, in order, from a thread of the engine, before `follow` shows it.

        Raises:
            Refusal: If the job waits or runs already, the owner has too many, too many wait, or nothing can be trained
                now.
        """
        with self._lock:
            errors.check_free(self._closed, self._executor.refusal())
            errors.check_room(len(self._board.of(owner)), self._board.waiting, self._limits)
            self._board.wait(Ticket(owner, job, record, self._clock()))
        self._wake.set()

    def follow(self, job_id: str, since: int = 0) -> Following:
        """How a job stands, with its events after number `since`. One that is not known here is "lost"."""
        with self._lock:
            ticket = self._board.get(job_id)
            if ticket is None:
                return Following((), LOST, 0, errors.unknown(), 1)
            position = self._board.position(ticket)
            return ticket.following(since, position, self._executor.refusal() if position else None)

    def knows(self, job_id: str) -> bool:
        """Whether a job is here, or ended less than ten minutes ago."""
        return self._board.get(job_id) is not None

    def command(self, job_id: str, command: Command) -> None:
        """Ask something of a job. Unknown and ended jobs hear nothing."""
        with self._lock:
            ticket = self._board.get(job_id)
            if ticket is None or not ticket.live:
                return
            ticket.wish(command)
            if command.kind == "cancel" or (command.kind == "stop" and not ticket.placed):
                self._care.cancel(ticket, None)
            elif ticket.placed:
                self._care.command(ticket, command)
        self._wake.set()

    def touch(self, job_id: str) -> None:
        """Say that somebody looks at a job. Without this for as long as `Limits.lease` it is cancelled."""
        with self._lock:
            if ticket := self._board.get(job_id):
                ticket.touched = self._clock()

    def keep(self, job_id: str, kept: bool) -> None:
        """Let a job go on although nobody looks, or no longer."""
        with self._lock:
            if ticket := self._board.get(job_id):
                ticket.kept, ticket.touched = kept, self._clock()

    def active(self, owner: str) -> tuple[str, ...]:
        """The ids of this owner's jobs that have not ended, running ones first."""
        with self._lock:
            return tuple(each.job.id for each in self._board.of(owner))

    def trained(self) -> int:
        """How many jobs of all owners have not ended."""
        with self._lock:
            return sum(each.live for each in self._board)

    def warm(self) -> None:
        """Have one worker ready, because somebody may soon want it."""
        self._care.later(self._executor.warm)
        self._wake.set()

    def adopt(self, owner: str, job_id: str, record: Record) -> bool:
        """Take over a job of this owner whose app process died; `record` is called for its events from the start.

        Returns whether the job is here now. Just after the start of a process this may take a few seconds. Processes
        of the embedded executor die with their app, so there it is always False.
        """
        if self.knows(job_id):
            return True
        order = None if self._was_missed(owner, job_id) else self._executor.find(owner, job_id)
        with self._lock:
            now = self._clock()
            if self.knows(job_id):  # another tab was faster
                return True
            if order is None:
                if self._executor.refusal() is None:
                    self._missed.setdefault((owner, job_id), now)
                return False
            self._board.put(
                Ticket(owner, order.job, record, now, attempt=order.attempt, placed=True, since=now, stepped=now)
            )
            self._care.later(lambda: self._executor.take_over(order))
        self._wake.set()
        return True

    def close(self) -> None:
        """Stop every worker. What is running is lost."""
        with self._lock:
            closed, self._closed = self._closed, True
        self._wake.set()
        if not closed:
            self._executor.close()

    def tick(self) -> None:
        """Do what is due; the engine's own thread calls this."""
        self._care.act()
        self._executor.tick()
        with self._lock:
            now = self._clock()
            for ticket in self._board:
                self._care.look_after(ticket, now)
        self._place()
        self._care.act()

    def _was_missed(self, owner: str, job_id: str) -> bool:
        with self._lock:
            end = self._clock() - MISSED_SECONDS
            self._missed = {job: when for job, when in self._missed.items() if when > end}
            return (owner, job_id) in self._missed

    # What executors report: see `Reports`.

    def begun(self, job_id: str, attempt: int) -> None:
        with self._lock:
            if (ticket := self._board.running(job_id, attempt)) and ticket.state == WAITING:
                ticket.state, ticket.stepped = RUNNING, self._clock()

    def told(self, job_id: str, event: Event) -> None:
        with self._lock:
            ticket = self._board.running(job_id, event.attempt)
        if ticket is not None and event.seq > ticket.history.last:
            self._care.tell(ticket, event)

    def ended(self, job_id: str, attempt: int, state: str, message: Refusal | None = None) -> None:
        with self._lock:
            if ticket := self._board.running(job_id, attempt):
                self._care.end(ticket, state, message)
        self._wake.set()

    def died(self, job_id: str, attempt: int) -> None:
        with self._lock:
            if ticket := self._board.running(job_id, attempt):
                self._care.bury(ticket)
        self._wake.set()

    def moved(self, job_id: str) -> None:
        with self._lock:
            if (ticket := self._board.get(job_id)) and ticket.live:
                ticket.close(LOST, errors.moved(), self._clock())

    def _manage(self) -> None:
        while not self._closed:
            self._wake.wait(BETWEEN_TICKS)
            self._wake.clear()
            try:
                self.tick()
            except Exception:  # whatever it is, other jobs must go on
                LOG.exception("the engine of training jobs stumbled")

    def _place(self) -> None:
        """Give free places to those whose turn it is."""
        for _ in range(self._executor.places()):
            with self._lock:
                ticket = None if self._closed else self._board.next()
                if ticket is None:
                    return
                order, wishes = ticket.place(self._clock()), tuple(ticket.wishes.values())
            self._executor.start(order)
            for command in wishes:
                self._executor.command(order.job.id, command)
