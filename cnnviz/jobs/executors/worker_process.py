"""A worker of the local executor: a child process, and the messages to and from it.

A slow or stuck worker blocks no caller: threads write to it, read from it, and keep the tail of its output. The
child ends itself at the end of its standard input. That is how a worker dies with its app, whatever it is doing: the
system closes the pipes of a killed process. (A signal at the parent's death would already come when the thread that
started the child ends.)
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

from cnnviz.core.training.protocol import Arrays
from cnnviz.jobs.protocol import framing
from cnnviz.jobs.sandbox import child_process

LOG = logging.getLogger(__name__)

INHERITED_VARIABLES = (
    *child_process.INHERITED_VARIABLES,
    *child_process.INHERITED_VARIABLES_ON_WINDOWS,
    "CNNVIZ_MNIST",
    "CNNVIZ_RUNS",
    "KERAS_HOME",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "TMPDIR",
    "TEMP",
    "TMP",
)
"""Environment variables that a worker inherits: how Python finds itself, where MNIST is or comes
from, and where visitors keep sets of their own."""

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "CNNVIZ_THREADS")
"""Environment variables from which libraries read how many threads they may use."""

MAX_TAIL_LINES = 120
"""Lines of output that are kept for the log."""

MAX_TAIL_SECONDS = 1.0
"""How long to wait for output that belongs to a message."""

MAX_LINE_BYTES = 2000
"""A longer line of output is split."""


class WorkerProcess:
    """A running worker.

    Args:
        program: What Python runs.
        threads: Threads that one of its operations may use.
        on_message: Called with header and arrays of each message of the worker, from a thread of this object.
        on_exit: Called once, from that thread, when the process has ended.

    Raises:
        OSError: If no process can be started.
    """

    def __init__(
        self,
        program: Sequence[str],
        threads: int,
        on_message: Callable[[dict[str, Any], Arrays], None],
        on_exit: Callable[[], None],
    ) -> None:
        self._on_message, self._on_exit = on_message, on_exit
        self._outgoing: queue.SimpleQueue[tuple[Mapping[str, Any], Arrays] | None] = queue.SimpleQueue()
        self._tail: deque[str] = deque(maxlen=MAX_TAIL_LINES)
        self.process = subprocess.Popen(
            [sys.executable, "-B", *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=child_process.PROJECT,
            env=build_environment(threads),
            close_fds=True,
            start_new_session=True,  # Ctrl-C in the terminal is for the app, which then closes the pipe
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        try:
            for work in (self._write, self._keep_tail, self._read):
                threading.Thread(target=work, name=f"worker-{self.process.pid}", daemon=True).start()
        except RuntimeError as error:  # the system gives no thread
            self._abandon()
            raise OSError("no thread for a worker") from error

    def send(self, header: Mapping[str, Any], arrays: Arrays = framing.NO_ARRAYS) -> None:
        """Queue a message for the worker; returns at once."""
        self._outgoing.put((header, arrays))

    def retire(self) -> None:
        """Close its input, at which it ends. `on_exit` is called then."""
        self._outgoing.put(None)

    def kill(self) -> None:
        """Kill it. `on_exit` is called then."""
        self.process.kill()

    @property
    def output_tail(self) -> str:
        """The last lines that it printed."""
        return "\n".join(tuple(self._tail))

    def wait_for_output(self, word: str) -> str:
        """Return the last lines once they contain `word` and no more come; messages may overtake output."""
        end, before = time.monotonic() + MAX_TAIL_SECONDS, ""
        while (word not in self.output_tail or self.output_tail != before) and time.monotonic() < end:
            before = self.output_tail
            time.sleep(0.02)
        return self.output_tail

    def _abandon(self) -> None:
        """End a process that lacks some of its threads."""
        self.kill()
        self.retire()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            _require(pipe).close()

    def _write(self) -> None:
        with contextlib.suppress(OSError, ValueError), _require(self.process.stdin) as pipe:
            while (message := self._outgoing.get()) is not None:
                framing.write(pipe, *message)

    def _read(self) -> None:
        try:
            with _require(self.process.stdout) as pipe:
                while (message := framing.read(pipe)) is not None:
                    self._on_message(*message)
        except framing.MessageError:
            LOG.warning("a worker ended within a message")
        except Exception:  # whatever it is, its job must be given up
            LOG.exception("a worker sent an invalid message and is stopped")
        self.process.kill()
        self.retire()
        self.process.wait()
        self._on_exit()

    def _keep_tail(self) -> None:
        with _require(self.process.stderr) as pipe:
            for line in iter(lambda: pipe.readline(MAX_LINE_BYTES), b""):
                self._tail.append(line.decode(errors="replace").rstrip())


def build_environment(threads: int) -> dict[str, str]:
    """Return the environment of a worker; libraries that load before TensorFlow read their number of threads there."""
    inherited = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
    return inherited | dict.fromkeys(THREAD_VARIABLES, str(threads))


def _require(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RuntimeError("a worker was started without pipes")
    return pipe
