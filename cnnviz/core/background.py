"""Work that takes seconds, done in a thread while a page shows how far it is.

A `Loader` knows no screen: a page calls `start()` once, reads `status` at every tick and draws what it finds.
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
"""Receives the fraction done, in [0, 1], and what is being done, in words."""

log = logging.getLogger(__name__)


def silent(_fraction: float, _message: str) -> None:
    """The `Progress` of a caller that shows none."""


@dataclass(frozen=True)
class Status(Generic[Result]):
    """Where a `Loader` is.

    `fraction` is in [0, 1] and `message` says what is being done. Once `done`, exactly one of `result` and
    `refusal` is set.
    """

    fraction: float = 0.0
    message: str = ""
    result: Result | None = None
    refusal: Refusal | None = None

    @property
    def done(self) -> bool:
        """Whether the work has ended, with a result or with a refusal."""
        return self.result is not None or self.refusal is not None


class Loader(Generic[Result]):
    """Runs `work(progress)` once in a thread of its own, however many pages ask for it.

    `work` returns anything but None and raises `Refusal` for what it can explain; anything else that it raises is
    logged and becomes a plain refusal.
    """

    def __init__(self, work: Callable[[Progress], Result]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._status: Status[Result] = Status()

    @property
    def status(self) -> Status[Result]:
        """The newest status; before `start()` an empty one."""
        return self._status

    def start(self) -> Loader[Result]:
        """Begin the work, unless it was begun before; return the loader itself."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="cnnviz-loader", daemon=True)
                self._thread.start()
        return self

    def retry(self) -> Loader[Result]:
        """Begin again after a refusal; while the work runs, or when it succeeded, do nothing."""
        with self._lock:
            if self._status.refusal is not None:
                self._status, self._thread = Status(), None
        return self.start()

    def wait(self, seconds: float | None = None) -> Status[Result]:
        """Wait for the end of the work, at most `seconds`; for scripts and tests, never for a page."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self._status

    def _run(self) -> None:
        try:
            result = self._work(self._report)
        except Refusal as refusal:
            self._status = Status(self._status.fraction, self._status.message, refusal=refusal)
        except Exception:  # whatever happens here, the page that polls must learn that it is over
            log.exception("loading failed")
            self._status = Status(refusal=Refusal("Loading failed for a reason that is in the server's log."))
        else:
            self._status = Status(1.0, self._status.message, result=result)

    def _report(self, fraction: float, message: str) -> None:
        self._status = Status(min(max(fraction, 0.0), 1.0), message)
