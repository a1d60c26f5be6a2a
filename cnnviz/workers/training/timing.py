"""Time a training: seconds without pauses, batches per call, and the time that live views may take."""

from __future__ import annotations

import time
from collections.abc import Callable

Now = Callable[[], float]

TARGET_CALL_SECONDS = 0.19
"""Duration that calls aim at: commands and the curve wait for the end of a call."""

MAX_GROWTH = 4
"""Factor by which the batches of a call may grow from one call to the next."""


class Stopwatch:
    """Measure the seconds of training over all attempts, without pauses."""

    def __init__(self, seconds: float = 0.0, now: Now = time.monotonic) -> None:
        self._now = now
        self._before, self._since = seconds, now()
        self._paused = False

    @property
    def seconds(self) -> float:
        return self._before + (0.0 if self._paused else self._now() - self._since)

    def pause(self) -> None:
        """Stop counting."""
        self._before, self._paused = self.seconds, True

    def resume(self) -> None:
        """Go on counting."""
        self._since, self._paused = self._now(), False


class ChunkSizer:
    """Choose the number of batches per call: one at first, then as many as take `TARGET_CALL_SECONDS`.

    Attributes:
        batches: Of the next call.
        batch_seconds: Moving average of a batch's duration; 0 before the second call.
    """

    def __init__(self) -> None:
        self.batches = 1
        self.batch_seconds = 0.0
        self._is_first = True

    def record(self, batches: int, seconds: float) -> None:
        """Adapt to a call's duration. The first call is ignored: it spends most of its time tracing the graph."""
        if self._is_first:
            self._is_first = False
            return
        each = seconds / batches
        self.batch_seconds = each if not self.batch_seconds else 0.7 * self.batch_seconds + 0.3 * each
        wanted = max(1, round(TARGET_CALL_SECONDS / max(self.batch_seconds, 1e-6)))
        self.batches = min(wanted, MAX_GROWTH * max(batches, self.batches))


class RateLimiter:
    """Limit how often work beside the training runs: at most every `seconds`, for at most `share` of the time."""

    def __init__(self, seconds: float, share: float, now: Now) -> None:
        self._seconds, self._share, self._now = seconds, share, now
        self._next = -1.0

    @property
    def is_due(self) -> bool:
        return self._now() >= self._next

    def run(self, work: Callable[[], object]) -> None:
        """Do the work now and set the earliest time of the next by how long it took."""
        start = self._now()
        work()
        spent = self._now() - start
        self._next = start + max(self._seconds, spent / self._share)
