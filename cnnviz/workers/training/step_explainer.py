"""One ordinary step, taken apart: what a batch's loss was and became, and how one filter's weights moved.

The step is the training's own. The weights are read before and after it and the gradient is the one that the optimizer
got; both losses are measured beside it, on a twin, so that no random state of the training advances.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.networks.architecture import Architecture
from cnnviz.workers.data.examples import Rows
from cnnviz.workers.training.evaluator import Judge
from cnnviz.workers.training.train_loop import Chunk, Learner

Weights = dict[str, dict[str, np.ndarray]]


@dataclass(eq=False)
class Lesson:
    """Shows the same filter of the first layer at every lesson: the one with the largest gradient at the first."""

    learner: Learner
    judge: Judge
    variant: Architecture
    filter: int | None = None

    def told(
        self, before: Weights, chunk: Chunk, batch: Rows, rate: float
    ) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Facts and arrays of one lesson, after the learner has learned from `batch` alone.

        Arrays are (kh, kw, channels) for one filter of a convolution, (units,) for one input of a dense layer.
        """
        after = self.learner.weights
        losses = [self._loss(weights, batch) for weights in (before, after)]
        layer = self._layer
        name = self.learner.watched.name
        parts = (before[layer][name], after[layer][name], chunk.watched_gradient)
        shown = [self._filters(part)[self._chosen(chunk.watched_gradient)] for part in parts]
        facts = {
            "loss_before": losses[0],
            "loss_after": losses[1],
            "gradient_norm": float(chunk.gradient[-1]),
            "learning_rate": rate,
            "layer": layer,
            "filter": self._chosen(chunk.watched_gradient),
        }
        return facts, dict(zip(("before", "after", "gradient"), shown, strict=True))

    def _loss(self, weights: Weights, batch: Rows) -> float:
        self.judge.take(weights)
        return self.judge.judge(batch).loss

    @property
    def _layer(self) -> str:
        watched = self.learner.watched
        return next(str(layer.name) for layer in self.learner.model.layers if any(w is watched for w in layer.weights))

    def _filters(self, kernel: np.ndarray) -> np.ndarray:
        """A convolution's filters first; a dense layer's inputs are first already."""
        return np.ascontiguousarray(np.moveaxis(kernel, -1, 0)) if kernel.ndim == 4 else kernel

    def _chosen(self, gradient: np.ndarray) -> int:
        if self.filter is None:
            rows = self._filters(gradient)
            self.filter = int(np.square(rows).reshape(len(rows), -1).sum(axis=1).argmax())
        return self.filter
