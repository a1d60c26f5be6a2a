"""Recorded trainings of the ready experiments: every arm with several seeds, one small file an experiment.

scripts/record_experiments.py writes them beside the networks of the model store.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.networks import model_store
from cnnviz.core.networks.metrics import CURVES_OF_EVERY_CARD
from cnnviz.core.training.experiments import Arm, Experiment

FOLDER = "experiments"
"""Folder of the recordings in the model store's."""
MAX_BYTES = 500_000
"""Bytes that are read of a file."""
MIN_SEEDS = 5
"""Trainings an arm in a whole recording."""
DECIMALS = 5
"""Decimals of the file; a share of 5,000 digits has four."""
ENDS = ("finished", "diverged")
NEAREST = 5
"""Recorded arms from which the spread of another training is estimated."""


@dataclass(frozen=True)
class RecordedRun:
    """One training of an arm.

    Attributes:
        seed: Its seed.
        share: Share of the deciding digits read right, in [0, 1].
        test_accuracy: Share of the test digits read right, in [0, 1]; None where it diverged in its first epoch.
        ended: One of `ENDS`.
        seconds: Duration of the training.
        curves: Metric -> one number an epoch.
    """

    seed: int
    share: float
    test_accuracy: float | None
    ended: str
    seconds: float
    curves: Mapping[str, tuple[float, ...]]

    def __post_init__(self) -> None:
        checks.whole("seed", self.seed, 0, 2**31 - 1)
        checks.number("share", self.share, 0, 1)
        if self.test_accuracy is not None:
            checks.number("test_accuracy", self.test_accuracy, 0, 1)
        checks.choice("ended", self.ended, ENDS)
        checks.number("seconds", self.seconds, 0, 1e6)
        if set(self.curves) != set(CURVES_OF_EVERY_CARD) or len({len(curve) for curve in self.curves.values()}) != 1:
            raise _make_refusal()


@dataclass(frozen=True)
class RecordedArm:
    """The trainings of one arm.

    Attributes:
        sha256: Hash of architecture and plan that they followed (`hash_arm`).
        runs: The trainings, by ascending seed.
    """

    sha256: str
    runs: tuple[RecordedRun, ...] = ()


@dataclass(frozen=True)
class Recording:
    """The recorded trainings of an experiment.

    Attributes:
        experiment: Id of the experiment.
        data_sha256: Hash of the digits, from `Dataset.sha256`.
        count: Number of digits that decided in each training.
        versions: Library -> version.
        arms: Arm id -> its trainings.
    """

    experiment: str
    data_sha256: str
    count: int
    versions: Mapping[str, str]
    arms: Mapping[str, RecordedArm]

    @property
    def seeds(self) -> int:
        """Smallest number of trainings of an arm."""
        return min((len(arm.runs) for arm in self.arms.values()), default=0)

    def get_shares(self) -> dict[str, tuple[float, ...]]:
        """Return the shares of all trainings of each arm, by ascending seed."""
        return {name: tuple(run.share for run in arm.runs) for name, arm in self.arms.items()}

    def add(self, arm: Arm, run: RecordedRun) -> Recording:
        """Return this recording with a training more; one of another plan, or of the same seed, is replaced."""
        sha256 = hash_arm(arm)
        known = self.arms.get(arm.id)
        kept = known.runs if known is not None and known.sha256 == sha256 else ()
        runs = sorted((run, *(one for one in kept if one.seed != run.seed)), key=lambda one: one.seed)
        return replace(self, arms={**self.arms, arm.id: RecordedArm(sha256, tuple(runs))})

    def to_json(self) -> dict[str, Any]:
        """Return this recording as plain data for `json.dumps`."""
        arms = {
            name: {"sha256": arm.sha256, "runs": [{**vars(run), "curves": dict(run.curves)} for run in arm.runs]}
            for name, arm in self.arms.items()
        }
        return {**vars(self), "versions": dict(self.versions), "arms": arms}

    @classmethod
    def from_json(cls, data: Any) -> Recording:
        """Rebuild the recording from the data of `to_json`. Raises `Refusal` for anything else."""
        try:
            return cls(**{**data, "arms": {name: _parse_arm(arm) for name, arm in data["arms"].items()}})
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _make_refusal() from error


