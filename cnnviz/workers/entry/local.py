"""A worker of the local executor: a process that trains one job after the other.

    python -m cnnviz.workers.entry.local

Work items and commands arrive on its standard input, events leave on its standard output, framed by
`jobs.protocol.framing`. What libraries print goes to the standard error instead. At the end of its input the process
exits at once, even in the middle of a job, because the app is gone then.
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
from cnnviz.workers.entry import priority
from cnnviz.workers.entry.job_runner import Train, load_train, run


class MessageReader:
    """Read the app's messages in a thread of its own.

    Attributes:
        items: The work items that have arrived.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self.items: queue.SimpleQueue[WorkItem] = queue.SimpleQueue()
        self._stream = stream
        self._lock = threading.Lock()
        self._commands: list[tuple[str, Command]] = []

    def read_until_end(self) -> None:
        """Read until the app is gone, then exit this process silently."""
        with contextlib.suppress(OSError, framing.MessageError, LookupError, TypeError, Refusal):
            while (message := framing.read(self._stream)) is not None:
                self._dispatch(*message)
        os._exit(0)

    def take_commands(self, job_id: str) -> list[Command]:
        """Return the commands for a job since the last call; those for other jobs are outdated and dropped."""
        with self._lock:
            taken, self._commands = self._commands, []
        return [command for addressee, command in taken if addressee == job_id]

    def _dispatch(self, header: dict[str, Any], arrays: Arrays) -> None:
        if header["do"] == "train":
            self.items.put(codec.decode_work_item(header, arrays))
            return
        with self._lock:
            self._commands.append((str(header["job"]), codec.decode_command(header, arrays)))


def serve(prepare: Callable[[], Train]) -> None:
    """Train the app's jobs until it is gone.

    Commands and the end of the app are noticed from the start, `prepare` included.

    Args:
        prepare: Loads what training needs and returns the function that trains.
    """
    incoming, outgoing = _detach_streams()
    reader = MessageReader(incoming)
    threading.Thread(target=reader.read_until_end, daemon=True).start()
    train = prepare()
    framing.write(outgoing, {"say": "ready"})
    while True:
        _run_job(train, reader.items.get(), reader, outgoing)


def _run_job(train: Train, item: WorkItem, reader: MessageReader, outgoing: IO[bytes]) -> None:
    job_id = item.job.id
    state, message = run(
        train,
        item,
        lambda event: framing.write(outgoing, *codec.encode_event(job_id, event)),
        lambda: reader.take_commands(job_id),
    )
    framing.write(outgoing, *codec.encode_end(job_id, item.attempt, state, message))


def _detach_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Move the pipes to the app to other descriptors, so that nothing else reads or prints there."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return incoming, outgoing


def main() -> None:
    """Lower the priority, then serve with Keras."""
    priority.lower_session_priority()
    serve(load_train)


if __name__ == "__main__":
    main()
