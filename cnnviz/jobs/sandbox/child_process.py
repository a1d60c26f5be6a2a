"""Run a child process that reads an untrusted file for us.

The web process never decodes an untrusted file. It passes the bytes to `python -m cnnviz.workers.entry.<name>`, which
limits its own memory and processor time, and takes back an answer of limited length. A failure stays in the child: it
is killed at its time limit, and only the request for this file fails.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop

PROJECT = Path(__file__).resolve().parents[3]

MAX_CHILDREN = 2
"""How many children read files at once; when many visitors upload together, the others wait, so that memory does not
fill."""

MAX_EXPORTS = 1
"""How many children make Keras files at once: each imports Keras, which takes seconds and some 500 MB."""

MAX_DATA_READERS = 1
"""How many children read files of labelled pictures at once: each may take a minute, and 1 GB for large photographs."""

NICE = 10
"""Niceness of a child, beyond that of the web process: visitors who draw come before files that are read."""

MAX_STEPS = 1_000
"""Steps that are told of a child; what it writes behind them is its answer."""

INHERITED_VARIABLES = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")
INHERITED_VARIABLES_ON_WINDOWS = ("SYSTEMROOT", "APPDATA", "USERPROFILE", "PATHEXT")
"""The environment variables that Python needs to find itself and its packages. Nothing else is inherited."""


class _Visitors:
    """The visitors whose files are read or wait for a turn: each has one at a time, and the turns are for all."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = set[str]()

    @contextlib.contextmanager
    def claim(self, whose: str, seconds: float) -> Iterator[bool]:
        """Wait until the visitor has no other file in the queue; give whether that was so in time."""
        with self._changed:
            free = self._changed.wait_for(lambda: whose not in self._busy, seconds)
            if free:
                self._busy.add(whose)
        try:
            yield free
        finally:
            if free:
                with self._changed:
                    self._busy.discard(whose)
                    self._changed.notify_all()


@dataclass(frozen=True)
class Queue:
    """A limit on how many children of one sort run at once.

    Attributes:
        turns: Semaphore with one turn for each child that may run.
        seconds: How long a request waits for its turn.
        refusal: Message to a visitor whose request gets no turn in that time.
        visitors: Who has a request in it: of one visitor's, those behind the first wait outside.
    """

    turns: threading.BoundedSemaphore
    seconds: float
    refusal: str
    visitors: _Visitors = field(default_factory=_Visitors)


LATE = gettext_noop(
    "This file was not read within {seconds} seconds, so reading it was stopped. Probably the computer that runs "
    "cnnviz is busy: try again in a minute. If that does not help, save it smaller."
)
"""What is said of a child that was killed at its time limit. The limits on processor time are lower, so a file that
takes too much work is stopped by those, unless the child had to wait for a processor; Windows has none of them."""

TOO_MANY_FILES = gettext_noop("Too many files are being read at this moment. Please try again in a few seconds.")

UPLOADS = Queue(threading.BoundedSemaphore(MAX_CHILDREN), 15.0, TOO_MANY_FILES)
"""Pictures and networks, which are read at once."""

EXPORTS = Queue(
    threading.BoundedSemaphore(MAX_EXPORTS),
    60.0,
    gettext_noop("Others wait for Keras files too. Please try again in a minute, or take the weights."),
)
"""Keras files. They have a place of their own, so that no upload waits for them."""

COMPUTATIONS = replace(
    EXPORTS, refusal=gettext_noop("Other computations are running at this moment. Please try again in a minute.")
)
"""Long computations with a network; they take turns with `EXPORTS`."""

LABELLED_PICTURES = Queue(threading.BoundedSemaphore(MAX_DATA_READERS), 60.0, TOO_MANY_FILES)
"""Files of labelled pictures. They have a place of their own, so that no picture to be read at once waits for them."""


class WorkerError(RuntimeError):
    """The child was stopped: it hit a limit, or gave too long an answer."""


class WorkerTimeoutError(WorkerError):
    """The child was killed at its limit of wall time.

    Attributes:
        seconds: The limit.
    """

    def __init__(self, worker: str, seconds: float) -> None:
        super().__init__(f"The worker {worker} was stopped after {seconds:g} seconds.")
        self.seconds = seconds


