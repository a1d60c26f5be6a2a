"""How a network is trained, as checked plain data."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from cnnviz.core.layers import checks

DATA = ("mnist", "mnist+pen")
OPTIMIZERS = ("adadelta", "adam", "rmsprop", "sgd")
AUGMENTATIONS = ("none", "affine", "pen")


@dataclass(frozen=True, kw_only=True)
class TrainingPlan:
    """How a variant is trained: all that `fit` needs to know, and the seed that makes it repeatable.

    `examples`: how many training examples are used; the last `validation_examples` of them are held out and judge every
    epoch. With 0 held out the test set is shown beside the curve and decides nothing.
    `patience`: epochs without a smaller validation loss after which training stops with the best epoch's weights; None
    for no early stopping, which needs examples held out.
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

    def __post_init__(self) -> None:
        checks.choice("data", self.data, DATA)
        checks.choice("optimizer", self.optimizer, OPTIMIZERS)
        checks.choice("augmentation", self.augmentation, AUGMENTATIONS)
        checks.whole("examples", self.examples, 10, 1_000_000)
        checks.whole("validation_examples", self.validation_examples, 0, self.examples // 2)
        checks.whole("batch_size", self.batch_size, 1, 10_000)
        checks.whole("epochs", self.epochs, 1, 200)
        checks.whole("seed", self.seed, 0, 2**31 - 1)
        rate = checks.number("learning_rate", self.learning_rate, 1e-6, 10)
        object.__setattr__(self, "learning_rate", rate)
        if self.patience is not None:
            checks.whole("patience", self.patience, 1, 200)
            checks.whole("validation_examples", self.validation_examples, 1, self.examples // 2)

    def to_json(self) -> dict[str, Any]:
        """This plan as plain data for `json.dumps`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> "TrainingPlan":
        """The plan that `to_json` described. Raises `Refusal` for anything else."""
        return cls(**checks.table("plan", data, {field.name for field in fields(cls)}))
