"""The mean loss and accuracy of an epoch while it runs."""

from __future__ import annotations

import numpy as np

from cnnviz.workers.fast_loop import Chunk


class EpochMeans:
    """Means over the examples of an epoch, of numbers that are means over batches."""

    def __init__(self, batch_size: int, examples: int) -> None:
        self._batch_size, self._examples = batch_size, examples
        self._loss = self._accuracy = self._seen = 0.0

    def add(self, first: int, chunk: Chunk) -> None:
        starts = (first + np.arange(len(chunk))) * self._batch_size
        sizes = np.minimum(self._batch_size, self._examples - starts)
        self._loss += float(sizes @ chunk.loss.astype(float))
        self._accuracy += float(sizes @ chunk.accuracy.astype(float))
        self._seen += float(sizes.sum())

    def means(self) -> dict[str, float]:
        return {"loss": self._loss / self._seen, "accuracy": self._accuracy / self._seen}
