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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from cnnviz.core.errors import Refusal

PROJECT = Path(__file__).resolve().parents[3]

MAX_CHILDREN = 2
"""How many children read files at once; when many visitors upload together, the others wait, so that memory does not
fill."""

QUEUE_SECONDS = 15.0
"""How long a request waits for its turn."""

MAX_EXPORTS = 1
"""How many children make Keras files at once: each imports Keras, which takes seconds and some 500 MB. They have a
place of their own, so that nobody's upload waits for them."""

EXPORT_QUEUE_SECONDS = 60.0
"""How long an export waits for its turn."""

MAX_DATA_READERS = 1
"""How many children read files of labelled pictures at once: each may take a minute and 1 GB, and no picture that is
to be read at once waits for them."""

DATA_QUEUE_SECONDS = 60.0
"""How long a file of labelled pictures waits for its turn."""

MAX_STEPS = 1_000
"""Steps that are told of a child; what it writes behind them is its answer."""

INHERITED_VARIABLES = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")
INHERITED_VARIABLES_ON_WINDOWS = ("SYSTEMROOT", "APPDATA", "USERPROFILE", "PATHEXT")
"""The environment variables that Python needs to find itself and its packages. Nothing else is inherited."""

_turns = threading.BoundedSemaphore(MAX_CHILDREN)
_export_turns = threading.BoundedSemaphore(MAX_EXPORTS)
_data_turns = threading.BoundedSemaphore(MAX_DATA_READERS)


class WorkerError(RuntimeError):
    """The child was stopped: it took too long, hit a limit, or gave too long an answer."""


def ask(
    worker: str,
    data: bytes,
    *,
    seconds: float,
    answer_bytes: int,
    exporting: bool = False,
    labelled: bool = False,
    on_step: Callable[[int], None] | None = None,
) -> bytes:
    """Write `data` to a worker's standard input and return what it writes to its standard output.

    Args:
        worker: Name of a module in `cnnviz.workers.entry`.
        data: What the child reads.
        seconds: Wall time after which it is killed.
        answer_bytes: Length of the longest answer that is accepted.
        exporting: Whether it makes a Keras file, and waits for other exports instead of other files that are read.
        labelled: Whether it reads labelled pictures, and waits for other such files instead.
        on_step: Given for a worker that writes a dot for every step it has done, and a line break before its answer;
            told how many there are, at each of them.

    Returns:
        At most `answer_bytes` bytes. They come from a process that has read an untrusted file, so check them.

    Raises:
        WorkerError: If the child had to be stopped or failed.
        Refusal: If too many others are waiting, or no process can be started.
    """
    with _wait_for_turn(exporting, labelled), _start(worker) as child:
        timer = threading.Timer(seconds, child.kill)
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
    if code != 0:
        raise WorkerError(f"The worker {worker} ended with code {code}.")
    return answer


def _follow(pipe: IO[bytes], on_step: Callable[[int], None]) -> None:
    """Tell of each dot, up to the first byte that is none; there are at most `MAX_STEPS`."""
    for step in range(1, MAX_STEPS + 1):
        if pipe.read(1) != b".":
            break
        on_step(step)


@contextlib.contextmanager
def _wait_for_turn(exporting: bool = False, labelled: bool = False) -> Iterator[None]:
    turns, seconds = _turns, QUEUE_SECONDS
    if exporting or labelled:
        turns, seconds = (_export_turns, EXPORT_QUEUE_SECONDS) if exporting else (_data_turns, DATA_QUEUE_SECONDS)
    if not turns.acquire(timeout=seconds):
        if exporting:
            raise Refusal("Others wait for Keras files too. Please try again in a minute, or take the weights.")
        raise Refusal("Too many files are being read at this moment. Please try again in a few seconds.")
    try:
        yield
    finally:
        turns.release()


def _start(worker: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
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


def _build_environment() -> dict[str, str]:
    names = (*INHERITED_VARIABLES, *INHERITED_VARIABLES_ON_WINDOWS)
    return {name: os.environ[name] for name in names if name in os.environ} | {"OPENBLAS_NUM_THREADS": "1"}


def _feed(pipe: IO[bytes] | None, data: bytes) -> None:
    """Write in a thread of its own, because a child that answers early stops reading; that is no error."""
    with contextlib.suppress(OSError), contextlib.closing(pipe) if pipe else contextlib.nullcontext():
        if pipe:
            pipe.write(data)
