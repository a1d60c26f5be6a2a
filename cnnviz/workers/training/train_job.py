"""Train a job in a worker: `train(job, emit, poll)`. It knows no executor. docs/training.md lists the events."""

from __future__ import annotations

from cnnviz.workers import keras_model  # isort: skip  # noqa: F401  (before TensorFlow: it quiets it)

import keras
import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.networks.training_plan import TrainingPlan, has_own_data
from cnnviz.core.training import estimates
from cnnviz.core.training.cpu import has_bfloat16
from cnnviz.core.training.protocol import Job
from cnnviz.workers.data import pen_strokes, tensors
from cnnviz.workers.data.examples import Examples
from cnnviz.workers.training.batch_events import Emit
from cnnviz.workers.training.commands import Cancelled, CommandReceiver, PollCommands
from cnnviz.workers.training.trainer import Trainer, TrainingTask

__all__ = ["Cancelled", "train", "warm_up"]

MAX_SECONDS = 3600.0
"""Training time after which a job ends and keeps its result."""


def train(job: Job, emit: Emit, poll: PollCommands) -> None:
    """Train `job`, emit its events and obey the commands that `poll` returns.

    Raises:
        Cancelled: If a command asked for it.
        Refusal: If the job cannot be trained here, or its numbers ceased to be finite in the first epoch.
    """
    estimates.check(job.architecture, job.plan)
    _check_host(job.plan)
    examples = Examples(job.plan, _load(job))
    try:
        Trainer(
            TrainingTask(job.architecture, examples, job.progress, job.checkpoint, MAX_SECONDS),
            emit,
            CommandReceiver(poll, job.probe),
        ).run()
    finally:
        keras.utils.clear_session()


def _load(job: Job) -> tensors.TensorDataset:
    """Load what a job learns from. Raises `Refusal` if it is not here, or its network has other classes."""
    if not has_own_data(job.plan):
        return tensors.load(job.data, job.plan.data)
    loaded = tensors.load_own(job.data, job.plan.data, job.architecture.input_shape)
    highest = max(loaded.data.y_train.max(), loaded.data.y_test.max(initial=0))
    if highest >= len(job.architecture.classes):
        raise Refusal(
            "A network must have a class for every label of its data. Received: {classes} classes and labels up to "
            "{highest}. Choose the set again.",
            classes=len(job.architecture.classes),
            highest=int(highest),
        )
    if job.plan.augmentation != "none" and job.architecture.input_shape[2] > 1:
        raise Refusal(
            "`augmentation` of a set of one's own needs grey pictures. Received: {augmentation} with colour. Choose "
            "none, or a network that reads grey.",
            augmentation=job.plan.augmentation,
        )
    return loaded


def warm_up() -> None:
    """Load the data into TensorFlow and let it start its threads before the first job arrives."""
    data = tensors.load()
    np.asarray(data.train.images[:1])


def _check_host(plan: TrainingPlan) -> None:
    """Raise `Refusal` if the plan needs data or a processor that this worker does not have."""
    if plan.data == pen_strokes.DATA or plan.augmentation == "pen":
        raise Refusal(
            "A job learns from MNIST alone. Received: a plan with pen strokes. Choose `data` mnist and another "
            "augmentation."
        )
    if plan.precision == "mixed_bfloat16" and not has_bfloat16():
        raise Refusal(
            "`precision` mixed_bfloat16 needs a processor with AVX512-BF16 or AMX. Received: one without. "
            "Choose float32."
        )
