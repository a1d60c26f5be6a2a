"""Tell whether a picture looks like a digit to a network, by the evidence that its logits hold.

A softmax over ten digits always answers: its largest share says which digit is the best of ten, not that there is one.
The evidence, log of the sum of exp(logits), is what the softmax divides away. It is the negative energy of Liu et al.,
"Energy-based Out-of-distribution Detection", 2020; a network that has seen pictures without a digit in its training
learns to give them little. Below a measured threshold a picture does not look like a digit.

A threshold is one file beside the network, `<name>.evidence.json`, and goes with its weights alone. It is made by
`cnnviz.workers.entry.measure_evidence`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.inference.trace import Trace
from cnnviz.core.layers import checks
from cnnviz.core.networks import model_store

MAX_REJECTED = 0.01
"""Share of digits, of MNIST's test set and of unseen pens each, that may be taken for something else."""

MAX_BYTES = 100_000


@dataclass(frozen=True, kw_only=True)
class EvidenceThreshold:
    """The least evidence that a digit has in one network, and how well that tells digits from other pictures.

    Attributes:
        weights_sha256: Of the network's weights.
        threshold: Evidence below which a picture does not look like a digit.
        rejected: Source of digits -> share of them below the threshold.
        caught: Kind of picture without a digit -> share of these below the threshold.
    """

    weights_sha256: str
    threshold: float
    rejected: Mapping[str, float]
    caught: Mapping[str, float]

    def __post_init__(self) -> None:
        checks.number("threshold", self.threshold, -1e6, 1e6)
        for argument in ("rejected", "caught"):
            shares = dict(getattr(self, argument))
            if not shares:
                raise Refusal(
                    "`{argument}` must name at least one measured share. Received: none. Measure it again.",
                    argument=argument,
                )
            for share in shares.values():
                checks.number(argument, share, 0, 1)
            object.__setattr__(self, argument, MappingProxyType(shares))

    @property
    def largest_rejected(self) -> float:
        """The largest of the shares of digits that are taken for something else, in [0, 1]."""
        return max(self.rejected.values())

    @property
    def mean_caught(self) -> float:
        """Mean over the kinds of the share of pictures without a digit that are found out, in [0, 1]."""
        return float(np.mean(list(self.caught.values())))


def compute_evidence(logits: np.ndarray) -> np.ndarray:
    """Compute the log of the sum of exp over classes, `(...,)` float64, from logits `(..., 10)`."""
    exact = np.asarray(logits, float)
    largest = exact.max(axis=-1, keepdims=True)
    evidence: np.ndarray = largest[..., 0] + np.log(np.exp(exact - largest).sum(axis=-1))
    return evidence


def looks_like_digit(trace: Trace, least: EvidenceThreshold) -> bool:
    """Tell whether a network found as much evidence in a picture as in almost every digit.

    Args:
        trace: Of the network that the threshold was measured for.
        least: The threshold of that network.
    """
    return bool(compute_evidence(trace.logits) >= least.threshold)


def find_path(name: str, store: Path | None = None) -> Path:
    """Return where the threshold of the network `name` is stored."""
    return (store or model_store.folder()) / f"{checks.network_name(name)}.evidence.json"


def save(least: EvidenceThreshold, path: Path) -> None:
    """Write a threshold to `path`, atomically."""
    table = {entry.name: getattr(least, entry.name) for entry in fields(least)}
    table |= {"rejected": dict(least.rejected), "caught": dict(least.caught)}
    atomic_file.write(path, (json.dumps(table, indent=2) + "\n").encode())


def load(name: str, weights_sha256: str, store: Path | None = None) -> EvidenceThreshold | None:
    """Load the threshold of the network `name`; None if the store has none for exactly these weights.

    Raises:
        Refusal: If the file is not one.
    """
    path = find_path(name, store)
    if not path.is_file():
        return None
    least = _parse(path)
    return least if least.weights_sha256 == weights_sha256 else None


def _parse(path: Path) -> EvidenceThreshold:
    try:
        with path.open("rb") as file:
            data: Any = json.loads(file.read(MAX_BYTES + 1))
        table = checks.table("evidence", data, {entry.name for entry in fields(EvidenceThreshold)})
        return EvidenceThreshold(**table)
    except (OSError, ValueError, TypeError, RecursionError, Refusal) as error:
        raise Refusal(
            "A file of evidence must be as it was saved. Received: {name}, which is damaged. Measure it again.",
            name=path.name,
        ) from error
