"""Tells the batches of a training: every one of them, a few times a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np

from cnnviz.core.networks.metrics import NAMES
from cnnviz.core.training.protocol import Arrays, Facts
from cnnviz.workers.training.train_loop import Chunk

Emit = Callable[[str, Facts, Arrays], None]

NOTHING: Arrays = MappingProxyType({})
SECONDS_BETWEEN = 0.19


class BatchTeller:
    """Collects what the calls gave and tells it as `batches` events, at most five a second."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._chunks: list[Chunk] = []
        self._next = 0.0
        self._facts: dict[str, Any] = {}

    def add(self, chunk: Chunk, facts: dict[str, Any]) -> None:
        """Note some batches and how far the training is after them; tell them if the last telling is long ago."""
        self._chunks.append(chunk)
        self._facts = facts
        if time.monotonic() >= self._next:
            self.tell()

    def tell(self) -> None:
        """Tell now what was not told yet."""
        if not self._chunks:
            return
        arrays = {name: np.concatenate([chunk.metrics[name] for chunk in self._chunks]) for name in NAMES}
        arrays["gradient"] = np.concatenate([chunk.gradient for chunk in self._chunks])
        self._chunks.clear()
        self._next = time.monotonic() + SECONDS_BETWEEN
        self._emit("batches", self._facts, arrays)


class EpochMeans:
    """Means over the examples of an epoch, of numbers that are means over batches."""

    def __init__(self, batch_size: int, examples: int) -> None:
        self._batch_size, self._examples = batch_size, examples
        self._sums, self._seen = dict.fromkeys(NAMES, 0.0), 0.0

    def add(self, first: int, chunk: Chunk) -> None:
        starts = (first + np.arange(len(chunk))) * self._batch_size
        sizes = np.minimum(self._batch_size, self._examples - starts)
        for name in NAMES:
            self._sums[name] += float(sizes @ chunk.metrics[name].astype(float))
        self._seen += float(sizes.sum())

    def means(self) -> dict[str, float]:
        return {name: total / self._seen for name, total in self._sums.items()}
