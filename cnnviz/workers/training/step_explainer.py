"""Explain one training step: the batch's loss before and after it, and how one filter's weights moved.

The step is an ordinary step of the training. Its weights are copied before and after it, and the gradient is the one
that the optimizer applied; both losses are measured on a twin, so that no random state of the training advances.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.workers.data.examples import Rows
from cnnviz.workers.training.evaluator import Evaluator
from cnnviz.workers.training.train_loop import StepResult, TrainStep

Weights = dict[str, dict[str, np.ndarray]]


@dataclass(frozen=True, eq=False)
class StepExplanation:
    """One explained step, as the event `lesson` carries it.

    Attributes:
        payload: Losses, gradient norm, learning rate, and which filter of which layer is shown.
        arrays: `before`, `after` and `gradient`: (kh, kw, channels) of one filter of a convolution, or (units,) of one
            input of a dense layer.
    """

    payload: dict[str, Any]
    arrays: dict[str, np.ndarray]


@dataclass(eq=False)
class StepExplainer:
    """Explain steps by the same filter of the first layer: the one with the largest gradient in the first step.

    Attributes:
        train_step: The training.
        evaluator: The twin that measures losses.
        filter: Number of the filter; None before the first explanation.
    """

    train_step: TrainStep
    evaluator: Evaluator
    filter: int | None = None

    def explain(self, before: Weights, result: StepResult, batch: Rows, rate: float) -> StepExplanation:
        """Explain the step that was just trained on `batch` alone.

        Args:
            before: The weights before the step.
            result: What the step measured.
            batch: The examples of the step.
            rate: Its learning rate.
        """
        # 1. The batch's loss with the weights before and after, both in inference mode.
        after = self.train_step.weights
        losses = [self._measure_loss(weights, batch) for weights in (before, after)]
        # 2. The same filter of the weights before, after, and of the gradient.
        layer, name = self._watched_layer, self.train_step.watched.name
        chosen = self._choose_filter(result.watched_gradient)
        parts = (before[layer][name], after[layer][name], result.watched_gradient)
        shown = [self._filters_first(part)[chosen] for part in parts]
        payload = {
            "loss_before": losses[0],
            "loss_after": losses[1],
            "gradient_norm": float(result.gradient[-1]),
            "learning_rate": rate,
            "layer": layer,
            "filter": chosen,
        }
        return StepExplanation(payload, dict(zip(("before", "after", "gradient"), shown, strict=True)))

    def _measure_loss(self, weights: Weights, batch: Rows) -> float:
        self.evaluator.load_weights(weights)
        return self.evaluator.evaluate(batch).loss

    @property
    def _watched_layer(self) -> str:
        watched, layers = self.train_step.watched, self.train_step.model.layers
        return next(str(layer.name) for layer in layers if any(weights is watched for weights in layer.weights))

    def _filters_first(self, kernel: np.ndarray) -> np.ndarray:
        """Move a convolution's filters to the first axis, where a dense layer has its inputs already."""
        return np.ascontiguousarray(np.moveaxis(kernel, -1, 0)) if kernel.ndim == 4 else kernel

    def _choose_filter(self, gradient: np.ndarray) -> int:
        if self.filter is None:
            rows = self._filters_first(gradient)
            self.filter = int(np.square(rows).reshape(len(rows), -1).sum(axis=1).argmax())
        return self.filter
