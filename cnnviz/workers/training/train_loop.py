"""Train many batches in one call: a loop inside one TensorFlow graph, without Python between two batches.

Each batch does what Keras's `fit` does: the model in training mode, Keras's loss, its gradients, Keras's optimizer. The
graph is traced once, with an unknown number of batches and an unknown size of the last batch of an epoch, so the
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
from cnnviz.core.networks.training_plan import OWN_DATA, WARM_UP_RISE, WARM_UP_START, TrainingPlan
from cnnviz.workers import metrics
from cnnviz.workers.data.examples import Rows
from cnnviz.workers.data.tensors import Digits, make_signature
from cnnviz.workers.training import fused_optimizers

_SIGNATURE = (
    tf.TensorSpec([None], tf.int32),
    tf.TensorSpec([], tf.int32),
    tf.TensorSpec([None], tf.float32),
)
"""What follows the digits: order of the epoch, number of the first batch, learning rate of each batch."""


def compute_rates(
    plan: TrainingPlan, use_cosine: bool, epochs: int, epoch: int, batch: int, count: int, batches: int
) -> np.ndarray:
    """Return the learning rates (count,) float32 of `count` batches of an epoch.

    Args:
        plan: Names the schedule and the initial rate.
        use_cosine: Follow the cosine even if the plan's schedule is constant.
        epochs: Of the whole run, added ones included.
        epoch: Counted from 1.
        batch: The first of the batches, counted from 0 in its epoch.
        count: How many batches.
        batches: Batches per epoch.
    """
    if not use_cosine and plan.schedule == "constant":
        return np.full(count, plan.learning_rate, np.float32)
    done = [(epoch - 1 + number / batches) / epochs for number in range(batch, batch + count)]
    return np.array([plan.learning_rate * compute_cosine_factor(share) for share in done], np.float32)


def compute_cosine_factor(done: float) -> float:
    """Return the factor on the learning rate when `done`, in [0, 1], of the run is over: warm-up, then cosine to 0."""
    return min(1.0, done / WARM_UP_RISE + WARM_UP_START) * (1 + float(np.cos(np.pi * done))) / 2


@dataclass(frozen=True, eq=False)
class StepResult:
    """Measurements of consecutive batches of one call.

    Attributes:
        metrics: (k,) float32 by name, one number a batch.
        gradient: (k,) float32: global norm of the gradient.
        watched_gradient: Gradient of the watched weights in the last batch, in their shape.
    """

    metrics: Mapping[str, np.ndarray]
    gradient: np.ndarray
    watched_gradient: np.ndarray

    def __len__(self) -> int:
        return len(self.gradient)

    @property
    def finite(self) -> int:
        """Number of batches before the first loss or gradient that is not finite."""
        wrong = ~(np.isfinite(self.metrics["loss"]) & np.isfinite(self.gradient))
        return int(wrong.argmax()) if wrong.any() else len(self)


class TrainStep:
    """A model with its optimizer, built as a script would after `keras.utils.set_random_seed(plan.seed)`."""

    def __init__(self, architecture: Architecture, plan: TrainingPlan, label_smoothing: float = 0.0) -> None:
        keras.utils.set_random_seed(plan.seed)
        self.model = _build_model(architecture, plan.precision)
        self._classes = len(architecture.classes)
        self.optimizer = _build_optimizer(plan)
        self.optimizer.build(self.model.trainable_variables)
        self.watched = find_watched_kernel(self.model)
        self._loss = keras.losses.CategoricalCrossentropy(label_smoothing=label_smoothing)
        self._batch_size = plan.batch_size
        signature = (*make_signature(architecture.input_shape, plan.data), *_SIGNATURE)
        self._in_colour = are_coloured(architecture, plan.data)
        self._function: Any = tf.function(self._chunk, autograph=False, input_signature=signature)

    def run(self, examples: Rows, order: tf.Tensor, first: int, rates: np.ndarray) -> StepResult:
        """Train on `len(rates)` consecutive batches.

        Args:
            examples: What the epoch trains on.
            order: (n,) int32: row numbers in the order of this epoch.
            first: Number of the first batch in the epoch, counted from 0.
            rates: (k,) float32: learning rate of each batch.
        """
        measured = self._function(*examples.digits.tensors, order, tf.constant(first), tf.constant(rates))
        *values, norm, gradient = (part.numpy() for part in measured)
        return StepResult(dict(zip(NAMES, values, strict=True)), norm, gradient)

    @property
    def weights(self) -> dict[str, dict[str, np.ndarray]]:
        """Copies of the current weights, float32, by layer and name."""
        return keras_model.read_weights(self.model)

    @property
    def variables(self) -> list[Any]:
        """Everything that the next batch depends on: weights, moving statistics, random states, optimizer."""
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
        """Loop over the batches inside the graph: (k,) of each metric and gradient norm, and the last gradient."""
        digits = Digits(images, labels, colours)
        count = tf.shape(rates)[0]

        def run_batch(number: tf.Tensor, arrays: tuple[Any, ...], _: tf.Tensor) -> tuple[Any, ...]:
            # 1. The batch's rows in the order of the epoch. A slice past the end is short: the last batch is smaller.
            start = (first + number) * self._batch_size
            rows = order[start : start + self._batch_size]
            # 2. The learning rate is a variable of the optimizer; apply() reads it.
            self.optimizer.learning_rate.assign(rates[number])
            # 3. Forward, backward and update.
            *measured, gradient = self._step(*gather_batch(digits, rows, self._in_colour, self._classes))
            # 4. Append the measurements; only the last batch's gradient is carried on.
            written = tuple(array.write(number, one) for array, one in zip(arrays, measured, strict=True))
            return number + 1, written, gradient

        # Batches depend on each other through the weights, hence parallel_iterations=1.
        arrays = tuple(tf.TensorArray(tf.float32, count) for _ in range(len(NAMES) + 1))
        start = (tf.constant(0), arrays, tf.zeros(self.watched.shape))
        _, arrays, gradient = tf.while_loop(lambda number, *_: number < count, run_batch, start, parallel_iterations=1)
        return *(array.stack() for array in arrays), gradient

    def _step(self, x: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """Train on one batch: its metrics, gradient norm, and the gradient of the watched weights."""
        # 1. Forward in training mode: dropout drops, batch normalization updates its moving statistics.
        variables = self.model.trainable_variables
        with tf.GradientTape() as tape:
            answers = self.model(x, training=True)
            loss = self._loss(targets, answers)
        # 2. Backward and update.
        gradients = tape.gradient(loss, variables)
        fused_optimizers.apply(self.optimizer, gradients, variables)
        # 3. Measure with the answers from before the update, as `fit` does.
        others = [tf.reduce_mean(values) for values in metrics.measure(targets, answers)]
        place = next(number for number, one in enumerate(variables) if one is self.watched)
        return loss, *others, tf.linalg.global_norm(gradients), gradients[place]


def are_coloured(architecture: Architecture, data: str) -> bool:
    """Return whether a network is given grey digits of a plan's `data` with ink and paper of their own."""
    return colour_digits.reads_colour(architecture.input_shape) and not OWN_DATA.fullmatch(data)


