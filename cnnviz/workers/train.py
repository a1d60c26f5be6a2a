"""Train a network and put it on a shelf.

    python -m cnnviz.workers.train job.json     or the job on standard input

A job is a JSON object. Only "variant" is needed: the name of a published network or a variant as JSON. "plan" is a
plan as JSON (the published one if left out), "seed" replaces the plan's, "shelf" is the folder to write to,
"checkpoints" a folder for what a later run needs to go on after the last finished epoch, "pen" the path of the pen
strokes, "precision" is float32 or mixed_bfloat16 (weights stay float32), and "force" trains what is there already.

Progress is one JSON object a line: start, batch, epoch, done, skipped, refused.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnnviz.core import pen, shelf
from cnnviz.core.cards import Card
from cnnviz.core.network import Network
from cnnviz.core.plans import TrainingPlan
from cnnviz.core.refusals import Refusal
from cnnviz.core.variants import TUTORIALS, Variant
from cnnviz.workers import keras_network, report_card
from cnnviz.workers.checkpoint import Checkpoint, Progress
from cnnviz.workers.examples import Examples

Emit = Callable[[dict[str, Any]], None]
Stop = Callable[[], bool]

NAMED: dict[str, tuple[Variant, TrainingPlan]] = {**TUTORIALS, "pen": (pen.VARIANT, pen.PLAN)}
PRECISIONS = ("float32", "mixed_bfloat16")
SECONDS_BETWEEN_EVENTS = 0.2


class Stopped(Exception):  # noqa: N818  (asked for, not a fault)
    """Raised inside `fit`: Keras's own `stop_training` would still run the validation."""


@dataclass(frozen=True)
class Job:
    """What to train and where to write; `pen` is the file of pen strokes, None to leave them out."""

    variant: Variant
    plan: TrainingPlan
    shelf: Path
    checkpoints: Path
    pen: Path | None = None
    precision: str = "float32"
    force: bool = False

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Job:
        """The job that a JSON object describes. Raises `Refusal` for anything unknown."""
        if not isinstance(data, dict) or data.get("precision", "float32") not in PRECISIONS:
            raise Refusal("A job must be an object whose precision is float32 or mixed_bfloat16.")
        variant, plan = _named(data.get("variant"))
        plan = TrainingPlan.from_json(data["plan"]) if data.get("plan") else plan
        return cls(
            variant=variant,
            plan=plan if data.get("seed") is None else replace(plan, seed=data["seed"]),
            shelf=Path(data.get("shelf") or shelf.folder()),
            checkpoints=Path(data.get("checkpoints") or Path(tempfile.gettempdir()) / "cnnviz-training"),
            pen=Path(data["pen"]) if data.get("pen") else None,
            precision=data.get("precision", "float32"),
            force=bool(data.get("force")),
        )


def _named(variant: object) -> tuple[Variant, TrainingPlan]:
    if isinstance(variant, str):
        if variant not in NAMED:
            raise Refusal(
                "The variant must be one of {names}, or a whole variant. Received: {variant}.",
                names=", ".join(NAMED),
                variant=variant,
            )
        return NAMED[variant]
    return Variant.from_json(variant), TrainingPlan()


def run(job: Job, emit: Emit, stop: Stop = lambda: False) -> Card:
    """Train the job's network unless it is on the shelf, save it and return its card."""
    if not job.force and (known := _known(job)) is not None:
        emit({"event": "skipped", "name": known.name, "test_accuracy": known.test_accuracy})
        return known
    checkpoint = Checkpoint(job.checkpoints, job.variant, job.plan, job.precision)
    network, card = train(job, checkpoint, emit, stop)
    card = shelf.save(network, card, job.shelf)
    checkpoint.remove()
    emit({"event": "done", "name": card.name, **_results(card)})
    return card


def _known(job: Job) -> Card | None:
    """The card on the shelf, if it is sound and of the same variant and plan."""
    try:
        card = shelf.load(job.variant.name, job.shelf).card
    except Refusal:
        return None
    return card if card and (card.variant, card.plan) == (job.variant, job.plan) else None


def _results(card: Card) -> dict[str, Any]:
    return {
        "test_loss": card.test_loss,
        "test_accuracy": card.test_accuracy,
        "pen_accuracy": card.pen_accuracy,
        "pen_note": card.pen_note,
        "parameters": card.parameters,
        "epochs": card.epochs,
        "seconds": round(card.trained_seconds, 1),
    }


