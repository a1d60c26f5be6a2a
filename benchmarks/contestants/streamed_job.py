"""A job with everything streamed into a pipe: `python -m benchmarks.contestants.streamed_job NAME ...`.

Every event goes through `cnnviz.jobs.protocol.framing` into a pipe that a child of ours reads, as in the app.
With --rounds some batches are trained whenever a line comes on standard input; without it the page's fast plan is run.
What was measured is said on standard output, one JSON object a line.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from cnnviz.workers.training import train_job  # isort: skip  (before NumPy: it quiets TensorFlow)

import numpy as np

from benchmarks.contestants.plain_fit import clocks, say, speeds
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training import fast_plan
from cnnviz.core.training.protocol import Arrays, Command, DataReference, Job, Payload, make_id
from cnnviz.jobs.protocol import framing
from cnnviz.workers.data import tensors

MANY = 20


class Listener:
    """Send events down a pipe whose reader discards them, and print the measurements.

    A round is `batches` batches between two pauses; the time when the others have their turn is a pause of the job.
    """

    def __init__(self, batches: int, batch_size: int) -> None:
        self.batches, self.batch_size = batches, batch_size
        reader = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.pipe = reader.stdin
        self.first = self.step = 0
        self.start = clocks()
        self.resting = False

    def hear(self, kind: str, payload: Payload, arrays: Arrays) -> None:
        if self.pipe is None:
            raise RuntimeError("no pipe")
        framing.write(self.pipe, {"kind": kind, **payload}, arrays)
        self.step = payload["step"] if kind in ("batches", "paused") else self.step
        if not self.batches and kind in ("epoch", "result"):
            said = payload["card"]["test_accuracy"] if kind == "result" else payload["val_accuracy"]
            say(kind=kind, accuracy=said)
        if kind == "paused":
            self._end_round(payload["step"])

    def inbox(self) -> Sequence[Command]:
        if self.resting:
            return self._next_round()
        over = self.batches and self.step - self.first >= self.batches
        return [Command("pause")] if over else []

    def _end_round(self, step: int) -> None:
        images = (step - self.first) * self.batch_size
        said = speeds(images, self.start) if self.first else {"ready": True}
        self.first, self.resting = step, True
        say(**said)

    def _next_round(self) -> Sequence[Command]:
        if not sys.stdin.readline():
            return [Command("cancel")]
        self.start, self.resting = clocks(), False
        return [Command("resume")]


def job(architecture: Architecture, plan: TrainingPlan) -> Job:
    data = tensors.load(kind=plan.data).data
    reference = DataReference(name=data.name, sha256=data.sha256, count=len(data.y_train))
    return Job(id=make_id(), architecture=architecture, plan=plan, data=reference, probe=np.array(data.x_test[0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=TUTORIALS)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--rounds", type=int, help="batches a round")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    architecture, plan = TUTORIALS[asked.name]
    if asked.rounds:
        # So many epochs that the run does not end by itself, and one is longer than all rounds together.
        plan = replace(plan, epochs=MANY, precision=asked.precision, patience=None, validation_examples=0)
    else:
        plan = fast_plan.make_fast_plan(replace(plan, seed=asked.seed))
    listener = Listener(asked.rounds or 0, plan.batch_size)
    with suppress(train_job.Cancelled):
        train_job.train(job(architecture, plan), listener.hear, listener.inbox)


if __name__ == "__main__":
    main()
