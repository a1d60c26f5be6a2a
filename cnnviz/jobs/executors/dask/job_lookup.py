"""Finding a job on a cluster that another app process gave to it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from cnnviz.jobs.executors.dask.worker_status import Survey
from cnnviz.jobs.protocol.executor import Order

FIRST_ROUND = 8.0
"""Seconds that is waited for the first answer of a scheduler."""
ORDER_SECONDS = 5.0
"""Seconds that is waited for another round, or for an order."""


class Search:
    """What is asked of the rooms besides the jobs that are followed, and the rounds in which they answer.

    Args:
        survey: What the rooms said last.
        wake: Has the next round begin at once.
    """

    def __init__(self, survey: Survey, wake: Callable[[], None]) -> None:
        self._survey, self._wake = survey, wake
        self._first_round, self._news = threading.Event(), threading.Condition()
        self._rounds = 0
        self._asking: Counter[str] = Counter()  # how many wait for the order with a key
        self._orders: dict[str, Order] = {}  # those that came, by key, until nobody waits any more

    @property
    def wanted(self) -> tuple[str, ...]:
        """Keys of which the orders are asked for."""
        with self._news:
            return tuple(key for key in self._asking if key not in self._orders)

    def begun(self) -> None:
        """The first round is over, or there will be none."""
        self._first_round.set()

    def round_over(self) -> None:
        """All rooms have been asked once more."""
        self.begun()
        with self._news:
            self._rounds += 1
            self._news.notify_all()

    def take(self, key: str, order: Order) -> None:
        """A room sent the order of a job. It is large, so one that nobody waits for any more is not kept."""
        with self._news:
            if key in self._asking:
                self._orders[key] = order
                self._news.notify_all()

    def wait_for_first_round(self) -> None:
        self._first_round.wait(FIRST_ROUND)

    def key(self, job_id: str, owner: str) -> str | None:
        """The key of a job of this owner in what was said, or in a whole round that begins now."""
        return self._survey.find(job_id, owner) or self._key_anew(job_id, owner)

    def order(self, key: str) -> Order | None:
        """The order of a job, from the room that has it."""
        with self._news:
            self._asking[key] += 1
        self._wake()
        with self._news:
            try:
                self._news.wait_for(lambda: key in self._orders, ORDER_SECONDS)
                return self._orders.get(key)
            finally:
                self._leave(key)

    def _leave(self, key: str) -> None:
        self._asking[key] -= 1
        if not self._asking[key]:
            del self._asking[key]
            self._orders.pop(key, None)

    def _key_anew(self, job_id: str, owner: str) -> str | None:
        end = self._rounds + 2  # one may be under way that began too early
        with self._news:
            for wanted in (end - 1, end):
                self._wake()
                self._news.wait_for(lambda wanted=wanted: self._rounds >= wanted, ORDER_SECONDS)  # type: ignore[misc]
        return self._survey.find(job_id, owner)
