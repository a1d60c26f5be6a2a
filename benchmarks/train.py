"""Compare a streamed job with plain `model.fit`, and time both to 99 %: `python -m benchmarks.train [OUT.json]`.

Throughput: four processes a network (script and job, each in float32 and bfloat16) with the same threads train the same
batches by turns, one at a time, so that whatever else the machine does falls on all alike. The ratio is the
median of the rounds' ratios.

To 99 %: the tutorial's own script and the page's fast plan by turns, each from the start of its process to the moment
where the accuracy on the whole test set is known to be 99 %.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.measuring import report
from benchmarks.measuring.digits import need_mnist
from cnnviz.core.training.cpu import has_bfloat16

OUT = report.RESULTS / "train.json"
Speeds = tuple[float, float]
ROUNDS = 6
BATCHES = {"cnn-32-64": 24, "cnn-16-128-256": 5, "cnn-32-64-64": 200}
"""Batches a round, some seconds each."""
PRECISIONS = ("float32", "mixed_bfloat16")
GOAL, HOPE = 1.0, 1.3
TUTORIAL_E = "cnn-16-128-256"
ACCURACY = 0.99
SOONER = 5.0


@dataclass(frozen=True)
class Row:
    """Images a second, medians; `ratio` is job to script in the same precision, `gain` to the float32 script.

    `cpu_ratio`: the ratio of images a second of processor time, which neighbours on the machine hardly change.
    """

    network: str
    precision: str
    script: float
    job: float
    ratio: float
    gain: float
    cpu_ratio: float
    cpu_gain: float


@dataclass(frozen=True)
class Run:
    """Seconds from process start to 99 %, None if never, and the final accuracy."""

    contestant: str
    seed: int
    seconds: float | None
    accuracy: float
    total: float


class Child:
    """A contestant that trains a round when told to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._answer()

    def round(self) -> Speeds:
        """Train one more round; return images per second of wall time and of processor time."""
        if self.process.stdin is None:
            raise RuntimeError("no pipe to the contestant")
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        answer = self._answer()
        return float(answer["images_per_second"]), float(answer["images_per_cpu_second"])

    def _answer(self) -> dict[str, Any]:
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise RuntimeError("a contestant ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def child(contestant: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", f"benchmarks.contestants.{contestant}", *words]
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", **os.environ}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=quiet,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def throughput(network: str, rounds: int) -> list[Row]:
    """Measure all contestants of one network, by turns."""
    kinds = [(who, how) for how in precisions() for who in ("plain_fit", "streamed_job")]
    with ExitStack() as stack:
        children = {
            (who, how): Child(
                stack.enter_context(child(who, network, "--precision", how, "--rounds", str(BATCHES[network])))
            )
            for who, how in kinds
        }
        told: dict[tuple[str, str], list[Speeds]] = {kind: [] for kind in kinds}
        for number in range(rounds + 1):
            for kind, one in children.items():
                speed = one.round()
                if number:  # the first round fills caches
                    told[kind].append(speed)
    return [_row(network, how, told) for how in precisions()]


def _row(network: str, how: str, told: dict[tuple[str, str], list[Speeds]]) -> Row:
    """Build a row from medians of ratios within a round, which vary little over time."""
    script, job, usual = (told[kind] for kind in (("plain_fit", how), ("streamed_job", how), ("plain_fit", "float32")))
    speeds = [report.median([wall for wall, _ in one]) for one in (script, job)]
    ratios = [_ratio(job, other, clock) for clock in (0, 1) for other in (script, usual)]
    return Row(network, how, *speeds, *ratios)


def _ratio(mine: list[Speeds], theirs: list[Speeds], clock: int) -> float:
    return report.median([one[clock] / other[clock] for one, other in zip(mine, theirs, strict=True)])


def precisions() -> tuple[str, ...]:
    """Return the precisions to measure: bfloat16 only where the processor has it."""
    return PRECISIONS if has_bfloat16() else PRECISIONS[:1]


def to_accuracy(contestant: str, seed: int) -> Run:
    """Time one training of tutorial E's network from the start of its process."""
    words = ["--until", str(ACCURACY)] if contestant == "plain_fit" else []
    start = time.perf_counter()
    reached, accuracy = None, 0.0
    with child(contestant, TUTORIAL_E, *words, "--seed", str(seed)) as process:
        for line in process.stdout or ():
            said = json.loads(line)
            if contestant == "streamed_job" and said["kind"] != "result":
                continue  # its epochs are judged on held-out digits, only the result on the test set
            accuracy = said["accuracy"]
            if accuracy >= ACCURACY:
                reached = time.perf_counter() - start
                break
    return Run(contestant, seed, reached, accuracy, time.perf_counter() - start)


def table(rows: list[Row]) -> str:
    """Format the throughput as a Markdown table."""
    head = (
        "network",
        "precision",
        "fit, images/s",
        "job, images/s",
        "job to fit",
        "by processor time",
        "job to float32 fit",
        "by processor time",
    )
    return report.table(
        head,
        [
            (
                r.network,
                r.precision,
                *(f"{speed:.0f}" for speed in (r.script, r.job)),
                *(f"{ratio:.2f}" for ratio in (r.ratio, r.cpu_ratio, r.gain, r.cpu_gain)),
            )
            for r in rows
        ],
    )


def verdicts(rows: list[Row], runs: list[Run]) -> dict[str, Any]:
    """Return each goal with the measured result."""
    lowest = min((row.ratio for row in rows), default=None)
    times = {
        who: [run.seconds for run in runs if run.contestant == who and run.seconds is not None]
        for who in ("plain_fit", "streamed_job")
    }
    missed = [asdict(run) for run in runs if run.seconds is None]
    sooner = report.median(times["plain_fit"]) / report.median(times["streamed_job"]) if all(times.values()) else None
    return {
        "throughput": {
            "lowest": lowest,
            "goal": GOAL,
            "hope": HOPE,
            "met": lowest is not None and lowest >= GOAL,
        },
        "to_99": {
            "sooner": sooner,
            "goal": SOONER,
            "never": missed,
            "met": bool(sooner and sooner >= SOONER),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.train", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, help="where the JSON goes")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--runs", type=int, default=5, help="trainings to 99 %% of each contestant")
    asked = parser.parse_args()
    need_mnist()
    rows: list[Row] = []
    for network in BATCHES if asked.rounds else ():
        rows += throughput(network, asked.rounds)
        print(table(rows[-len(precisions()) :]), flush=True)
    runs = []
    for seed in range(1, asked.runs + 1):
        for contestant in ("plain_fit", "streamed_job"):
            runs.append(to_accuracy(contestant, seed))
            print(runs[-1], flush=True)
    figures = {
        "rounds": asked.rounds,
        "rows": [asdict(row) for row in rows],
        "runs": [asdict(run) for run in runs],
        "verdicts": verdicts(rows, runs),
    }
    report.write(asked.out, figures)
    print(json.dumps(figures["verdicts"], indent=2))


if __name__ == "__main__":
    main()
