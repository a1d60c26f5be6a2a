"""What travels between the app and a training worker: the job, commands to it, and the events that it tells.

All of it is numbers and short strings: JSON facts and raw arrays, never pickles.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan

Arrays = Mapping[str, np.ndarray]
Facts = Mapping[str, Any]

COMMANDS = ("pause", "resume", "stop", "cancel", "more", "probe")
"""`stop` ends the training and keeps the result, `cancel` throws it away, `more` adds one epoch to the plan, `probe`
brings another digit (array `digit`, (28, 28) uint8)."""

DIVERGED = gettext_noop(
    "Training must stay finite. Received: a loss or weight that is not a number in epoch {epoch}. "
    "Choose a smaller learning rate."
)
"""What a job says whose numbers grew beyond all bounds: with its result, or as a refusal if that was in epoch 1."""


@dataclass(frozen=True, kw_only=True)
class DataReference:
    """Which data a job learns from: the content's SHA-256 and how many training digits it has."""

    name: str
    sha256: str
    count: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """A training job as plain data.

    Args:
        id: 16 hexadecimal digits, random; the run and the network that comes out have it in their names.
        variant: What is trained. Its name is `network_name(id)`.
        plan: How; it holds the seed.
        data: What it must find on the worker; a worker with other data refuses.
        probe: (28, 28) uint8: the visitor's digit, shown to the network while it learns.
        checkpoint: Empty, or the arrays of an earlier job's last `checkpoint` event, to go on from there.
        progress: Empty, or that event's facts.
    """

    id: str
    variant: Architecture
    plan: TrainingPlan
    data: DataReference
    probe: np.ndarray
    checkpoint: Arrays = field(default_factory=dict)
    progress: Facts = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """Everything but the arrays, for `json.dumps`."""
        return {
            "id": self.id,
            "variant": self.variant.to_json(),
            "plan": self.plan.to_json(),
            "data": {"name": self.data.name, "sha256": self.data.sha256, "count": self.data.count},
            "progress": dict(self.progress),
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays by name: `probe` and `checkpoint/...`."""
        kept = {f"checkpoint/{name}": array for name, array in self.checkpoint.items()}
        return {"probe": self.probe, **kept}

    @classmethod
    def restore(cls, facts: object, arrays: Arrays) -> Job:
        """The job that `facts` and `arrays` describe. Raises `Refusal` for anything else."""
        table = checks.table("job", facts, {"id", "variant", "plan", "data", "progress"})
        data = checks.table("job's data", table["data"], {"name", "sha256", "count"})
        prefix = "checkpoint/"
        return cls(
            id=check_id(table["id"]),
            variant=Architecture.from_json(table["variant"]),
            plan=TrainingPlan.from_json(table["plan"]),
            data=DataReference(**data),
            probe=_check_probe(arrays.get("probe")),
            checkpoint={name.removeprefix(prefix): a for name, a in arrays.items() if name.startswith(prefix)},
            progress=dict(table["progress"]),
        )


@dataclass(frozen=True, eq=False)
class Command:
    """Something that a learner asks of a running job; `kind` is one of `COMMANDS`."""

    kind: str
    arrays: Arrays = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Event:
    """Something that a job tells. `docs/training.md` lists the kinds with their facts and arrays.

    `seq` counts a job's events from 1, also over attempts; `attempt` is 1, or 2 after its worker died.
    """

    kind: str
    seq: int
    attempt: int
    facts: Facts
    arrays: Arrays = field(default_factory=dict)


def make_id() -> str:
    """A random id for a job."""
    return secrets.token_hex(8)


def make_network_name(job_id: str) -> str:
    """The name of the network that a job makes, as links and the shelf spell it."""
    return f"run-{check_id(job_id)}"


def parse_run_id(name: str) -> str | None:
    """The id of the run that made a network, from the network's name; None for a network of the shelf."""
    found = re.fullmatch("run-([0-9a-f]{16})", name)
    return found[1] if found else None


def check_id(value: object) -> str:
    """`value` if it is a job's id. Raises `Refusal` for anything else, so that it can be part of a path."""
    if isinstance(value, str) and len(value) == 16 and set(value) <= set("0123456789abcdef"):
        return value
    raise Refusal(
        "A run's `id` must be 16 hexadecimal digits. Received: {value}. Choose a run from the table.",
        value=checks.repr_of(value),
    )


def _check_probe(digit: object) -> np.ndarray:
    if isinstance(digit, np.ndarray) and digit.shape == (28, 28) and digit.dtype == np.uint8:
        return digit
    raise Refusal(
        "`probe` must be 28 × 28 pixels of uint8. Received: {value}. Draw a digit first.",
        value=getattr(digit, "shape", type(digit).__name__),
    )
