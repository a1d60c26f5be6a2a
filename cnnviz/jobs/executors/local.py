"""Training in processes of this machine, by the standard library alone.

A slot is a process that has Keras loaded and trains one job at a time. The engine's thread starts slots when they are
needed and stops them when they were idle for ten minutes, so an app that nobody trains with costs nothing.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Arrays, Command
from cnnviz.jobs.executors.worker_process import SlotProcess
from cnnviz.jobs.protocol import codec
from cnnviz.jobs.protocol.executor import Order, Reports
from cnnviz.jobs.scheduler import errors

LOG = logging.getLogger(__name__)

SETTING = "CNNVIZ_SLOTS"
MOST_SLOTS = 64
JOBS_A_SLOT = 50
"""A slot that had so many jobs is replaced: what TensorFlow loses track of is small, but does not end."""
IDLE_SECONDS = 600.0
PROGRAM = ("-m", "cnnviz.workers.entry.local")


@dataclass(eq=False)
class Place:
    """A slot and what it does. `order` is None while it is idle."""

    process: SlotProcess | None = None
    order: Order | None = None
    jobs: int = 0
    idle_since: float = 0.0
    ready: bool = False
    """Whether it has said that Keras is loaded."""


class Embedded:
    """The executor of one machine.

    Args:
        slots: How many jobs run at once; by default CNNVIZ_SLOTS, or one less than there are cores.
        program: What Python runs in a slot.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        slots: int | None = None,
        program: Sequence[str] = PROGRAM,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.slots = slots or slots_wanted()
        self.threads = max(1, cores() // self.slots)
        self._program, self._clock = program, clock
        self._places: list[Place] = []
        self._lock = threading.Lock()
        self._reports: Reports | None = None
        self._closed = False

    def open(self, reports: Reports) -> None:
        self._reports = reports

    def refusal(self) -> Refusal | None:
        return None

    def places(self) -> int:
        with self._lock:
            return 0 if self._closed else self.slots - sum(each.order is not None for each in self._places)

    def start(self, order: Order) -> None:
        process = self._given(order)
        if process is None:
            self._told.ended(order.job.id, order.attempt, "failed", errors.unstartable())
            return
        process.send(*codec.of_order(order))
        self._told.begun(order.job.id, order.attempt)

    def command(self, job_id: str, command: Command) -> None:
        place = self._having(job_id)
        if place and place.process:
            place.process.send(*codec.of_command(job_id, command))

    def kill(self, job_id: str) -> None:
        place = self._having(job_id)
        if place and place.process:
            with self._lock:
                place.order = None
                self._places.remove(place)
            place.process.kill()

    def find(self, owner: str, job_id: str) -> Order | None:  # noqa: ARG002  (slots die with their app)
        return None

    def take_over(self, order: Order) -> None:
        raise NotImplementedError

    def warm(self) -> None:
        """Have an idle slot, unless all of them train."""
        place = self._idle()
        if place:
            place.idle_since = self._clock()
        elif self.places():
            self._opened()

    def tick(self) -> None:
        """Let slots go that were idle for long."""
        with self._lock:
            idle = [each for each in self._places if each.order is None]
            due = [each for each in idle if self._clock() - each.idle_since > IDLE_SECONDS]
            self._places = [each for each in self._places if each not in due]
        for place in due:
            _retire(place)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            places, self._places = self._places, []
        for place in places:
            place.order = None
            if place.process:
                place.process.kill()
                place.process.process.wait()

    @property
    def _told(self) -> Reports:
        if self._reports is None:
            raise RuntimeError("the executor was not opened")
        return self._reports

    def _given(self, order: Order) -> SlotProcess | None:
        """Give the order to an idle slot or a new one; None if there is none."""
        while (place := self._idle() or self._opened()) is not None:
            with self._lock:
                if place in self._places:  # else it has died this moment
                    place.order = order
                    return place.process
        return None

    def _idle(self) -> Place | None:
        """An idle slot, one that is ready before one that still loads."""
        with self._lock:
            idle = [each for each in self._places if each.order is None]
            return min(idle, key=lambda each: not each.ready, default=None)

    def _having(self, job_id: str) -> Place | None:
        with self._lock:
            return next((each for each in self._places if each.order and each.order.job.id == job_id), None)

    def _opened(self) -> Place | None:
        """A new slot, None if the system gives no process."""
        place = Place(idle_since=self._clock())
        with self._lock:
            if self._closed:
                return None
            try:
                place.process = SlotProcess(
                    self._program,
                    self.threads,
                    lambda head, arrays: self._heard(place, head, arrays),
                    lambda: self._gone(place),
                )
            except OSError:
                LOG.exception("a slot cannot be started")
                return None
            self._places.append(place)
        return place

    def _heard(self, place: Place, head: dict[str, Any], arrays: Arrays) -> None:
        order = place.order
        if head["say"] == "ready":
            place.ready = True
        elif order is None or head["job"] != order.job.id:
            return
        elif head["say"] == "event":
            self._told.told(order.job.id, codec.event(head, dict(arrays)))
        else:
            process = place.process
            self._finish(place)
            attempt, state, message = codec.end(head)
            self._told.ended(order.job.id, attempt, state, message)
            if process is not None and message is not None:
                _explain(process, order.job.id, message)

    def _finish(self, place: Place) -> None:
        """Make a slot free, or replace it after many jobs."""
        with self._lock:
            place.order, place.idle_since = None, self._clock()
            place.jobs += 1
            worn = place.jobs >= JOBS_A_SLOT and place in self._places
            if worn:
                self._places.remove(place)
        if worn:
            _retire(place)

    def _gone(self, place: Place) -> None:
        with self._lock:
            order, place.order = place.order, None
            if place in self._places:
                self._places.remove(place)
        if order is not None and place.process is not None:
            code, tail = place.process.process.returncode, place.process.tail
            LOG.error("the slot of job %s ended with code %s; it last said:\n%s", order.job.id, code, tail)
            self._told.died(order.job.id, order.attempt)


def _explain(process: SlotProcess, job_id: str, message: Refusal) -> None:
    """Have the log say what a failure was whose number the learner sees: what a slot prints goes nowhere else."""
    if message.template == errors.failed("").template:
        number = str(message.values["number"])
        LOG.error("job %s failed, number %s; its slot last said:\n%s", job_id, number, process.said(number))


def cores() -> int:
    """Processor cores that this process may use."""
    mine = getattr(os, "sched_getaffinity", None)
    return len(mine(0)) if mine else os.cpu_count() or 1


def slots_wanted() -> int:
    """CNNVIZ_SLOTS if it is a whole number from 1 to 64, else one less than there are cores, and at least one."""
    value = os.environ.get(SETTING, "")
    if value.isascii() and value.isdigit() and 1 <= int(value) <= MOST_SLOTS:
        return int(value)
    if value:
        LOG.warning("%s must be a whole number from 1 to %d, not %r; it is ignored", SETTING, MOST_SLOTS, value)
    return max(1, cores() - 1)


def _retire(place: Place) -> None:
    if place.process:
        place.process.retire()
