"""Stand in for a worker process of the local executor: run jobs of `fake_worker` in a thread of this process.

Messages are packed and unpacked as on a real pipe.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from cnnviz.core.training.protocol import Arrays, Command
from cnnviz.jobs.protocol import codec, framing
from cnnviz.jobs.protocol.executor import WorkItem
from cnnviz.workers.entry.job_runner import run
from tests.jobs.executors import fake_worker


class FakeWorkerProcess:
    """Replace `WorkerProcess`, with the same arguments."""

    def __init__(
        self,
        program: Sequence[str],  # noqa: ARG002
        threads: int,  # noqa: ARG002
        on_message: Callable[[dict[str, Any], Arrays], None],
        on_exit: Callable[[], None],
    ) -> None:
        self.process = SimpleNamespace(pid=os.getpid(), returncode=0, wait=lambda: None)
        self.output_tail = ""
        self._on_message, self._on_exit = on_message, on_exit
        self._items: queue.SimpleQueue[WorkItem | None] = queue.SimpleQueue()
        self._commands: queue.SimpleQueue[tuple[str, Command]] = queue.SimpleQueue()
        self._killed = False
        threading.Thread(target=self._serve, daemon=True).start()

    def send(self, header: Mapping[str, Any], arrays: Arrays = framing.NO_ARRAYS) -> None:
        received, own = framing.unpack(framing.pack(header, arrays))
        if received["do"] == "train":
            self._items.put(codec.decode_work_item(received, own))
        else:
            self._commands.put((received["job"], codec.decode_command(received, own)))

    def retire(self) -> None:
        self._items.put(None)

    def kill(self) -> None:
        self._killed = True
        self.retire()

    def wait_for_output(self, word: str) -> str:
        return word

    def _serve(self) -> None:
        self._emit({"say": "ready"}, {})
        while (item := self._items.get()) is not None and not self._killed:
            self._run(item)
        self._on_exit()

    def _run(self, item: WorkItem) -> None:
        job_id = item.job.id
        state, message = run(
            fake_worker.train,
            item,
            lambda event: self._emit(*codec.encode_event(job_id, event)),
            lambda: self._take_commands(job_id),
        )
        self._emit(*codec.encode_end(job_id, item.attempt, state, message))

    def _take_commands(self, job_id: str) -> list[Command]:
        if self._killed:
            return [Command("cancel")]
        taken = []
        while not self._commands.empty():
            taken.append(self._commands.get())
        return [command for addressee, command in taken if addressee == job_id]

    def _emit(self, header: Mapping[str, Any], arrays: Arrays) -> None:
        if not self._killed:
            self._on_message(*framing.unpack(framing.pack(header, arrays)))
