"""Read a test set with the network of a run, in child processes, and keep the answers beside its card."""

from __future__ import annotations

import json

import numpy as np

from cnnviz.core.background import Progress, ignore_progress
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import evaluation
from cnnviz.core.evaluation.evaluation import READING, Evaluation
from cnnviz.core.inference.samples import SLUGS
from cnnviz.core.networks.architecture import CLASSES
from cnnviz.jobs.runs.downloads import write_weights
from cnnviz.jobs.runs.store import RunStore
from cnnviz.jobs.sandbox import child_process

PART = 2_500
"""Digits of a child: between two of them the progress is told, and others who wait have their turn.

A child takes 0.2 s of processor time to start, `pen` 0.4 ms a digit.
"""

MAX_SECONDS = 120.0
"""Wall time of a child."""

WORKER = "evaluate_network"


def evaluate(store: RunStore, run_id: str, data: Dataset, progress: Progress = ignore_progress) -> Evaluation:
    """Read the test part of `data` with the result of a run, keep the answers, and return them.

    Raises:
        Refusal: If there is no result, the network does not fit the digits, or a child fails.
        OSError: If the answers cannot be kept.
    """
    card = store.card(run_id)
    if card is None:
        raise Refusal("This training has not ended, so its network is not tested yet. Wait until it has a result.")
    network = store.network(run_id)
    evaluation.check_fits(network)
    weights = write_weights(store, run_id)
    read = np.empty((len(data.y_test), CLASSES), np.float32)
    for start in range(0, len(read), PART):
        digits = data.x_test[start : start + PART]
        answer = _ask({"network": len(weights), "first": start}, weights + digits.tobytes(), len(digits) * CLASSES * 4)
        read[start : start + PART] = np.frombuffer(answer, np.float32).reshape(len(digits), CLASSES)
        progress(min(1.0, (start + PART) / len(read)), READING)
    header = {
        "name": card.name,
        "weights_sha256": card.weights_sha256,
        "data_sha256": data.sha256,
        "count": len(read),
    }
    answer = _ask(header, data.y_test.tobytes() + read.tobytes(), evaluation.MAX_BYTES)
    made = evaluation.from_bytes(answer, card.name)
    store.keep_evaluation(run_id, SLUGS[data.name], made)
    return made


def _ask(header: dict[str, object], content: bytes, answer_bytes: int) -> bytes:
    try:
        return child_process.ask(
            WORKER,
            json.dumps(header).encode() + b"\n" + content,
            seconds=MAX_SECONDS,
            answer_bytes=answer_bytes,
            queue=child_process.COMPUTATIONS,
        )
    except child_process.WorkerError as error:
        raise Refusal("The test digits could not be read with this network. Try again in a minute.") from error
