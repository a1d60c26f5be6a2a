"""A visitor's unfinished design on Train (network, plan, guesses), kept beside the runs for a reload."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cnnviz.core import atomic_file
from cnnviz.core.networks.architecture import MAX_LAYERS
from cnnviz.core.networks.draft import ArchitectureDraft
from cnnviz.core.training.plan_draft import PlanDraft, make_default_draft

LOG = logging.getLogger(__name__)

FILE = "design.json"

MAX_BYTES = 100_000
"""Size of the largest file that is read; 250 layers take a quarter of it."""

NO_GUESSES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Design:
    """A visitor's unfinished design.

    Attributes:
        draft: The network.
        plan: How it is to be trained.
        guesses: Experiment -> the visitor's guess.
    """

    draft: ArchitectureDraft
    plan: PlanDraft
    guesses: Mapping[str, str] = field(default_factory=lambda: NO_GUESSES)

    def to_text(self) -> str:
        """Return this design as JSON."""
        rows = [dict(row) for row in self.draft.rows]
        table = {"rows": rows, "input_shape": self.draft.input_shape}
        return json.dumps(table | {"plan": dict(self.plan.values), "guesses": dict(self.guesses)})

    @classmethod
    def from_text(cls, text: str) -> Design:
        """Return the design that `to_text` wrote. Raises `ValueError` for anything else."""
        try:
            table = json.loads(text)
            rows, plan, guesses = table["rows"], table["plan"], table["guesses"]
            height, width, channels = map(int, table["input_shape"])
            made = tuple({str(name): _setting(value) for name, value in row.items()} for row in rows[:MAX_LAYERS])
            names = make_default_draft(1_000).values
            if plan.keys() != names.keys() or not all(map(_is_text, (*guesses, *guesses.values()))):
                raise ValueError("unknown settings")
            values = {name: _setting(plan[name]) for name in names}
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("not a design") from error
        return cls(ArchitectureDraft(made, (height, width, channels)), PlanDraft(values), dict(guesses))


def _setting(value: Any) -> Any:
    """Return a setting as a draft has it: JSON keeps a tuple as a list. Raises `ValueError` for what is none."""
    if isinstance(value, list) and all(isinstance(part, int) for part in value):
        return tuple(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise ValueError("not a setting")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def load(folder: Path) -> Design | None:
    """Return what is kept in a visitor's folder, None if there is nothing that can be read."""
    with contextlib.suppress(OSError, ValueError):
        path = folder / FILE
        if path.stat().st_size <= MAX_BYTES:
            return Design.from_text(path.read_text(encoding="utf-8"))
    return None


def save(folder: Path, design: Design) -> None:
    """Keep a design in a visitor's folder. A full disk loses it and nothing else; that is logged."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        atomic_file.write(folder / FILE, design.to_text().encode(), durable=False)
    except OSError as error:
        LOG.error("cannot keep a visitor's design: %s", error)
