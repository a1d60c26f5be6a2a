"""Accuracy of the pooling networks on perturbed digits: curves with confidence bands, measured on 1,000 test digits.

There are two quantities for each amount of a perturbation: the share of digits that are read right, and the mean
probability that a network still gives to its answer for the unperturbed digit. Each band holds the true
value for all such digits in 95 of 100 cases: Wilson's interval for a share in which every digit counts once, otherwise
a percentile bootstrap over the digits. The bands are about digits; the effect of another seed shows in the lowest and
the highest value of all trained networks.

"shift" has one amount, the distance in pixels, and every digit is shifted up, down, left and right by it.
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
from cnnviz.core.training.confidence import Z, compute_wilson_interval

FILE = "pooling-robustness.json"
MAX_BYTES = 1_000_000
"""Bytes that are read of the file."""
SHIFT = "shift"
KINDS = (SHIFT, *PERTURBATIONS)
DISTANCES = tuple(float(distance) for distance in range(MAX_SHIFT + 1))
DIRECTIONS = ((-1, 0), (1, 0), (0, -1), (0, 1))
DECIMALS = 4
"""Decimals in the file."""

RESAMPLES = 2_000
BOOTSTRAP_SEED = 1
QUANTITIES = ("right", "confidence")

Band = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]
"""Value, low end and high end, one number for each amount."""


RANGED_SEEDS, RANGE_OF_FIVE = 5, 2.326
"""Seeds of the curves, and the expected range of so many Gaussian values in standard deviations (Tippett 1925)."""


@dataclass(frozen=True)
class Curve:
    """One network under one kind of perturbation; all values are shares in [0, 1], one for each amount.

    Attributes:
        right: Share of digits read right by the stored network: value, low and high.
        confidence: Its mean probability of the original answer: value, low and high.
        seeds_right: Lowest and highest `right` of the networks of all seeds.
        seeds_confidence: Lowest and highest `confidence` of the networks of all seeds.
    """

    right: Band
    confidence: Band
    seeds_right: tuple[tuple[float, ...], tuple[float, ...]]
    seeds_confidence: tuple[tuple[float, ...], tuple[float, ...]]

    def compute_band(self, quantity: str) -> Band:
        """Compute "right" or "confidence" with a band for other digits and other seeds together.

        The interval for other digits and the spread between seeds, Gauss-distributed with a standard deviation that is
        estimated from the range of `RANGED_SEEDS` trainings, are added as independent errors.
        """
        value, low, high = (np.array(row) for row in getattr(self, quantity))
        lowest, highest = (np.array(row) for row in getattr(self, f"seeds_{quantity}"))
        reach = Z * (highest - lowest) / RANGE_OF_FIVE
        return (
            _round(value),
            _round(value - np.hypot(value - low, reach)),
            _round(value + np.hypot(high - value, reach)),
        )

    def __post_init__(self) -> None:
        lengths = {len(row) for rows in vars(self).values() for row in rows}
        if len(lengths) != 1 or [len(rows) for rows in vars(self).values()] != [3, 3, 2, 2]:
            raise _make_refusal()
        for value in (value for rows in vars(self).values() for row in rows for value in row):
            checks.number("share", value, 0, 1)


@dataclass(frozen=True)
class Robustness:
    """All curves of the three networks.

    Attributes:
        about: Number of digits, names of the networks, and how the curves were made.
        curves: Kind of perturbation -> network -> curve.
    """

    about: Mapping[str, Any]
    curves: Mapping[str, Mapping[str, Curve]]

    def __post_init__(self) -> None:
        if set(self.curves) != set(KINDS) or any(set(each) != set(POOL_NETWORKS) for each in self.curves.values()):
            raise _make_refusal()
        for kind, each in self.curves.items():
            if any(len(curve.right[0]) != len(get_amounts(kind)) for curve in each.values()):
                raise _make_refusal()

    @property
    def count(self) -> int:
        """Number of digits that were perturbed."""
        return int(self.about["digits"])

    def to_json(self) -> dict[str, Any]:
        """Return these curves as plain data for `json.dumps`."""
        curves = {kind: {name: vars(curve) for name, curve in each.items()} for kind, each in self.curves.items()}
        return {
            "about": dict(self.about),
            "amounts": {kind: get_amounts(kind) for kind in KINDS},
            "curves": curves,
        }

    @classmethod
    def from_json(cls, data: Any) -> Robustness:
        """Rebuild the curves from the data of `to_json`. Raises `Refusal` for anything else."""
        try:
            if any(tuple(data["amounts"][kind]) != get_amounts(kind) for kind in KINDS):
                raise _make_refusal()
            return cls({"digits": int(data["about"]["digits"]), **data["about"]}, _parse_curves(data["curves"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _make_refusal() from error


def get_amounts(kind: str) -> tuple[float, ...]:
    """Return the amounts of one of `KINDS`."""
    return DISTANCES if kind == SHIFT else PERTURBATIONS[kind].amounts


def get_start(kind: str) -> int:
    """Return the index of the amount that changes nothing."""
    return 0 if kind == SHIFT else PERTURBATIONS[kind].start


def perturb(digits: np.ndarray, kind: str, place: int) -> np.ndarray:
    """Perturb `digits`, (n, 28, 28) float32, by amount number `place`.

    Returns (ways, n, 28, 28): four ways for a shift, otherwise one.
    """
    if kind != SHIFT:
        perturbation = PERTURBATIONS[kind]
        return np.stack([perturbation.apply(digit, perturbation.amounts[place]) for digit in digits])[np.newaxis]
    return np.stack([[shift(digit, place * down, place * right) for digit in digits] for down, right in DIRECTIONS])


@dataclass(frozen=True, eq=False)
class Measurement:
    """The results of one network on all digits, averaged over the ways of a perturbation.

    Attributes:
        right: (n, amounts) float64: share of ways in which the digit was read right.
        confidence: (n, amounts) float64: mean probability of the original answer.
    """

    right: np.ndarray
    confidence: np.ndarray


def measure(network: Network, series: list[np.ndarray], first: int, labels: np.ndarray) -> Measurement:
    """Run `network` on `series`, the result of `perturb` for each amount; number `first` holds the unchanged digits."""
    # One (ways, n, classes) array for each amount.
    answers = [trace.predict(network, images.reshape(-1, 28, 28)).reshape(*images.shape[:2], -1) for images in series]
    original = answers[first][0].argmax(axis=1)
    everyone = np.arange(len(labels))
    right = [(each.argmax(axis=2) == labels).mean(axis=0) for each in answers]
    confidence = [each[:, everyone, original].mean(axis=0) for each in answers]
    return Measurement(np.stack(right, axis=1), np.stack(confidence, axis=1, dtype=np.float64))


def summarize(kind: str, chosen: Measurement, all_seeds: list[Measurement]) -> Curve:
    """Summarize the measurements of the stored network, `chosen`, and of `all_seeds`, which include it, as a curve."""
    of_seeds = {name: np.array([getattr(each, name).mean(axis=0) for each in all_seeds]) for name in QUANTITIES}
    return Curve(
        right=_bootstrap_band(chosen.right) if kind == SHIFT else _compute_wilson_band(chosen.right),
        confidence=_bootstrap_band(chosen.confidence),
        seeds_right=(_round(of_seeds["right"].min(axis=0)), _round(of_seeds["right"].max(axis=0))),
        seeds_confidence=(
            _round(of_seeds["confidence"].min(axis=0)),
            _round(of_seeds["confidence"].max(axis=0)),
        ),
    )


def write(found: Robustness, folder: Path) -> None:
    """Write the curves into `folder`, beside the networks."""
    text = json.dumps(found.to_json(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    atomic_file.write(folder / FILE, (text.replace('"pool-', '\n"pool-') + "\n").encode())


def load(folder: Path | None = None) -> Robustness:
    """Load the curves beside the networks of a model store. Raises `Refusal` where they are missing or damaged."""
    try:
        with ((folder or model_store.folder()) / FILE).open("rb") as file:
            return Robustness.from_json(json.loads(file.read(MAX_BYTES)))
    except (OSError, ValueError, RecursionError) as error:
        raise _make_refusal() from error


def bootstrap_interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the 95 % interval of the mean over the first axis of `values` (n, k), by a percentile bootstrap."""
    count = len(values)
    random = np.random.default_rng(BOOTSTRAP_SEED)
    drawn = random.multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    low, high = np.percentile(drawn @ values / count, [2.5, 97.5], axis=0)
    return low, high


