"""One job from its order to its end: what a slot and a worker of a cluster have in common."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Arrays, Command, Event, Facts, Job
from cnnviz.jobs.protocol.executor import WorkItem
from cnnviz.jobs.scheduler import errors
from cnnviz.workers.training.commands import Cancelled

LOG = logging.getLogger(__name__)

Inbox = Callable[[], Sequence[Command]]
Train = Callable[[Job, Callable[[str, Facts, Arrays], None], Inbox], None]
Tell = Callable[[Event], None]


def run(train: Train, order: WorkItem, tell: Tell, inbox: Inbox) -> tuple[str, Refusal | None]:
    """Train and tell; returns "done", "cancelled" or "failed", and why it failed.

    A `Refusal` is told as the event `refused`. Any other error goes to the log under a number that the learner sees.
    """
    counter = Counter(order, tell)
    try:
        train(order.job, counter.emit, inbox)
    except Cancelled:
        return "cancelled", None
    except Refusal as refusal:
        counter.emit("refused", refusal.to_json(), {})
        return "failed", refusal
    except Exception:  # the worker goes on to the next job
        number = secrets.token_hex(4)
        LOG.exception("training failed, number %s", number)
        return "failed", errors.program_error(number)
    return "done", None


class Counter:
    """Numbers what a job tells, on from what an earlier attempt told."""

    def __init__(self, order: WorkItem, tell: Tell) -> None:
        self._seq, self._attempt, self._tell = order.last_seq, order.attempt, tell

    def emit(self, kind: str, facts: Facts, arrays: Arrays) -> None:
        self._seq += 1
        self._tell(Event(kind, self._seq, self._attempt, facts, arrays))
