"""Report the batches of a training: every batch in `batches` events a few times a second, and means over an epoch."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np

from cnnviz.core.networks.metrics import NAMES
from cnnviz.core.training.protocol import Arrays, Payload
from cnnviz.workers.training.train_loop import StepResult

Emit = Callable[[str, Payload, Arrays], None]
"""Takes an event: kind, payload, arrays."""

NO_ARRAYS: Arrays = MappingProxyType({})

MIN_SECONDS_BETWEEN = 0.19
"""Between two `batches` events: about five a second."""


class BatchEvents:
    """Collect the results of calls and emit them as `batches` events, at most five a second."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._results: list[StepResult] = []
        self._next = 0.0
        self._payload: dict[str, Any] = {}

    def add(self, result: StepResult, payload: dict[str, Any]) -> None:
        """Add a call's result and the payload after it; emit if the last event is long enough ago."""
        self._results.append(result)
        self._payload = payload
        if time.monotonic() >= self._next:
            self.emit()

    def emit(self) -> None:
        """Emit at once what was collected since the last event."""
        if not self._results:
            return
        arrays = {name: np.concatenate([result.metrics[name] for result in self._results]) for name in NAMES}
        arrays["gradient"] = np.concatenate([result.gradient for result in self._results])
        self._results.clear()
        self._next = time.monotonic() + MIN_SECONDS_BETWEEN
        self._emit("batches", self._payload, arrays)


class EpochMeans:
    """Average each metric over the examples of an epoch, from its means over batches of different sizes."""

    def __init__(self, batch_size: int, examples: int) -> None:
        self._batch_size, self._examples = batch_size, examples
        self._sums, self._seen = dict.fromkeys(NAMES, 0.0), 0.0

    def add(self, first: int, result: StepResult) -> None:
        """Add consecutive batches from number `first` of the epoch, counted from 0."""
        starts = (first + np.arange(len(result))) * self._batch_size
        sizes = np.minimum(self._batch_size, self._examples - starts)
        for name in NAMES:
            self._sums[name] += float(sizes @ result.metrics[name].astype(float))
        self._seen += float(sizes.sum())

    def compute(self) -> dict[str, float]:
        """Return the means over the examples seen so far."""
        return {name: total / self._seen for name, total in self._sums.items()}
