"""Networks in a table: how well each reads the test set, what it costs, and the same as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from cnnviz.core.evaluation.evaluation import Evaluation
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.card import ModelCard


@dataclass(frozen=True)
class Score:
    """One network's row.

    Attributes:
        name: Of the network.
        accuracy: Share of the test digits that it reads right.
        interval: Ends of the 95 % interval of that (Wilson).
        loss: Mean cross-entropy.
        per_digit: Share read right of each digit, 0 to 9.
        parameters: Number of weights.
        multiplications: For one digit.
        trained_seconds: Wall time of the training; it depends on the machine. None where nothing is known of it.
        epochs: Of the training, None likewise.
    """

    name: str
    accuracy: float
    interval: tuple[float, float]
    loss: float
    per_digit: tuple[float, ...]
    parameters: int
    multiplications: int
    trained_seconds: float | None
    epochs: int | None


def make_score(made: Evaluation, architecture: Architecture, card: ModelCard | None) -> Score:
    """Make the row of a network from its answers and its card; one from a file has no card."""
    counts = made.confusion
    per_digit = counts.diagonal() / np.maximum(1, counts.sum(axis=1))
    return Score(
        name=made.name,
        accuracy=made.accuracy,
        interval=made.interval,
        loss=made.loss,
        per_digit=tuple(map(float, per_digit)),
        parameters=architecture.parameters,
        multiplications=architecture.multiplications,
        trained_seconds=None if card is None else card.trained_seconds,
        epochs=None if card is None else card.epochs,
    )


ORDERS: Mapping[str, Callable[[Score], tuple[float, str]]] = MappingProxyType(
    {
        "accuracy": lambda score: (-score.accuracy, score.name),
        "loss": lambda score: (score.loss, score.name),
        "parameters": lambda score: (score.parameters, score.name),
        "multiplications": lambda score: (score.multiplications, score.name),
        "trained": lambda score: (math.inf if score.trained_seconds is None else score.trained_seconds, score.name),
        "name": lambda score: (0, score.name),
    }
)
"""What rows can be sorted by -> the key that sorts them, the best first."""


def sort(scores: Iterable[Score], by: str) -> list[Score]:
    """Sort rows by one of `ORDERS`."""
    return sorted(scores, key=ORDERS[by])


def to_csv(scores: Sequence[Score], milliseconds: Mapping[str, float]) -> str:
    """Write the rows as CSV, numbers in full; `milliseconds`: network -> median time a digit, where it was measured."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    head = [
        "network",
        "accuracy",
        "accuracy_low",
        "accuracy_high",
        "loss",
        *(f"accuracy_{digit}" for digit in range(10)),
    ]
    writer.writerow([*head, "parameters", "multiplications", "epochs", "trained_seconds", "milliseconds_per_digit"])
    for score in scores:
        writer.writerow(
            [
                score.name,
                score.accuracy,
                *score.interval,
                score.loss,
                *score.per_digit,
                score.parameters,
                score.multiplications,
                score.epochs,
                score.trained_seconds,
                milliseconds.get(score.name, ""),
            ]
        )
    return file.getvalue()
