"""A job with everything streamed into a pipe: `python -m benchmarks.contestants.streamed_job NAME ...`.

Every event goes through `cnnviz.core.messages` into a pipe that a child of ours reads, as on the way to the app. With
--rounds an epoch is trained whenever a line comes on standard input; without it the page's fast plan is run.
What was measured is said on standard output, one JSON object a line.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from cnnviz.workers import training  # isort: skip  (before NumPy: it quiets TensorFlow)

import numpy as np

from cnnviz.core import fast_plans, messages
from cnnviz.core.plans import TrainingPlan
from cnnviz.core.training_jobs import Arrays, Command, DataReference, Facts, Job, new_id
from cnnviz.core.variants import TUTORIALS, Variant
from cnnviz.workers import device_data

MANY = 200


class Listener:
    """Sends events down a pipe that is read and forgotten, and says what was asked for on standard output."""

    def __init__(self, examples: int, by_rounds: bool) -> None:
        self.examples, self.by_rounds = examples, by_rounds
        reader = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.pipe = reader.stdin
        self.start = time.perf_counter()
        self.rounds = 0

    def hear(self, kind: str, facts: Facts, arrays: Arrays) -> None:
        if self.pipe is None:
            raise RuntimeError("no pipe")
        messages.write(self.pipe, {"kind": kind, **facts}, arrays)
        if kind == "epoch" and self.by_rounds:
            self._round()
        elif kind in ("epoch", "result"):
            said = facts["card"]["test_accuracy"] if kind == "result" else facts["val_accuracy"]
            say(kind=kind, accuracy=said)

    def _round(self) -> None:
        seconds = time.perf_counter() - self.start
        say(**({"images_per_second": self.examples / seconds} if self.rounds else {"ready": True}))
        self.rounds += 1
        if not sys.stdin.readline():
            sys.exit()
        self.start = time.perf_counter()


def say(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


def job(variant: Variant, plan: TrainingPlan) -> Job:
    data = device_data.held().data
    reference = DataReference(name=data.name, sha256=data.sha256, count=len(data.y_train))
    return Job(id=new_id(), variant=variant, plan=plan, data=reference, probe=np.array(data.x_test[0]))


def nothing() -> Sequence[Command]:
    return ()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=TUTORIALS)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--rounds", type=int, help="batches a round")
    parser.add_argument("--held-out", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    variant, plan = TUTORIALS[asked.name]
    count = plan.batch_size * (asked.rounds or 0)
    if asked.rounds:
        changes = {"examples": count + asked.held_out, "validation_examples": asked.held_out, "epochs": MANY}
        plan = TrainingPlan(**plan.to_json() | changes | {"precision": asked.precision, "patience": None})
    else:
        plan = fast_plans.fast(TrainingPlan(**plan.to_json() | {"seed": asked.seed}))
    listener = Listener(count, bool(asked.rounds))
    training.train(job(variant, plan), listener.hear, nothing)


if __name__ == "__main__":
    main()
