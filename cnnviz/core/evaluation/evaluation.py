"""The answers of a network to a whole test set, computed once by our own engine and stored beside its card.

The file, `<name>.evaluation-<data>.npz`, goes with exactly one set of weights and one data set: it holds the SHA-256 of
both, and is refused for any other. Of the ten probabilities of a digit those of the answer and of the label are kept,
as whole numbers of 0 to 65,535; the loss is stored as it was computed, from float32, and so are the statistics that
need SciPy's and scikit-learn's large packages. It is made by `scripts/evaluate_networks.py`.
"""

from __future__ import annotations

import io
import json
import math
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.core import atomic_file, npz_file
from cnnviz.core.background import Progress, ignore_progress
from cnnviz.core.data import colour_digits
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import statistics
from cnnviz.core.evaluation.statistics import Bin
from cnnviz.core.inference import trace
from cnnviz.core.layers import checks
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import CLASSES, DIGITS, Architecture
from cnnviz.core.networks.network import Network

MAX_BYTES = 2_000_000
"""Bytes of a file; that of 10,000 digits has about 20 kB."""

MAX_DIGITS = 100_000

SCALE = 65_535
"""Steps of a stored probability."""

ARRAYS = {"labels": np.uint8, "answers": np.uint8, "confidences": np.uint16, "label_shares": np.uint16}
"""Arrays of a file, one number a digit each."""

PART = 500
"""Digits between two reports of progress."""

GREY, COLOUR = (28, 28, 1), colour_digits.INPUT_SHAPE
"""Shapes of input for which the test set can be prepared."""

MAX_WORK = 2e12
"""Work of reading a test set, as `estimate_work` counts it: some 80 s of processor time."""

VALUE_WORK = 500
"""Multiplications that take as long as making one value of a large layer, which leaves the processor's cache: 0.04 ns
and 20 ns, measured on networks with inputs of 96 to 512 pixels."""

COUNTS = (5_000, 2_000, 1_000, 500, 200, 100)
"""How many digits a network reads for which all of them would be more than `MAX_WORK`."""

