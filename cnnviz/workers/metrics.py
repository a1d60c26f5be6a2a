"""Compute the metrics of `cnnviz.core.networks.metrics`, except the loss, which the training computes itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import tensorflow as tf

from cnnviz.core.networks.metrics import NAMES


def mark_correct(targets: tf.Tensor, answers: tf.Tensor) -> tf.Tensor:
    """Return 1 where the largest probability is that of the right digit, otherwise 0.

    For a picture without a digit, whose targets are all alike, 1 where no digit gets more than a half.
    """
    is_digit = tf.reduce_max(targets, axis=1) > 0.5
    right = tf.equal(tf.argmax(answers, axis=1), tf.argmax(targets, axis=1))
    return tf.cast(tf.where(is_digit, right, tf.reduce_max(answers, axis=1) <= 0.5), tf.float32)


PER_EXAMPLE: Mapping[str, Callable[[tf.Tensor, tf.Tensor], tf.Tensor]] = {"accuracy": mark_correct}
"""Metric -> its value for each example, (n,) float32, from one-hot targets and probabilities, both (n, 10)."""


def measure(targets: tf.Tensor, answers: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """Return every metric but the loss for each example, (n,) float32 each, in the order of `NAMES`."""
    return tuple(PER_EXAMPLE[name](targets, answers) for name in NAMES[1:])
