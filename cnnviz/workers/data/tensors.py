"""Load the digits as uint8 tensors, once per process."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnnviz.workers import keras_model  # isort: skip  # noqa: F401  (before TensorFlow: it quiets it)

import numpy as np
import tensorflow as tf

from cnnviz.core.data import colour_digits, datasets
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Shape
from cnnviz.core.networks.training_plan import OWN_DATA
from cnnviz.core.training.protocol import DataReference
from cnnviz.jobs.own_sets.store import SetStore
from cnnviz.jobs.runs import store as run_store

DIGITS_SIGNATURE = (
    tf.TensorSpec([None, 28, 28], tf.uint8),
    tf.TensorSpec([None], tf.uint8),
    tf.TensorSpec([None, 2, 3], tf.uint8),
)
"""Of `Digits.tensors`."""


def make_signature(input_shape: Shape, data: str) -> tuple[tf.TensorSpec, ...]:
    """Return the signature of `Digits.tensors` for a network that learns from a plan's `data`.

    A visitor's own pictures in colour come as they are read; all others are grey, and coloured batch by batch.
    """
    if OWN_DATA.fullmatch(data) and input_shape[2] > 1:
        return tf.TensorSpec([None, *input_shape], tf.uint8), *DIGITS_SIGNATURE[1:]
    return DIGITS_SIGNATURE


NO_DIGIT = 255
"""Label of a picture without a digit, for which every class is as wrong as any other."""

OWN_SOURCE = "pictures of the visitor who trained it"
OWN_LICENCE = "the visitor's own"

NO_COLOURS = np.zeros((0, 2, 3), np.uint8)


@dataclass(frozen=True, eq=False)
class Digits:
    """Digits as uint8 tensors. Coloured ones are mixed batch by batch, which takes less memory.

    Attributes:
        images: (n, 28, 28) grey; of a visitor's own set in colour, (n, 32, 32, 3).
        labels: (n,).
        colours: (n, 2, 3) ink and paper; (0, 2, 3) for grey digits.
    """

    images: tf.Tensor
    labels: tf.Tensor
    colours: tf.Tensor

    @classmethod
    def from_arrays(cls, images: np.ndarray, labels: np.ndarray, colours: np.ndarray | None = None) -> Digits:
        """Copy arrays into tensors."""
        return cls(tf.constant(images), tf.constant(labels), tf.constant(NO_COLOURS if colours is None else colours))

    @property
    def tensors(self) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Images, labels and colours, as a function with the signature `DIGITS_SIGNATURE` takes them."""
        return self.images, self.labels, self.colours

    def __len__(self) -> int:
        return int(self.labels.shape[0])


@dataclass(frozen=True, eq=False)
class TensorDataset:
    """A data set as arrays and as tensors.

    Attributes:
        data: Arrays, name and source.
        train: The training digits.
        test: The test digits.
    """

    data: datasets.Dataset
    train: Digits
    test: Digits

    @property
    def in_colour(self) -> bool:
        """The digits have colours."""
        return bool(self.test.colours.shape[0])


_loaded: dict[str, TensorDataset] = {}
"""One data set and the same in colour, by the SHA-256 of their content."""


def load(reference: DataReference | None = None, kind: str = "mnist") -> TensorDataset:
    """Load a data set once per process.

    Args:
        reference: What a job expects; None takes whatever this computer has.
        kind: `data` of a plan.

    Raises:
        Refusal: If this computer has another data set than the reference, or none.
    """
    in_colour = kind == colour_digits.DATA
    known = _loaded.get(reference.sha256) if reference is not None else None
    if known is not None and known.in_colour == in_colour:
        return known
    grey = _load_grey(datasets.load())
    found = _load_coloured(grey) if in_colour else grey
    if reference is not None and found.data.sha256 != reference.sha256:
        raise Refusal(
            "A training must find the data that it was planned for. Received: {name} on the worker, {wanted} in the "
            "plan. Give the worker the same data, or plan the training again.",
            name=found.data.name,
            wanted=reference.name,
        )
    return found


def load_own(reference: DataReference, data: str, input_shape: Shape) -> TensorDataset:
    """Load a visitor's own set from the visitor's folder, as a network with this input shape reads it.

    Raises:
        Refusal: If the set is gone, damaged, another than the reference, or this worker cannot see the folder.
    """
    kept = SetStore(reference.owner, run_store.folder()).read(data)
    labelled = kept.labelled
    if labelled.sha256 != reference.sha256:
        raise Refusal("The set of pictures was changed since the training was planned. Plan the training again.")
    pictures = labelled.fit(input_shape)
    pictures = pictures[..., 0] if input_shape[2] == 1 else pictures
    cut = kept.trained
    found = datasets.Dataset(
        name=labelled.name,
        x_train=pictures[:cut],
        y_train=labelled.labels[:cut],
        x_test=pictures[cut:],
        y_test=labelled.labels[cut:],
        source=OWN_SOURCE,
        sha256=labelled.sha256,
        licence=OWN_LICENCE,
        attribution=OWN_SOURCE,
    )
    parts = (Digits.from_arrays(found.x_train, found.y_train), Digits.from_arrays(found.x_test, found.y_test))
    return TensorDataset(found, *parts)


def _load_grey(data: datasets.Dataset) -> TensorDataset:
    """Load the digits as they are, in place of any other data set."""
    if data.sha256 not in _loaded:
        _loaded.clear()
        train, test = Digits.from_arrays(data.x_train, data.y_train), Digits.from_arrays(data.x_test, data.y_test)
        _loaded[data.sha256] = TensorDataset(data, train, test)
    return _loaded[data.sha256]


def _load_coloured(grey: TensorDataset) -> TensorDataset:
    """Add ink and paper to each of the same digits."""
    data = colour_digits.describe(grey.data, len(grey.train))
    if data.sha256 not in _loaded:
        train, test = (
            replace(digits, colours=tf.constant(colour_digits.draw_pairs(len(digits), part)))
            for digits, part in ((grey.train, colour_digits.TRAIN), (grey.test, colour_digits.TEST))
        )
        _loaded[data.sha256] = TensorDataset(data, train, test)
    return _loaded[data.sha256]
