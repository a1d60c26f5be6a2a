"""Round-robin queue: owners take turns, so that nobody waits for another owner's second job."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection, Iterator
from itertools import zip_longest


class FairQueue:
    """Queue jobs by owner. The owner at the front has the next turn and then moves to the end.

    Owners and jobs are short strings; a job is in the queue once.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[str]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def add(self, owner: str, job: str) -> None:
        """Append a job to its owner's jobs; an owner without jobs joins at the end."""
        self._waiting.setdefault(owner, deque()).append(job)

    def remove(self, owner: str, job: str) -> None:
        """Remove a job; do nothing if it is not there."""
        jobs = self._waiting.get(owner, deque())
        if job in jobs:
            jobs.remove(job)
        if not jobs:
            self._waiting.pop(owner, None)

    def take(self, busy: Collection[str]) -> str | None:
        """Remove and return the next job whose owner is not `busy`, None if there is none."""
        owner = next((each for each in self._waiting if each not in busy), None)
        if owner is None:
            return None
        job = self._waiting[owner].popleft()
        self._waiting.move_to_end(owner)
        self.remove(owner, job)
        return job

    def order(self) -> Iterator[str]:
        """Yield all jobs in the order of their turns, as if every owner were free."""
        for turn in zip_longest(*self._waiting.values()):
            yield from (job for job in turn if job is not None)
