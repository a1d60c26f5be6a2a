"""Create the model card of a trained network."""

from __future__ import annotations

import platform
from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from cnnviz.core.data import colour_digits
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.network import Network
from cnnviz.workers.data import pen_strokes
from cnnviz.workers.data.examples import Examples
from cnnviz.workers.training.checkpoint_state import Progress
from cnnviz.workers.training.evaluator import Evaluation, Evaluator


def create(
    network: Network, progress: Progress, examples: Examples, evaluator: Evaluator, evaluation: Evaluation
) -> ModelCard:
    """Create the card of `network`.

    Args:
        network: The trained network.
        progress: Curves, epochs and training time.
        examples: What it was trained on.
        evaluator: Holds the network's weights.
        evaluation: Of these weights on the whole test set.
    """
    pen_accuracy, pen_note = _measure_pen(evaluator, examples)
    return ModelCard(
        name=network.name,
        architecture=network.architecture,
        plan=replace(examples.plan, epochs=progress.epochs),
        data=examples.source,
        seed=examples.plan.seed,
        curves={name: tuple(curve) for name, curve in progress.curves.items()},
        test_loss=evaluation.loss,
        test_accuracy=evaluation.metrics["accuracy"],
        confusion=tuple(tuple(row) for row in evaluation.confusion.tolist()),
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


def _measure_pen(evaluator: Evaluator, examples: Examples) -> tuple[float | None, str]:
    """Measure the accuracy on pen strokes of unseen writers, and describe these."""
    if examples.pen is None:
        return None, ""
    writers = examples.unseen_writers
    digits = examples.pen.select(writers)
    shape = evaluator.input_shape
    images = colour_digits.prepare_inputs(pen_strokes.render_digits(digits), shape, colour_digits.DRAWN)
    answers = evaluator.predict(images.reshape(-1, *shape))
    accuracy = float((answers.argmax(axis=1) == pen_strokes.stack_labels(digits)).mean())
    return accuracy, _describe_pen(len(digits), writers, examples)


def _describe_pen(count: int, writers: frozenset[str], examples: Examples) -> str:
    drawn = f"drawn with a {pen_strokes.BRUSH_WIDTH:.0f} px brush, {pen_strokes.DRAWING_SIZE} px large"
    if examples.plan.data == colour_digits.DATA:
        drawn += ", ink and paper random as in the training"
    if len(writers) == len(examples.pen.writers if examples.pen else ()):
        return f"{count:,} digits of UNIPEN 1a by {len(writers)} writers, none of them trained on, {drawn}"
    return (
        f"{count:,} digits of UNIPEN 1a, {drawn}, by {len(writers)} writers whose digits were kept out of the "
        f"training: {', '.join(sorted(writers))}"
    )