def train(job: Job, checkpoint: Checkpoint, emit: Emit, stop: Stop) -> tuple[Network, Card]:
    """Train epoch by epoch from the last checkpoint on, and judge the result in float32."""
    keras.utils.set_random_seed(job.plan.seed)
    keras.config.set_dtype_policy(job.precision)
    examples = Examples.load(job.plan, job.pen, checkpoint.folder)
    progress = checkpoint.read()
    model = checkpoint.model(progress.epochs) if progress.epochs else _compiled(job, examples)
    emit({"event": "start", "name": job.variant.name, "epochs": job.plan.epochs, "finished": progress.epochs})
    for epoch in _epochs_left(job.plan, progress):
        started = time.monotonic()
        logs = _one_epoch(model, examples, epoch, _Batches(emit, stop, epoch, examples, job.plan))
        progress.add(logs, time.monotonic() - started)
        checkpoint.write(model, progress)
        emit({"event": "epoch", "epoch": epoch, "seconds": round(progress.seconds, 1), **logs})
    if job.plan.patience is not None:
        model = checkpoint.model(progress.best_epoch)
    keras.config.set_dtype_policy("float32")
    network = keras_network.to_network(model, job.variant)
    return network, report_card.write(network, job.plan, progress, examples)


def _compiled(job: Job, examples: Examples) -> keras.Model:
    model = keras_network.build(job.variant)
    model.layers[-1].dtype_policy = "float32"  # probabilities near 1 do not exist in bfloat16
    optimizer = keras.optimizers.get(
        {"class_name": job.plan.optimizer, "config": {"learning_rate": job.plan.learning_rate}}
    )
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=examples.recipe.label_smoothing)
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    return model


def _epochs_left(plan: TrainingPlan, progress: Progress) -> Iterator[int]:
    """Epochs from 1, after the finished ones, until the plan ends or early stopping does."""
    while progress.epochs < plan.epochs:
        if plan.patience is not None and progress.epochs - progress.best_epoch >= plan.patience:
            return
        yield progress.epochs + 1


def _one_epoch(model: keras.Model, examples: Examples, epoch: int, batches: _Batches) -> dict[str, float]:
    """One pass over the examples in an order that depends on seed and epoch alone."""
    history = model.fit(
        examples.epoch(epoch),
        validation_data=examples.validation(),
        verbose=0,
        shuffle=False,
        callbacks=[batches],
    )
    logs = {name: float(values[-1]) for name, values in history.history.items()}
    if not all(map(np.isfinite, logs.values())) or not all(np.isfinite(w).all() for w in model.get_weights()):
        raise Refusal(
            "Training must stay finite. Received: a loss or weight that is not a number in epoch {epoch}. "
            "Choose a smaller learning rate.",
            epoch=epoch,
        )
    return logs


class _Batches(keras.callbacks.Callback):  # type: ignore[misc]
    """Sets the rate of each batch, reports a few batches a second with their own loss, and stops when asked to."""

    def __init__(self, emit: Emit, stop: Stop, epoch: int, examples: Examples, plan: TrainingPlan) -> None:
        super().__init__()
        self.emit, self.stop, self.epoch, self.examples, self.plan = emit, stop, epoch, examples, plan
        self.sum = 0.0
        self.next = 0.0

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        if self.examples.recipe.cosine:
            done = (self.epoch - 1 + batch / self.examples.batches) / self.plan.epochs
            self.model.optimizer.learning_rate = self.plan.learning_rate * cosine(done)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if self.stop():
            raise Stopped
        # Keras reports the epoch's running mean; the batch's own loss is what that mean moved by.
        total = (logs or {})["loss"] * (batch + 1)
        loss, self.sum = total - self.sum, total
        if time.monotonic() >= self.next or batch + 1 == self.examples.batches:
            self.next = time.monotonic() + SECONDS_BETWEEN_EVENTS
            where = {"epoch": self.epoch, "batch": batch + 1, "batches": self.examples.batches}
            self.emit({"event": "batch", **where, "loss": loss, "accuracy": (logs or {})["accuracy"]})


def cosine(done: float) -> float:
    """Share of the learning rate when `done`, in [0, 1], of the run is over: a short warm-up, then down to 0."""
    return min(1.0, done / 0.03 + 0.05) * (1 + float(np.cos(np.pi * done))) / 2


def main(arguments: list[str]) -> int:
    """Read the job, run it and print its events; 0 unless it was refused."""
    text = Path(arguments[0]).read_text(encoding="utf-8") if arguments else sys.stdin.read()
    try:
        run(Job.from_json(json.loads(text)), lambda event: print(json.dumps(event), flush=True))
    except (Refusal, json.JSONDecodeError) as error:
        print(json.dumps({"event": "refused", "message": str(error)}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
