"""A slot: a process that trains one job after the other.

    python -m cnnviz.workers.entry.local

Orders and commands come on its standard input, events go out on its standard output, framed by `jobs.protocol.framing`.
What libraries print goes to the standard error instead. At the end of its input the process ends at once, whatever it
is doing: then the app is gone.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Callable
from typing import IO, Any

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Arrays, Command
from cnnviz.jobs.protocol import codec, framing
from cnnviz.jobs.protocol.executor import WorkItem
from cnnviz.workers.entry import priority, tf_runtime
from cnnviz.workers.entry.job_runner import Train, run


class Letterbox:
    """Takes in what the app sends, in a thread of its own."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.orders: queue.SimpleQueue[WorkItem] = queue.SimpleQueue()
        self._stream = stream
        self._lock = threading.Lock()
        self._commands: list[tuple[str, Command]] = []

    def listen(self) -> None:
        """Read until the app is gone, then end this process without a word."""
        with contextlib.suppress(OSError, framing.MessageError, LookupError, TypeError, Refusal):
            while (message := framing.read(self._stream)) is not None:
                self._sort(*message)
        os._exit(0)

    def commands(self, job_id: str) -> list[Command]:
        """What came for a job since the last call; what came for others is out of date."""
        with self._lock:
            taken, self._commands = self._commands, []
        return [command for addressee, command in taken if addressee == job_id]

    def _sort(self, head: dict[str, Any], arrays: Arrays) -> None:
        if head["do"] == "train":
            self.orders.put(codec.decode_work_item(head, arrays))
            return
        with self._lock:
            self._commands.append((str(head["job"]), codec.decode_command(head, arrays)))


def serve(prepare: Callable[[], Train]) -> None:
    """Do what the app asks until it is gone.

    `prepare` loads what training needs and returns the function that trains. Commands and the end of the app are
    heard meanwhile.
    """
    incoming, outgoing = _take_streams()
    letterbox = Letterbox(incoming)
    threading.Thread(target=letterbox.listen, daemon=True).start()
    train = prepare()
    framing.write(outgoing, {"say": "ready"})
    while True:
        _train(train, letterbox.orders.get(), letterbox, outgoing)


def _train(train: Train, order: WorkItem, letterbox: Letterbox, outgoing: IO[bytes]) -> None:
    job_id = order.job.id
    state, message = run(
        train,
        order,
        lambda event: framing.write(outgoing, *codec.encode_event(job_id, event)),
        lambda: letterbox.commands(job_id),
    )
    framing.write(outgoing, *codec.encode_end(job_id, order.attempt, state, message))


def _take_streams() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes to the app, moved aside, so that nothing else reads or prints there."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return incoming, outgoing


def main() -> None:
    priority.stand_back_with_session()
    serve(tf_runtime.trainer)


if __name__ == "__main__":
    main()
