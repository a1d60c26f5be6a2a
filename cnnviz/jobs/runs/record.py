"""The record of one run, run.json: replaced as a whole, by one thread at a time.

A full disk has no room for a new record. So that a run can end all the same, its folder has a file of a fixed size,
ending.json, blank until then: it is written in place, which needs no room.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan

MAX_TITLE_LENGTH = 64

ENDING_BYTES = 2_048
"""Size of ending.json: a state, a word and a refusal of at most 300 characters and short values."""

MAX_RECORD_BYTES = 1_000_000
"""A longer run.json is not read."""

STATES = ("planned", "queued", "done", "cancelled", "failed", "lost")
"""States that a record may have."""

MAX_WORD_LENGTH = 100
"""Characters of `ended`, `experiment` and `arm`."""

MAX_TIME = 1e11
"""Largest `created`, in seconds since 1970."""

UNREADABLE = (OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""Whatever reading a damaged file may raise; a `Refusal` is a ValueError."""

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
        names = {field.name for field in fields(cls)} - {"architecture"} | {"variant"}
        table = dict(checks.table("run", data, names))
        check_title(table["title"])
        checks.number("created", table["created"], 0, MAX_TIME)
        checks.choice("state", table["state"], STATES)
        for name in ("ended", "experiment", "arm"):
            _check_word(name, table[name])
        if table["message"] is not None:
            Refusal.from_json(table["message"])
        architecture = Architecture.from_json(table.pop("variant"))
        return cls(**table | {"architecture": architecture, "plan": TrainingPlan.from_json(table["plan"])})


def write_run(folder: Path, run: Run) -> None:
    """Write a run's record. Raises `OSError`."""
    atomic_file.write(folder / "run.json", json.dumps(run.to_json(), ensure_ascii=False).encode())


def read_run(folder: Path) -> Run | None:
    """Return a run's record, None if there is none that can be read.

    A folder that is a link, or whose record is another run's, is not read: its files belong somewhere else.
    """
    try:
        if folder.is_symlink():
            return None
        with (folder / "run.json").open("rb") as file:
            data = file.read(MAX_RECORD_BYTES + 1)
        run = Run.from_json(json.loads(data)) if len(data) <= MAX_RECORD_BYTES else None
    except UNREADABLE:
        return None
    if run is None or run.id != folder.name:
        return None
    return _with_ending(folder, run) if run.state in ("planned", "queued") else run


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
            _write_ending(folder, {})
        return changed


def end(folder: Path, change: Callable[[Run], Run | None]) -> None:
    """Amend a record with how its run ended; where the disk is full, in the place that was kept for it.

    Raises `OSError` if there is none.
    """
    try:
        amend(folder, change)
    except OSError:
        with _write_lock:
            known = read_run(folder)
            changed = None if known is None else change(known)
            if changed is not None and not _write_ending(folder, {name: getattr(changed, name) for name in ENDING}):
                raise


ENDING = ("state", "ended", "message")
"""Fields of a record that say how a run ended."""


def reserve_ending(folder: Path) -> None:
    """Keep room for how a run ends. Raises `OSError`."""
    atomic_file.write(folder / "ending.json", b" " * ENDING_BYTES, durable=False)


def _write_ending(folder: Path, ending: Mapping[str, Any]) -> bool:
    """Write how a run ended, or blank it where that is empty, in place; return whether it is there now."""
    data = json.dumps(dict(ending)).encode() if ending else b""
    if len(data) > ENDING_BYTES:
        data = json.dumps({**ending, "message": None}).encode()
    try:
        with (folder / "ending.json").open("r+b") as file:
            file.write(data.ljust(ENDING_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return False
    return True


def _with_ending(folder: Path, run: Run) -> Run:
    """Return a run that has not ended by its record as it ended by ending.json, if that says so."""
    try:
        data = (folder / "ending.json").read_bytes().strip()
        if not data:
            return run
        ending = checks.table("ending", json.loads(data), set(ENDING))
        return Run.from_json(replace(run, **ending).to_json())
    except UNREADABLE:
        return run


def delete(folder: Path) -> None:
    """Delete a run and all of its files; the record first, so that nothing is written for it any more.

    Of a folder that is a link, the link alone is deleted.
    """
    if folder.is_symlink():
        folder.unlink(missing_ok=True)
        return
    with _write_lock, contextlib.suppress(IsADirectoryError):  # that goes with all the rest
        (folder / "run.json").unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def check_title(title: object) -> str:
    """Return `title` without needless spaces. Raises `Refusal` if it is empty, too long or not visible."""
    text = " ".join(title.split()) if isinstance(title, str) else ""
    if 1 <= len(text) <= MAX_TITLE_LENGTH and text.isprintable():
        return text
    raise Refusal(
        "The name of a run must have 1 to {most} visible characters. Received: {title}. Choose a shorter, plain one.",
        most=MAX_TITLE_LENGTH,
        title=title if isinstance(title, str) else type(title).__name__,
    )


def _check_word(argument: str, value: object) -> None:
    if not isinstance(value, str) or len(value) > MAX_WORD_LENGTH or not value.isprintable():
        raise Refusal(
            "`{argument}` must be a word of at most {most} characters. Received: {value}. Delete this run.",
            argument=argument,
            most=MAX_WORD_LENGTH,
            value=checks.repr_of(value),
        )
