"""The digits as tensors, uint8, put where TensorFlow computes once for a process."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.workers import keras_network  # isort: skip  # noqa: F401  (before TensorFlow: it quiets it)

import numpy as np
import tensorflow as tf

from cnnviz.core import datasets
from cnnviz.core.refusals import Refusal
from cnnviz.core.training_jobs import DataReference


@dataclass(frozen=True, eq=False)
class Digits:
    """images (n, 28, 28) and labels (n,), both uint8 tensors."""

    images: tf.Tensor
    labels: tf.Tensor

    @classmethod
    def of(cls, images: np.ndarray, labels: np.ndarray) -> Digits:
        """Copy arrays to where TensorFlow computes."""
        return cls(tf.constant(images), tf.constant(labels))

    def __len__(self) -> int:
        return int(self.labels.shape[0])


@dataclass(frozen=True, eq=False)
class Held:
    """A data set, as arrays and as tensors."""

    data: datasets.Dataset
    train: Digits
    test: Digits


_held: dict[str, Held] = {}  # at most one, by the SHA-256 of its content


def held(reference: DataReference | None = None) -> Held:
    """The data set that a job names, read once; None takes what this computer has.

    Raises `Refusal` where this computer has another one, or none.
    """
    if reference is not None and reference.sha256 in _held:
        return _held[reference.sha256]
    data = datasets.load()
    if reference is not None and data.sha256 != reference.sha256:
        raise Refusal(
            "A training must find the data that it was planned for. Received: {name} on the worker, {wanted} in the "
            "plan. Give the worker the same data, or plan the training again.",
            name=data.name,
            wanted=reference.name,
        )
    if data.sha256 not in _held:
        _held.clear()
        train, test = Digits.of(data.x_train, data.y_train), Digits.of(data.x_test, data.y_test)
        _held[data.sha256] = Held(data, train, test)
    return _held[data.sha256]
