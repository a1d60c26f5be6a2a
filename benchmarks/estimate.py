"""Compare estimates with measured times, on networks they were not fitted to: `python -m benchmarks.estimate`.

A reference network is trained before each of them and calibrates the estimate, so that a busy machine is busy for both.
Start of the graph included; each network trains in this process, as in a warm worker.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cnnviz.workers.training import train_job  # isort: skip  (before NumPy: it quiets TensorFlow)

import numpy as np

from benchmarks.measuring import report
from cnnviz.core.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
)
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training import estimates
from cnnviz.core.training.cpu import has_bfloat16
from cnnviz.core.training.protocol import Command, DataReference, Job, make_id
from cnnviz.workers.data import tensors

OUT = report.RESULTS / "estimate.json"
FACTOR = 1.5
PLAN = TrainingPlan(examples=5_000, validation_examples=1_000, epochs=2)
REFERENCE = TUTORIALS["cnn-32-64-64"][0]


def _conv(name: str, filters: int, side: int = 3, **more: str) -> Conv2D:
    return Conv2D(name=name, filters=filters, kernel_size=(side, side), activation="relu", **more)  # type: ignore[arg-type]


def _half(name: str) -> MaxPooling2D:
    return MaxPooling2D(name=name, pool_size=(2, 2))


_FLAT, _ANSWER = Flatten(name="flatten"), Dense(name="answer", units=10, activation="softmax")


def _dense(units: int) -> Dense:
    return Dense(name="dense", units=units, activation="relu")


HELD_OUT: Mapping[str, tuple[Layer, ...]] = {
    "dense-200": (_FLAT, _dense(200), Dropout(name="drop", rate=0.2), _ANSWER),
    "conv-4": (_conv("a", 4), _half("p"), _FLAT, _ANSWER),
    "conv-24-48": (_conv("a", 24), _half("p"), _conv("b", 48), _half("q"), _FLAT, _dense(100), _ANSWER),
    "same-20-20": (
        _conv("a", 20, padding="same"),
        _conv("b", 20, padding="same"),
        _half("p"),
        _FLAT,
        _dense(64),
        _ANSWER,
    ),
    "lenet-5": (
        _conv("a", 6, 5, padding="same"),
        AveragePooling2D(name="p", pool_size=(2, 2)),
        _conv("b", 16, 5),
        AveragePooling2D(name="q", pool_size=(2, 2)),
        _FLAT,
        _dense(120),
        _ANSWER,
    ),
    "norm-32": (_conv("a", 32), BatchNormalization(name="n"), _half("p"), _FLAT, _dense(64), _ANSWER),
    "pooled-48": (
        _conv("a", 48),
        _half("p"),
        _conv("b", 48),
        GlobalAveragePooling2D(name="g"),
        _ANSWER,
    ),
}
BATCH_SIZES = (32, 128)


@dataclass(frozen=True)
class Row:
    """Seconds, and estimated to measured."""

    network: str
    batch_size: int
    precision: str
    estimated: float
    measured: float
    ratio: float


def trained(architecture: Architecture, plan: TrainingPlan) -> float:
    """Return the seconds that a job takes with everything streamed."""
    data = tensors.load().data
    reference = DataReference(name=data.name, sha256=data.sha256, count=len(data.y_train))
    job = Job(id=make_id(), architecture=architecture, plan=plan, data=reference, probe=np.array(data.x_test[0]))
    start = time.perf_counter()
    train_job.train(job, lambda *_: None, nothing)
    return time.perf_counter() - start


def nothing() -> Sequence[Command]:
    return ()


def measure(name: str, batch_size: int, precision: str) -> Row:
    """Calibrate on the reference, then estimate and train."""
    plan = replace(PLAN, batch_size=batch_size, precision=precision)
    usual = replace(PLAN, batch_size=64)
    known = estimates.calibrate(estimates.UNCALIBRATED, REFERENCE, usual, trained(REFERENCE, usual))
    architecture = Architecture(name=name, layers=HELD_OUT[name])
    estimated = estimates.estimate_seconds(architecture, plan, known)
    measured = trained(architecture, plan)
    return Row(name, batch_size, precision, estimated, measured, estimated / measured)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimate", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, help="where the JSON goes")
    asked = parser.parse_args()
    trained(REFERENCE, PLAN)  # the process warms up
    precisions = ("float32", "mixed_bfloat16") if has_bfloat16() else ("float32",)
    rows = [measure(name, size, how) for name in HELD_OUT for size in BATCH_SIZES for how in precisions]
    within = sum(abs(math.log(row.ratio)) <= math.log(FACTOR) for row in rows)
    report.write(asked.out, {"within": within, "of": len(rows), "rows": [asdict(row) for row in rows]})
    head = ("network", "batch", "precision", "estimated, s", "measured, s", "ratio")
    print(
        report.table(
            head,
            [
                (
                    r.network,
                    str(r.batch_size),
                    r.precision,
                    f"{r.estimated:.1f}",
                    f"{r.measured:.1f}",
                    f"{r.ratio:.2f}",
                )
                for r in rows
            ],
        )
    )
    print(f"\nwithin {FACTOR}: {within} of {len(rows)}")


if __name__ == "__main__":
    main()
