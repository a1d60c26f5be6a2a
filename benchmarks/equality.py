"""Compare networks that Keras has saved with what is read of them here: `python -m benchmarks.equality [OUT.json]`.

Random networks of all supported kinds of layers, sequential and functional, with branches and models inside, are made
and saved by Keras as `.keras` and `.h5`. Each is read without Keras, and the values of all layers are compared with
those of Keras in float32, and both with those of Keras in float64.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import report
from cnnviz.core.errors import Refusal
from cnnviz.workers.model_files import reader
from tests.workers.model_files import comparison
from tests.workers.model_files.comparison import TOLERANCE

OUT = report.RESULTS / "equality.json"
COUNT = 1_000
CHUNK = 100
"""Networks that one process with Keras makes, which keeps what it has ever made."""

FORMS = ("keras", "h5")


def measure(count: int, seed: int, folder: Path) -> list[dict[str, Any]]:
    """Make and compare so many networks, a chunk at a time; what is in `folder` already is not made again.

    Returns:
        A row for each file: its form, the largest distances of its layers, the first layer that is further than
        `TOLERANCE` from Keras, and the kinds of its layers.
    """
    rows = []
    for start in range(0, count, CHUNK):
        chunk = folder / f"{seed + start}-{min(CHUNK, count - start)}"
        done = chunk / "rows.json"
        if not done.exists():
            chunk.mkdir(parents=True, exist_ok=True)
            done.write_text(json.dumps(measure_chunk(chunk, min(CHUNK, count - start), seed + start)), encoding="utf-8")
        rows += json.loads(done.read_text(encoding="utf-8"))
    return rows


def measure_chunk(chunk: Path, count: int, seed: int) -> list[dict[str, Any]]:
    """Make and compare networks that one process with Keras makes in the folder `chunk`."""
    command = [
        sys.executable,
        "-m",
        "tests.workers.model_files.keras_files",
        str(chunk),
        str(count),
        str(seed),
        "exact",
    ]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    rows = []
    for path in sorted(chunk.glob("*.npz")):
        with np.load(path) as stored:
            expected = dict(stored)
        files = [path.with_suffix(f".{form}") for form in FORMS]
        rows += [read_one(file, expected) for file in files if file.exists()]
        for file in (path, *files):
            file.unlink(missing_ok=True)
    return rows


def read_one(path: Path, expected: dict[str, np.ndarray]) -> dict[str, Any]:
    """Compare one file."""
    row: dict[str, Any] = {"form": path.suffix, "refused": "", "kinds": [], "far": None}
    try:
        found = reader.read(path.read_bytes(), path.name)
    except Refusal as reason:
        return {**row, "refused": str(reason), "difference": np.inf, "exact": np.inf, "keras_exact": np.inf}
    layers = comparison.measure(found, expected)
    row["kinds"] = sorted({layer.kind for layer in found.architecture.layers})
    far = next((name for name, each in layers.items() if each.keras > TOLERANCE), None)
    if far is not None:
        kind = next(layer.kind for layer in found.architecture.layers if layer.name == far)
        row["far"] = {"kind": kind, "values": expected[far][0].size, **asdict(layers[far])}
    return {
        **row,
        "difference": max(each.keras for each in layers.values()),
        "exact": max(each.exact for each in layers.values()),
        "keras_exact": max(each.keras_exact for each in layers.values()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.equality", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, metavar="OUT.json", help="where the JSON goes")
    parser.add_argument("--count", type=int, default=COUNT, help="random networks")
    parser.add_argument("--seed", type=int, default=1, help="of the networks")
    parser.add_argument("--folder", type=Path, help="where chunks are kept, so that a run can be taken up again")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        rows = measure(asked.count, asked.seed, asked.folder or Path(temporary))
    kinds = Counter(kind for row in rows for kind in row["kinds"])
    refused = [row["refused"] for row in rows if row["refused"]]
    worst = max(row["difference"] for row in rows)
    far = [row["far"] for row in rows if row["far"]]
    forms = [describe(form, [row for row in rows if row["form"] == f".{form}"]) for form in FORMS]
    report.write(asked.out, {"forms": forms, "kinds": kinds, "refused": refused, "worst": worst, "far": far})
    print(report.table(HEAD, forms))
    print("", report.table(("layer", "files with it"), [(kind, str(n)) for kind, n in sorted(kinds.items())]), sep="\n")
    print("", report.table(FAR_HEAD, map(describe_far, far)), sep="\n")
    print(f"\nlargest difference {worst:.2g}, refused {len(refused)}: {report.verdict(worst <= TOLERANCE)}")


HEAD = (
    "form",
    "files",
    "within 1e-6",
    "largest",
    "ours from float64: within 1e-6",
    "median",
    "largest",
    "Keras from float64: within 1e-6",
    "median",
    "largest",
)
FAR_HEAD = ("first layer beyond 1e-6", "values", "ours from Keras", "ours from float64", "Keras from it", "terms")


def describe(form: str, rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """Return the cells of a table for the files of one form."""
    cells = [form, str(len(rows))]
    for key in ("difference", "exact", "keras_exact"):
        values = [row[key] for row in rows]
        cells.append(str(sum(value <= TOLERANCE for value in values)))
        if key != "difference":
            cells.append(f"{report.median(values):.2g}")
        cells.append(f"{max(values):.2g}")
    return tuple(cells)


def describe_far(far: dict[str, Any]) -> tuple[str, ...]:
    """Return the cells of a table for a layer beyond the tolerance."""
    figures = (f"{far[key]:.2g}" for key in ("keras", "exact", "keras_exact", "terms"))
    return (far["kind"], str(far["values"]), *figures)


if __name__ == "__main__":
    main()
