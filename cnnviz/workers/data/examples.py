"""Select the examples of a training plan, in the order and with the augmentation of each epoch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from cnnviz.core.data import colour_digits, datasets, degradation, image_augmentation, non_digits, split
from cnnviz.core.networks.card import DataSource
from cnnviz.core.networks.training_plan import LABEL_SMOOTHING, STRATIFIED, TrainingPlan, has_own_data
from cnnviz.workers.data import augmentation_cache, pen_strokes
from cnnviz.workers.data.tensors import NO_DIGIT, Digits, TensorDataset

NON_DIGITS = 8_000
"""Pictures without a digit that are drawn once for a training; each of its last epochs shows some of them."""


@dataclass(frozen=True)
class AugmentationConfig:
    """Settings of the training that come with an augmentation, beside the plan's numbers.

    Attributes:
        label_smoothing: Share of each target that is spread over all classes; with pen strokes because about one
            label in a hundred is wrong.
        cosine: The learning rate warms up and then falls to 0 along a cosine, whatever the plan's schedule.
        copies: Number of differently augmented copies of the examples; epochs take turns. 0 for none.
        pen_copies: How often each pen digit is in a copy, drawn differently each time.
        clean_share: Share of the epochs, from the first on, that show the copies as they are. In the others digits are
            degraded, and some give way to pictures without a digit.
        degraded: Share of the digits of such an epoch that are degraded.
        non_digits: Share of its digits whose place a picture without a digit takes, of the kinds
            `cnnviz.core.data.non_digits.TRAINED`; its target is the same share for every class.
        restart: Factor on the plan's learning rate with which the first of these epochs starts another cosine.
    """

    label_smoothing: float = 0.0
    cosine: bool = False
    copies: int = 0
    pen_copies: int = 0
    clean_share: float = 1.0
    degraded: float = 0.0
    non_digits: float = 0.0
    restart: float = 1.0


AUGMENTATIONS: dict[str, AugmentationConfig] = {
    "none": AugmentationConfig(),
    "affine": AugmentationConfig(cosine=True, copies=4),
    "pen": AugmentationConfig(
        label_smoothing=LABEL_SMOOTHING["pen"],
        cosine=True,
        copies=4,
        pen_copies=6,
        clean_share=0.5,
        degraded=degradation.DEGRADED_SHARE,
        non_digits=0.06,
        restart=0.5,
    ),
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
    def clean_epochs(self) -> int:
        """Number of epochs, from the first on, that show the digits without degradation."""
        return round(self.augmentation.clean_share * self.plan.epochs)

    def is_degraded(self, epoch: int) -> bool:
        """Return whether this epoch, counted from 1, shows degraded digits; one added to a clean plan does not."""
        return self.augmentation.clean_share < 1 and epoch > self.clean_epochs

    @property
    def held_out(self) -> int:
        """Number of training digits that are held out: the plan's, or the same share of a smaller data set."""
        asked, there = self.plan.validation_examples, len(self.dataset.train)
        return asked if self.plan.examples <= there else -(-asked * there // self.plan.examples)

    def epoch(self, epoch: int) -> Rows:
        """Select what an epoch, counted from 1, trains on, in an order that depends on seed and epoch alone."""
        order = np.random.default_rng([self.plan.seed, epoch]).permutation(self.count).astype(np.int32)
        copy = self._select_copy(epoch)
        if self.is_degraded(epoch):
            return Rows(self._degrade(copy, epoch), order)
        # A copy has the trained digits alone, in the order of their rows.
        return Rows(copy, order if self.augmentation.copies else self._trained[order])

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
            self._copies[number] = Digits.from_arrays(*self._load_or_augment(number), self._colours)
        return self._copies[number]

    def _degrade(self, copy: Digits, epoch: int) -> Digits:
        """Degrade a share of the digits and put pictures without a digit in the place of some others."""
        config = self.augmentation
        random = np.random.default_rng([self.plan.seed, epoch, 3])
        images, labels = copy.images.numpy().copy(), copy.labels.numpy().copy()
        chosen = np.flatnonzero(random.random(len(images)) < config.degraded)
        images[chosen] = degradation.degrade_images(images[chosen], random)
        others, _ = self._load_non_digits()
        places = random.choice(len(images), round(config.non_digits * len(images)), replace=False)
        images[places] = others[random.integers(0, len(others), len(places))]
        labels[places] = NO_DIGIT
        # Half of the pictures without a digit are degraded too: degradation must not be what tells them apart.
        images[places[::2]] = degradation.degrade_images(images[places[::2]], random)
        return Digits.from_arrays(images, labels)

    def _load_non_digits(self) -> augmentation_cache.LabelledImages:
        def draw() -> augmentation_cache.LabelledImages:
            random = np.random.default_rng([self.plan.seed, 4])
            pictures = non_digits.draw_mixture(non_digits.TRAINED, NON_DIGITS, random)
            return np.round(pictures * 255).astype(np.uint8), np.full(NON_DIGITS, NO_DIGIT, np.uint8)

        if self.folder is None:
            return draw()
        return augmentation_cache.load_or_make(self.folder / "non-digits.npz", draw)

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
        # Habits of handwriting belong to digits: the classes of a visitor's own set have none.
        habits = np.full(len(labels), NO_DIGIT, np.uint8) if has_own_data(self.plan) else labels
        made = [image_augmentation.augment_images(images, habits, random)]
        if digits:
            made += [augmentation_cache.augment_strokes(digits, random) for _ in range(copies)]
            labels = np.concatenate([labels, *[pen_strokes.stack_labels(digits)] * copies])
        return np.concatenate(made), labels


def _number_rows(digits: Digits) -> np.ndarray:
    return np.arange(len(digits), dtype=np.int32)
