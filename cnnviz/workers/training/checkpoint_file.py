"""Store the checkpoint of a training on the command line, so that a later run can continue it."""

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
from cnnviz.core.training.protocol import Arrays, Payload
from cnnviz.jobs.protocol import framing


class Checkpoint:
    """The folder of one run with its last `checkpoint` event as a safetensors file.

    Every pair of architecture and plan has its own folder, so no run continues another one by mistake.
    """

    def __init__(self, home: Path, architecture: Architecture, plan: TrainingPlan) -> None:
        key = json.dumps([architecture.to_json(), plan.to_json()], sort_keys=True)
        self.folder = home / f"{architecture.name}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"

    def read(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return payload and arrays of the last checkpoint; both are empty if there is none."""
        try:
            return framing.unpack(self._path.read_bytes())
        except (OSError, framing.MessageError):
            return {}, {}

    def write(self, payload: Payload, arrays: Arrays) -> None:
        """Replace the checkpoint."""
        self.folder.mkdir(parents=True, exist_ok=True)
        atomic_file.write(self._path, framing.pack(payload, arrays))

    def remove(self) -> None:
        """Delete the folder, augmented examples included."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _path(self) -> Path:
        return self.folder / "checkpoint.safetensors"