READING = gettext_noop("Reading the test digits")


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The answers of one network to one test set.

    Attributes:
        name: Of the network.
        weights_sha256: Of its weights.
        data_sha256: Of the data set whose test part was read.
        loss: Mean cross-entropy, natural logarithm, computed from float32.
        interval: Ends of the 95 % interval of the accuracy (Wilson).
        reliability: Answers sorted by their confidence.
        labels: (n,) uint8, read-only.
        answers: (n,) uint8, the digit with the largest probability, read-only.
        confidences: (n,) float32 in [0, 1], the probability of the answer, read-only.
        label_shares: (n,) float32 in [0, 1], the probability of the label, read-only.
    """

    name: str
    weights_sha256: str
    data_sha256: str
    loss: float
    interval: tuple[float, float]
    reliability: tuple[Bin, ...]
    labels: np.ndarray
    answers: np.ndarray
    confidences: np.ndarray
    label_shares: np.ndarray

    @property
    def count(self) -> int:
        """Number of digits."""
        return len(self.labels)

    @cached_property
    def right(self) -> np.ndarray:
        """(n,) bool: whether the answer is the label."""
        same: np.ndarray = self.answers == self.labels
        return same

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return float(self.right.mean())

    @cached_property
    def confusion(self) -> np.ndarray:
        """(10, 10) int64 counts, row = label, column = answer."""
        counts = np.zeros((CLASSES, CLASSES), np.int64)
        np.add.at(counts, (self.labels, self.answers), 1)
        return counts

    def find_cell(self, label: int, answer: int) -> np.ndarray:
        """Return the indexes of the digits with this label and this answer, the most confident answer first."""
        (places,) = np.nonzero((self.labels == label) & (self.answers == answer))
        found: np.ndarray = places[np.argsort(-self.confidences[places], kind="stable")]
        return found

    def find_mistakes(self) -> np.ndarray:
        """Return the indexes of all misread digits, the most confident answer first."""
        (places,) = np.nonzero(~self.right)
        found: np.ndarray = places[np.argsort(-self.confidences[places], kind="stable")]
        return found


def evaluate(network: Network, data: Dataset, progress: Progress = ignore_progress) -> Evaluation:
    """Read the test part of `data` with `network`.

    Raises:
        Refusal: If the network has other inputs or classes than the data, or its numbers overflow.
    """
    check_fits(network)
    read = np.empty((len(data.y_test), CLASSES), np.float32)
    for start in range(0, len(read), PART):
        digits = data.x_test[start : start + PART].astype(np.float32) / np.float32(255)
        seen = colour_digits.prepare_inputs(digits, network.architecture.input_shape, colour_digits.TEST, start)
        read[start : start + PART] = trace.predict(network, seen)
        progress(min(1.0, (start + PART) / len(read)), READING)
    return make(network.name, network.card.weights_sha256 if network.card else "", data.sha256, data.y_test, read)


def check_fits(network: Network) -> None:
    """Refuse a network that cannot read the test digits, or whose answers are not the ten digits."""
    shape, answers = network.architecture.input_shape, network.architecture.shapes()[-1]
    if shape not in (GREY, COLOUR) or answers != (CLASSES,):
        raise Refusal(
            "A network that is compared reads 28 × 28 × 1, or 32 × 32 × 3 in colour, and answers with one of ten "
            "digits. Received: {network}, which reads {shape} and has {answers} answers. Choose another network.",
            network=network.name,
            shape=" × ".join(map(str, shape)),
            answers=" × ".join(map(str, answers)),
        )


def check_classes(architecture: Architecture) -> None:
    """Refuse a network whose classes are not the ten digits, named 0 to 9 in this order."""
    if architecture.classes != DIGITS:
        raise Refusal(
            "A network that is compared has the ten digits as its classes, named 0 to 9 in this order. Received: "
            "{network} has others. Choose another network.",
            network=architecture.name,
        )


def estimate_work(architecture: Architecture) -> float:
    """Estimate what reading one digit costs, in multiplications of a small network (0.04 ns of processor time)."""
    return architecture.multiplications + VALUE_WORK * sum(math.prod(shape) for shape in architecture.shapes())


def choose_count(architecture: Architecture, available: int) -> int:
    """Return how many of `available` test digits a network reads, the first ones: all, or fewer for a large network."""
    most = MAX_WORK / estimate_work(architecture)
    if available <= most:
        return available
    return min(available, next((count for count in COUNTS if count <= most), COUNTS[-1]))


def make(name: str, weights_sha256: str, data_sha256: str, labels: np.ndarray, probabilities: np.ndarray) -> Evaluation:
    """Make the record of `probabilities`, (n, 10) float32, of digits with `labels`, (n,) integers."""
    of_labels = probabilities[np.arange(len(labels)), labels]
    smallest = np.finfo(np.float32).tiny
    loss = float(-np.log(np.maximum(of_labels.astype(np.float64), smallest)).mean())
    arrays = {
        "labels": labels.astype(np.uint8),
        "answers": probabilities.argmax(axis=1).astype(np.uint8),
        "confidences": np.rint(probabilities.max(axis=1) * SCALE).astype(np.uint16),
        "label_shares": np.rint(of_labels * SCALE).astype(np.uint16),
    }
    right = arrays["answers"] == arrays["labels"]
    header = {
        "name": name,
        "weights_sha256": weights_sha256,
        "data_sha256": data_sha256,
        "loss": loss,
        "interval": statistics.compute_interval(int(right.sum()), len(right)),
        "reliability": statistics.compute_reliability(arrays["confidences"] / SCALE, right),
    }
    return _settle(header, arrays)


def _settle(header: dict[str, Any], arrays: dict[str, np.ndarray]) -> Evaluation:
    """Make the record of what is in a file, so that it is the same whether it was computed or read."""
    read: dict[str, Any] = {
        key: array.astype(np.float32) / np.float32(SCALE) if array.dtype == np.uint16 else array.copy()
        for key, array in arrays.items()
    }
    for array in read.values():
        array.setflags(write=False)
    return Evaluation(**header, **read)


def find_path(name: str, source: str, store: Path | None = None) -> Path:
    """Return where the evaluation of the network `name` is stored; `source` is one of `samples.SLUGS`."""
    return (store or model_store.folder()) / f"{checks.network_name(name)}.evaluation-{source}.npz"


def save(made: Evaluation, path: Path) -> None:
    """Write an evaluation to `path`, atomically."""
    atomic_file.write(path, to_bytes(made))


def to_bytes(made: Evaluation) -> bytes:
    """Return the content of the file of `made`."""
    header = {
        "name": made.name,
        "weights_sha256": made.weights_sha256,
        "data_sha256": made.data_sha256,
        "loss": made.loss,
        "interval": list(made.interval),
        "reliability": [asdict(each) for each in made.reliability],
    }
    arrays = {
        key: np.rint(getattr(made, key) * SCALE).astype(kind) if kind is np.uint16 else getattr(made, key)
        for key, kind in ARRAYS.items()
    }
    file = io.BytesIO()
    np.savez_compressed(file, header=np.frombuffer(json.dumps(header).encode(), np.uint8), **arrays)
    return file.getvalue()


def load(
    name: str, weights_sha256: str, source: str, data_sha256: str = "", store: Path | None = None
) -> Evaluation | None:
    """Load the evaluation of the network `name`; None where the store has none.

    Args:
        name: Of the network.
        weights_sha256: Of its weights.
        source: Which data set, one of `samples.SLUGS`.
        data_sha256: Of the data set; "" for whichever it was made with.
        store: Folder of the networks; None for the usual one.

    Raises:
        Refusal: If the file is damaged, or was made for other weights or other data.
    """
    path = find_path(name, source, store)
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            made = from_bytes(file.read(MAX_BYTES + 1), name)
    except OSError as error:
        raise _damaged(name) from error
    if made.weights_sha256 != weights_sha256:
        raise Refusal(
            "The stored answers of {name} must be those of its present weights. Received: those of other weights. Run "
            "scripts/evaluate_networks.py.",
            name=name,
        )
    if data_sha256 not in ("", made.data_sha256):
        raise Refusal(
            "The stored answers of {name} must be about the data that is shown. Received: those about other data. Run "
            "scripts/evaluate_networks.py.",
            name=name,
        )
    return made


def from_bytes(content: bytes, name: str) -> Evaluation:
    """Read what `to_bytes` wrote of the network `name`. Raises `Refusal` for anything else."""
    if len(content) > MAX_BYTES:
        raise _damaged(name)
    try:
        file = npz_file.read(content, 8 * MAX_DIGITS)
        known = _parse_header(json.loads(file["header"].tobytes()))
        arrays = {key: file[key] for key in ARRAYS}
    except (Refusal, ValueError, LookupError, TypeError, RecursionError) as error:
        raise _damaged(name) from error
    if known["name"] != name or not _are_answers(arrays):
        raise _damaged(name)
    return _settle(known, arrays)


def _parse_header(header: Any) -> dict[str, Any]:
    """Return the fields of an `Evaluation` that are no arrays. Raises `Refusal` or a `LookupError` for others."""
    for key in ("name", "weights_sha256", "data_sha256"):
        if not isinstance(header[key], str):
            raise TypeError(key)
    low, high = header["interval"]
    bins = tuple(Bin(**each) for each in header["reliability"])
    for share in (
        low,
        high,
        *(number for each in bins for number in (each.confidence, each.right, each.low, each.high)),
    ):
        checks.number("share", share, 0, 1)
    for each in bins:
        checks.whole("count", each.count, 1, MAX_DIGITS)
    checks.number("loss", header["loss"], 0, 1e12)
    return {**header, "interval": (low, high), "reliability": bins}


def _are_answers(arrays: dict[str, np.ndarray]) -> bool:
    count = len(arrays["labels"]) if arrays["labels"].ndim == 1 else 0
    return (
        0 < count <= MAX_DIGITS
        and all(arrays[key].dtype == kind and arrays[key].shape == (count,) for key, kind in ARRAYS.items())
        and max(arrays["labels"].max(), arrays["answers"].max()) < CLASSES
    )


def _damaged(name: str) -> Refusal:
    return Refusal(
        "Stored answers must be as they were saved. Received: those of {name}, which are damaged. Run "
        "scripts/evaluate_networks.py.",
        name=name,
    )
