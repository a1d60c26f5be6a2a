"""All jobs that the engine knows, and who is next. Nothing here waits, starts or locks anything."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from cnnviz.jobs.scheduler import errors
from cnnviz.jobs.scheduler.fair_queue import FairQueue
from cnnviz.jobs.scheduler.job_state import WAITING, Ticket


class Board:
    """Tickets by the id of their job; used under the engine's lock."""

    def __init__(self) -> None:
        self._tickets: dict[str, Ticket] = {}
        self._queue = FairQueue()
        self._again: deque[Ticket] = deque()  # those whose worker died; they had their turn

    def __iter__(self) -> Iterator[Ticket]:
        return iter(tuple(self._tickets.values()))

    def get(self, job_id: str) -> Ticket | None:
        """The ticket of a job, None if it is unknown."""
        return self._tickets.get(job_id)

    def put(self, ticket: Ticket) -> None:
        """Note a job that runs already."""
        self._tickets[ticket.job.id] = ticket

    def wait(self, ticket: Ticket) -> None:
        """Note a new job, or one that ended and goes on, and let it wait. Raises `Refusal` while it is live."""
        known = self._tickets.get(ticket.job.id)
        if known is not None and known.live:
            raise errors.under_way()
        self.put(ticket)
        self._queue.add(ticket.owner, ticket.job.id)

    def wait_again(self, ticket: Ticket) -> None:
        """Let a job whose worker died go before all others."""
        ticket.attempt, ticket.state, ticket.placed = ticket.attempt + 1, WAITING, False
        self._again.append(ticket)

    def leave(self, ticket: Ticket) -> None:
        """Take a job out of the queue, if it waits."""
        self._queue.remove(ticket.owner, ticket.job.id)
        if ticket in self._again:
            self._again.remove(ticket)

    def forget(self, ticket: Ticket) -> None:
        """Know nothing of a job any more."""
        self._tickets.pop(ticket.job.id, None)

    def next(self) -> Ticket | None:
        """The job whose turn it is, taken out of the queue; None if none may run."""
        if self._again:
            return self._again.popleft()
        job_id = self._queue.take({each.owner for each in self if each.live and each.placed})
        return None if job_id is None else self._tickets[job_id]

    def of(self, owner: str) -> tuple[Ticket, ...]:
        """The jobs of an owner that have not ended, those with a place first."""
        own = (each for each in self if each.owner == owner and each.live)
        return tuple(sorted(own, key=lambda each: not each.placed))

    def running(self, job_id: str, attempt: int) -> Ticket | None:
        """The ticket of a job whose attempt has a place now."""
        ticket = self.get(job_id)
        return ticket if ticket and ticket.live and ticket.placed and ticket.attempt == attempt else None

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._queue) + len(self._again)

    def position(self, ticket: Ticket) -> int:
        """From 1 while a job waits, also in a queue that the executor may have; else 0."""
        if ticket.state != WAITING:
            return 0
        order = [*(each.job.id for each in self._again), *self._queue.order()]
        return order.index(ticket.job.id) + 1 if ticket.job.id in order else 1