def ask(
    worker: str,
    data: bytes,
    *,
    seconds: float,
    answer_bytes: int,
    queue: Queue = UPLOADS,
    whose: str = "",
    on_step: Callable[[int], None] | None = None,
) -> bytes:
    """Write `data` to a worker's standard input and return what it writes to its standard output.

    Args:
        worker: Name of a module in `cnnviz.workers.entry`.
        data: What the child reads.
        seconds: Wall time after which it is killed.
        answer_bytes: Length of the longest answer that is accepted.
        queue: Where the request waits for its turn.
        whose: Id of the visitor who asks, who gets one turn at a time; "" for nobody's in particular.
        on_step: Given for a worker that writes a dot for every step it has done, and a line break before its answer;
            told how many there are, at each of them.

    Returns:
        At most `answer_bytes` bytes. They come from a process that has read an untrusted file, so check them.

    Raises:
        WorkerTimeoutError: If the child was killed at its time limit.
        WorkerError: If it had to be stopped for another reason, or failed.
        Refusal: If too many others are waiting, or no process can be started.
    """
    with _wait_for_turn(queue, whose), _start(worker) as child:
        late = threading.Event()
        timer = threading.Timer(seconds, _stop, (child, late))
        timer.start()
        feeder = threading.Thread(target=_feed, args=(child.stdin, data), daemon=True)
        feeder.start()
        try:
            if on_step is not None and child.stdout:
                _follow(child.stdout, on_step)
            answer = child.stdout.read(answer_bytes + 1) if child.stdout else b""
            if len(answer) > answer_bytes:
                child.kill()
            code = child.wait()
        finally:
            timer.cancel()
            child.kill()
            feeder.join()
    if code != 0 and late.is_set():
        raise WorkerTimeoutError(worker, seconds)
    if code != 0:
        raise WorkerError(f"The worker {worker} ended with code {code}.")
    return answer


def refuse_stopped(error: WorkerError, stopped: str, **values: object) -> Refusal:
    """Return what a visitor is told of a file whose child was stopped: `stopped`, or that it came too late."""
    if isinstance(error, WorkerTimeoutError):
        return Refusal(LATE, seconds=round(error.seconds))
    return Refusal(stopped, **values)


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _follow(pipe: IO[bytes], on_step: Callable[[int], None]) -> None:
    """Tell of each dot, up to the first byte that is none; there are at most `MAX_STEPS`."""
    for step in range(1, MAX_STEPS + 1):
        if pipe.read(1) != b".":
            break
        on_step(step)


@contextlib.contextmanager
def _wait_for_turn(queue: Queue, whose: str = "") -> Iterator[None]:
    end = time.monotonic() + queue.seconds
    with queue.visitors.claim(whose, queue.seconds) if whose else contextlib.nullcontext(True) as claimed:
        if not claimed or not queue.turns.acquire(timeout=max(0.0, end - time.monotonic())):
            raise Refusal(queue.refusal)
        try:
            yield
        finally:
            queue.turns.release()


def _start(worker: str) -> subprocess.Popen[bytes]:
    try:
        child = subprocess.Popen(
            [sys.executable, "-B", "-m", f"cnnviz.workers.entry.{worker}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=PROJECT,
            env=_build_environment(),
            close_fds=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:
        raise Refusal("Files cannot be read at this moment. Please try again later.") from None
    _lower_priority(child.pid)
    return child


def _lower_priority(child: int) -> None:
    """Lower a child's priority from outside, before it imports anything: imports are most of its work."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # it has ended
            os.setpriority(os.PRIO_PROCESS, child, min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICE))


def _build_environment() -> dict[str, str]:
    names = (*INHERITED_VARIABLES, *INHERITED_VARIABLES_ON_WINDOWS)
    return {name: os.environ[name] for name in names if name in os.environ} | {"OPENBLAS_NUM_THREADS": "1"}


def _feed(pipe: IO[bytes] | None, data: bytes) -> None:
    """Write in a thread of its own, because a child that answers early stops reading; that is no error."""
    with contextlib.suppress(OSError), contextlib.closing(pipe) if pipe else contextlib.nullcontext():
        if pipe:
            pipe.write(data)
