"""Judge a trained network and write its card."""

from __future__ import annotations

import platform
from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from cnnviz.core.data import colour_digits
from cnnviz.core.networks.card import Card
from cnnviz.core.networks.network import Network
from cnnviz.workers.data import pen_strokes
from cnnviz.workers.data.examples import Examples
from cnnviz.workers.training.checkpoint_state import Progress
from cnnviz.workers.training.evaluator import Judge, Verdict


def write(network: Network, progress: Progress, examples: Examples, judge: Judge, verdict: Verdict) -> Card:
    """The card of `network`, which `judge` holds and whose `verdict` is on the whole test set."""
    pen_accuracy, pen_note = _pen(judge, examples)
    return Card(
        name=network.name,
        variant=network.variant,
        plan=replace(examples.plan, epochs=progress.epochs),
        data=examples.source,
        seed=examples.plan.seed,
        curves={name: tuple(curve) for name, curve in progress.curves.items()},
        test_loss=verdict.loss,
        test_accuracy=verdict.metrics["accuracy"],
        confusion=tuple(tuple(row) for row in verdict.confusion.tolist()),
        pen_accuracy=pen_accuracy,
        pen_note=pen_note,
        parameters=network.parameters,
        versions={
            "python": platform.python_version(),
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        trained_seconds=progress.seconds,
    )


def _pen(judge: Judge, examples: Examples) -> tuple[float | None, str]:
    """Accuracy on pen strokes of unseen writers, and which those are."""
    if examples.pen is None:
        return None, ""
    writers = examples.unseen_writers
    digits = examples.pen.of(writers)
    shape = judge.input_shape
    images = colour_digits.prepare_inputs(pen_strokes.rendered(digits), shape, colour_digits.DRAWN)
    answers = judge.answers(images.reshape(-1, *shape))
    accuracy = float((answers.argmax(axis=1) == pen_strokes.labels(digits)).mean())
    return accuracy, _note(len(digits), writers, examples)


def _note(count: int, writers: frozenset[str], examples: Examples) -> str:
    drawn = f"drawn with a {pen_strokes.BRUSH:.0f} px brush, {pen_strokes.LARGE} px large"
    if examples.plan.data == colour_digits.DATA:
        drawn += ", ink and paper random as in the training"
    if len(writers) == len(examples.pen.writers if examples.pen else ()):
        return f"{count:,} digits of UNIPEN 1a by {len(writers)} writers, none of them trained on, {drawn}"
    return (
        f"{count:,} digits of UNIPEN 1a, {drawn}, by {len(writers)} writers whose digits were kept out of the "
        f"training: {', '.join(sorted(writers))}"
    )