def gather_batch(
    digits: Digits, rows: tf.Tensor, in_colour: bool, classes: int = CLASSES
) -> tuple[tf.Tensor, tf.Tensor]:
    """Gather rows of `digits` as a network's input, and their targets (n, classes).

    A target is one-hot, or the same for every class where the label is `NO_DIGIT`. The input is (n, 28, 28, 1) in
    [0, 1], (n, 32, 32, 3) as `colour_digits.colour` makes it, or pictures in colour as they are.
    """
    x = tf.cast(tf.gather(digits.images, rows), tf.float32)
    x = (x if x.shape.rank == 4 else x[..., None]) / 255
    if in_colour:
        border = [colour_digits.BORDER] * 2
        pair = tf.cast(tf.gather(digits.colours, rows), tf.float32)[:, :, None, None] / 255
        ink, paper = pair[:, 0], pair[:, 1]
        x = paper + tf.pad(x, [[0, 0], border, border, [0, 0]]) * (ink - paper)
    targets = tf.one_hot(tf.gather(digits.labels, rows), classes)  # all 0 for NO_DIGIT
    return x, targets + (1 - tf.reduce_sum(targets, axis=1, keepdims=True)) / classes


def find_watched_kernel(model: keras.Model) -> Any:
    """Find the weights that step explanations show: the kernel of the first Conv2D, else the first kernel."""
    convolutions = [layer.kernel for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    kernels = [variable for variable in model.trainable_variables if variable.name == "kernel"]
    return [*convolutions, *kernels, *model.trainable_variables][0]


def _build_model(architecture: Architecture, precision: str) -> keras.Sequential:
    keras.config.set_dtype_policy(precision)
    try:
        model = keras_model.build(architecture)
    finally:
        keras.config.set_dtype_policy("float32")
    model.layers[-1].dtype_policy = "float32"  # bfloat16 has no probabilities near 1
    return model


def _build_optimizer(plan: TrainingPlan) -> Any:
    config = {"learning_rate": plan.learning_rate}
    return keras.optimizers.get({"class_name": plan.optimizer, "config": config})
