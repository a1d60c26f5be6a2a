"""Training in this process, on scikit-learn's digits, so that TensorFlow is imported once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from cnnviz.core.data import datasets
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training.protocol import Arrays, Command, DataReference, Event, Facts, Job, new_id

Answer = Callable[["Training", Event], Sequence[Command]]


def no_commands(_training: Training, _event: Event) -> Sequence[Command]:
    return ()


@dataclass
class Training:
    """One run of `train` and all that it told. `answer` sees every event and may send commands."""

    answer: Answer = no_commands
    events: list[Event] = field(default_factory=list)
    waiting: list[Command] = field(default_factory=list)

    def record(self, kind: str, facts: Facts, arrays: Arrays) -> None:
        copies = {name: np.array(array) for name, array in arrays.items()}
        event = Event(kind, len(self.events) + 1, 1, json.loads(json.dumps(dict(facts))), copies)
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
        """One number an epoch, or a batch for the arrays of `batches`."""
        if name in ("loss", "accuracy", "gradient"):
            return [float(x) for event in self.all("batches") for x in event.arrays[name]]
        return [float(event.facts[name]) for event in self.all("epoch")]


@dataclass(frozen=True)
class Runner:
    """Make jobs and train them."""

    data: datasets.Dataset

    def job(self, variant: Architecture, plan: TrainingPlan, **more: Any) -> Job:
        reference = DataReference(name=self.data.name, sha256=self.data.sha256, count=len(self.data.y_train))
        return Job(id=new_id(), variant=variant, plan=plan, data=reference, **{"probe": self.data.x_test[0], **more})

    def train(self, job: Job, answer: Answer = no_commands) -> Training:
        from cnnviz.workers.training import train_job

        told = Training(answer)
        train_job.train(Job.restored(json.loads(json.dumps(job.facts())), job.arrays()), told.record, told.poll)
        return told


@pytest.fixture(scope="session")
def runner() -> Runner:
    return Runner(datasets.load(allow_download=False))
