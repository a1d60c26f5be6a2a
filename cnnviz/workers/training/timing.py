"""Time in a training: how long it has trained, how many batches go into one call, what looking at it may cost."""

from __future__ import annotations

import time
from collections.abc import Callable

Now = Callable[[], float]

CALL_SECONDS = 0.19
"""What one call should take: commands and the curve wait for its end."""
MOST_GROWTH = 4


class Clock:
    """Seconds of training, over all sittings and without pauses."""

    def __init__(self, seconds: float = 0.0, now: Now = time.monotonic) -> None:
        self._now = now
        self._before, self._since = seconds, now()
        self._stopped = False

    @property
    def seconds(self) -> float:
        return self._before + (0.0 if self._stopped else self._now() - self._since)

    def stop(self) -> None:
        """A pause begins."""
        self._before, self._stopped = self.seconds, True

    def go_on(self) -> None:
        """A pause ends."""
        self._since, self._stopped = self._now(), False


class Calls:
    """How many batches the next call has: one at first, then as many as take `CALL_SECONDS`."""

    def __init__(self) -> None:
        self.batches = 1
        self.batch_seconds = 0.0
        self._first = True

    def took(self, batches: int, seconds: float) -> None:
        """Learn from a call. The very first is forgotten: most of its time made the graph."""
        if self._first:
            self._first = False
            return
        each = seconds / batches
        self.batch_seconds = each if not self.batch_seconds else 0.7 * self.batch_seconds + 0.3 * each
        wanted = max(1, round(CALL_SECONDS / max(self.batch_seconds, 1e-6)))
        self.batches = min(wanted, MOST_GROWTH * max(batches, self.batches))


class Allowance:
    """Lets something beside the learning happen at most every `seconds`, and for at most `share` of the time."""

    def __init__(self, seconds: float, share: float, now: Now) -> None:
        self._seconds, self._share, self._now = seconds, share, now
        self._next = -1.0

    @property
    def due(self) -> bool:
        return self._now() >= self._next

    def spend(self, work: Callable[[], object]) -> None:
        """Do the work and wait accordingly."""
        start = self._now()
        work()
        spent = self._now() - start
        self._next = start + max(self._seconds, spent / self._share)
