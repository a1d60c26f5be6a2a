"""Orders, commands and events as messages: what travels between the app and a worker, whichever executor runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Arrays, Command, Event, Job
from cnnviz.jobs.protocol.executor import Order

Message = tuple[dict[str, Any], Arrays]
Head = Mapping[str, Any]


def of_order(order: Order) -> Message:
    """An order without its owner, who is nobody's business over there."""
    head = {"do": "train", "job": order.job.facts(), "attempt": order.attempt, "told": order.told}
    return head, order.job.arrays()


def order(head: Head, arrays: Arrays) -> Order:
    """The order that a message brings. Raises `Refusal` if its job is none."""
    return Order("", Job.restored(head["job"], arrays), int(head["attempt"]), int(head["told"]))


def of_command(job_id: str, command: Command) -> Message:
    return {"do": "command", "job": job_id, "kind": command.kind}, command.arrays


def command(head: Head, arrays: Arrays) -> Command:
    return Command(str(head["kind"]), arrays)


def of_event(job_id: str, event: Event) -> Message:
    head = {
        "say": "event",
        "job": job_id,
        "kind": event.kind,
        "seq": event.seq,
        "attempt": event.attempt,
        "facts": dict(event.facts),
    }
    return head, event.arrays


def event(head: Head, arrays: Mapping[str, np.ndarray]) -> Event:
    return Event(str(head["kind"]), int(head["seq"]), int(head["attempt"]), dict(head["facts"]), dict(arrays))


def of_end(job_id: str, attempt: int, state: str, message: Refusal | None) -> Message:
    said = message.to_json() if message else {}
    return {"say": "ended", "job": job_id, "attempt": attempt, "state": state, "message": said}, {}


def end(head: Head) -> tuple[int, str, Refusal | None]:
    """Attempt, state and reason of an end."""
    said = head["message"]
    message = Refusal.from_json(said) if said else None
    return int(head["attempt"]), str(head["state"]), message
