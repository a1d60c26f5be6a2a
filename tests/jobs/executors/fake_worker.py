"""Stand in for a worker with Keras: `python -m tests.jobs.executors.fake_worker`. Train nothing, do what plans say.

The plan chooses what happens: `epochs` is the number of epochs, `seed` one of the behaviours below.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Arrays, Command, Job, Payload
from cnnviz.workers.entry import local
from cnnviz.workers.training.commands import Cancelled
from tests.core.networks import small_network

Emit = Callable[[str, Payload, Arrays], None]
Inbox = Callable[[], Sequence[Command]]

PLAIN, FOR_EVER, DIES, DEAF, REFUSES, FAILS, PRINTS, LARGE, HUNGRY, LEARNS = range(10)
HEADROOM = 256 << 20
"""Bytes of address space that a HUNGRY process may still allocate."""


def train(job: Job, emit: Emit, inbox: Inbox) -> None:
    """Emit `start`, then epoch, view and checkpoint `plan.epochs` times, then a result; obey commands meanwhile."""
    behaviour = job.plan.seed
    finished = int(job.progress.get("epoch", 0))
    emit("start", {"epochs": job.plan.epochs, "finished": finished, "process": os.getpid()}, {})
    if behaviour == REFUSES:
        raise Refusal("`plan` must be another. Received: {value}. Choose another.", value="this one")
    if behaviour == FAILS:
        raise RuntimeError("on purpose")
    if behaviour == PRINTS:
        print("a library prints this")
        os.system("echo and a child of it this")
    if behaviour == DIES:
        os.kill(os.getpid(), signal.SIGKILL)
    if behaviour == DEAF:
        threading.Event().wait()
    if behaviour == HUNGRY:
        eat()
    if behaviour == LEARNS:
        emit("result", *learned(job))
        return
    Training(job, emit, inbox).go(finished, behaviour)


def eat() -> None:
    """Limit the memory of this process to little more than it uses now, and use that up."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + HEADROOM, resource.getrlimit(resource.RLIMIT_AS)[1]))
    eaten = []
    while True:
        eaten.append(np.ones(HEADROOM // 32))


def learned(job: Job) -> tuple[Payload, Arrays]:
    """Return a result that can be loaded: a network with weights, and its card."""
    network = small_network.network(0, job.architecture.name)
    arrays = {f"weights/{layer}/{name}": w for layer, named in network.weights.items() for name, w in named.items()}
    return {"card": small_network.card(network).to_json(), "ended": "finished", "message": None}, arrays


class Training:
    def __init__(self, job: Job, emit: Emit, inbox: Inbox) -> None:
        self.job, self.emit, self.inbox = job, emit, inbox
        self.paused = self.stopping = False
        self.more = 0

    def go(self, finished: int, behaviour: int) -> None:
        epoch = finished
        while not self.stopping and (behaviour == FOR_EVER or epoch < self.job.plan.epochs + self.more):
            epoch += 1
            self.look()
            size = 5_000_000 if behaviour == LARGE else 10
            self.emit("epoch", {"epoch": epoch, "time": time.time()}, {})
            self.emit("view", {"step": epoch}, {"probabilities": np.full(10, epoch, np.float32)})
            self.emit("checkpoint", {"epoch": epoch}, {"w": np.full(size, epoch, np.float32)})
            if behaviour == FOR_EVER:
                time.sleep(0.02)
        self.look()
        self.emit("result", {"ended": "stopped" if self.stopping else "finished"}, {"w": np.full(4, epoch)})

    def look(self) -> None:
        while True:
            for command in self.inbox():
                self.take(command)
            if not self.paused or self.stopping:
                return
            time.sleep(0.01)

    def take(self, command: Command) -> None:
        if command.kind == "cancel":
            raise Cancelled
        if command.kind in ("pause", "resume"):
            self.paused = command.kind == "pause"
            self.emit("paused" if self.paused else "resumed", {"step": 0}, {})
        elif command.kind == "stop":
            self.stopping = True
        elif command.kind == "more":
            self.more += 1
        elif command.kind == "probe":
            self.emit("lesson", {"sum": int(command.arrays["digit"].sum())}, {})


def prepare() -> Callable[[Job, Emit, Inbox], None]:
    return train


if __name__ == "__main__":
    sys.stdout.write("")
    local.serve(prepare)
