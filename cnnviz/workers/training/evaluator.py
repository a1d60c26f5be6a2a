"""Evaluate a network in float32 and inference mode, whatever precision it trains in: metrics and confusion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cnnviz.workers import keras_model  # isort: skip  (before TensorFlow: it quiets it)

import keras
import numpy as np
import tensorflow as tf

from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.metrics import NAMES
from cnnviz.workers import metrics
from cnnviz.workers.data.examples import Rows
from cnnviz.workers.data.tensors import Digits, make_signature
from cnnviz.workers.training.train_loop import are_coloured, gather_batch

BLOCK_SIZE = 500
"""Images per call: more is no faster, and commands are polled between two blocks."""

_SIGNATURE = (
    tf.TensorSpec([None], tf.int32),
    tf.TensorSpec([], tf.float32),
)
"""What follows the digits: row numbers, label smoothing."""

Weights = Mapping[str, Mapping[str, np.ndarray]]


@dataclass(frozen=True)
class Evaluation:
    """Result of an evaluation.

    Attributes:
        metrics: Mean over the examples, by name.
        confusion: (classes, classes) int32 counts, [true][answered].
    """

    metrics: Mapping[str, float]
    confusion: np.ndarray

    @property
    def count(self) -> int:
        """Number of examples."""
        return int(self.confusion.sum())

    @property
    def loss(self) -> float:
        """Mean cross-entropy."""
        return self.metrics["loss"]


class Evaluator:
    """A float32 twin of a model; its weights are set to those that are to be evaluated."""

    def __init__(self, architecture: Architecture, data: str = "mnist") -> None:
        """Build the twin; `data` is that of the plan."""
        self.model = keras_model.build(architecture)
        self.input_shape = architecture.input_shape
        self._classes = len(architecture.classes)
        self._in_colour = are_coloured(architecture, data)
        signature = (*make_signature(architecture.input_shape, data), *_SIGNATURE)
        self._function: Any = tf.function(self._evaluate_block, autograph=False, input_signature=signature)

    def load_weights(self, weights: Weights) -> None:
        """Evaluate these weights from now on: float32, by layer and name."""
        for layer in self.model.layers:
            for variable in layer.weights:
                variable.assign(weights[layer.name][variable.name])

    def evaluate(
        self, examples: Rows, label_smoothing: float = 0.0, after_block: Callable[[], object] = lambda: None
    ) -> Evaluation:
        """Compute metrics and confusion over `examples`; call `after_block` after every block, which may raise."""
        sums, confusion = np.zeros(len(NAMES)), np.zeros((self._classes, self._classes), np.int32)
        digits = examples.digits
        for start in range(0, len(examples), BLOCK_SIZE):
            rows = tf.constant(examples.rows[start : start + BLOCK_SIZE])
            part = self._function(*digits.tensors, rows, tf.constant(label_smoothing))
            sums += part[0].numpy().astype(float)
            confusion += part[1].numpy()
            after_block()
        return Evaluation(dict(zip(NAMES, (sums / len(examples)).tolist(), strict=True)), confusion)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return probabilities (n, classes) float32 for images as the network reads them, float32 in [0, 1]."""
        answers: np.ndarray = self.model.predict(images, batch_size=BLOCK_SIZE, verbose=0)
        return answers

    def _evaluate_block(
        self,
        images: tf.Tensor,
        labels: tf.Tensor,
        colours: tf.Tensor,
        rows: tf.Tensor,
        label_smoothing: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Compute the summed metrics and the confusion of one block inside the graph."""
        x, truth = gather_batch(Digits(images, labels, colours), rows, self._in_colour, self._classes)
        answers = self.model(x, training=False)
        targets = truth * (1 - label_smoothing) + label_smoothing / self._classes
        losses = keras.losses.categorical_crossentropy(targets, answers)
        classes = tf.cast(tf.gather(labels, rows), tf.int32)
        is_digit = tf.cast(classes < self._classes, tf.int32)  # pictures without a digit are in no row
        confusion = tf.math.confusion_matrix(
            tf.minimum(classes, self._classes - 1),
            tf.argmax(answers, axis=1),
            self._classes,
            weights=is_digit,
            dtype=tf.int32,
        )
        return tf.stack([tf.reduce_sum(each) for each in (losses, *metrics.measure(truth, answers))]), confusion
