"""Train in this process, on scikit-learn's digits, so that TensorFlow is imported once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from cnnviz.core.data import datasets
from cnnviz.core.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training.protocol import Arrays, Command, DataReference, Event, Job, Payload, make_id

Answer = Callable[["Training", Event], Sequence[Command]]


def no_commands(_training: Training, _event: Event) -> Sequence[Command]:
    return ()


@dataclass
class Training:
    """One run of `train` and all its events.

    Attributes:
        answer: Sees every event and may return commands.
        events: In their order.
        waiting: Commands that the training has not polled yet.
    """

    answer: Answer = no_commands
    events: list[Event] = field(default_factory=list)
    waiting: list[Command] = field(default_factory=list)

    def record(self, kind: str, payload: Payload, arrays: Arrays) -> None:
        copies = {name: np.array(array) for name, array in arrays.items()}
        event = Event(kind, len(self.events) + 1, 1, json.loads(json.dumps(dict(payload))), copies)
        self.events.append(event)
        self.waiting += self.answer(self, event)

    def poll(self) -> Sequence[Command]:
        came, self.waiting = self.waiting, []
        return came

    def all(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]

    def last(self, kind: str) -> Event:
        return self.all(kind)[-1]

    def curve(self, name: str) -> list[float]:
        """Return one number an epoch, or a batch for the arrays of `batches`."""
        if name in ("loss", "accuracy", "gradient"):
            return [float(x) for event in self.all("batches") for x in event.arrays[name]]
        return [float(event.payload[name]) for event in self.all("epoch")]


@dataclass(frozen=True)
class Runner:
    """Make jobs and train them."""

    data: datasets.Dataset

    def job(self, architecture: Architecture, plan: TrainingPlan, **more: Any) -> Job:
        reference = DataReference(name=self.data.name, sha256=self.data.sha256, count=len(self.data.y_train))
        return Job(
            id=make_id(), architecture=architecture, plan=plan, data=reference, **{"probe": self.data.x_test[0], **more}
        )

    def train(self, job: Job, answer: Answer = no_commands) -> Training:
        from cnnviz.workers.training import train_job

        run = Training(answer)
        train_job.train(Job.restore(json.loads(json.dumps(job.to_json())), job.pack_arrays()), run.record, run.poll)
        return run


NETWORK = Architecture(
    name="oracle",
    layers=(
        Conv2D(name="conv", filters=4, kernel_size=(3, 3), activation="relu"),
        BatchNormalization(name="norm", momentum=0.9),
        MaxPooling2D(name="pool", pool_size=(3, 3)),
        Dropout(name="dropout", rate=0.25),
        Flatten(name="flatten"),
        Dense(name="dense", units=12, activation="relu"),
        Dense(name="answer", units=10, activation="softmax"),
    ),
)
PLAN = TrainingPlan(examples=300, validation_examples=70, batch_size=40, epochs=3, learning_rate=0.01, seed=5)
"""230 examples in batches of 40: every epoch ends in a smaller batch."""


@pytest.fixture(scope="session")
def plain_run(runner: Runner) -> Training:
    """Train NETWORK by PLAN without commands. Tests only read it."""
    return runner.train(runner.job(NETWORK, PLAN))


@pytest.fixture(scope="session")
def runner() -> Runner:
    return Runner(datasets.load(allow_download=False))
