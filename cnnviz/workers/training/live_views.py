"""All that is looked at while a network learns, without the learning feeling it: views, lessons, samples, snapshots.

Nothing here touches the training's weights or random states, and each kind of looking has its share of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.networks.architecture import Architecture
from cnnviz.workers.data.examples import Examples, Rows
from cnnviz.workers.training import probe, snapshot_schedule
from cnnviz.workers.training.batch_events import NOTHING, Emit
from cnnviz.workers.training.commands import Desk
from cnnviz.workers.training.evaluator import Judge, Verdict
from cnnviz.workers.training.step_explainer import Lesson
from cnnviz.workers.training.timing import Allowance, Now
from cnnviz.workers.training.train_loop import Chunk, Learner

Weights = dict[str, dict[str, np.ndarray]]

SAMPLE = 500
"""Held-out digits that the running validation and early snapshots are measured on."""


@dataclass(frozen=True, eq=False)
class Step:
    """Where a training is: the last batch, counted from 1 over the whole run, and in which epoch it lies."""

    step: int
    epoch: int

    @property
    def facts(self) -> dict[str, int]:
        return {"step": self.step, "epoch": self.epoch}


class Onlooker:
    """Looks at a learner at its own pace and tells what it saw. `now` is the training's clock, which pauses stop."""

    def __init__(
        self,
        variant: Architecture,
        examples: Examples,
        learner: Learner,
        judge: Judge,
        emit: Emit,
        desk: Desk,
        now: Now,
    ) -> None:
        self._variant, self._learner, self._judge = variant, learner, judge
        self._emit, self._desk = emit, desk
        self._sample = _sample(examples.validation())
        self._lesson = Lesson(learner, judge, variant)
        # Half a second and a second apart at least; together a thirtieth of the time.
        self._views, self._lessons = Allowance(0.5, 0.01, now), Allowance(0.5, 0.01, now)
        self._samples = Allowance(1.0, 0.015, now)
        self.kept_step = -1
        """The step of the last snapshot."""
        self._sampled_step = -1

    def before_step(self) -> Weights | None:
        """The weights before a step that becomes a lesson; None where none is due."""
        return self._learner.weights if self._lessons.due else None

    def after_step(self, at: Step, chunk: Chunk, batch: Rows, rate: float, before: Weights | None) -> None:
        """Look at what a call made of the network, as far as it is time for it.

        batch: The last batch. before: What `before_step` gave.
        """
        if self._views.due:
            self.view(at)
        if at.step == 1 and before is not None:
            self._judge.judge(self._sample)  # makes the graph, which is nobody's share
            self.snapshot(Step(0, 1), before, None)
        if snapshot_schedule.is_step(at.step):
            self.snapshot(at, self._learner.weights, None)
        if before is not None:
            self._lessons.spend(lambda: self._tell_lesson(at, chunk, batch, rate, before))
        if self._samples.due and self._sampled_step != at.step:
            self._samples.spend(lambda: self._judged(at, self._learner.weights))

    def view(self, at: Step) -> None:
        """What the network makes of the visitor's digit now."""
        self._views.spend(lambda: self._tell_view(at))

    def snapshot(self, at: Step, weights: Weights, verdict: Verdict | None, finished: int | None = None) -> None:
        """Tell the weights and their confusion: of `verdict`, or measured on the sample, which is then told as well."""
        if verdict is None:
            verdict = self._judged(at, weights)
        self.kept_step = at.step
        facts = {
            "step": at.step,
            "epoch": at.epoch - 1 if finished is None else finished,
            "digits": verdict.count,
        }
        self._emit("snapshot", facts, snapshot_schedule.arrays(weights, verdict.confusion))

    def _tell_view(self, at: Step) -> None:
        try:
            arrays = probe.seen(self._variant, self._learner.weights, self._desk.probe)
        except Refusal:
            return  # not finite any more; the training is about to say so
        self._emit("view", at.facts, arrays)

    def _tell_lesson(self, at: Step, chunk: Chunk, batch: Rows, rate: float, before: Weights) -> None:
        facts, arrays = self._lesson.told(before, chunk, batch, rate)
        self._emit("lesson", {**at.facts, **facts}, arrays)

    def _judged(self, at: Step, weights: Weights) -> Verdict:
        """Measure these weights on the sample and tell it."""
        self._judge.take(weights)
        verdict = self._judge.judge(self._sample)
        self._sampled_step = at.step
        facts: dict[str, Any] = {"step": at.step, **verdict.metrics, "count": verdict.count}
        self._emit("sample", facts, NOTHING)
        return verdict


def _sample(validation: Rows) -> Rows:
    """At most `SAMPLE` of these digits, evenly spread."""
    places = np.linspace(0, len(validation) - 1, min(SAMPLE, len(validation))).astype(int)
    return Rows(validation.digits, validation.rows[places])
