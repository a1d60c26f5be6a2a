"""Look up a job on a cluster that another app process has submitted."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from cnnviz.jobs.executors.dask.worker_status import WorkerStatus
from cnnviz.jobs.protocol.executor import WorkItem

FIRST_ROUND_TIMEOUT = 8.0
"""Seconds to wait for the first answer of a Dask scheduler."""

FETCH_TIMEOUT = 5.0
"""Seconds to wait for another round, or for a work item."""


class JobLookup:
    """Let threads wait until the rounds of the connection have found a job.

    Args:
        workers: What the workers reported last.
        wake: Starts the next round at once.
    """

    def __init__(self, workers: WorkerStatus, wake: Callable[[], None]) -> None:
        self._workers, self._wake = workers, wake
        self._first_round, self._news = threading.Event(), threading.Condition()
        self._rounds = 0
        self._asking: Counter[str] = Counter()  # how many threads wait for the item with a key
        self._items: dict[str, WorkItem] = {}  # items that came, by key, until no caller waits for them

    @property
    def wanted(self) -> tuple[str, ...]:
        """Keys whose work items the next query asks for."""
        with self._news:
            return tuple(key for key in self._asking if key not in self._items)

    def end_first_round(self) -> None:
        """Note that the first round is over, or that there will be none."""
        self._first_round.set()

    def end_round(self) -> None:
        """Note that all workers have been queried once more."""
        self.end_first_round()
        with self._news:
            self._rounds += 1
            self._news.notify_all()

    def receive(self, key: str, item: WorkItem) -> None:
        """Take in the work item of a job. It is large, so it is kept only while somebody waits for it."""
        with self._news:
            if key in self._asking:
                self._items[key] = item
                self._news.notify_all()

    def wait_for_first_round(self) -> None:
        """Wait until the workers have been queried once."""
        self._first_round.wait(FIRST_ROUND_TIMEOUT)

    def find_key(self, job_id: str, owner: str) -> str | None:
        """Return the key of a job of this owner, from the last reports or from a whole new round."""
        return self._workers.find_key(job_id, owner) or self._find_key_in_new_round(job_id, owner)

    def fetch_item(self, key: str) -> WorkItem | None:
        """Return the work item of a job from the worker that has it, None if it does not come in time."""
        with self._news:
            self._asking[key] += 1
        self._wake()
        with self._news:
            try:
                self._news.wait_for(lambda: key in self._items, FETCH_TIMEOUT)
                return self._items.get(key)
            finally:
                self._stop_asking(key)

    def _stop_asking(self, key: str) -> None:
        self._asking[key] -= 1
        if not self._asking[key]:
            del self._asking[key]
            self._items.pop(key, None)

    def _find_key_in_new_round(self, job_id: str, owner: str) -> str | None:
        end = self._rounds + 2  # one may be under way that began too early
        with self._news:
            for wanted in (end - 1, end):
                self._wake()
                self._news.wait_for(lambda wanted=wanted: self._rounds >= wanted, FETCH_TIMEOUT)  # type: ignore[misc]
        return self._workers.find_key(job_id, owner)
