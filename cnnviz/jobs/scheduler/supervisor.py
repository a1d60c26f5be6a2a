"""What becomes of jobs that take too long, that nobody looks at, that do not obey, or whose worker died."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Command, Event
from cnnviz.jobs.protocol.executor import Executor
from cnnviz.jobs.scheduler import errors
from cnnviz.jobs.scheduler.job_state import ATTEMPTS, CANCELLED, LOST, Limits, Ticket
from cnnviz.jobs.scheduler.job_table import Board

LOG = logging.getLogger(__name__)

Action = Callable[[], None]


class Care:
    """The part of an engine that looks after its tickets. All but `act` and `tell` are called under the engine's lock.

    Args:
        executor: What runs the jobs.
        board: All jobs that the engine knows.
        lock: The engine's.
        limits: What is granted.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        executor: Executor,
        board: Board,
        lock: threading.RLock,
        limits: Limits,
        clock: Callable[[], float],
    ) -> None:
        self._executor, self._board, self._lock, self._limits, self._clock = (
            executor,
            board,
            lock,
            limits,
            clock,
        )
        self._actions: deque[Action] = deque()

    def later(self, action: Action) -> None:
        """Leave something to the engine's thread, which calls the executor without the lock."""
        self._actions.append(action)

    def act(self) -> None:
        """Do what was left."""
        while self._actions:
            self._actions.popleft()()

    def command(self, ticket: Ticket, command: Command) -> None:
        """Have the job's worker told something."""
        self.later(lambda: self._executor.command(ticket.job.id, command))

    def look_after(self, ticket: Ticket, now: float) -> None:
        """Do what time has made due."""
        limits = self._limits
        ticket.step(now)
        if not ticket.live:
            if now - ticket.ended > limits.remembered:
                self._board.forget(ticket)
        elif ticket.cancelling is not None:
            self._force(ticket, now)
        elif not ticket.kept and now - ticket.touched > limits.lease:
            self.cancel(ticket, errors.abandoned(limits.lease))
        elif ticket.stopping is not None:
            if now - ticket.stopping > limits.grace:
                self.cancel(ticket, None)
        elif ticket.placed and errors.is_over(ticket, now, limits):
            self._stop(ticket, now)

    def cancel(self, ticket: Ticket, message: Refusal | None) -> None:
        """End a job: one that waits at once, one that runs by its worker, who gets `Limits.obey` seconds."""
        ticket.message = ticket.message or message
        if not ticket.placed:
            self.end(ticket, CANCELLED, None)
        elif ticket.cancelling is None:
            ticket.cancelling = self._clock()
            self.command(ticket, Command("cancel"))

    def bury(self, ticket: Ticket) -> None:
        """The worker died: try again, once, from the last checkpoint."""
        if ticket.cancelling is not None:
            self.end(ticket, CANCELLED, None)
        elif ticket.attempt >= ATTEMPTS:
            self.end(ticket, LOST, errors.lost())
        else:
            self._board.wait_again(ticket)

    def end(self, ticket: Ticket, state: str, message: Refusal | None) -> None:
        """Note the end at once, and have it recorded by the engine's thread."""
        self._board.leave(ticket)
        ticket.close(state, message, self._clock())
        self.later(lambda: self.tell(ticket, ticket.farewell()))

    def tell(self, ticket: Ticket, event: Event) -> None:
        """Have an event recorded, then let `follow` show it."""
        with ticket.telling:
            try:
                ticket.record(event)
            except Exception:  # a full disk must not end the training
                LOG.exception("an event could not be recorded")
            with self._lock:
                ticket.heard(event)

    def _stop(self, ticket: Ticket, now: float) -> None:
        ticket.stopping, ticket.message = now, errors.too_long(self._limits.running)
        self.command(ticket, Command("stop"))

    def _force(self, ticket: Ticket, now: float) -> None:
        """Who does not obey loses the worker; for the learner the job has ended, whatever that one still does."""
        if ticket.cancelling is not None and now - ticket.cancelling > self._limits.obey:
            self.later(lambda: self._executor.kill(ticket.job.id))
            self.end(ticket, CANCELLED, None)
