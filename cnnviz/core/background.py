"""Run work that takes seconds in a thread, while a page shows its progress.

A `BackgroundTask` knows no screen: a page calls `start()` once and reads `status` whenever it draws.

The thread is a daemon, which those of `concurrent.futures` are not: a pool keeps a stopped server alive until its
download ends, up to five minutes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cnnviz.core.errors import Refusal

Result = TypeVar("Result")
Progress = Callable[[float, str], None]
"""Function that takes the fraction done, in [0, 1], and a description of the current step."""

log = logging.getLogger(__name__)


def ignore_progress(_fraction: float, _message: str) -> None:
    """Do nothing; the `Progress` of a caller that shows none."""


@dataclass(frozen=True)
class Status(Generic[Result]):
    """State of a `BackgroundTask` at one moment.

    Attributes:
        fraction: Fraction done, in [0, 1].
        message: Description of the current step.
        result: What the work returned.
        refusal: Why it failed. Once `done`, exactly one of `result` and `refusal` is set.
    """

    fraction: float = 0.0
    message: str = ""
    result: Result | None = None
    refusal: Refusal | None = None

    @property
    def done(self) -> bool:
        """Whether the work has ended, with a result or a refusal."""
        return self.result is not None or self.refusal is not None


class BackgroundTask(Generic[Result]):
    """Run `work(progress)` once in a thread of its own, however many pages start it.

    `work` returns anything but None and raises `Refusal` for failures it can explain; any other exception is logged
    and becomes a general refusal.
    """

    def __init__(self, work: Callable[[Progress], Result]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._status: Status[Result] = Status()

    @property
    def status(self) -> Status[Result]:
        """Newest status; an empty one before `start()`."""
        return self._status

    def start(self) -> BackgroundTask[Result]:
        """Start the work unless it was started before; return the task itself."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="cnnviz-loader", daemon=True)
                self._thread.start()
        return self

    def wait(self, seconds: float | None = None) -> Status[Result]:
        """Wait for the end of the work, at most `seconds`; a page may wait one or two, scripts and tests for long."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self._status

    def stop(self) -> None:
        """Have the work end with a refusal the next time it reports progress; it may clean up as for any refusal."""
        self._stopped = True

    def _run(self) -> None:
        """Do the work and store its outcome; runs in the thread."""
        try:
            result = self._work(self._report)
        except Refusal as refusal:
            self._status = Status(self._status.fraction, self._status.message, refusal=refusal)
        except Exception:  # the page that polls must see the end, whatever the cause
            log.exception("loading failed")
            self._status = Status(refusal=Refusal("Loading failed for a reason that is in the server's log."))
        else:
            self._status = Status(1.0, self._status.message, result=result)

    def _report(self, fraction: float, message: str) -> None:
        """Store progress, with `fraction` clamped to [0, 1]. Raises `Refusal` once the task was stopped."""
        if self._stopped:
            raise Refusal("This was stopped before its end. Begin it again when you like.")
        self._status = Status(min(max(fraction, 0.0), 1.0), message)
