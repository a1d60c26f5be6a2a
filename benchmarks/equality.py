"""Compare networks that Keras has saved with what is read of them here: `python -m benchmarks.equality [OUT.json]`.

Random networks of all supported kinds of layers, sequential and functional, with branches and models inside, are made
and saved by Keras as `.keras` and `.h5`. Each is read without Keras, and the values of all layers are compared.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import report
from cnnviz.core.errors import Refusal
from cnnviz.workers.model_files import reader
from tests.workers.model_files.comparison import TOLERANCE, compare

OUT = report.RESULTS / "equality.json"
COUNT = 1_000
CHUNK = 100
"""Networks that one process with Keras makes, which keeps what it has ever made."""

FORMS = ("keras", "h5")


def measure(count: int, seed: int) -> list[dict[str, Any]]:
    """Make and compare so many networks; return the form, the largest difference and the kinds of layers of each."""
    rows = []
    for start in range(0, count, CHUNK):
        with tempfile.TemporaryDirectory() as folder:
            number = min(CHUNK, count - start)
            command = [sys.executable, "-m", "tests.workers.model_files.keras_files", folder, str(number)]
            subprocess.run([*command, str(seed + start)], check=True, stderr=subprocess.DEVNULL)
            for path in sorted(Path(folder).glob("*.npz")):
                with np.load(path) as stored:
                    expected = dict(stored)
                rows += [
                    read_one(path.with_suffix(f".{form}"), expected)
                    for form in FORMS
                    if path.with_suffix(f".{form}").exists()
                ]
    return rows


def read_one(path: Path, expected: dict[str, np.ndarray]) -> dict[str, Any]:
    """Compare one file."""
    try:
        found = reader.read(path.read_bytes(), path.name)
    except Refusal as reason:
        return {"form": path.suffix, "difference": float("inf"), "refused": str(reason), "kinds": []}
    kinds = sorted({layer.kind for layer in found.architecture.layers})
    return {"form": path.suffix, "difference": compare(found, expected), "refused": "", "kinds": kinds}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.equality", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, metavar="OUT.json", help="where the JSON goes")
    parser.add_argument("--count", type=int, default=COUNT, help="random networks")
    parser.add_argument("--seed", type=int, default=1, help="of the networks")
    asked = parser.parse_args()
    rows = measure(asked.count, asked.seed)
    kinds = Counter(kind for row in rows for kind in row["kinds"])
    refused = [row["refused"] for row in rows if row["refused"]]
    worst = max(row["difference"] for row in rows)
    forms = [
        (
            form,
            str(sum(row["form"] == f".{form}" for row in rows)),
            f"{max(row['difference'] for row in rows if row['form'] == f'.{form}'):.2g}",
        )
        for form in FORMS
    ]
    report.write(asked.out, {"forms": forms, "kinds": kinds, "refused": refused, "worst": worst})
    print(report.table(("form", "files", "largest difference"), forms))
    print("", report.table(("layer", "files with it"), [(kind, str(n)) for kind, n in sorted(kinds.items())]), sep="\n")
    print(f"\nlargest difference {worst:.2g}, refused {len(refused)}: {report.verdict(worst <= TOLERANCE)}")


if __name__ == "__main__":
    main()
