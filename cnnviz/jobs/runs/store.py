"""The runs of every visitor on disk: what was to be trained, what the training told, and what came out.

A visitor has a folder, a run a folder in it (`run_files`). Nobody but its owner finds a run, and nothing that was
written is changed by a later crash: the table below is made from what is there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.networks import model_store
from cnnviz.core.networks.card import Card
from cnnviz.core.networks.network import Network
from cnnviz.core.training import protocol
from cnnviz.core.training.protocol import Event, Job
from cnnviz.jobs.runs import files, quota, record
from cnnviz.jobs.runs.files import Snapshot
from cnnviz.jobs.runs.record import Run

__all__ = ["ENDED", "Run", "RunStore", "Snapshot", "folder"]

MOST_RUNS = 60
LONGEST_TITLE = 64

ENDED = ("done", "cancelled", "failed", "lost")
"""States after which a run tells nothing more."""


def folder() -> Path:
    """Where runs are kept: the folder that CNNVIZ_RUNS names, or `runs` beside the app."""
    return Path(os.environ.get("CNNVIZ_RUNS") or Path(__file__).parents[3] / "runs")


@dataclass(frozen=True)
class RunStore:
    """The runs of one visitor. `owner` is 32 hexadecimal digits; `home` the folder of all visitors.

    Every method raises `Refusal` for a run that is not this visitor's.
    """

    owner: str
    home: Path

    def create(self, job: Job, title: str, *, experiment: str = "", arm: str = "") -> Run:
        """Note a new run, waiting. Raises `Refusal` where the visitor has `MOST_RUNS` already, or the disk no room."""
        if len(self._ids()) >= MOST_RUNS:
            raise Refusal(
                "A visitor may keep {most} runs. Received: one more. Delete runs that you no longer need.",
                most=MOST_RUNS,
            )
        quota.check(self.home)
        run = Run(
            id=job.id,
            title=checked_title(title),
            variant=job.variant,
            plan=job.plan,
            created=time.time(),
            experiment=experiment,
            arm=arm,
        )
        record.write_run(self._folder(job.id), run)
        self.keep_probe(job.id, job.probe)
        return run

    def keep_probe(self, run_id: str, digit: np.ndarray) -> None:
        """Keep the digit that the network is shown while it learns, (28, 28) uint8."""
        files.write_probe(self._folder(run_id), digit)

    def probe(self, run_id: str) -> np.ndarray:
        """That digit, (28, 28) uint8; blank where it is missing."""
        return files.read_probe(self._folder(run_id))

    def recorder(self, run_id: str) -> Callable[[Event], None]:
        """What takes the events of a run to disk; for the engine, called in order."""
        place = self._folder(run_id)
        return lambda event: files.record(place, event)

    def runs(self) -> tuple[Run, ...]:
        """All runs that can be read, the newest first."""
        found = (record.read_run(self._folder(run_id)) for run_id in self._ids())
        return tuple(sorted((run for run in found if run), key=lambda run: run.created, reverse=True))

    def run(self, run_id: str) -> Run:
        """One run."""
        found = record.read_run(self._folder(run_id))
        if found is None:
            raise Refusal("There is no such run. Received: {run}. Choose one from the table of your runs.", run=run_id)
        return found

    def amend(self, run_id: str, *, only: str = "", **changes: Any) -> Run | None:
        """Change some fields of a run's record and leave the others as they are by now.

        Args:
            run_id: Which run.
            only: The state that it must be in; "" for any.
            changes: Fields of `Run`.

        Returns:
            The new record, None where the run was deleted meanwhile or is in another state: nothing is written then.
        """
        return record.amend(
            self._folder(run_id), lambda run: replace(run, **changes) if only in ("", run.state) else None
        )

    def rename(self, run_id: str, title: str) -> None:
        """Give a run another title. Raises `Refusal` for one that is empty, too long or not visible."""
        self.run(run_id)
        self.amend(run_id, title=checked_title(title))

    def delete(self, run_id: str) -> None:
        """Forget a run and all that came of it."""
        record.delete(self._folder(run_id))

    def events(self, run_id: str) -> tuple[Event, ...]:
        """What the run told so far, without its large arrays."""
        return files.events(self._folder(run_id))

    def stamp(self, run_id: str) -> tuple[int, int]:
        """Changes whenever the run tells something: the time (ns) and size of its file of events."""
        return files.stamp(self._folder(run_id))

    def snapshots(self, run_id: str) -> tuple[Snapshot, ...]:
        """The moments that were kept, in order."""
        return files.snapshots(self._folder(run_id))

    def confusion(self, run_id: str, snapshot: Snapshot) -> np.ndarray:
        """`confusion[true][answered]` at a snapshot, (10, 10) counts of held-out digits."""
        return files.read_snapshot(self._folder(run_id), snapshot)["confusion"]

    def network_at(self, run_id: str, snapshot: Snapshot) -> Network:
        """The network as it was at a snapshot. It has no card."""
        arrays = files.read_snapshot(self._folder(run_id), snapshot)
        return Network(self.run(run_id).variant, files.weights(arrays))

    def card(self, run_id: str) -> Card | None:
        """The card of what came out, None where nothing has come out yet."""
        try:
            return model_store.card(protocol.network_name(run_id), self._folder(run_id))
        except Refusal:
            return None

    def version(self, run_id: str) -> str:
        """Changes whenever `network` would give another one; empty while there is none worth looking at.

        That is: what came out, and until then the network after its last finished epoch.
        """
        if (card := self.card(run_id)) is not None:
            return card.weights_sha256
        return max((kept.file for kept in self.snapshots(run_id) if kept.epoch), default="")

    def network(self, run_id: str) -> Network:
        """What came out of a run; if it was interrupted, the network as it was at the last snapshot, without a card.

        Raises `Refusal` where neither is there.
        """
        if self.card(run_id) is not None:
            return model_store.load(protocol.network_name(run_id), self._folder(run_id))
        kept = self.snapshots(run_id)
        if not kept:
            raise Refusal(
                "{title} has learned nothing yet, so there is nothing to look at. Train it first.",
                title=self.run(run_id).title,
            )
        return self.network_at(run_id, kept[-1])

    def checkpoint(self, run_id: str) -> Event | None:
        """The newest `checkpoint` event with its arrays, from which a job can go on; None where there is none."""
        return files.checkpoint(self._folder(run_id))

    @property
    def _place(self) -> Path:
        return self.home / self.owner

    def _folder(self, run_id: str) -> Path:
        return self._place / protocol.checked_id(run_id)

    def _ids(self) -> list[str]:
        return [path.parent.name for path in self._place.glob("*/run.json")] if self._place.is_dir() else []


def checked_title(title: object) -> str:
    """`title` if people can read it and tell it from others."""
    text = " ".join(title.split()) if isinstance(title, str) else ""
    if 1 <= len(text) <= LONGEST_TITLE and text.isprintable():
        return text
    raise Refusal(
        "A run's `title` must be 1 to {most} visible characters. Received: {title}. Choose a shorter, plain one.",
        most=LONGEST_TITLE,
        title=title if isinstance(title, str) else type(title).__name__,
    )
