"""Train the arms of the ready experiments with several seeds and record the results: scripts/record_experiments.py.

    python scripts/record_experiments.py                    all that is not recorded, the cheapest experiment first
    python scripts/record_experiments.py pooling rates      only these
    python scripts/record_experiments.py --estimate         only print how long it takes

Every training is written as soon as it is over, so that an interrupted run goes on after it. A training is recorded
again when its plan, its architecture or the data have changed. It needs MNIST, as the app finds it or in the folder
that --data names.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.core.data import datasets
from cnnviz.core.data.mnist_source import SETTING
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import shifted_accuracy
from cnnviz.core.networks import model_store
from cnnviz.core.networks.metrics import CURVES_OF_EVERY_CARD
from cnnviz.core.networks.network import Network, unpack_weights
from cnnviz.core.training import protocol, recordings
from cnnviz.core.training.estimates import estimate_seconds
from cnnviz.core.training.experiments import EXPERIMENTS, SHIFTED, Arm, Experiment
from cnnviz.core.training.protocol import Arrays, DataReference, Job, Payload
from cnnviz.core.training.recordings import DECIMALS, MIN_SEEDS, RecordedRun, Recording

ROOT = Path(__file__).resolve().parents[3]
MNIST = "mnist.npz"
THREADS_SETTING = "CNNVIZ_THREADS"


def parse_arguments(words: list[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description="Record the trainings of the ready experiments.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(EXPERIMENTS)}")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the data")
    parser.add_argument("--models", type=Path, default=model_store.folder(), help="model store to write to")
    parser.add_argument("--seeds", type=int, default=MIN_SEEDS, metavar="N", help="seeds 1 to N of every arm")
    parser.add_argument("--threads", type=int, default=1, help="threads of one training")
    parser.add_argument("--minutes", type=float, default=np.inf, help="begin no training after so many minutes")
    parser.add_argument("--estimate", action="store_true", help="only print the estimated processor time")
    read = parser.parse_args(words)
    if read.seeds < MIN_SEEDS:
        parser.error(f"--seeds is at least {MIN_SEEDS}: the page plays no recording with fewer.")
    if unknown := set(read.names) - set(EXPERIMENTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}. Choose from {', '.join(EXPERIMENTS)}.")
    return read


def estimate(experiment: Experiment, seeds: int) -> float:
    """Estimate the seconds of one processor core for all trainings of an experiment."""
    return seeds * sum(estimate_seconds(arm.architecture, arm.plan) for arm in experiment.arms)


def read_or_begin(experiment: Experiment, data: datasets.Dataset, models: Path) -> Recording:
    """Read what is recorded, or begin an empty recording where there is none of this data."""
    empty = Recording(experiment.id, data.sha256, experiment.count, read_versions(), {})
    try:
        found = recordings.read(experiment.id, models)
    except (OSError, Refusal):
        return empty
    return found if (found.data_sha256, found.count) == (data.sha256, experiment.count) else empty


def record(experiment: Experiment, data: datasets.Dataset, read: argparse.Namespace, deadline: float) -> None:
    """Train what is missing of an experiment; write its file after each training."""
    recording = read_or_begin(experiment, data, read.models)
    for arm, seed in recordings.find_missing(experiment, recording, read.seeds):
        if time.monotonic() > deadline:
            return
        run = train(experiment, arm, seed, data)
        recording = recording.add(arm, run)
        recordings.write(recording, read.models)
        print(f"{experiment.id:9} {arm.id:8} seed {seed}: {run.share:.2%} {run.ended}, {run.seconds:.0f} s", flush=True)


def train(experiment: Experiment, arm: Arm, seed: int, data: datasets.Dataset) -> RecordedRun:
    """Train an arm as the app's workers do and measure what decides."""
    from cnnviz.workers.training import train_job  # imported late: TensorFlow takes seconds

    results: list[tuple[Payload, Arrays]] = []
    job = Job(
        id=protocol.make_id(),
        architecture=arm.architecture,
        plan=replace(arm.plan, seed=seed),
        data=DataReference(name=data.name, sha256=data.sha256, count=len(data.y_train)),
        probe=np.zeros((28, 28), np.uint8),
    )
    try:
        train_job.train(job, lambda kind, *rest: results.append(rest) if kind == "result" else None, tuple)
    except Refusal as reason:
        if reason.template != protocol.DIVERGED:
            raise
        return RecordedRun(seed, 0.0, None, "diverged", 0.0, dict.fromkeys(CURVES_OF_EVERY_CARD, ()))
    (payload, arrays) = results[0]
    card = payload["card"]
    curves = {name: tuple(round(value, DECIMALS) for value in card["curves"][name]) for name in CURVES_OF_EVERY_CARD}
    share = card["curves"]["val_accuracy"][-1]
    if experiment.measure == SHIFTED:
        network = Network(arm.architecture, unpack_weights(arrays, "weights/"))
        share = shifted_accuracy.measure_accuracy(network, data.x_test, data.y_test)
    return RecordedRun(
        seed,
        round(share, DECIMALS),
        round(card["test_accuracy"], DECIMALS),
        payload["ended"],
        round(card["trained_seconds"], 1),
        curves,
    )


def read_versions() -> dict[str, str]:
    """Read the versions of the libraries that train."""
    from cnnviz.workers import keras_model  # isort: skip  # noqa: F401  (before TensorFlow: it quiets it)

    import keras
    import tensorflow as tf

    return {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}


def main(words: list[str]) -> None:
    """Record the requested experiments, the cheapest first."""
    read = parse_arguments(words)
    chosen: Any = sorted((EXPERIMENTS[name] for name in read.names or EXPERIMENTS), key=lambda e: estimate(e, 1))
    if read.estimate:
        for experiment in chosen:
            print(f"{experiment.id:9} {estimate(experiment, read.seeds):5.0f} s")
        return
    os.environ.setdefault(THREADS_SETTING, str(read.threads))
    if (read.data / MNIST).is_file():
        os.environ.setdefault(SETTING, str(read.data / MNIST))
    data = datasets.load()
    if data.name != datasets.MNIST:
        raise SystemExit("Recordings are of MNIST, which is not here. Name its folder with --data.")
    from cnnviz.workers.tf_runtime import limit_threads

    limit_threads()
    deadline = time.monotonic() + 60 * read.minutes
    for experiment in chosen:
        record(experiment, data, read, deadline)


if __name__ == "__main__":
    main(sys.argv[1:])
