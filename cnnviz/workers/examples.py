"""The examples of a training plan, in the order and with the augmentation that each epoch sees them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tensorflow as tf

from cnnviz.core import datasets
from cnnviz.core.cards import DataSource
from cnnviz.core.plans import TrainingPlan
from cnnviz.core.refusals import Refusal
from cnnviz.core.variants import CLASSES
from cnnviz.workers import pen_data, pools

MEASURING_BATCH = 1000
WITH_PEN = "mnist+pen"


@dataclass(frozen=True)
class Recipe:
    """What an augmentation's training does beside the plan's numbers.

    Args:
        label_smoothing: Share of each target that is spread over all classes; with pen strokes because about one
            label in a hundred is wrong.
        cosine: Whether the learning rate warms up and then falls to 0 along a cosine.
        pools: How many differently augmented copies of the examples there are; epochs take turns. 0 for none.
        pen_copies: How often each pen digit is in a pool, each time drawn differently.
    """

    label_smoothing: float = 0.0
    cosine: bool = False
    pools: int = 0
    pen_copies: int = 0


RECIPES: dict[str, Recipe] = {
    "none": Recipe(),
    "affine": Recipe(cosine=True, pools=4),
    "pen": Recipe(label_smoothing=0.05, cosine=True, pools=4, pen_copies=6),
}


@dataclass(frozen=True, eq=False)
class Examples:
    """Training and validation examples of a plan. Images are kept as uint8 and divided by 255 batch by batch.

    Args:
        plan: The training plan.
        data: MNIST, or what stands in for it.
        held_out: The images and labels that judge every epoch.
        pen: All pen strokes, None where there are none.
        folder: Where augmented pools are kept until the training is over.
        recipe: What goes with the plan's augmentation.
    """

    plan: TrainingPlan
    data: datasets.Dataset
    pen: pen_data.PenData | None
    folder: Path
    recipe: Recipe

    @classmethod
    def load(cls, plan: TrainingPlan, pen: Path | None, folder: Path) -> Examples:
        """Read the data. Raises `Refusal` where it is missing or too small."""
        if plan.data == WITH_PEN and pen is None:
            raise Refusal("This plan needs pen strokes. Received: none. Name their file in the job's `pen`.")
        strokes = pen_data.read(pen) if pen else None
        return cls(plan, datasets.load(), strokes, folder, RECIPES[plan.augmentation])

    @property
    def source(self) -> DataSource:
        """Where the data comes from, for the card."""
        mnist = DataSource(
            name=self.data.name,
            source=self.data.attribution,
            sha256=self.data.sha256,
            licence=self.data.licence,
            attribution=self.data.attribution,
        )
        if self.pen is None or self.plan.data != WITH_PEN:
            return mnist
        return replace(
            mnist,
            name=f"{mnist.name} and {pen_data.NAME}",
            source=f"{mnist.source}. {pen_data.SOURCE} (file SHA-256 {self.pen.sha256})",
            licence=f"{mnist.licence}; {pen_data.LICENCE}",
            attribution=f"{mnist.attribution}; {pen_data.ATTRIBUTION}",
        )

    @property
    def unseen_writers(self) -> frozenset[str]:
        """Writers of pen strokes that the plan does not train on."""
        if self.pen is None:
            return frozenset()
        return self.pen.writers & pen_data.HELD_OUT if self.plan.data == WITH_PEN else self.pen.writers

    @property
    def batches(self) -> int:
        """Batches an epoch."""
        return -(-self._count // self.plan.batch_size)

    def epoch(self, epoch: int) -> tf.data.Dataset:
        """The batches of one epoch, counted from 1, in an order that depends on seed and epoch alone."""
        images, labels = self._pool(epoch)
        order = np.random.default_rng([self.plan.seed, epoch]).permutation(len(labels))
        return _batched(images, labels, self.plan.batch_size, order)

    def validation(self) -> tf.data.Dataset:
        """The held out examples, or the test set, which then decides nothing."""
        count = self.plan.validation_examples
        if not count:
            return _batched(self.data.x_test, self.data.y_test, MEASURING_BATCH)
        images, labels = self._used()
        return _batched(images[-count:], labels[-count:], MEASURING_BATCH)

    def _used(self) -> pools.Pool:
        count = min(self.plan.examples, len(self.data.y_train))
        return self.data.x_train[:count], self.data.y_train[:count]

    def _trained_on(self) -> pools.Pool:
        images, labels = self._used()
        count = len(labels) - self.plan.validation_examples
        return images[:count], labels[:count]

    @property
    def _pen_digits(self) -> tuple[pen_data.PenDigit, ...]:
        """The pen digits that are trained on."""
        if self.pen is None or self.plan.data != WITH_PEN:
            return ()
        return self.pen.of(self.pen.writers - self.unseen_writers)

    @property
    def _count(self) -> int:
        return len(self._trained_on()[1]) + self.recipe.pen_copies * len(self._pen_digits)

    def _pool(self, epoch: int) -> pools.Pool:
        if not self.recipe.pools:
            return self._trained_on()
        number = (epoch - 1) % self.recipe.pools
        return pools.kept(self.folder / f"pool-{number}.npz", lambda: self._augmented(number))

    def _augmented(self, number: int) -> pools.Pool:
        """MNIST's digits once and the pen digits several times, all changed."""
        random = np.random.default_rng([self.plan.seed, number, 2])
        digits, copies = self._pen_digits, self.recipe.pen_copies
        images, labels = self._trained_on()
        made = [pools.of_images(images, labels, random)]
        if digits:
            made += [pools.of_strokes(digits, random) for _ in range(copies)]
            labels = np.concatenate([labels, *[pen_data.labels(digits)] * copies])
        return np.concatenate(made), labels


def _batched(
    images: np.ndarray, labels: np.ndarray, batch_size: int, order: np.ndarray | None = None
) -> tf.data.Dataset:
    """Gather a batch at a time from tensors that are made once: images / 255 and one-hot labels, float32."""
    all_images, all_labels = tf.constant(images), tf.constant(labels)
    order = np.arange(len(labels)) if order is None else order

    def gathered(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        batch = tf.cast(tf.gather(all_images, rows), tf.float32)[..., None] / 255
        return batch, tf.one_hot(tf.gather(all_labels, rows), CLASSES)

    rows = tf.data.Dataset.from_tensor_slices(order.astype(np.int32))
    return rows.batch(batch_size).map(gathered).prefetch(2)
