"""A training job, run in a worker: `train(job, emit, inbox)`. It knows no engine. docs/training.md lists the events."""

from __future__ import annotations

from cnnviz.workers import keras_model  # isort: skip  # noqa: F401  (before TensorFlow: it quiets it)

import keras
import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training import estimates
from cnnviz.core.training.cpu import has_bfloat16
from cnnviz.core.training.protocol import Job
from cnnviz.workers.data import tensors
from cnnviz.workers.data.examples import WITH_PEN, Examples
from cnnviz.workers.training.batch_events import Emit
from cnnviz.workers.training.commands import Cancelled, Desk, Inbox
from cnnviz.workers.training.trainer import Course, Task

__all__ = ["Cancelled", "train", "warm"]

MOST_SECONDS = 3600.0
"""Wall time after which a job ends and keeps what it has."""


def train(job: Job, emit: Emit, inbox: Inbox) -> None:
    """Train `job`, telling `emit(kind, facts, arrays)` about it and hearing the commands that `inbox()` brings.

    Raises:
        Cancelled: Where the learner asked for it.
        Refusal: Where the job cannot be done here, or its numbers ceased to be finite in the first epoch.
    """
    estimates.check(job.variant, job.plan)
    _check_here(job.plan)
    examples = Examples(job.plan, tensors.held(job.data, job.plan.data))
    try:
        Course(
            Task(job.variant, examples, job.progress, job.checkpoint, MOST_SECONDS),
            emit,
            Desk(inbox, job.probe),
        ).go()
    finally:
        keras.utils.clear_session()


def warm() -> None:
    """Have the data where TensorFlow computes, and let it start its threads, before the first job comes."""
    held = tensors.held()
    np.asarray(held.train.images[:1])


def _check_here(plan: TrainingPlan) -> None:
    """What this computer must bring along."""
    if plan.data == WITH_PEN or plan.augmentation == "pen":
        raise Refusal(
            "A job learns from MNIST alone. Received: a plan with pen strokes. Choose `data` mnist and another "
            "augmentation."
        )
    if plan.precision == "mixed_bfloat16" and not has_bfloat16():
        raise Refusal(
            "`precision` mixed_bfloat16 needs a processor with AVX512-BF16 or AMX. Received: one without. "
            "Choose float32."
        )
