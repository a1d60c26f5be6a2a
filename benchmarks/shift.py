"""Compare the whole shift grid with as many single Keras calls: `python -m benchmarks.shift [OUT.json]`.

A digit moved by 169 offsets goes through the three pooling networks, 507 drawings in all. Compared: the page's batched
pass with every layer's distances, the answers alone, 507 calls of `model(x)`, and three calls of `predict`, which give
the answers alone. All are measured in turn, round by round. Networks come from the model store; one that is not there
gets random weights, which take as long.

What a visitor waits for is more: after the pen was lifted the page runs again and paints. That is measured in Chromium,
from pen up to three painted grids, with the networks in the model store; `--strokes 0` leaves it out.
"""

from __future__ import annotations

import argparse
import asyncio
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in app.py

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnnviz.workers import keras_model  # isort: skip  (it quiets TensorFlow)

import keras
import numpy as np

from benchmarks.measuring import grid, report
from cnnviz.core.inference.perturbations import OFFSETS, shift_grid
from cnnviz.core.inference.robustness import react_to_shifts
from cnnviz.core.inference.trace import predict
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.networks import model_store
from cnnviz.core.networks.network import Network

OUT = report.RESULTS / "shift.json"
ROUNDS = 10
STROKES = 15
GOAL = 1.0
"""Seconds within which the grid's values are to be there, and after the pen was lifted its picture."""

NAMES = {
    "grid": "the grid, with the distances of every layer",
    "answers": "the grid, answers alone",
    "calls": "507 single calls of model(x)",
    "predict": "3 calls of predict with 169 digits each",
}
KINDS = {
    grid.FIRST: "pen up to painted grids, first stroke on an empty paper",
    grid.MORE: "pen up to painted grids, one stroke more",
    grid.BESIDE: "in turn with them, the grid's values alone",
}


def networks() -> list[Network]:
    """Return the three networks, from the model store or with random weights."""
    there = model_store.names()
    return [
        model_store.load(name)
        if name in there
        else Network(architecture, keras_model.read_weights(keras_model.build(architecture)))
        for name, (architecture, _) in POOL_NETWORKS.items()
    ]


def contestants(tested: list[Network], digit: np.ndarray) -> dict[str, Callable[[], np.ndarray]]:
    """Return the compared calls; each gives (3, 169) confidences or (3, 169, 10) probabilities."""
    models = [keras_model.to_model(network) for network in tested]
    moved = shift_grid(digit)
    single = [keras.ops.convert_to_tensor(image[np.newaxis, ..., np.newaxis]) for image in moved]
    return {
        "grid": lambda: np.stack([react_to_shifts(network, digit).confidence for network in tested]),
        "answers": lambda: np.stack([predict(network, shift_grid(digit)) for network in tested]),
        "calls": lambda: np.array([[model(x, training=False).numpy()[0] for x in single] for model in models]),
        "predict": lambda: np.stack(
            [model.predict(moved[..., np.newaxis], batch_size=len(moved), verbose=0) for model in models]
        ),
    }


def some_digit() -> np.ndarray:
    """Return a digit of noise, (28, 28), denser than any real one."""
    digit = np.zeros((28, 28), np.float32)
    digit[4:24, 4:24] = np.random.default_rng(0).random((20, 20), dtype=np.float32)
    return digit


def measure(rounds: int) -> dict[str, Any]:
    """Return the seconds of every round, a list per contestant, and how far the answers differ."""
    compared = contestants(networks(), some_digit())
    answers = {name: run() for name, run in compared.items()}  # also the warm-up
    seconds: dict[str, list[float]] = {name: [] for name in compared}
    for _ in range(rounds):
        for name, run in compared.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    apart = max(float(np.abs(answers[name] - answers["answers"]).max()) for name in ("calls", "predict"))
    return {"seconds": seconds, "largest_difference": apart}


def values_alone() -> Callable[[], object]:
    """Return a function that computes the grid's values, with every layer's distances, for three networks."""
    tested, digit = networks(), some_digit()
    return lambda: [react_to_shifts(network, digit) for network in tested]


def rows(seconds: dict[str, list[float]]) -> list[dict[str, Any]]:
    """Return medians, the 95 % bound, and how many times longer than the grid each takes."""
    base = report.median(seconds["grid"])
    return [
        {
            "name": name,
            "what": NAMES[name],
            "median": report.median(each),
            "p95": report.p95(each),
            "times": report.median(each) / base,
        }
        for name, each in seconds.items()
    ]


def table(found: list[dict[str, Any]]) -> str:
    """Format the rows as Markdown."""
    head = (f"{3 * len(OFFSETS)} drawings", "median, ms", "95 % within, ms", "times the grid")
    return report.table(
        head,
        [
            (row["what"], f"{1000 * row['median']:.0f}", f"{1000 * row['p95']:.0f}", f"{row['times']:.1f}")
            for row in found
        ],
    )


def waits(painted: dict[str, list[float]]) -> str:
    """Format how long a visitor waits as Markdown."""
    base = report.median(painted[grid.BESIDE])
    head = ("in the browser", "median, ms", "95 % within, ms", "times the values")
    return report.table(
        head,
        [
            (
                KINDS[kind],
                f"{1000 * report.median(each):.0f}",
                f"{1000 * report.p95(each):.0f}",
                f"{report.median(each) / base:.1f}",
            )
            for kind, each in painted.items()
        ],
    )


def goals(found: list[dict[str, Any]], painted: dict[str, list[float]]) -> list[dict[str, Any]]:
    """Return each goal, the result, and whether 95 % of all calls met it."""
    within = {"seconds of the grid": found[0]["p95"]}
    within |= {
        f"seconds from {KINDS[kind]}": report.p95(painted[kind]) for kind in (grid.FIRST, grid.MORE) if kind in painted
    }
    return [{"what": what, "at_most": GOAL, "found": each, "met": each <= GOAL} for what, each in within.items()]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shift", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, metavar="OUT.json", help="where the JSON goes")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--strokes", type=int, default=STROKES, help="rounds in the browser")
    asked = parser.parse_args()
    measured = measure(asked.rounds)
    found = rows(measured["seconds"])
    painted = asyncio.run(grid.strokes(asked.strokes, values_alone())) if asked.strokes else {}
    about = {"rounds": asked.rounds, "rows": found, "goals": goals(found, painted), "painted": painted}
    report.write(asked.out, {**about, **measured})
    print(table(found), waits(painted) if painted else "", sep="\n\n")
    for each in goals(found, painted):
        print(f"\n{each['what']}: {each['found']:.2f}, at most {GOAL:g}: {report.verdict(each['met'])}")


if __name__ == "__main__":
    main()
