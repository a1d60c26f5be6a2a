"""Training plans as validated data."""

import re
from dataclasses import asdict, dataclass, fields
from typing import Any

from cnnviz.core.layers import checks

DATA = ("mnist", "mnist+pen", "colour")
OWN_DATA = re.compile("own-[0-9a-f]{16}")
"""A visitor's own set (`cnnviz.jobs.own_sets.store`): the digits are the beginning of its content's SHA-256."""

OPTIMIZERS = ("adadelta", "adam", "rmsprop", "sgd")
AUGMENTATIONS = ("none", "affine", "pen")
SCHEDULES = ("constant", "cosine")
PRECISIONS = ("float32", "mixed_bfloat16")
STRATIFIED, LAST = "stratified", "last"
SPLITS = (STRATIFIED, LAST)
MIN_EXAMPLES = 10

MAX_EPOCHS = 200
"""Epochs of a plan, and of a training including those added while it ran."""

LABEL_SMOOTHING = {"pen": 0.05}
"""Augmentation -> share of each target that is spread over all classes; about 1 % of the pen labels are wrong."""

WARM_UP_START, WARM_UP_RISE = 0.05, 0.03
"""A cosine schedule starts at this share of the full learning rate, and rises by the full rate in this share of the
run."""

WARM_UP = round(WARM_UP_RISE * (1 - WARM_UP_START), 6)
"""Share of the run after which the learning rate has its full value."""

ADDED = frozenset({"schedule", "precision", "split"})
"""Settings missing from older cards, which were trained with the defaults, but held out the last digits."""


@dataclass(frozen=True, kw_only=True)
class TrainingPlan:
    """Hyperparameters of a training, with the seed that makes it repeatable.

    Attributes:
        data: One of `DATA`, or `OWN_DATA`; "colour" are MNIST's digits in colour (`cnnviz.core.data.colour_digits`).
        examples: Number of examples used, held-out ones included.
        validation_examples: Number of examples held out to validate every epoch; plans of different size but the same
            seed are validated on the same digits. With 0 the first examples of the data set are trained on, and the
            test set is shown beside the curve and has no influence.
        batch_size: Examples a batch.
        epochs: Largest number of epochs.
        optimizer: One of `OPTIMIZERS`.
        learning_rate: Full learning rate.
        augmentation: One of `AUGMENTATIONS`.
        patience: Epochs without a smaller validation loss after which training stops with the weights of the best
            epoch. None for no early stopping, which needs examples held out.
        seed: Seed of weights, order and augmentation.
        schedule: "constant" keeps the learning rate; "cosine" warms it up, then lets it fall to 0 along a cosine.
        precision: "mixed_bfloat16" multiplies in bfloat16 and keeps the weights in float32.
        split: "stratified" draws the held-out digits and those trained on at random by the seed, each class in its
            share; "last" trains on the first of the data set and holds out the last, as older plans did.

    Raises:
        Refusal: If a value is out of range.
    """

    data: str = "mnist"
    examples: int = 60_000
    validation_examples: int = 0
    batch_size: int = 128
    epochs: int = 12
    optimizer: str = "adam"
    learning_rate: float = 0.001
    augmentation: str = "none"
    patience: int | None = None
    seed: int = 1
    schedule: str = "constant"
    precision: str = "float32"
    split: str = STRATIFIED

    def __post_init__(self) -> None:
        if not has_own_data(self):
            checks.choice("data", self.data, DATA)
        checks.choice("optimizer", self.optimizer, OPTIMIZERS)
        checks.choice("augmentation", self.augmentation, AUGMENTATIONS)
        checks.choice("schedule", self.schedule, SCHEDULES)
        checks.choice("precision", self.precision, PRECISIONS)
        checks.choice("split", self.split, SPLITS)
        checks.whole("examples", self.examples, MIN_EXAMPLES, 1_000_000)
        checks.whole("validation_examples", self.validation_examples, 0, self.examples - MIN_EXAMPLES)
        checks.whole("batch_size", self.batch_size, 1, 10_000)
        checks.whole("epochs", self.epochs, 1, MAX_EPOCHS)
        checks.whole("seed", self.seed, 0, 2**31 - 1)
        rate = checks.number("learning_rate", self.learning_rate, 1e-6, 10)
        object.__setattr__(self, "learning_rate", rate)
        if self.patience is not None:
            checks.whole("patience", self.patience, 1, MAX_EPOCHS)
            checks.whole("validation_examples", self.validation_examples, 1, self.examples - MIN_EXAMPLES)

    def to_json(self) -> dict[str, Any]:
        """Return this plan as plain data for `json.dumps`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> "TrainingPlan":
        """Return the plan that `to_json` described. Raises `Refusal` for anything else."""
        names = {field.name for field in fields(cls)}
        missing = ADDED - data.keys() if isinstance(data, dict) else set()
        table = checks.table("plan", data, names - missing)
        if "split" in missing and table["validation_examples"]:
            table = {**table, "split": LAST}
        return cls(**table)


def has_own_data(plan: TrainingPlan) -> bool:
    """Return whether a plan learns from a visitor's own set."""
    return isinstance(plan.data, str) and OWN_DATA.fullmatch(plan.data) is not None


def count_digits(plan: TrainingPlan, available: int) -> tuple[int, int]:
    """Return how many digits a training learns from and how many it holds out, of so many `available` ones.

    A data set that is smaller than the plan is used whole, and the same share of it is held out.
    """
    count = min(plan.examples, available)
    held_out = -(-plan.validation_examples * count // plan.examples)
    return count - held_out, held_out
