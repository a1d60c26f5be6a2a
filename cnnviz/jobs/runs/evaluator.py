"""Read a test set with a visitor's own network, in child processes, and keep the answers beside its files."""

from __future__ import annotations

import json

import numpy as np

from cnnviz.core.background import Progress, ignore_progress
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import evaluation
from cnnviz.core.evaluation.evaluation import READING, Evaluation
from cnnviz.core.inference.samples import SLUGS
from cnnviz.core.networks.architecture import CLASSES, Architecture
from cnnviz.jobs.exports import network_file
from cnnviz.jobs.own_networks.store import NetworkStore
from cnnviz.jobs.runs import quota
from cnnviz.jobs.runs.downloads import write_weights
from cnnviz.jobs.runs.store import RunStore
from cnnviz.jobs.sandbox import child_process

PART = 2_500
"""Most digits of a child: between two of them the progress is told, and others who wait have their turn.

A child takes 0.2 s of processor time to start, `pen` 0.4 ms a digit.
"""

MAX_PART_WORK = 2.5e11
"""Work of a child, as `evaluation.estimate_work` counts it: some 10 s of processor time."""

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
    read = _read(write_weights(store, run_id), data.x_test, PART, progress)
    made = _make(card.name, card.weights_sha256, data, read)
    store.keep_evaluation(run_id, SLUGS[data.name], made)
    return made


def evaluate_opened(store: NetworkStore, name: str, data: Dataset, progress: Progress = ignore_progress) -> Evaluation:
    """Read the first test digits of `data` with a network from a file, keep the answers, and return them.

    How many they are says `evaluation.choose_count`: all, or fewer for a large network.

    Raises:
        Refusal: If the network is gone, its classes are not the ten digits, a child fails, or there is no room.
        OSError: If the answers cannot be kept.
    """
    entry = store.entry(name)
    evaluation.check_classes(entry.architecture)
    quota.check(store.home)
    digits = data.x_test[: evaluation.choose_count(entry.architecture, len(data.y_test))]
    read = _read(network_file.write(store.read(name)), digits, _choose_part(entry.architecture), progress)
    made = _make(name, entry.sha256, data, read)
    store.keep_evaluation(name, SLUGS[data.name], made)
    return made


def _choose_part(architecture: Architecture) -> int:
    """Return how many digits one child reads."""
    return max(1, min(PART, int(MAX_PART_WORK / evaluation.estimate_work(architecture))))


def _read(network: bytes, digits: np.ndarray, part: int, progress: Progress) -> np.ndarray:
    """Return the probabilities, (n, 10) float32, of digits (n, 28, 28) uint8, of which a child reads `part`."""
    read = np.empty((len(digits), CLASSES), np.float32)
    for start in range(0, len(read), part):
        some = digits[start : start + part]
        answer = _ask({"network": len(network), "first": start}, network + some.tobytes(), len(some) * CLASSES * 4)
        read[start : start + part] = np.frombuffer(answer, np.float32).reshape(len(some), CLASSES)
        progress(min(1.0, (start + part) / len(read)), READING)
    return read


def _make(name: str, weights_sha256: str, data: Dataset, read: np.ndarray) -> Evaluation:
    """Make the record of the probabilities `read` of the first digits, in a child."""
    count = len(read)
    header = {"name": name, "weights_sha256": weights_sha256, "data_sha256": data.sha256, "count": count}
    answer = _ask(header, data.y_test[:count].tobytes() + read.tobytes(), evaluation.MAX_BYTES)
    return evaluation.from_bytes(answer, name)


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
