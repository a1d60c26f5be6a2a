"""The messages between the app and a training worker: jobs, commands to them, and the events that they report.

All of it is numbers and short strings: JSON payloads and raw arrays, never pickles.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan

Arrays = Mapping[str, np.ndarray]
Payload = Mapping[str, Any]

COMMANDS = ("pause", "resume", "stop", "cancel", "more", "probe")
"""`stop` ends the training and keeps the result, `cancel` discards it, `more` adds one epoch to the plan, `probe` sets
another digit (array `digit`, (28, 28) uint8)."""

DIVERGED = gettext_noop(
    "Training must stay finite. Received: a loss or weight that is not a number in epoch {epoch}. "
    "Choose a smaller learning rate."
)
"""Message of a job that diverged: added to its result, or the refusal if that was in epoch 1."""


@dataclass(frozen=True, kw_only=True)
class DataReference:
    """The data set that a job trains on.

    Attributes:
        name: Name of the data set.
        sha256: Hash of the content.
        count: Number of training digits.
        owner: The visitor whose own set it is, as the store of sets names visitors; "" for data that all may read. Its
            key in JSON is there for own sets alone.
    """

    name: str
    sha256: str
    count: int
    owner: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """A training job as plain data.

    Attributes:
        id: 16 hexadecimal digits, random; part of the names of the run and of the trained network.
        architecture: The architecture to train; its name is `make_network_name(id)`.
        plan: How to train it; it holds the seed.
        data: The data that the worker must have; a worker with other data refuses the job.
        probe: (28, 28) uint8: the visitor's digit, shown to the network during training.
        checkpoint: Empty, or the arrays of an earlier job's last `checkpoint` event, to resume from.
        progress: Empty, or the payload of that event.
    """

    id: str
    architecture: Architecture
    plan: TrainingPlan
    data: DataReference
    probe: np.ndarray
    checkpoint: Arrays = field(default_factory=dict)
    progress: Payload = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return everything but the arrays, for `json.dumps`."""
        return {
            "id": self.id,
            "variant": self.architecture.to_json(),
            "plan": self.plan.to_json(),
            "data": {name: value for name, value in asdict(self.data).items() if name != "owner" or value},
            "progress": dict(self.progress),
        }

    def pack_arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays by name: `probe` and `checkpoint/...`."""
        kept = {f"checkpoint/{name}": array for name, array in self.checkpoint.items()}
        return {"probe": self.probe, **kept}

    @classmethod
    def restore(cls, data: object, arrays: Arrays) -> Job:
        """Rebuild the job from `data` (see `to_json`) and `arrays`. Raises `Refusal` for anything else."""
        table = checks.table("job", data, {"id", "variant", "plan", "data", "progress"})
        owned = {"owner"} & set(table["data"]) if isinstance(table["data"], dict) else set()
        reference = checks.table("job's data", table["data"], {"name", "sha256", "count"} | owned)
        prefix = "checkpoint/"
        return cls(
            id=check_id(table["id"]),
            architecture=Architecture.from_json(table["variant"]),
            plan=TrainingPlan.from_json(table["plan"]),
            data=DataReference(**reference),
            probe=_check_probe(arrays.get("probe")),
            checkpoint={name.removeprefix(prefix): a for name, a in arrays.items() if name.startswith(prefix)},
            progress=dict(table["progress"]),
        )


@dataclass(frozen=True, eq=False)
class Command:
    """A request to a running job.

    Attributes:
        kind: One of `COMMANDS`.
        arrays: The arrays that it carries, by name.
    """

    kind: str
    arrays: Arrays = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Event:
    """A report of a job. `docs/training.md` lists the kinds with their payload and arrays.

    Attributes:
        kind: What is reported.
        seq: Number of the event in its job, from 1, over all attempts.
        attempt: 1, or 2 after the job's worker died.
        payload: Plain data for `json.dumps`.
        arrays: The arrays that it carries, by name.
    """

    kind: str
    seq: int
    attempt: int
    payload: Payload
    arrays: Arrays = field(default_factory=dict)


def make_id() -> str:
    """Make a random id for a job."""
    return secrets.token_hex(8)


def make_network_name(job_id: str) -> str:
    """Return the name, in links and in the model store, of the network that a job trains."""
    return f"run-{check_id(job_id)}"


def parse_run_id(name: str) -> str | None:
    """Return the id of the run that trained the network `name`; None for a network of the model store."""
    found = re.fullmatch("run-([0-9a-f]{16})", name)
    return found[1] if found else None


def is_id(text: str) -> bool:
    """Return whether `text` is a job's id: 16 hexadecimal digits."""
    return len(text) == 16 and set(text) <= set("0123456789abcdef")


def check_id(value: object) -> str:
    """Return `value` if it is a job's id. Raises `Refusal` for anything else, so that it is safe in a path."""
    if isinstance(value, str) and is_id(value):
        return value
    raise Refusal(
        "A run's `id` must be 16 hexadecimal digits. Received: {value}. Choose a run from the table.",
        value=checks.repr_of(value),
    )


def _check_probe(digit: object) -> np.ndarray:
    """Return `digit` if it is (28, 28) uint8. Raises `Refusal` for anything else."""
    if isinstance(digit, np.ndarray) and digit.shape == (28, 28) and digit.dtype == np.uint8:
        return digit
    raise Refusal(
        "`probe` must be 28 × 28 pixels of uint8. Received: {value}. Draw a digit first.",
        value=getattr(digit, "shape", type(digit).__name__),
    )
