"""The record of one run, run.json: replaced as a whole, and changed by one at a time."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan

_one_at_a_time = threading.Lock()
"""Held while a record is read and written again: the engine, pages and series of trainings all change records."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a visitor.

    Args:
        id: That of its job.
        title: What the visitor calls it.
        variant: What is trained.
        plan: How; `plan.epochs` grows when epochs are added.
        created: Seconds since 1970.
        state: As it was last written: "queued", or one of `cnnviz.jobs.runs.store.ENDED`. While it runs the engine
            knows better; a run that is "queued" here and unknown to the engine was interrupted.
        ended: Why a finished one ended: finished, early, stopped, diverged, time.
        message: A refusal as template and values, or None.
        experiment: Which trial of an experiment it belongs to, or "".
        arm: Which arm of it.
    """

    id: str
    title: str
    variant: Architecture
    plan: TrainingPlan
    created: float
    state: str = "queued"
    ended: str = ""
    message: Mapping[str, Any] | None = None
    experiment: str = ""
    arm: str = ""

    def to_json(self) -> dict[str, Any]:
        """This record as plain data for `json.dumps`."""
        plain = {name: getattr(self, name) for name in ("id", "title", "created", "state", "ended", "message")}
        named = {"experiment": self.experiment, "arm": self.arm}
        return plain | named | {"variant": self.variant.to_json(), "plan": self.plan.to_json()}

    @classmethod
    def from_json(cls, data: object) -> Run:
        """The record that `to_json` described. Raises `Refusal` for anything else."""
        table = checks.table("run", data, set(cls.__dataclass_fields__))
        if table["message"] is not None:
            Refusal.from_json(table["message"])
        return cls(
            **table
            | {"variant": Architecture.from_json(table["variant"]), "plan": TrainingPlan.from_json(table["plan"])}
        )


def write_run(place: Path, run: Run) -> None:
    """Write a run's record. Raises `OSError`."""
    atomic_file.write(place / "run.json", json.dumps(run.to_json(), ensure_ascii=False).encode())


def read_run(place: Path) -> Run | None:
    """A run's record, None where there is none that can be read."""
    try:
        return Run.from_json(json.loads((place / "run.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # a Refusal is a ValueError
        return None


def amend(place: Path, change: Callable[[Run], Run | None]) -> Run | None:
    """Write what `change` makes of a run's record, with nobody else in between.

    Returns the new record; None, and nothing is written, where there is no record or `change` gives None. Raises
    `OSError`.
    """
    with _one_at_a_time:
        known = read_run(place)
        changed = None if known is None else change(known)
        if changed is not None:
            write_run(place, changed)
        return changed


def delete(place: Path) -> None:
    """Remove a run and all that came of it; first the record, so that nothing is written for it any more."""
    with _one_at_a_time:
        (place / "run.json").unlink(missing_ok=True)
    shutil.rmtree(place, ignore_errors=True)