def hash_arm(arm: Arm) -> str:
    """Return the SHA-256 of what an arm trains and how, its seed excepted."""
    plan = {name: value for name, value in arm.plan.to_json().items() if name != "seed"}
    return hashlib.sha256(json.dumps([arm.architecture.to_json(), plan], sort_keys=True).encode()).hexdigest()


def find_missing(experiment: Experiment, recording: Recording, seeds: int) -> list[tuple[Arm, int]]:
    """List the arms and seeds from 1 to `seeds` that are not recorded, all arms of one seed before the next."""
    missing = []
    for seed in range(1, seeds + 1):
        for arm in experiment.arms:
            known = recording.arms.get(arm.id)
            valid = known is not None and known.sha256 == hash_arm(arm)
            if known is None or not valid or all(run.seed != seed for run in known.runs):
                missing.append((arm, seed))
    return missing


def get_path(experiment: str, folder: Path | None = None) -> Path:
    """Return the path of an experiment's recording in the `folder` of a model store."""
    return (folder or model_store.folder()) / FOLDER / f"{experiment}.json"


def write(recording: Recording, folder: Path | None = None) -> None:
    """Write a recording, with one line for each list of numbers. Raises `OSError`."""
    path = get_path(recording.experiment, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(recording.to_json(), indent=1, allow_nan=False)
    short = re.sub(r"\[\n[^\[\]{}\"]*\]", lambda found: f"[{' '.join(found[0][1:-1].split())}]", text)
    atomic_file.write(path, (short + "\n").encode())


def load(experiment: Experiment, folder: Path | None = None) -> Recording | None:
    """Load an experiment's recording; None where it is missing, damaged, incomplete or of another plan."""
    try:
        found = read(experiment.id, folder)
    except (OSError, Refusal):
        return None
    whole = all(
        arm.id in found.arms
        and found.arms[arm.id].sha256 == hash_arm(arm)
        and len(found.arms[arm.id].runs) >= MIN_SEEDS
        for arm in experiment.arms
    )
    return replace(found, arms={arm.id: found.arms[arm.id] for arm in experiment.arms}) if whole else None


def read(experiment: str, folder: Path | None = None) -> Recording:
    """Read a recording as it is. Raises `OSError` where it is missing and `Refusal` where it is damaged."""
    with get_path(experiment, folder).open("rb") as file:
        try:
            return Recording.from_json(json.loads(file.read(MAX_BYTES)))
        except (ValueError, RecursionError) as error:
            raise _make_refusal() from error


def estimate_spread(known: Iterable[Recording], share: float) -> float | None:
    """Estimate how far another seed moves a training that reads `share` of the digits right.

    Returns:
        the standard deviation between seeds, pooled over the recorded arms whose accuracy is nearest; None without
        recordings.
    """
    spreads = [
        (abs(float(np.mean(shares)) - share), float(np.std(shares, ddof=1)))
        for recording in known
        for shares in recording.get_shares().values()
    ]
    return float(np.sqrt(np.mean([spread**2 for _, spread in sorted(spreads)[:NEAREST]]))) if spreads else None


def _parse_arm(data: Any) -> RecordedArm:
    runs = (
        RecordedRun(**{**run, "curves": {name: tuple(curve) for name, curve in run["curves"].items()}})
        for run in data["runs"]
    )
    return RecordedArm(data["sha256"], tuple(runs))


def _make_refusal() -> Refusal:
    return Refusal(
        "A recording must list the trainings of every arm with their curves. Received: one that is damaged. Run "
        "scripts/record_experiments.py."
    )
