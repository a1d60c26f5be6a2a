"""The digits as tensors, uint8, put where TensorFlow computes once for a process."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnnviz.workers import keras_model  # isort: skip  # noqa: F401  (before TensorFlow: it quiets it)

import numpy as np
import tensorflow as tf

from cnnviz.core.data import colour_digits, datasets
from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import DataReference

DIGITS = (
    tf.TensorSpec([None, 28, 28], tf.uint8),
    tf.TensorSpec([None], tf.uint8),
    tf.TensorSpec([None, 2, 3], tf.uint8),
)
GREY = np.zeros((0, 2, 3), np.uint8)


@dataclass(frozen=True, eq=False)
class Digits:
    """images (n, 28, 28), labels (n,) and colours (n, 2, 3), ink and paper, all uint8 tensors.

    Grey digits have no colours: (0, 2, 3). Coloured ones are mixed batch by batch, which takes less memory.
    """

    images: tf.Tensor
    labels: tf.Tensor
    colours: tf.Tensor

    @classmethod
    def of(cls, images: np.ndarray, labels: np.ndarray, colours: np.ndarray | None = None) -> Digits:
        """Copy arrays to where TensorFlow computes."""
        return cls(tf.constant(images), tf.constant(labels), tf.constant(GREY if colours is None else colours))

    @property
    def tensors(self) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Images, labels and colours, as a function with the signature `DIGITS` takes them."""
        return self.images, self.labels, self.colours

    def __len__(self) -> int:
        return int(self.labels.shape[0])


@dataclass(frozen=True, eq=False)
class Held:
    """A data set, as arrays and as tensors."""

    data: datasets.Dataset
    train: Digits
    test: Digits

    @property
    def in_colour(self) -> bool:
        """Whether its digits have colours."""
        return bool(self.test.colours.shape[0])


_held: dict[str, Held] = {}  # one data set and the same in colour, by the SHA-256 of their content


def held(reference: DataReference | None = None, kind: str = "mnist") -> Held:
    """The data set of a plan's `kind` that a job names, read once; None takes what this computer has.

    Raises `Refusal` where this computer has another one, or none.
    """
    in_colour = kind == colour_digits.DATA
    known = _held.get(reference.sha256) if reference is not None else None
    if known is not None and known.in_colour == in_colour:
        return known
    grey = _grey(datasets.load())
    found = _coloured(grey) if in_colour else grey
    if reference is not None and found.data.sha256 != reference.sha256:
        raise Refusal(
            "A training must find the data that it was planned for. Received: {name} on the worker, {wanted} in the "
            "plan. Give the worker the same data, or plan the training again.",
            name=found.data.name,
            wanted=reference.name,
        )
    return found


def _grey(data: datasets.Dataset) -> Held:
    """The digits as they are. A data set that comes in place of another lets go of that one."""
    if data.sha256 not in _held:
        _held.clear()
        train, test = Digits.of(data.x_train, data.y_train), Digits.of(data.x_test, data.y_test)
        _held[data.sha256] = Held(data, train, test)
    return _held[data.sha256]


def _coloured(grey: Held) -> Held:
    """The same digits, each with its ink and its paper."""
    data = colour_digits.describe(grey.data, len(grey.train))
    if data.sha256 not in _held:
        train, test = (
            replace(digits, colours=tf.constant(colour_digits.draw_pairs(len(digits), part)))
            for digits, part in ((grey.train, colour_digits.TRAIN), (grey.test, colour_digits.TEST))
        )
        _held[data.sha256] = Held(data, train, test)
    return _held[data.sha256]
