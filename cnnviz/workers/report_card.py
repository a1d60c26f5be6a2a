"""Judge a trained network and write its card."""

from __future__ import annotations

import platform

import keras
import numpy as np
import tensorflow as tf

from cnnviz.core.cards import Card
from cnnviz.core.network import Network
from cnnviz.core.plans import TrainingPlan
from cnnviz.core.variants import CLASSES
from cnnviz.workers import keras_network, pen_data
from cnnviz.workers.checkpoint import Progress
from cnnviz.workers.examples import MEASURING_BATCH, Examples


def write(network: Network, plan: TrainingPlan, progress: Progress, examples: Examples) -> Card:
    """Measure `network` on the whole test set and on pen strokes of writers that it has not seen."""
    model = keras_network.to_model(network)
    answers = _answers(model, examples.data.x_test.astype(np.float32) / 255)
    truth = examples.data.y_test
    pen_accuracy, pen_note = _pen(model, examples)
    return Card(
        name=network.name,
        variant=network.variant,
        plan=plan,
        data=examples.source,
        seed=plan.seed,
        curves={name: tuple(curve) for name, curve in progress.curves.items()},
        test_loss=_loss(answers, truth),
        test_accuracy=float((answers.argmax(axis=1) == truth).mean()),
        confusion=_confusion(answers, truth),
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


def _answers(model: keras.Model, digits: np.ndarray) -> np.ndarray:
    probabilities: np.ndarray = model.predict(digits[..., None], batch_size=MEASURING_BATCH, verbose=0)
    return probabilities


def _loss(answers: np.ndarray, truth: np.ndarray) -> float:
    """Mean cross-entropy; probabilities below 1e-7 count as that, as in Keras."""
    return float(-np.log(np.clip(answers[np.arange(len(truth)), truth], 1e-7, 1)).mean())


def _confusion(answers: np.ndarray, truth: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """`confusion[true][answered]`, counts."""
    counts = np.zeros((CLASSES, CLASSES), int)
    np.add.at(counts, (truth, answers.argmax(axis=1)), 1)
    return tuple(tuple(row) for row in counts.tolist())


def _pen(model: keras.Model, examples: Examples) -> tuple[float | None, str]:
    """Accuracy on pen strokes of unseen writers, and which those are."""
    if examples.pen is None:
        return None, ""
    writers = examples.unseen_writers
    digits = examples.pen.of(writers)
    answers = _answers(model, pen_data.rendered(digits))
    accuracy = float((answers.argmax(axis=1) == pen_data.labels(digits)).mean())
    return accuracy, _note(len(digits), writers, examples)


def _note(count: int, writers: frozenset[str], examples: Examples) -> str:
    drawn = f"drawn with a {pen_data.BRUSH:.0f} px brush, {pen_data.LARGE} px large"
    if len(writers) == len(examples.pen.writers if examples.pen else ()):
        return f"{count:,} digits of UNIPEN 1a by {len(writers)} writers, none of them trained on, {drawn}"
    return (
        f"{count:,} digits of UNIPEN 1a, {drawn}, by {len(writers)} writers whose digits were kept out of the "
        f"training: {', '.join(sorted(writers))}"
    )
