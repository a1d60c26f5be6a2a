"""What a training on the command line leaves on disk after every epoch, so that a later run can go on."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.core import atomic_file
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training.protocol import Arrays, Facts
from cnnviz.jobs.protocol import framing


class Checkpoint:
    """The folder of one run: the last `checkpoint` event as a safetensors file.

    Runs of another variant or plan have another folder, so nothing is ever resumed by mistake.
    """

    def __init__(self, home: Path, variant: Architecture, plan: TrainingPlan) -> None:
        key = json.dumps([variant.to_json(), plan.to_json()], sort_keys=True)
        self.folder = home / f"{variant.name}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"

    def read(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Facts and arrays of the last checkpoint; both empty if there was none."""
        try:
            return framing.unpack(self._path.read_bytes())
        except (OSError, framing.MessageError):
            return {}, {}

    def write(self, facts: Facts, arrays: Arrays) -> None:
        """Keep a checkpoint in place of the one before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        atomic_file.write(self._path, framing.pack(facts, arrays))

    def remove(self) -> None:
        """Forget the run and the pools that it made."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _path(self) -> Path:
        return self.folder / "checkpoint.safetensors"
