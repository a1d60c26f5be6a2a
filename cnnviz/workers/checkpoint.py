"""What a training run leaves on disk after every epoch, so that a later run goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keras

from cnnviz.core import atomic_file
from cnnviz.core.cards import CURVES
from cnnviz.core.plans import TrainingPlan
from cnnviz.core.variants import Variant


@dataclass
class Progress:
    """How far a run is: one number an epoch in every curve, and wall time in seconds over all sittings."""

    curves: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in CURVES})
    seconds: float = 0.0

    @property
    def epochs(self) -> int:
        """Epochs that are finished."""
        return len(self.curves["loss"])

    @property
    def best_epoch(self) -> int:
        """The epoch with the smallest validation loss, counted from 1; 0 before the first."""
        losses = self.curves["val_loss"]
        return losses.index(min(losses)) + 1 if losses else 0

    def add(self, logs: Mapping[str, float], seconds: float) -> None:
        """Note the end of an epoch."""
        for name in CURVES:
            self.curves[name].append(float(logs[name]))
        self.seconds += seconds


class Checkpoint:
    """The folder of one run: model and optimizer after the last epoch and after the best one.

    Runs of another variant, plan or precision have another folder, so nothing is ever resumed by mistake.
    """

    def __init__(self, home: Path, variant: Variant, plan: TrainingPlan, precision: str) -> None:
        key = json.dumps([variant.to_json(), plan.to_json(), precision], sort_keys=True)
        self.folder = home / f"{variant.name}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"

    def read(self) -> Progress:
        """How far the last sitting came; a fresh `Progress` if there was none."""
        try:
            progress = Progress(**json.loads(self._progress.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return Progress()
        return progress if self._model(progress.epochs).is_file() else Progress()

    def model(self, epoch: int) -> keras.Model:
        """The model as it was after an epoch, compiled, with its optimizer's state."""
        return keras.models.load_model(self._model(epoch))

    def write(self, model: keras.Model, progress: Progress) -> None:
        """Keep the model, then the progress that names it, then remove what is no longer needed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._model(progress.epochs)
        unfinished = path.with_name(f"unfinished-{path.name}")
        model.save(unfinished)
        unfinished.replace(path)
        atomic_file.write(self._progress, json.dumps(asdict(progress)).encode())
        self._prune({progress.epochs, progress.best_epoch})

    def remove(self) -> None:
        """Forget the run and the pools that it made."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _progress(self) -> Path:
        return self.folder / "progress.json"

    def _model(self, epoch: int) -> Path:
        return self.folder / f"epoch-{epoch:03}.keras"

    def _prune(self, kept: set[int]) -> None:
        wanted = {self._model(epoch) for epoch in kept}
        for path in self.folder.glob("*.keras"):
            if path not in wanted:
                path.unlink()
