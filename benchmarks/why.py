"""Time the explanations of an answer beside TensorFlow's: `python -m benchmarks.why [OUT.json]`.

Ours run in this process as in the app, on one core; TensorFlow runs in a child, with all cores, its functions compiled
before the first round. Round by round each computes every method for the same digit, in turn; "what-if" reads 1,000
digits with a filter switched off, and "evaluation" all 10,000 of the test set, as the child of Compare does, on all
cores, beside `predict` of Keras. The results of both are compared, too.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in app.py

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import question, report
from cnnviz.core.data import datasets
from cnnviz.core.explanations import what_if
from cnnviz.core.explanations.grad_cam import compute_grad_cam
from cnnviz.core.explanations.occlusion import occlude
from cnnviz.core.explanations.saliency import compute_integrated_gradients, compute_saliency, compute_smooth_grad
from cnnviz.core.inference.trace import predict
from cnnviz.core.networks import model_store
from cnnviz.workers.entry import evaluate_network

OUT = report.RESULTS / "why.json"
NETWORK = "pen"
ROUNDS = 20
GOALS: dict[str, float | None] = {
    "occlusion": 0.150,
    "saliency": 0.030,
    "smoothgrad": 0.030,
    "integrated": 0.030,
    "grad-cam": 0.030,
    "what-if": 1.0,
    "evaluation": None,
}
"""Seconds of a method at most, in the median; None for as long as TensorFlow takes."""

CLOCKS = ("ours", "ours_processor", "tensorflow", "tensorflow_processor")
"""What is measured: seconds, and seconds of processor time, which a busy machine changes little."""


def make_methods() -> dict[str, Callable[[], np.ndarray]]:
    """Return a function for each method."""
    network = model_store.load(NETWORK)
    digit, contrast = question.ask(NETWORK)
    blank = np.zeros_like(digit)
    data = datasets.load_test()
    examples, digits = what_if.prepare_examples(network, data), data.x_test.astype(np.float32) / np.float32(255)
    return {
        "occlusion": lambda: occlude(network, digit, blank, contrast),
        "saliency": lambda: compute_saliency(network, digit, contrast),
        "smoothgrad": lambda: compute_smooth_grad(network, digit, contrast),
        "integrated": lambda: compute_integrated_gradients(network, digit, blank, contrast).values,
        "grad-cam": lambda: compute_grad_cam(network, digit, contrast, question.LAYER),
        "what-if": lambda: predict(what_if.change(network, [what_if.switch_off(network, *question.OFF)]), examples),
        "evaluation": lambda: evaluate_network.predict(network, digits),
    }


def measure(rounds: int) -> dict[str, dict[str, Any]]:
    """Return for each method the seconds of both, round by round, and how far their pictures are apart."""
    methods = make_methods()
    ours = {name: run() for name, run in methods.items()}  # also the warm-up
    times: dict[str, dict[str, Any]] = {name: {clock: [] for clock in CLOCKS} for name in methods}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "pictures.npz"
        command = [sys.executable, "-m", "benchmarks.contestants.tensorflow_why", NETWORK, str(out)]
        free = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=free) as child:
            _read(child)
            for _ in range(rounds):
                for name, run in methods.items():
                    start = time.perf_counter(), time.process_time()
                    run()
                    times[name]["ours"].append(time.perf_counter() - start[0])
                    times[name]["ours_processor"].append(time.process_time() - start[1])
                    took = _ask(child, name)
                    times[name]["tensorflow"].append(took["seconds"])
                    times[name]["tensorflow_processor"].append(took["processor"])
        theirs = np.load(out)
        for name, picture in ours.items():
            apart = np.abs(picture - theirs[name]).max() / np.abs(theirs[name]).max()
            times[name]["apart"] = float(apart)
    return times


def _ask(child: subprocess.Popen[str], name: str) -> dict[str, Any]:
    if child.stdin is None:
        raise ValueError("the child must have been started with a pipe. Received: none")
    print(name, file=child.stdin, flush=True)
    return _read(child)


def _read(child: subprocess.Popen[str]) -> dict[str, Any]:
    line = child.stdout.readline() if child.stdout else ""
    if not line:
        raise RuntimeError("TensorFlow's part ended early; its message stands above.")
    answer: dict[str, Any] = json.loads(line)
    return answer


def summarise(times: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the medians of every method, and whether ours meets its goal."""
    rows = []
    for name, each in times.items():
        medians = {clock: report.median(each[clock]) for clock in CLOCKS}
        goal = GOALS[name]
        at_most = medians["tensorflow"] if goal is None else goal
        about = {"method": name, "apart": each["apart"], "at_most": at_most}
        rows.append({**about, **medians, "met": medians["ours"] <= at_most})
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """Format the rows as Markdown."""
    head = (
        "median of one call (processor time)",
        "ours, ms",
        "TensorFlow, ms",
        "apart",
        "at most, ms",
        "goal",
    )
    return report.table(
        head,
        [
            (
                row["method"],
                f"{1000 * row['ours']:.1f} ({1000 * row['ours_processor']:.1f})",
                f"{1000 * row['tensorflow']:.1f} ({1000 * row['tensorflow_processor']:.1f})",
                f"{row['apart']:.1e}",
                f"{1000 * row['at_most']:.0f}",
                report.verdict(row["met"]),
            )
            for row in rows
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.why", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, metavar="OUT.json", help="where the JSON goes")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    times = measure(asked.rounds)
    rows = summarise(times)
    report.write(asked.out, {"rounds": asked.rounds, "network": NETWORK, "rows": rows, "seconds": times})
    print(table(rows))


if __name__ == "__main__":
    main()
