"""Run one job to its end: what workers of both executors have in common."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Arrays, Event, Job, Payload
from cnnviz.jobs.protocol.executor import WorkItem
from cnnviz.jobs.scheduler import errors
from cnnviz.workers.training.commands import Cancelled, PollCommands

LOG = logging.getLogger(__name__)

Train = Callable[[Job, Callable[[str, Payload, Arrays], None], PollCommands], None]
EmitEvent = Callable[[Event], None]


def load_train() -> Train:
    """Load Keras and the data, which takes seconds, and return the function that trains.

    Missing data is logged and otherwise ignored: a job that needs it will be refused.
    """
    from cnnviz.workers import tf_runtime

    tf_runtime.limit_threads()
    from cnnviz.workers.training import train_job

    try:
        train_job.warm_up()
    except Refusal as refusal:
        LOG.warning("%s", refusal)
    return train_job.train


def run(train: Train, item: WorkItem, emit: EmitEvent, poll: PollCommands) -> tuple[str, Refusal | None]:
    """Train and emit events; return "done", "cancelled" or "failed", and why it failed.

    A `Refusal` is emitted as the event `refused`. Any other error is logged under a number that the visitor sees.
    """
    events = EventNumbering(item, emit)
    try:
        train(item.job, events.emit, poll)
    except Cancelled:
        return "cancelled", None
    except Refusal as refusal:
        events.emit("refused", refusal.to_json(), {})
        return "failed", refusal
    except Exception:  # the worker goes on to the next job
        number = secrets.token_hex(4)
        LOG.exception("training failed, number %s", number)
        return "failed", errors.program_error(number)
    return "done", None


class EventNumbering:
    """Number the events of a job, starting after those of an earlier attempt."""

    def __init__(self, item: WorkItem, emit: EmitEvent) -> None:
        self._seq, self._attempt, self._emit = item.last_seq, item.attempt, emit

    def emit(self, kind: str, payload: Payload, arrays: Arrays) -> None:
        self._seq += 1
        self._emit(Event(kind, self._seq, self._attempt, payload, arrays))
