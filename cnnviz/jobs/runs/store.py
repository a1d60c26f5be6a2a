"""Store the runs of all visitors on disk: plans, events, snapshots and results.

Each visitor has a folder, each run a folder in it (`files`). Only its owner finds a run, and a crash never changes what
was written before: the table of runs is made from what is there.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import evaluation
from cnnviz.core.evaluation.evaluation import Evaluation
from cnnviz.core.lessons.filters import patches
from cnnviz.core.lessons.filters.patches import NetworkPatches
from cnnviz.core.networks import model_store
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.network import Network
from cnnviz.core.training import protocol
from cnnviz.core.training.protocol import Event, Job
from cnnviz.jobs.runs import files, quota, record
from cnnviz.jobs.runs.files import Snapshot
from cnnviz.jobs.runs.record import Run

__all__ = ["ENDED", "Run", "RunStore", "Snapshot", "folder"]

MAX_RUNS = 60

ENDED = ("done", "cancelled", "failed", "lost")
"""States in which a run has no more events."""


def folder() -> Path:
    """Return the folder of all runs: CNNVIZ_RUNS, or `runs` beside the app."""
    return Path(os.environ.get("CNNVIZ_RUNS") or Path(__file__).parents[3] / "runs")


@dataclass(frozen=True)
class RunStore:
    """The runs of one visitor. Every method raises `Refusal` for a run that is not this visitor's.

    Attributes:
        owner: The visitor's id, 32 hexadecimal digits.
        home: The folder of all visitors.
    """

    owner: str
    home: Path

    def create(self, job: Job, title: str, *, experiment: str = "", arm: str = "", state: str = "queued") -> Run:
        """Create the record of a new run. Raises `Refusal` if the visitor has `MAX_RUNS`, or all runs their limit.

        Raises `OSError`, and leaves nothing, if the disk is full or cannot be written.
        """
        if len(self._ids()) >= MAX_RUNS:
            raise Refusal(
                "You may keep {most} runs, and this would be one more. Delete runs that you no longer need: “More” "
                "beside a run, then “Delete this run”.",
                most=MAX_RUNS,
            )
        quota.check(self.home)
        run = Run(
            id=job.id,
            title=record.check_title(title),
            architecture=job.architecture,
            plan=job.plan,
            created=time.time(),
            state=state,
            experiment=experiment,
            arm=arm,
        )
        folder = self._folder(job.id)
        try:
            record.write_run(folder, run)
            record.reserve_ending(folder)
            self.keep_probe(job.id, job.probe)
        except OSError:
            with contextlib.suppress(OSError):
                record.delete(folder)
            raise
        return run

    def keep_probe(self, run_id: str, digit: np.ndarray) -> None:
        """Write the digit that the network is shown while it learns, (28, 28) uint8."""
        files.write_probe(self._folder(run_id), digit)

    def probe(self, run_id: str) -> np.ndarray:
        """Return that digit, (28, 28) uint8; blank if it is missing."""
        return files.read_probe(self._folder(run_id))

    def recorder(self, run_id: str) -> Callable[[Event], None]:
        """Return what writes the events of a run to disk; the scheduler calls it in order."""
        folder = self._folder(run_id)
        return lambda event: files.record(folder, event)

    def runs(self) -> tuple[Run, ...]:
        """Return all runs that can be read, newest first."""
        found = (record.read_run(self._folder(run_id)) for run_id in self._ids())
        return tuple(sorted((run for run in found if run), key=lambda run: run.created, reverse=True))

    def list_damaged(self) -> tuple[str, ...]:
        """Return the ids of the runs whose record cannot be read; they can only be deleted."""
        return tuple(sorted(run_id for run_id in self._ids() if record.read_run(self._folder(run_id)) is None))

    def has(self, run_id: str) -> bool:
        """Return whether there is a record of a run, readable or not. Raises `OSError` if that cannot be found out."""
        return (self._folder(run_id) / "run.json").is_file()

    def run(self, run_id: str) -> Run:
        """Return one run."""
        found = record.read_run(self._folder(run_id))
        if found is None:
            raise Refusal("There is no such run. Received: {run}. Choose one from the table of your runs.", run=run_id)
        return found

    def amend(self, run_id: str, *, only: str = "", **changes: Any) -> Run | None:
        """Change some fields of a run's record and leave the others as they are on disk.

        Args:
            run_id: Which run.
            only: The state that it must be in; "" for any.
            changes: Fields of `Run`.

        Returns:
            The new record; None, and nothing is written, if the run was deleted meanwhile or is in another state.
        """
        return record.amend(
            self._folder(run_id), lambda run: replace(run, **changes) if only in ("", run.state) else None
        )

    def rename(self, run_id: str, title: str) -> None:
        """Change a run's title. Raises `Refusal` for one that is empty, too long or not visible."""
        self.run(run_id)
        self.amend(run_id, title=record.check_title(title))

    def delete(self, run_id: str) -> None:
        """Delete a run and all of its files."""
        record.delete(self._folder(run_id))

    def events(self, run_id: str) -> tuple[Event, ...]:
        """Return the events of a run that can be read, without its large arrays."""
        return files.read_events(self._folder(run_id))[0]

    def count_damaged_events(self, run_id: str) -> int:
        """Return how many events of a run cannot be read."""
        return files.read_events(self._folder(run_id))[1]

    def stamp(self, run_id: str) -> tuple[int, int]:
        """Return a value that changes with every event: the time (ns) and size (bytes) of the file of events."""
        return files.get_stamp(self._folder(run_id))

    def snapshots(self, run_id: str) -> tuple[Snapshot, ...]:
        """Return the snapshots of a run, in order."""
        return files.read_snapshots(self._folder(run_id))

    def confusion(self, run_id: str, snapshot: Snapshot) -> np.ndarray:
        """Return `confusion[true][answered]` at a snapshot, (10, 10) counts of held-out digits."""
        return files.read_confusion(self._folder(run_id), snapshot)

    def network_at(self, run_id: str, snapshot: Snapshot) -> Network:
        """Return the network as it was at a snapshot, without a card."""
        run, arrays = self.run(run_id), files.read_snapshot(self._folder(run_id), snapshot)
        return Network(run.architecture, files.select_weights(arrays), title=run.title)

    def card(self, run_id: str) -> ModelCard | None:
        """Return the card of the result, None if there is no result yet."""
        try:
            return model_store.card(protocol.make_network_name(run_id), self._folder(run_id))
        except Refusal:
            return None

    def version(self, run_id: str) -> str:
        """Return a value that changes whenever `network` returns another one; empty while no epoch is finished."""
        if (card := self.card(run_id)) is not None:
            return card.weights_sha256
        return max((kept.file for kept in self.snapshots(run_id) if kept.epoch), default="")

    def network(self, run_id: str) -> Network:
        """Return the result of a run; without one, the network as it was at the last snapshot, without a card.

        Raises `Refusal` if there is neither.
        """
        if self.card(run_id) is not None:
            network = model_store.load(protocol.make_network_name(run_id), self._folder(run_id))
            return replace(network, title=self.run(run_id).title)
        snapshots = self.snapshots(run_id)
        if not snapshots:
            raise Refusal(
                "{title} has learned nothing yet, so there is nothing to look at. Train it first.",
                title=self.run(run_id).title,
            )
        return self.network_at(run_id, snapshots[-1])

    def evaluation(self, run_id: str, source: str) -> Evaluation | None:
        """Return the answers of the result to a test set, one of `samples.SLUGS`; None if there are none yet.

        Raises `Refusal` if they are damaged or of other weights.
        """
        card = self.card(run_id)
        if card is None:
            return None
        return evaluation.load(card.name, card.weights_sha256, source, store=self._folder(run_id))

    def keep_evaluation(self, run_id: str, source: str, made: Evaluation) -> None:
        """Keep the answers of the result beside its card. Raises `OSError` if they cannot be written."""
        evaluation.save(made, evaluation.find_path(made.name, source, self._folder(run_id)))

    def patches(self, run_id: str) -> NetworkPatches | None:
        """Return what excites the filters of the result; None if that was not searched for its weights yet."""
        card = self.card(run_id)
        if card is None or not self._find_patches(run_id, card.name).is_file():
            return None
        try:
            return patches.load(card.name, card.weights_sha256, self._folder(run_id))
        except Refusal:  # damaged, or of the weights before it was trained further: they can be found again
            return None

    def keep_patches(self, run_id: str, content: bytes) -> None:
        """Keep a file of patches beside the card of the result. Raises `OSError` if it cannot be written."""
        card = self.card(run_id)
        if card is not None:
            atomic_file.write(self._find_patches(run_id, card.name), content)

    def _find_patches(self, run_id: str, name: str) -> Path:
        return self._folder(run_id) / f"{name}{patches.SUFFIX}"

    def checkpoint(self, run_id: str) -> Event | None:
        """Return the latest `checkpoint` event, with arrays, from which a job can continue; None if there is none."""
        return files.read_checkpoint(self._folder(run_id))

    def explained_step(self, run_id: str) -> Event | None:
        """Return the step of a run's training that was explained last, None if there is none that can be read."""
        return files.read_step(self._folder(run_id))

    @property
    def _owner_folder(self) -> Path:
        return self.home / self.owner

    def _folder(self, run_id: str) -> Path:
        return self._owner_folder / protocol.check_id(run_id)

    def _ids(self) -> list[str]:
        """Return the names of the folders that belong to runs, with a record or without; other names are left alone."""
        try:
            with os.scandir(self._owner_folder) as entries:
                return [each.name for each in entries if protocol.is_id(each.name) and not each.is_file()]
        except OSError:  # there is none, or it cannot be read
            return []
