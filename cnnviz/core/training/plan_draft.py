"""A training plan that is still being edited; it may be invalid, and lists which settings are and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.networks.training_plan import MAX_EPOCHS, MIN_EXAMPLES, TrainingPlan

DEFAULT_RATES: Mapping[str, float] = {"adam": 0.001, "rmsprop": 0.001, "sgd": 0.01, "adadelta": 0.001}
"""Keras 3's own learning rates."""

GOOD_RATES: Mapping[str, float] = {**DEFAULT_RATES, "adadelta": 1.0}
"""Suggested learning rates: Adadelta barely learns at Keras 3's rate and was designed for 1.0."""

LEARN, CHECK, PATIENCE = "learn", "check", "patience"


@dataclass(frozen=True)
class PlanDraft:
    """An editable training plan, valid or not.

    Attributes:
        values: The values of a plan by name, but with `learn` (digits to learn from) and `check` (digits held out for
            validation) in place of `examples` and `validation_examples`.
    """

    values: Mapping[str, Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    @classmethod
    def from_plan(cls, plan: TrainingPlan) -> PlanDraft:
        """Make a draft with the values of `plan`."""
        table = plan.to_json()
        examples, held_out = table.pop("examples"), table.pop("validation_examples")
        table.pop("split")  # a new training draws its digits, whatever an older one did
        return cls({LEARN: examples - held_out, CHECK: held_out, **table})

    def change(self, **values: Any) -> PlanDraft:
        """Return a copy with other `values`. Another optimizer brings its own learning rate."""
        if "optimizer" in values and "learning_rate" not in values:
            rate = GOOD_RATES.get(str(values["optimizer"]), self.values["learning_rate"])
            values["learning_rate"] = rate
        return PlanDraft({**self.values, **values})

    def problems(self, available: int) -> dict[str, Refusal]:
        """Return the refusal of every invalid value, by name, given the number of `available` training digits."""
        return dict(self._problems(available))

    def plan(self, available: int) -> TrainingPlan | None:
        """Make the plan; None while any value is invalid."""
        if self.problems(available):
            return None
        values = dict(self.values)
        learn, check = values.pop(LEARN), values.pop(CHECK)
        # Training on augmented digits always uses a falling rate; the plan states it, too.
        schedule = "constant" if values["augmentation"] == "none" else "cosine"
        values["schedule"] = "cosine" if values["schedule"] == "cosine" else schedule
        return TrainingPlan(**values, examples=learn + check, validation_examples=check)

    def _problems(self, available: int) -> Iterator[tuple[str, Refusal]]:
        """Check the values one by one and yield the refusals."""
        left = available
        for name, value in self.values.items():
            try:
                if name == LEARN:
                    left = available - _check_count("Pictures to learn from", value, MIN_EXAMPLES, available)
                elif name == CHECK:
                    _check_count("Pictures to check with", value, 0, left)
                elif name == PATIENCE:
                    self._check_patience(value)
                else:
                    replace(TrainingPlan(), **{name: value})
            except Refusal as reason:
                yield name, reason

    def _check_patience(self, patience: Any) -> None:
        """Raise `Refusal` unless `patience` is None, or a number of epochs with digits to validate on."""
        if patience is None:
            return
        checks.whole(PATIENCE, patience, 1, MAX_EPOCHS)
        if self.values[CHECK] == 0:
            raise Refusal(
                "Stopping early needs pictures to check with. Received: none. Choose some under “Pictures to check "
                "with”, or switch “Stop early” off."
            )


def _check_count(label: str, value: Any, low: int, high: int) -> int:
    """Return `value` if it is a number of digits from `low` to `high`; refuse it under the name that the form has."""
    try:
        return checks.whole(label, value, low, high)
    except Refusal:
        raise Refusal(
            "“{label}” must be a whole number from {low} to {high}, as many as there are left. Received: {value}. "
            "Choose one in that range.",
            label=label,
            low=low,
            high=high,
            value=checks.repr_of(value),
        ) from None


def make_default_draft(available: int) -> PlanDraft:
    """Make a plan that trains in seconds, within `available` training digits."""
    learn = min(5_000, available * 4 // 5)
    check = min(1_000, available - learn)
    plan = TrainingPlan(examples=learn + check, validation_examples=check, batch_size=64, epochs=8)
    return PlanDraft.from_plan(plan)


MIN_OWN_EXAMPLES = 15
"""Pictures of the training part of a set of one's own below which no network learns from it: 12 to learn from, 3 to
check with."""

OWN_BATCH = 16
OWN_STEPS = 300
"""Steps after which a small network reads a few dozen drawings."""

MAX_OWN_EPOCHS = 40


def make_own_draft(available: int, augmentation: str = "none") -> PlanDraft:
    """Make a plan for a set of one's own with so many pictures, at least `MIN_OWN_EXAMPLES`, to train with.

    A small set needs small batches and many epochs to make as many steps; a large one gets the usual plan's numbers.
    """
    check = min(1_000, max(3, available // 6))
    learn = min(5_000, available - check)
    batch = OWN_BATCH if learn < 1_000 else 64
    epochs = min(MAX_OWN_EPOCHS, max(8, -(-OWN_STEPS * batch // learn)))
    plan = TrainingPlan(
        examples=learn + check,
        validation_examples=check,
        batch_size=batch,
        epochs=epochs,
        augmentation=augmentation,
        schedule="constant" if augmentation == "none" else "cosine",
    )
    return PlanDraft.from_plan(plan)
