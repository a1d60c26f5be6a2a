"""Select the examples of a training plan, in the order and with the augmentation of each epoch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from cnnviz.core.data import colour_digits, datasets, split
from cnnviz.core.networks.card import DataSource
from cnnviz.core.networks.training_plan import LABEL_SMOOTHING, STRATIFIED, TrainingPlan
from cnnviz.workers.data import augmentation_cache, pen_strokes
from cnnviz.workers.data.tensors import Digits, TensorDataset


@dataclass(frozen=True)
class AugmentationConfig:
    """Settings of the training that come with an augmentation, beside the plan's numbers.

    Attributes:
        label_smoothing: Share of each target that is spread over all classes; with pen strokes because about one
            label in a hundred is wrong.
        cosine: The learning rate warms up and then falls to 0 along a cosine, whatever the plan's schedule.
        copies: Number of differently augmented copies of the examples; epochs take turns. 0 for none.
        pen_copies: How often each pen digit is in a copy, drawn differently each time.
    """

    label_smoothing: float = 0.0
    cosine: bool = False
    copies: int = 0
    pen_copies: int = 0


AUGMENTATIONS: dict[str, AugmentationConfig] = {
    "none": AugmentationConfig(),
    "affine": AugmentationConfig(cosine=True, copies=4),
    "pen": AugmentationConfig(label_smoothing=LABEL_SMOOTHING["pen"], cosine=True, copies=4, pen_copies=6),
}


@dataclass(frozen=True)
class Rows:
    """A selection of digits.

    Attributes:
        digits: All digits.
        rows: (n,) int32 row numbers.
    """

    digits: Digits
    rows: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, eq=False)
class Examples:
    """Training and validation examples of a plan. Images stay uint8 and are divided by 255 batch by batch.

    Held-out digits are drawn at random by the plan's seed, each class in its share, before those that are trained on,
    so that plans with few examples are validated on the same digits as plans with many. Older plans hold out the last
    ones.

    Attributes:
        plan: The training plan.
        dataset: MNIST, or its substitute.
        pen: All pen strokes, None without any.
        folder: Where augmented copies are cached until the training is over; None keeps them in memory.
    """

    plan: TrainingPlan
    dataset: TensorDataset
    pen: pen_strokes.PenData | None = None
    folder: Path | None = None
    _copies: dict[int, Digits] = field(default_factory=dict)

    @property
    def augmentation(self) -> AugmentationConfig:
        """Settings of the plan's augmentation."""
        return AUGMENTATIONS[self.plan.augmentation]

    @property
    def data(self) -> datasets.Dataset:
        """MNIST, or its substitute."""
        return self.dataset.data

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
        if self.pen is None or self.plan.data != pen_strokes.DATA:
            return mnist
        return replace(
            mnist,
            name=f"{mnist.name} and {pen_strokes.NAME}",
            source=f"{mnist.source}. {pen_strokes.SOURCE} (file SHA-256 {self.pen.sha256})",
            licence=f"{mnist.licence}; {pen_strokes.LICENCE}",
            attribution=f"{mnist.attribution}; {pen_strokes.ATTRIBUTION}",
        )

    @property
    def unseen_writers(self) -> frozenset[str]:
        """Writers of pen strokes that the plan does not train on."""
        if self.pen is None:
            return frozenset()
        return self.pen.writers & pen_strokes.HELD_OUT if self.plan.data == pen_strokes.DATA else self.pen.writers

    @property
    def count(self) -> int:
        """Examples per epoch."""
        return self._mnist_count + self.augmentation.pen_copies * len(self._pen_digits)

    @property
    def batches(self) -> int:
        """Batches per epoch."""
        return -(-self.count // self.plan.batch_size)

    @property
    def held_out(self) -> int:
        """Number of training digits that are held out: the plan's, or the same share of a smaller data set."""
        asked, there = self.plan.validation_examples, len(self.dataset.train)
        return asked if self.plan.examples <= there else -(-asked * there // self.plan.examples)

    def epoch(self, epoch: int) -> Rows:
        """Select what an epoch, counted from 1, trains on, in an order that depends on seed and epoch alone."""
        order = np.random.default_rng([self.plan.seed, epoch]).permutation(self.count).astype(np.int32)
        # A copy has the trained digits alone, in the order of their rows.
        return Rows(self._select_copy(epoch), order if self.augmentation.copies else self._trained[order])

    def validation(self) -> Rows:
        """Select the held-out examples, or without any the test set, which then decides nothing."""
        if not self.held_out:
            return self.test()
        rows = self._order[: self.held_out] if self._is_drawn else self._order[-self.held_out :]
        return Rows(self.dataset.train, rows)

    def test(self) -> Rows:
        """Select the whole test set."""
        return Rows(self.dataset.test, _number_rows(self.dataset.test))

    @property
    def _is_drawn(self) -> bool:
        """Whether chance decides which digits are held out; with none held out, the first ones are trained on."""
        return self.held_out > 0 and self.plan.split == STRATIFIED

    @cached_property
    def _order(self) -> np.ndarray:
        """(n,) int32 rows of the training set; drawn ones start with those held out."""
        if self._is_drawn:
            return split.order_stratified(self.data.y_train, self.plan.seed)
        return _number_rows(self.dataset.train)

    @property
    def _trained(self) -> np.ndarray:
        """Rows of the training set that are trained on."""
        start = self.held_out if self._is_drawn else 0
        return self._order[start : start + self._mnist_count]

    @property
    def _mnist_count(self) -> int:
        return min(self.plan.examples, len(self.dataset.train)) - self.held_out

    @property
    def _pen_digits(self) -> tuple[pen_strokes.PenDigit, ...]:
        """The pen digits that are trained on."""
        if self.pen is None or self.plan.data != pen_strokes.DATA:
            return ()
        return self.pen.select(self.pen.writers - self.unseen_writers)

    def _select_copy(self, epoch: int) -> Digits:
        """Select the original digits, or the augmented copy whose turn it is."""
        if not self.augmentation.copies:
            return self.dataset.train
        number = (epoch - 1) % self.augmentation.copies
        if number not in self._copies:
            self._copies[number] = Digits.of(*self._load_or_augment(number), self._colours)
        return self._copies[number]

    @property
    def _colours(self) -> np.ndarray | None:
        """Ink and paper of the examples of a copy if the plan's digits are coloured."""
        if self.plan.data != colour_digits.DATA:
            return None
        return colour_digits.draw_pairs(self._mnist_count, colour_digits.TRAIN)

    def _load_or_augment(self, number: int) -> augmentation_cache.LabelledImages:
        if self.folder is None:
            return self._augment(number)
        return augmentation_cache.load_or_make(self.folder / f"pool-{number}.npz", lambda: self._augment(number))

    def _augment(self, number: int) -> augmentation_cache.LabelledImages:
        """Augment MNIST's digits once and the pen digits several times."""
        random = np.random.default_rng([self.plan.seed, number, 2])
        digits, copies, rows = self._pen_digits, self.augmentation.pen_copies, self._trained
        images, labels = self.data.x_train[rows], self.data.y_train[rows]
        made = [augmentation_cache.augment_images(images, labels, random)]
        if digits:
            made += [augmentation_cache.augment_strokes(digits, random) for _ in range(copies)]
            labels = np.concatenate([labels, *[pen_strokes.stack_labels(digits)] * copies])
        return np.concatenate(made), labels


def _number_rows(digits: Digits) -> np.ndarray:
    return np.arange(len(digits), dtype=np.int32)
