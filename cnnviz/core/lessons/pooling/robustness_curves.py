"""How the pooling networks take perturbed test digits: curves with bands, measured beforehand for a thousand digits.

Two things are told for every amount of a perturbation: the share of digits that are read right, and the mean
probability that a network still gives to the answer that it gave to the unperturbed digit. Each band holds the true
value for all such digits in 95 of 100 cases: Wilson's interval for a share in which every digit counts once, otherwise
what resampling the digits gives (a percentile bootstrap). It is about digits; how much another seed changes is told by
the lowest and the highest of all trained networks.

"shift" has one amount, the distance in pixels, and every digit is moved up, down, left and right by it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import trace
from cnnviz.core.inference.perturbations import MAX_SHIFT, PERTURBATIONS, shift
from cnnviz.core.layers import checks
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.networks import model_store
from cnnviz.core.networks.network import Network
from cnnviz.core.training.confidence import wilson

FILE = "pooling-robustness.json"
LARGEST = 1_000_000
SHIFT = "shift"
KINDS = (SHIFT, *PERTURBATIONS)
DISTANCES = tuple(float(distance) for distance in range(MAX_SHIFT + 1))
DIRECTIONS = ((-1, 0), (1, 0), (0, -1), (0, 1))
DIGITS = 4
"""Decimals that are kept."""

RESAMPLES = 2_000
BOOTSTRAP_SEED = 1
TOLD = ("right", "confidence")

Band = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]
"""Value, low end and high end, one number an amount."""


@dataclass(frozen=True)
class Curve:
    """One network under one kind of perturbation; everything is a share in [0, 1] with one number an amount.

    `right`, `confidence`: value, low and high of the network on the shelf. `seeds_right`, `seeds_confidence`: the
    lowest and the highest value of the networks of all seeds.
    """

    right: Band
    confidence: Band
    seeds_right: tuple[tuple[float, ...], tuple[float, ...]]
    seeds_confidence: tuple[tuple[float, ...], tuple[float, ...]]

    def __post_init__(self) -> None:
        lengths = {len(row) for rows in vars(self).values() for row in rows}
        if len(lengths) != 1 or [len(rows) for rows in vars(self).values()] != [3, 3, 2, 2]:
            raise _damaged()
        for value in (value for rows in vars(self).values() for row in rows for value in row):
            checks.number("share", value, 0, 1)


@dataclass(frozen=True)
class Robustness:
    """All curves, kind -> network -> curve, and `about`: how many digits, which networks, what made it."""

    about: Mapping[str, Any]
    curves: Mapping[str, Mapping[str, Curve]]

    def __post_init__(self) -> None:
        if set(self.curves) != set(KINDS) or any(set(each) != set(POOL_NETWORKS) for each in self.curves.values()):
            raise _damaged()
        for kind, each in self.curves.items():
            if any(len(curve.right[0]) != len(amounts(kind)) for curve in each.values()):
                raise _damaged()

    @property
    def count(self) -> int:
        """How many digits were perturbed."""
        return int(self.about["digits"])

    def to_json(self) -> dict[str, Any]:
        """These curves as plain data for `json.dumps`."""
        curves = {kind: {name: vars(curve) for name, curve in each.items()} for kind, each in self.curves.items()}
        return {
            "about": dict(self.about),
            "amounts": {kind: amounts(kind) for kind in KINDS},
            "curves": curves,
        }

    @classmethod
    def from_json(cls, data: Any) -> Robustness:
        """The curves that `to_json` described. Raises `Refusal` for anything else."""
        try:
            if any(tuple(data["amounts"][kind]) != amounts(kind) for kind in KINDS):
                raise _damaged()
            return cls({"digits": int(data["about"]["digits"]), **data["about"]}, _curves(data["curves"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _damaged() from error


def amounts(kind: str) -> tuple[float, ...]:
    """The amounts of one of `KINDS`."""
    return DISTANCES if kind == SHIFT else PERTURBATIONS[kind].amounts


def start(kind: str) -> int:
    """Where among the amounts nothing is changed."""
    return 0 if kind == SHIFT else PERTURBATIONS[kind].start


def perturbed(digits: np.ndarray, kind: str, place: int) -> np.ndarray:
    """`digits` (n, 28, 28) float32 by amount number `place`: (ways, n, 28, 28), four ways for a shift, else one."""
    if kind != SHIFT:
        perturbation = PERTURBATIONS[kind]
        return np.stack([perturbation.apply(digit, perturbation.amounts[place]) for digit in digits])[np.newaxis]
    return np.stack([[shift(digit, place * down, place * right) for digit in digits] for down, right in DIRECTIONS])


@dataclass(frozen=True, eq=False)
class Measured:
    """What one network made of all digits: for every digit and amount, means over the ways, (n, amounts) float64."""

    right: np.ndarray
    confidence: np.ndarray


def measure(network: Network, series: list[np.ndarray], first: int, labels: np.ndarray) -> Measured:
    """Have `network` read a series of `perturbed` digits, one array an amount, of which number `first` is unchanged."""
    answers = [trace.predict(network, images.reshape(-1, 28, 28)).reshape(*images.shape[:2], -1) for images in series]
    original = answers[first][0].argmax(axis=1)
    everyone = np.arange(len(labels))
    right = [(each.argmax(axis=2) == labels).mean(axis=0) for each in answers]
    confidence = [each[:, everyone, original].mean(axis=0) for each in answers]
    return Measured(np.stack(right, axis=1), np.stack(confidence, axis=1, dtype=np.float64))


def curve(kind: str, chosen: Measured, all_seeds: list[Measured]) -> Curve:
    """Sum up what was measured: `chosen` is the network on the shelf, `all_seeds` all of that kind with it."""
    of_seeds = {name: np.array([getattr(each, name).mean(axis=0) for each in all_seeds]) for name in TOLD}
    return Curve(
        right=_bootstrapped(chosen.right) if kind == SHIFT else _wilson(chosen.right),
        confidence=_bootstrapped(chosen.confidence),
        seeds_right=(_short(of_seeds["right"].min(axis=0)), _short(of_seeds["right"].max(axis=0))),
        seeds_confidence=(
            _short(of_seeds["confidence"].min(axis=0)),
            _short(of_seeds["confidence"].max(axis=0)),
        ),
    )


def write(found: Robustness, folder: Path) -> None:
    """Write the curves beside the networks."""
    text = json.dumps(found.to_json(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    atomic_file.write(folder / FILE, (text.replace('"pool-', '\n"pool-') + "\n").encode())


def load(folder: Path | None = None) -> Robustness:
    """The curves beside the networks of a shelf. Raises `Refusal` where there are none or they are damaged."""
    try:
        with ((folder or model_store.folder()) / FILE).open("rb") as file:
            return Robustness.from_json(json.loads(file.read(LARGEST)))
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged() from error


def bootstrap(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of the mean over the first axis of `values` (n, k): percentiles over resampled rows."""
    count = len(values)
    random = np.random.default_rng(BOOTSTRAP_SEED)
    drawn = random.multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    low, high = np.percentile(drawn @ values / count, [2.5, 97.5], axis=0)
    return low, high


def _bootstrapped(values: np.ndarray) -> Band:
    low, high = bootstrap(values)
    return _short(values.mean(axis=0)), _short(low), _short(high)


def _wilson(right: np.ndarray) -> Band:
    shares = right.mean(axis=0)
    ends = np.array([wilson(float(share), len(right)) for share in shares])
    return _short(shares), _short(ends[:, 0]), _short(ends[:, 1])


def _short(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in np.round(np.clip(values, 0, 1), DIGITS))


def _curves(data: Any) -> Mapping[str, Mapping[str, Curve]]:
    return MappingProxyType(
        {kind: {name: _curve(**each) for name, each in networks.items()} for kind, networks in data.items()}
    )


def _curve(**rows: Any) -> Curve:
    parts: dict[str, Any] = {part: tuple(map(tuple, each)) for part, each in rows.items()}
    return Curve(**parts)


def _damaged() -> Refusal:
    return Refusal(
        "The curves of the pooling networks must be as they were measured. Received: none, or some that are damaged. "
        "Run scripts/measure_pooling.py."
    )
