"""Read test digits with a network, or make the record of what it answered; in a process of its own.

The input is one line of JSON and what it describes:

- `{"network": n, "first": i}`, n bytes of a network as `cnnviz.jobs.exports.network_file` writes it, and (m, 28, 28)
  uint8 digits, those of a test set from number i on. They are brought to the network's input as on Draw. The answer is
  (m, 10) float32, the probabilities.
- `{"name": ..., "weights_sha256": ..., "data_sha256": ..., "count": m}`, m labels as uint8 and (m, 10) float32
  probabilities. The answer is the file of `cnnviz.core.evaluation.evaluation`, whose statistics need SciPy's and
  scikit-learn's large packages.
"""

from __future__ import annotations

import json
import math
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from cnnviz.core.evaluation import evaluation
from cnnviz.core.inference import network_input, trace
from cnnviz.core.networks.architecture import CLASSES
from cnnviz.core.networks.network import Network
from cnnviz.jobs.exports import network_file

PART = 64
"""Digits that a thread reads before it takes more: so all of them end at about the same time."""

MAX_PART_VALUES = 2_000_000
"""Values of the inputs that a thread makes at once: 8 MB."""


def read_digits(header: dict[str, Any], content: bytes) -> bytes:
    """Return the probabilities of the digits behind a network. Raises `Refusal` if its answers are no ten digits."""
    network = network_file.read(content[: header["network"]])
    if len(network.architecture.classes) != CLASSES:
        evaluation.check_classes(network.architecture)
    digits = np.frombuffer(content[header["network"] :], np.uint8).reshape(-1, 28, 28) / np.float32(255)
    return predict(network, digits, int(header["first"])).tobytes()


def predict(network: Network, digits: np.ndarray, first: int = 0) -> np.ndarray:
    """Return the probabilities of test digits as `trace.predict` does, computed by a thread on every core.

    They are (n, 28, 28) float32 in [0, 1], those of a test set from number `first` on. NumPy lets threads run side by
    side while it multiplies and copies; BLAS itself has one thread in this process, because the matrices of a layer are
    too small to be shared out.
    """
    architecture = network.architecture
    size = max(1, min(PART, MAX_PART_VALUES // math.prod(architecture.input_shape)))

    def read(start: int) -> np.ndarray:
        inputs = network_input.fit_test_digits(digits[start : start + size], architecture, first + start)
        return trace.predict(network, inputs)

    with ThreadPoolExecutor(count_cores()) as threads:
        return np.concatenate(list(threads.map(read, range(0, len(digits), size))))


def count_cores() -> int:
    """Return on how many cores this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def make_record(header: dict[str, Any], content: bytes) -> bytes:
    """Return the file of the answers whose labels and probabilities `content` holds."""
    count = int(header["count"])
    labels = np.frombuffer(content[:count], np.uint8)
    shares = np.frombuffer(content[count:], np.float32).reshape(count, CLASSES)
    made = evaluation.make(header["name"], header["weights_sha256"], header["data_sha256"], labels, shares)
    return evaluation.to_bytes(made)


def main() -> None:
    """Answer what stands on standard input."""
    line, _, content = sys.stdin.buffer.read().partition(b"\n")
    header = json.loads(line)
    sys.stdout.buffer.write(read_digits(header, content) if "network" in header else make_record(header, content))


if __name__ == "__main__":
    main()