def _bootstrap_band(values: np.ndarray) -> Band:
    """Return mean and bootstrap interval for each amount."""
    low, high = bootstrap_interval(values)
    return _round(values.mean(axis=0)), _round(low), _round(high)


def _compute_wilson_band(right: np.ndarray) -> Band:
    """Return share and Wilson's interval for each amount."""
    shares = right.mean(axis=0)
    ends = np.array([compute_wilson_interval(float(share), len(right)) for share in shares])
    return _round(shares), _round(ends[:, 0]), _round(ends[:, 1])


def _round(values: np.ndarray) -> tuple[float, ...]:
    """Clip to [0, 1] and round to `DECIMALS`."""
    return tuple(float(value) for value in np.round(np.clip(values, 0, 1), DECIMALS))


def _parse_curves(data: Any) -> Mapping[str, Mapping[str, Curve]]:
    return MappingProxyType(
        {kind: {name: _parse_curve(**each) for name, each in networks.items()} for kind, networks in data.items()}
    )


def _parse_curve(**rows: Any) -> Curve:
    parts: dict[str, Any] = {part: tuple(map(tuple, each)) for part, each in rows.items()}
    return Curve(**parts)


def _make_refusal() -> Refusal:
    return Refusal(
        "The curves of the pooling networks must be as they were measured. Received: none, or some that are damaged. "
        "Run scripts/measure_pooling.py."
    )
