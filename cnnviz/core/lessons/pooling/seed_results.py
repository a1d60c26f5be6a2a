"""The results of training the pooling networks with several seeds each: a table beside the networks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS, STORED_SEED
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import CLASSES
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.metrics import CURVES_OF_EVERY_CARD
from cnnviz.core.networks.training_plan import TrainingPlan

FILE = "pooling-seeds.json"
MAX_BYTES = 1_000_000
"""Bytes that are read of the file."""
DECIMALS = 6
"""Decimals in the file; shares of the test set's 10,000 digits have four."""


@dataclass(frozen=True)
class SeedRun:
    """The results of one training.

    Attributes:
        network: One of `POOL_NETWORKS`.
        seed: Seed of the training.
        accuracy: Share of MNIST's test digits read right, in [0, 1].
        loss: Mean cross-entropy on MNIST's test digits.
        per_digit: Share read right for each true digit, in [0, 1].
        curves: Metric -> one number per epoch.
        pen_accuracy: Share of drawn digits read right, in [0, 1]; None if not measured.
        seconds: Duration of the training.
    """

    network: str
    seed: int
    accuracy: float
    loss: float
    per_digit: tuple[float, ...]
    curves: Mapping[str, tuple[float, ...]]
    pen_accuracy: float | None
    seconds: float

    def __post_init__(self) -> None:
        checks.choice("network", self.network, tuple(POOL_NETWORKS))
        checks.whole("seed", self.seed, 0, 2**31 - 1)
        for share in (
            self.accuracy,
            *self.per_digit,
            *([] if self.pen_accuracy is None else [self.pen_accuracy]),
        ):
            checks.number("accuracy", share, 0, 1)
        checks.number("loss", self.loss, 0, 1e12)
        if len(self.per_digit) != CLASSES or set(self.curves) != set(CURVES_OF_EVERY_CARD):
            raise _make_refusal()


@dataclass(frozen=True)
class SeedTable:
    """The trainings of all three networks, each with the same seeds.

    Attributes:
        plan: The plan of all; its seed is that of the stored networks.
        data_sha256: Hash of the training data, from the cards.
        pen_note: Note on the drawn digits, from the cards.
        versions: Library -> version, from the cards.
        runs: One for each network and seed.
    """

    plan: TrainingPlan
    data_sha256: str
    pen_note: str
    versions: Mapping[str, str]
    runs: tuple[SeedRun, ...]

    def __post_init__(self) -> None:
        seeds = [{run.seed for run in self.list_runs(name)} for name in POOL_NETWORKS]
        if any(one != seeds[0] for one in seeds) or len(self.runs) != len(POOL_NETWORKS) * len(seeds[0]):
            raise _make_refusal()

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of every network, ascending."""
        return tuple(sorted({run.seed for run in self.runs}))

    def list_runs(self, network: str) -> tuple[SeedRun, ...]:
        """Return the trainings of one network, ordered by seed."""
        return tuple(sorted((run for run in self.runs if run.network == network), key=lambda run: run.seed))

    def to_json(self) -> dict[str, Any]:
        """Return this table as plain data for `json.dumps`."""
        return {
            "plan": self.plan.to_json(),
            "on_shelf": {"seed": STORED_SEED, "rule": "chosen before any network was trained"},
            "data_sha256": self.data_sha256,
            "pen_note": self.pen_note,
            "versions": dict(self.versions),
            "runs": [{**vars(run), "curves": dict(run.curves)} for run in self.runs],
        }

    @classmethod
    def from_json(cls, data: object) -> SeedTable:
        """Rebuild the table from the data of `to_json`. Raises `Refusal` for anything else."""
        try:
            return _parse_table(data)
        except (KeyError, TypeError, ValueError) as error:
            raise _make_refusal() from error


def collect(cards: Iterable[ModelCard]) -> SeedTable:
    """Collect the trainings of `cards` in a table; every network must have the same seeds."""
    known = list(cards)
    first = next(card for card in known if card.seed == STORED_SEED)
    return SeedTable(
        first.plan, first.data.sha256, first.pen_note, first.versions, tuple(summarize_run(card) for card in known)
    )


def summarize_run(card: ModelCard) -> SeedRun:
    """Summarize the training that `card` describes."""
    per_digit = tuple(round(row[digit] / sum(row), DECIMALS) for digit, row in enumerate(card.confusion))
    curves = {name: tuple(round(value, DECIMALS) for value in card.curves[name]) for name in CURVES_OF_EVERY_CARD}
    pen = None if card.pen_accuracy is None else round(card.pen_accuracy, DECIMALS)
    return SeedRun(
        card.name,
        card.seed,
        round(card.test_accuracy, DECIMALS),
        round(card.test_loss, DECIMALS),
        per_digit,
        curves,
        pen,
        round(card.trained_seconds, 1),
    )


def write(table: SeedTable, folder: Path) -> None:
    """Write the table into `folder`, beside the networks, with one line for each list of numbers."""
    text = json.dumps(table.to_json(), indent=1, ensure_ascii=False, allow_nan=False)
    short = re.sub(r"\[\n[^\[\]{}\"]*\]", lambda found: f"[{' '.join(found[0][1:-1].split())}]", text)
    atomic_file.write(folder / FILE, (short + "\n").encode())


def load(folder: Path | None = None) -> SeedTable:
    """Load the table beside the networks of a model store. Raises `Refusal` where it is missing or damaged."""
    try:
        with ((folder or model_store.folder()) / FILE).open("rb") as file:
            return SeedTable.from_json(json.loads(file.read(MAX_BYTES)))
    except (OSError, ValueError, RecursionError) as error:
        raise _make_refusal() from error


def _parse_table(data: Any) -> SeedTable:
    runs = tuple(
        SeedRun(
            **{
                **run,
                "per_digit": tuple(run["per_digit"]),
                "curves": {name: tuple(curve) for name, curve in run["curves"].items()},
            }
        )
        for run in data["runs"]
    )
    return SeedTable(
        TrainingPlan.from_json(data["plan"]), data["data_sha256"], data["pen_note"], data["versions"], runs
    )


def _make_refusal() -> Refusal:
    return Refusal(
        "The table of trainings must list the same seeds for all three pooling networks. Received: none, or one that "
        "is damaged. Run scripts/train_models.py --seeds 5."
    )
