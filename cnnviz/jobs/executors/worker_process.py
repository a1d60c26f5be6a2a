"""One slot: a child process that trains, with messages to and from it.

Nobody waits for a slot that is slow or stuck: one thread writes, one reads, one keeps the end of what it prints, and
the child has one of its own that ends it at the end of its standard input. That is how a slot dies with its app,
whatever it is doing: the system closes the pipes of a process that is killed. (A signal at the parent's death would
come when the thread that started the child ends.)
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

KEPT = (
    *child_process.KEPT,
    *child_process.KEPT_ON_WINDOWS,
    "CNNVIZ_MNIST",
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
"""What a slot is told of the environment: how Python finds itself, and where MNIST is or comes from."""

TAIL = 120
"""Lines of what a slot printed that are kept for the log."""
TAIL_SECONDS = 1.0
"""How long is waited at most for lines that belong to a message."""


class SlotProcess:
    """A running slot.

    Args:
        program: What Python runs.
        threads: Threads that one operation of it may use.
        heard: Called with head and arrays of each message of the slot, from a thread of this slot.
        gone: Called once, from that thread, when the process has ended.

    Raises:
        OSError: If no process can be started.
    """

    def __init__(
        self,
        program: Sequence[str],
        threads: int,
        heard: Callable[[dict[str, Any], Arrays], None],
        gone: Callable[[], None],
    ) -> None:
        self._heard, self._gone = heard, gone
        self._outgoing: queue.SimpleQueue[tuple[Mapping[str, Any], Arrays] | None] = queue.SimpleQueue()
        self._tail: deque[str] = deque(maxlen=TAIL)
        self.process = subprocess.Popen(
            [sys.executable, "-B", *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=child_process.PROJECT,
            env=environment(threads),
            close_fds=True,
            start_new_session=True,  # a Ctrl-C in the terminal is for the app, which then closes the pipe
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        for work in (self._write, self._read, self._keep_tail):
            threading.Thread(target=work, name=f"slot-{self.process.pid}", daemon=True).start()

    def send(self, head: Mapping[str, Any], arrays: Arrays = framing.NOTHING) -> None:
        """Have a message written; returns at once."""
        self._outgoing.put((head, arrays))

    def retire(self) -> None:
        """Let it end: it does so at the end of its input. `gone` is called then."""
        self._outgoing.put(None)

    def kill(self) -> None:
        """End it now. `gone` is called then."""
        self.process.kill()

    @property
    def tail(self) -> str:
        """The last lines that it printed."""
        return "\n".join(tuple(self._tail))

    def said(self, word: str) -> str:
        """The last lines that it printed, once `word` is in them and no more come; messages may be faster."""
        end, before = time.monotonic() + TAIL_SECONDS, ""
        while (word not in self.tail or self.tail != before) and time.monotonic() < end:
            before = self.tail
            time.sleep(0.02)
        return self.tail

    def _write(self) -> None:
        with contextlib.suppress(OSError, ValueError), _pipe(self.process.stdin) as pipe:
            while (message := self._outgoing.get()) is not None:
                framing.write(pipe, *message)

    def _read(self) -> None:
        try:
            with _pipe(self.process.stdout) as pipe:
                while (message := framing.read(pipe)) is not None:
                    self._heard(*message)
        except framing.MessageError:
            LOG.warning("a slot ended within a message")
        except Exception:  # its job must be given up, whatever it is
            LOG.exception("a slot said something that cannot be understood, and is stopped")
        self.process.kill()
        self.retire()
        self.process.wait()
        self._gone()

    def _keep_tail(self) -> None:
        with _pipe(self.process.stderr) as pipe:
            for line in iter(lambda: pipe.readline(2000), b""):
                self._tail.append(line.decode(errors="replace").rstrip())


def environment(threads: int) -> dict[str, str]:
    """The environment of a slot; libraries that come before TensorFlow's own settings read their threads from it."""
    limits = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "CNNVIZ_THREADS")
    return {name: os.environ[name] for name in KEPT if name in os.environ} | dict.fromkeys(limits, str(threads))


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RuntimeError("a slot was started without pipes")
    return pipe
