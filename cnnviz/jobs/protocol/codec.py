"""Encode work items, commands and events as messages (header, arrays), and decode them again.

Both executors use these messages. A worker of a cluster may be older than the app that asks it, so the keys of a
header are fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Arrays, Command, Event, Job
from cnnviz.jobs.protocol.executor import WorkItem
from cnnviz.jobs.protocol.framing import Header

Message = tuple[dict[str, Any], Arrays]


def encode_work_item(item: WorkItem) -> Message:
    """Encode a work item without its owner, which workers need not know."""
    header = {"do": "train", "job": item.job.to_json(), "attempt": item.attempt, "told": item.last_seq}
    return header, item.job.pack_arrays()


def decode_work_item(header: Header, arrays: Arrays) -> WorkItem:
    """Decode a work item. Raises `Refusal` if its job is invalid."""
    return WorkItem("", Job.restore(header["job"], arrays), int(header["attempt"]), int(header["told"]))


def encode_command(job_id: str, command: Command) -> Message:
    """Encode a command for a job."""
    return {"do": "command", "job": job_id, "kind": command.kind}, command.arrays


def decode_command(header: Header, arrays: Arrays) -> Command:
    """Decode a command; its job is `header["job"]`."""
    return Command(str(header["kind"]), arrays)


def encode_event(job_id: str, event: Event) -> Message:
    """Encode an event of a job."""
    header = {
        "say": "event",
        "job": job_id,
        "kind": event.kind,
        "seq": event.seq,
        "attempt": event.attempt,
        "facts": dict(event.payload),
    }
    return header, event.arrays


def decode_event(header: Header, arrays: Mapping[str, np.ndarray]) -> Event:
    """Decode an event; its job is `header["job"]`."""
    seq, attempt = int(header["seq"]), int(header["attempt"])
    return Event(str(header["kind"]), seq, attempt, dict(header["facts"]), dict(arrays))


def encode_end(job_id: str, attempt: int, state: str, message: Refusal | None) -> Message:
    """Encode how a job ended."""
    reason = message.to_json() if message else {}
    return {"say": "ended", "job": job_id, "attempt": attempt, "state": state, "message": reason}, {}


def decode_end(header: Header) -> tuple[int, str, Refusal | None]:
    """Decode how a job ended: attempt, state and reason."""
    reason = header["message"]
    message = Refusal.from_json(reason) if reason else None
    return int(header["attempt"]), str(header["state"]), message
