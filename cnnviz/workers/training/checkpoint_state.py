"""Save and restore everything that a training needs to continue bit for bit: its progress and all its variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.networks import metrics
from cnnviz.core.networks.network import pack_weights, unpack_weights
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training.protocol import Arrays, Payload
from cnnviz.workers.training.train_loop import TrainStep

Weights = dict[str, dict[str, np.ndarray]]


@dataclass(frozen=True)
class Progress:
    """Progress of a training after a whole number of epochs; plain data.

    Attributes:
        curves: By name, one number an epoch.
        seconds: Wall time over all attempts, without pauses.
        step: Batches over the whole run.
        epochs: Of the plan, and those that were added while it ran.
        ended: How the training ended, "" while it has not.
    """

    curves: Mapping[str, list[float]] = field(default_factory=lambda: {name: [] for name in metrics.CURVES})
    seconds: float = 0.0
    step: int = 0
    epochs: int = 0
    ended: str = ""

    @property
    def finished(self) -> int:
        """Number of finished epochs."""
        return len(self.curves["loss"])

    @property
    def best_epoch(self) -> int:
        """The epoch with the smallest validation loss, counted from 1; 0 before the first."""
        losses = self.curves["val_loss"]
        return losses.index(min(losses)) + 1 if losses else 0

    def advance(self, logs: Mapping[str, float], step: int, seconds: float) -> Progress:
        """Return the progress one epoch later."""
        curves = {name: [*curve, float(logs[name])] for name, curve in self.curves.items()}
        return replace(self, curves=curves, step=step, seconds=seconds)

    def to_json(self) -> dict[str, Any]:
        """Return plain data for `json.dumps`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Payload) -> Progress:
        """Restore what `to_json` returned. Raises `Refusal` for anything else."""
        table = checks.table("checkpoint", dict(data), {entry.name for entry in fields(cls)})
        curves = metrics.check_curves("checkpoint's curves", table["curves"])
        return cls(**table | {"curves": {name: [float(x) for x in curve] for name, curve in curves.items()}})


def start_progress(plan: TrainingPlan, payload: Payload) -> Progress:
    """Return the progress that a job starts from: none, or that of a checkpoint's `payload`.

    An interrupted run keeps the epochs that were added to it; one that had ended gets as many as the new plan says.
    """
    if not payload:
        return Progress(epochs=plan.epochs)
    before = Progress.from_json(payload)
    epochs = plan.epochs if before.ended else max(plan.epochs, before.epochs)
    return replace(before, epochs=epochs, ended="")


def extends_ended_run(plan: TrainingPlan, payload: Payload) -> bool:
    """Tell whether the checkpoint is of a run that had ended and the plan has another number of epochs.

    Such a run trains on whatever its patience says.
    """
    return bool(payload) and bool(payload["ended"]) and plan.epochs != payload["epochs"]


@dataclass(frozen=True, eq=False)
class TrainerState:
    """State of a training after an epoch.

    Attributes:
        progress: How far it is.
        variables: Copies of `TrainStep.variables`, in their order.
        weights: Copies of the weights, by layer and name.
        best: The weights of the best epoch if the plan has a patience, otherwise None.
    """

    progress: Progress
    variables: tuple[np.ndarray, ...]
    weights: Weights
    best: Weights | None = None

    def pack_arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays of a `checkpoint` event."""
        kept = {f"state/{number:04}": array for number, array in enumerate(self.variables)}
        return kept | pack_weights(self.best or {}, "best/")


def capture(train_step: TrainStep, progress: Progress, best: Weights | None) -> TrainerState:
    """Copy the state of `train_step`."""
    variables = tuple(np.asarray(variable.numpy()) for variable in train_step.variables)
    return TrainerState(progress, variables, train_step.weights, best)


def restore(train_step: TrainStep, progress: Progress, arrays: Arrays) -> TrainerState:
    """Assign the arrays of a checkpoint to `train_step`. Raises `Refusal` if they are of another network."""
    variables = train_step.variables
    kept = [arrays.get(f"state/{number:04}") for number in range(len(variables))]
    for variable, array in zip(variables, kept, strict=True):
        if array is None or tuple(variable.shape) != array.shape:
            raise Refusal(
                "A training can only go on with its own network and plan. Received: a checkpoint of another one. "
                "Train from the beginning."
            )
        variable.assign(array)
    return capture(train_step, progress, unpack_weights(arrays, "best/") or None)
