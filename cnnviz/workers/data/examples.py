"""The examples of a training plan, in the order and with the augmentation that each epoch sees them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from cnnviz.core.data import colour_digits, datasets
from cnnviz.core.errors import Refusal
from cnnviz.core.networks.card import DataSource
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.workers.data import augmented_pools, pen_strokes, tensors
from cnnviz.workers.data.tensors import Digits, Held

WITH_PEN = "mnist+pen"


@dataclass(frozen=True)
class Recipe:
    """What an augmentation's training does beside the plan's numbers.

    Args:
        label_smoothing: Share of each target that is spread over all classes; with pen strokes because about one
            label in a hundred is wrong.
        cosine: Whether the learning rate warms up and then falls to 0 along a cosine, whatever the plan says.
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


@dataclass(frozen=True)
class Rows:
    """Some of the `digits`, by their row numbers, int32."""

    digits: Digits
    rows: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, eq=False)
class Examples:
    """Training and validation examples of a plan. Images stay uint8 and are divided by 255 batch by batch.

    The first digits of the training set are learned from, its last ones are held out, so that plans that learn from
    few digits are judged on the same ones as plans that learn from many.

    Args:
        plan: The training plan.
        held: MNIST, or what stands in for it.
        pen: All pen strokes, None where there are none.
        folder: Where augmented pools are kept until the training is over; None keeps them in memory.
    """

    plan: TrainingPlan
    held: Held
    pen: pen_strokes.PenData | None = None
    folder: Path | None = None
    _made: dict[int, Digits] = field(default_factory=dict)

    @classmethod
    def load(cls, plan: TrainingPlan, pen: Path | None, folder: Path) -> Examples:
        """Read the data. Raises `Refusal` where it is missing or too small."""
        if plan.data == WITH_PEN and pen is None:
            raise Refusal("This plan needs pen strokes. Received: none. Name their file in the job's `pen`.")
        return cls(plan, tensors.held(kind=plan.data), pen_strokes.read(pen) if pen else None, folder)

    @property
    def recipe(self) -> Recipe:
        """What goes with the plan's augmentation."""
        return RECIPES[self.plan.augmentation]

    @property
    def data(self) -> datasets.Dataset:
        """MNIST, or what stands in for it."""
        return self.held.data

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
        return self.pen.writers & pen_strokes.HELD_OUT if self.plan.data == WITH_PEN else self.pen.writers

    @property
    def count(self) -> int:
        """Examples an epoch."""
        return self._learned_from + self.recipe.pen_copies * len(self._pen_digits)

    @property
    def batches(self) -> int:
        """Batches an epoch."""
        return -(-self.count // self.plan.batch_size)

    @property
    def held_out(self) -> int:
        """How many training digits are held out: the plan's, or its share where the data set has fewer digits."""
        asked, there = self.plan.validation_examples, len(self.held.train)
        return asked if self.plan.examples <= there else -(-asked * there // self.plan.examples)

    def epoch(self, epoch: int) -> Rows:
        """What one epoch learns from, counted from 1, in an order that depends on seed and epoch alone."""
        order = np.random.default_rng([self.plan.seed, epoch]).permutation(self.count)
        return Rows(self._pool(epoch), order.astype(np.int32))

    def validation(self) -> Rows:
        """The held out examples, or the test set, which then decides nothing."""
        count, train = self.held_out, self.held.train
        return Rows(train, _numbers(len(train))[-count:]) if count else self.test()

    def test(self) -> Rows:
        """The whole test set."""
        return Rows(self.held.test, _numbers(len(self.held.test)))

    @property
    def _learned_from(self) -> int:
        return min(self.plan.examples, len(self.held.train)) - self.held_out

    @property
    def _pen_digits(self) -> tuple[pen_strokes.PenDigit, ...]:
        """The pen digits that are trained on."""
        if self.pen is None or self.plan.data != WITH_PEN:
            return ()
        return self.pen.of(self.pen.writers - self.unseen_writers)

    def _pool(self, epoch: int) -> Digits:
        if not self.recipe.pools:
            return self.held.train
        number = (epoch - 1) % self.recipe.pools
        if number not in self._made:
            self._made[number] = Digits.of(*self._kept(number), self._colours)
        return self._made[number]

    @property
    def _colours(self) -> np.ndarray | None:
        """Ink and paper of the examples of a pool, where the plan's digits have some."""
        if self.plan.data != colour_digits.DATA:
            return None
        return colour_digits.draw_pairs(self._learned_from, colour_digits.TRAIN)

    def _kept(self, number: int) -> augmented_pools.Pool:
        if self.folder is None:
            return self._augmented(number)
        return augmented_pools.kept(self.folder / f"pool-{number}.npz", lambda: self._augmented(number))

    def _augmented(self, number: int) -> augmented_pools.Pool:
        """MNIST's digits once and the pen digits several times, all changed."""
        random = np.random.default_rng([self.plan.seed, number, 2])
        digits, copies, count = self._pen_digits, self.recipe.pen_copies, self._learned_from
        images, labels = self.data.x_train[:count], self.data.y_train[:count]
        made = [augmented_pools.of_images(images, labels, random)]
        if digits:
            made += [augmented_pools.of_strokes(digits, random) for _ in range(copies)]
            labels = np.concatenate([labels, *[pen_strokes.labels(digits)] * copies])
        return np.concatenate(made), labels


def _numbers(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.int32)
