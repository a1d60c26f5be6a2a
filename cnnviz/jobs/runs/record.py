"""The record of one run, run.json: replaced as a whole, by one thread at a time."""

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

_write_lock = threading.Lock()
"""Held while a record is read and written again: the scheduler, pages and the planner all change records."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a visitor.

    Attributes:
        id: Id of its job.
        title: The visitor's name for it.
        architecture: What is trained; its JSON key is "variant".
        plan: How; `plan.epochs` grows when epochs are added.
        created: Seconds since 1970.
        state: As it was last written: "planned", "queued", or one of `cnnviz.jobs.runs.store.ENDED`. While it runs the
            scheduler knows better; a run that is "queued" here and unknown to the scheduler was interrupted.
        ended: Why a finished one ended: finished, early, stopped, diverged, time.
        message: A refusal as template and values, or None.
        experiment: The run of an experiment that it belongs to, or "".
        arm: The arm of that experiment, or "".
    """

    id: str
    title: str
    architecture: Architecture
    plan: TrainingPlan
    created: float
    state: str = "queued"
    ended: str = ""
    message: Mapping[str, Any] | None = None
    experiment: str = ""
    arm: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return this record as plain data for `json.dumps`."""
        plain = {name: getattr(self, name) for name in ("id", "title", "created", "state", "ended", "message")}
        named = {"experiment": self.experiment, "arm": self.arm}
        return plain | named | {"variant": self.architecture.to_json(), "plan": self.plan.to_json()}

    @classmethod
    def from_json(cls, data: object) -> Run:
        """Restore the record that `to_json` described. Raises `Refusal` for anything else."""
        table = dict(checks.table("run", data, set(cls.__dataclass_fields__) - {"architecture"} | {"variant"}))
        if table["message"] is not None:
            Refusal.from_json(table["message"])
        architecture = Architecture.from_json(table.pop("variant"))
        return cls(**table | {"architecture": architecture, "plan": TrainingPlan.from_json(table["plan"])})


def write_run(folder: Path, run: Run) -> None:
    """Write a run's record. Raises `OSError`."""
    atomic_file.write(folder / "run.json", json.dumps(run.to_json(), ensure_ascii=False).encode())


def read_run(folder: Path) -> Run | None:
    """Return a run's record, None if there is none that can be read."""
    try:
        return Run.from_json(json.loads((folder / "run.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # a Refusal is a ValueError
        return None


def amend(folder: Path, change: Callable[[Run], Run | None]) -> Run | None:
    """Read a run's record, pass it to `change` and write the result, as one transaction.

    Returns the new record; None, and nothing is written, if there is no record or `change` returns None. Raises
    `OSError`.
    """
    with _write_lock:
        known = read_run(folder)
        changed = None if known is None else change(known)
        if changed is not None:
            write_run(folder, changed)
        return changed


def delete(folder: Path) -> None:
    """Delete a run and all of its files; the record first, so that nothing is written for it any more."""
    with _write_lock:
        (folder / "run.json").unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
