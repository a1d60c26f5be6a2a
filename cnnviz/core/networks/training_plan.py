"""How a network is trained, as checked plain data."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from cnnviz.core.layers import checks

DATA = ("mnist", "mnist+pen", "colour")
OPTIMIZERS = ("adadelta", "adam", "rmsprop", "sgd")
AUGMENTATIONS = ("none", "affine", "pen")
SCHEDULES = ("constant", "cosine")
PRECISIONS = ("float32", "mixed_bfloat16")
MIN_EXAMPLES = 10

MAX_EPOCHS = 200
"""Of a plan, and of a training with the epochs that were added while it ran."""

LABEL_SMOOTHING = {"pen": 0.05}
"""Augmentation -> share of each target that is spread over all classes; about one pen label in a hundred is wrong."""

WARM_UP_START, WARM_UP_RISE = 0.05, 0.03
"""With a cosine schedule the rate begins at this share of its full value, and rises by the full value in this share of
the run."""

WARM_UP = round(WARM_UP_RISE * (1 - WARM_UP_START), 6)
"""Share of the run after which the rate has its full value."""

ADDED = frozenset({"schedule", "precision"})
"""Settings that older cards do not have; they were trained with the defaults."""


@dataclass(frozen=True, kw_only=True)
class TrainingPlan:
    """How an architecture is trained: all that `fit` needs to know, and the seed that makes it repeatable.

    `data`: "colour" are MNIST's digits in colour (`cnnviz.core.data.colour_digits`).
    `examples`: how many training examples are used: the first ones of the data set to learn from, and, held out to
    judge every epoch, its last `validation_examples`, so that plans of different size are judged alike. With 0 held
    out the test set is shown beside the curve and decides nothing.
    `patience`: epochs without a smaller validation loss after which training stops with the best epoch's weights; None
    for no early stopping, which needs examples held out.
    `schedule`: "constant" keeps the learning rate, "cosine" warms it up for a moment, then lets it fall to 0 along a
    cosine.
    `precision`: "mixed_bfloat16" multiplies in bfloat16 and keeps the weights in float32.
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

    def __post_init__(self) -> None:
        checks.choice("data", self.data, DATA)
        checks.choice("optimizer", self.optimizer, OPTIMIZERS)
        checks.choice("augmentation", self.augmentation, AUGMENTATIONS)
        checks.choice("schedule", self.schedule, SCHEDULES)
        checks.choice("precision", self.precision, PRECISIONS)
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
        """This plan as plain data for `json.dumps`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> "TrainingPlan":
        """The plan that `to_json` described. Raises `Refusal` for anything else."""
        names = {field.name for field in fields(cls)}
        missing = ADDED - data.keys() if isinstance(data, dict) else set()
        return cls(**checks.table("plan", data, names - missing))
