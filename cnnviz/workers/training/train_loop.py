"""Many batches in one call: a loop inside one TensorFlow graph, so that no Python runs where nobody looks.

Each batch does what Keras's `fit` does: the model in training mode, Keras's loss, its gradients, Keras's optimizer. The
graph is traced once and does not know how many batches a call has, nor how large the last batch of an epoch is, so the
numbers depend on neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnnviz.workers import keras_model  # isort: skip  (before TensorFlow: it quiets it)

import keras
import numpy as np
import tensorflow as tf

from cnnviz.core.data import colour_digits
from cnnviz.core.networks.architecture import CLASSES, Architecture
from cnnviz.core.networks.metrics import NAMES
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.workers import metrics
from cnnviz.workers.data.examples import Rows
from cnnviz.workers.data.tensors import DIGITS, Digits
from cnnviz.workers.training import fused_optimizers

WHOLE_NUMBER = tf.TensorSpec([], tf.int32)


@dataclass(frozen=True, eq=False)
class Chunk:
    """What some batches in a row gave.

    Attributes:
        metrics: (k,) float32 by name, one number a batch.
        gradient: (k,) float32: the global norm of the gradient.
        watched_gradient: Of the last batch, for the watched weights, in their shape.
    """

    metrics: Mapping[str, np.ndarray]
    gradient: np.ndarray
    watched_gradient: np.ndarray

    def __len__(self) -> int:
        return len(self.gradient)

    @property
    def finite(self) -> int:
        """How many batches there are before the first loss or gradient that is not a number."""
        wrong = ~(np.isfinite(self.metrics["loss"]) & np.isfinite(self.gradient))
        return int(wrong.argmax()) if wrong.any() else len(self)


class Learner:
    """A model with its optimizer, built as a script would after `keras.utils.set_random_seed(plan.seed)`."""

    def __init__(self, variant: Architecture, plan: TrainingPlan, label_smoothing: float = 0.0) -> None:
        keras.utils.set_random_seed(plan.seed)
        self.model = _model(variant, plan.precision)
        self._in_colour = colour_digits.reads_colour(variant.input_shape)
        self.optimizer = _optimizer(plan)
        self.optimizer.build(self.model.trainable_variables)
        self.watched = watched(self.model)
        self._loss = keras.losses.CategoricalCrossentropy(label_smoothing=label_smoothing)
        self._batch_size = plan.batch_size
        self._function: Any = tf.function(self._chunk, autograph=False, input_signature=_SIGNATURE)

    def run(self, examples: Rows, order: tf.Tensor, first: int, rates: np.ndarray) -> Chunk:
        """Learn from `len(rates)` batches, from number `first` of this epoch's `order`, (n,) int32, on.

        rates (k,) float32: each batch's learning rate.
        """
        digits = examples.digits
        told = self._function(*digits.tensors, order, tf.constant(first), tf.constant(rates))
        *values, norm, gradient = (part.numpy() for part in told)
        return Chunk(dict(zip(NAMES, values, strict=True)), norm, gradient)

    @property
    def weights(self) -> dict[str, dict[str, np.ndarray]]:
        """Copies of the weights as they are now, float32, by layer and name."""
        return {layer.name: dict(keras_model.weights_of(layer)) for layer in self.model.layers if layer.weights}

    @property
    def variables(self) -> list[Any]:
        """All that the next batch depends on: weights, moving statistics, random states, optimizer."""
        return [*self.model.variables, *self.optimizer.variables]

    def _chunk(
        self,
        images: tf.Tensor,
        labels: tf.Tensor,
        colours: tf.Tensor,
        order: tf.Tensor,
        first: tf.Tensor,
        rates: tf.Tensor,
    ) -> tuple[tf.Tensor, ...]:
        digits = Digits(images, labels, colours)
        count = tf.shape(rates)[0]

        def batch(number: tf.Tensor, told: tuple[Any, ...], _: tf.Tensor) -> tuple[Any, ...]:
            start = (first + number) * self._batch_size
            rows = order[start : start + self._batch_size]
            # The learning rate is a variable of the optimizer; apply() reads it.
            self.optimizer.learning_rate.assign(rates[number])
            *numbers, gradient = self._step(*prepared(digits, rows, self._in_colour))
            written = tuple(array.write(number, one) for array, one in zip(told, numbers, strict=True))
            return number + 1, written, gradient

        arrays = tuple(tf.TensorArray(tf.float32, count) for _ in range(len(NAMES) + 1))
        start = (tf.constant(0), arrays, tf.zeros(self.watched.shape))
        _, told, gradient = tf.while_loop(lambda number, *_: number < count, batch, start, parallel_iterations=1)
        return *(array.stack() for array in told), gradient

    def _step(self, x: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """One batch: its metrics, norm of the gradient, and the gradient of the watched weights."""
        variables = self.model.trainable_variables
        with tf.GradientTape() as tape:
            answers = self.model(x, training=True)
            loss = self._loss(targets, answers)
        gradients = tape.gradient(loss, variables)
        fused_optimizers.apply(self.optimizer, gradients, variables)
        others = [tf.reduce_mean(values) for values in metrics.measure(targets, answers)]
        place = next(number for number, one in enumerate(variables) if one is self.watched)
        return loss, *others, tf.linalg.global_norm(gradients), gradients[place]


_SIGNATURE = (
    *DIGITS,
    tf.TensorSpec([None], tf.int32),
    WHOLE_NUMBER,
    tf.TensorSpec([None], tf.float32),
)


def prepared(digits: Digits, rows: tf.Tensor, in_colour: bool) -> tuple[tf.Tensor, tf.Tensor]:
    """Some rows of `digits` as a network reads them, and one-hot labels (n, 10).

    Images are (n, 28, 28, 1) in [0, 1], or (n, 32, 32, 3) as `colour_digits.colour` makes them.
    """
    x = tf.cast(tf.gather(digits.images, rows), tf.float32)[..., None] / 255
    if in_colour:
        border = [colour_digits.BORDER] * 2
        pair = tf.cast(tf.gather(digits.colours, rows), tf.float32)[:, :, None, None] / 255
        ink, paper = pair[:, 0], pair[:, 1]
        x = paper + tf.pad(x, [[0, 0], border, border, [0, 0]]) * (ink - paper)
    return x, tf.one_hot(tf.gather(digits.labels, rows), CLASSES)


def watched(model: keras.Model) -> Any:
    """The weights that the lesson shows: the kernel of the first Conv2D, else of the first layer that has one."""
    convolutions = [layer.kernel for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    kernels = [variable for variable in model.trainable_variables if variable.name == "kernel"]
    return [*convolutions, *kernels, *model.trainable_variables][0]


def _model(variant: Architecture, precision: str) -> keras.Sequential:
    keras.config.set_dtype_policy(precision)
    try:
        model = keras_model.build(variant)
    finally:
        keras.config.set_dtype_policy("float32")
    model.layers[-1].dtype_policy = "float32"  # probabilities near 1 do not exist in bfloat16
    return model


def _optimizer(plan: TrainingPlan) -> Any:
    config = {"learning_rate": plan.learning_rate}
    return keras.optimizers.get({"class_name": plan.optimizer, "config": config})


def cosine(done: float) -> float:
    """Share of the learning rate when `done`, in [0, 1], of the run is over: a short warm-up, then down to 0."""
    return min(1.0, done / 0.03 + 0.05) * (1 + float(np.cos(np.pi * done))) / 2


def rates(
    plan: TrainingPlan, falling: bool, epochs: int, epoch: int, batch: int, count: int, batches: int
) -> np.ndarray:
    """The rates (count,) float32 of `count` batches of an epoch (from 1) from `batch` (from 0) on.

    falling: Whether they follow the cosine even if the plan does not say so. epochs: Of the run, with added ones.
    """
    if not falling and plan.schedule == "constant":
        return np.full(count, plan.learning_rate, np.float32)
    done = [(epoch - 1 + number / batches) / epochs for number in range(batch, batch + count)]
    return np.array([plan.learning_rate * cosine(share) for share in done], np.float32)
