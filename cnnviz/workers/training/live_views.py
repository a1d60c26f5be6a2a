"""Emit periodic views, step explanations, samples and snapshots; never change the training.

Nothing here touches the training's weights or random states, and each kind of view has a limited share of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.data import colour_digits
from cnnviz.core.errors import Refusal
from cnnviz.core.inference.trace import trace
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from cnnviz.workers.data.examples import Examples, Rows
from cnnviz.workers.training import snapshot_schedule
from cnnviz.workers.training.batch_events import NO_ARRAYS, Emit
from cnnviz.workers.training.commands import CommandReceiver
from cnnviz.workers.training.evaluator import Evaluation, Evaluator
from cnnviz.workers.training.step_explainer import StepExplainer
from cnnviz.workers.training.timing import Now, RateLimiter
from cnnviz.workers.training.train_loop import StepResult, TrainStep

Weights = dict[str, dict[str, np.ndarray]]

MAX_SAMPLE = 500
"""Validation digits that the running validation and early snapshots are measured on."""


@dataclass(frozen=True, eq=False)
class Position:
    """Position of a training.

    Attributes:
        step: The last batch, counted from 1 over the whole run.
        epoch: The epoch that it lies in, counted from 1.
    """

    step: int
    epoch: int

    @property
    def payload(self) -> dict[str, int]:
        return {"step": self.step, "epoch": self.epoch}


class LiveViews:
    """Emit views of a training at their own pace. `now` is the training's stopwatch, which pauses stop.

    Attributes:
        last_snapshot: The step of the last snapshot, -1 before the first.
    """

    def __init__(
        self,
        architecture: Architecture,
        examples: Examples,
        train_step: TrainStep,
        evaluator: Evaluator,
        emit: Emit,
        commands: CommandReceiver,
        now: Now,
    ) -> None:
        self._architecture, self._train_step, self._evaluator = architecture, train_step, evaluator
        self._emit, self._commands = emit, commands
        self._sample = _pick_sample(examples.validation())
        self._explainer = StepExplainer(train_step, evaluator)
        # At least half a second and a second apart; together a thirtieth of the time.
        self._views, self._explanations = RateLimiter(0.5, 0.01, now), RateLimiter(0.5, 0.01, now)
        self._samples = RateLimiter(1.0, 0.015, now)
        self.last_snapshot = -1
        self._last_sample = -1

    def before_step(self) -> Weights | None:
        """Return the weights if the next step is to be explained, otherwise None."""
        return self._train_step.weights if self._explanations.is_due else None

    def after_step(self, at: Position, result: StepResult, batch: Rows, rate: float, before: Weights | None) -> None:
        """Emit whatever is due after a call.

        Args:
            at: Where the training is.
            result: What the call measured.
            batch: The examples of its last batch.
            rate: The learning rate of its last batch.
            before: What `before_step` returned.
        """
        # 1. The visitor's digit.
        if self._views.is_due:
            self.emit_view(at)
        # 2. Snapshots: the untrained network with the first batch, then where the schedule says so.
        if at.step == 1 and before is not None:
            self._evaluator.evaluate(self._sample)  # traces the graph; no rate limiter counts this time
            self.emit_snapshot(Position(0, 1), before, None)
        if snapshot_schedule.is_step(at.step):
            self.emit_snapshot(at, self._train_step.weights, None)
        # 3. The explanation, if the call was a single batch.
        if before is not None:
            self._explanations.run(lambda: self._emit_explanation(at, result, batch, rate, before))
        # 4. The running validation, unless a snapshot has just measured it.
        if self._samples.is_due and self._last_sample != at.step:
            self._samples.run(lambda: self._emit_sample(at, self._train_step.weights))

    def emit_view(self, at: Position) -> None:
        """Emit what the network computes from the visitor's digit now."""
        self._views.run(lambda: self._emit_view(at))

    def emit_snapshot(
        self, at: Position, weights: Weights, evaluation: Evaluation | None, finished: int | None = None
    ) -> None:
        """Emit the weights and their confusion.

        Args:
            at: Where the training is.
            weights: What is kept.
            evaluation: Of these weights; None measures them on the sample and emits that as well.
            finished: The number of finished epochs; None if `at` is in the middle of one.
        """
        if evaluation is None:
            evaluation = self._emit_sample(at, weights)
        self.last_snapshot = at.step
        payload = {
            "step": at.step,
            "epoch": at.epoch - 1 if finished is None else finished,
            "digits": evaluation.count,
        }
        self._emit("snapshot", payload, snapshot_schedule.pack_snapshot(weights, evaluation.confusion))

    def _emit_view(self, at: Position) -> None:
        try:
            arrays = compute_view(self._architecture, self._train_step.weights, self._commands.probe)
        except Refusal:
            return  # the weights are not finite any more; the training is about to report it
        self._emit("view", at.payload, arrays)

    def _emit_explanation(self, at: Position, result: StepResult, batch: Rows, rate: float, before: Weights) -> None:
        explanation = self._explainer.explain(before, result, batch, rate)
        self._emit("lesson", {**at.payload, **explanation.payload}, explanation.arrays)

    def _emit_sample(self, at: Position, weights: Weights) -> Evaluation:
        """Evaluate these weights on the sample and emit the result."""
        self._evaluator.load_weights(weights)
        evaluation = self._evaluator.evaluate(self._sample)
        self._last_sample = at.step
        payload: dict[str, Any] = {"step": at.step, **evaluation.metrics, "count": evaluation.count}
        self._emit("sample", payload, NO_ARRAYS)
        return evaluation


def compute_view(architecture: Architecture, weights: Weights, probe: np.ndarray) -> dict[str, np.ndarray]:
    """Trace the visitor's digit with the forward pass that the pages use.

    Returns `probabilities` (10,), `output/<layer>` without batch axis, and the first convolution's kernel as `filters`,
    all float32.

    Args:
        architecture: The network's architecture.
        weights: By layer and name.
        probe: (28, 28) uint8; a network that reads colour gets it in the usual ink and paper.

    Raises:
        Refusal: If the weights or the results are not finite.
    """
    digit = probe.astype(np.float32) / np.float32(255)
    traced = trace(Network(architecture, weights), colour_digits.prepare_input(digit, architecture.input_shape))
    outputs = {f"output/{one.name}": one.after for one in traced.layers}
    return {"probabilities": traced.probabilities, **outputs, **_get_first_filters(architecture, weights)}


def _get_first_filters(architecture: Architecture, weights: Weights) -> dict[str, np.ndarray]:
    first = next((layer.name for layer in architecture.layers if layer.kind == "Conv2D"), None)
    return {} if first is None else {"filters": weights[first]["kernel"]}


def _pick_sample(validation: Rows) -> Rows:
    """Pick at most `MAX_SAMPLE` of these digits, evenly spaced."""
    places = np.linspace(0, len(validation) - 1, min(MAX_SAMPLE, len(validation))).astype(int)
    return Rows(validation.digits, validation.rows[places])
