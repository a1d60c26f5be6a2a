"""What a training needs to go on bit for bit: how far it is, and every variable that the next batch depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.networks import metrics
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training.protocol import Arrays, Facts
from cnnviz.workers.training.train_loop import Learner

Weights = dict[str, dict[str, np.ndarray]]


@dataclass(frozen=True)
class Progress:
    """How far a training is after a whole number of epochs; plain data.

    curves: One number an epoch in every curve.
    seconds: Wall time over all sittings, pauses left out.
    step: Batches over the whole run.
    epochs: Of the plan, with those that were asked for while it ran.
    ended: How the training ended, "" while it has not.
    """

    curves: Mapping[str, list[float]] = field(default_factory=lambda: {name: [] for name in metrics.CURVES})
    seconds: float = 0.0
    step: int = 0
    epochs: int = 0
    ended: str = ""

    @property
    def finished(self) -> int:
        """Epochs that are finished."""
        return len(self.curves["loss"])

    @property
    def best_epoch(self) -> int:
        """The epoch with the smallest validation loss, counted from 1; 0 before the first."""
        losses = self.curves["val_loss"]
        return losses.index(min(losses)) + 1 if losses else 0

    def after(self, logs: Mapping[str, float], step: int, seconds: float) -> Progress:
        """Progress one epoch later."""
        curves = {name: [*curve, float(logs[name])] for name, curve in self.curves.items()}
        return replace(self, curves=curves, step=step, seconds=seconds)

    def to_json(self) -> dict[str, Any]:
        """This progress as plain data for `json.dumps`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Facts) -> Progress:
        """The progress that `to_json` described. Raises `Refusal` for anything else."""
        table = checks.table("checkpoint", dict(data), {entry.name for entry in fields(cls)})
        curves = metrics.check_curves("checkpoint's curves", table["curves"])
        return cls(**table | {"curves": {name: [float(x) for x in curve] for name, curve in curves.items()}})


def begun(plan: TrainingPlan, facts: Facts) -> Progress:
    """Where a job begins: at nothing, or where `facts` of a checkpoint say.

    A run that was interrupted keeps the epochs that its learner added; one that had ended has as many as the new
    plan says.
    """
    if not facts:
        return Progress(epochs=plan.epochs)
    before = Progress.from_json(facts)
    epochs = plan.epochs if before.ended else max(plan.epochs, before.epochs)
    return replace(before, epochs=epochs, ended="")


def asked_for_more(plan: TrainingPlan, facts: Facts) -> bool:
    """Whether a training that had ended is to go on by another plan, whatever its patience says."""
    return bool(facts) and bool(facts["ended"]) and plan.epochs != facts["epochs"]


@dataclass(frozen=True, eq=False)
class State:
    """Copies of everything, after an epoch, and the weights of the best one where patience needs them."""

    progress: Progress
    variables: tuple[np.ndarray, ...]
    weights: Weights
    best: Weights | None = None

    def arrays(self) -> dict[str, np.ndarray]:
        """What a `checkpoint` event carries."""
        kept = {f"state/{number:04}": array for number, array in enumerate(self.variables)}
        best = self.best or {}
        return kept | {f"best/{layer}/{name}": a for layer, parts in best.items() for name, a in parts.items()}


def captured(learner: Learner, progress: Progress, best: Weights | None) -> State:
    """Copy the state of `learner`."""
    variables = tuple(np.asarray(variable.numpy()) for variable in learner.variables)
    return State(progress, variables, learner.weights, best)


def restored(learner: Learner, progress: Progress, arrays: Arrays) -> State:
    """Put the arrays of a checkpoint back into `learner`. Raises `Refusal` where they are not of this network."""
    variables = learner.variables
    kept = [arrays.get(f"state/{number:04}") for number in range(len(variables))]
    for variable, array in zip(variables, kept, strict=True):
        if array is None or tuple(variable.shape) != array.shape:
            raise Refusal(
                "A training can only go on with its own network and plan. Received: a checkpoint of another one. "
                "Train from the beginning."
            )
        variable.assign(array)
    return captured(learner, progress, _best(arrays))


def _best(arrays: Arrays) -> Weights | None:
    found: Weights = {}
    for path, array in arrays.items():
        kind, _, rest = path.partition("/")
        if kind == "best":
            layer, _, name = rest.partition("/")
            found.setdefault(layer, {})[name] = array
    return found or None
