"""Judge a network in float32 and in use, whatever it is trained in: its metrics and confusion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cnnviz.workers import keras_model  # isort: skip  (before TensorFlow: it quiets it)

import keras
import numpy as np
import tensorflow as tf

from cnnviz.core.data import colour_digits
from cnnviz.core.networks.architecture import CLASSES, Architecture
from cnnviz.core.networks.metrics import NAMES
from cnnviz.workers import metrics
from cnnviz.workers.data.examples import Rows
from cnnviz.workers.data.tensors import DIGITS, Digits
from cnnviz.workers.training.train_loop import prepared

BLOCK = 500
"""Images at once: more is no faster, and between two blocks a command can be heard."""

Weights = Mapping[str, Mapping[str, np.ndarray]]


@dataclass(frozen=True)
class Verdict:
    """`metrics`: mean over the examples, by name. `confusion`: (10, 10) int32, [true][answered], counts."""

    metrics: Mapping[str, float]
    confusion: np.ndarray

    @property
    def count(self) -> int:
        return int(self.confusion.sum())

    @property
    def loss(self) -> float:
        """Mean cross-entropy."""
        return self.metrics["loss"]


class Judge:
    """A float32 twin of a model, whose weights are set to what is to be judged."""

    def __init__(self, variant: Architecture) -> None:
        self.model = keras_model.build(variant)
        self.input_shape = variant.input_shape
        self._in_colour = colour_digits.reads_colour(variant.input_shape)
        self._function: Any = tf.function(self._block, autograph=False, input_signature=_SIGNATURE)

    def take(self, weights: Weights) -> None:
        """Judge these weights from now on, float32 by layer and name."""
        for layer in self.model.layers:
            for variable in layer.weights:
                variable.assign(weights[layer.name][variable.name])

    def judge(
        self, examples: Rows, label_smoothing: float = 0.0, heard: Callable[[], object] = lambda: None
    ) -> Verdict:
        """Metrics and confusion over `examples`. `heard` is called between blocks, and may raise."""
        sums, confusion = np.zeros(len(NAMES)), np.zeros((CLASSES, CLASSES), np.int32)
        digits = examples.digits
        for start in range(0, len(examples), BLOCK):
            rows = tf.constant(examples.rows[start : start + BLOCK])
            part = self._function(*digits.tensors, rows, tf.constant(label_smoothing))
            sums += part[0].numpy().astype(float)
            confusion += part[1].numpy()
            heard()
        return Verdict(dict(zip(NAMES, (sums / len(examples)).tolist(), strict=True)), confusion)

    def answers(self, images: np.ndarray) -> np.ndarray:
        """Probabilities (n, 10) float32 for images as the network reads them, float32 in [0, 1]."""
        answers: np.ndarray = self.model.predict(images, batch_size=BLOCK, verbose=0)
        return answers

    def _block(
        self,
        images: tf.Tensor,
        labels: tf.Tensor,
        colours: tf.Tensor,
        rows: tf.Tensor,
        label_smoothing: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        x, truth = prepared(Digits(images, labels, colours), rows, self._in_colour)
        answers = self.model(x, training=False)
        targets = truth * (1 - label_smoothing) + label_smoothing / CLASSES
        losses = keras.losses.categorical_crossentropy(targets, answers)
        confusion = tf.math.confusion_matrix(
            tf.gather(labels, rows), tf.argmax(answers, axis=1), num_classes=CLASSES, dtype=tf.int32
        )
        return tf.stack([tf.reduce_sum(each) for each in (losses, *metrics.measure(truth, answers))]), confusion


_SIGNATURE = (
    *DIGITS,
    tf.TensorSpec([None], tf.int32),
    tf.TensorSpec([], tf.float32),
)
