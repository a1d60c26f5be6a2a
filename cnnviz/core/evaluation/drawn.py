"""How well networks read what people draw: with and without each preparation step, and by the width of the brush.

One file for all networks, `drawn-digits.json`; a row goes with one network's weights. It is made by
`cnnviz.workers.entry.measure_drawn`, from digits that people wrote with pens.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cnnviz.core import atomic_file
from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.networks import model_store

FILE = "drawn-digits.json"
MAX_BYTES = 200_000

WITH_ALL, WITHOUT_ANY = "all", "none"
PREPARATIONS = (WITH_ALL, *STEPS, WITHOUT_ANY)
"""All steps, all but the one named, none."""

SIZES: Mapping[str, float] = MappingProxyType({"large": 200.0, "small": 80.0})
"""Larger side of a drawing on the canvas of 280 pixels."""

BRUSHES = (8, 14, 20, 28, 40)
"""Widths of the brush in canvas pixels, for large drawings."""

DECIMALS = 4


@dataclass(frozen=True)
class DrawnAccuracy:
    """One network on drawn digits.

    Attributes:
        weights_sha256: Of its weights.
        steps: Size -> preparation -> accuracy in [0, 1].
        brushes: Accuracy for each of `BRUSHES`, all steps on.
    """

    weights_sha256: str
    steps: Mapping[str, Mapping[str, float]]
    brushes: tuple[float, ...]

    def __post_init__(self) -> None:
        if set(self.steps) != set(SIZES) or any(set(each) != set(PREPARATIONS) for each in self.steps.values()):
            raise Refusal("`steps` must have every size and preparation. Received: others. Measure again.")
        if len(self.brushes) != len(BRUSHES):
            raise Refusal("`brushes` must have a number for every brush. Received: others. Measure again.")
        for share in (*self.brushes, *(share for each in self.steps.values() for share in each.values())):
            checks.number("accuracy", share, 0, 1)


@dataclass(frozen=True)
class DrawnTable:
    """All networks on the same drawn digits.

    Attributes:
        digits: How many.
        source: Where they are from, in words.
        networks: Name -> row.
    """

    digits: int
    source: str
    networks: Mapping[str, DrawnAccuracy]

    def find(self, name: str, weights_sha256: str) -> DrawnAccuracy | None:
        """Return the row of a network; None where it was not measured. Raises `Refusal` for that of other weights."""
        row = self.networks.get(name)
        if row is not None and row.weights_sha256 != weights_sha256:
            raise Refusal(
                "What was measured on drawn digits must be about the present weights of {name}. Received: other "
                "weights. Run cnnviz.workers.entry.measure_drawn.",
                name=name,
            )
        return row


def save(table: DrawnTable, store: Path | None = None) -> None:
    """Write the table into the folder of the networks, atomically."""
    plain = asdict(table) | {"networks": {name: asdict(row) for name, row in table.networks.items()}}
    atomic_file.write((store or model_store.folder()) / FILE, (json.dumps(plain, indent=1) + "\n").encode())


def load(store: Path | None = None) -> DrawnTable | None:
    """Load the table; None where there is none. Raises `Refusal` if it is damaged."""
    path = (store or model_store.folder()) / FILE
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            data: Any = json.loads(file.read(MAX_BYTES + 1))
        rows = {
            name: DrawnAccuracy(
                row["weights_sha256"],
                {size: dict(each) for size, each in row["steps"].items()},
                tuple(row["brushes"]),
            )
            for name, row in data["networks"].items()
        }
        return DrawnTable(checks.whole("digits", data["digits"], 1, 10**6), str(data["source"]), rows)
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError, Refusal) as error:
        raise Refusal(
            "What was measured on drawn digits must be as it was saved. Received: a damaged file. Run "
            "cnnviz.workers.entry.measure_drawn."
        ) from error
